"""Inputs in runs; and their bytes where blobs are collected, verified, backed up and erased."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
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
from photosync.apps.runs.execution import claim, execute_phase
from photosync.apps.runs.housekeeping import referenced_blobs
from photosync.apps.runs.models import PlanItem, Run
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


def reading(scene: Scene, files: dict[str, bytes], **options: str) -> Input:
    """Let the profile of the scene read an input with these files."""
    made = make_input(scene.school, files=files)
    for content in files.values():
        scene.names[sha256(content).hexdigest()] = "here"
    settings = ProfileSettings(source_kind="input", options={"input": made.name, **options})
    scene.profile = change_profile(scene.profile, settings)
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


def test_index_file_in_an_input_says_whose_each_file_is_and_is_no_photo(scene: Scene) -> None:
    for code in ("0001", "0002"):
        scene.person(code)
    files = {"idlink.txt": b"0001,DSC1.jpg\n0002,class/DSC2.jpg\n", "DSC1.jpg": portrait(1)}
    reading(scene, {**files, "class/DSC2.jpg": portrait(2)}, match="index", index="idlink.txt")
    assert scene.run().counts == counts(observed=2, added=2)
    assert scene.run().counts == counts(observed=2, unchanged=2)
    assert scene.files() == {}


VOLUME_INDEX = "Vol\tIMAGES\tDSC1.jpg\t7\t{family}\t{given}\t7A\n"


def volume_of(family: str, given: str) -> bytes:
    return VOLUME_INDEX.format(family=family, given=given).encode()


WAYS = {
    "index": ({"match": "index", "index": "idlink.txt"}, "idlink.txt", b"0001,DSC1.jpg\n", b"0002,DSC1.jpg\n"),
    "photographer": (
        {"match": "photographer"},
        "INDEX.TXT",
        volume_of("Ames", "Alice"),
        volume_of("Bell", "Bob"),
    ),
}


def of_alice_and_then_of_bob(scene: Scene, way: str) -> Callable[[], object]:
    """Let the input hold Alice's photo; return what delivers Bob's under the same name, with another index."""
    for code, given, family in (("0001", "Alice", "Ames"), ("0002", "Bob", "Bell")):
        person = scene.person(code)
        person.given_name, person.family_name = given, family
        person.save()
    options, index, of_alice, of_bob = WAYS[way]
    image = "IMAGES/DSC1.jpg" if way == "photographer" else "DSC1.jpg"
    made = reading(scene, {index: of_alice, image: portrait(1)}, **options)
    scene.names[sha256(portrait(2)).hexdigest()] = "Bob"
    return lambda: deliver(made, {index: of_bob, image: portrait(2)})


def with_a_delivery_before(phase: str, scene: Scene, deliver_now: Callable[[], object]) -> Run:
    """Make a run, and let something be delivered just before `phase`."""
    run = scene.request()
    hold = claim(run.pk, run.attempt, scene.worker.executor_id, scene.now)
    assert hold is not None
    for each in hold.phases:
        if each == phase:
            deliver_now()
        if not execute_phase(run.pk, hold.fence, each, lambda: scene.now):
            break
    run.refresh_from_db()
    scene.check(run)
    return run


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", ["match", "stage"])
def test_file_that_another_delivery_replaces_during_a_run_is_nobodys_until_the_next(
    scene: Scene, way: str, phase: str
) -> None:
    run = with_a_delivery_before(phase, scene, of_alice_and_then_of_bob(scene, way))
    assert run.counts == counts(observed=1, failed=1)
    assert PlanItem.objects.get(run=run).reason == "It was changed while it was read. It is read in the next run."
    assert scene.library() == {}
    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0002": {2026: "Bob"}}


@pytest.mark.parametrize("way", WAYS)
def test_photo_that_was_read_before_does_not_change_hands_by_an_index_that_came_during_the_run(
    scene: Scene, way: str
) -> None:
    deliver_bobs = of_alice_and_then_of_bob(scene, way)
    scene.run()
    assert scene.library() == {"0001": {2026: "here"}}
    run = with_a_delivery_before("match", scene, deliver_bobs)
    assert run.counts == counts(observed=1, failed=1)
    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2026: "here"}, "0002": {2026: "Bob"}}


def test_index_that_is_corrected_gives_the_same_photo_to_another_person(scene: Scene) -> None:
    for code in ("0001", "0002", "0003"):
        scene.person(code)
    files = {"idlink.txt": b"0001,DSC1.jpg\n", "DSC1.jpg": portrait(1), "DSC2.jpg": portrait(2)}
    made = reading(scene, files, match="index", index="idlink.txt")
    assert scene.run().counts == counts(observed=2, added=1, unmatched=1)
    deliver(made, {"idlink.txt": b"0001,DSC1.jpg\n0002,DSC2.jpg\n"})
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1)
    deliver(made, {"idlink.txt": b"0001,DSC1.jpg\n0003,DSC2.jpg\n"})
    assert scene.run().counts == counts(observed=2, unchanged=1, review=1)  # it was another person's before


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
