"""An instant as someone writes it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from photosync.core.errors import WrongUse
from photosync.core.instants import first_instant_of, instant_of
from photosync.core.people import quoted

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""At the ends of the calendar a time has no instant in every zone."""


def instant_said(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant that was asked for: without an offset it is read in the school's zone. Raises WrongUse."""
    said = text.strip()
    try:
        day = date.fromisoformat(said) if len(said) == 10 else None
        found = datetime.fromisoformat(said)
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(text)} is not a time. Nothing was done. Write it as 2026-12-18T23:59 in the school's time "
            "zone, or with an offset: 2026-12-18T23:59+11:00."
        ) from exc
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongUse(
            f"{quoted(text)} is too far off. Nothing was done. Give a time of the years {FIRST_YEAR} to {LAST_YEAR}."
        )
    if day is not None:
        return first_instant_of(day, zone)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    seconds = time(found.hour, found.minute, found.second, found.microsecond)
    return instant_of(found.date(), seconds, zone) or first_instant_of(found.date(), zone)
