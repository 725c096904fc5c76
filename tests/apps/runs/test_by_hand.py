"""Photos decided on by hand, and what runs then do: the pins, the race with a running run, withdrawals."""

from hashlib import sha256

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
from photosync.apps.library.queries import photo_states
from photosync.apps.runs import services
from photosync.apps.runs.by_hand import (
    DecidedByHand,
    adjust_photo,
    restore_version,
    set_photo,
    show_photo,
    take_off_photo,
    version_numbered,
    withdraw_photo,
    years_by_hand,
)
from photosync.apps.runs.execution import execute_phase
from photosync.apps.runs.models import PlanItem
from photosync.apps.runs.releasing import release_pins
from photosync.core.errors import ItemRejected, NotFound, Refused, WrongUse
from photosync.core.run_states import RunState
from photosync.imaging import Adjustment
from tests.apps.runs.scene import Scene, at, counts, portrait
from tests.portraits import make_portrait


def by_hand(scene: Scene, code: str, seed: int, year: int | None = None) -> DecidedByHand:
    content = portrait(seed)
    scene.names[sha256(content).hexdigest()] = str(seed)
    return set_photo(scene.people[code], content, by="Ms Gate", now=scene.now, year=year, origin="mia.jpg")


def with_photo(scene: Scene, number: int = 1) -> None:
    for code in scene.everyone(number):
        scene.put(f"{code}.jpg", int(code))
    scene.run()


def shown(scene: Scene, code: str) -> int | None:
    person = scene.people[code]
    return photo_states([person.pk], scene.now.year)[person.pk].shown_year


def test_photo_set_by_hand_is_a_new_version_and_the_sync_does_not_replace_it_with_the_same_file(scene: Scene) -> None:
    with_photo(scene)

    decided = by_hand(scene, "0001", 50)

    assert scene.library() == {"0001": {2026: "50"}}
    assert scene.versions("0001") == [(2026, 1, "1"), (2026, 2, "50")]
    assert scene.pins() == {("0001", 2026, "1", "Ms Gate set the photo of 2026 by hand.")}
    assert decided.explanation == (
        "It is the photo of 2026 now. The sync does not use the picture that it had for 2026 again, until the pin is "
        "released. A new picture in the source replaces it."
    )
    version = PhotoVersion.objects.get(ordinal=2)
    assert (version.made_by, version.origin, version.run_id_of_origin) == ("Ms Gate", "mia.jpg", None)
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.roster_changed()
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert scene.library() == {"0001": {2026: "50"}}
    entry = Entry.objects.get(act="photo.set")
    assert (entry.person_id_of, entry.changes, entry.note) == (
        scene.people["0001"].pk,
        [["photo of 2026", "version 1", "version 2"]],
        "mia.jpg",
    )


def test_new_bytes_in_the_source_replace_a_photo_set_by_hand(scene: Scene) -> None:
    with_photo(scene)
    by_hand(scene, "0001", 50)
    scene.put("0001.jpg", 60)

    run = scene.run()

    assert scene.items(run) == [("replace", "0001", "0001.jpg", "changed", "published")]
    assert scene.library() == {"0001": {2026: "60"}}


def test_released_pin_lets_the_source_s_picture_come_back(scene: Scene) -> None:
    with_photo(scene)
    by_hand(scene, "0001", 50)

    release_pins(scene.people["0001"], by="Ms Gate", now=scene.now)
    scene.run()

    assert scene.library() == {"0001": {2026: "1"}}


def test_what_a_preview_has_staged_is_pinned_too(scene: Scene) -> None:
    with_photo(scene)
    scene.put("0001.jpg", 60)
    scene.preview()

    by_hand(scene, "0001", 50)

    assert {picture for _, _, picture, _ in scene.pins()} == {"1", "60"}
    assert scene.items(scene.run()) == [("keep", "0001", "0001.jpg", "pinned", "noted")]
    assert scene.library() == {"0001": {2026: "50"}}


