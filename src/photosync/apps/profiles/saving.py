"""Saving everything that Manage Sync shows of a profile at once, and what that would make of its schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from photosync.apps.profiles.documents import profile_document
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, assign, change_profile, set_enabled, unassign
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.errors import WrongUse
from photosync.core.frequency import parse_frequency
from photosync.core.seen import check_seen, seen_state
from photosync.core.status import AssignedPeriod, Mode, ProfileSchedule


@dataclass(frozen=True, slots=True)
class WantedPeriod:
    """A timetable period as it is to be assigned. `frequency` is as the command line writes it."""

    period: TimetablePeriod
    frequency: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProfile:
    """A whole profile as it is to be saved."""

    settings: ProfileSettings
    enabled: bool
    periods: Sequence[WantedPeriod]


def profile_seen(profile: SyncProfile) -> str:
    """Return what tells whether someone else changes the profile or its timetable periods from now on."""
    return seen_state(profile_document(profile))


def save_profile(
    school: School, profile: SyncProfile | None, wanted: WantedProfile, *, now: datetime, seen: str = ""
) -> SyncProfile:
    """Make or change `profile` into `wanted`, wholly or not at all, and return it.

    What stays as it is, a timetable period with the same frequency and mode for instance, is not touched.
    `seen` is the `profile_seen` of when it was looked at. Raises WrongUse, Refused, ChangedMeanwhile.
    """
    with transaction.atomic():
        if profile is not None:
            School.objects.select_for_update().get(pk=school.pk)
            stored = SyncProfile.objects.select_for_update(of=("self",)).select_related("school").get(pk=profile.pk)
            check_seen(stored.name, profile_document(stored), seen)
        saved = _made(school, wanted, now) if profile is None else change_profile(profile, wanted.settings)
        set_enabled(saved, enabled=wanted.enabled, now=now)
        rows = {row.period_id: row for row in saved.assigned.select_related("period")}
        for each in wanted.periods:
            row = rows.pop(each.period.pk, None)
            if row is None or (row.frequency, row.mode) != (parse_frequency(each.frequency).text, each.mode):
                assign(saved, each.period, frequency=each.frequency, mode=each.mode, now=now)
        for row in rows.values():
            unassign(saved, row.period, now=now)
    return saved


def _made(school: School, wanted: WantedProfile, now: datetime) -> SyncProfile:
    settings = wanted.settings
    if settings.name is None or settings.source_kind is None:
        raise WrongUse("A new sync profile needs a name and a data source. Nothing was saved.")
    return add_profile(
        school,
        settings.name,
        source_kind=settings.source_kind,
        options=settings.options or {},
        components=settings.components or (),
        enabled=wanted.enabled,
        now=now,
        settings=settings,
    )


def schedule_wanted(school: School, name: str, *, enabled: bool, periods: Sequence[WantedPeriod]) -> ProfileSchedule:
    """Return the schedule that a profile would have after Save. Raises WrongUse for what is no frequency."""
    return ProfileSchedule(
        name=name,
        enabled=enabled,
        zone=school.zone,
        assigned=tuple(
            AssignedPeriod(each.period.as_rule(), parse_frequency(each.frequency), Mode(each.mode))
            for each in sorted(periods, key=lambda each: (each.period.start, each.period.code))
        ),
    )
