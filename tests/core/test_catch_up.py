from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.catch_up import Occurrence, Outcome, occurrences_since
from photosync.core.status import Mode, due_times, status_of
from tests.core.schedules import PHOTO, S1, S2, SUMMER, assigned, at, schedule


def outcomes(profile, last, now, *, running=False):
    found = occurrences_since(profile, at(last), at(now), running=running)
    return [(each.due_at_utc, each.outcome, each.mode) for each in found]


def test_time_that_has_just_fallen_due_is_run():
    assert occurrences_since(
        schedule(assigned(*S2)), at("2026-12-16 23:59"), at("2026-12-17 00:00"), running=False
    ) == (Occurrence(at("2026-12-17 00:00"), Outcome.RUN, Mode.FULL),)


def test_time_that_was_looked_at_is_not_run_again():
    assert outcomes(schedule(assigned(*S2)), "2026-12-17 00:00", "2026-12-17 12:00") == []


def test_clock_that_has_gone_back_makes_nothing_due():
    assert outcomes(schedule(assigned(*S2)), "2026-12-17 12:00", "2026-12-15 12:00") == []


def test_after_downtime_only_the_latest_is_run():
    assert outcomes(schedule(assigned(*S2)), "2026-12-14 12:00", "2026-12-17 09:00") == [
        (at("2026-12-15 00:00"), Outcome.MISSED, None),
        (at("2026-12-16 00:00"), Outcome.MISSED, None),
        (at("2026-12-17 00:00"), Outcome.RUN, Mode.FULL),
    ]


def test_after_downtime_over_the_end_nothing_is_run():
    assert outcomes(schedule(assigned(*S2)), "2026-12-16 12:00", "2026-12-19 00:00") == [
        (at("2026-12-17 00:00"), Outcome.REFUSED_ENDED, None),
        (at("2026-12-18 00:00"), Outcome.REFUSED_ENDED, None),
    ]


def test_after_downtime_into_a_pause_nothing_is_run():
    assert outcomes(schedule(assigned(*S2), assigned(*S1)), "2026-12-17 12:00", "2026-12-19 00:00") == [
        (at("2026-12-18 00:00"), Outcome.MISSED, None)
    ]


def test_after_downtime_over_a_pause_the_first_run_of_the_new_period_is_made_up_for():
    assert outcomes(schedule(assigned(*S2), assigned(*S1)), "2026-12-17 12:00", "2027-01-27 09:00") == [
        (at("2026-12-18 00:00"), Outcome.MISSED, None),
        (at("2027-01-27 00:00"), Outcome.RUN, Mode.FULL),
    ]


def test_times_of_a_disabled_profile_are_refused():
    profile = schedule(assigned(*S2), enabled=False)
    assert outcomes(profile, "2026-12-16 12:00", "2026-12-17 00:00") == [
        (at("2026-12-17 00:00"), Outcome.REFUSED_DISABLED, None)
    ]


def test_time_that_falls_due_during_a_run_is_skipped():
    profile = schedule(assigned(*S2))
    assert outcomes(profile, "2026-12-15 12:00", "2026-12-17 00:00", running=True) == [
        (at("2026-12-16 00:00"), Outcome.MISSED, None),
        (at("2026-12-17 00:00"), Outcome.SKIPPED_RUNNING, None),
    ]


def test_full_run_made_up_for_in_an_additions_period_may_only_add():
    profile = schedule(assigned(*S2, "daily@23:00"), assigned(*SUMMER, "daily@23:00", Mode.ADDITIONS), assigned(*S1))
    assert outcomes(profile, "2026-12-18 12:00", "2026-12-19 08:00") == [
        (at("2026-12-18 23:00"), Outcome.RUN, Mode.ADDITIONS)
    ]


def test_additions_run_made_up_for_in_a_full_period_stays_additions():
    profile = schedule(assigned(*S2, "daily@06:30"), assigned(*PHOTO, "daily@12:00", Mode.ADDITIONS))
    assert outcomes(profile, "2026-12-17 11:00", "2026-12-17 13:00") == [
        (at("2026-12-17 12:00"), Outcome.RUN, Mode.ADDITIONS)
    ]


moments = st.integers(0, 60 * 24 * 20).map(lambda number: at("2026-12-05 00:00") + timedelta(minutes=number))


@given(moments, moments, st.booleans(), st.booleans(), st.sampled_from(["nightly", "every 8h", "mon,fri@23:30"]))
def test_every_time_since_gets_one_outcome_and_at_most_the_last_is_run(last, now, running, enabled, frequency):
    profile = schedule(assigned(*S2, frequency), assigned(*S1, frequency), enabled=enabled)
    found = occurrences_since(profile, last, now, running=running)
    expected = [due.at_utc for due in due_times(profile, at("2026-12-01 00:00"), at("2027-01-10 00:00"))]
    assert [each.due_at_utc for each in found] == [instant for instant in expected if last < instant <= now]
    runs = [each for each in found if each.outcome is Outcome.RUN]
    active = status_of(profile, now).value == "Active"
    assert runs == ([found[-1]] if found and active and not running else [])


@pytest.mark.parametrize(
    ("now", "expected"), [("2026-12-18 23:59", Outcome.RUN), ("2026-12-19 00:00", Outcome.REFUSED_ENDED)]
)
def test_last_second_of_the_last_day_decides(now, expected):
    profile = schedule(assigned(*S2, "daily@23:59"))
    assert outcomes(profile, "2026-12-18 23:00", now)[0][1] is expected
