"""Cron expressions of five fields, at the times at which Debian's cron would run them.

cronsim reads the expression and walks the calendar in plain wall time; the clock changes are kept
here, because cronsim by itself steps over half-hour changes and runs what a missing day holds.
Rule: cron(8), "Special considerations", and docs/decisions/0004-clock-changes.md
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from photosync.core.errors import WrongUse
from photosync.core.instants import LAST_INSTANT, clock_change_between

CRON_MALFORMED = (
    "{expression!r} is not a cron expression ({reason}); nothing was changed. "
    "Write five fields: minute, hour, day of month, month, day of week, for instance */20 7-17 * * 1-5."
)
FIVE_FIELDS = "it has {count} {fields}"
NEVER_DUE = "no date matches it"

ONE_NUMBER_WITH_STEP = re.compile(r"\b([0-9A-Z]+)-\1/[0-9]+")
DAYLIGHT_SAVING_LIMIT = timedelta(hours=3)
A_DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class CronExpression:
    """Five cron fields, one space between them. Raises WrongUse if they are malformed or match no date."""

    fields: str

    def __post_init__(self) -> None:
        parts = self.fields.split()
        object.__setattr__(self, "fields", " ".join(parts).upper())
        if len(parts) != 5:
            fields = "field" if len(parts) == 1 else "fields"
            raise _malformed(" ".join(parts), FIVE_FIELDS.format(count=len(parts), fields=fields))
        try:
            found = next(self.wall_times_from(datetime(2000, 1, 1)), None)  # noqa: DTZ001 wall time, no instant
        except CronSimError as exc:
            raise _malformed(self.fields, str(exc).lower()) from exc
        if found is None:
            raise _malformed(self.fields, NEVER_DUE)

    @property
    def by_the_clock(self) -> bool:
        """True where minute or hour begins with `*`: such a job goes by the clock, whatever it shows."""
        minute, hour = self.fields.split()[:2]
        return minute.startswith("*") or hour.startswith("*")

    def wall_times_from(self, wall: datetime) -> Iterator[datetime]:
        """Yield the matching wall times (naive) from `wall` on; ends where none follows within 50 years."""
        # cronsim takes 7-7/2 for "from 7 on", cron for 7 alone.
        fields = ONE_NUMBER_WITH_STEP.sub(r"\1", self.fields)
        matches = CronSim(fields, wall - timedelta(seconds=1))
        with suppress(OverflowError):  # the calendar ends with the year 9999
            yield from matches


def _malformed(fields: str, reason: str) -> WrongUse:
    return WrongUse(CRON_MALFORMED.format(expression=fields, reason=reason))


def cron_occurrences(
    expression: CronExpression, start_utc: datetime, end_utc: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """Yield the UTC instants in [start_utc, end_utc), ascending, each once."""
    latest: datetime | None = None
    for instant in _candidates(expression, start_utc, end_utc, zone):
        if instant >= end_utc:
            return
        if instant >= start_utc and instant != latest:
            latest = instant
            yield instant


def _candidates(
    expression: CronExpression, start_utc: datetime, end_utc: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """Yield ascending instants from a little before `start_utc`, stretch by stretch of one offset."""
    cursor = start_utc
    if _offset(start_utc - A_DAY, zone) != _offset(start_utc, zone):
        # What a change has just skipped or repeated can only be told from before it.
        cursor = start_utc - A_DAY
    wall_done = _wall(cursor, zone)
    while cursor < end_utc:
        wall = _wall(cursor, zone)
        if wall - wall_done >= DAYLIGHT_SAVING_LIMIT or wall_done - wall > DAYLIGHT_SAVING_LIMIT:
            wall_done = wall  # a correction of the clock: cron goes on at the new time
        next_match = next(expression.wall_times_from(min(wall_done, wall)), None)
        if next_match is None:
            return
        nothing_for = next_match - wall - 3 * A_DAY
        if nothing_for > timedelta():
            cursor = min(cursor + nothing_for, LAST_INSTANT)
            wall_done = _wall(cursor, zone)
            continue
        stretch_end = _end_of_stretch(cursor, end_utc, zone)
        yield from _in_stretch(expression, cursor, stretch_end, wall_done, zone)
        wall_done = max(wall_done, stretch_end.replace(tzinfo=None) + _offset(cursor, zone))
        cursor = stretch_end


def _in_stretch(
    expression: CronExpression, start: datetime, end: datetime, wall_done: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """Yield the instants in [start, end), in which the offset does not change.

    `wall_done` is the wall time up to which jobs of a particular time have been run already: less than
    the wall time of `start` when the clock has just gone forward, more when it has gone back.
    """
    offset = _offset(start, zone)
    wall_start = start.replace(tzinfo=None) + offset
    wall_end = end.replace(tzinfo=None) + offset
    if not expression.by_the_clock:
        if wall_done < wall_start and next(expression.wall_times_from(wall_done), wall_start) < wall_start:
            yield start
        wall_start = max(wall_start, wall_done)
    for wall in expression.wall_times_from(wall_start):
        if wall >= wall_end:
            return
        yield wall.replace(tzinfo=UTC) - offset


def _end_of_stretch(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the next change of the offset after `start`, or if there is none, up to 30 days later."""
    offset = _offset(start, zone)
    reached = start
    for _ in range(LOOK_AHEAD_DAYS):
        ahead = min(reached + A_DAY, end)
        if _offset(ahead, zone) != offset:
            return clock_change_between(reached, ahead, zone)
        reached = ahead
        if reached == end:
            break
    return reached


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return _wall(instant, zone) - instant.replace(tzinfo=None)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
