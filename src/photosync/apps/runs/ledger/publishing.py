"""Publishing: what is planned becomes current. Rows change; no picture and no version is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Max, QuerySet

from photosync.apps.library.models import PhotoVersion, Pin, Withdrawal, YearPhoto
from photosync.apps.library.queries import pins_in_force
from photosync.apps.people.models import Person
from photosync.apps.reports.holding import waiting_for
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.settling import let_files_wait, settle_files
from photosync.apps.runs.ledger.updating import update_each
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile
from photosync.core.plan import PUBLISHED, Action, Reason, approved_for, waiting_reason
from photosync.engine.ports import PublishedBatch

YearKey = tuple[int, int]
CHANGED_BY_SOMEONE = "Not done: the photo was changed by someone else after this was planned."
NOT_THEIRS_NOW = "Not done: since this was planned, the file was matched with someone else, or with nobody."
THERE_AGAIN = "Not done: since this was planned, the source was found to have a file of this person."
_WRITTEN = (
    "state",
    "action",
    "reason_code",
    "version_before",
    "version_after",
    "reason",
    "academic_year",
    "changes_face",
    "withdrawn_after",
)


@dataclass(slots=True)
class PublishRows:
    """The planned changes of one run."""

    fence: Fence
    run: Run
    today_year: int
    """The academic year of the run's local date."""
    now: datetime

    def publish_count(self) -> int:
        return self._planned().count()

    def publish_batch(self, size: int) -> PublishedBatch:
        with self.fence.writing():
            items = list(self._planned().select_related("person").order_by("pk")[: size + 1])
            more = len(items) > size
            batch = _Batch(self, items[:size])
            published = batch.apply()
        return PublishedBatch(published, len(items[:size]) - published, more)

    def _planned(self) -> QuerySet[PlanItem]:
        return PlanItem.objects.filter(run=self.run, state=PlanItem.State.PLANNED)


