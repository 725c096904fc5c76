"""Photos that come before the index that speaks of them, as an upload in the order of names brings them."""

from collections.abc import Callable

import pytest

from photosync.apps.people.models import Person
from photosync.apps.runs import execution
from photosync.apps.runs.ledger.matching import MatchRows
from photosync.apps.runs.ledger.staging import StageRows
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import change_documents
from photosync.apps.sources import opening
from photosync.apps.sources.models import ListedFile
from photosync.connectors.contract import Fetched
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.photographer.source import DeliverySource
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts
from tests.connectors.photographer.volumes import columns, table

KEEPS_CHANGING = (
    "The index that says whose each photo is was changed again and again while photos were read, as in a delivery "
    "that is just arriving. Nothing was published or withdrawn; what was read is kept. Run again when it is "
    "complete; the next scheduled run goes on too."
)
pytestmark = pytest.mark.django_db


class Arriving(FolderSource):
    """A folder in which something arrives after a photo was read."""

    after: list[Callable[[], object]]
    read: list[str]

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        fetched = super().fetch(folder, name, limit_bytes=limit_bytes)
        self.read.append(name)
        if self.after:
            self.after.pop(0)()
        return fetched


@pytest.fixture
def arriving(monkeypatch: pytest.MonkeyPatch) -> type[Arriving]:
    monkeypatch.setattr(Arriving, "after", [], raising=False)
    monkeypatch.setattr(Arriving, "read", [], raising=False)
    return Arriving


@pytest.fixture
def folder(scene: Scene, arriving: type[Arriving], monkeypatch: pytest.MonkeyPatch) -> Scene:
    """DSC1.jpg is Alice's (0001), and has been published."""
    scene.everyone(3)
    scene.put("DSC1.jpg", 1)
    index(scene, "0001,DSC1.jpg")
    scene.options(match="index", index="index.csv")
    scene.run()
    monkeypatch.setattr(
        execution, "open_profile_source", lambda profile: Arriving(str(scene.folder), index="index.csv")
    )
    return scene


def index(scene: Scene, *lines: str) -> None:
    (scene.folder / "index.csv").write_text("".join(f"{line}\n" for line in lines))


def test_photo_is_published_for_whom_the_index_names_that_came_while_it_was_read(
    folder: Scene, arriving: type[Arriving]
) -> None:
    """Bob's comes under the name of Alice's, before the index that says so."""
    folder.put("DSC1.jpg", 2)
    arriving.after.append(lambda: index(folder, "0002,DSC1.jpg"))

    run = folder.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=1, added=1))
    assert folder.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}
    assert folder.run().counts == counts(observed=1, unchanged=1)


def test_photo_that_comes_with_the_late_index_waits_for_the_listing_that_shows_it(
    folder: Scene, arriving: type[Arriving]
) -> None:
    """Of what the index says anew, only what was listed is taken."""
    folder.put("DSC1.jpg", 2)
    folder.put("DSC2.jpg", 1)

    def arrives() -> None:
        folder.put("DSC2.jpg", 3)
        index(folder, "0002,DSC1.jpg", "0003,DSC2.jpg")

    arriving.after.append(arrives)
    assert folder.run().counts == counts(observed=2, added=1, failed=1)
    assert folder.files() == {"DSC2.jpg": ("failed", "changed")}
    assert folder.run().counts == counts(observed=2, unchanged=1, added=1)
    assert folder.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}, "0003": {2026: "3"}}


def test_changed_photo_under_an_unchanged_index_is_published_at_once(folder: Scene, arriving: type[Arriving]) -> None:
    folder.put("DSC1.jpg", 3)
    assert folder.run().counts == counts(observed=1, replaced=1)
    assert (folder.library(), arriving.read) == ({"0001": {2026: "3"}}, ["DSC1.jpg"])


