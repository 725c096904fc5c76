"""The next six weeks on the Overview: a lane for each profile, and what turns on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

from photosync.core.coming import Coming, Turn, coming_between
from photosync.core.forecast import stretches
from photosync.core.instants import local_date
from photosync.core.status import ProfileSchedule, due_times
from photosync.core.wording import MONTHS
from photosync.web.day_scale import A_DAY, Window, percent

DAYS = 42
DAYS_BACK = 2
LANES = 12
TURNS_TOLD = 20
MANY_A_DAY = 2


@dataclass(frozen=True, slots=True)
class Stretched:
    """Days in a timetable period, or between two (a pause), from `x` for `width` per cent."""

    x: str
    width: str
    label: str


@dataclass(frozen=True, slots=True)
class RunDay:
    x: str
    is_many: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """`stop_x` is None where nothing stops in these weeks."""

    profile_id: int
    name: str
    is_disabled: bool
    covered: tuple[Stretched, ...]
    pauses: tuple[Stretched, ...]
    runs: tuple[RunDay, ...]
    stop_x: str | None


@dataclass(frozen=True, slots=True)
class WeekMark:
    x: str
    label: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Weeks:
    lanes: tuple[Lane, ...]
    marks: tuple[WeekMark, ...]
    today_x: str
    turns: tuple[Coming, ...]
    profiles_left_out: int
    turns_left_out: int


def next_weeks(profiles: Sequence[tuple[int, ProfileSchedule]], now: datetime) -> Weeks | None:
    """Return the drawing of the profiles (id, schedule) of one school, as of `now` (UTC); None without any."""
    if not profiles:
        return None
    today = local_date(now, profiles[0][1].zone)
    window = Window(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS))
    turns = sorted(
        (each for _pk, schedule in profiles for each in coming_between(schedule, today, window.last)),
        key=lambda each: (each.on, each.turn is not Turn.STOPS, each.sentence),
    )
    return Weeks(
        lanes=tuple(_lane(pk, schedule, window, now) for pk, schedule in profiles[:LANES]),
        marks=_marks(window),
        today_x=percent(window.x(today)),
        turns=tuple(turns[:TURNS_TOLD]),
        profiles_left_out=max(len(profiles) - LANES, 0),
        turns_left_out=max(len(turns) - TURNS_TOLD, 0),
    )


def _lane(profile_id: int, schedule: ProfileSchedule, window: Window, now: datetime) -> Lane:
    all_covered = stretches(schedule.assigned)
    near = [each for each in all_covered if each.last_day >= window.first and each.first_day <= window.last]
    gaps = [
        (before.last_day + A_DAY, after.first_day - A_DAY)
        for before, after in pairwise(all_covered)
        if before.last_day < window.last and after.first_day > window.first
    ]
    stops_on = schedule.stops_on
    return Lane(
        profile_id,
        schedule.name,
        is_disabled=not schedule.enabled,
        covered=tuple(
            _stretched(each.first_day, each.last_day, window, ", ".join(one.period.code for one in each.assigned))
            for each in near
        ),
        pauses=tuple(_stretched(first, last, window, "") for first, last in gaps),
        runs=_run_days(schedule, window, now) if schedule.enabled else (),
        stop_x=percent(window.x(stops_on + A_DAY)) if stops_on and window.holds(stops_on) else None,
    )


def _stretched(first: date, last: date, window: Window, label: str) -> Stretched:
    x, end = window.x(first), window.x(last + A_DAY)
    return Stretched(percent(x), percent(end - x), label)


def _run_days(schedule: ProfileSchedule, window: Window, now: datetime) -> tuple[RunDay, ...]:
    """Return the days on which something is due from now on; not how often, but whether more than once."""
    days, instant = [], now
    end = _midnight(window.last + A_DAY, schedule)
    while due := next(due_times(schedule, instant, end), None):
        day = local_date(due.at_utc, schedule.zone)
        tomorrow = _midnight(day + A_DAY, schedule)
        of_the_day = len(list(islice(due_times(schedule, due.at_utc, tomorrow), MANY_A_DAY)))
        days.append(RunDay(percent((window.x(day) + window.x(day + A_DAY)) / 2), of_the_day >= MANY_A_DAY))
        instant = max(tomorrow, due.at_utc + timedelta(hours=1))
    return tuple(days)


def _midnight(day: date, schedule: ProfileSchedule) -> datetime:
    return datetime.combine(day, time(), schedule.zone).astimezone(UTC)


def _marks(window: Window) -> tuple[WeekMark, ...]:
    """Return the Mondays."""
    monday = window.first + timedelta(days=-window.first.weekday() % 7)
    mondays = [monday + timedelta(weeks=n) for n in range(DAYS // 7) if window.holds(monday + timedelta(weeks=n))]
    return tuple(
        WeekMark(percent(window.x(day)), f"{day.day} {MONTHS[day.month - 1][:3]}", is_minor=n % 2 == 1)
        for n, day in enumerate(mondays)
    )
