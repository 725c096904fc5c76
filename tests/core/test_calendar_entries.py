"""What a calendar shows of a profile."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from photosync.core.calendar_entries import DaysEntry, RunEntry, days_entries, run_entries
from photosync.core.frequency import NIGHTLY, Frequency, parse_frequency
from photosync.core.periods import TimetablePeriod
from photosync.core.status import AssignedPeriod, Mode, ProfileSchedule

ZONE = ZoneInfo("Australia/Sydney")
TODAY = date(2026, 11, 23)


def assigned(
    code: str, start: date, end: date, frequency: Frequency = NIGHTLY, mode: Mode = Mode.FULL
) -> AssignedPeriod:
    period = TimetablePeriod(code=code, start=start, end=end, group_number=1, academic_year=2026)
    return AssignedPeriod(period, frequency, mode)


def schedule(*periods: AssignedPeriod, enabled: bool = True) -> ProfileSchedule:
    return ProfileSchedule(name="Photo Sync", enabled=enabled, zone=ZONE, assigned=periods)


S2 = assigned("2026S2", date(2026, 7, 20), date(2026, 12, 18))
S1 = assigned("2027S1", date(2027, 1, 27), date(2027, 6, 25))


def test_nightly_profile_is_a_band_and_its_stop() -> None:
    assert days_entries(schedule(S2), TODAY) == (
        DaysEntry(
            "stops",
            date(2026, 12, 18),
            date(2026, 12, 18),
            "Photo Sync stops after today",
            "Last day of 2026S2: Photo Sync stops. No later timetable period has been added. To let it go on, add a "
            "timetable period that ends later: Administration > Timetable Management > Manage Sync.",
        ),
        DaysEntry(
            "runs-2026S2",
            date(2026, 7, 20),
            date(2026, 12, 18),
            "Photo Sync runs every night at 00:00",
            "Photo Sync runs every night at 00:00 from Monday 20 July 2026 to Friday 18 December 2026 (2026S2).",
        ),
    )
    assert run_entries(schedule(S2), TODAY) == ()


def test_stop_that_moves_keeps_its_key_and_pauses_and_starts_name_their_period() -> None:
    found = [(each.key, each.first_day, each.title) for each in days_entries(schedule(S2, S1), TODAY)]

    assert found == [
        ("pauses-2026S2", date(2026, 12, 18), "Photo Sync pauses after today"),
        ("starts-2027S1", date(2027, 1, 27), "Photo Sync starts"),
        ("stops", date(2027, 6, 25), "Photo Sync stops after today"),
        ("runs-2026S2", date(2026, 7, 20), "Photo Sync runs every night at 00:00"),
        ("runs-2027S1", date(2027, 1, 27), "Photo Sync runs every night at 00:00"),
    ]


def test_disabled_profile_has_no_runs_and_says_that_it_does_not_start() -> None:
    disabled = schedule(S1, enabled=False)

    assert [(each.key, each.title) for each in days_entries(disabled, TODAY)] == [
        ("starts-2027S1", "Photo Sync is Disabled and does not start"),
        ("stops", "Photo Sync stops after today"),
    ]
    weekly = assigned("2026S2", date(2026, 7, 20), date(2026, 12, 18), parse_frequency("mon@06:30"))
    assert run_entries(schedule(weekly, enabled=False), TODAY) == ()


def test_rare_runs_are_told_one_by_one_right_around_the_clock_change() -> None:
    # Clocks go on by an hour on Sunday 4 October 2026 at 02:00; 02:30 does not exist that day.
    weekly = assigned("2026S2", date(2026, 9, 20), date(2026, 10, 11), parse_frequency("sun@02:30"), Mode.ADDITIONS)

    words = "Photo Sync runs at {} (2026S2). Additions only: no face that is shown changes."
    assert run_entries(schedule(weekly), date(2026, 9, 27)) == tuple(
        RunEntry(f"run-{at:%Y%m%dT%H%M%SZ}", at, "Photo Sync runs", words.format(local))
        for at, local in (
            (datetime(2026, 9, 26, 16, 30, tzinfo=UTC), "02:30"),
            (datetime(2026, 10, 3, 16, 0, tzinfo=UTC), "03:00"),
            (datetime(2026, 10, 10, 15, 30, tzinfo=UTC), "02:30"),
        )
    )
    assert "runs-2026S2" not in [each.key for each in days_entries(schedule(weekly), TODAY)]


@pytest.mark.parametrize(
    ("frequency", "is_band"),
    [
        ("nightly", True),
        ("daily@06:30", True),
        ("every 5m", True),
        ("mon,wed,fri@06:30", False),
        ("mon,tue,wed,thu@06:30", True),
        ("cron:0 6 1 * *", False),
        ("cron:0 6 * * 1-5", True),
        ("cron:*/5 * 1 12 *", True),
    ],
)
def test_what_runs_more_than_three_times_a_week_is_a_band(frequency: str, *, is_band: bool) -> None:
    of_it = schedule(assigned("PHOTO", date(2026, 11, 1), date(2030, 12, 31), parse_frequency(frequency)))

    assert ("runs-PHOTO" in [each.key for each in days_entries(of_it, TODAY)]) is is_band
    assert bool(run_entries(of_it, TODAY)) is not is_band


def test_few_nights_are_still_a_band() -> None:
    short = assigned("2026S2", date(2026, 12, 1), date(2026, 12, 2), parse_frequency(f"daily@{time(6, 30):%H:%M}"))
    assert "runs-2026S2" in [each.key for each in days_entries(schedule(short), TODAY)]


def test_what_ended_long_ago_is_left_out_and_what_ended_lately_is_told() -> None:
    assert [each.key for each in days_entries(schedule(S2), date(2027, 3, 20))] == ["stops", "runs-2026S2"]
    assert days_entries(schedule(S2), date(2027, 3, 21)) == ()


def test_first_and_last_days_of_the_calendar_are_bounds() -> None:
    ages = assigned("AGES", date(1900, 1, 1), date.max)
    assert [each.key for each in days_entries(schedule(ages), date(1900, 1, 1))] == [
        "starts-AGES",
        "stops",
        "runs-AGES",
    ]
    assert [each.key for each in days_entries(schedule(ages), date.max)] == ["stops", "runs-AGES"]
