"""Runs that are held: what holds them, and what a person may decide."""

from datetime import timedelta

import pytest

from photosync.apps.library.queries import photo_states
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import run_document
from photosync.core.errors import Refused, WrongUse
from photosync.core.run_states import RunState, Trigger
from tests.apps.runs.scene import Scene, at, counts

NEW = 1000


def school_with_photos(scene: Scene, number: int, kind: str = "student") -> list[str]:
    codes = scene.everyone(number, kind)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    return codes


def replace_photos(scene: Scene, codes: list[str], step: int = NEW) -> None:
    for code in codes:
        scene.put(f"{code}.jpg", int(code) + step)


def held_run(scene: Scene, people: int = 8, replaced: int = 6) -> tuple[Run, list[str]]:
    codes = school_with_photos(scene, people)
    replace_photos(scene, codes[:replaced])
    return scene.run(), codes


def test_guard_with_few_people_lets_five_replacements_pass(scene: Scene) -> None:
    codes = school_with_photos(scene, 8)
    replace_photos(scene, codes[:5])
    assert scene.run().state == RunState.DONE


def test_guard_lets_pass_what_is_within_the_share(scene: Scene) -> None:
    run, _ = held_run(scene, people=20)

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=20, unchanged=14, replaced=6))


def test_guard_holds_what_exceeds_share_and_number(scene: Scene) -> None:
    run, codes = held_run(scene)

    assert (run.state, run.counts) == (RunState.HELD, counts(observed=8, unchanged=2, replaced=6))
    assert run.explanation == (
        "This run would replace 6 of 8 students' photos; the profile allows 5. Most photos of the school would be "
        "replaced: this looks like a new year's delivery. Whoever approves it chooses whether they are this year's "
        f"photos or next year's. Nothing was changed. Approve or discard run {run.pk}."
    )
    assert run.new_year_delivery is True
    assert scene.library() == {code: {2026: str(int(code))} for code in codes}
    assert {item[4] for item in scene.items(run)} == {"planned"}


def test_guard_counts_what_was_published_in_seven_days(scene: Scene) -> None:
    codes = school_with_photos(scene, 12)
    replace_photos(scene, codes[:4])
    assert scene.run().state == RunState.DONE
    scene.later(days=6, hours=23)
    replace_photos(scene, codes[4:6])

    held = scene.run()

    assert held.explanation == (
        "This run would replace 2 of 12 students' photos; with the 4 that the profile replaced in the last 7 days "
        f"that is 6; the profile allows 5. Nothing was changed. Approve or discard run {held.pk}."
    )
    scene.later(hours=2)
    assert scene.run().state == RunState.DONE


def test_guard_leaves_out_what_a_person_approved(scene: Scene) -> None:
    held, codes = held_run(scene)
    assert scene.approve(held).state == RunState.DONE
    replace_photos(scene, codes[6:])

    assert scene.run().state == RunState.DONE


def test_guard_counts_components_apart(scene: Scene) -> None:
    students = school_with_photos(scene, 8)
    staff = scene.everyone(8, "staff", first=101)
    for code in staff:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    replace_photos(scene, students[:4] + staff[:4])

    assert scene.run().state == RunState.DONE


def test_approve_publishes_the_plan_and_says_who(scene: Scene) -> None:
    held, codes = held_run(scene)
    scene.later(hours=1)

    run = scene.approve(held)

    assert (run.pk, run.state, run.approved_by) == (held.pk, RunState.DONE, "Mr Night")
    assert run.counts == counts(observed=8, unchanged=2, replaced=6)
    assert {item[4] for item in scene.items(run)} == {"published"}
    assert [scene.library()[code][2026] for code in codes] == [
        *(str(int(code) + NEW) for code in codes[:6]),
        *(str(int(code)) for code in codes[6:]),
    ]
    assert scene.run().counts == counts(observed=8, unchanged=8)


def test_duration_of_an_approved_run_is_without_its_wait_for_a_person(scene: Scene) -> None:
    held, _ = held_run(scene)
    accepted_at = scene.now
    scene.later(days=3)
    asked = services.approve(held.pk, by="Mr Night", now=scene.now)
    scene.later(seconds=2)

    run = scene.execute(asked)

    assert (run.accepted_at, run.duration) == (accepted_at, timedelta(seconds=2))
    assert run_document(run)["duration_s"] == 2.0


def test_approve_is_a_new_attempt_for_the_worker(scene: Scene) -> None:
    held, _ = held_run(scene)
    approved = services.approve(held.pk, by="Mr Night", now=scene.now)
    assert (approved.state, approved.attempt, approved.finished_at) == (RunState.QUEUED, held.attempt + 1, None)


