"""Short ways to write a schedule, for the tests of status, forecast, catch-up and health."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from photosync.core.frequency import parse_frequency
from photosync.core.periods import TimetablePeriod
from photosync.core.status import AssignedPeriod, Mode, ProfileSchedule

SYDNEY = ZoneInfo("Australia/Sydney")


def assigned(code, start, end, frequency="nightly", mode=Mode.FULL):
    period = TimetablePeriod(
        code=code,
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        group_number=1,
        academic_year=2026,
    )
    return AssignedPeriod(period, parse_frequency(frequency), mode)


def schedule(*periods, enabled=True, zone=SYDNEY):
    return ProfileSchedule(name="Photo Sync", enabled=enabled, zone=zone, assigned=periods)


def at(local, zone=SYDNEY):
    """Return the UTC instant of a local time written "2026-12-18 10:00"."""
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)


S2 = ("2026S2", "2026-07-20", "2026-12-18")
S1 = ("2027S1", "2027-01-27", "2027-06-25")
PHOTO = ("PHOTO", "2026-01-01", "2030-12-31")
SUMMER = ("SUMMER", "2026-12-19", "2027-01-26")