def test_file_of_another_year_is_not_pinned(scene: Scene) -> None:
    with_photo(scene)

    by_hand(scene, "0001", 50, 2025)

    assert (scene.pins(), scene.library()) == (set(), {"0001": {2025: "50", 2026: "1"}})


def test_photo_of_next_year_leaves_this_year_s(scene: Scene) -> None:
    with_photo(scene)

    decided = by_hand(scene, "0001", 50, 2027)

    assert scene.library() == {"0001": {2026: "1", 2027: "50"}}
    assert decided.explanation == (
        "It is the photo of 2027 now. It is shown from the first day of 2027 on. "
        "A new picture in the source replaces it."
    )


def test_run_that_planned_before_leaves_the_photo_alone(scene: Scene) -> None:
    with_photo(scene)
    scene.put("0001.jpg", 60)
    run = scene.request()
    scene.execute(run, until="publish")

    by_hand(scene, "0001", 50)
    run.refresh_from_db()
    for phase in ("publish", "record"):
        execute_phase(run.pk, run.fence, phase, lambda: scene.now)

    item = PlanItem.objects.get(run=run)
    assert (item.state, scene.library()) == ("dropped", {"0001": {2026: "50"}})
    assert item.reason.endswith("Not done: the photo was changed by someone else after this was planned.")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert scene.library() == {"0001": {2026: "50"}}


def test_held_run_plans_again_after_a_photo_was_set_by_hand(scene: Scene) -> None:
    with_photo(scene, 8)
    for number in range(1, 7):
        scene.put(f"000{number}.jpg", number + 10)
    held = scene.run()
    assert held.state == RunState.HELD

    by_hand(scene, "0001", 50)

    with pytest.raises(Refused, match=f"The library has changed since run {held.pk} was planned"):
        services.approve(held.pk, by="Mr Night", now=scene.now)


def test_same_picture_again_is_refused(scene: Scene) -> None:
    with_photo(scene)

    with pytest.raises(Refused) as caught:
        by_hand(scene, "0001", 1)

    assert caught.value.message == "This is the photo of P0001 (0001) for 2026 already. Nothing was changed."
    assert scene.pins() == set()


@pytest.mark.parametrize(("protected", "whose"), [(False, "P0001 (0001)"), (True, "someone else")])
def test_another_person_s_picture_is_refused(scene: Scene, *, protected: bool, whose: str) -> None:
    with_photo(scene, 2)
    scene.people["0001"].protected = protected
    scene.people["0001"].save()

    with pytest.raises(Refused) as caught:
        by_hand(scene, "0002", 1)

    assert caught.value.message == (
        f"The same picture is a photo of {whose}. One of the two is wrong. Nothing was saved."
    )
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


@pytest.mark.parametrize("year", [2020, 2028])
def test_year_far_away_is_refused(scene: Scene, year: int) -> None:
    with_photo(scene)

    with pytest.raises(WrongUse) as caught:
        by_hand(scene, "0001", 50, year)

    assert caught.value.message == (
        f"The photo of {year} cannot be set by hand. Nothing was saved. Choose a year from 2021 to 2027."
    )
    assert years_by_hand(scene.people["0001"], scene.now) == [2026, 2027, 2025, 2024, 2023, 2022, 2021]


def test_refused_picture_changes_nothing(scene: Scene) -> None:
    with_photo(scene)
    person = scene.people["0001"]

    with pytest.raises(ItemRejected, match="This is not an image: it looks like a PDF document"):
        set_photo(person, b"%PDF-1.7 hello", by="Ms Gate", now=scene.now)

    assert (scene.library(), scene.pins(), Entry.objects.filter(act="photo.set").count()) == (
        {"0001": {2026: "1"}},
        set(),
        0,
    )


def test_photo_that_is_there_is_turned_and_cut_as_a_new_version(scene: Scene) -> None:
    with_photo(scene)
    person = scene.people["0001"]
    large = set_photo(person, make_portrait(9, 800, 1000), by="Ms Gate", now=scene.now)

    decided = adjust_photo(person, large.version, Adjustment(quarter_turns=1, width=0.5), by="Ms Gate", now=scene.now)

    picture = decided.version.picture
    assert (decided.version.ordinal, decided.version.origin) == (3, "Turned or cut, from version 2 of 2026")
    assert (picture.full_width_px, picture.full_height_px) == (480, 768)
    with pytest.raises(Refused, match=r"The photo was neither turned nor cut\. Nothing was changed\."):
        adjust_photo(person, large.version, Adjustment(), by="Ms Gate", now=scene.now)


