"""Undo: the former photos become current again. An undo is a run with a plan of its own, and can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from photosync.apps.library.models import Withdrawal, YearPhoto
from photosync.apps.library.queries import PhotoState, photo_states
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.models import PlanItem, Run
from photosync.core.plan import Action
from photosync.engine.observe import batches
from photosync.engine.ports import Progress, Rein

ITEMS_AT_ONCE = 400


def undoable_items(run: Run, person_id: int | None) -> QuerySet[PlanItem]:
    """Return what `run` published, for everyone or one person, the last change first."""
    items = PlanItem.objects.filter(run=run, state=PlanItem.State.PUBLISHED).order_by("-pk")
    return items if person_id is None else items.filter(person_id=person_id)


def standing_items(run: Run, person_id: int | None) -> QuerySet[PlanItem]:
    """Return those of `undoable_items` whose photo still is as `run` left it: what an undo would put back."""
    of_the_year = YearPhoto.objects.filter(person=OuterRef("person_id"), academic_year=OuterRef("academic_year"))
    as_before = Exists(of_the_year.filter(version=OuterRef("version_before_id")))
    as_after = Exists(of_the_year.filter(version=OuterRef("version_after_id")))
    is_withdrawn = Exists(Withdrawal.objects.filter(person=OuterRef("person_id")))
    return undoable_items(run, person_id).filter(
        (Q(action=Action.WITHDRAW) & is_withdrawn & (as_before | Q(version_before=None) & ~Exists(of_the_year)))
        | (~Q(action=Action.WITHDRAW) & (as_after | Q(version_after=None) & ~Exists(of_the_year)))
    )


def plan_undo(fence: Fence, run: Run, today_year: int, rein: Rein) -> None:
    """Plan the reverse of every change of the undone run; what has changed since is noted and left alone."""
    original = run.undoes
    if original is None:
        raise ValueError(f"run {run.pk} undoes no run")
    with fence.writing():
        PlanItem.objects.filter(run=run).exclude(state=PlanItem.State.PUBLISHED).delete()
    done = set(PlanItem.objects.filter(run=run).values_list("person_id", "academic_year"))
    count = 0
    items = undoable_items(original, run.undoes_person_id).iterator(chunk_size=ITEMS_AT_ONCE)
    for part in batches(items, ITEMS_AT_ONCE):
        todo = [item for item in part if (item.person_id, item.academic_year) not in done]
        with fence.writing():
            PlanItem.objects.bulk_create(_reversed(run, original, todo, today_year), batch_size=200)
        count += len(part)
        rein.checkpoint(Progress("plan", count))


def _reversed(run: Run, original: Run, items: Sequence[PlanItem], today_year: int) -> list[PlanItem]:
    states = photo_states([item.person_id for item in items if item.person_id is not None], today_year)
    return [
        _reverse_of(item, run, original, states[item.person_id], item.academic_year)
        for item in items
        if item.person_id is not None and item.academic_year is not None
    ]


def _reverse_of(item: PlanItem, run: Run, original: Run, state: PhotoState, year: int) -> PlanItem:
    version_then = item.version_before_id if item.action == Action.WITHDRAW else item.version_after_id
    withdrawal_changed = item.withdrawn_before != item.withdrawn_after
    unchanged = state.version_of(year) == version_then
    if item.action == Action.WITHDRAW:
        unchanged = unchanged and state.withdrawn
    return PlanItem(
        run=run,
        person_id=item.person_id,
        file_path=item.file_path,
        action=Action.UNDO,
        academic_year=year,
        reason_code="undo" if unchanged else "changed_since",
        reason=f"Undoes run {original.pk}."
        if unchanged
        else f"Not undone: the photo of {year} was changed again after run {original.pk}.",
        picture_id=None if item.action == Action.WITHDRAW else item.picture_id,
        source_sha256=item.source_sha256,
        shown_before_id=state.shown_picture_id,
        version_before_id=version_then,
        version_after_id=item.version_before_id,
        withdrawn_before=state.withdrawn,
        # What the undone run did not change about a withdrawal, its undo does not either.
        withdrawn_after=state.withdrawn_by_hand or (item.withdrawn_before if withdrawal_changed else state.withdrawn),
        changes_face=item.changes_face,
        state=PlanItem.State.PLANNED if unchanged else PlanItem.State.NOTED,
    )