class _Batch:
    """A few planned changes, applied together inside one transaction."""

    def __init__(self, rows: PublishRows, items: Sequence[PlanItem]) -> None:
        self._run = rows.run
        self._now = rows.now
        self._items = items
        self._moved = {item.pk for item in items if self._is_of_another_year(item, rows.today_year)}
        for item in items:
            if item.pk in self._moved and rows.run.publish_as_year is not None:
                item.academic_year = rows.run.publish_as_year
                item.reason = approved_for(item.academic_year)
                item.changes_face = False
                item.withdrawn_after = item.withdrawn_before
        self._people = self._locked_people()
        self._of_files = self._people_of_files()
        self._there_again = self._people_with_files()
        self._current = self._current_versions()
        self._waiting_for = waiting_for(rows.run.profile, self._people)
        self._withdrawn = set(Withdrawal.objects.filter(person__in=self._people).values_list("person_id", flat=True))

    def _is_of_another_year(self, item: PlanItem, today_year: int) -> bool:
        """Whoever approved a new year's delivery may have said that this year's photos in it are next year's."""
        chosen = self._run.publish_as_year
        if chosen is None or item.action not in PUBLISHED:
            return False
        return item.academic_year == today_year != chosen

    def apply(self) -> int:
        """Apply every change whose person has the photo and the file that the plan saw; return how many were."""
        waiting, chosen = [], []
        for item in self._items:
            if told := self._source_says(item):
                _drop(item, told)
            elif self._waits_for(item):
                waiting.append(item)
            elif self._still_fits(item):
                chosen.append(item)
            else:
                _drop(item, CHANGED_BY_SOMEONE)
        self._let_wait(waiting)
        self._make_versions([item for item in chosen if item.action in PUBLISHED])
        self._make_current(chosen)
        self._set_withdrawals(chosen)
        self._set_pins([item for item in chosen if item.action == Action.UNDO])
        settle_files([item for item in chosen if item.action in PUBLISHED])
        for item in chosen:
            item.state = PlanItem.State.PUBLISHED
        update_each(self._items, _WRITTEN)
        return len(chosen)

    def _locked_people(self) -> list[int]:
        ids = {item.person_id for item in self._items if item.person_id is not None}
        rows = Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def _people_of_files(self) -> dict[int, int | None]:
        """Return whose each file is now. Of one that is not listed any more nothing else is known."""
        ids = [item.file_id for item in self._items if item.file_id is not None]
        return dict(ListedFile.objects.filter(pk__in=ids).values_list("pk", "person_id"))

    def _people_with_files(self) -> set[int | None]:
        """Return who is to be withdrawn as gone from the source and has a file in it now."""
        people = [item.person_id for item in self._items if item.action == Action.WITHDRAW]
        files = ListedFile.objects.filter(person__in=people, profile=self._run.profile_id)
        return set(files.values_list("person_id", flat=True)) if people else set()

    def _source_says(self, item: PlanItem) -> str:
        """Return why the source speaks against the change by now, or "".

        A later run may have listed and matched, and ended before it took the place of the one that was held.
        """
        if item.file_id in self._of_files and self._of_files[item.file_id] != item.person_id:
            return NOT_THEIRS_NOW
        if item.action == Action.WITHDRAW and item.person_id in self._there_again:
            return THERE_AGAIN
        return ""

    def _current_versions(self) -> dict[YearKey, int]:
        rows = YearPhoto.objects.filter(person__in=self._people).values_list(
            "person_id", "academic_year", "version_id"
        )
        return {(person_id, year): version_id for person_id, year, version_id in rows}

    def _still_fits(self, item: PlanItem) -> bool:
        if item.person_id not in self._people:
            return False
        if item.action != Action.UNDO and item.person_id in self._withdrawn and not item.withdrawn_before:
            return False  # withdrawn since, by someone else
        if item.pk in self._moved:
            item.version_before_id = self._current.get(_key(item))
            return True
        return self._current.get(_key(item)) == item.version_before_id

    def _waits_for(self, item: PlanItem) -> str:
        """Return the reporting cycle that was opened since the change was planned, and that it waits for."""
        if item.action not in (Action.REPLACE, Action.WITHDRAW):
            return ""
        return self._waiting_for.get(item.person_id or 0, "")

    def _let_wait(self, items: Sequence[PlanItem]) -> None:
        for item in items:
            item.reason = waiting_reason(self._waits_for(item), str(item.person), item.reason)
        let_files_wait(items)
        for item in items:
            item.state, item.action, item.reason_code = PlanItem.State.NOTED, Action.WAITING, Reason.REPORT_OPEN

    def _make_versions(self, items: Sequence[PlanItem]) -> None:
        """Create a version for each item, but where the picture is the current one and is only shown again."""
        pictures = dict(
            PhotoVersion.objects.filter(
                pk__in=[i.version_before_id for i in items if i.version_before_id]
            ).values_list("pk", "picture_id")
        )
        new = []
        for item in items:
            if item.version_before_id and pictures.get(item.version_before_id) == item.picture_id:
                item.version_after_id = item.version_before_id
            else:
                new.append(item)
        versions = PhotoVersion.objects.bulk_create(self._versions(new), batch_size=200)
        for item, version in zip(new, versions, strict=True):
            item.version_after_id = version.pk

    def _versions(self, items: Sequence[PlanItem]) -> list[PhotoVersion]:
        rows = PhotoVersion.objects.filter(person__in=[i.person_id for i in items]).order_by()
        ordinals = {
            (person_id, year): last
            for person_id, year, last in rows.values_list("person_id", "academic_year").annotate(Max("ordinal"))
        }
        versions = []
        for item in items:
            person_id, academic_year = key = _key(item)
            ordinals[key] = ordinals.get(key, 0) + 1
            versions.append(
                PhotoVersion(
                    person_id=person_id,
                    academic_year=academic_year,
                    ordinal=ordinals[key],
                    picture_id=cast("int", item.picture_id),  # what is to be published has one
                    source_sha256=item.source_sha256,
                    origin=item.file_path[:1024],
                    profile_id_of_origin=self._run.profile_id,
                    run_id_of_origin=self._run.pk,
                    made_by=self._run.approved_by or self._run.started_by,
                    created_at=self._now,
                )
            )
        return versions

    def _make_current(self, items: Sequence[PlanItem]) -> None:
        current = [
            YearPhoto(person_id=_key(i)[0], academic_year=_key(i)[1], version_id=i.version_after_id)
            for i in items
            if i.action != Action.WITHDRAW and i.version_after_id and i.version_after_id != self._current.get(_key(i))
        ]
        YearPhoto.objects.bulk_create(
            current,
            update_conflicts=True,
            unique_fields=("person", "academic_year"),
            update_fields=("version",),
            batch_size=200,
        )
        undone = [i.version_before_id for i in items if i.action == Action.UNDO and i.version_after_id is None]
        if undone:
            YearPhoto.objects.filter(version__in=undone).delete()

    def _set_withdrawals(self, items: Sequence[PlanItem]) -> None:
        shown = [i.person_id for i in items if i.person_id in self._withdrawn and not i.withdrawn_after]
        if shown:
            # What someone withdrew by hand since the plan was made stays so.
            Withdrawal.objects.filter(person__in=shown, decided_by="").delete()
        withdrawn = {
            _key(item)[0]: item.reason
            for item in items
            if item.action in (Action.WITHDRAW, Action.UNDO)
            and item.withdrawn_after
            and item.person_id not in self._withdrawn
        }
        Withdrawal.objects.bulk_create(
            Withdrawal(person_id=person_id, reason=reason, created_at=self._now)
            for person_id, reason in withdrawn.items()
        )

    def _set_pins(self, items: Sequence[PlanItem]) -> None:
        """Pin what an undo took back; an undo of an undo releases the pins of the first, and so on."""
        original = self._run.undoes
        if original is None or not items:
            return
        if _takes_back_an_undo(self._run):
            people = [item.person_id for item in items]
            pins = pins_in_force().filter(run_id_of_origin=original.pk, person__in=people)
            pins.update(released_at=self._now, released_by=self._run.started_by)
            return
        Pin.objects.bulk_create(
            (
                Pin(
                    person_id=person_id,
                    academic_year=academic_year,
                    picture_id=item.picture_id,
                    reason=f"Undone by {self._run.started_by} in run {self._run.pk}.",
                    run_id_of_origin=self._run.pk,
                    created_at=self._now,
                )
                for item in items
                for person_id, academic_year in [_key(item)]
            ),
            ignore_conflicts=True,
        )


def _drop(item: PlanItem, why: str) -> None:
    item.state = PlanItem.State.DROPPED
    item.reason = f"{item.reason} {why}".strip()


def _takes_back_an_undo(run: Run) -> bool:
    """Whether what `run` undoes is an undo of a run, or an undo of an undo of an undo, ..."""
    undone, times = run.undoes, 0
    while undone is not None:
        undone, times = undone.undoes, times + 1
    return times % 2 == 0


def _key(item: PlanItem) -> YearKey:
    if item.person_id is None or item.academic_year is None:
        raise ValueError(f"plan item {item.pk} says nothing of a person's year, so it cannot be published")
    return item.person_id, item.academic_year
