"""What becomes of photos that the source no longer has."""

import shutil

import pytest

from photosync.apps.runs import execution, services
from photosync.apps.sources.models import ListedFile
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.failing import FailingSource
from photosync.core.errors import SourceUnavailable
from photosync.core.run_states import RunState, Trigger
from tests.apps.runs.scene import Scene, at, counts


def school_with_photos(scene: Scene, number: int) -> list[str]:
    codes = scene.everyone(number)
    for seed, code in enumerate(codes):
        scene.put(f"{code}.jpg", seed)
    scene.run()
    return codes


def test_vanished_file_is_kept_by_default(scene: Scene) -> None:
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")

    run = scene.run()

    assert run.counts == counts(observed=1, unchanged=1)
    assert (scene.items(run), scene.withdrawn()) == ([], set())


def test_vanished_file_is_withdrawn_where_the_profile_says_so(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    before = scene.library()
    scene.remove("0001.jpg")

    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=1, unchanged=1, withdrawn=1))
    assert scene.items(run) == [("withdraw", "0001", "", "source_empty", "published")]
    assert (scene.withdrawn(), scene.library()) == ({"0001"}, before)
    assert scene.items(scene.run()) == []


def test_files_that_vanished_while_the_profile_kept_are_withdrawn_once_it_withdraws(scene: Scene) -> None:
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")
    scene.run()
    scene.set(when_missing="withdraw")

    scene.run()

    assert scene.withdrawn() == {"0001"}