def test_earlier_version_is_made_current_again_and_pinned_against_the_newer_file(scene: Scene) -> None:
    with_photo(scene)
    scene.put("0001.jpg", 60)
    scene.run()
    person = scene.people["0001"]

    restore_version(person, version_numbered(person, 1, 2026), by="Ms Gate", now=scene.now)

    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.versions("0001") == [(2026, 1, "1"), (2026, 2, "60")]
    assert scene.pins() == {("0001", 2026, "60", "Ms Gate made version 1 of 2026 current again.")}
    scene.touch("0001.jpg")
    scene.run()
    assert scene.library() == {"0001": {2026: "1"}}
    restore_version(person, version_numbered(person, 2, 2026), by="Ms Gate", now=scene.now)
    assert {picture for _, _, picture, _ in scene.pins()} == {"1"}
    assert [entry.changes for entry in Entry.objects.filter(act="photo.changed").order_by("pk")] == [
        [["photo of 2026", "version 2", "version 1"]],
        [["photo of 2026", "version 1", "version 2"]],
    ]


def test_version_that_is_current_or_not_there_is_refused(scene: Scene) -> None:
    with_photo(scene)
    person = scene.people["0001"]

    with pytest.raises(Refused) as current:
        restore_version(person, version_numbered(person, 1, 2026), by="Ms Gate", now=scene.now)
    with pytest.raises(NotFound) as missing:
        version_numbered(person, 4, 2026)
    with pytest.raises(NotFound) as no_year:
        version_numbered(person, 1, 2025)

    assert current.value.message == "Version 1 is the photo of P0001 (0001) for 2026. Nothing was changed."
    assert missing.value.message == "P0001 (0001) has no version 4 for 2026. Nothing was changed. There are 1."
    assert no_year.value.message == (
        "P0001 (0001) has no version 1 for 2025. Nothing was changed. There is no photo of that year."
    )


def test_withdrawn_photo_is_not_shown_again_by_a_run(scene: Scene) -> None:
    with_photo(scene)
    person = scene.people["0001"]

    withdraw_photo(person, reason=" The parents\nasked. ", by="Ms Gate", now=scene.now)

    assert (scene.withdrawn(), shown(scene, "0001")) == ({"0001"}, None)
    assert Withdrawal.objects.get().reason == "The parents asked."
    scene.put("0001.jpg", 60)
    run = scene.run()
    assert scene.items(run) == [("replace", "0001", "0001.jpg", "changed", "published")]
    assert (scene.withdrawn(), scene.library()) == ({"0001"}, {"0001": {2026: "60"}})
    scene.undo(run)
    assert (scene.withdrawn(), scene.library()) == ({"0001"}, {"0001": {2026: "1"}})
    show_photo(person, by="Ms Gate", now=scene.now)
    assert (scene.withdrawn(), shown(scene, "0001")) == (set(), 2026)
    assert [entry.act for entry in Entry.objects.order_by("pk") if entry.act.startswith("photo.")] == [
        "photo.withdrawn",
        "photo.shown-again",
    ]


