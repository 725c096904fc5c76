"""What a person decides in review, what the next run makes of it, and what becomes of it later."""

from datetime import date

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.review import services
from photosync.apps.review.models import ReviewDecision
from photosync.apps.runs.execution import SYNC_PHASES
from photosync.apps.runs.models import Run
from photosync.apps.runs.schedule import take_back_runs
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.errors import NotFound, Refused
from photosync.core.run_states import RunState, Trigger
from tests.apps.review.desk import accept, dismiss, listed, undo, waiting
from tests.apps.runs.scene import Scene, at, counts

BY_HAND = "Matched by hand by Kim on Monday 3 August 2026."


def test_file_matched_by_hand_is_published_by_the_next_run(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("IMG_2041.jpg", 1)
    assert scene.run().counts == counts(observed=1, unmatched=1)
    assert waiting(scene) == {"unmatched": ["IMG_2041.jpg"]}

    accept(scene, "IMG_2041.jpg", "0001")

    assert waiting(scene) == {}
    run = scene.run()
    assert (run.counts, scene.library()) == (counts(observed=1, added=1), {"0001": {2026: "1"}})
    assert [item.reason for item in run.items.all()] == [
        f"There was no photo of any year; this is the one for 2026. {BY_HAND}"
    ]
    assert scene.run().counts == counts(observed=1, unchanged=1)


def test_match_by_hand_is_remembered_for_new_bytes_of_the_file(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_2041.jpg", 1)
    scene.run()
    accept(scene, "IMG_2041.jpg", "0001")
    scene.run()
    scene.put("IMG_2041.jpg", 2)

    assert scene.run().counts == counts(observed=1, replaced=1)
    assert scene.library() == {"0001": {2026: "2"}}


def test_match_by_hand_survives_a_new_listing_and_a_new_roster(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("in/IMG_2041.jpg", 1)
    scene.run()
    accept(scene, "in/IMG_2041.jpg", "0001")
    scene.run()
    Listing.objects.update(source_fingerprint="of another source")
    scene.person("0009")

    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert listed(scene, "in/IMG_2041.jpg").person == scene.people["0001"]


def test_match_by_hand_is_of_one_source_only(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("one/IMG_1.jpg", 1)
    scene.put("two/IMG_1.jpg", 2)
    scene.options(path=str(scene.folder / "one"))
    scene.run()
    accept(scene, "IMG_1.jpg", "0001")
    scene.run()
    scene.options(path=str(scene.folder / "two"))

    assert scene.run().counts == counts(observed=1, unmatched=1)
    scene.options(path=str(scene.folder / "one"))
    assert scene.run().counts == counts(observed=1, unchanged=1)


def test_match_by_hand_comes_before_the_rules(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0007.jpg", 1)
    scene.run()
    accept(scene, "0007.jpg", "0001")
    scene.person("0007")

    run = scene.run()

    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.items(run) == [("add", "0001", "0007.jpg", "first_photo", "published")]


def test_match_by_hand_of_someone_who_has_left_waits_for_another_decision(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    accept(scene, "IMG_1.jpg", "0001")
    Person.objects.filter(pk=scene.people["0001"].pk).update(status=Person.Status.LEFT)
    scene.roster_changed()

    assert scene.run().counts == counts(observed=1, unmatched=1)
    assert listed(scene, "IMG_1.jpg").reason == f"{BY_HAND} It is P0001 (0001), who has left."
    accept(scene, "IMG_1.jpg", "0002")
    scene.run()
    assert scene.library() == {"0002": {2026: "1"}}
    assert ReviewDecision.objects.filter(undone_at=None).count() == 1


def test_match_by_hand_goes_with_an_erased_person(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    accept(scene, "IMG_1.jpg", "0001")
    scene.people["0001"].delete()
    scene.roster_changed()

    assert scene.run().counts == counts(observed=1, unmatched=1)
    assert ReviewDecision.objects.count() == 0


def test_file_that_is_not_a_person_is_unchanged_and_stays_out_of_review(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("logo.jpg", 1)
    scene.run()

    dismiss(scene, "logo.jpg")

    assert waiting(scene) == {}
    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.put("logo.jpg", 2)
    scene.person("0002")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert listed(scene, "logo.jpg").reason == "Not a person here, as Kim decided on Monday 3 August 2026."


def test_undo_before_a_run_puts_the_file_back_at_once(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.put("IMG_2.jpg", 2)
    scene.run()
    before = listed(scene, "IMG_1.jpg").reason
    made, other = accept(scene, "IMG_1.jpg", "0001"), dismiss(scene, "IMG_2.jpg")

    undo(scene, made)
    undo(scene, other)

    assert waiting(scene) == {"unmatched": ["IMG_1.jpg", "IMG_2.jpg"]}
    assert listed(scene, "IMG_1.jpg").reason == before == 'No student or staff member has the code "IMG_1".'
    assert scene.run().counts == counts(observed=2, unmatched=2)


def test_undo_after_a_run_takes_the_file_from_the_person_and_leaves_the_photo(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    made = accept(scene, "IMG_1.jpg", "0001")
    scene.run()

    undo(scene, made)

    assert scene.run().counts == counts(observed=1, unmatched=1)
    assert scene.library() == {"0001": {2026: "1"}}
    accept(scene, "IMG_1.jpg", "0001")
    assert scene.run().counts == counts(observed=1, unchanged=1)


def test_undo_after_a_run_lets_a_dismissed_file_wait_again(scene: Scene) -> None:
    scene.put("IMG_1.jpg", 1)
    scene.run()
    made = dismiss(scene, "IMG_1.jpg")
    scene.run()

    undo(scene, made)

    assert scene.run().counts == counts(observed=1, unmatched=1)


def test_collision_is_decided_for_one_of_the_two(scene: Scene) -> None:
    scene.person("0001")
    staff = scene.person("0001", "staff")
    scene.put("0001.jpg", 1)
    scene.run()
    assert waiting(scene) == {"collision": ["0001.jpg"]}

    made = accept(scene, "0001.jpg", "staff 0001")

    scene.run()
    assert scene.library() == {"staff 0001": {2026: "1"}}
    assert listed(scene, "0001.jpg").person == staff
    undo(scene, made)
    scene.run()
    assert waiting(scene) == {"collision": ["0001.jpg"]}


def test_undo_of_a_collision_before_a_run_puts_it_back_at_once(scene: Scene) -> None:
    scene.person("0001")
    scene.person("0001", "staff")
    scene.put("0001.jpg", 1)
    scene.run()

    undo(scene, accept(scene, "0001.jpg", "0001"))

    assert waiting(scene) == {"collision": ["0001.jpg"]}


def several(scene: Scene, people: int) -> None:
    for code in scene.everyone(people):
        scene.put(f"{code}.jpg", 1)
    scene.run()


def test_picture_of_several_people_is_one_decision_and_published_for_one(scene: Scene) -> None:
    several(scene, 3)
    assert waiting(scene) == {"same-picture": ["0001.jpg"]}

    accept(scene, "0001.jpg", "0002")

    assert waiting(scene) == {}
    run = scene.run()
    assert (run.counts, scene.library()) == (counts(observed=3, added=1, unchanged=2), {"0002": {2026: "1"}})
    assert [item.reason for item in run.items.order_by("file_path")] == [
        "Kim decided on Monday 3 August 2026 whose picture this is.",
        "There was no photo of any year; this is the one for 2026. "
        "Kim decided on Monday 3 August 2026 whose picture this is.",
        "Kim decided on Monday 3 August 2026 whose picture this is.",
    ]


def test_placeholder_is_published_for_nobody_now_or_later(scene: Scene) -> None:
    several(scene, 3)

    dismiss(scene, "0002.jpg")

    assert scene.run().counts == counts(observed=3, unchanged=3)
    scene.person("0004")
    scene.put("0004.jpg", 1)
    assert scene.run().counts == counts(observed=4, unchanged=4)
    assert (scene.library(), waiting(scene)) == ({}, {})


def test_undo_of_a_placeholder_lets_its_files_wait_again(scene: Scene) -> None:
    several(scene, 2)
    made = dismiss(scene, "0001.jpg")
    undo(scene, made)
    assert waiting(scene) == {"same-picture": ["0001.jpg"]}

    made = dismiss(scene, "0001.jpg")
    scene.run()
    undo(scene, made)

    assert scene.run().counts == counts(observed=2, review=2)
    assert waiting(scene) == {"same-picture": ["0001.jpg"]}


def test_picture_is_given_only_to_one_of_those_it_came_for(scene: Scene) -> None:
    several(scene, 2)
    scene.person("0003")

    with pytest.raises(Refused) as refusal:
        accept(scene, "0001.jpg", "0003")

    assert refusal.value.message == (
        "No file with this picture is for P0003 (0003). Nothing was changed. Choose one of those it came for."
    )


def returned(scene: Scene) -> None:
    scene.assign("2027S1", date(2027, 1, 20), date(2027, 6, 30))
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.now = at(2027, 2, 1)
    scene.put("0001.jpg", 2)
    scene.run()
    scene.put("0001.jpg", 1)
    scene.run()


def test_old_photo_that_comes_back_can_be_accepted_for_this_year(scene: Scene) -> None:
    returned(scene)
    assert waiting(scene) == {"returned": ["0001.jpg"]}

    accept(scene, "0001.jpg", "0001")

    run = scene.run()
    assert (run.counts, scene.library()) == (counts(observed=1, replaced=1), {"0001": {2026: "1", 2027: "1"}})
    assert [item.reason for item in run.items.all()] == [
        "A new picture for 2027. Accepted in review by Kim on Monday 1 February 2027."
    ]


def test_old_photo_that_is_dismissed_stays_dismissed_until_undone(scene: Scene) -> None:
    returned(scene)

    made = dismiss(scene, "0001.jpg")

    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    undo(scene, made)
    assert scene.run().counts == counts(observed=1, review=1)
    assert waiting(scene) == {"returned": ["0001.jpg"]}


def test_old_photo_is_accepted_for_its_own_person_only(scene: Scene) -> None:
    returned(scene)
    scene.person("0002")

    with pytest.raises(Refused) as refusal:
        accept(scene, "0001.jpg", "0002")

    assert refusal.value.message == (
        '"0001.jpg" matches P0001 (0001), not P0002 (0002). Nothing was changed. '
        "If that is wrong, dismiss it and correct the file's name, or the roster."
    )


def test_one_of_two_pictures_is_chosen_and_the_other_dismissed(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)
    scene.run()
    assert waiting(scene) == {"two-pictures": ["a/0001.jpg"]}

    made = accept(scene, "b/0001.jpg", "0001")

    assert waiting(scene) == {}
    assert scene.run().counts == counts(observed=2, added=1, unchanged=1)
    assert scene.library() == {"0001": {2026: "2"}}
    undo(scene, made)
    assert scene.run().counts == counts(observed=2, review=2)
    assert scene.library() == {"0001": {2026: "2"}}


def test_undo_of_a_choice_between_two_pictures_before_a_run(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)
    scene.run()

    undo(scene, accept(scene, "b/0001.jpg", "0001"))

    assert waiting(scene) == {"two-pictures": ["a/0001.jpg"]}
    assert scene.run().counts == counts(observed=2, review=2)


def test_one_of_two_pictures_is_dismissed_and_the_other_published(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 2)
    scene.run()

    dismiss(scene, "a/0001.jpg")

    assert scene.run().counts == counts(observed=2, added=1, unchanged=1)
    assert scene.library() == {"0001": {2026: "2"}}


def test_refused_picture_is_dismissed_until_its_bytes_change(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", b"no picture")
    scene.run()
    assert waiting(scene) == {"rejected": ["0001.jpg"]}

    dismiss(scene, "0001.jpg")

    assert waiting(scene) == {}
    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    Listing.objects.update(rendered_with="other")
    assert scene.run().counts == counts(observed=1, unchanged=1)
    scene.put("0001.jpg", b"still no picture")
    assert scene.run().counts == counts(observed=1, rejected=1)
    scene.put("0001.jpg", 1)
    assert scene.run().counts == counts(observed=1, added=1)


def test_undo_shows_a_refused_picture_again_at_once(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", b"no picture")
    scene.run()

    undo(scene, dismiss(scene, "0001.jpg"))

    assert waiting(scene) == {"rejected": ["0001.jpg"]}


def test_refused_picture_cannot_be_accepted(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", b"no picture")
    scene.run()

    with pytest.raises(Refused) as refusal:
        accept(scene, "0001.jpg", "0001")

    assert refusal.value.message.startswith('The picture "0001.jpg" cannot be used: ')
    assert refusal.value.message.endswith("Put a better file into the source, or dismiss this one.")


def test_decision_on_what_waits_no_more_is_refused(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    made = accept(scene, "IMG_1.jpg", "0001")

    with pytest.raises(NotFound) as refusal:
        dismiss(scene, "IMG_1.jpg")

    assert refusal.value.message == (
        "That file does not wait in review any more: someone decided on it, or a run has found it changed. "
        "Nothing was changed. Look at what waits now."
    )
    undo(scene, made)
    with pytest.raises(Refused) as refusal_of_undo:
        undo(scene, made)
    assert refusal_of_undo.value.message == (
        'Mr Night took the decision on "IMG_1.jpg" back already. Nothing was changed.'
    )


def test_file_is_not_given_to_someone_who_has_left_or_is_not_synced(scene: Scene) -> None:
    scene.everyone(1)
    staff = scene.person("T1", "staff")
    scene.put("IMG_1.jpg", 1)
    scene.run()
    Person.objects.filter(pk=scene.people["0001"].pk).update(status="left")
    scene.people["0001"].refresh_from_db()
    scene.set(syncs_staff=False)

    with pytest.raises(Refused) as left:
        accept(scene, "IMG_1.jpg", "0001")
    with pytest.raises(Refused) as not_synced:
        accept(scene, "IMG_1.jpg", staff)

    assert left.value.message == (
        "P0001 (0001) has left, so no photo is taken in. Nothing was changed. Dismiss the file, if at all."
    )
    assert not_synced.value.message == (
        "Photo Sync does not sync staff, and PT1 (T1) is one of them. Nothing was changed. "
        "Switch on staff for it in Manage Sync first."
    )
    assert ReviewDecision.objects.count() == 0


def test_decisions_are_recorded(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.put("IMG_2.jpg", 2)
    scene.run()

    undo(scene, accept(scene, "IMG_1.jpg", "0001"))
    dismiss(scene, "IMG_2.jpg")

    assert list(
        Entry.objects.filter(act__startswith="review.")
        .order_by("pk")
        .values_list("act", "subject", "person_id_of", "note")
    ) == [
        ("review.matched", "IMG_1.jpg", scene.people["0001"].pk, "Matched by hand"),
        ("review.undone", "IMG_1.jpg", scene.people["0001"].pk, "Matched by hand"),
        ("review.dismissed", "IMG_2.jpg", None, "Not a person here"),
    ]


@pytest.mark.parametrize("phase", SYNC_PHASES[1:])
def test_decision_while_a_run_goes_on_is_kept(scene: Scene, phase: str) -> None:
    scene.everyone(2)
    scene.put("IMG_1.jpg", 1)
    scene.put("IMG_2.jpg", 2)
    scene.run()
    asked = scene.request()
    scene.execute(asked, until=phase)

    accept(scene, "IMG_1.jpg", "0001")
    dismiss(scene, "IMG_2.jpg")

    take_back_runs(scene.now, lambda worker: True)
    asked.refresh_from_db()
    assert scene.execute(asked).state == RunState.DONE
    assert waiting(scene) == {}
    scene.run()
    assert scene.library() == {"0001": {2026: "1"}}
    assert scene.run().counts == counts(observed=2, unchanged=2)


def test_match_decided_while_the_file_is_matched_is_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from photosync.apps.runs.ledger.matching import MatchRows

    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    scene.person("0002")
    found = MatchRows.people_by_key

    def people_by_key(self: MatchRows, *given: object) -> object:
        if listed(scene, "IMG_1.jpg").state == ListedFile.State.UNMATCHED:
            accept(scene, "IMG_1.jpg", "0001")
        return found(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(MatchRows, "people_by_key", people_by_key)
    scene.put("0002.jpg", 2)
    scene.identify(scene.people["0002"], "alternate_id", "IMG_1")
    scene.options(key="student_code,alternate_id")

    assert scene.run().counts == counts(observed=2, added=1, waiting=1)
    assert scene.run().counts == counts(observed=2, added=1, unchanged=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_picture_decided_on_while_it_is_planned_is_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from photosync.apps.runs.ledger.planning import PlanRows

    several(scene, 2)
    scene.person("0003")
    scene.put("0003.jpg", 1)
    write = PlanRows.write_plan

    def write_plan(self: PlanRows, changes: object) -> None:
        if waiting(scene):
            dismiss(scene, "0001.jpg")
        write(self, changes)  # type: ignore[arg-type]

    monkeypatch.setattr(PlanRows, "write_plan", write_plan)
    scene.run()

    assert waiting(scene) == {}
    assert scene.run().counts == counts(observed=3, unchanged=3)


def test_decision_shows_in_a_preview_and_is_published_by_the_run(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    accept(scene, "IMG_1.jpg", "0001")

    assert scene.run(Trigger.PREVIEW).counts == counts(observed=1, added=1)
    assert scene.run().counts == counts(observed=1, added=1)


def test_only_the_decided_file_is_matched_again(scene: Scene) -> None:
    scene.everyone(3)
    for number in range(1, 4):
        scene.put(f"IMG_{number}.jpg", number)
    run = scene.run()
    accept(scene, "IMG_2.jpg", "0002")

    scene.run()

    assert [listed(scene, f"IMG_{n}.jpg").noted_in_run == run.pk for n in range(1, 4)] == [True, False, True]


def test_queues_hide_protected_people(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", b"no picture")
    scene.put("0002.jpg", b"no picture either")
    scene.run()
    Person.objects.filter(code="0001").update(protected=True)

    assert waiting(scene, shows_protected=False) == {"rejected": ["0002.jpg"]}
    assert waiting(scene) == {"rejected": ["0001.jpg", "0002.jpg"]}


def test_decision_of_another_school_does_not_exist(scene: Scene) -> None:
    from photosync.apps.schools.models import School

    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)
    scene.run()
    made = accept(scene, "IMG_1.jpg", "0001")
    other = School.objects.create(code="O", name="Other", time_zone="Australia/Sydney")

    with pytest.raises(NotFound) as refusal:
        services.undo(made.pk, other, by="Kim", now=scene.now)

    assert refusal.value.message == (
        f"There is no decision {made.pk}. Nothing was changed. See those that there are."
    )
    assert Run.objects.count() == 1
