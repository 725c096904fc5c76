"""Sources that tell another stamp of a file when it is read than when it is listed; an index says whose it is."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from photosync.apps.runs import execution
from photosync.apps.runs.ledger.staging import StageRows
from photosync.apps.runs.models import PlanItem
from photosync.apps.runs.queries import change_documents
from photosync.apps.runs.schedule import take_back_runs
from photosync.apps.schools.models import School
from photosync.connectors.contract import Entry, Fetched
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import TryLater
from tests.apps.runs.scene import Scene, counts, portrait
from tests.apps.runs.test_takeover import nobody

FAILED = counts(observed=1, failed=1)
ADDED = counts(observed=1, added=1)
TOO_LITTLE_TOLD = (
    "The data source does not say when this file was changed, or how long it is, so it is not certain that the index "
    "speaks of what was read. It is used if the next run reads the same."
)


class OfOtherStamps(FolderSource):
    """A folder that never tells the same of a file twice: each reading of it has a stamp of its own."""

    readings = 0
    meanwhile: list[Callable[[], object]]
    """What happens before the next readings, each before one."""
    is_unreadable = False
    comes = b""
    """What is read instead of what is there."""

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if type(self).is_unreadable:
            raise TryLater(f"{name} is locked. It was left as it is.")
        type(self).readings += 1
        if self.meanwhile:
            self.meanwhile.pop(0)()
        fetched = super().fetch(folder, name, limit_bytes=limit_bytes)
        return Fetched(self.comes or fetched.content, f"reading {self.readings}")


@pytest.fixture
def source(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> type[OfOtherStamps]:
    """Let the folder hold a photo of Alice, who is 0001 in the index."""
    scene.everyone(2)
    scene.put("DSC1.jpg", 1)
    (scene.folder / "index.csv").write_text("0001,DSC1.jpg\n")
    scene.options(match="index", index="index.csv")
    monkeypatch.setattr(
        execution, "open_profile_source", lambda profile: OfOtherStamps(str(scene.folder), index="index.csv")
    )
    monkeypatch.setattr(OfOtherStamps, "readings", 0)
    monkeypatch.setattr(OfOtherStamps, "is_unreadable", False)
    monkeypatch.setattr(OfOtherStamps, "comes", b"")
    monkeypatch.setattr(OfOtherStamps, "meanwhile", [], raising=False)
    return OfOtherStamps


def test_photo_that_is_the_same_in_two_runs_is_published_whatever_stamp_it_comes_with(
    scene: Scene, source: type[OfOtherStamps]
) -> None:
    run = scene.run()
    assert (run.counts, scene.library()) == (FAILED, {})
    assert scene.files() == {"DSC1.jpg": ("failed", "changed")}
    (line,) = change_documents(run)
    assert line["reason"] == "It was changed while it was read. It is read in the next run."
    assert (line["action"], line["reason_code"]) == ("failed", "changed")

    assert scene.run().counts == ADDED
    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert source.readings == 2


def test_photo_is_published_though_everything_is_matched_anew_in_between(
    scene: Scene, source: type[OfOtherStamps]
) -> None:
    """A roster that comes each night lets it be, each night."""
    scene.run()
    School.objects.update(identifier_revision=1_000)
    assert scene.run().counts == ADDED


def test_bytes_that_are_others_in_each_run_are_left(scene: Scene, source: type[OfOtherStamps]) -> None:
    """Under one stamp of the listing: a folder's entry may lag behind its files."""
    assert scene.run().counts == FAILED
    for number in (2, 3, 2):
        source.comes = portrait(number)
        assert scene.run().counts == FAILED
    scene.names[sha256(portrait(2)).hexdigest()] = "2"
    assert scene.run().counts == ADDED
    assert scene.library() == {"0001": {2026: "2"}}


def test_photo_that_was_replaced_while_it_was_read_is_not_taken_for_what_the_next_listing_shows(
    scene: Scene, source: type[OfOtherStamps]
) -> None:
    """Bob's comes under the name of Alice's: what was seen of it under the stamp of hers does not count."""

    def delivered() -> None:
        scene.put("DSC1.jpg", 2)
        (scene.folder / "index.csv").write_text("0002,DSC1.jpg\n")

    source.meanwhile.append(delivered)
    assert scene.run().counts == FAILED
    assert scene.run().counts == FAILED
    assert scene.library() == {}
    assert scene.run().counts == ADDED
    assert scene.library() == {"0002": {2026: "2"}}


def test_same_bytes_under_another_stamp_of_the_listing_are_left_once_more(
    scene: Scene, source: type[OfOtherStamps]
) -> None:
    scene.run()
    scene.touch("DSC1.jpg")
    assert scene.run().counts == FAILED
    assert scene.run().counts == ADDED


def test_file_that_cannot_be_read_in_between_begins_anew(scene: Scene, source: type[OfOtherStamps]) -> None:
    scene.run()
    source.is_unreadable = True
    assert scene.run().counts == FAILED
    source.is_unreadable = False
    assert scene.run().counts == FAILED
    assert scene.run().counts == ADDED


