"""A brute-force oracle of the schedule: it looks at every minute of UTC and reads the school's clock.

It shares no code with `photosync.core` and applies the rules in words: cron(8) for cron expressions,
docs/decisions/0004-clock-changes.md for the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Minute:
    utc: datetime
    wall: datetime  # what the clock on the school's wall shows; naive


def minutes(start_utc: datetime, end_utc: datetime, zone: ZoneInfo) -> list[Minute]:
    walk = []
    utc = start_utc
    while utc < end_utc:
        walk.append(Minute(utc, utc.astimezone(zone).replace(tzinfo=None)))
        utc += MINUTE
    return walk


def wall_time_instants(walk: list[Minute], wall_time: time, weekdays: Iterable[int] = range(7)) -> list[datetime]:
    """Once a day: the first minute that shows `wall_time`, or if none does, the first after the gap."""
    weekdays = set(weekdays)
    found: dict[date, datetime] = {}
    for before, minute in pairwise(walk):
        day = minute.wall.date()
        due = datetime.combine(day, wall_time)
        shows_it = minute.wall == due
        jumped_over_it = before.wall < due < minute.wall
        if day.weekday() in weekdays and day not in found and (shows_it or jumped_over_it):
            found[day] = minute.utc
    return sorted(found.values())


def first_minutes(walk: list[Minute]) -> dict[date, datetime]:
    """The first minute of each local day that begins within the walk."""
    found = {walk[0].wall.date(): EPOCH}
    for minute in walk:
        found.setdefault(minute.wall.date(), minute.utc)
    del found[walk[0].wall.date()]
    return found


def interval_instants(walk: list[Minute], step: timedelta) -> list[datetime]:
    """Elapsed time from the first instant of each local day."""
    begins = set(first_minutes(walk).values())
    due, day_began = [], None
    for minute in walk:
        if minute.utc in begins:
            day_began = minute.utc
        if day_began is not None and (minute.utc - day_began) % step == timedelta():
            due.append(minute.utc)
    return due


def debian_cron_instants(walk: list[Minute], fields: str) -> list[datetime]:
    """What Debian's cron does, minute by minute, from a walk that begins in a quiet time.

    Jobs with `*` in the minute or hour run by the clock. The others: minutes skipped by a change of less
    than three hours are made up for at once, minutes repeated are left out until the clock has caught up;
    a larger change is a correction of the clock.
    """
    wild = any(field.startswith("*") for field in fields.split()[:2])
    done = walk[0].wall  # the wall time up to which jobs of a particular time have run
    due = []
    for minute in walk[1:]:
        moved = minute.wall - done
        if moved == MINUTE or wild:
            runs, done = cron_matches(fields, minute.wall), minute.wall
        elif MINUTE < moved <= timedelta(hours=3):
            skipped = [done + number * MINUTE for number in range(1, moved // MINUTE + 1)]
            runs, done = any(cron_matches(fields, wall) for wall in skipped), minute.wall
        elif -timedelta(hours=3) < moved <= timedelta():
            runs = False
        else:
            runs, done = cron_matches(fields, minute.wall), minute.wall
        if runs:
            due.append(minute.utc)
    return due


def cron_matches(fields: str, wall: datetime) -> bool:
    minute, hour, day, month, weekday = fields.split()
    day_fits = wall.day in numbers(day, 1, 31)
    weekday_fits = wall.isoweekday() % 7 in {number % 7 for number in numbers(weekday, 0, 7)}
    either_is_starred = day.startswith("*") or weekday.startswith("*")
    return (
        wall.minute in numbers(minute, 0, 59)
        and wall.hour in numbers(hour, 0, 23)
        and wall.month in numbers(month, 1, 12)
        and ((day_fits and weekday_fits) if either_is_starred else (day_fits or weekday_fits))
    )


@cache
def numbers(field: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        reach, _, step = part.partition("/")
        low, _, high = reach.partition("-")
        if reach == "*":
            low, high = str(lowest), str(highest)
        found |= set(range(int(low), int(high or low) + 1, int(step or 1)))
    return found
