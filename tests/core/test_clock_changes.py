"""The schedule against the walk over every minute, around the odd days of odd zones."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photosync.core.cron import CronExpression
from photosync.core.frequency import (
    HOUR_STEPS,
    MINUTE_STEPS,
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Frequency,
    Nightly,
    OnWeekdays,
    occurrences,
    occurrences_in_period,
)
from photosync.core.instants import day_exists, first_instant_of, instant_of, local_date
from tests.core.minute_walk import (
    Minute,
    cron_matches,
    debian_cron_instants,
    first_minutes,
    interval_instants,
    minutes,
    wall_time_instants,
)

# Days on or about which the clocks of a zone change, and a quiet one each.
ODD_DAYS = {
    "UTC": ["2026-03-29"],
    "Australia/Sydney": ["2026-04-05", "2026-10-04", "2026-12-18"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Europe/London": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Pacific/Apia": ["2011-12-30", "2011-09-24", "2012-04-01"],
    "America/Sao_Paulo": ["2018-02-18", "2018-11-04"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "America/Nuuk": ["2024-03-30", "2024-10-26"],
    "America/St_Johns": ["2010-03-14", "2010-11-07"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "Antarctica/Casey": ["2018-03-11", "2018-10-07"],
}
ZONE_DAYS = [(zone, date.fromisoformat(day)) for zone, days in ODD_DAYS.items() for day in days]
WALK = timedelta(hours=60)

zone_days = st.sampled_from(ZONE_DAYS).map(lambda pair: (ZoneInfo(pair[0]), pair[1]))
minutes_of_day = st.integers(0, 24 * 60 - 1)
early_minutes = st.one_of(st.integers(0, 4 * 60), st.integers(22 * 60, 24 * 60 - 1), minutes_of_day)
wall_times = early_minutes.map(lambda number: time(number // 60, number % 60))
weekday_sets = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def window(day: date) -> tuple[datetime, datetime]:
    """What is compared: two days and a half around `day`, all of it within the walk."""
    return noon(day) - timedelta(hours=30), noon(day) + timedelta(hours=30)


@cache
def walk_around(day: date, zone: ZoneInfo) -> list[Minute]:
    return minutes(noon(day) - WALK, noon(day) + WALK, zone)


def within(instants: list[datetime], start: datetime, end: datetime) -> list[datetime]:
    return [instant for instant in instants if start <= instant < end]


@given(zone_days, wall_times)
def test_daily_equals_the_walk_over_every_minute(zone_day, wall_time):
    zone, day = zone_day
    start, end = window(day)
    expected = within(wall_time_instants(walk_around(day, zone), wall_time), start, end)
    assert list(occurrences(Daily(wall_time), start, end, zone)) == expected


@given(zone_days, wall_times, weekday_sets)
def test_weekdays_equal_the_walk_over_every_minute(zone_day, wall_time, weekdays):
    zone, day = zone_day
    start, end = window(day)
    expected = within(wall_time_instants(walk_around(day, zone), wall_time, weekdays), start, end)
    assert list(occurrences(OnWeekdays(weekdays, wall_time), start, end, zone)) == expected


@given(zone_days, st.sampled_from([*map(EveryMinutes, MINUTE_STEPS), *map(EveryHours, HOUR_STEPS)]))
def test_intervals_equal_the_walk_over_every_minute(zone_day, frequency):
    zone, day = zone_day
    start, end = window(day)
    step = (
        timedelta(minutes=frequency.minutes)
        if isinstance(frequency, EveryMinutes)
        else timedelta(hours=frequency.hours)
    )
    expected = within(interval_instants(walk_around(day, zone), step), start, end)
    assert list(occurrences(frequency, start, end, zone)) == expected


def number_field(lowest: int, highest: int, *, starred: bool) -> st.SearchStrategy[str]:
    one = st.integers(lowest, highest).map(str)
    reach = st.tuples(st.integers(lowest, highest), st.integers(lowest, highest)).map(
        lambda pair: f"{min(pair)}-{max(pair)}"
    )
    stepped_reach = st.tuples(reach, st.integers(1, 20)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    several = st.lists(st.one_of(one, reach, stepped_reach), min_size=1, max_size=3).map(",".join)
    stars = st.one_of(st.just("*"), st.integers(2, 30).map(lambda step: f"*/{step}"))
    return st.one_of(several, stars) if starred else several


@st.composite
def cron_fields(draw: st.DrawFn) -> str:
    """Five fields, with the hours mostly about midnight, where the clocks change."""
    by_the_clock = draw(st.booleans())
    minute = draw(number_field(0, 59, starred=by_the_clock))
    hour = draw(
        st.one_of(
            number_field(0, 23, starred=by_the_clock),
            number_field(0, 4, starred=by_the_clock),
            number_field(22, 23, starred=by_the_clock),
        )
    )
    day = draw(st.one_of(st.just("*"), number_field(1, 28, starred=True)))
    month = draw(st.one_of(st.just("*"), number_field(1, 12, starred=True)))
    weekday = draw(st.one_of(st.just("*"), number_field(0, 7, starred=True)))
    return f"{minute} {hour} {day} {month} {weekday}"


@given(zone_days, cron_fields())
@example((ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)), "*/15 3 * * *")
@example((ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5)), "*/15 2 * * *")
@example((ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)), "0,15 2 * * *")
@example((ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4)), "*/20 0 * * *")
@example((ZoneInfo("Pacific/Apia"), date(2011, 12, 30)), "30 6 * * *")
@example((ZoneInfo("America/Nuuk"), date(2024, 3, 30)), "30 23 * * *")
@example((ZoneInfo("Antarctica/Casey"), date(2018, 10, 7)), "30 2 * * *")
def test_cron_equals_debian_cron_minute_by_minute(zone_day, fields):
    zone, day = zone_day
    start, end = window(day)
    expected = within(debian_cron_instants(walk_around(day, zone), fields), start, end)
    assert list(occurrences(Cron(CronExpression(fields)), start, end, zone)) == expected


parts_of_a_window = st.timedeltas(timedelta(), timedelta(hours=60))
TO_THE_CHANGE = timedelta(hours=28)
"""From the beginning of the window to the clock change of Apia."""
A_MOMENT = timedelta(microseconds=1)


@given(zone_days, cron_fields(), parts_of_a_window, parts_of_a_window)
@example((ZoneInfo("Australia/Sydney"), date(2026, 10, 4)), "15 2 * * *", A_MOMENT, timedelta(hours=60))
@example((ZoneInfo("Pacific/Apia"), date(2011, 12, 30)), "54 23 * * *", A_MOMENT, TO_THE_CHANGE)
def test_cron_of_a_part_of_a_window_is_that_part_of_its_times(zone_day, fields, one, other):
    zone, day = zone_day
    start, end = window(day)
    part_start = start + min(one, other)
    part_end = start + max(one, other)
    frequency = Cron(CronExpression(fields))
    whole = list(occurrences(frequency, start, end, zone))
    assert list(occurrences(frequency, part_start, part_end, zone)) == within(whole, part_start, part_end)


frequencies: st.SearchStrategy[Frequency] = st.one_of(
    st.just(Nightly()),
    wall_times.map(Daily),
    st.tuples(weekday_sets, wall_times).map(lambda pair: OnWeekdays(*pair)),
    st.sampled_from(MINUTE_STEPS).map(EveryMinutes),
    st.sampled_from(HOUR_STEPS).map(EveryHours),
    cron_fields().map(CronExpression).map(Cron),
)


@given(zone_days, frequencies, st.integers(-1, 1), st.integers(0, 1))
def test_nothing_is_due_outside_the_days_of_the_period_by_any_clock(zone_day, frequency, offset, length):
    zone, day = zone_day
    first_day = day + timedelta(days=offset)
    last_day = first_day + timedelta(days=length)
    start, end = window(day)
    begins = first_minutes(walk_around(day, zone))
    after_last = min((begun for each, begun in begins.items() if each > last_day), default=end)
    expected = [
        instant
        for instant in occurrences(frequency, start, end, zone)
        if first_day <= instant.astimezone(zone).date() <= last_day and instant < after_last
    ]
    assert list(occurrences_in_period(frequency, first_day, last_day, start, end, zone)) == expected


@pytest.mark.parametrize(("zone_name", "day"), ZONE_DAYS)
def test_first_instant_of_each_day_is_its_first_minute(zone_name, day):
    zone = ZoneInfo(zone_name)
    begins = first_minutes(walk_around(day, zone))
    days = [day + timedelta(days=number) for number in (-1, 0, 1)]
    assert {each: day_exists(each, zone) for each in days} == {each: each in begins for each in days}
    existing = [each for each in days if each in begins]
    assert {each: first_instant_of(each, zone) for each in existing} == {each: begins[each] for each in existing}


APIA = ZoneInfo("Pacific/Apia")
SYDNEY = ZoneInfo("Australia/Sydney")


def test_instant_of_a_day_that_the_zone_left_out_is_none():
    assert instant_of(date(2011, 12, 30), time(6, 30), APIA) is None
    assert not day_exists(date(2011, 12, 30), APIA)
    assert first_instant_of(date(2011, 12, 30), APIA) == first_instant_of(date(2011, 12, 31), APIA)


def test_instant_of_a_skipped_time_is_the_first_after_the_gap():
    assert instant_of(date(2026, 10, 4), time(2, 30), SYDNEY) == datetime(2026, 10, 3, 16, tzinfo=UTC)


def test_instant_of_a_repeated_time_is_its_first_occurrence():
    assert instant_of(date(2026, 4, 5), time(2, 30), SYDNEY) == datetime(2026, 4, 4, 15, 30, tzinfo=UTC)


def test_instant_of_a_time_skipped_into_the_next_day_is_none():
    assert instant_of(date(2024, 3, 30), time(23, 30), ZoneInfo("America/Nuuk")) is None


def test_first_instant_where_midnight_is_skipped_is_one_o_clock():
    zone = ZoneInfo("America/Sao_Paulo")
    first = first_instant_of(date(2018, 11, 4), zone)
    assert (first, local_date(first, zone), first.astimezone(zone).hour) == (
        datetime(2018, 11, 4, 3, tzinfo=UTC),
        date(2018, 11, 4),
        1,
    )


def test_end_of_the_calendar_is_an_instant_too():
    assert first_instant_of(date(9999, 12, 31), SYDNEY) == datetime(9999, 12, 29, tzinfo=UTC)
    start = datetime(9999, 12, 1, tzinfo=UTC)
    end = datetime(9999, 12, 31, tzinfo=UTC)
    for frequency in (Nightly(), EveryHours(1), Cron(CronExpression("0 0 1 1 *"))):
        for instant in occurrences(frequency, start, end, SYDNEY):
            assert start <= instant < datetime(9999, 12, 29, tzinfo=UTC)


def test_oracle_reads_the_fields_as_cron_does():
    monday_first_of_june = datetime(2026, 6, 1, 7, 40)  # noqa: DTZ001 wall time
    fields = {
        "*/20 7-17 * * 1-5": True,
        "40 7 2 * 1": True,
        "40 7 2 * *": False,
        "40 7 */2 * 2": False,
        "40 7 1 6 0,7": True,
        "39 7 * * *": False,
    }
    assert {text: cron_matches(text, monday_first_of_june) for text in fields} == fields