def test_approve_without_some_people_pins_their_pictures(scene: Scene) -> None:
    held, codes = held_run(scene)

    run = scene.approve(held, leave_out=[scene.people[codes[0]].pk])

    assert run.counts == counts(observed=8, unchanged=3, replaced=5)
    assert scene.library()[codes[0]] == {2026: "1"}
    assert scene.pins() == {(codes[0], 2026, "1001", f"Left out when Mr Night approved run {run.pk}.")}
    assert scene.run().counts == counts(observed=8, unchanged=8)
    scene.put("0001.jpg", 2001)
    assert scene.run().counts == counts(observed=8, unchanged=7, replaced=1)


def test_approve_as_next_year_leaves_this_year_and_becomes_current_on_its_first_day(scene: Scene) -> None:
    scene.now = at(2026, 12, 1)
    held, codes = held_run(scene)

    run = scene.approve(held, publish_as_year=2027)

    assert run.state == RunState.DONE
    assert scene.library() == {
        code: {2026: str(int(code))} | ({2027: str(int(code) + NEW)} if code in codes[:6] else {}) for code in codes
    }
    person = scene.people["0001"].pk
    shown = {year: photo_states([person], year)[person].shown_year for year in (2026, 2027)}
    assert shown == {2026: 2026, 2027: 2027}
    assert scene.run().counts == counts(observed=8, unchanged=8)
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=8, unchanged=8)
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.now = at(2027, 1, 4)
    assert scene.run().counts == counts(observed=8, unchanged=8)


def test_next_years_delivery_whose_files_are_moved_is_not_published_as_this_years(scene: Scene) -> None:
    scene.now = at(2026, 12, 1)
    held, codes = held_run(scene)
    scene.approve(held, publish_as_year=2027)
    before = scene.library()
    for code in codes:
        (scene.folder / "new").mkdir(exist_ok=True)
        (scene.folder / f"{code}.jpg").rename(scene.folder / "new" / f"{code}.jpg")

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=8, unchanged=8))
    assert scene.library() == before


def test_approve_as_next_year_leaves_photos_of_past_years_where_they_belong(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{year}/{code}")
    codes = scene.everyone(8)
    for code in codes:
        scene.put(f"2026/{code}.jpg", int(code))
    scene.run()
    for code in codes:
        scene.put(f"2026/{code}.jpg", int(code) + NEW)
        scene.put(f"2025/{code}.jpg", int(code) + 2 * NEW)

    scene.approve(scene.run(), publish_as_year=2027)

    assert scene.library() == {
        code: {2025: str(int(code) + 2 * NEW), 2026: str(int(code)), 2027: str(int(code) + NEW)} for code in codes
    }


def test_approve_with_an_impossible_year(scene: Scene) -> None:
    held, _ = held_run(scene)
    with pytest.raises(WrongUse) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now, publish_as_year=2025)
    assert refused.value.message == (
        f"The photos can be published as those of 2026 or 2027, not of 2025. Run {held.pk} stays held."
    )


def test_approve_after_the_library_changed_plans_again(scene: Scene) -> None:
    codes = school_with_photos(scene, 8)
    scene.put("0001.jpg", 501)
    changing = scene.run()
    replace_photos(scene, codes[:6])
    held = scene.run()
    assert held.state == RunState.HELD
    scene.undo(changing)

    with pytest.raises(Refused) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now)

    again = Run.objects.latest("pk")
    assert refused.value.message == (
        f"The library has changed since run {held.pk} was planned. So run {held.pk} was not approved and nothing was "
        f"published. Run {again.pk} is queued to plan again, by a worker; look at it then and decide anew."
    )
    held.refresh_from_db()
    assert (held.state, held.counts["replaced"]) == (RunState.SUPERSEDED, 0)
    assert (again.trigger, again.state) == (Trigger.ON_DEMAND, RunState.QUEUED)
    assert scene.execute(again).state == RunState.HELD


def test_approve_in_another_academic_year_plans_again(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.now = at(2026, 12, 18)
    held, _ = held_run(scene)
    scene.now = at(2027, 1, 11)

    with pytest.raises(Refused) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now)

    again = Run.objects.latest("pk")
    assert refused.value.message == (
        f"Run {held.pk} was planned in the academic year 2026, and it is 2027 now. So run {held.pk} was not approved "
        f"and nothing was published. Run {again.pk} is queued to plan again, by a worker; look at it then and decide "
        "anew."
    )


