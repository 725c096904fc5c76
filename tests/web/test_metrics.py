"""/metrics: who may read it, and what it tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries

from photosync.apps.runs.figures import figures, stored_photos
from photosync.core.run_states import RunState, Trigger
from photosync.web.metrics import told_figures
from tests.services.installation import Installation
from tests.web.conftest import Scene
from tests.web.pages import around_today, make_profile, make_run, make_ticking_worker
from tests.web.serving import served

NOW = datetime.now(UTC)
ANYONE = Client(headers={"host": "localhost"})
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def told(now: datetime = NOW) -> Samples:
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in told_figures(figures(now), stored_photos(), now)
        for each in family.samples
    }


def test_figures_of_the_installation(scene: Scene) -> None:
    period = around_today(scene.school)
    profile = make_profile(scene.school, "Photo Sync", period)
    make_profile(scene.school, "Disabled one", period, enabled=False)
    make_run(profile, RunState.DONE, NOW - timedelta(hours=2), counts={"added": 3, "rejected": 1})
    make_run(profile, RunState.DONE, NOW - timedelta(hours=30), counts={"added": 100})
    make_run(profile, RunState.FAILED, NOW - timedelta(hours=1), counts={"added": 1, "failed": 2})
    make_run(profile, RunState.QUEUED, NOW, trigger=Trigger.ON_DEMAND)
    make_ticking_worker(NOW - timedelta(seconds=20))
    profile.next_due_at = NOW - timedelta(minutes=3)
    profile.save()

    found = told()

    def by(name: str, label: str) -> dict[str, float]:
        return {dict(labels)[label]: value for (each, labels), value in found.items() if each == name and value}

    assert by("photosync_profiles", "status") == {"Active": 1, "Disabled": 1}
    assert by("photosync_profiles_health", "health") == {"failing": 1, "ok": 1}
    assert by("photosync_runs_now", "state") == {"queued": 1}
    assert by("photosync_files_last_24h", "outcome") == {"added": 4, "rejected": 1, "failed": 2}
    assert found[("photosync_runs_last_24h", (("state", "failed"), ("trigger", "scheduled")))] == 1
    assert found[("photosync_last_tick_age_seconds", ())] == 20
    assert found[("photosync_overdue_seconds", ())] == 180
    assert found[("photosync_photos", ())] == 2
    assert found[("photosync_photos_bytes", ())] > 1000
    assert sum(by("photosync_workers", "kind").values()) == 1


def test_empty_installation_has_figures(db: None) -> None:
    found = told()

    assert found[("photosync_overdue_seconds", ())] == 0
    assert ("photosync_last_tick_age_seconds", ()) not in found
    assert {value for (name, _), value in found.items() if name != "photosync_build_info"} == {0}


def test_scrape_asks_as_much_for_many_profiles_as_for_one(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        make_profile(scene.school, f"Photo Sync {number}", around_today(scene.school))

    with django_assert_max_num_queries(13):
        figures(NOW)


def test_this_machine_may_read_it(scene: Scene) -> None:
    answer = ANYONE.get("/metrics")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert ("photosync_profiles", (("status", "Active"),)) in samples(answer.content.decode())
    assert not answer.cookies


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}),
        ("", {}),
    ],
)
def test_others_and_proxies_are_refused_and_told_how(scene: Scene, address: str, headers: dict[str, str]) -> None:
    answer = ANYONE.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert (answer.status_code, answer.content.decode()) == (
        403,
        "These figures are told on this machine only, and not through a proxy. Nothing is told. To read them from "
        "elsewhere, set PHOTOSYNC_METRICS_TOKEN and send it: Authorization: Bearer ...\n",
    )


def test_with_a_token_it_alone_counts(scene: Scene, settings: Any) -> None:
    settings.PHOTOSYNC_METRICS_TOKEN = "0123456789abcdef"

    here = ANYONE.get("/metrics")
    wrong = ANYONE.get("/metrics", headers={"authorization": "Bearer 0123456789abcdeg"})
    right = ANYONE.get(
        "/metrics",
        headers={"authorization": "Bearer 0123456789abcdef", "x-forwarded-for": "192.0.2.7"},
        REMOTE_ADDR="192.0.2.7",
    )

    assert (here.status_code, here.content.decode(), wrong.status_code, right.status_code) == (
        401,
        "These figures need the operator's token: Authorization: Bearer ... Nothing is told.\n",
        401,
        200,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_served_requests_and_photos_are_counted_over_all_processes(installation: Installation, workers: int) -> None:
    with served(installation, workers=workers) as site:
        visitor = site.visitor
        visitor.sign_in()
        for _ in range(10):
            assert visitor.ask("GET", "/photos/1/now/thumb.jpg").status == 200
            visitor.ask("GET", "/data-management/people/999999/")
            visitor.ask("BREW", "/help/")
        found: Samples = {}
        counted = ("photosync_photo_gate_answers_total", (("status", "200"),))
        while found.get(counted) != 10:
            found = samples(visitor.ask("GET", "/metrics").body.decode())

    by_route = {
        (dict(labels)["route"], dict(labels)["method"], dict(labels)["status"]): value
        for (name, labels), value in found.items()
        if name == "photosync_http_requests_total"
    }
    assert by_route[("data-person", "GET", "404")] == 10
    assert by_route[("help", "other", "403")] == 10
    assert by_route[("sign-in", "POST", "302")] == 1
    assert found[("photosync_http_request_duration_seconds_count", (("route", "data-person"),))] == 10
    assert not [labels for _, labels in found if "999999" in str(labels)]
    assert (("process_cpu_seconds_total", ()) in found) is (workers == 1)
