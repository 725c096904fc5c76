"""Inputs in runs; and their bytes where blobs are collected, verified, backed up and erased."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from photosync.apps.erasing.blobs import still_referred
from photosync.apps.erasing.models import Scope
from photosync.apps.erasing.services import erase_on_request
from photosync.apps.inputs.delivering import begin_delivery, deliver_file, finish_delivery
from photosync.apps.inputs.models import DeliveredFile, Input, InputFile
from photosync.apps.inputs.services import clear_input, clone_input
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import verify_store
from photosync.apps.profiles.services import change_profile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.runs.housekeeping import referenced_blobs
from tests.apps.inputs.delivered import contents, deliver, make_input, paths
from tests.apps.runs.scene import Scene, counts, portrait


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    _empty()
    yield Scene(tmp_path / "photos")
    _empty()


def _empty() -> None:
    for name, _, _ in list(photo_store().iter_blobs()):
        photo_store().delete(name)


def reading(scene: Scene, files: dict[str, bytes]) -> Input:
    """Let the profile of the scene read an input with these files."""
    made = make_input(scene.school, files=files)
    scene.profile = change_profile(scene.profile, ProfileSettings(source_kind="input", options={"input": made.name}))
    return made


def two_people(scene: Scene) -> Input:
    for code in ("0001", "0002"):
        scene.person(code)
    return reading(scene, {"0001.jpg": portrait(1), "class/0002.jpg": portrait(2)})


def test_run_publishes_what_was_delivered_and_no_change_reads_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two_people(scene)
    assert scene.run().counts == counts(observed=2, added=2)
    clear_input(made, by="kim", now=scene.now)
    deliver(made, {"0001.jpg": portrait(1), "class/0002.jpg": portrait(2)})
    monkeypatch.setattr("photosync.apps.inputs.shelf.HeldInput.read", None)  # read, it would fail
    assert scene.run().counts == counts(observed=2, unchanged=2)


def test_half_of_a_delivery_is_never_planned_on(scene: Scene) -> None:
    made = two_people(scene)
    scene.run()
    delivery = begin_delivery(made, mode="replace", by="kim", now=scene.now)
    deliver_file(delivery, "0001.jpg", portrait(3), now=scene.now)
    assert scene.run().counts == counts(observed=2, unchanged=2)
    deliver_file(delivery, "class/0002.jpg", portrait(2), now=scene.now)
    finish_delivery(delivery, by="kim", now=scene.now)
    assert scene.run().counts == counts(observed=2, replaced=1, unchanged=1)


def test_bytes_of_inputs_and_deliveries_are_kept_verified_and_backed_up(scene: Scene) -> None:
    made = reading(scene, {"0001.jpg": b"of the input"})
    delivery = begin_delivery(made, by="kim", now=scene.now)
    deliver_file(delivery, "0002.jpg", b"on its way", now=scene.now)
    names = {InputFile.objects.get().sha256, DeliveredFile.objects.get().sha256}
    assert referenced_blobs(sorted(names)) == still_referred(names) == names
    later = scene.now + timedelta(days=900)
    assert photo_store().collect(referenced_blobs, now=later).blobs == 0
    verified = verify_store(repair=False).document()
    assert (verified["checked"], verified["orphaned"], verified["troubles"]) == (2, 0, [])
    clear_input(made, by="kim", now=scene.now)
    assert photo_store().collect(referenced_blobs, now=later).blobs == 1


def test_lost_bytes_are_told_with_the_input_that_they_are_of(scene: Scene) -> None:
    made = make_input(scene.school, files={"a/0001.jpg": b"soon lost"})
    photo_store().delete(contents(made)["a/0001.jpg"])
    (trouble,) = verify_store(repair=True).troubles
    assert trouble.outcome == (
        'It is "a/0001.jpg" of the input Photographer 2026. Deliver it again, or restore it from a backup.'
    )


@pytest.mark.parametrize("scope", [Scope.PERSON, Scope.PHOTOS])
def test_erasure_takes_the_bytes_out_of_every_input(scene: Scene, scope: Scope) -> None:
    made = two_people(scene)
    scene.run()
    clone = clone_input(made, "Clone", by="kim", now=scene.now)
    delivery = begin_delivery(made, by="kim", now=scene.now)
    deliver_file(delivery, "again/0001.jpg", portrait(1), now=scene.now)
    theirs = contents(made)["0001.jpg"]
    erase_on_request(scene.people["0001"], scope, reason="Asked for by letter.", by="Ms Day", now=scene.now)
    assert (paths(made), paths(clone), DeliveredFile.objects.count()) == (["class/0002.jpg"], ["class/0002.jpg"], 0)
    assert not photo_store().exists(theirs)
    scene.seen_versions = {}
    assert scene.run().counts["observed"] == 1


def test_erasure_takes_a_file_that_no_run_has_read_yet(scene: Scene) -> None:
    made = two_people(scene)
    scene.run()
    deliver(made, {"0001.jpg": b"not a picture at all"})
    unread = contents(made)["0001.jpg"]
    erase_on_request(scene.people["0001"], Scope.PERSON, reason="Asked for.", by="Ms Day", now=scene.now)
    assert paths(made) == ["class/0002.jpg"]
    assert not photo_store().exists(unread)
