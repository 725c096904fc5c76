"""Changing sync profiles. Every change of what decides when one runs sets its next due time anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.audit.recording import Change, differences, record, values_of
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.queries import next_due_after, schedule_of
from photosync.apps.profiles.settings import ProfileSettings, apply_settings, settings_told
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.errors import Refused, WrongUse
from photosync.core.frequency import parse_frequency
from photosync.core.instants import local_date
from photosync.core.people import quoted
from photosync.core.status import Mode
from photosync.core.wording import date_words

DEFAULT_NAME = "Photo Sync"
BOTH_COMPONENTS = ("students", "staff")
LONGEST_FREQUENCY = 120
_ASSIGNED = ("frequency", "mode")

ENDED_ALREADY = (
    "Timetable period {code} ended on {end}; {name} does not run in it. "
    "To make it run, assign a timetable period whose end date is in the future."
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`warning` is a sentence, or empty."""

    assigned: ProfilePeriod
    warning: str


def add_profile(
    school: School,
    name: str = DEFAULT_NAME,
    *,
    source_kind: str,
    options: Mapping[str, str],
    components: Collection[str] = BOTH_COMPONENTS,
    enabled: bool = True,
    anywhere: bool = False,
    now: datetime,
    settings: ProfileSettings | None = None,
) -> SyncProfile:
    """Return the new profile, without a timetable period and so Ended.

    `settings` may hold its limits and `when_missing`. `anywhere` lets the source lie outside the allowed
    roots. Raises WrongUse, Refused.
    """
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        profile = SyncProfile(
            school=school,
            scheduled_sync_enabled=enabled,
            created_at=now,
            evaluated_until=now,
            schedule_since=now,
        )
        given = ProfileSettings(name=name, source_kind=source_kind, options=options, components=components)
        apply_settings(profile, given, anywhere=anywhere)
        if settings is not None:
            apply_settings(profile, settings, anywhere=anywhere)
        profile.save()
        record(Act.PROFILE_ADDED, profile, school=school, changes=differences({}, settings_told(profile)))
    return profile


