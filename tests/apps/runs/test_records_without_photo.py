"""A record that has no photo now is in its source all the same: null never means delete."""

import pytest

from photosync.apps.runs import execution
from photosync.apps.sources.models import ListedFile
from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, NO_PHOTO_CODE, Fetched
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import ItemRejected
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts, portrait


class Records(MemorySource):
    """Files of which some are gone when they are asked for."""

    missing: frozenset[str] = frozenset()

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if name in self.missing:
            self.fetched.append(name)
            raise ItemRejected(f"There is no photo of {name} now.", code=NO_PHOTO_CODE)
        return super().fetch(folder, name, limit_bytes=limit_bytes)


@pytest.fixture
def source(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Return a source of records with the photos of 0001 and 0002, which the profile withdraws when they are gone."""
    source = Records()
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: source)
    scene.set(when_missing="withdraw")
    for number, code in enumerate(scene.everyone(3)[:2]):
        put(scene, source, code, number)
    return source


def put(scene: Scene, source: Records, code: str, number: int) -> None:
    source.put(code, portrait(number))
    scene.put(f"elsewhere/{code}", number)  # so that the scene knows the picture by its number


def states() -> dict[str, tuple[str, str]]:
    return {file.name: (file.state, file.reason_code) for file in ListedFile.objects.order_by("name")}


def test_photo_that_becomes_null_is_kept_and_not_asked_for(scene: Scene, source: Records) -> None:
    scene.run()
    before = scene.library()
    source.put("0001", b"", stamp=NO_PHOTO)
    source.fetched.clear()

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=2, unchanged=2))
    assert (scene.withdrawn(), scene.library(), scene.items(run)) == (set(), before, [])
    assert source.fetched == []
    assert states() == {"0001": ("dismissed", "no_photo"), "0002": ("settled", "")}


def test_photo_that_comes_back_after_null_is_no_news(scene: Scene, source: Records) -> None:
    scene.run()
    source.put("0001", b"", stamp=NO_PHOTO)
    scene.run()
    put(scene, source, "0001", 0)

    run = scene.run()

    assert (run.counts, scene.items(run)) == (counts(observed=2, unchanged=2), [])
    assert scene.versions("0001") == [(2026, 1, "0")]


def test_new_photo_after_null_replaces(scene: Scene, source: Records) -> None:
    scene.run()
    source.put("0001", b"", stamp=NO_PHOTO)
    scene.run()
    put(scene, source, "0001", 7)

    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


def test_record_that_is_gone_is_withdrawn_where_it_was_null_before(scene: Scene, source: Records) -> None:
    scene.run()
    source.put("0001", b"", stamp=NO_PHOTO)
    scene.run()
    source.remove("0001")

    assert scene.run().counts == counts(observed=1, unchanged=1, withdrawn=1)


def test_record_that_never_had_a_photo_bothers_nobody(scene: Scene, source: Records) -> None:
    source.put("0003", b"", stamp=NO_PHOTO)
    source.put("nobody", b"", stamp=NO_PHOTO)

    first, second = scene.run(), scene.run()

    assert first.counts == counts(observed=4, unchanged=2, added=2)
    assert (second.state, second.counts) == (RunState.DONE, counts(observed=4, unchanged=4))


def test_photo_that_is_missing_when_asked_for_is_asked_for_again_without_failing(
    scene: Scene, source: Records
) -> None:
    put(scene, source, "0003", 5)
    source.missing = frozenset({"0003"})

    first = scene.run()
    second = scene.run()
    source.missing = frozenset()
    third = scene.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=3, unchanged=1, added=2))
    assert (second.state, second.counts) == (RunState.DONE, counts(observed=3, unchanged=3))
    assert third.counts == counts(observed=3, unchanged=2, added=1)
    assert source.fetched.count("0003") == 3


def test_photo_that_is_missing_when_asked_for_is_kept(scene: Scene, source: Records) -> None:
    scene.run()
    put(scene, source, "0001", 7)
    source.missing = frozenset({"0001"})

    run = scene.run()

    assert (run.counts, scene.withdrawn()) == (counts(observed=2, unchanged=2), set())


def test_source_without_any_photo_is_told(scene: Scene, source: Records) -> None:
    source.put("0001", b"", stamp=NO_PHOTO)
    source.missing = frozenset({"0002"})

    run = scene.run()

    assert run.warnings == [
        "The source has a photo of none of the 2 people that it lists. Nothing was withdrawn for it. Check the data "
        "source by Test connection, and whether whoever signs in to it may read photos."
    ]
    source.missing = frozenset()
    assert scene.run().warnings == []


def test_one_of_two_photos_that_becomes_null_leaves_the_other_to_be_decided(scene: Scene, source: Records) -> None:
    scene.identify(scene.people["0003"], "alternate_id", "A3")
    scene.set(options=scene.profile.options | {"key": "student_code,alternate_id"})
    put(scene, source, "0003", 5)
    put(scene, source, "A3", 6)
    assert scene.run().counts["review"] == 2
    source.put("A3", b"", stamp=NO_PHOTO)

    run = scene.run()

    assert (run.counts["review"], run.counts["added"]) == (0, 1)


def test_nothing_is_withdrawn_while_a_record_does_not_say_whose_it_is(scene: Scene, source: Records) -> None:
    scene.run()
    source.remove("0001")
    source.put("#1", b"", stamp=NO_IDENTIFIER)

    waiting = scene.run()
    source.remove("#1")
    done = scene.run()

    assert (waiting.counts, done.counts["withdrawn"]) == (counts(observed=2, unchanged=2), 1)
    assert scene.withdrawn() == {"0001"}
