"""How often a profile runs inside one timetable period: the frequencies, their texts and their times.

Rule for clock changes: docs/decisions/0004-clock-changes.md
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from photosync.core.cron import CronExpression, cron_occurrences
from photosync.core.errors import WrongUse
from photosync.core.instants import (
    LAST_DAY,
    LAST_INSTANT,
    first_instant_after,
    first_instant_of,
    instant_of,
    local_date,
)
from photosync.core.wording import WEEKDAYS_PLURAL, list_words, time_words

MIDNIGHT = time()
MINUTE_STEPS = (5, 10, 15, 20, 30)
HOUR_STEPS = (1, 2, 3, 4, 6, 8, 12)
WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

EVERY_NIGHT = "every night at {time}"
EVERY_DAY = "every day at {time}"
ON_WEEKDAYS = "on {weekdays} at {time}"
EVERY_N_MINUTES = "every {minutes} minutes"
EVERY_HOUR = "every hour"
EVERY_N_HOURS = "every {hours} hours"
BY_CRON = "at the times of the cron expression {expression}"

TEXT_FORMS = (
    "nightly, daily@06:30, mon,wed@06:30, every 15m (5, 10, 15, 20, 30), every 2h (1, 2, 3, 4, 6, 8, 12), "
    "or cron:*/20 7-17 * * 1-5"
)
TEXT_UNKNOWN = "{text!r} is not a frequency; nothing was changed. Write one of: {forms}."
STEP_UNKNOWN = "A sync cannot run {text!r}; nothing was changed. Choose {minutes} minutes or {hours} hours."
TIME_UNKNOWN = "{text!r} holds no time of day; nothing was changed. Write the time as HH:MM, from 00:00 to 23:59."
WEEKDAYS_NONE = "A frequency on weekdays needs at least one of {names}; nothing was changed."
TIME_WITH_SECONDS = "A run starts on a whole minute, not at {time}; nothing was changed. Leave the seconds out."


@dataclass(frozen=True, slots=True)
class Nightly:
    """Every night at midnight, the default: at the first instant of each local day."""

    @property
    def text(self) -> str:
        return "nightly"

    @property
    def phrase(self) -> str:
        return EVERY_NIGHT.format(time=time_words(MIDNIGHT))


@dataclass(frozen=True, slots=True)
class Daily:
    wall_time: time

    def __post_init__(self) -> None:
        _check_whole_minute(self.wall_time)

    @property
    def text(self) -> str:
        return f"daily@{time_words(self.wall_time)}"

    @property
    def phrase(self) -> str:
        return EVERY_DAY.format(time=time_words(self.wall_time))


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Chosen weekdays, 0 is Monday; kept sorted, each once."""

    weekdays: tuple[int, ...]
    wall_time: time

    def __post_init__(self) -> None:
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise WrongUse(WEEKDAYS_NONE.format(names=", ".join(WEEKDAY_NAMES)))
        _check_whole_minute(self.wall_time)

    @property
    def text(self) -> str:
        return f"{','.join(WEEKDAY_NAMES[day] for day in self.weekdays)}@{time_words(self.wall_time)}"

    @property
    def phrase(self) -> str:
        names = [WEEKDAYS_PLURAL[day] for day in self.weekdays]
        return ON_WEEKDAYS.format(weekdays=list_words(names), time=time_words(self.wall_time))


