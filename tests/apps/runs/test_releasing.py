"""Releasing pins: what was undone, discarded or left out is decided on again, though the source has not changed."""

from datetime import datetime

import pytest

from photosync.apps.library.models import Picture, Pin
from photosync.apps.library.photos import history_document
from photosync.apps.people.queries import person_coded
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.releasing import Release, release_document, release_pins
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound, Refused
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, at, counts


def release(scene: Scene, code: str, year: int | None = None) -> Release:
    return release_pins(scene.people[code], by="Ms Gate", now=scene.now, year=year)


def replaced_and_undone(scene: Scene) -> Run:
    """Let the photos of two people be replaced, and the replacing run be undone; return the undo."""
    scene.everyone(2)
    for number in (1, 2):
        scene.put(f"000{number}.jpg", number)
    scene.run()
    for number in (1, 2):
        scene.put(f"000{number}.jpg", number + 10)
    return scene.undo(scene.run())


def held_and_discarded(scene: Scene) -> Run:
    codes = scene.everyone(8)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for code in codes[:6]:
        scene.put(f"{code}.jpg", int(code) + 10)
    return services.discard(scene.run().pk, by="Mr Night", now=scene.now)


def test_what_was_undone_is_published_again_after_its_release(scene: Scene) -> None:
    undo = replaced_and_undone(scene)
    assert scene.run().counts == counts(observed=2, unchanged=2)

    released = release(scene, "0001")

    assert (released.year, released.files, released.explanation) == (
        2026,
        1,
        "The next run decides again on 1 file.",
    )
    assert scene.pins() == {("0002", 2026, "12", f"Undone by Mr Night in run {undo.pk}.")}
    run = scene.run()
    assert run.counts == counts(observed=2, unchanged=1, replaced=1)
    assert scene.items(run) == [("replace", "0001", "0001.jpg", "came_back", "published")]
    assert scene.library() == {"0001": {2026: "11"}, "0002": {2026: "2"}}
    assert scene.run().counts == counts(observed=2, unchanged=2)


def test_first_photo_that_was_undone_is_added_again_after_its_release(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.undo(scene.run())
    assert scene.run().counts == counts(observed=1, unchanged=1)

    release(scene, "0001")

    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2026: "1"}}


def test_what_was_discarded_is_planned_again_after_its_release(scene: Scene) -> None:
    discarded = held_and_discarded(scene)
    assert scene.run().counts == counts(observed=8, unchanged=8)

    release(scene, "0003")

    run = scene.run()
    assert (run.state, run.counts) == (RunState.DONE, counts(observed=8, unchanged=7, replaced=1))
    assert scene.library()["0003"] == {2026: "13"}
    assert {pin[0] for pin in scene.pins()} == {"0001", "0002", "0004", "0005", "0006"}
    again = scene.undo(run)
    assert ("0003", 2026, "13", f"Undone by Mr Night in run {again.pk}.") in scene.pins()
    pins = history_document(scene.people["0003"], scene.now)["pins"]
    assert [(pin["run"], pin["released_by"]) for pin in pins] == [(again.pk, None), (discarded.pk, "Ms Gate")]


def test_what_was_left_out_of_an_approval_is_planned_again_after_its_release(scene: Scene) -> None:
    codes = scene.everyone(8)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for code in codes[:6]:
        scene.put(f"{code}.jpg", int(code) + 10)
    scene.approve(scene.run(), leave_out=[scene.people["0001"].pk])
    assert scene.run().counts == counts(observed=8, unchanged=8)

    release(scene, "0001")

    assert scene.run().counts == counts(observed=8, unchanged=7, replaced=1)
    assert scene.library()["0001"] == {2026: "11"}


def test_release_shows_in_a_preview_first(scene: Scene) -> None:
    replaced_and_undone(scene)
    release(scene, "0001")

    assert scene.preview().counts == counts(observed=2, unchanged=1, replaced=1)

    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


@pytest.mark.parametrize("touched", ["before", "after"])
def test_release_of_a_file_that_has_a_new_time_stamp(scene: Scene, touched: str) -> None:
    replaced_and_undone(scene)
    if touched == "before":
        scene.touch("0001.jpg")
        scene.run()
    release(scene, "0001")
    if touched == "after":
        scene.touch("0001.jpg")

    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


def test_release_of_a_file_that_waits_to_be_fetched_again(scene: Scene) -> None:
    replaced_and_undone(scene)
    ListedFile.objects.filter(name="0001.jpg").update(state="failed")

    assert release(scene, "0001").files == 0

    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


def test_release_of_a_withdrawal(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.put("0002.jpg", 2)
    scene.run()
    scene.remove("0001.jpg")
    undo = scene.undo(scene.run())
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert scene.pins() == {("0001", 2026, None, f"Undone by Mr Night in run {undo.pk}.")}

    released = release(scene, "0001")

    assert released.explanation == "The next run looks again whether the source still has a photo of this person."
    assert scene.run().counts == counts(observed=1, unchanged=1, withdrawn=1)
    assert (scene.withdrawn(), scene.pins()) == ({"0001"}, set())


def test_release_without_a_file_of_the_picture(scene: Scene) -> None:
    replaced_and_undone(scene)
    scene.put("0001.jpg", 21)
    scene.run()

    released = release(scene, "0001")

    assert (released.files, released.explanation) == (
        0,
        "No file for 2026 has a picture that was pinned; one that comes is planned again.",
    )
    assert scene.run().counts == counts(observed=2, unchanged=2)
    scene.put("0001.jpg", 11)
    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)


