"""A held plan approved in parts: what was put off stays held, whatever the nights bring, until someone decides."""

from __future__ import annotations

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.parts import Part
from photosync.core.errors import Refused
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts
from tests.apps.runs.test_guard import NEW, replace_photos, school_with_photos

YEAR_7 = Part(year_levels=frozenset({"7"}))


def held_delivery(scene: Scene, people: int = 12) -> tuple[Run, list[str]]:
    """Return a held new year's delivery; the first half are of year 7, the others of year 8."""
    codes = school_with_photos(scene, people)
    Person.objects.filter(code__in=codes[: people // 2]).update(year_level="7", roll_group="7A")
    Person.objects.filter(code__in=codes[people // 2 :]).update(year_level="8", roll_group="8B")
    replace_photos(scene, codes)
    return scene.run(), codes


def rest_of(run: Run) -> Run:
    return Run.objects.select_related("profile__school").get(rest_of=run)


def now_new(scene: Scene, codes: list[str]) -> set[str]:
    """Return those of the people whose photo is the new one."""
    return {code for code in codes if scene.library()[code][2026] == str(int(code) + NEW)}


def test_a_part_is_published_and_the_rest_stays_held_as_a_run_of_its_own(scene: Scene) -> None:
    held, codes = held_delivery(scene)

    run = scene.approve(held, part=YEAR_7)

    rest = rest_of(run)
    assert (run.state, run.counts) == (RunState.DONE, counts(observed=12, replaced=6, waiting=6))
    assert now_new(scene, codes) == set(codes[:6])
    assert (rest.state, rest.counts) == (RunState.HELD, counts(observed=6, replaced=6))
    assert rest.explanation == (
        f"Mr Night approved a part of run {run.pk} and put these changes off. Nothing of them was changed. "
        f"Approve or discard run {rest.pk}."
    )
    assert {item[1] for item in scene.items(rest)} == set(codes[6:])
    assert (rest.new_year_delivery, scene.pins()) == (True, set())
    entry = Entry.objects.filter(act="run.approved").latest("pk")
    assert entry.note == (f"Approved in part (year level 7): 6 changes. Put off: 6 changes, held as run {rest.pk}.")


def test_the_rest_is_approved_in_its_turn(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    rest = rest_of(scene.approve(held, part=YEAR_7))

    run = scene.approve(rest)

    assert (run.state, now_new(scene, codes)) == (RunState.DONE, set(codes))
    assert scene.run().counts == counts(observed=12, unchanged=12)


def test_what_was_put_off_is_held_again_by_the_next_run_however_few_it_is(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    first = scene.approve(held, part=Part(not_now=frozenset({scene.people[codes[0]].pk})))
    rest = rest_of(first)
    scene.later(days=1)

    again = scene.run()

    rest.refresh_from_db()
    assert (rest.state, again.state) == (RunState.SUPERSEDED, RunState.HELD)
    assert again.explanation == (
        f"1 of its changes was put off when Mr Night approved a part of run {first.pk}. Nothing was changed. "
        f"Approve or discard run {again.pk}."
    )
    assert again.new_year_delivery is True
    assert now_new(scene, codes) == set(codes[1:])
    assert (again.plan_fingerprint, again.held_since) == (rest.plan_fingerprint, rest.held_since)


def test_a_failed_or_stopped_night_does_not_let_it_slip_through(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    scene.approve(held, part=Part(not_now=frozenset({scene.people[codes[0]].pk})))
    stopped = scene.execute(scene.request(), until="publish")
    assert stopped.state == RunState.HELD
    services.discard(stopped.pk, by="Mr Night", now=scene.now)
    assert scene.run().counts == counts(observed=12, unchanged=12)
    assert now_new(scene, codes) == set(codes[1:])


def test_once_decided_on_it_holds_no_more(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    one = scene.people[codes[0]].pk
    scene.approve(rest_of(scene.approve(held, part=Part(not_now=frozenset({one})))))
    scene.put(f"{codes[0]}.jpg", int(codes[0]))
    assert scene.run().state == RunState.DONE
    scene.put(f"{codes[0]}.jpg", int(codes[0]) + NEW)
    assert scene.run().state == RunState.DONE


def test_another_picture_than_the_one_put_off_is_an_ordinary_change(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    scene.approve(held, part=Part(not_now=frozenset({scene.people[codes[0]].pk})))
    scene.put(f"{codes[0]}.jpg", 5000)

    run = scene.run()

    assert run.state == RunState.DONE
    assert scene.library()[codes[0]] == {2026: "5000"}


def test_a_preview_says_that_what_was_put_off_would_hold_the_run(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    first = scene.approve(held, part=Part(not_now=frozenset({scene.people[codes[0]].pk})))
    preview = scene.preview()
    told = f"1 of its changes was put off when Mr Night approved a part of run {first.pk}."
    assert (preview.state, preview.explanation) == (RunState.DONE, f"The run itself would be held. {told}")


def test_an_unchanged_plan_has_the_same_fingerprint_and_another_plan_another(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    scene.later(days=1)
    same = scene.run()
    scene.later(days=1)
    scene.put(f"{codes[0]}.jpg", 7000)
    other = scene.run()

    assert (same.plan_fingerprint, same.held_since) == (held.plan_fingerprint, held.held_since)
    assert held.held_since == held.finished_at
    assert other.plan_fingerprint != same.plan_fingerprint
    assert other.held_since == other.finished_at


@pytest.mark.parametrize(
    ("part", "chosen"),
    [
        (Part(), range(12)),
        (Part(kinds=frozenset({"student"})), range(12)),
        (Part(roll_groups=frozenset({"7A", "9C"})), range(6)),
        (Part(year_levels=frozenset({"7", "8"}), roll_groups=frozenset({"8B"})), range(6, 12)),
    ],
)
def test_parts_choose_people(scene: Scene, part: Part, chosen: range) -> None:
    held, codes = held_delivery(scene)
    people = {scene.code(pk) for pk in part.items(held).values_list("person_id", flat=True)}
    assert people == {codes[number] for number in chosen}


def test_all_but_the_most_doubtful(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    for number, code in enumerate(codes):
        held.items.filter(person=scene.people[code]).update(doubt=number)

    scene.approve(held, part=Part(but_most_doubtful=3))

    assert now_new(scene, codes) == set(codes[:-3])


def test_a_person_left_out_in_an_approval_of_a_part_is_pinned_and_not_put_off(scene: Scene) -> None:
    held, codes = held_delivery(scene)

    run = scene.approve(held, part=YEAR_7, leave_out=[scene.people[codes[0]].pk, scene.people[codes[6]].pk])

    assert run.counts == counts(observed=12, unchanged=2, replaced=5, waiting=5)
    assert {item[1] for item in scene.items(rest_of(run))} == set(codes[7:])
    assert {pin[0] for pin in scene.pins()} == {codes[0], codes[6]}


def test_nothing_chosen_is_refused(scene: Scene) -> None:
    held, _ = held_delivery(scene)
    with pytest.raises(Refused) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now, part=Part(year_levels=frozenset({"12"})))
    assert refused.value.message == (
        f"Nothing of run {held.pk} is chosen, so nothing was approved. It stays held. Choose other year levels, roll "
        f"groups or people; see what it plans."
    )
    held.refresh_from_db()
    assert held.state == RunState.HELD
    assert not Run.objects.filter(rest_of=held).exists()


def test_a_part_that_is_everything_leaves_no_rest(scene: Scene) -> None:
    held, _ = held_delivery(scene)
    run = scene.approve(held, part=Part(kinds=frozenset({"student"})))
    assert run.counts == counts(observed=12, replaced=12)
    assert not Run.objects.filter(rest_of=run).exists()


def test_parts_approved_as_next_years_photos(scene: Scene) -> None:
    held, codes = held_delivery(scene)
    rest = rest_of(scene.approve(held, part=YEAR_7, publish_as_year=2027))
    scene.approve(rest, publish_as_year=2027)
    assert scene.library() == {code: {2026: str(int(code)), 2027: str(int(code) + NEW)} for code in codes}


def test_withdrawals_put_off_are_held_again(scene: Scene) -> None:
    codes = school_with_photos(scene, 12)
    scene.set(when_missing="withdraw")
    for code in codes[:8]:
        scene.remove(f"{code}.jpg")
    held = scene.run()
    scene.approve(held, part=Part(not_now=frozenset({scene.people[codes[0]].pk})))
    scene.later(days=8)

    again = scene.run()

    assert (again.state, scene.withdrawn()) == (RunState.HELD, set(codes[1:8]))
    scene.approve(again)
    assert scene.withdrawn() == set(codes[:8])
