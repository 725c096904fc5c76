"""A held plan, and a later run that lists and matches and ends before it takes its place."""

import pytest

from photosync.apps.runs.ledger.staging import StageRows
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import SourceUnavailable
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(scene: Scene) -> Run:
    """Six of eight photos are to be replaced, as an index says."""
    scene.options(match="index", index="index.csv")
    codes = scene.everyone(9)
    index(scene, *(f"{code},DSC{int(code)}.jpg" for code in codes))
    for number in range(1, 9):
        scene.put(f"DSC{number}.jpg", number)
    scene.run()
    for number in range(1, 7):
        scene.put(f"DSC{number}.jpg", number + 10)
    run = scene.run()
    assert run.state == RunState.HELD
    return run


def index(scene: Scene, *lines: str) -> None:
    (scene.folder / "index.csv").write_text("".join(f"{line}\n" for line in lines))


def lists_and_ends(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(rows: StageRows) -> None:
        raise SourceUnavailable("The source is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(StageRows, "prepare", gone)
        assert scene.run().state == RunState.FAILED


def told_of(run: Run, file: str) -> tuple[str, str]:
    item = PlanItem.objects.get(run=run, file_path=file)
    return item.state, item.reason


@pytest.mark.parametrize("line", ["0009,DSC1.jpg", "0001,DSC99.jpg"])
def test_photo_whose_file_is_not_theirs_any_more_is_not_approved(
    scene: Scene, held: Run, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    index(scene, line, *(f"000{number},DSC{number}.jpg" for number in range(2, 9)))
    lists_and_ends(scene, monkeypatch)
    held.refresh_from_db()
    assert held.state == RunState.HELD

    run = scene.approve(held)

    assert run.counts == counts(observed=8, replaced=5, unchanged=2, waiting=1)
    assert told_of(run, "DSC1.jpg") == (
        "dropped",
        "A new picture for 2026. Not done: since this was planned, the file was matched with someone else, or with "
        "nobody.",
    )
    assert scene.library() == {
        **{f"000{number}": {2026: f"{number + 10}"} for number in range(2, 7)},
        **{f"000{number}": {2026: f"{number}"} for number in (1, 7, 8)},
    }


def test_photo_whose_file_has_gone_is_approved_as_it_was_planned(
    scene: Scene, held: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else was found to be on it."""
    scene.remove("DSC1.jpg")
    lists_and_ends(scene, monkeypatch)
    assert not ListedFile.objects.filter(name="DSC1.jpg").exists()
    assert scene.approve(held).counts["replaced"] == 6


def test_photos_whose_files_are_theirs_as_before_are_approved_and_undone(scene: Scene, held: Run) -> None:
    run = scene.approve(held)
    assert run.counts["replaced"] == 6
    assert scene.undo(run).state == RunState.DONE
    assert scene.library() == {f"000{number}": {2026: f"{number}"} for number in range(1, 9)}


def test_withdrawal_of_who_has_a_file_again_is_not_approved(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.set(when_missing="withdraw")
    for code in scene.everyone(8):
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    for number in range(1, 7):
        scene.remove(f"000{number}.jpg")
    held = scene.run()
    assert held.state == RunState.HELD
    scene.put("0001.jpg", 11)
    lists_and_ends(scene, monkeypatch)

    run = scene.approve(held)

    assert (run.counts["withdrawn"], scene.withdrawn()) == (5, {f"000{number}" for number in range(2, 7)})
    item = PlanItem.objects.get(run=run, person=scene.people["0001"])
    assert item.state == "dropped"
    assert item.reason.endswith(
        " Not done: since this was planned, the source was found to have a file of this person."
    )