def test_release_of_several_pictures(scene: Scene) -> None:
    replaced_and_undone(scene)
    scene.put("0001.jpg", 21)
    scene.undo(scene.run())
    scene.put("b/0001.jpg", 11)
    scene.run()

    released = release(scene, "0001")

    assert (len(released.pins), released.explanation) == (2, "The next run decides again on 2 files.")
    run = scene.run()
    assert run.counts == counts(observed=3, unchanged=1, review=2)
    assert {item.reason_code for item in run.items.all()} == {"two_pictures"}


def next_years_first(scene: Scene) -> None:
    """Let a new year begin after an undo, with a run in it."""
    replaced_and_undone(scene)
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.now = at(2027, 1, 4)
    scene.run()


def test_release_of_a_past_year_does_not_make_its_files_this_years_photos(scene: Scene) -> None:
    next_years_first(scene)

    released = release(scene, "0001", 2026)

    assert released.files == 0
    assert scene.run().counts == counts(observed=2, unchanged=2)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_release_of_a_past_year_that_the_file_says_itself(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{year}/{code}")
    scene.everyone(1)
    scene.put("2025/0001.jpg", 1)
    scene.undo(scene.run())
    assert scene.run().counts == counts(observed=1, unchanged=1)

    assert release(scene, "0001", 2025).files == 1

    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2025: "1"}}


def test_picture_that_waits_in_review_because_of_a_past_pin_is_decided_on_after_its_release(scene: Scene) -> None:
    held_and_discarded(scene)
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.now = at(2027, 1, 4)
    scene.remove("0001.jpg")
    scene.put("new/0001.jpg", 11)
    reviewed = scene.run()
    assert [item.reason for item in reviewed.items.all()] == [
        "Someone decided against this picture for 2026, and it is offered again for 2027."
    ]

    assert release(scene, "0001", 2026).files == 1

    scene.run()
    assert scene.library()["0001"] == {2026: "1", 2027: "11"}


def test_release_of_next_years_photo_does_not_publish_it_as_this_years(scene: Scene) -> None:
    scene.now = at(2026, 12, 1)
    codes = scene.everyone(8)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for code in codes[:6]:
        scene.put(f"{code}.jpg", int(code) + 10)
    scene.undo(scene.approve(scene.run(), publish_as_year=2027))

    assert release(scene, "0001", 2027).files == 1

    run = scene.run()
    assert [item.reason for item in run.items.all()] == [
        "It came as a photo of 2027 before, so it is not used for 2026."
    ]
    assert scene.library()["0001"] == {2026: "1"}


def test_release_where_nothing_is_pinned(scene: Scene) -> None:
    scene.everyone(1)
    with pytest.raises(NotFound) as refused:
        release(scene, "0001")
    assert refused.value.message == (
        "Nothing is pinned for P0001 (0001) and 2026. Nothing was released. See what there is."
    )


def test_release_where_another_year_is_pinned(scene: Scene) -> None:
    replaced_and_undone(scene)
    with pytest.raises(NotFound) as refused:
        release(scene, "0001", 2025)
    assert refused.value.message == (
        "Nothing is pinned for P0001 (0001) and 2025. Nothing was released. "
        "There are pins for 2026. Say which year is meant."
    )
    release(scene, "0001")
    with pytest.raises(NotFound) as refused:
        release(scene, "0001")
    assert refused.value.message.endswith("See what there is.")


def test_release_for_an_unknown_person(scene: Scene) -> None:
    with pytest.raises(NotFound) as refused:
        person_coded(scene.school, "0009")
    assert refused.value.message == (
        'School TEST has no person with the code "0009". Nothing was done. See the codes that there are.'
    )


def test_release_while_a_run_decides_is_refused(scene: Scene) -> None:
    replaced_and_undone(scene)
    asked = scene.request()
    scene.execute(asked, until="plan")

    with pytest.raises(Refused) as refused:
        release(scene, "0001")

    assert refused.value.message == (
        f"Run {asked.pk} is running and may be deciding on P0001 (0001) with the pins as they are. Nothing was "
        f"released. Wait for it, or cancel it."
    )
    assert Pin.objects.filter(released_at__isnull=False).count() == 0


def test_release_says_who_and_when(scene: Scene) -> None:
    undo = replaced_and_undone(scene)
    scene.later(hours=1)

    released = release_document(release(scene, "0001"))

    pin = Pin.objects.select_related("picture").get(person=scene.people["0001"])
    assert pin.picture is not None
    assert (pin.released_at, pin.released_by) == (scene.now, "Ms Gate")
    assert isinstance(pin.released_at, datetime)
    told = {
        "year": 2026,
        "sha256": pin.picture.full_sha256,
        "reason": f"Undone by Mr Night in run {undo.pk}.",
        "run": undo.pk,
        "made_at": "2026-08-03T09:00:00+10:00",
        "released_at": "2026-08-03T10:00:00+10:00",
        "released_by": "Ms Gate",
    }
    assert released == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "year": 2026,
        "released": [told],
        "files": 1,
        "explanation": "The next run decides again on 1 file.",
    }
    assert history_document(scene.people["0001"], scene.now)["pins"] == [told]


def test_what_is_pinned_is_pinned_once_until_it_is_released(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    person, picture = scene.people["0001"], Picture.objects.get()

    for _ in range(2):
        for pinned in (picture, None):
            pin = Pin(person=person, academic_year=2026, picture=pinned, reason="Twice.", created_at=scene.now)
            Pin.objects.bulk_create([pin], ignore_conflicts=True)
    assert Pin.objects.count() == 2
    release(scene, "0001")
    Pin.objects.create(person=person, academic_year=2026, picture=None, reason="Anew.", created_at=scene.now)

    assert scene.pins() == {("0001", 2026, None, "Anew.")}
