"""What people ask of runs is recorded; what a run itself does is in its plan, and makes no entries."""

from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.releasing import release_pins
from photosync.core.errors import Refused
from photosync.core.run_states import RunState, Trigger
from tests.apps.audit.entries import take_told
from tests.apps.runs.scene import Scene

OF_PROFILE = ("profile", "Photo Sync", "Photo Sync")


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")


def held_run(scene: Scene) -> Run:
    codes = scene.everyone(8)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for code in codes[:6]:
        scene.put(f"{code}.jpg", int(code) + 1000)
    run = scene.run()
    assert run.state == RunState.HELD
    take_told()
    return run


def test_a_scheduled_run_makes_no_entry(scene: Scene) -> None:
    for code in scene.everyone(3):
        scene.put(f"{code}.jpg", int(code))

    scene.later(days=1)
    scheduled = scene.tick()

    assert [run.counts["added"] for run in scheduled] == [3]
    assert take_told() == []


def test_run_asked_for_and_cancelled(scene: Scene) -> None:
    run = services.request_run(scene.profile, trigger=Trigger.PREVIEW, started_by="kim", now=scene.now)
    with pytest.raises(Refused):
        services.request_run(scene.profile, trigger=Trigger.PREVIEW, started_by="lee", now=scene.now)
    services.cancel(run.pk, by="kim", now=scene.now)

    assert [(entry.subject_id, entry.school_id) for entry in Entry.objects.all()] == [(run.pk, scene.school.pk)] * 2
    assert take_told() == [
        ("run.requested", str(run.pk), [OF_PROFILE, ("trigger", "preview", "preview")], ""),
        ("run.cancelled", str(run.pk), [OF_PROFILE], ""),
    ]


def test_cancelling_twice_is_recorded_once(scene: Scene) -> None:
    run = services.request_run(scene.profile, trigger=Trigger.PREVIEW, started_by="kim", now=scene.now)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    take_told()

    services.cancel(run.pk, by="kim", now=scene.now)
    services.cancel(run.pk, by="kim", now=scene.now)

    assert take_told() == [("run.cancelled", str(run.pk), [OF_PROFILE], "")]


def test_approval_says_the_year_and_who_was_left_out(scene: Scene) -> None:
    run = held_run(scene)
    out = [scene.people["0001"].pk, scene.people["0003"].pk, scene.people["0008"].pk]

    services.approve(run.pk, by="kim", now=scene.now, publish_as_year=2027, leave_out=out)

    # The photo of 0008 was not to be changed.
    assert take_told() == [
        (
            "run.approved",
            str(run.pk),
            [OF_PROFILE, ("publish_as_year", None, "2027")],
            "Left out: P0001 (0001) and P0003 (0003).",
        )
    ]


def test_discarding_and_releasing_a_pin(scene: Scene) -> None:
    run = held_run(scene)
    person = scene.people["0001"]

    services.discard(run.pk, by="kim", now=scene.now)
    release_pins(person, by="kim", now=scene.now)

    assert Entry.objects.get(act="photo.pins-released").person_id_of == person.pk
    assert take_told() == [
        ("run.discarded", str(run.pk), [OF_PROFILE], ""),
        ("photo.pins-released", "P0001 (0001)", [("academic_year", "2026", "2026"), ("pins", "1", "0")], ""),
    ]


def test_undo_of_one_person_is_an_entry_about_them(scene: Scene) -> None:
    for code in scene.everyone(2):
        scene.put(f"{code}.jpg", int(code))
    run = scene.run()
    take_told()
    person = scene.people["0002"]

    undo = services.undo(run.pk, by="kim", now=scene.now, person=person)

    assert Entry.objects.get().person_id_of == person.pk
    assert take_told() == [
        (
            "run.undone",
            str(run.pk),
            [
                OF_PROFILE,
                ("undone_by_run", str(undo.pk), str(undo.pk)),
                ("person", "P0002 (0002)", "P0002 (0002)"),
            ],
            "",
        )
    ]
