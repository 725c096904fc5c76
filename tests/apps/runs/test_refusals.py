"""What people read when a decision on a run is refused, or was made: the whole text."""

import pytest

from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, Refused
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, at
from tests.apps.runs.test_guard import held_run, replace_photos, school_with_photos


def test_run_that_does_not_exist(scene: Scene) -> None:
    words = "There is no run 12345. Nothing was done. See those that there are."
    by, now = "Mr Night", scene.now
    for ask in (services.approve, services.discard, services.undo, services.cancel):
        with pytest.raises(NotFound) as refused:
            ask(12345, by=by, now=now)
        assert refused.value.message == words


def test_run_of_another_school(scene: Scene) -> None:
    run = scene.run()
    other = School.objects.create(code="VALE", name="Vale", time_zone="UTC")

    assert services.run_numbered(run.pk, [scene.school.pk, other.pk]) == run
    with pytest.raises(NotFound) as refused:
        services.run_numbered(run.pk, [other.pk])
    assert refused.value.message == (f"There is no run {run.pk}. Nothing was done. See those that there are.")


def test_cancel_of_a_held_run_says_what_to_do_instead(scene: Scene) -> None:
    held, _ = held_run(scene)
    with pytest.raises(Refused) as refused:
        services.cancel(held.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {held.pk} is held and does nothing that could be cancelled. Nothing was changed. Discard it instead."
    )
    held.refresh_from_db()
    assert (held.state, held.cancel_requested_by) == (RunState.HELD, "")


def test_undo_of_a_held_run_says_what_to_do_instead(scene: Scene) -> None:
    held, _ = held_run(scene)
    with pytest.raises(Refused) as refused:
        services.undo(held.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {held.pk} is held, so there is nothing to undo yet. Nothing was changed. Discard it instead."
    )


def test_undo_of_a_running_run(scene: Scene) -> None:
    run = scene.request()
    scene.execute(run, until="publish")
    with pytest.raises(Refused) as refused:
        services.undo(run.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {run.pk} is running, so there is nothing to undo yet. Nothing was changed. "
        "Wait for it, or cancel it, first."
    )


@pytest.mark.parametrize("what", ["approve", "undo"])
def test_deciding_while_a_run_goes_on(scene: Scene, what: str) -> None:
    codes = school_with_photos(scene, 8)
    done = Run.objects.latest("pk")
    replace_photos(scene, codes[:6])
    held = scene.run()
    scene.later(minutes=5)
    going = scene.request()
    scene.later(days=7)

    with pytest.raises(Refused) as refused:
        getattr(services, what)((held if what == "approve" else done).pk, by="Mr Night", now=scene.now)

    assert refused.value.message == (
        f"Run {going.pk} of Photo Sync is queued since Monday 3 August 2026 09:05; only one run of a profile goes on "
        f"at a time. Nothing was started. Wait for it, or cancel it."
    )


def test_discarded_run_says_who_discarded_it(scene: Scene) -> None:
    held, _ = held_run(scene)
    was = held.explanation.removesuffix(f" Approve or discard run {held.pk}.")
    assert was != held.explanation
    discarded = services.discard(held.pk, by="Mr Night", now=scene.now)
    assert discarded.explanation == f"Discarded by Mr Night. {was}"


def test_run_that_was_about_to_be_approved_says_so(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.now = at(2026, 12, 18)
    held, _ = held_run(scene)
    was = held.explanation.removesuffix(f" Approve or discard run {held.pk}.")
    scene.now = at(2027, 1, 11)

    with pytest.raises(Refused):
        services.approve(held.pk, by="Mr Night", now=scene.now)

    held.refresh_from_db()
    assert (held.state, held.explanation) == (
        RunState.SUPERSEDED,
        f"{was} Mr Night was about to approve it. Run {held.pk} was planned in the academic year 2026, and it is "
        "2027 now.",
    )


def test_lines_of_an_undo_say_what_they_undo(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    run = scene.run()
    assert [item.reason for item in scene.undo(run).items.all()] == [f"Undoes run {run.pk}."]
