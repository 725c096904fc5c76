"""Runs from a ZIP: first sync, nothing changed, a ZIP that is replaced, and one that is broken or gone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from photosync.apps.library.models import PhotoVersion
from photosync.apps.runs import execution
from photosync.apps.runs.models import PlanItem
from photosync.apps.sources.opening import open_profile_source
from photosync.connectors.contract import Fetched, Source
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts, portrait

pytestmark = pytest.mark.django_db


def deliver(scene: Scene, files: Mapping[str, int | bytes], **fields: object) -> Path:
    """Put a ZIP of portraits, by their numbers, in place of the one that is there; `fields` are of each entry."""
    entries = []
    for path, content in files.items():
        body = portrait(content) if isinstance(content, int) else content
        scene.names[sha256(body).hexdigest()] = str(content) if isinstance(content, int) else "bytes"
        entries.append(replace(Zipped(path, body), **fields))  # type: ignore[arg-type]  # passed on as they are
    beside, place = scene.folder / "new", scene.folder / "photos.zip"
    beside.write_bytes(zip_bytes(entries))
    beside.rename(place)
    if scene.profile.source_kind != "archive":
        scene.set(source_kind="archive", options={"path": str(place)})
    return place


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of what runs fetch from their source, as they do."""
    paths: list[str] = []

    def noted(fetch: Callable[..., Fetched]) -> Callable[..., Fetched]:
        def fetch_and_note(folder: str, name: str, *, limit_bytes: int) -> Fetched:
            paths.append(f"{folder}/{name}".lstrip("/"))
            return fetch(folder, name, limit_bytes=limit_bytes)

        return fetch_and_note

    def opened(profile: object) -> Source:
        source = open_profile_source(profile)  # type: ignore[arg-type]  # passed on as it is
        monkeypatch.setattr(source, "fetch", noted(source.fetch))
        return source

    monkeypatch.setattr(execution, "open_profile_source", opened)
    return paths


def test_first_sync_and_no_change_read_each_photo_once(scene: Scene, read: list[str]) -> None:
    scene.everyone(3)
    deliver(scene, {"9A/0001.jpg": 1, "9A/0002.jpg": 2, "9B/0003.jpg": 3, "__MACOSX/9A/._0001.jpg": b"junk"})

    first = scene.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=3, added=3))
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}, "0003": {2026: "3"}}
    assert sorted(read) == ["9A/0001.jpg", "9A/0002.jpg", "9B/0003.jpg"]
    read.clear()

    assert scene.run().counts == counts(observed=3, unchanged=3)
    # The same photos, packed anew in another way and order: still nothing to read.
    deliver(scene, {"9B/0003.jpg": 3, "9A/0002.jpg": 2, "9A/0001.jpg": 1}, method=0)
    assert scene.run().counts == counts(observed=3, unchanged=3)
    assert read == []


def test_zip_that_is_replaced_gives_what_is_new_in_it(scene: Scene, read: list[str]) -> None:
    scene.everyone(3)
    deliver(scene, {"0001.jpg": 1, "0002.jpg": 2})
    scene.run()
    read.clear()

    deliver(scene, {"0001.jpg": 11, "retakes/0003.jpg": 3})
    run = scene.run()

    assert run.counts == counts(observed=2, replaced=1, added=1)
    assert scene.library() == {"0001": {2026: "11"}, "0002": {2026: "2"}, "0003": {2026: "3"}}
    assert sorted(read) == ["0001.jpg", "retakes/0003.jpg"]


def test_zip_with_an_index_file(scene: Scene) -> None:
    scene.everyone(2)
    place = deliver(
        scene, {"IMG_1.jpg": 1, "b/IMG_2.jpg": 2, "idlink.txt": b"0001,IMG_1.jpg\n0002,IMG_2.jpg\n,x.jpg\n"}
    )
    scene.set(options={"path": str(place), "match": "index", "index": "idlink.txt"})

    run = scene.run()

    assert run.counts == counts(observed=2, added=2)
    assert run.warnings == ["Index file idlink.txt: Line 3 has no identifier; it was left out."]


