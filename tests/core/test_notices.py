"""What is told of a profile, when, and that nothing is told twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.notices import (
    DAYS_BEFORE_A_STOP,
    EndedRun,
    NoticeKind,
    Thing,
    end_to_tell,
    is_told,
    run_to_tell,
    stop_key,
    stop_to_tell,
)
from photosync.core.periods import TimetablePeriod
from photosync.core.run_states import RunState
from photosync.core.status import AssignedPeriod, ProfileSchedule

SYDNEY = ZoneInfo("Australia/Sydney")
STOP = date(2026, 12, 18)
ZONES = ("Australia/Sydney", "Pacific/Apia", "America/St_Johns", "Africa/Cairo", "UTC")


def schedule(stops_on: date = STOP, *, zone: ZoneInfo = SYDNEY, enabled: bool = True) -> ProfileSchedule:
    start = stops_on - timedelta(days=150)
    period = TimetablePeriod(code="2026S2", start=start, end=stops_on, group_number=1, academic_year=2026)
    return ProfileSchedule(name="Photo Sync", enabled=enabled, zone=zone, assigned=(AssignedPeriod(period),))


def at(day: date, hour: int = 9, minute: int = 0, zone: ZoneInfo = SYDNEY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def before(days: int, hour: int = 9) -> datetime:
    return at(STOP - timedelta(days=days), hour)


@pytest.mark.parametrize(
    ("days_left", "threshold"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_stop_is_told_with_the_nearest_threshold_that_has_passed(days_left: int, threshold: int | None) -> None:
    expected = None if threshold is None else Thing(NoticeKind.STOPS_SOON, f"2026-12-18 {threshold}")

    assert stop_to_tell(schedule(), set(), before(days_left)) == expected


def test_stop_is_told_from_seven_in_the_morning() -> None:
    told = [
        stop_to_tell(schedule(), set(), at(date(2026, 12, 4), hour, minute)) for hour, minute in ((6, 59), (7, 0))
    ]

    assert told == [None, Thing(NoticeKind.STOPS_SOON, "2026-12-18 14")]


def test_thresholds_before_one_that_was_told_are_left_out_for_good() -> None:
    # The clock was ahead, or was set back: what is nearer was told already.
    assert stop_to_tell(schedule(), {"2026-12-18 7"}, before(20)) is None


def test_stop_that_moves_is_another_thing() -> None:
    moved = schedule(date(2026, 12, 20))

    assert stop_to_tell(moved, {"2026-12-18 14"}, before(10)) == Thing(NoticeKind.STOPS_SOON, "2026-12-20 14")


def test_disabled_profile_has_nothing_that_stops_until_it_is_enabled_again() -> None:
    assert stop_to_tell(schedule(enabled=False), set(), before(14)) is None
    assert stop_to_tell(schedule(), set(), before(12)) == Thing(NoticeKind.STOPS_SOON, "2026-12-18 14")


def test_profile_without_a_period_has_nothing_to_tell() -> None:
    empty = replace(schedule(), assigned=())

    assert (stop_to_tell(empty, set(), before(1)), end_to_tell(empty, before(1))) == (None, None)


@pytest.mark.parametrize(("days_ago", "hour", "is_told"), [
    (0, 23, False), (1, 6, False), (1, 7, True), (2, 0, False), (7, 12, True), (8, 12, False),
])  # fmt: skip
def test_end_is_told_on_the_morning_after_and_for_a_week(days_ago: int, hour: int, is_told: bool) -> None:
    expected = Thing(NoticeKind.ENDED, "2026-12-18") if is_told else None

    assert end_to_tell(schedule(), before(-days_ago, hour)) == expected
    assert end_to_tell(schedule(enabled=False), before(-days_ago, hour)) is None


INSTANTS = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
STOPS = st.dates(date(2026, 11, 10), date(2026, 12, 31))


@given(st.lists(st.tuples(INSTANTS, STOPS, st.booleans()), max_size=60), st.sampled_from(ZONES))
def test_no_stop_is_told_twice_whatever_happens(looks: list[tuple[datetime, date, bool]], name: str) -> None:
    """At any instants, in any order (clocks are set back too), and with any changes of the stop date."""
    zone = ZoneInfo(name)
    told: list[str] = []
    for now, stops_on, enabled in looks:
        found = stop_to_tell(schedule(stops_on, zone=zone, enabled=enabled), told, now)
        if found is not None:
            told.append(found.key)

    assert len(told) == len(set(told))
    for stops_on in {key.split()[0] for key in told}:
        days = [int(key.split()[1]) for key in told if key.startswith(stops_on)]
        assert days == sorted(days, reverse=True)


@given(st.lists(INSTANTS, max_size=60), STOPS, st.sampled_from(ZONES))
def test_every_window_that_is_looked_at_is_told_once_and_says_the_nearest(
    looks: list[datetime], stops_on: date, name: str
) -> None:
    zone = ZoneInfo(name)
    told: dict[str, int] = {}
    windows: set[int] = set()
    for now in sorted(looks):
        local = now.astimezone(zone)
        days_left = (stops_on - local.date()).days
        found = stop_to_tell(schedule(stops_on, zone=zone), told, now)
        window = min((days for days in DAYS_BEFORE_A_STOP if days >= days_left >= 0), default=None)
        if window is not None and local.hour >= 7:
            windows.add(window)
        if found is not None:
            told[found.key] = days_left
            assert found.key == stop_key(stops_on, window or 0)

    # Each window in which someone looked in the daytime is told, the last one before the stop with them; no other is.
    assert set(told) == {stop_key(stops_on, days) for days in windows}


def run(number: int, state: RunState, day: int = 1) -> EndedRun:
    return EndedRun(number, state, at(date(2026, 8, day), 0, 1))


FAILED, HELD, DONE = RunState.FAILED, RunState.HELD, RunState.DONE


@pytest.mark.parametrize(
    ("ended", "before_it", "first", "told"),
    [
        (run(2, FAILED, 2), run(1, DONE), 2, Thing(NoticeKind.FAILED, "2 2026-08-02")),
        (run(3, FAILED, 3), run(2, FAILED, 2), 2, Thing(NoticeKind.FAILED, "2 2026-08-03")),
        (run(4, DONE, 4), run(3, FAILED, 3), 4, Thing(NoticeKind.WORKS_AGAIN, "4")),
        (run(4, RunState.DONE_WITH_FAILURES, 4), run(3, FAILED, 3), 4, Thing(NoticeKind.WORKS_AGAIN, "4")),
        (run(5, DONE, 5), run(4, DONE, 4), 5, None),
        (run(1, DONE), None, 1, None),
        (run(6, HELD, 6), run(5, DONE, 5), 6, Thing(NoticeKind.HELD, "6 2026-08-06")),
        (run(7, HELD, 7), run(6, RunState.SUPERSEDED, 6), 6, Thing(NoticeKind.HELD, "6 2026-08-07")),
        (run(8, DONE, 8), run(7, HELD, 7), 8, None),
        (run(9, RunState.CANCELLED, 9), run(8, FAILED, 8), 9, None),
    ],
)
def test_run_is_told_by_how_it_ended(
    ended: EndedRun, before_it: EndedRun | None, first: int, told: Thing | None
) -> None:
    assert run_to_tell(ended, before_it, replace(ended, number=first), schedule()) == told


def test_second_failure_of_a_day_is_the_same_thing_as_the_first() -> None:
    first, second = run(1, FAILED), replace(run(2, FAILED), at_utc=at(date(2026, 8, 1), 23, 59))

    assert run_to_tell(first, None, first, schedule()) == run_to_tell(second, first, first, schedule())


@pytest.mark.parametrize(
    ("key", "told", "is_so"),
    [
        ("6 2026-08-06 abc", [], False),
        ("6 2026-08-06 abc", ["6 2026-08-06 abc"], True),
        # The same plan, nights later, and also after a good run in between.
        ("6 2026-08-09 abc", ["6 2026-08-06 abc"], True),
        ("9 2026-08-19 abc", ["6 2026-08-06 abc", "7 2026-08-07 xyz"], True),
        # Another plan on the same day is not told again, on another day it is.
        ("6 2026-08-06 abd", ["6 2026-08-06 abc"], True),
        ("6 2026-08-07 abd", ["6 2026-08-06 abc"], False),
        # Runs of before plans had a fingerprint.
        ("6 2026-08-07", ["6 2026-08-06"], False),
        ("6 2026-08-06 abc", ["6 2026-08-06"], True),
    ],
)
def test_held_plan_is_told_once_while_nothing_changes_in_it(key: str, told: list[str], *, is_so: bool) -> None:
    assert is_told(Thing(NoticeKind.HELD, key), told) is is_so


def test_failure_is_told_by_its_whole_key() -> None:
    assert is_told(Thing(NoticeKind.FAILED, "2 2026-08-02"), ["2 2026-08-02"])
    assert not is_told(Thing(NoticeKind.FAILED, "2 2026-08-03"), ["2 2026-08-02"])