def test_approve_when_ended_is_refused(scene: Scene) -> None:
    held, _ = held_run(scene)
    scene.now = at(2026, 12, 19)
    with pytest.raises(Refused) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        "The held run of Photo Sync cannot be approved; nothing was changed. Ended on Friday 18 December 2026, when "
        "2026S2 ended. To re-enable it, add a timetable period whose end date is in the future."
    )
    held.refresh_from_db()
    assert held.state == RunState.HELD


def test_approve_keeps_newer_bytes_for_the_next_run(scene: Scene) -> None:
    """While the run was held, a preview saw that the file had changed again."""
    held, _ = held_run(scene)
    scene.put("0001.jpg", 2001)
    scene.preview()

    scene.approve(held)

    assert scene.library()["0001"] == {2026: "1001"}
    scene.run()
    assert scene.library()["0001"] == {2026: "2001"}


def test_discard_keeps_newer_bytes_for_the_next_run(scene: Scene) -> None:
    held, _ = held_run(scene)
    scene.put("0001.jpg", 2001)
    scene.preview()

    services.discard(held.pk, by="Mr Night", now=scene.now)

    scene.run()
    assert scene.library()["0001"] == {2026: "2001"}


def test_discard_pins_until_bytes_change(scene: Scene) -> None:
    held, codes = held_run(scene)

    run = services.discard(held.pk, by="Mr Night", now=scene.now)

    assert (run.state, run.counts) == (RunState.DISCARDED, counts(observed=8, unchanged=8))
    assert scene.pins() == {
        (code, 2026, str(int(code) + NEW), f"Discarded by Mr Night in run {held.pk}.") for code in codes[:6]
    }
    assert scene.run().counts == counts(observed=8, unchanged=8)
    scene.touch("0001.jpg")
    assert scene.run().counts == counts(observed=8, unchanged=8)
    scene.remove("0001.jpg")
    scene.run()
    scene.put("0001.jpg", 1001)
    pinned = scene.run()
    assert scene.items(pinned) == [("keep", "0001", "0001.jpg", "pinned", "noted")]
    scene.put("0001.jpg", 2001)
    assert scene.run().counts == counts(observed=8, unchanged=7, replaced=1)


def test_held_run_does_not_block_and_the_next_takes_its_place(scene: Scene) -> None:
    held, _ = held_run(scene)
    scene.put("0007.jpg", 1007)

    again = scene.run()

    held.refresh_from_db()
    assert (held.state, held.counts) == (RunState.SUPERSEDED, counts(observed=8, unchanged=2, waiting=6))
    assert held.explanation.endswith(f" Run {again.pk} planned afresh and took its place.")
    assert (again.state, again.counts["replaced"]) == (RunState.HELD, 7)


def test_preview_leaves_a_held_run_held(scene: Scene) -> None:
    held, _ = held_run(scene)
    preview = scene.preview()
    held.refresh_from_db()
    assert (held.state, preview.state, preview.counts["replaced"]) == (RunState.HELD, RunState.DONE, 6)


@pytest.mark.parametrize("what", ["approve", "discard"])
def test_deciding_on_a_run_that_is_not_held(scene: Scene, what: str) -> None:
    run = scene.run()
    with pytest.raises(Refused) as refused:
        getattr(services, what)(run.pk, by="Mr Night", now=scene.now)
    assert refused.value.message == (
        f"Run {run.pk} is done; only a held run can be {what}{'d' if what == 'approve' else 'ed'}. Nothing was "
        f"changed. Look at it."
    )


def test_approve_while_a_run_goes_on(scene: Scene) -> None:
    held, _ = held_run(scene)
    scene.now += timedelta(minutes=5)
    going = scene.request(Trigger.PREVIEW)
    with pytest.raises(Refused) as refused:
        services.approve(held.pk, by="Mr Night", now=scene.now)
    assert refused.value.message.startswith(f"Run {going.pk} of Photo Sync is queued since ")


def test_cancel_of_an_approved_run_drops_its_plan(scene: Scene) -> None:
    held, _ = held_run(scene)
    services.approve(held.pk, by="Mr Night", now=scene.now)

    run = services.cancel(held.pk, by="Ms Day", now=scene.now)

    assert (run.state, run.counts) == (RunState.CANCELLED, counts(observed=8, unchanged=2, waiting=6))
    assert {item[4] for item in scene.items(run)} == {"dropped"}
    assert scene.run().state == RunState.HELD


def test_preview_says_that_the_run_would_be_held(scene: Scene) -> None:
    codes = school_with_photos(scene, 8)
    replace_photos(scene, codes[:6])

    preview = scene.preview()

    assert (preview.state, preview.new_year_delivery, preview.explanation) == (
        RunState.DONE,
        True,
        "The run itself would be held. This run would replace 6 of 8 students' photos; the profile allows 5.",
    )
