"""/healthz and /readyz."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from photosync.apps.library.store import photo_store
from photosync.core.run_states import RunState
from photosync.web.views.probes import health_document
from tests.web.conftest import Scene
from tests.web.pages import around_today, make_profile, make_run, make_ticking_worker

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _store() -> None:
    photo_store().prepare()


def test_installation_without_a_profile_is_well(scene: Scene) -> None:
    assert health_document(NOW) == {"status": "ok"}


def test_active_profile_with_a_ticking_worker_is_well(scene: Scene) -> None:
    make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_ticking_worker(NOW)

    assert health_document(NOW) == {"status": "ok"}


def test_active_profile_without_a_worker_is_named(scene: Scene) -> None:
    make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_ticking_worker(NOW - timedelta(minutes=2))

    assert health_document(NOW) == {
        "status": "not well",
        "profiles": [{"school": "PHS", "profile": "Photo Sync", "health": "not running"}],
    }


def test_disabled_profile_needs_no_worker(scene: Scene) -> None:
    make_profile(scene.school, "Photo Sync", around_today(scene.school), enabled=False)

    assert health_document(NOW) == {"status": "ok"}


def test_failed_run_is_named_without_its_reason(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_ticking_worker(NOW)
    make_run(profile, RunState.FAILED, NOW - timedelta(hours=1), explanation="/srv/photos/secret is gone")

    assert health_document(NOW) == {
        "status": "not well",
        "profiles": [{"school": "PHS", "profile": "Photo Sync", "health": "failing"}],
    }


def test_health_of_many_profiles_takes_as_many_statements_as_of_one(scene: Scene) -> None:
    make_ticking_worker(NOW)
    profiles = [make_profile(scene.school, "1", around_today(scene.school))]
    make_run(profiles[0], RunState.DONE, NOW - timedelta(hours=1))
    with CaptureQueriesContext(connection) as one:
        health_document(NOW)
    profiles += [make_profile(scene.school, str(number), around_today(scene.school)) for number in range(2, 22)]
    make_run(profiles[3], RunState.FAILED, NOW - timedelta(hours=1))
    make_run(profiles[5], RunState.HELD, NOW - timedelta(hours=1))

    with CaptureQueriesContext(connection) as many:
        document = health_document(NOW)

    assert document == {
        "status": "not well",
        "profiles": [
            {"school": "PHS", "profile": "4", "health": "failing"},
            {"school": "PHS", "profile": "6", "health": "held"},
        ],
    }
    assert len(many) == len(one)


def test_probes_answer_anyone(scene: Scene) -> None:
    visitor = Client(headers={"host": "localhost"})

    ready, health = visitor.get("/readyz"), visitor.get("/healthz")

    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})
    assert health.status_code == (200 if health.json() == {"status": "ok"} else 503)
    assert health.headers["Cache-Control"] == "no-store"
