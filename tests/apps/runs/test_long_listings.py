"""Runs whose listing takes long: it is cancelled and shown while it goes on, and a large folder is listed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from photosync.apps.profiles.source_secrets import set_secrets
from photosync.apps.runs import execution, rein
from photosync.apps.runs.models import Run
from photosync.apps.sources.models import ListedFile
from photosync.connectors.contract import Entry, Fetched
from photosync.connectors.folderwise import Subfolder
from photosync.connectors.sif.rest import SifRestSource
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import TryLater
from photosync.core.run_states import RunState
from photosync.engine import stage
from photosync.outgoing import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.connectors.test_folderwise import Folders
from tests.services.people_api import TOKEN, PeopleApi, people_api
from tests.services.sif import School as SifSchool
from tests.services.sif import school_server
from tests.services.web_server import Asked, Reply, WebServer, web_server

PEOPLE = 12


@contextmanager
def each_progress(noted: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Call `noted` with the progress whenever a run has written it."""

    def after(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith('UPDATE "runs_run" SET "phase"'):
            noted(Run.objects.latest("pk").progress)
        return result

    with connection.execute_wrapper(after):
        yield


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    monkeypatch.setattr(rein, "PROGRESS_EVERY_S", 0.0)


@pytest.fixture
def api(scene: Scene) -> Iterator[PeopleApi]:
    """An API that gives twelve people three at a time; the profile of the scene reads it."""
    with people_api(paged="page") as api:
        for number, code in enumerate(scene.everyone(PEOPLE), 1):
            api.put(f"students/{code}", portrait(number))
        options = {"address": api.address, "students": "students", "records": "$.data", "photo": "$.photo"}
        set_secrets(scene.profile, {"secret": TOKEN})
        scene.set(
            source_kind="json_api",
            options=options | {"paging": "page", "page_size": "3", "match": "column"},
            sealed_secrets=scene.profile.sealed_secrets,
        )
        yield api


@pytest.fixture
def sif(scene: Scene) -> Iterator[WebServer]:
    photos = {f"students/2026/{code}": portrait(number) for number, code in enumerate(scene.everyone(PEOPLE), 1)}
    with web_server(school_server(SifSchool(photos))) as web:
        set_secrets(scene.profile, {"secret": "a secret"})
        options = {"address": f"{web.address}/requests", "sign_in": "Basic", "user": "a-session", "page_size": "3"}
        scene.set(
            source_kind="sif_rest",
            options=options | {"match": "column"},
            sealed_secrets=scene.profile.sealed_secrets,
        )
        yield web


def test_records_are_counted_while_they_are_read(scene: Scene, api: PeopleApi) -> None:
    seen: list[tuple[int, int]] = []

    def note(progress: dict[str, Any]) -> None:
        if progress["phase"] == "observe":
            seen.append((progress["done"], len(api.asked("/v1/students"))))

    with each_progress(note):
        run = scene.run()

    assert run.counts == counts(observed=PEOPLE, added=PEOPLE)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    # As each page was read, and not only at the end of the list.
    assert {(3, 1), (6, 2), (9, 3), (12, 4)} <= set(seen)


@pytest.mark.parametrize("phase", ["observe", "stage"])
def test_run_is_cancelled_while_a_list_is_read(scene: Scene, api: PeopleApi, phase: str) -> None:
    """In the midst of the list, which the photos are read from once more."""
    asked: list[int] = []

    def cancel(progress: dict[str, Any]) -> None:
        if progress["phase"] == phase and (phase == "stage" or progress["done"] >= 4) and not asked:
            asked.append(len(api.asked("/v1/students")))
            Run.objects.update(cancel_requested_by="Mr Night")

    with each_progress(cancel):
        run = scene.run()

    assert (run.state, run.explanation) == (
        RunState.CANCELLED,
        "Cancelled by Mr Night. What was published before stays published.",
    )
    assert ListedFile.objects.count() == (0 if phase == "observe" else PEOPLE)
    assert scene.library() == {}
    assert phase == "stage" or (asked, len(api.asked("/v1/students"))) == ([2], 2)


def test_objects_of_sif_are_counted_and_cancelled_while_they_are_read(scene: Scene, sif: WebServer) -> None:
    def cancel(progress: dict[str, Any]) -> None:
        if progress["phase"] == "observe" and progress["done"] >= 4:
            Run.objects.update(cancel_requested_by="Mr Night")

    with each_progress(cancel):
        run = scene.run()

    assert run.state == RunState.CANCELLED
    assert {each.path.partition(";")[0] for each in sif.asked} == {"/requests/StudentPersonals"}


def test_source_whose_photos_do_not_come_is_looked_at_for_little_and_less_and_less(
    scene: Scene, sif: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To list SIF is to download every picture."""
    monkeypatch.setattr(stage, "FAILURES_IN_A_ROW", 2)
    served = sif.answer
    sif.answer = lambda asked: Reply(500) if "/PersonPictures/" in asked.path else served(asked)

    assert scene.run().counts == counts(observed=PEOPLE, failed=PEOPLE)

    asked = [each.headers.get("navigationpagesize") for each in sif.asked if "/StudentPersonals" in each.path]
    # After 2, 4 and 8 photos; what is read in pages of 3 is read to list, and once more to find the photos.
    assert (asked.count("1"), asked.count("3")) == (3, 2 * 5)


def test_source_that_is_gone_ends_the_run_when_it_is_looked_at(
    scene: Scene, sif: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "FAILURES_IN_A_ROW", 2)
    # Else others are on their way while the run ends.
    monkeypatch.setattr(SifRestSource, "fetches_at_once", 1)
    served = sif.answer

    def answer(asked: Asked) -> Reply:
        is_gone = "/PersonPictures/" in asked.path or asked.headers.get("navigationpagesize") == "1"
        return Reply(500) if is_gone else served(asked)

    sif.answer = answer
    run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation == (
        f"Listing StudentPersonals failed on the SIF service 127.0.0.1 (port {sif.port}): it answered 500. Nothing "
        "was concluded from it, so nothing was changed. Run again later."
    )


class Stuck(Folders):
    """Gives no photo. `read` are the folders that were read since the source was looked at last."""

    fetched = 0

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        if self.fetched and not folder:
            self.read.clear()
        return super().read_folder(folder)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        self.fetched += 1
        raise TryLater("Not now.")


def test_run_is_cancelled_while_its_source_is_looked_at(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Stuck({f"a/b/c/{code}.jpg": b"x" for code in scene.everyone(PEOPLE)})
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: source)
    monkeypatch.setattr(stage, "FAILURES_IN_A_ROW", 2)

    def cancel(progress: dict[str, Any]) -> None:
        if source.fetched and source.read == ["", "a"]:
            Run.objects.update(cancel_requested_by="Mr Night")

    with each_progress(cancel):
        run = scene.run()

    assert (run.state, source.fetched, source.read) == (RunState.CANCELLED, 2, ["", "a"])


def test_large_folder_is_listed_once_and_its_changes_once_more_at_most(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is far away would list all of it for each of its parts."""
    source = Folders({f"nobody {number}.jpg": b"x" for number in range(600)}, window_entries=100)
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: source)
    monkeypatch.setattr(source, "close", lambda: None)

    first, listed_first = scene.run(), list(source.read)
    source.read.clear()
    for number in range(0, 600, 2):
        source.held.put(f"nobody {number}.jpg", b"xy")
    source.held.put("nobody at all.jpg", b"x")
    second = scene.run()

    assert (first.counts, listed_first) == (counts(observed=600, unmatched=600), [""])
    assert (second.counts, source.read) == (counts(observed=601, unmatched=601), [""])


class Counting(MemorySource):
    """`asked` are how many pages were asked for at once, each time."""

    def entries(self, pages):  # type: ignore[no-untyped-def]
        if pages:
            self.asked = [*getattr(self, "asked", []), len(pages)]
        yield from super().entries(pages)


def test_parts_of_a_folder_that_come_without_entries_are_asked_for_together(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Counting({f"{number}.jpg": b"x" for number in range(600)}, window_entries=100)
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: source)
    parts = len(list(source.pages()))
    assert scene.run().counts == counts(observed=600, unmatched=600)
    assert (parts > 200, source.asked) == (True, [parts])
