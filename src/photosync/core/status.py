"""Whether a profile runs: its flags, its status, what falls due when, and what a run may do.

Everything is evaluated for one profile at one instant that is passed in, with dates read in the
school's time zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge
from itertools import groupby
from zoneinfo import ZoneInfo

from photosync.core.frequency import NIGHTLY, Frequency, occurrences_in_period
from photosync.core.instants import LAST_INSTANT, local_date
from photosync.core.periods import TimetablePeriod

AN_INSTANT = timedelta(microseconds=1)


class Mode(StrEnum):
    """What a scheduled run of an assigned period may do.

    ADDITIONS: people who have no photo of any year get one; no face that is shown changes.
    """

    FULL = "full"
    ADDITIONS = "additions"


class Status(StrEnum):
    ENDED = "Ended"
    DISABLED = "Disabled"
    WAITING = "Waiting"
    ACTIVE = "Active"


@dataclass(frozen=True, slots=True)
class AssignedPeriod:
    period: TimetablePeriod
    frequency: Frequency = NIGHTLY
    mode: Mode = Mode.FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSchedule:
    """What decides when a profile runs. `enabled` is Scheduled Sync Enabled, `zone` that of the school."""

    name: str
    enabled: bool = True
    zone: ZoneInfo
    assigned: tuple[AssignedPeriod, ...] = ()

    @property
    def stops_on(self) -> date | None:
        """The latest end date of its periods; None where there is none."""
        return max((each.period.end for each in self.assigned), default=None)

    def current(self, today: date) -> tuple[AssignedPeriod, ...]:
        return tuple(each for each in self.assigned if each.period.contains(today))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    ended: bool
    disabled: bool
    in_period: bool


@dataclass(frozen=True, slots=True)
class DueTime:
    """One instant at which a run is due, and the assigned periods whose frequency gives it."""

    at_utc: datetime
    assigned: tuple[AssignedPeriod, ...]

    @property
    def mode(self) -> Mode:
        """Full where any of its periods is full."""
        return Mode.FULL if any(each.mode is Mode.FULL for each in self.assigned) else Mode.ADDITIONS


def flags_of(schedule: ProfileSchedule, now_utc: datetime) -> Flags:
    today = local_date(now_utc, schedule.zone)
    return Flags(
        ended=all(each.period.end < today for each in schedule.assigned),
        disabled=not schedule.enabled,
        in_period=any(each.period.contains(today) for each in schedule.assigned),
    )


def status_of(schedule: ProfileSchedule, now_utc: datetime) -> Status:
    return status_from(flags_of(schedule, now_utc))


def status_from(flags: Flags) -> Status:
    if flags.ended:
        return Status.ENDED
    if flags.disabled:
        return Status.DISABLED
    return Status.ACTIVE if flags.in_period else Status.WAITING


def due_times(schedule: ProfileSchedule, start_utc: datetime, end_utc: datetime = LAST_INSTANT) -> Iterator[DueTime]:
    """Yield what falls due in [start_utc, end_utc) by the periods alone, ascending, the same instant once.

    Scheduled Sync Enabled is not looked at: whether a run may start is `may_run`. Lazy.
    """
    by_period = (_tagged(each, schedule.zone, start_utc, end_utc) for each in schedule.assigned)
    merged = merge(*by_period, key=lambda due: due.at_utc)
    for at_utc, together in groupby(merged, key=lambda due: due.at_utc):
        yield DueTime(at_utc, tuple(each for due in together for each in due.assigned))


def _tagged(assigned: AssignedPeriod, zone: ZoneInfo, start_utc: datetime, end_utc: datetime) -> Iterator[DueTime]:
    period = assigned.period
    for instant in occurrences_in_period(assigned.frequency, period.start, period.end, start_utc, end_utc, zone):
        yield DueTime(instant, (assigned,))


def mode_allowed(schedule: ProfileSchedule, started_as: Mode, now_utc: datetime) -> Mode | None:
    """Return what a scheduled run that started as `started_as` may still do at `now_utc`; None: it must stop.

    To be asked before each publishing transaction. None unless the status is Active; only additions
    where every timetable period of today is for additions only.
    """
    if status_of(schedule, now_utc) is not Status.ACTIVE:
        return None
    today = local_date(now_utc, schedule.zone)
    if all(each.mode is Mode.ADDITIONS for each in schedule.current(today)):
        return Mode.ADDITIONS
    return started_as


def may_run(schedule: ProfileSchedule, now_utc: datetime, *, due_at_utc: datetime | None = None) -> Mode | None:
    """Return how the scheduled run that was due at `due_at_utc` (or is, at `now_utc`) may start now.

    None where nothing was due at that instant, or the status is no longer Active.
    """
    due_at_utc = due_at_utc or now_utc
    due = next(due_times(schedule, due_at_utc, due_at_utc + AN_INSTANT), None)
    return None if due is None else mode_allowed(schedule, due.mode, now_utc)
