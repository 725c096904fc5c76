"""What a run makes of what is new, changed, unchanged and gone in the source."""

from photosync.apps.library.models import SourceContent
from photosync.core.run_states import RunState, Trigger
from tests.apps.runs.scene import Scene, at, counts, remembered


def test_run_adds_replaces_and_keeps(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)

    first = scene.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=2, added=2))
    assert scene.items(first) == [
        ("add", "0001", "0001.jpg", "first_photo", "published"),
        ("add", "0002", "0002.jpg", "first_photo", "published"),
    ]
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}

    scene.put("0002.jpg", 3)
    second = scene.run()

    assert (second.state, second.counts) == (RunState.DONE, counts(observed=2, replaced=1, unchanged=1))
    assert scene.items(second) == [("replace", "0002", "0002.jpg", "changed", "published")]
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "3"}}
    assert scene.versions("0002") == [(2026, 1, "2"), (2026, 2, "3")]


def test_run_where_nothing_changed_writes_nothing_but_its_record(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.put("nobody.jpg", 2)
    scene.run()
    before = remembered()

    run = scene.run()

    assert run.counts == counts(observed=2, unchanged=1, unmatched=1)
    assert scene.items(run) == []
    assert remembered() == before


def test_run_with_same_bytes_under_a_new_time_stamp_is_no_change(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.touch("0001.jpg")

    run = scene.run()

    assert run.counts == counts(observed=1, unchanged=1)
    assert scene.items(run) == []
    assert scene.versions("0001") == [(2026, 1, "1")]


def test_run_on_1_january_keeps_last_years_files(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)
    scene.run()
    scene.now = at(2027, 1, 1)

    (run,) = scene.tick()

    assert (run.trigger, run.counts) == (Trigger.CATCH_UP, counts(observed=2, unchanged=2))
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=2, unchanged=2)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_run_in_a_new_year_files_new_bytes_under_it(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.now = at(2027, 2, 1)
    scene.put("0001.jpg", 2)

    run = scene.run()

    assert scene.items(run) == [("replace", "0001", "0001.jpg", "new_year", "published")]
    assert scene.library() == {"0001": {2026: "1", 2027: "2"}}


def test_old_photo_that_comes_back_goes_to_review(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.now = at(2027, 2, 1)
    scene.put("0001.jpg", 2)
    scene.run()
    scene.put("0001.jpg", 1)

    run = scene.run()

    assert run.counts == counts(observed=1, review=1)
    assert scene.items(run) == [("review", "0001", "0001.jpg", "old_photo", "noted")]
    assert scene.library() == {"0001": {2026: "1", 2027: "2"}}


def test_bytes_of_this_year_that_come_back_replace(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0001.jpg", 2)
    scene.run()
    scene.put("0001.jpg", 1)

    run = scene.run()

    assert scene.items(run) == [("replace", "0001", "0001.jpg", "came_back", "published")]
    assert scene.versions("0001") == [(2026, 1, "1"), (2026, 2, "2"), (2026, 3, "1")]


def test_content_is_decoded_once(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0001.jpg", 2)
    scene.run()
    scene.put("0001.jpg", 1)
    scene.run()

    assert SourceContent.objects.count() == 2
