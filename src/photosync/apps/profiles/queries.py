"""Reading sync profiles: which there are, when one runs, and how its files are matched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from photosync.apps.profiles.matching import rule_from
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.frequency import parse_frequency
from photosync.core.guard import Limits
from photosync.core.match_rules import MatchRule
from photosync.core.people import quoted
from photosync.core.status import AN_INSTANT, AssignedPeriod, Mode, ProfileSchedule, due_times


def profile_named(school: School, name: str) -> SyncProfile:
    """Return the profile of `school` with this name; case matters only where two differ by it."""
    profiles = SyncProfile.objects.select_related("school").filter(school=school)
    name = name.strip()
    exact = profiles.filter(name=name).first()
    if exact is not None:
        return exact
    similar = list(profiles.filter(name__iexact=name)[:2])
    if len(similar) == 1:
        return similar[0]
    names = ", ".join(quoted(each) for each in profiles.values_list("name", flat=True)[:20])
    there_is = f"There are: {names}." if names else "There is none yet: make one."
    raise NotFound(
        f"School {school.code} has no sync profile {quoted(name)}. Nothing was done. {there_is}",
        command_line="" if names else "photosync profile add",
    )


def match_rule(profile: SyncProfile) -> MatchRule:
    """Return by what the files of `profile` are matched to people. Raises WrongUse for damaged options."""
    return rule_from(profile.options, profile.components)


def schedule_of(profile: SyncProfile) -> ProfileSchedule:
    """Return what decides when `profile` runs, as it is stored now."""
    return schedules_of([profile])[profile.pk]


def schedules_of(profiles: Collection[SyncProfile]) -> dict[int, ProfileSchedule]:
    """Return the schedule of each profile by its id, in one query."""
    assigned: dict[int, list[AssignedPeriod]] = defaultdict(list)
    rows = ProfilePeriod.objects.filter(profile__in=[profile.pk for profile in profiles])
    for row in rows.select_related("period"):
        assigned[row.profile_id].append(as_assigned(row))
    return {
        profile.pk: ProfileSchedule(
            name=profile.name,
            enabled=profile.scheduled_sync_enabled,
            zone=profile.school.zone,
            assigned=tuple(assigned[profile.pk]),
        )
        for profile in profiles
    }


def as_assigned(row: ProfilePeriod) -> AssignedPeriod:
    return AssignedPeriod(row.period.as_rule(), parse_frequency(row.frequency), Mode(row.mode))


def next_due_after(schedule: ProfileSchedule, instant: datetime) -> datetime | None:
    """Return the first time strictly after `instant` that falls due by the periods alone, or None.

    Disabled and Ended are not looked at: the tick records those times as refused.
    """
    due = next(due_times(schedule, instant + AN_INSTANT), None)
    return None if due is None else due.at_utc


def limits_of(profile: SyncProfile) -> Limits:
    return Limits(
        replace_share=profile.replace_share_percent / 100,
        replace_number=profile.replace_number,
        withdraw_share=profile.withdraw_share_percent / 100,
        withdraw_number=profile.withdraw_number,
    )