def change_profile(profile: SyncProfile, changes: ProfileSettings, *, anywhere: bool = False) -> SyncProfile:
    """Save `changes`, or none of them. Its schedule stays as it is. Raises WrongUse, Refused."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=profile.school_id)
        stored = _locked(profile)
        former = settings_told(stored)
        apply_settings(stored, changes, anywhere=anywhere)
        stored.save(
            update_fields=(
                "name",
                "source_kind",
                "options",
                "source_may_be_anywhere",
                "syncs_students",
                "syncs_staff",
                "when_missing",
                "replace_share_percent",
                "replace_number",
                "withdraw_share_percent",
                "withdraw_number",
                "sealed_ping_url",
                "hold_until_archived",
                "sealed_secrets",
            )
        )
        entry = _record_changed(stored, former)
        if entry is not None and stored.name != former["name"]:
            stored.revised_at = entry.at
            stored.save(update_fields=("revised_at",))
    return stored


def assign(
    profile: SyncProfile,
    period: TimetablePeriod,
    *,
    frequency: str | None = None,
    mode: str | None = None,
    now: datetime,
) -> Assignment:
    """Add `period` to `profile`, or change its frequency and mode in it; None keeps what is, or the default.

    A period that has ended is accepted, with a warning. Raises WrongUse.
    """
    wanted = None if frequency is None else _checked_frequency(frequency)
    mode = None if mode is None else _checked_mode(mode)
    _check_same_school(profile, period)
    with transaction.atomic():
        stored = _locked(profile)
        TimetablePeriod.objects.select_for_update().get(pk=period.pk)
        row = ProfilePeriod.objects.filter(profile=stored, period=period).first()
        former = {} if row is None else values_of(row, _ASSIGNED)
        row = row or ProfilePeriod(profile=stored, period=period)
        row.frequency = wanted or row.frequency
        row.mode = mode or row.mode
        row.save()
        _record_assigned(stored, period, former, values_of(row, _ASSIGNED))
        reschedule(stored, now)
    _take_over(profile, stored)
    ended = period.end < local_date(now, profile.school.zone)
    warning = ENDED_ALREADY.format(code=period.code, end=date_words(period.end), name=profile.name)
    return Assignment(row, warning if ended else "")


def unassign(profile: SyncProfile, period: TimetablePeriod, *, now: datetime) -> None:
    """Take `period` off `profile`. Raises Refused where the profile does not have it."""
    with transaction.atomic():
        stored = _locked(profile)
        row = ProfilePeriod.objects.filter(profile=stored, period=period).first()
        if row is None:
            raise Refused(
                f"The sync profile {profile.name} does not have timetable period {period.code}. "
                "Nothing was changed. See which it has.",
                command_line=f"photosync profile show {quoted(profile.name)}",
            )
        former = values_of(row, _ASSIGNED)
        row.delete()
        _record_assigned(stored, period, former, {})
        reschedule(stored, now)
    _take_over(profile, stored)


def set_enabled(profile: SyncProfile, *, enabled: bool, now: datetime) -> None:
    """Turn Scheduled Sync Enabled on or off; what it is already changes nothing."""
    with transaction.atomic():
        stored = _locked(profile)
        if stored.scheduled_sync_enabled != enabled:
            former = settings_told(stored)
            stored.scheduled_sync_enabled = enabled
            stored.save(update_fields=("scheduled_sync_enabled",))
            _record_changed(stored, former)
            reschedule(stored, now)
    _take_over(profile, stored)


def catch_up_from(profile: SyncProfile, since: datetime) -> None:
    """Let what fell due after `since` be dealt with as if nobody had looked at the schedule since then."""
    profile.evaluated_until = since
    profile.next_due_at = next_due_after(schedule_of(profile), since)
    profile.save(update_fields=("evaluated_until", "next_due_at"))


def reschedule(profile: SyncProfile, now: datetime) -> None:
    """Store when `profile` is due next, after a change of its schedule.

    Times up to `now` count as dealt with: a changed schedule never makes runs in the past.
    """
    profile.evaluated_until = max(profile.evaluated_until, now)
    profile.schedule_since = profile.revised_at = now
    profile.next_due_at = next_due_after(schedule_of(profile), profile.evaluated_until)
    profile.save(update_fields=("evaluated_until", "schedule_since", "revised_at", "next_due_at"))


def _locked(profile: SyncProfile) -> SyncProfile:
    """Return the profile as it is stored now, which no one else changes until the transaction ends."""
    return SyncProfile.objects.select_for_update(of=("self",)).select_related("school").get(pk=profile.pk)


def _take_over(profile: SyncProfile, stored: SyncProfile) -> None:
    """Let the caller's object show what was stored."""
    for name in ("scheduled_sync_enabled", "next_due_at", "evaluated_until", "schedule_since", "revised_at"):
        setattr(profile, name, getattr(stored, name))


def _record_changed(profile: SyncProfile, former: Mapping[str, object]) -> Entry | None:
    # An option that is no longer set is told as taken away.
    later = dict.fromkeys(former) | settings_told(profile)
    changes = differences(former, later)
    return record(Act.PROFILE_CHANGED, profile, school=profile.school, changes=changes) if changes else None


def _record_assigned(
    profile: SyncProfile, period: TimetablePeriod, former: Mapping[str, str], later: Mapping[str, str]
) -> None:
    """Record that a period was assigned (nothing `former`), taken off (nothing `later`) or runs otherwise."""
    changes = differences(former, later or dict.fromkeys(former))
    if not changes:
        return
    which: Change = ("period", period.code, period.code)
    if not later:
        act = Act.PROFILE_PERIOD_UNASSIGNED
    else:
        act = Act.PROFILE_PERIOD_CHANGED if former else Act.PROFILE_PERIOD_ASSIGNED
    record(act, profile, school=profile.school, changes=[which, *changes])


def _checked_frequency(text: str) -> str:
    canonical = parse_frequency(text).text
    if len(canonical) > LONGEST_FREQUENCY:
        raise WrongUse(
            f"The frequency {quoted(text)} is longer than {LONGEST_FREQUENCY} characters. "
            "Nothing was changed. Shorten it."
        )
    return canonical


def _checked_mode(text: str) -> str:
    try:
        return Mode(text.strip().lower()).value
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(text)} is not a mode. Nothing was changed. Choose one of: {', '.join(Mode)}."
        ) from exc


def _check_same_school(profile: SyncProfile, period: TimetablePeriod) -> None:
    if profile.school_id != period.school_id:
        raise WrongUse(
            f"Timetable period {period.code} belongs to another school than the sync profile {profile.name}. "
            "Nothing was changed. Choose one of the same school."
        )