def test_what_a_preview_read_is_published_by_the_index_of_now(
    folder: Scene, arriving: type[Arriving], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then nothing is left to read, and the index comes all the same."""
    folder.put("DSC1.jpg", 2)
    folder.preview()
    without_any = StageRows.people_without_any_photo

    def late(rows: StageRows) -> int:
        index(folder, "0002,DSC1.jpg")
        return without_any(rows)

    monkeypatch.setattr(StageRows, "people_without_any_photo", late)
    assert folder.run().counts == counts(observed=1, added=1)
    assert folder.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_index_that_keeps_changing_ends_the_run_and_the_next_one_goes_on(
    folder: Scene, arriving: type[Arriving]
) -> None:
    folder.put("DSC1.jpg", 2)
    arriving.after += [
        lambda: index(folder, "0003,DSC1.jpg"),
        lambda: index(folder, "0001,DSC1.jpg", "0003,DSC9.jpg"),
        lambda: index(folder, "0002,DSC1.jpg"),
    ]

    run = folder.run()

    assert (run.state, run.explanation) == (RunState.FAILED, KEEPS_CHANGING)
    assert folder.library() == {"0001": {2026: "1"}}
    assert folder.run().counts == counts(observed=1, added=1)
    assert folder.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_index_that_has_gone_by_then_publishes_nothing(folder: Scene, arriving: type[Arriving]) -> None:
    folder.put("DSC1.jpg", 2)
    arriving.after.append((folder.folder / "index.csv").unlink)

    run = folder.run()

    assert (run.state, folder.library()) == (RunState.FAILED, {"0001": {2026: "1"}})
    assert run.explanation.startswith("The index file 'index.csv' could not be read: ")


def test_line_of_the_late_index_that_cannot_be_used_is_told(folder: Scene, arriving: type[Arriving]) -> None:
    folder.put("DSC1.jpg", 2)
    arriving.after.append(lambda: index(folder, "0002,DSC1.jpg", ",DSC2.jpg"))

    run = folder.run()

    assert run.counts == counts(observed=1, added=1)
    assert run.warnings == ["Index file index.csv: Line 2 has no identifier; it was left out."]


@pytest.mark.parametrize("comes_late", [False, True])
def test_index_that_comes_back_after_matching_by_another_was_broken_off_is_followed(
    folder: Scene, arriving: type[Arriving], monkeypatch: pytest.MonkeyPatch, comes_late: bool
) -> None:
    """Some files are matched by the other one by then."""
    folder.put("DSC1.jpg", 3)
    folder.put("DSC2.jpg", 2)
    index(folder, "0001,DSC1.jpg", "0002,DSC2.jpg")
    if comes_late:
        arriving.after.append(lambda: index(folder, "0002,DSC1.jpg"))
    else:
        folder.preview()
        index(folder, "0002,DSC1.jpg")
    finished = MatchRows.finish_matching

    def broken_off(rows: MatchRows) -> None:
        if "0002,DSC2.jpg" not in (folder.folder / "index.csv").read_text():
            raise SourceUnavailable("Broken off.")
        finished(rows)

    with monkeypatch.context() as patched:
        patched.setattr(MatchRows, "finish_matching", broken_off)
        assert folder.run().explanation == "Broken off."
    index(folder, "0001,DSC1.jpg", "0002,DSC2.jpg")

    assert folder.run().counts == counts(observed=2, added=1, replaced=1)
    assert folder.library() == {"0001": {2026: "3"}, "0002": {2026: "2"}}


def test_warnings_of_an_index_that_holds_no_more_are_told_no_more(folder: Scene, arriving: type[Arriving]) -> None:
    folder.put("DSC1.jpg", 2)
    index(folder, "0002,DSC1.jpg", ",DSC2.jpg")
    arriving.after.append(lambda: index(folder, "0003,DSC1.jpg", "0001,DSC3.jpg", "0001,"))
    run = folder.run()
    assert (run.counts, run.warnings) == (
        counts(observed=1, added=1),
        ["Index file index.csv: Line 3 has no file; it was left out."],
    )

    index(folder, "0003,DSC1.jpg")
    assert folder.run().warnings == []


def test_photo_that_came_after_all_for_someone_else_stands_in_the_record_once(
    folder: Scene, arriving: type[Arriving]
) -> None:
    folder.put("DSC1.jpg", 2)
    folder.put("DSC3.jpg", 3)
    index(folder, "0001,DSC1.jpg", "0003,DSC3.jpg")

    def breaks_off() -> None:
        if arriving.read[-1] != "DSC1.jpg":
            arriving.after.append(breaks_off)
            return
        index(folder, "0002,DSC1.jpg", "0003,DSC3.jpg")
        raise TryLater("It did not come.")

    arriving.after.append(breaks_off)
    run = folder.run()

    assert run.counts == counts(observed=2, added=2)
    assert folder.items(run) == [
        ("add", "0002", "DSC1.jpg", "first_photo", "published"),
        ("add", "0003", "DSC3.jpg", "first_photo", "published"),
    ]


def test_refused_file_that_is_of_nobody_by_the_late_index_is_no_refused_one(
    folder: Scene, arriving: type[Arriving]
) -> None:
    folder.put("DSC1.jpg", 2)
    folder.put("DSC3.jpg", b"no photo")
    index(folder, "0001,DSC1.jpg", "0003,DSC3.jpg")
    arriving.after.append(lambda: index(folder, "0001,DSC1.jpg"))

    run = folder.run()

    assert run.counts == counts(observed=2, replaced=1, unmatched=1)
    assert [item[:3] for item in folder.items(run)] == [("replace", "0001", "DSC1.jpg")]
    assert [(each["action"], each["person"]) for each in change_documents(run)][1:] == [("unmatched", None)]


def withdrawing(scene: Scene, arriving: type[Arriving], *lines: str, retake: bool) -> None:
    """Bob's photo is new. While it is read, the index of before is taken out, and a retake of Alice's put in."""
    scene.set(when_missing="withdraw")
    scene.put("DSC2.jpg", 2)
    index(scene, "0001,DSC1.jpg", "0002,DSC2.jpg")

    def arrives() -> None:
        index(scene, *lines)
        if retake:
            scene.put("DSC9.jpg", 9)

    arriving.after.append(arrives)


def test_photo_whose_retake_came_after_the_listing_is_not_withdrawn(folder: Scene, arriving: type[Arriving]) -> None:
    withdrawing(folder, arriving, "0001,DSC9.jpg", "0002,DSC2.jpg", retake=True)

    run = folder.run()

    assert (run.counts, folder.withdrawn()) == (counts(observed=2, added=1, unmatched=1), set())
    assert folder.run().counts == counts(observed=3, replaced=1, unchanged=1, unmatched=1)
    assert (folder.library()["0001"], folder.withdrawn()) == ({2026: "9"}, set())


def test_preview_withdraws_nothing_by_an_index_that_is_newer_than_its_listing(
    folder: Scene, arriving: type[Arriving]
) -> None:
    withdrawing(folder, arriving, "0001,DSC9.jpg", "0002,DSC2.jpg", retake=True)
    assert folder.preview().counts == counts(observed=2, added=1, unmatched=1)


def test_who_is_in_the_late_index_no_more_is_withdrawn_by_the_next_run(
    folder: Scene, arriving: type[Arriving]
) -> None:
    withdrawing(folder, arriving, "0002,DSC2.jpg", retake=False)
    assert folder.run().counts == counts(observed=2, added=1, unmatched=1)
    assert folder.run().counts == counts(observed=2, unchanged=1, unmatched=1, withdrawn=1)
    assert folder.withdrawn() == {"0001"}


def test_run_that_goes_on_after_the_late_index_withdraws_nothing(folder: Scene, arriving: type[Arriving]) -> None:
    """The worker was killed while it planned."""
    withdrawing(folder, arriving, "0001,DSC9.jpg", "0002,DSC2.jpg", retake=True)
    run = folder.execute(folder.request(), until="publish")
    fence = Run.objects.get(pk=run.pk).fence

    for phase in ("plan", "publish", "record"):
        execution.execute_phase(run.pk, fence, phase, lambda: folder.now)

    assert Run.objects.get(pk=run.pk).counts == counts(observed=2, added=1, unmatched=1)
    assert folder.withdrawn() == set()


@pytest.fixture
def volume(scene: Scene, arriving: type[Arriving], monkeypatch: pytest.MonkeyPatch) -> Scene:
    """1001.jpg is Mia's, and has been published."""
    for code, given in (("0001", "Mia"), ("0002", "Bob")):
        Person.objects.filter(pk=scene.person(code).pk).update(given_name=given, family_name="Chen")
    for person in Person.objects.all():
        person.save()
    scene.roster_changed()
    scene.put("Vol/IMAGES/1001.jpg", 1)
    scene.put("Vol/INDEX.TXT", table(columns("1001.jpg", "Chen", "Mia"), columns("1002.jpg", "Chen", "Bob")).encode())
    scene.options(match="photographer")
    scene.run()
    assert scene.library() == {"0001": {2026: "1"}}
    for module in (execution, opening):
        monkeypatch.setattr(
            module, "open_profile_source", lambda profile: DeliverySource(Arriving(str(scene.folder)))
        )
    return scene


def test_volume_whose_index_came_while_its_photos_were_read(volume: Scene, arriving: type[Arriving]) -> None:
    volume.put("Vol/IMAGES/1001.jpg", 2)

    def arrives() -> None:
        if arriving.read[-1] == "1001.jpg":
            volume.put("Vol/INDEX.TXT", table(columns("1001.jpg", "Chen", "Bob")).encode())
        else:
            arriving.after.append(arrives)

    arriving.after.append(arrives)
    assert volume.run().counts == counts(observed=1, added=1)
    assert volume.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_photo_that_a_late_index_sets_aside_for_a_retake_is_not_withdrawn(
    volume: Scene, arriving: type[Arriving]
) -> None:
    volume.set(when_missing="withdraw")
    volume.put("Vol/IMAGES/1002.jpg", 2)
    bob = columns("1002.jpg", "Chen", "Bob")

    def arrives() -> None:
        if arriving.read[-1] == "1002.jpg":
            volume.put("Vol/IMAGES/1009.jpg", 9)
            volume.put("Vol/INDEX.TXT", table(columns("1009.jpg", "Chen", "Mia"), bob).encode())
        else:
            arriving.after.append(arrives)

    arriving.after.append(arrives)
    assert volume.run().counts == counts(observed=2, added=1, unmatched=1)
    assert volume.withdrawn() == set()
    assert volume.run().counts == counts(observed=3, replaced=1, unchanged=1, unmatched=1)


def test_images_that_go_on_arriving_change_nothing(volume: Scene, arriving: type[Arriving]) -> None:
    """They are listed by the next run."""
    volume.put("Vol/IMAGES/1001.jpg", 3)

    def arrives() -> None:
        if arriving.read[-1] == "1001.jpg":
            volume.put("Vol/IMAGES/1002.jpg", 2)
        else:
            arriving.after.append(arrives)

    arriving.after.append(arrives)
    assert volume.run().counts == counts(observed=1, replaced=1)
    assert arriving.read.count("1001.jpg") == 1
    assert ListedFile.objects.count() == 1
    assert volume.run().counts == counts(observed=2, unchanged=1, added=1)