def test_run_that_goes_on_after_it_was_killed_is_no_second_one(
    scene: Scene, source: type[OfOtherStamps], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(rows: object) -> int:
        raise SystemExit

    run = scene.request()
    with monkeypatch.context() as at_the_end:
        at_the_end.setattr(StageRows, "people_without_any_photo", killed)
        with pytest.raises(SystemExit):
            scene.execute(run)
    assert scene.files() == {"DSC1.jpg": ("failed", "changed")}
    scene.later(seconds=61)
    take_back_runs(scene.now, nobody)
    run.refresh_from_db()

    assert scene.execute(run).counts == FAILED
    assert source.readings == 2
    assert PlanItem.objects.filter(run=run, reason_code="changed").count() == 1
    assert scene.run().counts == ADDED


def test_run_that_is_killed_when_it_takes_the_photo_takes_it_when_it_goes_on(
    scene: Scene, source: type[OfOtherStamps], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(rows: object, staged: object) -> None:
        raise SystemExit

    scene.run()
    run = scene.request()
    with monkeypatch.context() as before_it_is_noted:
        before_it_is_noted.setattr(StageRows, "write_staged", killed)
        with pytest.raises(SystemExit):
            scene.execute(run)
    scene.later(seconds=61)
    take_back_runs(scene.now, nobody)
    run.refresh_from_db()

    assert scene.execute(run).counts == ADDED
    assert source.readings == 3


class Between(MemorySource):
    """A server on which something happens before the first file is read."""

    meanwhile: Callable[[], object] | None = None
    tells_sizes = True

    def _listed(self, folder: str) -> list[Entry]:
        listed = super()._listed(folder)
        return listed if self.tells_sizes else [entry._replace(size_bytes=0) for entry in listed]

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return super().fetch(folder, name, limit_bytes=limit_bytes)


@pytest.fixture
def server(scene: Scene, source: object, monkeypatch: pytest.MonkeyPatch) -> Between:
    """Let the photo of Alice lie on a server in place of the folder, changed in a certain second."""
    held = Between()
    held.put("DSC1.jpg", portrait(1), stamp="6a2b")
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: held)
    return held


def test_photo_of_another_size_within_the_same_second_is_not_the_one_that_was_listed(
    scene: Scene, server: Between
) -> None:
    """SFTP tells whole seconds: the time stands for the bytes only with the size."""
    scene.put("DSC2.jpg", 2)
    server.meanwhile = lambda: server.put("DSC1.jpg", portrait(2), stamp="6a2b")
    assert scene.run().counts == FAILED
    assert (scene.library(), scene.files()) == ({}, {"DSC1.jpg": ("failed", "changed")})

    (scene.folder / "index.csv").write_text("0002,DSC1.jpg\n")
    assert scene.run().counts == ADDED
    assert scene.library() == {"0002": {2026: "2"}}


@pytest.mark.parametrize("stamp", ["?", "?.?", "?.6a2b", "."])
def test_stamp_that_every_file_has_says_nothing_of_a_photo(scene: Scene, server: Between, stamp: str) -> None:
    server.put("DSC1.jpg", portrait(1), stamp=stamp)
    server.meanwhile = lambda: server.put("DSC1.jpg", _of_one_size(2), stamp=stamp)
    server.put("DSC1.jpg", _of_one_size(1), stamp=stamp)

    run = scene.run()
    assert (run.counts, scene.library()) == (FAILED, {})
    (line,) = change_documents(run)
    assert line["reason"] == TOO_LITTLE_TOLD

    server.put("DSC1.jpg", _of_one_size(1), stamp=stamp)
    assert scene.run().counts == FAILED
    assert scene.run().counts == ADDED
    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.names[sha256(_of_one_size(1)).hexdigest()] = "1"
    assert scene.library() == {"0001": {2026: "1"}}


def test_photo_without_a_size_is_taken_when_it_is_the_same_in_two_runs(scene: Scene, server: Between) -> None:
    """A file that is just being sent is as short in a listing."""
    server.tells_sizes = False
    run = scene.run()
    assert (run.counts, [line["reason"] for line in change_documents(run)]) == (FAILED, [TOO_LITTLE_TOLD])
    assert scene.run().counts == ADDED


@pytest.mark.parametrize("stamp", ["6a2b", "6a2b.?", "abc.", ".1795898587"])
def test_stamp_that_says_something_is_believed_at_once(scene: Scene, server: Between, stamp: str) -> None:
    server.put("DSC1.jpg", portrait(1), stamp=stamp)
    assert scene.run().counts == ADDED


def _of_one_size(number: int) -> bytes:
    """Return the portrait 1 or 2, as long as the longer of them."""
    return portrait(number).ljust(max(len(portrait(1)), len(portrait(2))), b"\0")