def test_what_is_not_read_in_the_zip_is_told_with_every_run(scene: Scene) -> None:
    scene.everyone(2)
    deliver(scene, {"0001.jpg": 1, "../0002.jpg": 2, "9C.zip": b"PK", "9D.zip": b"PK"})
    warnings = [
        "2 files are archives inside the ZIP, and archives in archives are not opened (9C.zip, 9D.zip). "
        "They were not read. Unpack what is inside, and put the photos themselves into the ZIP.",
        "../0002.jpg has a name that leads to a place outside the ZIP. "
        "It was not read. Such a ZIP may be meant to do harm: find out where it comes from, and make it again "
        "from the photos.",
    ]

    for news in ({"added": 1}, {"unchanged": 1}):
        run = scene.run()
        assert (run.counts, run.warnings) == (counts(observed=4, rejected=1, unmatched=2, **news), warnings)
    assert scene.files()["../0002.jpg"] == ("rejected", "outside_source")

    deliver(scene, {"0001.jpg": 1, "0002.jpg": 2})
    run = scene.run()
    assert (run.counts, run.warnings) == (counts(observed=2, unchanged=1, added=1), [])


def test_password_that_is_taken_off_lets_the_photos_in(scene: Scene) -> None:
    scene.everyone(1)
    deliver(scene, {"0001.jpg": 1}, flags=1)
    assert scene.run().counts == counts(observed=1, rejected=1)
    assert scene.files() == {"0001.jpg": ("rejected", "encrypted")}

    deliver(scene, {"0001.jpg": 1})
    assert scene.run().counts == counts(observed=1, added=1)


def test_damaged_photo_is_tried_again_and_read_once_it_is_whole(scene: Scene) -> None:
    scene.everyone(2)
    place = deliver(scene, {"0001.jpg": 1, "0002.jpg": 2}, method=0)
    whole = place.read_bytes()
    at = whole.index(portrait(2)) + 100
    place.write_bytes(whole[:at] + b"damage" + whole[at + 6 :])

    run = scene.run()

    assert run.counts == counts(observed=2, added=1, failed=1)
    (item,) = [each for each in scene.items(run) if each[0] == "failed"]
    assert item == ("failed", "0002", "0002.jpg", "failed", "noted")
    assert PlanItem.objects.get(run=run, action="failed").reason == (
        "0002.jpg is damaged in the ZIP: it does not match its checksum. It was left as it is. "
        "Have the ZIP copied or made again; the next run reads it again."
    )

    place.write_bytes(whole)
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1)


@pytest.mark.parametrize("breakage", ["cut off", "gone", "a folder", "a page of a proxy"])
def test_zip_that_cannot_be_listed_withdraws_nothing(scene: Scene, breakage: str) -> None:
    scene.everyone(2)
    scene.set(when_missing="withdraw", withdraw_share_percent=100, withdraw_number=1000)
    place = deliver(scene, {"0001.jpg": 1, "0002.jpg": 2})
    scene.run()
    whole = place.read_bytes()
    place.unlink()
    if breakage == "cut off":
        place.write_bytes(whole[:-40])
    elif breakage == "a folder":
        place.mkdir()
    elif breakage == "a page of a proxy":
        place.write_text("<html>Sign in</html>")

    run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation.startswith(f"The ZIP {place} is ")
    assert "Nothing was concluded from it, so nothing was changed." in run.explanation
    assert (scene.withdrawn(), PhotoVersion.objects.count()) == (set(), 2)


def test_zip_that_is_replaced_between_listing_and_reading(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was listed and is not there any more is looked for again in the next run; nothing is mixed up."""
    scene.everyone(2)
    deliver(scene, {"0001.jpg": 1, "0002.jpg": 2})
    begin = execution.StageRows.prepare

    def replaced_first(rows: execution.StageRows) -> None:
        deliver(scene, {"0001.jpg": 11})
        begin(rows)

    monkeypatch.setattr(execution.StageRows, "prepare", replaced_first)
    run = scene.run()
    monkeypatch.undo()

    assert run.counts == counts(observed=2, added=1, failed=1)
    assert scene.library() == {"0001": {2026: "11"}}
    assert scene.run().counts == counts(observed=1, unchanged=1)
