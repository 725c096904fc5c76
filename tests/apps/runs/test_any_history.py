"""Whatever happens in a folder and whoever runs, previews, undoes, approves, discards, reviews: what always holds."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from photosync.apps.library.models import PhotoVersion, Pin, Withdrawal, YearPhoto
from photosync.apps.review import services as review
from photosync.apps.review.models import ReviewDecision, Verdict
from photosync.apps.review.queues import OF_FILES, Queue, Waiting
from photosync.apps.review.remembered import decisions_in_force
from photosync.apps.runs import services
from photosync.apps.runs.execution import SYNC_PHASES
from photosync.apps.runs.models import Run
from photosync.apps.runs.schedule import take_back_runs
from photosync.apps.sources.models import ListedFile
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, remembered

CODES = [f"000{number}" for number in range(1, 6)]
SHARED = 5
"""Pictures below this number are given to anybody; those from 100 on are each delivered once."""


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.place = tempfile.TemporaryDirectory()
        self.scene = Scene(Path(self.place.name) / "photos")
        self.scene.assign("LONG", date(2026, 1, 1), date(2028, 12, 18))
        self.scene.set(when_missing="withdraw")
        self.scene.everyone(len(CODES))
        self.next_picture = 100
        self.delivered: dict[str, tuple[str, str]] = {}
        """Person to (path, picture): one file only, of a picture that nobody had before, not decided against."""

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.place.cleanup()

    # What happens in the folder

    @rule(code=st.sampled_from(CODES), folder=st.sampled_from(["", "a/", "b/"]))
    def deliver(self, code: str, folder: str) -> None:
        for other in ("", "a/", "b/"):
            (self.scene.folder / f"{other}{code}.jpg").unlink(missing_ok=True)
        self.next_picture += 1
        self.scene.put(f"{folder}{code}.jpg", self.next_picture)
        self.delivered[code] = (f"{folder}{code}.jpg", str(self.next_picture))

    @rule(code=st.sampled_from(CODES), folder=st.sampled_from(["", "a/"]), picture=st.integers(0, SHARED - 1))
    def put(self, code: str, folder: str, picture: int) -> None:
        self.scene.put(f"{folder}{code}.jpg", picture)
        self.delivered.pop(code, None)

    @rule(name=st.sampled_from(["IMG_1", "IMG_2"]), picture=st.integers(0, SHARED - 1))
    def put_unnamed(self, name: str, picture: int) -> None:
        self.scene.put(f"{name}.jpg", picture)

    @rule(code=st.sampled_from(CODES))
    def spoil(self, code: str) -> None:
        self.scene.put(f"{code}.jpg", b"no picture")
        self.delivered.pop(code, None)

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        self.scene.touch(data.draw(st.sampled_from(self.files())))

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.files()))
        self.scene.remove(path)
        self.delivered.pop(Path(path).stem, None)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.scene.folder)) for path in self.scene.folder.rglob("*.jpg"))

    # What time and people do

    @rule(days=st.sampled_from([1, 8, 200]))
    def later(self, days: int) -> None:
        if (self.scene.now.year, days) < (2028, 200):
            self.scene.later(days=days)

    @rule()
    def run(self) -> None:
        self.ended(self.scene.run())

    @rule(phase=st.sampled_from(SYNC_PHASES[1:]))
    def run_killed_and_resumed(self, phase: str) -> None:
        asked = self.scene.request()
        self.scene.execute(asked, until=phase)
        if Run.objects.get(pk=asked.pk).state == RunState.RUNNING:
            take_back_runs(self.scene.now, lambda worker: True)
            asked.refresh_from_db()
            self.ended(self.scene.execute(asked))

    @rule(data=st.data(), accepts=st.booleans())
    def review(self, data: st.DataObject, *, accepts: bool) -> None:
        desk = Waiting(self.scene.school, None, shows_protected=True)
        files = {
            (review.path_of(file), queue): file
            for queue in OF_FILES
            for file in desk.files(queue).select_related("page", "person")
        }
        if not files:
            return
        # By path: in which order a folder lists its files is not for Hypothesis to repeat.
        path, queue = data.draw(st.sampled_from(sorted(files)))
        file = files[path, queue]
        given = {"by": "Kim", "now": self.scene.now}
        if accepts and queue is not Queue.REJECTED:
            person = file.person or self.scene.people[data.draw(st.sampled_from(CODES))]
            review.accept(file.pk, self.scene.school, person, **given)
        else:
            review.dismiss(file.pk, self.scene.school, **given)
        # What someone decides may be against what was delivered, or beside it.
        self.delivered.clear()

    @rule(data=st.data())
    def take_a_decision_back(self, data: st.DataObject) -> None:
        made = list(decisions_in_force().filter(part_of=None).order_by("pk"))
        if made:
            chosen = data.draw(st.sampled_from(made))
            review.undo(chosen.pk, self.scene.school, by="Kim", now=self.scene.now)
            self.delivered.clear()

    def ended(self, run: Run) -> None:
        if run.state == RunState.DONE:
            self.decisions_are_followed()
            library = self.scene.library()
            for code, (path, picture) in self.delivered.items():
                assert picture in library[code].values(), (code, path)
                assert code not in self.scene.withdrawn()

    def decisions_are_followed(self) -> None:
        for made in decisions_in_force().filter(verdict__in=(Verdict.MATCHED, Verdict.NOBODY)):
            for file in ListedFile.objects.filter(page__folder=made.folder, name=made.name):
                assert file.person_id == made.person_id
                assert (file.state == "dismissed") == (made.person_id is None)
        for made in decisions_in_force().filter(verdict=Verdict.PLACEHOLDER):
            waits = ListedFile.objects.filter(picture=made.picture, state="review", person__isnull=False)
            assert not waits.exclude(reason_code="two_pictures").exists()
            assert not published_since(made)

    @rule()
    def run_twice(self) -> None:
        first = self.scene.run()
        if first.state != RunState.DONE:
            return
        before = remembered()
        second = self.scene.run()
        assert (second.state, self.scene.items(second), remembered()) == (RunState.DONE, [], before)
        assert second.counts["unchanged"] == sum(first.counts[name] for name in ("unchanged", "added", "replaced"))

    @rule()
    def preview_then_run(self) -> None:
        before = library_rows()
        preview = self.scene.preview()
        assert library_rows() == before
        run = self.scene.run()
        assert run.counts == preview.counts
        self.ended(run)

    @rule()
    def run_then_undo(self) -> None:
        before = (self.scene.library(), self.scene.withdrawn())
        run = self.scene.run()
        if run.state == RunState.DONE and run.items.filter(state="published").exists():
            undo = self.scene.undo(run)
            assert undo.state == RunState.DONE
            assert (self.scene.library(), self.scene.withdrawn()) == before
            self.delivered.clear()

    @precondition(lambda self: held())
    @rule(approves=st.booleans())
    def decide(self, *, approves: bool) -> None:
        run = held()
        assert run is not None
        planned_in = run.accepted_at.astimezone(self.scene.now.tzinfo).year
        if approves and planned_in == self.scene.now.year:
            approved = self.scene.approve(run)
            assert approved.state == RunState.DONE
            assert set(approved.items.values_list("state", flat=True)) <= {"published", "noted"}
        else:
            services.discard(run.pk, by="Mr Night", now=self.scene.now)
            self.delivered.clear()

    @invariant()
    def nothing_goes_on(self) -> None:
        assert not Run.objects.filter(state__in=("queued", "running")).exists()

    @invariant()
    def matched_files_are_of_people(self) -> None:
        assert not ListedFile.objects.filter(state="settled", person__isnull=True).exists()


def published_since(made: ReviewDecision) -> bool:
    versions = PhotoVersion.objects.filter(picture=made.picture, created_at__gt=made.made_at)
    return versions.exclude(run_id_of_origin__in=Run.objects.filter(trigger="undo").values("pk")).exists()


def held() -> Run | None:
    return Run.objects.filter(state=RunState.HELD).first()


def library_rows() -> list[list[tuple[object, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (PhotoVersion, YearPhoto, Pin, Withdrawal)]


@pytest.mark.django_db
def test_what_always_holds() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=12, stateful_step_count=15, deadline=None, derandomize=False)
    )
