"""What is never published by itself: pictures of several people, damaged files, files of nobody."""

import pytest

from photosync.apps.library.models import SourceContent, SuspectPicture
from photosync.apps.runs import execution, services
from photosync.apps.runs.execution import claim, execute_phase
from photosync.apps.runs.models import Run
from photosync.apps.sources.models import Listing
from photosync.connectors.contract import Fetched
from photosync.connectors.folder.source import FolderSource
from photosync.core.errors import TryLater
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, at, counts, portrait


def test_same_picture_for_two_people_goes_to_review(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 1)

    run = scene.run()

    assert run.counts == counts(observed=2, review=2)
    assert [item.reason for item in run.items.order_by("file_path")] == [
        "The same picture is also there for P0002 (0002). One of the two is wrong.",
        "The same picture is also there for P0001 (0001). One of the two is wrong.",
    ]
    assert scene.library() == {}


def test_picture_that_is_someone_elses_photo_goes_to_review(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0002.jpg", 1)

    run = scene.run()

    assert scene.items(run) == [("review", "0002", "0002.jpg", "other_person", "noted")]
    assert scene.library() == {"0001": {2026: "1"}}


def test_placeholder_goes_to_review_and_is_rendered_once(scene: Scene) -> None:
    codes = scene.everyone(5)
    for code in codes:
        scene.put(f"{code}.jpg", 1)

    run = scene.run()

    assert run.counts == counts(observed=5, review=5)
    assert {item.reason for item in run.items.all()} == {
        "The same picture is there for 5 people, P0001 (0001) among them: it looks like a placeholder for absentees.",
        "The same picture is there for 5 people, P0005 (0005) among them: it looks like a placeholder for absentees.",
    }
    assert SourceContent.objects.count() == 1


def test_placeholder_alone_later_is_still_reviewed(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 1)
    scene.run()
    scene.remove("0001.jpg")
    scene.touch("0002.jpg")

    run = scene.run()

    assert scene.items(run) == [("review", "0002", "0002.jpg", "placeholder", "noted")]
    assert SuspectPicture.objects.count() == 1


def test_two_files_of_one_person_with_different_pictures_go_to_review(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)

    assert scene.run().counts == counts(observed=2, review=2)
    assert scene.run().counts == counts(observed=2, review=2)
    scene.remove("a/0001.jpg")
    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2026: "2"}}


def test_third_file_does_not_decide_between_two(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)
    scene.run()
    scene.put("c/0001.jpg", 2)

    run = scene.run()

    assert (run.counts, scene.library()) == (counts(observed=3, review=3), {})


def test_two_files_of_one_person_of_which_one_is_damaged_later(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)
    scene.run()
    scene.put("a/0001.jpg", b"no picture")

    assert scene.run().counts == counts(observed=2, added=1, rejected=1)


def test_two_files_of_one_person_with_one_picture_publish_one(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 1)

    run = scene.run()

    assert run.counts == counts(observed=2, added=1, unchanged=1)
    scene.now = at(2026, 9, 1)
    scene.remove("a/0001.jpg")
    assert scene.run().counts == counts(observed=1, unchanged=1)


def test_copy_of_a_file_that_was_not_published_is_published_in_its_place(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 1)
    scene.execute(scene.request(), until="publish")
    run = Run.objects.get()
    services.cancel(run.pk, by="Ms Day", now=scene.now)
    assert scene.execute(run).state == RunState.CANCELLED
    scene.remove("a/0001.jpg")

    assert scene.run().counts == counts(observed=1, added=1)


def test_rejected_file_is_not_decoded_again_until_bytes_or_limits_change(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", b"no picture")
    run = scene.run()
    assert (run.state, run.counts) == (RunState.DONE, counts(observed=1, rejected=1))
    assert [(action, state) for action, _, _, _, state in scene.items(run)] == [("rejected", "noted")]

    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=1, rejected=1)
    assert SourceContent.objects.count() == 1

    # As if it had been refused under other limits: it is looked at again under these.
    SourceContent.objects.update(render_fingerprint="other")
    Listing.objects.update(rendered_with="other")
    assert scene.run().counts == counts(observed=1, rejected=1)
    assert SourceContent.objects.count() == 2
    scene.put("0001.jpg", 1)
    assert scene.run().counts == counts(observed=1, added=1)