@dataclass(frozen=True, slots=True)
class EveryMinutes:
    minutes: int

    def __post_init__(self) -> None:
        _check_step(self.text, self.minutes, MINUTE_STEPS)

    @property
    def text(self) -> str:
        return f"every {self.minutes}m"

    @property
    def phrase(self) -> str:
        return EVERY_N_MINUTES.format(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class EveryHours:
    hours: int

    def __post_init__(self) -> None:
        _check_step(self.text, self.hours, HOUR_STEPS)

    @property
    def text(self) -> str:
        return f"every {self.hours}h"

    @property
    def phrase(self) -> str:
        return EVERY_HOUR if self.hours == 1 else EVERY_N_HOURS.format(hours=self.hours)


@dataclass(frozen=True, slots=True)
class Cron:
    expression: CronExpression

    @property
    def text(self) -> str:
        return f"cron:{self.expression.fields}"

    @property
    def phrase(self) -> str:
        return BY_CRON.format(expression=self.expression.fields)


Frequency = Nightly | Daily | OnWeekdays | EveryMinutes | EveryHours | Cron
NIGHTLY = Nightly()


def parse_frequency(text: str) -> Frequency:
    """Return the frequency that a text such as `mon,wed@06:30` means; `.text` gives the text back.

    Letter case and surplus blanks do not matter. Raises WrongUse, listing the forms.
    """
    trimmed = " ".join(text.split()).lower()
    if trimmed == "nightly":
        return Nightly()
    if trimmed.startswith("cron:"):
        return Cron(CronExpression(trimmed.removeprefix("cron:")))
    if every := re.fullmatch(r"every ([0-9]{1,4}) ?([mh])", trimmed):
        return EveryMinutes(int(every[1])) if every[2] == "m" else EveryHours(int(every[1]))
    days, at, wall_time = trimmed.partition("@")
    names = [name.strip() for name in days.split(",")]
    if at and days.strip() == "daily":
        return Daily(_parse_time(wall_time, text))
    if at and all(name in WEEKDAY_NAMES for name in names):
        return OnWeekdays(tuple(WEEKDAY_NAMES.index(name) for name in names), _parse_time(wall_time, text))
    raise WrongUse(TEXT_UNKNOWN.format(text=text, forms=TEXT_FORMS))


def occurrences(frequency: Frequency, start_utc: datetime, end_utc: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the UTC instants in [start_utc, end_utc) at which `frequency` is due; ascending, each once.

    Lazy: a window of a thousand years costs as much as what is taken from it.
    """
    start = min(start_utc.astimezone(UTC), LAST_INSTANT)
    end = min(end_utc.astimezone(UTC), LAST_INSTANT)
    match frequency:
        case Cron(expression):
            return cron_occurrences(expression, start, end, zone)
        case EveryMinutes(minutes):
            return _every(timedelta(minutes=minutes), start, end, zone)
        case EveryHours(hours):
            return _every(timedelta(hours=hours), start, end, zone)
        case OnWeekdays(weekdays, wall_time):
            return _at(wall_time, weekdays, start, end, zone)
        case Daily(wall_time):
            return _at(wall_time, range(7), start, end, zone)
        case Nightly():
            return _at(MIDNIGHT, range(7), start, end, zone)


def occurrences_in_period(
    frequency: Frequency,
    first_day: date,
    last_day: date,
    start_utc: datetime,
    end_utc: datetime,
    zone: ZoneInfo,
) -> Iterator[datetime]:
    """Yield the occurrences in [start_utc, end_utc) that lie inside the period, both of its days inclusive.

    Inside means from the first instant of `first_day` to before the first instant after `last_day`, and
    on a local date of the period: the two differ where the clock goes back over midnight.
    """
    start = max(start_utc, first_instant_of(first_day, zone))
    end = min(end_utc, first_instant_after(last_day, zone))
    if start >= end:
        return
    for instant in occurrences(frequency, start, end, zone):
        if first_day <= local_date(instant, zone) <= last_day:
            yield instant


def _at(
    wall_time: time, weekdays: range | tuple[int, ...], start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    for day in _days_from(start, zone):
        if day.weekday() not in weekdays:
            continue
        instant = instant_of(day, wall_time, zone)
        if instant is None or instant < start:
            continue
        if instant >= end:
            return
        yield instant


def _every(step: timedelta, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    for day in _days_from(start, zone):
        day_begins = first_instant_of(day, zone)
        if day_begins >= end:
            return
        day_ends = min(first_instant_after(day, zone), end)
        steps_passed = max(0, -((day_begins - start) // step))
        instant = day_begins + steps_passed * step
        while instant < day_ends:
            yield instant
            instant += step


def _days_from(start: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Yield local dates from the one before that of `start`, which may return when the clock goes back."""
    day = local_date(start, zone) - timedelta(days=1)
    while day < LAST_DAY:
        yield day
        day += timedelta(days=1)


def _parse_time(wall_time: str, text: str) -> time:
    found = re.fullmatch(r" ?([0-9]{1,2}):([0-9]{2})", wall_time)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise WrongUse(TIME_UNKNOWN.format(text=text))
    return time(int(found[1]), int(found[2]))


def _check_step(text: str, step: int, allowed: tuple[int, ...]) -> None:
    if step not in allowed:
        minutes, hours = (", ".join(map(str, steps)) for steps in (MINUTE_STEPS, HOUR_STEPS))
        raise WrongUse(STEP_UNKNOWN.format(text=text, minutes=minutes, hours=hours))


def _check_whole_minute(wall_time: time) -> None:
    if wall_time.second or wall_time.microsecond:
        raise WrongUse(TIME_WITH_SECONDS.format(time=wall_time.isoformat()))
