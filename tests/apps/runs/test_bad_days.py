"""Disks that are full, databases that are locked or may only be read, faults of our own."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from photosync.apps.library.store import photo_store, render_pool
from photosync.apps.runs import execution
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import change_documents, run_document
from photosync.apps.runs.schedule import take_back_runs
from photosync.core.errors import ItemRejected, StorageUnavailable
from photosync.core.run_states import RunState
from photosync.engine import stage
from photosync.imaging import rejections
from photosync.storage.batch import FolderBatch
from photosync.storage.folder import BlobStore
from tests.apps.runs.scene import Scene, counts

FULL = (
    "The photo store /photos is full (No space left on device). The photos being stored were not recorded; those "
    "stored before are untouched. Free some space there or raise its quota, then repeat."
)


def school_with_photos(scene: Scene, number: int = 3) -> None:
    for code in scene.everyone(number):
        scene.put(f"{code}.jpg", int(code))


class FullStore(BlobStore):
    """The store of this process, on a disk that has just become full."""

    def batch(self) -> FolderBatch:
        raise StorageUnavailable(FULL)


def test_run_with_the_disk_full_fails_and_the_next_one_completes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    school_with_photos(scene)

    with monkeypatch.context() as patched:
        patched.setattr(execution, "photo_store", lambda: FullStore(photo_store().root))
        run = scene.run()

    assert (run.state, run.explanation, run.counts) == (RunState.FAILED, FULL, counts(observed=3, waiting=3))
    assert scene.library() == {}
    assert scene.run().counts == counts(observed=3, added=3)


def test_run_whose_store_folder_is_gone_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    school_with_photos(scene)
    store = BlobStore(tmp_path / "store")
    store.prepare()
    (tmp_path / "store").rename(tmp_path / "moved")

    with monkeypatch.context() as patched:
        patched.setattr(execution, "photo_store", lambda: store)
        run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation.startswith(f"The photo store {tmp_path / 'store'} is not there, or not whole: ")
    assert scene.run().counts == counts(observed=3, added=3)


def refusing(*statements: str) -> Callable[..., Any]:
    """Return what makes the database refuse statements that begin so, as one on a full disk does."""

    def execute(ask: Callable[..., Any], sql: str, *given: Any) -> Any:
        if sql.startswith(statements):
            raise OperationalError("database or disk is full")
        return ask(sql, *given)

    return execute


def test_run_with_a_database_that_cannot_be_written_says_so(scene: Scene) -> None:
    school_with_photos(scene)

    with connection.execute_wrapper(refusing('INSERT INTO "library_photoversion"')):
        run = scene.run()

    assert (run.state, run.explanation) == (
        RunState.FAILED,
        "The database could not be used: database or disk is full. What was done until then is kept; the rest was "
        "not done. Check the database and the free space on its disk, then run again.",
    )
    assert (run.counts, scene.library()) == (counts(observed=3, waiting=3), {})
    assert scene.run().counts == counts(observed=3, added=3)


@pytest.mark.django_db(transaction=True)
def test_run_whose_end_cannot_be_written_is_taken_up_again(scene: Scene) -> None:
    school_with_photos(scene)
    asked = scene.request()

    scene.execute(asked, until="publish")
    with connection.execute_wrapper(refusing('INSERT INTO "library_photoversion"', 'UPDATE "runs_run"')):
        fence = Run.objects.values_list("fence", flat=True).get(pk=asked.pk)
        assert execution.execute_phase(asked.pk, fence, "publish", lambda: scene.now) is False

    assert Run.objects.get(pk=asked.pk).state == RunState.RUNNING
    assert take_back_runs(scene.now, lambda worker: False, is_lost=lambda run: True) == [asked.pk]
    asked.refresh_from_db()
    assert scene.execute(asked).counts == counts(observed=3, added=3)


def test_fault_of_our_own_is_told_as_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    school_with_photos(scene)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as patched:
        patched.setattr(execution, "stage", broken)
        run = scene.run()

    assert (run.state, run.explanation) == (
        RunState.FAILED,
        "Photo Sync met a fault of its own in the phase stage (ZeroDivisionError: division by zero). What was done "
        "until then is kept; the rest was not done. The log has the details.",
    )
    assert scene.run().counts == counts(observed=3, added=3)


def test_disk_that_fills_up_half_way_keeps_what_was_staged(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    school_with_photos(scene, 5)
    monkeypatch.setattr(stage, "PHOTOS_PER_WRITE", 2)
    batches = []

    class FillingUp(BlobStore):
        def batch(self) -> FolderBatch:
            batches.append(1)
            if len(batches) > 1:
                raise StorageUnavailable(FULL)
            return super().batch()

    with monkeypatch.context() as patched:
        patched.setattr(execution, "photo_store", lambda: FillingUp(photo_store().root))
        run = scene.run()

    assert (run.state, run.counts) == (RunState.FAILED, counts(observed=5, waiting=5))
    assert sorted(state for state, _ in scene.files().values()) == ["to_decide"] * 2 + ["to_fetch"] * 3
    assert scene.run().counts == counts(observed=5, added=5)


def test_record_of_a_run_is_plain_data(scene: Scene) -> None:
    school_with_photos(scene, 1)
    scene.put("nobody.jpg", 7)
    run = scene.run()
    document = run_document(run)
    assert json.loads(json.dumps(document)) == document
    assert [(change["action"], change["file"], change["reason"]) for change in change_documents(run)] == [
        ("add", "0001.jpg", "There was no photo of any year; this is the one for 2026."),
        ("unmatched", "nobody.jpg", 'No student or staff member has the code "nobody".'),
    ]


class SlowPool:
    """Gives up every picture as the pool does whose machine has no time, and counts them."""

    def __init__(self) -> None:
        self.given_up = 0

    def imap(self, items: Iterable[tuple[Any, bytes]], _settings: object) -> Iterator[tuple[Any, ItemRejected]]:
        for key, _content in items:
            self.given_up += 1
            yield key, rejections.too_slow(60.0)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowPool:
    pool = SlowPool()
    monkeypatch.setattr(execution, "render_pool", lambda: pool)
    return pool


def test_picture_that_a_busy_server_gave_up_is_read_in_the_next_run(
    scene: Scene, slow: SlowPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school_with_photos(scene, 2)
    run = scene.run()

    assert run.counts == counts(observed=2, failed=2)
    assert scene.files() == {"0001.jpg": ("failed", "too_slow"), "0002.jpg": ("failed", "too_slow")}
    assert {each["reason"] for each in change_documents(run)} == {
        "Reading this picture took longer than 60 seconds and was given up. It was not used. Save it again as an "
        "ordinary JPEG. The server may only have been busy: the next run tries it again, 3 times in all while the "
        "file stays the same."
    }

    monkeypatch.setattr(execution, "render_pool", render_pool)
    assert scene.run().counts == counts(observed=2, added=2)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_picture_that_is_too_slow_every_time_is_refused_in_the_end(scene: Scene, slow: SlowPool) -> None:
    """One that is made so would hold every night up for a minute."""
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    outcomes = [scene.run().counts for _ in range(5)]

    failed, rejected = counts(observed=1, failed=1), counts(observed=1, rejected=1)
    assert (outcomes, slow.given_up) == ([failed, failed, rejected, rejected, rejected], 3)

    scene.put("0001.jpg", 2)
    assert (scene.run().counts, slow.given_up) == (failed, 4)


def test_photo_stays_while_its_successor_is_given_up(
    scene: Scene, slow: SlowPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    with monkeypatch.context() as quick:
        quick.setattr(execution, "render_pool", render_pool)
        scene.run()
    scene.put("0001.jpg", 2)
    assert [scene.run().counts["failed"] for _ in range(2)] == [1, 1]
    assert scene.library() == {"0001": {2026: "1"}}

    monkeypatch.setattr(execution, "render_pool", render_pool)
    assert scene.run().counts == counts(observed=1, replaced=1)
    assert scene.library() == {"0001": {2026: "2"}}
