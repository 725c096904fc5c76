"""How doubtful each planned replacement is, as the plan phase writes it."""

from __future__ import annotations

from photosync.apps.library.models import Picture
from photosync.apps.people.models import Person
from photosync.apps.review import services as review
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.queries import change_documents, changes_after
from photosync.apps.sources.models import ListedFile
from photosync.core.doubt import LOOK_BYTES, can_be_compared
from photosync.core.run_states import RunState
from photosync.demo.looks import Sitter
from photosync.demo.portraits import portrait_of
from tests.apps.runs.scene import Scene

SWAPPED = ("0003", "0004")


def drawn(seed: int, year: int) -> bytes:
    return portrait_of(Sitter.of(seed), 260, 324, academic_year=year, grain=False)


def held_with_two_swapped(scene: Scene, people: int = 8) -> Run:
    codes = scene.everyone(people)
    for code in codes:
        scene.put(f"{code}.jpg", drawn(1000 + int(code), 2025))
    scene.run()
    for code in codes:
        whose = {SWAPPED[0]: SWAPPED[1], SWAPPED[1]: SWAPPED[0]}.get(code, code)
        scene.put(f"{code}.jpg", drawn(1000 + int(whose), 2026))
    return scene.run()


def doubts(scene: Scene, run: Run) -> dict[str, tuple[int | None, list[str]]]:
    items = run.items.filter(action="replace")
    return {scene.code(item.person_id): (item.doubt, item.doubt_reasons) for item in items}


def test_swapped_pictures_are_the_most_doubtful_and_say_with_whom(scene: Scene) -> None:
    run = held_with_two_swapped(scene)

    found = doubts(scene, run)

    assert run.state == RunState.HELD
    first = sorted(found, key=lambda code: -(found[code][0] or 0))[:2]
    assert set(first) == set(SWAPPED)
    assert [found[code][1][0] for code in SWAPPED] == [
        "Looks swapped with P0004 (0004).",
        "Looks swapped with P0003 (0003).",
    ]
    documents = {each["person"]["code"]: each for each in change_documents(run) if each["action"] == "replace"}
    assert (documents["0003"]["doubt"], documents["0003"]["doubt_reasons"]) == found["0003"]


def test_a_protected_person_is_not_named_as_the_other(scene: Scene) -> None:
    held_with_two_swapped(scene)
    Person.objects.filter(code=SWAPPED[1]).update(protected=True)

    run = scene.run()

    assert doubts(scene, run)[SWAPPED[0]][1][0] == "Looks swapped with a protected person."
    part = changes_after(run, None, 100, action="replace", names_protected=False)
    hidden = [each for each in part.documents if each["person"] is None]
    assert [(each["doubt"], each["doubt_reasons"]) for each in hidden] == [(None, [])]


def test_first_photos_have_nothing_to_compare(scene: Scene) -> None:
    scene.put(f"{scene.person('0001').code}.jpg", 1)
    run = scene.run()
    assert list(run.items.values_list("action", "doubt", "doubt_reasons")) == [("add", None, [])]


def test_pictures_of_before_looks_were_kept_get_one_from_their_thumb(scene: Scene) -> None:
    scene.put(f"{scene.person('0001').code}.jpg", drawn(7, 2025))
    scene.run()
    kept = Picture.objects.get()
    look = bytes(kept.look or b"")
    assert len(look) == LOOK_BYTES
    Picture.objects.update(look=None)
    scene.put("0001.jpg", drawn(7, 2026))

    run = scene.run()

    assert run.state == RunState.DONE
    again = bytes(Picture.objects.get(pk=kept.pk).look or b"")
    assert can_be_compared(again)
    assert max(abs(one - other) for one, other in zip(look, again, strict=True)) <= 4
    [item] = PlanItem.objects.filter(run=run)
    assert item.doubt is not None


def test_namesakes_and_a_match_by_hand_are_reasons(scene: Scene) -> None:
    for code in scene.everyone(2):
        Person.objects.filter(code=code).update(given_name="Jo", family_name="Bloggs")
        scene.put(f"{code}.jpg", drawn(int(code), 2025))
    scene.run()
    (scene.folder / "0001.jpg").unlink()
    scene.put("IMG_1.jpg", drawn(1, 2026))
    scene.run()
    waiting = ListedFile.objects.get(name="IMG_1.jpg").pk
    review.accept(waiting, scene.school, scene.people["0001"], by="Ms Day", now=scene.now)

    run = scene.run()

    reasons = doubts(scene, run)["0001"][1]
    assert "The file was matched by hand." in reasons
    assert "Two people of the school have this name." in reasons
