"""The timeline's geometry, in per cent of its width."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from photosync.core.forecast import forecast
from photosync.core.frequency import parse_frequency
from photosync.core.periods import TimetablePeriod
from photosync.core.run_states import RunState
from photosync.core.status import AssignedPeriod, ProfileSchedule
from photosync.web.timeline import LANE_HEIGHT_PX, TOP_PX, Tick, Timeline, Window, draw, window_of

SYDNEY = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def period(code: str, start: date, end: date, *, group: int = 1, frequency: str = "nightly") -> AssignedPeriod:
    made = TimetablePeriod(code=code, start=start, end=end, group_number=group, academic_year=start.year)
    return AssignedPeriod(made, parse_frequency(frequency))


S2 = period("2026S2", date(2026, 7, 20), date(2026, 12, 18))
S1_NEXT = period("2027S1", date(2027, 1, 27), date(2027, 6, 25))
PHOTO = period("PHOTO", date(2026, 11, 1), date(2030, 12, 31), group=99)


def schedule(*assigned: AssignedPeriod) -> ProfileSchedule:
    return ProfileSchedule(name="Photo Sync", zone=SYDNEY, assigned=assigned)


def drawn(*assigned: AssignedPeriod, runs: dict[date, RunState] | None = None, runs_ahead: bool = False) -> Timeline:
    made = schedule(*assigned)
    return draw(made, forecast(made, NOW).pauses, runs or {}, NOW, runs_ahead=runs_ahead)


def test_window_holds_the_period_and_days_after_the_stop() -> None:
    assert window_of(schedule(S2), TODAY) == Window(date(2026, 7, 20), date(2027, 2, 1))


def test_window_looks_back_half_a_year_and_ahead_a_bit_more_than_one() -> None:
    long = period("LONG", date(2020, 1, 1), date(2040, 1, 1))

    assert window_of(schedule(long), TODAY) == Window(TODAY - timedelta(days=184), TODAY + timedelta(days=400))


def test_window_without_a_period_is_around_today() -> None:
    assert window_of(schedule(), TODAY) == Window(TODAY - timedelta(days=28), TODAY + timedelta(days=70))


def test_places_are_kept_inside_the_drawing() -> None:
    window = Window(date(2026, 1, 1), date(2026, 1, 10))

    places = [window.x(date(2025, 12, 1)), window.x(date(2026, 1, 6)), window.x(date(2026, 2, 1))]

    assert places == [0.0, 50.0, 100.0]


def test_period_today_and_stop_are_where_their_days_are() -> None:
    timeline = drawn(S2)
    bar = timeline.bars[0]

    # 197 days are drawn: 152 of the period, 126 before today.
    assert (bar.x, bar.width, bar.label) == ("0.000%", "77.157%", "2026S2")
    assert (timeline.today_x, timeline.stop_x) == ("63.959%", "77.157%")
    assert bar.words == ("2026S2: Monday 20 July 2026 to Friday 18 December 2026, every night at 00:00")


def test_pause_lies_between_the_periods() -> None:
    timeline = drawn(S2, S1_NEXT)

    assert [each.words for each in timeline.pauses] == ["Pause: Saturday 19 December 2026 to Tuesday 26 January 2027"]


def test_periods_that_overlap_are_drawn_below_one_another() -> None:
    timeline = drawn(S2, PHOTO, S1_NEXT)

    lanes = {bar.label: (bar.y_px - TOP_PX) // LANE_HEIGHT_PX for bar in timeline.bars}
    assert lanes == {"2026S2": 0, "PHOTO": 1, "2027S1": 0}
    assert {bar.label for bar in timeline.bars if bar.goes_on} == {"PHOTO"}
    assert timeline.stop_x is None


def test_runs_are_ticks_in_the_middle_of_their_day() -> None:
    runs = {date(2026, 7, 20): RunState.DONE, date(2026, 7, 21): RunState.FAILED, date(2026, 1, 1): RunState.DONE}

    timeline = drawn(S2, runs=runs)

    assert timeline.past == (
        Tick("0.254%", "done", "Monday 20 July 2026: done"),
        Tick("0.761%", "failed", "Tuesday 21 July 2026: failed"),
    )
    assert timeline.keys == {"done", "failed"}


def test_coming_runs_are_one_tick_a_day_up_to_the_stop() -> None:
    often = period("OFTEN", date(2026, 11, 1), date(2026, 11, 26), frequency="every 5m")

    timeline = drawn(often, runs_ahead=True)

    assert [tick.words for tick in timeline.coming] == [
        "Monday 23 November 2026",
        "Tuesday 24 November 2026",
        "Wednesday 25 November 2026",
        "Thursday 26 November 2026",
    ]


def test_words_tell_the_drawing_to_those_who_do_not_see_it() -> None:
    assert drawn(S2).words == (
        "Timeline, today Monday 23 November 2026. "
        "Timetable periods: 2026S2 from Monday 20 July 2026 to Friday 18 December 2026."
    )
    assert drawn().words == "Timeline, today Monday 23 November 2026. No periods."


def test_month_labels_are_few_and_name_the_year_where_it_changes() -> None:
    assert [month.label for month in drawn(S2).months] == ["Aug 2026", "Sep", "Oct", "Nov", "Dec", "Jan 2027"]
    assert len(drawn(PHOTO).months) <= 8
