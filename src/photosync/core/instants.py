"""Local calendar days and wall times of a school's zone as instants of UTC.

Rule: docs/decisions/0004-clock-changes.md
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Near the end of the calendar a conversion between zones would leave the range of `datetime`.
LAST_INSTANT = datetime(9999, 12, 29, tzinfo=UTC)
LAST_DAY = date(9999, 12, 29)


def instant_of(day: date, wall_time: time, zone: ZoneInfo) -> datetime | None:
    """Return the UTC instant of `wall_time` on `day` in `zone`, or None where the day has none.

    A time skipped by a clock change becomes the first instant after the gap, unless that is on a
    later local date; a time that occurs twice means its first occurrence. A day that does not exist
    in the zone (Pacific/Apia, 30 December 2011) has no instant.
    """
    wall = datetime.combine(day, wall_time, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if _reads(instant, wall, zone):
        return instant
    after_gap = _first_instant_after_gap(wall, zone)
    return after_gap if local_date(after_gap, zone) == day else None


def first_instant_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of UTC at which the date in `zone` is `day`, or later if `day` does not exist.

    Midnight may be skipped (the day then begins at 01:00) or occur twice (the first one counts).
    """
    if day > LAST_DAY:
        return LAST_INSTANT
    midnight = datetime.combine(day, time(), tzinfo=zone)
    instant = midnight.astimezone(UTC)
    return instant if _reads(instant, midnight, zone) else _first_instant_after_gap(midnight, zone)


def first_instant_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which `day` is over: the first instant of the next local day."""
    return LAST_INSTANT if day >= LAST_DAY else first_instant_of(day + timedelta(days=1), zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def day_exists(day: date, zone: ZoneInfo) -> bool:
    """Return False for a date that the zone left out by crossing the date line."""
    return local_date(first_instant_of(day, zone), zone) == day


def _reads(instant: datetime, wall: datetime, zone: ZoneInfo) -> bool:
    return instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)


def _first_instant_after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of the clock change that skips `wall`, found by halving, to the second.

    Of a skipped time, fold=1 takes the offset after the change and so lies before it; fold=0 the
    other way round (PEP 495). One change lies between the two.
    """
    before = wall.replace(fold=1).astimezone(UTC)
    after = wall.replace(fold=0).astimezone(UTC)
    return clock_change_between(before, after, zone)


def clock_change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant, on a whole second, from which the offset of `after` holds."""
    # Clocks change on whole seconds: counted from a fraction of one, the change would be found too late or too early.
    before = before.replace(microsecond=0)
    offset_after = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset_after:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)
