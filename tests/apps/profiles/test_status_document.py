from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from photosync.apps.profiles.documents import status_document
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, assign, set_enabled
from photosync.apps.runs.models import Run, Worker
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.services import add_period

pytestmark = pytest.mark.django_db

START = datetime(2026, 7, 19, 22, tzinfo=UTC)
NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
STOPS = "until Friday 18 December 2026 (2026S2), then stops: no later timetable period has been added."


@pytest.fixture
def profile(db: None) -> SyncProfile:
    school = add_school("HILL", "Hill School", "Australia/Sydney")
    made = add_profile(school, source_kind="folder", options={"path": "/srv/p"}, anywhere=True, now=START)
    period = add_period(school, code="2026S2", description="", start=date(2026, 7, 20), end=date(2026, 12, 18))
    assign(made, period, now=START)
    return made


def tick(when: datetime) -> None:
    Worker.objects.create(
        executor_id=str(when), host="h", kind="serve", started_at=when, heartbeat_at=when, ticked_at=when
    )


def ran(profile: SyncProfile, state: str, when: datetime, **given: Any) -> Run:
    run = {"trigger": "scheduled", "started_by": "schedule", "accepted_at": when, "finished_at": when}
    return Run.objects.create(profile=profile, state=state, **{**run, **given})


def health(profile: SyncProfile, now: datetime = NOW) -> tuple[str, str]:
    found = status_document(profile, now)["health"]
    return found["state"], found["explanation"]


def test_status_of_an_active_profile(profile: SyncProfile) -> None:
    tick(NOW)
    ran(profile, "done", NOW - timedelta(hours=12))

    assert status_document(profile, NOW, upcoming=2) == {
        "name": "Photo Sync",
        "status": "Active",
        "flags": {"ended": False, "disabled": False, "in_period": True},
        "explanation": f"Active. Runs every night at 00:00 {STOPS}",
        "next_run": "2026-08-04T00:00:00+10:00",
        "stops_on": "2026-12-18",
        "upcoming": ["2026-08-04T00:00:00+10:00", "2026-08-05T00:00:00+10:00"],
        "if_enabled_next_run": None,
        "pauses": [],
        "health": {"state": "ok", "explanation": "The last good run was Monday 00:00."},
    }


def test_times_carry_the_offset_of_their_own_day(profile: SyncProfile) -> None:
    shown = status_document(profile, datetime(2026, 10, 3, 13, tzinfo=UTC), upcoming=2)["upcoming"]

    assert shown == ["2026-10-04T00:00:00+10:00", "2026-10-05T00:00:00+11:00"]


def test_status_of_a_disabled_profile_tells_what_it_would_do(profile: SyncProfile) -> None:
    set_enabled(profile, enabled=False, now=NOW)

    found = status_document(profile, NOW)

    assert (found["status"], found["next_run"], found["upcoming"], found["if_enabled_next_run"]) == (
        "Disabled",
        None,
        [],
        "2026-08-04T00:00:00+10:00",
    )


def test_pauses_are_dates(profile: SyncProfile) -> None:
    later = add_period(profile.school, code="2027S1", description="", start=date(2027, 1, 27), end=date(2027, 6, 25))
    assign(profile, later, now=NOW)

    assert status_document(profile, NOW)["pauses"] == [
        {"first_day": "2026-12-19", "last_day": "2027-01-26", "after": ["2026S2"], "before": ["2027S1"]}
    ]


def test_no_worker_is_not_running(profile: SyncProfile) -> None:
    assert health(profile) == (
        "not running",
        "Active, but no worker has run yet: start `photosync serve`.",
    )
    tick(NOW - timedelta(minutes=2))
    assert health(profile) == (
        "not running",
        "Active, but no worker has run since Monday 11:58: start `photosync serve`.",
    )


def test_last_run_failed_is_failing(profile: SyncProfile) -> None:
    tick(NOW)
    ran(profile, "done", NOW - timedelta(days=1))
    failed = ran(profile, "failed", NOW - timedelta(hours=12), explanation="The source folder is gone.")
    ran(profile, "done", NOW, trigger="preview")

    assert health(profile) == (
        "failing",
        f"Active, but the last run failed (run {failed.pk}, Monday 00:00): The source folder is gone.",
    )


def test_failed_preview_is_no_failing_sync(profile: SyncProfile) -> None:
    tick(NOW)
    ran(profile, "done", NOW - timedelta(hours=12))
    ran(profile, "failed", NOW, trigger="preview")

    assert health(profile) == ("ok", "The last good run was Monday 00:00.")


def test_held_run_is_held(profile: SyncProfile) -> None:
    tick(NOW)
    held = ran(profile, "held", NOW - timedelta(hours=12), finished_at=None)

    assert health(profile) == (
        "held",
        f"Active, but run {held.pk} has been held since Monday 00:00: approve or discard it.",
    )


def test_three_missed_times_are_stale_but_not_from_before_the_schedule_changed(profile: SyncProfile) -> None:
    tick(NOW)

    assert health(profile)[0] == "stale"
    set_enabled(profile, enabled=False, now=NOW)
    set_enabled(profile, enabled=True, now=NOW)
    assert health(profile) == ("ok", "No run has been needed yet.")
