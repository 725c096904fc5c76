"""The end of the year: what happens on which date, and what is to be done before."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.attention import wants_of
from photosync.core.end_of_year import (
    CycleFacts,
    EventKind,
    ProfileFacts,
    YearFacts,
    YearTurn,
    events_of,
    last_day_of_timeline,
    turn_at,
    turn_of,
)
from photosync.core.forecast import forecast
from photosync.core.frequency import parse_frequency
from photosync.core.health import Health, HealthState
from photosync.core.periods import AcademicYearRule, TimetablePeriod
from photosync.core.status import AssignedPeriod, Mode, ProfileSchedule, due_times
from photosync.core.year_end_checks import SETTLED, CheckItem, Concerns, Remedy, State, Topic, checklist
from tests.core.schedules import PHOTO, S1, S2, SUMMER, SYDNEY, assigned, at, schedule

NOW = at("2026-11-28 09:00")
CYCLE = CycleFacts(cycle_id=7, name="2026 Semester 2", academic_year=2026, opened_on=date(2026, 11, 9), members=500)


CHANGES = "the break (PHOTO): faces may change before reports are archived."


def facts_of(*schedules: ProfileSchedule, **further: object) -> YearFacts:
    profiles = tuple(ProfileFacts(profile_id=number, schedule=each) for number, each in enumerate(schedules, 1))
    given_facts: dict[str, object] = {"zone": SYDNEY, "rule": AcademicYearRule(), "profiles": profiles}
    return YearFacts(**(given_facts | further))


def told(facts: YearFacts, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(f"{each.on}", each.sentence) for each in events_of(facts, turn_at(facts, now))]


def lines(facts: YearFacts, topic: Topic, now: datetime = NOW) -> list[tuple[str, str, str | None]]:
    found = checklist(facts, turn_at(facts, now))
    return [(each.state.value, each.sentence, each.remedy) for each in found if each.topic is topic]


def test_year_end_is_the_next_first_day_whatever_the_time_of_the_year() -> None:
    rule = AcademicYearRule()
    assert turn_of(rule, date(2026, 11, 28)) == YearTurn(date(2026, 11, 28), 2026, date(2027, 1, 1))
    assert turn_of(rule, date(2027, 1, 1)) == YearTurn(date(2027, 1, 1), 2027, date(2028, 1, 1))
    assert turn_of(AcademicYearRule(8, 1), date(2026, 11, 28)) == YearTurn(date(2026, 11, 28), 2027, date(2027, 8, 1))
    assert turn_of(rule, date(2026, 11, 28)).headline == (
        "34 days until the academic year 2027 begins, on Friday 1 January 2027."
    )
    assert turn_of(rule, date(2026, 12, 31)).headline == (
        "1 day until the academic year 2027 begins, on Friday 1 January 2027."
    )
    assert [turn_of(rule, date(2026, 10, day)).is_near for day in (22, 23)] == [False, True]


def test_what_will_happen_is_told_by_date() -> None:
    cycle = replace(
        CYCLE,
        staff_from=date(2026, 12, 14),
        students_from=date(2026, 12, 16),
        parents_from=date(2026, 12, 16),
    )
    facts = facts_of(
        schedule(assigned(*S2), assigned(*S1)),
        cycles=(cycle,),
        photo_days={2026: date(2026, 3, 3), 2027: date(2027, 3, 2)},
    )

    assert told(facts) == [
        ("2026-12-14", "From this day, staff see the archived reports of 2026 Semester 2."),
        ("2026-12-16", "From this day, students and parents see the archived reports of 2026 Semester 2."),
        ("2026-12-18", "Last day of 2026S2: Photo Sync pauses until Wednesday 27 January 2027 (2027S1)."),
        (
            "2027-01-01",
            "The academic year 2027 begins. Until its photos come, those of 2026 are shown, marked with their year.",
        ),
        ("2027-01-27", "Photo Sync starts (2027S1)."),
        ("2027-01-27", "First run of Photo Sync in 2027: at 00:00 (2027S1)."),
        ("2027-03-02", "Photo day of 2027."),
    ]


def test_summer_of_additions_only_is_told_where_it_begins_and_ends() -> None:
    facts = facts_of(schedule(assigned(*S2), assigned(*SUMMER, mode=Mode.ADDITIONS), assigned(*S1)))

    assert told(facts) == [
        (
            "2026-12-19",
            "From this day (SUMMER), Photo Sync is for additions only: no face that is shown changes.",
        ),
        (
            "2027-01-01",
            "The academic year 2027 begins. Until its photos come, those of 2026 are shown, marked with their year.",
        ),
        (
            "2027-01-01",
            "First run of Photo Sync in 2027: at 00:00 (SUMMER), for additions only: no face that is shown changes.",
        ),
        ("2027-01-27", "From this day (2027S1), Photo Sync changes faces again."),
    ]
    assert lines(facts, Topic.STOP) == [
        (
            "done",
            "Photo Sync keeps running over the end of the year (SUMMER), for additions only: no face that is shown "
            "changes.",
            None,
        )
    ]


def test_disabled_profile_has_no_first_run_and_says_why_nothing_starts() -> None:
    facts = facts_of(schedule(assigned(*S1), enabled=False))

    assert [sentence for day, sentence in told(facts) if day == "2027-01-27"] == [
        "2027S1 starts, but Photo Sync is Disabled: nothing runs unless it is enabled before."
    ]
    assert lines(facts, Topic.NEXT_PERIOD) == [
        (
            "warning",
            "Photo Sync has a timetable period in 2027 (2027S1), but is Disabled: nothing will run.",
            Remedy.ENABLE,
        )
    ]


@pytest.mark.parametrize(
    ("with_report", "sentence", "remedy"),
    [
        (120, "2026 Semester 2: 120 of 500 reports are archived, 380 are missing.", Remedy.SEE_CYCLE),
        (
            121,
            "2026 Semester 2: 120 of 500 reports are archived, 1 is ready to archive, 379 are missing.",
            Remedy.SEE_CYCLE,
        ),
        (
            499,
            "2026 Semester 2: 120 of 500 reports are archived, 379 are ready to archive, 1 is missing.",
            Remedy.SEE_CYCLE,
        ),
        (500, "2026 Semester 2: 120 of 500 reports are archived, 380 are ready to archive.", Remedy.ARCHIVE),
    ],
)
def test_reports_that_are_there_are_told_apart_from_those_that_are_missing(
    with_report: int, sentence: str, remedy: Remedy
) -> None:
    cycle = replace(CYCLE, with_report=with_report, archived=120)
    facts = facts_of(schedule(assigned(*S2)), cycles=(cycle,))
    item = next(each for each in checklist(facts, turn_at(facts, NOW)) if each.key == "reports-7")
    assert (item.sentence, item.remedy) == (sentence, remedy)


def test_checklist_of_a_school_that_has_done_nothing() -> None:
    facts = facts_of(schedule(assigned(*S2)), cycles=(replace(CYCLE, archived=120, waiting=214),))

    found = checklist(facts, turn_at(facts, NOW))

    assert [(each.key, each.state.value, each.remedy) for each in found] == [
        ("reporting-cycle", "done", None),
        ("reports-7", "to do", Remedy.SEE_CYCLE),
        ("running", "done", None),
        ("held", "done", None),
        ("stop-1", "done", None),
        ("next-period-1", "to do", Remedy.NEXT_PERIOD),
        ("photo-day-2027", "to do", Remedy.PHOTO_DAY),
    ]
    assert [each.sentence for each in found] == [
        "The last reports of 2026 have a reporting cycle: 2026 Semester 2.",
        "2026 Semester 2: 120 of 500 reports are archived, 380 are missing. 214 photos wait for it.",
        "Every sync does what its status says.",
        "No run is held.",
        "Photo Sync stops on Friday 18 December 2026 (2026S2), before the academic year 2027 begins.",
        "Photo Sync stops on Friday 18 December 2026 (2026S2), and no timetable period for 2027 has been added.",
        "The photo day of 2027 has not been set.",
    ]


def test_checklist_of_a_school_that_has_done_everything() -> None:
    cycle = replace(CYCLE, archived=500, archived_on=date(2026, 12, 10))
    facts = facts_of(schedule(assigned(*S2), assigned(*S1)), cycles=(cycle,), photo_days={2027: date(2027, 3, 2)})
    found = checklist(facts, turn_at(facts, at("2026-12-11 09:00")))

    assert {each.state for each in found} == {State.DONE}
    assert [each.sentence for each in found if each.topic in (Topic.REPORTS, Topic.STOP, Topic.NEXT_PERIOD)] == [
        "2026 Semester 2 is closed: 500 of 500 reports are archived.",
        "Photo Sync pauses after Friday 18 December 2026 (2026S2), before the academic year 2027 begins.",
        "Photo Sync comes back in 2027: its first run is on Wednesday 27 January 2027 (2027S1).",
    ]


@pytest.mark.parametrize(
    ("cycles", "holds", "state", "why"),
    [
        ((), True, "warning", CHANGES),
        ((CYCLE,), False, "warning", CHANGES),
        ((replace(CYCLE, is_released=True),), True, "warning", CHANGES),
        (
            (CYCLE,),
            True,
            "done",
            "the end of the year (PHOTO), but the face of whoever's report is not archived waits.",
        ),
        (
            (replace(CYCLE, archived_on=date(2026, 11, 20)),),
            False,
            "done",
            "the end of the year (PHOTO); the reports of 2026 are archived.",
        ),
    ],
)
def test_profile_that_runs_on_needs_a_reason(
    cycles: tuple[CycleFacts, ...], state: str, why: str, *, holds: bool
) -> None:
    profile = ProfileFacts(profile_id=1, schedule=schedule(assigned(*PHOTO)), holds_for_reports=holds)
    facts = facts_of(profiles=(profile,), cycles=cycles)

    remedy = Remedy.CHANGE_PROFILE if state == "warning" else None
    assert lines(facts, Topic.STOP) == [(state, f"Photo Sync keeps running over {why}", remedy)]


@pytest.mark.parametrize(
    ("profile", "now", "line"),
    [
        (schedule(), NOW, ("not needed", "Photo Sync has no timetable period and does not run.", None)),
        (
            schedule(assigned(*S2)),
            at("2026-12-20 09:00"),
            ("done", "Photo Sync stopped on Friday 18 December 2026 (2026S2).", None),
        ),
        (
            schedule(assigned(*S1)),
            NOW,
            ("done", "Photo Sync does not run before the academic year 2027 begins.", None),
        ),
        (
            schedule(assigned(*PHOTO), enabled=False),
            NOW,
            (
                "done",
                "Photo Sync is Disabled: it does not run over the end of the year unless it is enabled.",
                None,
            ),
        ),
    ],
)
def test_profile_that_does_not_run_on_says_so(
    profile: ProfileSchedule, now: datetime, line: tuple[str, str, str | None]
) -> None:
    assert lines(facts_of(profile), Topic.STOP, now) == [line]


def test_next_years_period_that_exists_is_offered() -> None:
    facts = facts_of(schedule(assigned(*S2)), periods=(assigned(*S1).period, assigned(*SUMMER).period))

    assert lines(facts, Topic.NEXT_PERIOD, at("2026-12-20 09:00")) == [
        (
            "to do",
            "Photo Sync stopped on Friday 18 December 2026 (2026S2). 2027S1 exists, but Photo Sync does not have it.",
            Remedy.ASSIGN_PERIOD,
        )
    ]


def test_period_for_several_years_is_not_offered_to_a_profile_that_stops() -> None:
    facts = facts_of(schedule(assigned(*S2)), periods=(assigned(*PHOTO).period,))

    assert [remedy for _state, _sentence, remedy in lines(facts, Topic.NEXT_PERIOD)] == [Remedy.NEXT_PERIOD]


def test_summer_period_is_not_next_years() -> None:
    facts = facts_of(schedule(assigned(*S2), assigned(*SUMMER, mode=Mode.ADDITIONS)))

    assert lines(facts, Topic.NEXT_PERIOD) == [
        (
            "to do",
            "Photo Sync stops on Tuesday 26 January 2027 (SUMMER), and no timetable period for 2027 has been added.",
            Remedy.NEXT_PERIOD,
        )
    ]


def test_profile_that_comes_back_only_in_july_is_a_warning() -> None:
    facts = facts_of(schedule(assigned(*S2), assigned("2027S2", "2027-07-20", "2027-12-18")))

    assert lines(facts, Topic.NEXT_PERIOD) == [
        (
            "warning",
            "Photo Sync comes back only on Tuesday 20 July 2027 (2027S2): nothing runs in the first weeks of 2027.",
            Remedy.CHANGE_PROFILE,
        )
    ]


def test_period_in_which_nothing_is_due_is_a_warning() -> None:
    facts = facts_of(schedule(assigned(*S1, frequency="cron:0 0 29 2 *")))

    assert lines(facts, Topic.NEXT_PERIOD) == [
        (
            "warning",
            "Photo Sync has a timetable period in 2027 (2027S1), but no run is due in its first half-year.",
            Remedy.CHANGE_PROFILE,
        )
    ]


@pytest.mark.parametrize(
    ("now", "cycles", "line"),
    [
        (
            at("2026-03-02 09:00"),
            (),
            (
                "not needed",
                "The last reports of 2026 are not due yet: nobody has to open their reporting cycle before "
                "Thursday 2 July 2026.",
                None,
            ),
        ),
        (
            NOW,
            (replace(CYCLE, opened_on=date(2026, 5, 4)),),
            (
                "to do",
                "No reporting cycle has been made for the last reports of 2026: no face waits until they are "
                "archived.",
                Remedy.MAKE_CYCLE,
            ),
        ),
        (
            NOW,
            (CYCLE, replace(CYCLE, cycle_id=3, name="2026 Semester 1", opened_on=date(2026, 5, 4))),
            ("done", "The last reports of 2026 have a reporting cycle: 2026 Semester 2.", None),
        ),
    ],
)
def test_last_reports_need_a_cycle_in_the_second_half(
    now: datetime, cycles: tuple[CycleFacts, ...], line: tuple[str, str, str | None]
) -> None:
    assert lines(facts_of(cycles=cycles), Topic.CYCLE, now) == [line]


def test_open_cycles_are_told_in_each_state() -> None:
    last_year = replace(CYCLE, cycle_id=1, name="2025 Semester 2", academic_year=2025, archived=499)
    empty = replace(CYCLE, cycle_id=2, name="Empty", opened_on=date(2026, 2, 1), members=0)
    full = replace(CYCLE, cycle_id=3, name="Full", opened_on=date(2026, 3, 1), archived=500)
    released = replace(CYCLE, cycle_id=4, name="Released", opened_on=date(2026, 4, 1), is_released=True, waiting=3)
    one = replace(CYCLE, waiting=1)
    closed_long_ago = replace(last_year, cycle_id=9, name="Closed", archived_on=date(2025, 12, 1))
    facts = facts_of(cycles=(one, released, full, empty, last_year, closed_long_ago))

    assert lines(facts, Topic.REPORTS) == [
        (
            "warning",
            "2025 Semester 2: 499 of 500 reports are archived, 1 is missing. Its academic year, 2025, is over.",
            Remedy.SEE_CYCLE,
        ),
        ("warning", "Empty is open, but no one is in it: choose whose reports it holds.", Remedy.SEE_CYCLE),
        ("to do", "Full: all 500 reports are archived. Close the cycle.", Remedy.SEE_CYCLE),
        (
            "to do",
            "Released: 0 of 500 reports are archived, 500 are missing. It has been released: no face waits for it "
            "any more.",
            Remedy.SEE_CYCLE,
        ),
        (
            "to do",
            "2026 Semester 2: 0 of 500 reports are archived, 500 are missing. 1 photo waits for it.",
            Remedy.SEE_CYCLE,
        ),
    ]


def test_what_does_not_run_and_what_is_held_is_a_warning_with_its_remedy() -> None:
    one = schedule(assigned(*S2))
    failing = Health(HealthState.FAILING, "Active, but the last run failed (run 9, Friday 00:00): no disk.")
    held = Health(HealthState.HELD, "Active, but run 41 has been held since Friday 00:00: approve or discard it.")
    silent = Health(HealthState.NOT_RUNNING, "Active, but no worker has run yet: start `photosync serve`.")
    wants = [wants_of(forecast(one, NOW), each, NOW, NOW, SYDNEY) for each in (failing, held, silent)]
    facts = facts_of(
        profiles=(
            ProfileFacts(profile_id=1, schedule=one, wants=wants[0], failed_run="9"),
            ProfileFacts(profile_id=2, schedule=replace(one, name="Staff"), wants=wants[1], held_run="41"),
            ProfileFacts(profile_id=3, schedule=replace(one, name="Library"), wants=wants[2], held_run="40"),
            ProfileFacts(profile_id=4, schedule=replace(one, name="Intranet"), wants=wants[2]),
        )
    )

    found = [each for each in checklist(facts, turn_at(facts, NOW)) if each.topic in (Topic.RUNNING, Topic.HELD)]
    warning = {"state": State.WARNING}
    assert found == [
        CheckItem(
            topic=Topic.RUNNING, sentence=f"Photo Sync: {failing.explanation}", concerns=Concerns.SYNC_MANAGER,
            remedy=Remedy.SEE_RUN, profile_id=1, run="9", **warning,
        ),
        CheckItem(
            topic=Topic.RUNNING, sentence=f"Intranet, Library: {silent.explanation}", concerns=Concerns.OPERATOR,
            profile_id=3, **warning,
        ),
        CheckItem(
            topic=Topic.HELD, sentence=f"Staff: {held.explanation}", concerns=Concerns.SYNC_MANAGER,
            remedy=Remedy.DECIDE_RUN, profile_id=2, run="41", **warning,
        ),
        CheckItem(
            topic=Topic.HELD, sentence="Library: run 40 is held: approve or discard it.",
            concerns=Concerns.SYNC_MANAGER, remedy=Remedy.DECIDE_RUN, profile_id=3, run="40", **warning,
        ),
    ]  # fmt: skip


def test_timeline_goes_as_far_as_the_first_run_and_the_photo_day_but_no_further_than_half_a_year() -> None:
    late = schedule(assigned("LATE", "2027-04-20", "2027-06-30"))
    for facts, last in (
        (facts_of(), date(2027, 3, 26)),
        (facts_of(late), date(2027, 4, 20)),
        (facts_of(photo_days={2027: date(2027, 5, 4)}), date(2027, 5, 4)),
        (facts_of(photo_days={2027: date(2027, 11, 4)}), date(2027, 3, 26)),
    ):
        assert last_day_of_timeline(facts, turn_at(facts, NOW)) == last


DAYS = st.dates(date(2026, 6, 1), date(2027, 9, 30))
TODAYS = st.dates(date(2026, 6, 1), date(2027, 3, 31))
RULES = st.sampled_from(
    [AcademicYearRule(), AcademicYearRule(1, 27), AcademicYearRule(8, 1), AcademicYearRule(2, 29)]
)


@st.composite
def _assigned(draw: st.DrawFn, code: str) -> AssignedPeriod:
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.integers(0, 300)))
    period = TimetablePeriod(code=code, start=start, end=end, group_number=1, academic_year=2026)
    return AssignedPeriod(period, parse_frequency("nightly"), draw(st.sampled_from(Mode)))


@st.composite
def _facts(draw: st.DrawFn) -> YearFacts:
    profiles = []
    for number in range(draw(st.integers(0, 3))):
        periods = tuple(draw(_assigned(f"P{number}{each}")) for each in range(draw(st.integers(0, 3))))
        one = ProfileSchedule(name=f"Profile {number}", enabled=draw(st.booleans()), zone=SYDNEY, assigned=periods)
        profiles.append(ProfileFacts(profile_id=number + 1, schedule=one, holds_for_reports=draw(st.booleans())))
    cycles = tuple(
        CycleFacts(
            cycle_id=number + 1,
            name=f"Cycle {number}",
            academic_year=draw(st.integers(2025, 2027)),
            opened_on=draw(DAYS),
            archived_on=draw(st.none() | DAYS),
            is_released=draw(st.booleans()),
            members=draw(st.integers(0, 3)),
            staff_from=draw(st.none() | DAYS),
            parents_from=draw(st.none() | DAYS),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    photo_days = draw(st.dictionaries(st.integers(2026, 2028), DAYS, max_size=2))
    rule = draw(RULES)
    return YearFacts(zone=SYDNEY, rule=rule, profiles=tuple(profiles), cycles=cycles, photo_days=photo_days)


@given(_facts(), TODAYS)
def test_nothing_is_told_of_a_date_that_is_over_and_everything_in_one_order(facts: YearFacts, today: date) -> None:
    turn = turn_of(facts.rule, today)
    found = events_of(facts, turn)

    assert all(today <= each.on <= last_day_of_timeline(facts, turn) for each in found)
    assert turn.begins_on in [each.on for each in found if each.kind is EventKind.YEAR_BEGINS]
    places = [(each.on, list(EventKind).index(each.kind), each.sentence) for each in found]
    assert places == sorted(set(places))
    mirrored = replace(facts, profiles=facts.profiles[::-1], cycles=facts.cycles[::-1])
    assert events_of(mirrored, turn) == found


@given(_facts(), TODAYS)
def test_every_profile_without_a_period_far_into_next_year_is_named(facts: YearFacts, today: date) -> None:
    turn = turn_of(facts.rule, today)
    found = {each.profile_id: each for each in checklist(facts, turn) if each.topic is Topic.NEXT_PERIOD}

    assert found.keys() == {each.profile_id for each in facts.profiles}
    for profile in facts.profiles:
        line, stops_on = found[profile.profile_id], profile.schedule.stops_on
        assert line.sentence.startswith(profile.name)
        if stops_on is None or stops_on < turn.begins_on + SETTLED:
            assert line.remedy in (Remedy.NEXT_PERIOD, Remedy.FIRST_PERIOD)
            assert line.state is (State.NOT_NEEDED if stops_on is None else State.TO_DO)
        else:
            assert line.state in (State.DONE, State.WARNING)


@given(_facts(), TODAYS)
def test_warning_of_running_on_is_there_exactly_where_a_run_may_change_faces_over_the_turn(
    facts: YearFacts, today: date
) -> None:
    turn = turn_of(facts.rule, today)
    found = {each.profile_id: each.state for each in checklist(facts, turn) if each.topic is Topic.STOP}

    for profile in facts.profiles:
        assert (found[profile.profile_id] is State.WARNING) is _may_change_faces(profile, facts, turn)


def _may_change_faces(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> bool:
    """Say the same from the runs of the two days around the turn of the year, one by one."""
    of_year = [each for each in facts.cycles if each.academic_year == turn.year]
    first = facts.rule.first_day_of(turn.year)
    late = [each for each in of_year if each.opened_on >= first + (turn.begins_on - first) / 2]
    has_last = len(of_year) > 1 or bool(late)
    nothing_open = all(each.archived_on for each in facts.cycles)
    waits = profile.holds_for_reports and any(
        each.archived_on is None and not each.is_released for each in facts.cycles
    )
    days = (turn.begins_on - timedelta(days=1), turn.begins_on)
    modes = [_modes_of_day(profile.schedule, day) for day in days]
    runs_both_days = profile.schedule.enabled and all(modes)
    return runs_both_days and Mode.FULL in set().union(*modes) and not waits and not (has_last and nothing_open)


def _modes_of_day(schedule_: ProfileSchedule, day: date) -> set[Mode]:
    start = datetime.combine(day, time(), SYDNEY).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), SYDNEY).astimezone(UTC)
    return {due.mode for due in due_times(schedule_, start, end)}


@given(_facts(), TODAYS)
def test_lines_have_keys_of_their_own_and_stand_in_the_order_of_their_topics(facts: YearFacts, today: date) -> None:
    found = checklist(facts, turn_of(facts.rule, today))

    keys = [each.key for each in found]
    assert len(keys) == len(set(keys))
    order = [list(Topic).index(each.topic) for each in found]
    assert order == sorted(order)