def test_withdrawn_photo_is_shown_again_when_its_file_comes_back(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")
    scene.run()
    scene.put("0001.jpg", 0)

    run = scene.run()

    assert scene.items(run) == [("replace", "0001", "0001.jpg", "shown_again", "published")]
    assert (scene.withdrawn(), scene.versions("0001")) == (set(), [(2026, 1, "0")])


def test_withdrawals_wait_in_a_period_for_additions_only(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.profile.assigned.update(mode="additions")
    scene.remove("0001.jpg")

    waiting = scene.run()

    assert scene.items(waiting) == [("waiting", "0001", "", "additions_only", "noted")]
    assert scene.withdrawn() == set()
    scene.profile.assigned.update(mode="full")
    scene.run()
    assert scene.withdrawn() == {"0001"}


def test_folder_that_is_gone_fails_the_run_and_withdraws_nothing(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    shutil.move(scene.folder, scene.folder.with_name("elsewhere"))

    run = scene.run()

    assert (run.state, run.counts) == (RunState.FAILED, counts())
    assert run.explanation == (
        f"{scene.folder} is not there, or was removed while it was read. The listing is incomplete, so nothing was "
        "changed. Check that the folder is there and mounted, then run again."
    )
    assert scene.withdrawn() == set()
    shutil.move(scene.folder.with_name("elsewhere"), scene.folder)
    assert scene.run().counts == counts(observed=2, unchanged=2)


def test_listing_that_breaks_off_withdraws_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder is listed without its file, then the listing breaks off: nothing is concluded."""
    scene.set(when_missing="withdraw")
    codes = scene.everyone(3)
    for seed, code in enumerate(codes):
        scene.put(f"{code}/{code}.jpg", seed)
    scene.run()
    scene.remove("0001/0001.jpg")
    scene.put("0002/0002.jpg", 7)
    broken = SourceUnavailable("The cable was pulled. Nothing was changed. Plug it in.")

    def failing(profile: object) -> FailingSource:
        return FailingSource(FolderSource(str(scene.folder)), "pages", at=99, error=broken)

    with monkeypatch.context() as patched:
        patched.setattr(execution, "open_profile_source", failing)
        run = scene.run()

    assert (run.state, run.explanation) == (RunState.FAILED, broken.message)
    assert (scene.items(run), scene.withdrawn()) == ([], set())
    scene.run()
    assert scene.withdrawn() == {"0001"}
    assert scene.library() == {"0001": {2026: "0"}, "0002": {2026: "7"}, "0003": {2026: "2"}}


def test_folder_suddenly_empty_is_held_however_few_photos_it_had(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")
    scene.remove("0002.jpg")

    run = scene.run()

    assert (run.state, run.counts) == (RunState.HELD, counts(withdrawn=2))
    assert run.explanation == (f"The source has become empty. Nothing was changed. Approve or discard run {run.pk}.")
    assert scene.withdrawn() == set()
    scene.approve(run)
    assert scene.withdrawn() == {"0001", "0002"}


def test_discarded_withdrawals_are_not_planned_again(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")
    scene.remove("0002.jpg")
    held = scene.run()
    services.discard(held.pk, by="Mr Night", now=scene.now)

    run = scene.run()

    assert (run.state, scene.items(run), scene.withdrawn()) == (RunState.DONE, [], set())
    assert scene.pins() == {
        (code, 2026, None, f"Discarded by Mr Night in run {held.pk}.") for code in ("0001", "0002")
    }


def test_undone_withdrawal_is_not_planned_again_until_the_undo_is_undone(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")
    withdrawing = scene.run()
    undo = scene.undo(withdrawing)
    assert (undo.state, undo.counts, scene.withdrawn()) == (RunState.DONE, counts(replaced=1), set())
    scene.run()
    assert scene.withdrawn() == set()

    scene.undo(undo)

    assert (scene.withdrawn(), scene.pins()) == ({"0001"}, set())


def test_leaver_is_not_withdrawn_by_the_source(scene: Scene) -> None:
    """Leavers are withdrawn from destinations by their status; the plan concerns active people only."""
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    person = scene.people["0001"]
    person.status = person.Status.LEFT
    person.save()
    scene.roster_changed()

    run = scene.run()

    assert run.counts == counts(observed=2, unchanged=1, unmatched=1)
    assert scene.files() == {"0001.jpg": ("unmatched", "unmatched")}
    assert scene.withdrawn() == set()


def test_unreadable_subfolder_withdraws_nothing(scene: Scene) -> None:
    """A listing that cannot enter a folder is incomplete."""
    scene.set(when_missing="withdraw")
    scene.everyone(1)
    scene.put("a/0001.jpg", 1)
    scene.run()

    def failing(profile: object) -> FailingSource:
        return FailingSource(FolderSource(str(scene.folder)), "pages", at=1, error=SourceUnavailable("Closed."))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(execution, "open_profile_source", failing)
        run = scene.run()

    assert (run.state, scene.withdrawn(), ListedFile.objects.count()) == (RunState.FAILED, set(), 1)


def test_withdrawals_over_the_limit_are_held(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    codes = school_with_photos(scene, 12)
    for code in codes[:6]:
        scene.remove(f"{code}.jpg")

    run = scene.run()

    assert run.state == RunState.HELD
    assert run.explanation == (
        "This run would withdraw 6 of 12 students' photos; the profile allows 5. "
        f"Nothing was changed. Approve or discard run {run.pk}."
    )


def test_approved_run_does_not_forget_files_that_vanished_since(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    codes = school_with_photos(scene, 12)
    for code in codes[:6]:
        scene.remove(f"{code}.jpg")
    held = scene.run()
    scene.remove(f"{codes[6]}.jpg")
    scene.preview()
    scene.approve(held)
    assert scene.withdrawn() == set(codes[:6])

    scene.run()

    assert scene.withdrawn() == set(codes[:7])


def test_preview_withdraws_nothing(scene: Scene) -> None:
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.remove("0001.jpg")

    preview = scene.preview()

    assert (preview.state, preview.counts) == (RunState.DONE, counts(observed=1, unchanged=1, withdrawn=1))
    assert scene.items(preview) == [("withdraw", "0001", "", "source_empty", "planned")]
    assert scene.withdrawn() == set()
    assert scene.run().trigger == Trigger.ON_DEMAND
    assert scene.withdrawn() == {"0001"}


def test_new_year_without_a_file_withdraws_last_years_photo(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.set(when_missing="withdraw")
    school_with_photos(scene, 2)
    scene.now = at(2027, 2, 1)
    scene.remove("0001.jpg")

    run = scene.run()

    assert scene.items(run) == [("withdraw", "0001", "", "source_empty", "published")]
