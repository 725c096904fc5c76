"""What is told about a sync profile without being asked for, when, and never twice.

A notice is about a thing: a stop date and how many days before it, the end, a run. That it was told is remembered
under the kind and the key of the thing; what is remembered is not told again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from photosync.core.instants import instant_of, local_date
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import ProfileSchedule, Status, status_of

DAYS_BEFORE_A_STOP = (30, 14, 7, 1)
TOLD_FROM = time(7)
"""Local. Whoever is told at midnight that a sync stops in 30 days will not thank for it."""
ENDED_IS_NEWS_FOR = timedelta(days=7)
"""What ended longer ago is no news: the first address of a school is not told of every profile of former years."""
PLAN_MARK = 16
"""Of a plan's fingerprint as much as tells one plan of a profile from another."""
GOOD = frozenset({RunState.DONE, RunState.DONE_WITH_FAILURES})
WAITED_FOR_A_PERSON = frozenset({RunState.HELD, RunState.SUPERSEDED})
"""The states of a run that is, or was, held: the next one takes its place."""
TOLD_OF_RUNS = frozenset({RunState.HELD, RunState.FAILED, *GOOD})
LEAD_TO_A_NOTICE = frozenset({*TOLD_OF_RUNS, RunState.SUPERSEDED})
"""The states in which a run says how the sync does. One that was cancelled or discarded says nothing."""
JUDGED_TRIGGERS = frozenset({Trigger.SCHEDULED, Trigger.CATCH_UP, Trigger.ON_DEMAND})
"""Not previews, and not what a person undid: they do not show whether the sync works."""


class NoticeKind(StrEnum):
    """The values are stored and never change."""

    STOPS_SOON = "stops-soon"
    ENDED = "ended"
    HELD = "held"
    FAILED = "failed"
    WORKS_AGAIN = "works-again"
    STALE = "stale"
    ROSTER_HELD = "roster-held"
    ROSTER_FAILED = "roster-fails"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a notice is about. Of one profile, kind and key together are told once."""

    kind: NoticeKind
    key: str


@dataclass(frozen=True, slots=True)
class EndedRun:
    """`plan` is the same while nothing changes in a held plan, run after run; empty where none is held."""

    number: int
    state: RunState
    at_utc: datetime
    plan: str = ""


def is_time_to_tell(now_utc: datetime, schedule: ProfileSchedule) -> bool:
    """Whether the local day has come to the hour from which people are told what does not hurry."""
    from_utc = instant_of(local_date(now_utc, schedule.zone), TOLD_FROM, schedule.zone)
    return from_utc is not None and now_utc >= from_utc


def stop_to_tell(schedule: ProfileSchedule, told: Collection[str], now_utc: datetime) -> Thing | None:
    """Return the stop that is to be told now, or None.

    `told` are the keys of the stops that were told of this profile. Told is the nearest threshold that has passed;
    those before it are left out, now and later. The day of the stop still counts to the last threshold. A profile
    that is Disabled has nothing that could stop: it is told once it is enabled again.
    """
    stops_on = schedule.stops_on
    if stops_on is None or not is_time_to_tell(now_utc, schedule):
        return None
    if status_of(schedule, now_utc) not in {Status.ACTIVE, Status.WAITING}:
        return None
    days_left = (stops_on - local_date(now_utc, schedule.zone)).days
    passed = [days for days in DAYS_BEFORE_A_STOP if days >= days_left]
    if not passed:
        return None
    nearest = min(passed)
    if any(stop_key(stops_on, days) in told for days in DAYS_BEFORE_A_STOP if days <= nearest):
        return None
    return Thing(NoticeKind.STOPS_SOON, stop_key(stops_on, nearest))


def stop_key(stops_on: date, days: int) -> str:
    return f"{stops_on.isoformat()} {days}"


def end_to_tell(schedule: ProfileSchedule, now_utc: datetime) -> Thing | None:
    """Return the end that is to be told now, or None. Not of a profile that is Disabled too, nor without a period."""
    stopped_on = schedule.stops_on
    if stopped_on is None or not schedule.enabled or not is_time_to_tell(now_utc, schedule):
        return None
    since = local_date(now_utc, schedule.zone) - stopped_on
    if not timedelta(0) < since <= ENDED_IS_NEWS_FOR:
        return None
    return Thing(NoticeKind.ENDED, stopped_on.isoformat())


def run_to_tell(run: EndedRun, before: EndedRun | None, first: EndedRun, schedule: ProfileSchedule) -> Thing | None:
    """Return what is to be told of a run that has ended or is held, or None.

    `before` is the run before it, of those that LEAD_TO_A_NOTICE; `first` the first of the runs in a row that failed
    (or were held) like this one, itself included. A row is told at once, and then once a day while it goes on: a sync
    that runs every five minutes must not write 288 times.
    """
    day = local_date(run.at_utc, schedule.zone)
    if run.state is RunState.HELD:
        return Thing(NoticeKind.HELD, f"{first.number} {day.isoformat()} {run.plan[:PLAN_MARK]}".strip())
    if run.state is RunState.FAILED:
        return Thing(NoticeKind.FAILED, f"{first.number} {day.isoformat()}")
    if run.state in GOOD and before is not None and before.state is RunState.FAILED:
        return Thing(NoticeKind.WORKS_AGAIN, str(run.number))
    return None


def is_told(thing: Thing, told: Collection[str]) -> bool:
    """Whether `thing` is told already; `told` are the keys of what was told of this profile and kind.

    A held plan is the same thing however many nights it waits unchanged, and a row of held runs is one thing a day
    however often the plan changes: a delivery that is being copied changes it with every run.
    """
    if thing.kind is not NoticeKind.HELD:
        return thing.key in told
    row, day, *plan = thing.key.split(" ")
    return any(key.split(" ")[:2] == [row, day] or (plan and key.split(" ")[2:] == plan) for key in told)


def alike(state: RunState) -> frozenset[RunState]:
    """Return the states that make a row with `state`."""
    return WAITED_FOR_A_PERSON if state in WAITED_FOR_A_PERSON else frozenset({state})