def test_withdrawal_by_hand_between_plan_and_publication_stays(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    with_photo(scene, 2)
    scene.remove("0001.jpg")
    scene.run()
    scene.put("0001.jpg", 1)
    run = scene.request()
    scene.execute(run, until="publish")
    withdraw_photo(scene.people["0001"], reason="A court order.", by="Ms Gate", now=scene.now)
    run.refresh_from_db()
    for phase in ("publish", "record"):
        execute_phase(run.pk, run.fence, phase, lambda: scene.now)

    assert scene.withdrawn() == {"0001"}


def test_photo_that_a_run_withdrew_and_a_person_showed_again_is_not_withdrawn_again(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    with_photo(scene, 2)
    scene.remove("0001.jpg")
    scene.run()
    assert scene.withdrawn() == {"0001"}

    show_photo(scene.people["0001"], by="Ms Gate", now=scene.now)
    scene.put("other.txt", b"x")
    scene.run()

    assert scene.withdrawn() == set()


def test_photo_set_by_hand_does_not_show_a_withdrawn_photo(scene: Scene) -> None:
    with_photo(scene)
    withdraw_photo(scene.people["0001"], reason="Moved.", by="Ms Gate", now=scene.now)

    decided = by_hand(scene, "0001", 50)

    assert shown(scene, "0001") is None
    assert "It is not shown, because the photo is withdrawn." in decided.explanation


def test_withdrawals_that_make_no_sense_are_refused(scene: Scene) -> None:
    with_photo(scene)
    scene.person("0002")
    person, without = scene.people["0001"], scene.people["0002"]

    with pytest.raises(WrongUse, match=r"Say why the photo is withdrawn\. Nothing was changed\."):
        withdraw_photo(person, reason=" \0 ", by="Ms Gate", now=scene.now)
    with pytest.raises(WrongUse, match="The reason is longer than 500 characters"):
        withdraw_photo(person, reason="x" * 501, by="Ms Gate", now=scene.now)
    with pytest.raises(Refused, match="has no photo of any year, so there is nothing to withdraw"):
        withdraw_photo(without, reason="Why not.", by="Ms Gate", now=scene.now)
    with pytest.raises(Refused, match="is not withdrawn"):
        show_photo(person, by="Ms Gate", now=scene.now)
    withdraw_photo(person, reason="First.", by="Ms Gate", now=scene.now)
    with pytest.raises(Refused, match=r"is withdrawn already: First\. Nothing was changed\."):
        withdraw_photo(person, reason="Second.", by="Ms Gate", now=scene.now)


def test_photo_of_a_past_year_set_by_hand_stays_when_the_year_begins_anew(scene: Scene) -> None:
    with_photo(scene)
    by_hand(scene, "0001", 50)
    scene.assign("2027S1", at(2027, 1, 27).date(), at(2027, 6, 30).date())
    scene.now = at(2027, 2, 1)

    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert YearPhoto.objects.count() == 1


def test_photo_set_by_mistake_is_taken_off_and_the_earlier_year_s_is_shown(scene: Scene) -> None:
    with_photo(scene)
    by_hand(scene, "0001", 50, 2025)
    person = scene.people["0001"]

    told = take_off_photo(person, 2026, by="Ms Gate", now=scene.now)

    assert told == ("There is no photo of 2026 any more; its versions are kept. The photo of 2025 is the latest now.")
    assert (scene.library(), shown(scene, "0001")) == ({"0001": {2025: "50"}}, 2025)
    assert scene.pins() == {("0001", 2026, "1", "Ms Gate took the photo of 2026 off.")}
    assert Entry.objects.get(act="photo.changed").changes == [["photo of 2026", "version 1", None]]
    scene.touch("0001.jpg")
    scene.roster_changed()
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert scene.library() == {"0001": {2025: "50"}}
    scene.put("0001.jpg", 60)
    scene.run()
    assert scene.library() == {"0001": {2025: "50", 2026: "60"}}
    with pytest.raises(NotFound, match=r"has no photo for 2024\. Nothing was changed\."):
        take_off_photo(person, 2024, by="Ms Gate", now=scene.now)


def test_run_that_planned_before_a_photo_was_taken_off_leaves_it_so(scene: Scene) -> None:
    with_photo(scene)
    scene.put("0001.jpg", 60)
    run = scene.request()
    scene.execute(run, until="publish")

    take_off_photo(scene.people["0001"], 2026, by="Ms Gate", now=scene.now)
    run.refresh_from_db()
    for phase in ("publish", "record"):
        execute_phase(run.pk, run.fence, phase, lambda: scene.now)

    assert (PlanItem.objects.get(run=run).state, scene.library()) == ("dropped", {})
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert scene.library() == {}