def test_rejected_replacement_keeps_the_old_photo(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0001.jpg", portrait(2)[:3000])

    run = scene.run()

    assert (run.counts, scene.library()) == (counts(observed=1, rejected=1), {"0001": {2026: "1"}})
    scene.put("0001.jpg", 1)
    assert scene.run().counts == counts(observed=1, unchanged=1)


class Unreadable(FolderSource):
    """A folder some of whose files cannot be read at the moment."""

    names: frozenset[str] = frozenset()

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if name in self.names:
            raise TryLater(f"{name} is locked. It was left as it is.")
        return super().fetch(folder, name, limit_bytes=limit_bytes)


@pytest.fixture
def unreadable(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> type[Unreadable]:
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: Unreadable(str(scene.folder)))
    monkeypatch.setattr(Unreadable, "names", frozenset())
    return Unreadable


def test_failed_file_is_tried_again_whatever_its_age(scene: Scene, unreadable: type[Unreadable]) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)
    unreadable.names = frozenset({"0001.jpg"})

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE_WITH_FAILURES, counts(observed=2, added=1, failed=1))
    assert [item.reason for item in run.items.filter(action="failed")] == [
        "0001.jpg is locked. It was left as it is."
    ]
    scene.now = at(2026, 12, 1)
    assert scene.run().counts == counts(observed=2, unchanged=1, failed=1)
    unreadable.names = frozenset()
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1)


def test_many_unreadable_files_in_a_row_do_not_stop_the_others(scene: Scene, unreadable: type[Unreadable]) -> None:
    codes = scene.everyone(31)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    unreadable.names = frozenset(f"{code}.jpg" for code in codes[:30])

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE_WITH_FAILURES, counts(observed=31, added=1, failed=30))


def test_file_that_fails_twice_in_a_run_that_was_resumed_is_one_line(
    scene: Scene, unreadable: type[Unreadable]
) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    unreadable.names = frozenset({"0001.jpg"})
    asked = scene.request()
    scene.execute(asked, until="plan")

    run = scene.execute(asked)

    assert scene.items(run) == [("failed", "0001", "0001.jpg", "failed", "noted")]


def test_folder_that_vanishes_while_it_is_read_fails_the_run(scene: Scene) -> None:
    codes = scene.everyone(3)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    asked = scene.request()
    scene.execute(asked, until="stage")
    scene.folder.rename(scene.folder.with_name("elsewhere"))

    run = scene.execute(asked)

    assert (run.state, scene.library()) == (RunState.FAILED, {})
    scene.folder.with_name("elsewhere").rename(scene.folder)
    assert scene.run().counts == counts(observed=3, added=3)


def test_folder_that_vanishes_while_files_are_fetched_fails_the_run(scene: Scene) -> None:
    codes = scene.everyone(3)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    asked = scene.request()
    hold = claim(asked.pk, asked.attempt, "test", scene.now)
    assert hold is not None
    assert [execute_phase(asked.pk, hold.fence, phase, lambda: scene.now) for phase in hold.phases[:2]] == [
        True,
        True,
    ]
    scene.folder.rename(scene.folder.with_name("elsewhere"))

    assert execute_phase(asked.pk, hold.fence, "stage", lambda: scene.now) is False

    asked.refresh_from_db()
    assert (asked.state, asked.counts) == (RunState.FAILED, counts(observed=3, waiting=3))
    assert str(scene.folder) in asked.explanation
    scene.folder.with_name("elsewhere").rename(scene.folder)
    assert scene.run().counts == counts(observed=3, added=3)
