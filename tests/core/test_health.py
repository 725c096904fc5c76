from dataclasses import replace
from datetime import timedelta

import pytest

from photosync.core.health import Health, HealthState, Observed, RunMark, health_of
from tests.core.schedules import S1, S2, assigned, at, schedule

NOW = at("2026-11-23 09:20")  # a Monday
ACTIVE = schedule(assigned(*S2))
WELL = Observed(
    last_tick_utc=NOW - timedelta(seconds=15),
    watched_since_utc=at("2026-07-01 12:00"),
    last_good_run_utc=at("2026-11-23 00:00"),
)


def health(profile=ACTIVE, now=NOW, **changes):
    return health_of(profile, replace(WELL, **changes), now)


def test_health_is_ok_while_a_worker_ticks_and_runs_are_good():
    assert health() == Health(HealthState.OK, "The last good run was Monday 00:00.")


def test_health_of_a_new_profile_is_ok():
    assert health(last_good_run_utc=None, watched_since_utc=NOW) == Health(
        HealthState.OK, "No run has been needed yet."
    )


def test_health_without_a_worker_names_the_command():
    assert health(last_tick_utc=at("2026-11-23 09:14")) == Health(
        HealthState.NOT_RUNNING,
        "Active, but no worker has run since Monday 09:14: start `photosync serve`.",
    )


def test_health_without_a_worker_for_a_week_gives_the_date():
    assert health(last_tick_utc=at("2026-11-16 09:14")) == Health(
        HealthState.NOT_RUNNING,
        "Active, but no worker has run since Monday 16 November 2026 09:14: start `photosync serve`.",
    )


def test_health_before_the_first_worker():
    assert health(schedule(assigned(*S1)), last_tick_utc=None) == Health(
        HealthState.NOT_RUNNING, "Waiting, but no worker has run yet: start `photosync serve`."
    )


@pytest.mark.parametrize(("silent_s", "state"), [(60, HealthState.OK), (61, HealthState.NOT_RUNNING)])
def test_health_bears_a_worker_that_is_silent_for_a_minute(silent_s, state):
    assert health(last_tick_utc=NOW - timedelta(seconds=silent_s)).state is state


def test_health_after_a_failed_run_gives_its_reason():
    failed = RunMark("12", at("2026-11-23 00:01"), "the source folder /photos does not exist.")
    assert health(failed_run=failed) == Health(
        HealthState.FAILING,
        "Active, but the last run failed (run 12, Monday 00:01): the source folder /photos does not exist.",
    )


def test_health_after_a_failed_run_without_a_reason_points_at_its_record():
    assert health(failed_run=RunMark("12", at("2026-11-23 00:01"))).explanation == (
        "Active, but the last run failed (run 12, Monday 00:01): its record says why."
    )


def test_health_while_a_run_is_held():
    assert health(held_run=RunMark("12", at("2026-11-20 00:01"))) == Health(
        HealthState.HELD, "Active, but run 12 has been held since Friday 00:01: approve or discard it."
    )


def test_health_is_stale_once_three_runs_have_been_due_since_the_last_good_one():
    good = at("2026-11-21 00:00") + timedelta(seconds=20)
    before, after = at("2026-11-23 23:59"), at("2026-11-24 00:00")
    assert health(now=before, last_good_run_utc=good, last_tick_utc=before).state is HealthState.OK
    assert health(now=after, last_good_run_utc=good, last_tick_utc=after) == Health(
        HealthState.STALE,
        "Active, but there has been no good run since Saturday 00:00, and three runs have been due: "
        "see the list of runs for the reason.",
    )


def test_health_is_stale_where_no_run_was_ever_good():
    assert health(last_good_run_utc=None) == Health(
        HealthState.STALE,
        "Active, but there has been no good run yet, and three runs have been due: "
        "see the list of runs for the reason.",
    )


def test_health_does_not_count_a_pause_as_stale():
    profile = schedule(assigned(*S2), assigned(*S1))
    now = at("2027-01-27 09:00")
    assert health(profile, now=now, last_tick_utc=now, last_good_run_utc=at("2026-12-18 00:00")) == Health(
        HealthState.OK, "The last good run was Friday 18 December 2026 00:00."
    )


def test_health_does_not_count_the_time_before_it_was_enabled():
    assert health(last_good_run_utc=at("2026-08-01 00:00"), watched_since_utc=NOW).state is HealthState.OK


def test_health_names_the_first_trouble_only():
    troubles = {
        "last_tick_utc": None,
        "failed_run": RunMark("12", at("2026-11-23 00:01")),
        "held_run": RunMark("11", at("2026-11-22 00:01")),
        "last_good_run_utc": at("2026-11-01 00:00"),
    }
    states = []
    while troubles:
        states.append(health(**troubles).state)
        troubles.pop(next(iter(troubles)))
    assert states == [HealthState.NOT_RUNNING, HealthState.FAILING, HealthState.HELD, HealthState.STALE]


def test_health_expects_no_scheduled_run_of_a_disabled_profile():
    disabled = schedule(assigned(*S2), enabled=False)
    nothing = {"last_tick_utc": None, "last_good_run_utc": None}
    assert health(disabled, **nothing).state is HealthState.OK
    assert health(disabled, held_run=RunMark("12", at("2026-11-20 00:01")), **nothing) == Health(
        HealthState.HELD, "Disabled, but run 12 has been held since Friday 00:01: approve or discard it."
    )


def test_health_expects_nothing_of_an_ended_profile():
    ended = schedule(assigned("2026S1", "2026-01-28", "2026-06-26"))
    trouble = {"last_tick_utc": None, "failed_run": RunMark("12", at("2026-06-26 00:01"))}
    assert health(ended, **trouble).state is HealthState.OK
