"""Undo, of a run and of one person, and undo of an undo."""

import pytest

from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.undoing import standing_items
from photosync.core.errors import Refused
from photosync.core.run_states import RunState, Trigger
from tests.apps.runs.scene import Scene, at, counts


def test_undo_makes_the_former_photos_current_and_pins_the_others(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0001.jpg", 2)
    scene.put("0002.jpg", 3)
    run = scene.run()

    undo = scene.undo(run)

    assert (undo.trigger, undo.state, undo.counts) == (
        Trigger.UNDO,
        RunState.DONE,
        counts(replaced=1, withdrawn=1),
    )
    assert scene.library() == {"0001": {2026: "1"}}
    reason = f"Undone by Mr Night in run {undo.pk}."
    assert scene.pins() == {("0001", 2026, "2", reason), ("0002", 2026, "3", reason)}
    assert scene.run().counts == counts(observed=2, unchanged=2)
    scene.put("0002.jpg", 4)
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1)


def test_undo_of_one_person(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)
    run = scene.run()

    scene.undo(run, "0001")

    assert scene.library() == {"0002": {2026: "2"}}


def test_undo_of_an_undo_releases_its_pins_and_can_be_undone_again(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("0001.jpg", 2)
    first = scene.undo(scene.run())

    second = scene.undo(first)

    assert (scene.library(), scene.pins()) == ({"0001": {2026: "2"}}, set())
    third = scene.undo(second)
    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.pins() == {("0001", 2026, "2", f"Undone by Mr Night in run {third.pk}.")}
    assert scene.versions("0001") == [(2026, 1, "1"), (2026, 2, "2")]


def test_undo_leaves_alone_what_was_changed_later(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)
    scene.run()
    scene.put("0001.jpg", 3)
    scene.put("0002.jpg", 4)
    run = scene.run()
    scene.put("0001.jpg", 5)
    scene.run()

    undo = scene.undo(run)

    assert scene.library() == {"0001": {2026: "5"}, "0002": {2026: "2"}}
    noted = undo.items.get(person=scene.people["0001"])
    assert (noted.state, noted.reason) == (
        "noted",
        f"Not undone: the photo of 2026 was changed again after run {run.pk}.",
    )


def test_what_still_stands_of_a_run_is_what_its_undo_puts_back(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    scene.everyone(4)
    for code, picture in (("0001", 1), ("0002", 2), ("0003", 3)):
        scene.put(f"{code}.jpg", picture)
    first = scene.run()
    scene.put("0002.jpg", 12)
    scene.put("0004.jpg", 4)
    scene.remove("0003.jpg")
    second = scene.run()
    undo = scene.undo(second, "0004")

    code_of = {person.pk: code for code, person in scene.people.items()}

    def standing(run: Run) -> set[str]:
        return {code_of[item.person_id] for item in standing_items(run, None)}

    assert (standing(first), standing(second), standing(undo)) == ({"0001", "0003"}, {"0002", "0003"}, {"0004"})
    for run in (first, second):
        expected = standing(run)
        reverse = scene.undo(run)
        assert {code_of[item.person_id] for item in reverse.items.exclude(state="noted")} == expected
        scene.undo(reverse)


def test_undo_does_not_lift_a_later_withdrawal(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 9)
    scene.run()
    scene.put("0001.jpg", 2)
    run = scene.run()
    scene.remove("0001.jpg")
    scene.run()

    scene.undo(run)

    assert (scene.library()["0001"], scene.withdrawn()) == ({2026: "1"}, {"0001"})


def test_undo_of_a_withdrawal_after_the_photo_was_shown_again_changes_nothing(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 9)
    scene.run()
    scene.remove("0001.jpg")
    withdrawing = scene.run()
    scene.put("0001.jpg", 1)
    scene.run()

    undo = scene.undo(withdrawing)

    assert [item[3:] for item in scene.items(undo)] == [("changed_since", "noted")]
    assert (scene.withdrawn(), scene.pins()) == (set(), set())


def test_undo_is_possible_when_ended(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    run = scene.run()
    scene.now = at(2027, 3, 1)

    assert scene.undo(run).state == RunState.DONE

    assert scene.library() == {}


def test_undo_of_a_run_that_changed_nothing(scene: Scene) -> None:
    run = scene.run()
    with pytest.raises(Refused) as refused:
        services.undo(run.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {run.pk} changed no photo, so there is nothing to undo. Nothing was changed."
    )


def test_undo_for_a_person_whom_the_run_did_not_change(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    run = scene.run()
    with pytest.raises(Refused) as refused:
        services.undo(run.pk, by="Mr Night", now=scene.now, person=scene.people["0002"])
    assert refused.value.message == (
        f"Run {run.pk} changed no photo of P0002 (0002), so there is nothing to undo. Nothing was changed."
    )


def test_undo_of_a_run_that_goes_on(scene: Scene) -> None:
    run = scene.request()
    with pytest.raises(Refused) as refused:
        services.undo(run.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {run.pk} is queued, so there is nothing to undo yet. Nothing was changed. "
        "Wait for it, or cancel it, first."
    )


def test_undo_of_a_run_that_a_kill_interrupted(scene: Scene) -> None:
    scene.everyone(3)
    for number in (1, 2, 3):
        scene.put(f"000{number}.jpg", number)
    run = scene.run()
    asked = services.undo(run.pk, by="Mr Night", now=scene.now)
    scene.execute(asked, until="publish")

    undo = scene.execute(asked)

    assert (undo.state, undo.counts, scene.library()) == (RunState.DONE, counts(withdrawn=3), {})
