"""How a run ends: its state, its counts and its place in the history."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import plan_fingerprint
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.queries import holds_unknown_people
from photosync.core.guard import without_decision
from photosync.core.plan import PUBLISHED, Action, WhenMissing
from photosync.core.run_states import RunState, Trigger

State = ListedFile.State
_COUNTED_STATES: dict[str, str] = {
    State.UNMATCHED: "unmatched",
    State.REVIEW: "review",
    State.REJECTED: "rejected",
    State.FAILED: "failed",
}


def finish(fence: Fence, state: RunState | None, explanation: str, now: datetime) -> None:
    """End the run in `state`, or as done (None). What is still planned is dropped, but in a preview it is shown."""
    with fence.writing():
        run = Run.objects.select_related("profile").get(pk=fence.run_id)
        if run.trigger != Trigger.PREVIEW:
            planned = PlanItem.objects.filter(run=run, state=PlanItem.State.PLANNED)
            planned.update(state=PlanItem.State.DROPPED)
            if state is None:
                _note_missing_dealt_with(run)
        run.counts = counts_of(run)
        run.state = state or (RunState.DONE_WITH_FAILURES if run.counts["failed"] else RunState.DONE)
        if explanation or run.trigger != Trigger.PREVIEW:
            run.explanation = explanation
        run.finished_at = now
        run.save(update_fields=("counts", "state", "explanation", "finished_at"))


def _note_missing_dealt_with(run: Run) -> None:
    """People without a file were looked for; unless some of them wait, they need not be until files go again.

    Not where the profile keeps photos: should it withdraw them one day, those that are gone now count. Nor
    after an approval: the run looked when it planned, and files may have gone since; nor where the index came after
    the listing, for then it did not look.
    """
    looked = run.trigger != Trigger.UNDO and run.approved_at is None and not run.matched_again
    if not looked or run.profile.when_missing != WhenMissing.WITHDRAW:
        return
    if holds_unknown_people(run.profile_id):
        return
    if not run.items.filter(action=Action.WAITING, file__isnull=True).exists():
        Listing.objects.filter(profile=run.profile, missing_unchecked=True).update(missing_unchecked=False)


def hold(fence: Fence, explanation: str, *, new_year: bool, now: datetime) -> None:
    """Let the whole plan wait for a person. Nothing was published."""
    with fence.writing():
        run = Run.objects.select_related("profile").get(pk=fence.run_id)
        run.counts = counts_of(run)
        run.state = RunState.HELD
        run.explanation = explanation
        run.new_year_delivery = new_year
        run.finished_at = now
        run.plan_fingerprint = plan_fingerprint(run)
        run.held_since = _held_since(run) or now
        told = ("counts", "state", "explanation", "new_year_delivery", "finished_at")
        run.save(update_fields=(*told, "plan_fingerprint", "held_since"))


def _held_since(run: Run) -> datetime | None:
    """Return since when the same plan is held, where the run whose place this one took held the same."""
    before = Run.objects.filter(profile=run.profile_id, pk__lt=run.pk).exclude(plan_fingerprint="")
    last = before.order_by("-pk").values_list("state", "plan_fingerprint", "held_since").first()
    if last is None or last[:2] != (RunState.SUPERSEDED, run.plan_fingerprint):
        return None
    return last[2]


def plan_takes_the_place_of_a_held_one(fence: Fence, run: Run) -> None:
    with fence.writing():
        for held in Run.objects.filter(profile_id=run.profile_id, state=RunState.HELD).exclude(pk=run.pk):
            supersede(held, f"Run {run.pk} planned afresh and took its place.")


def supersede(held: Run, why: str) -> None:
    """End a held run whose plan is not to be published any more. To be called in a transaction."""
    held.items.filter(state=PlanItem.State.PLANNED).update(state=PlanItem.State.DROPPED)
    held.state = RunState.SUPERSEDED
    held.counts = without_plan(held.counts, becomes="waiting")
    held.explanation = f"{without_decision(held.explanation, run=str(held.pk))} {why}".strip()
    held.save(update_fields=("state", "counts", "explanation"))


def without_plan(counts: dict[str, int], *, becomes: str) -> dict[str, int]:
    """Return the counts of a run whose plan is not published after all: what its files count as now."""
    if not counts:
        return counts
    files = counts["added"] + counts["replaced"]
    return counts | {"added": 0, "replaced": 0, "withdrawn": 0, becomes: counts[becomes] + files}


def counts_of(run: Run) -> dict[str, int]:
    """Return the counts of a run: each observed file is in exactly one of them; `withdrawn` counts people.

    What the source holds unchanged since it was decided on is `unchanged`. Files that wait for a person keep
    being counted where they wait, run after run. What a stopped run did not come to is `waiting`.
    """
    added, replaced, withdrawn = _changes(run)
    if run.approved_at is not None and run.counts:
        return _counts_after_approval(run, added, replaced, withdrawn)
    counts = dict.fromkeys(("unmatched", "review", "rejected", "failed", "waiting"), 0)
    if run.observed_count:
        for state, number in _unsettled(run):
            counts[_COUNTED_STATES.get(state, "waiting")] += number
        counts["waiting"] = max(counts["waiting"] - _planned_files(run), 0)
    files = (added + replaced if run.trigger != Trigger.UNDO else 0) + sum(counts.values())
    # An attempt that was killed may have published files that a later listing no longer has.
    observed = max(run.observed_count, files)
    return {
        "observed": observed,
        "unchanged": observed - files,
        "added": added,
        "replaced": replaced,
        "withdrawn": withdrawn,
        **counts,
    }


def _counts_after_approval(run: Run, added: int, replaced: int, withdrawn: int) -> dict[str, int]:
    """Return the counts when the run was held, with what came of its plan; the source may be another by now."""
    held = run.counts
    unpublished = held["added"] + held["replaced"] - added - replaced
    left_out = run.items.filter(state=PlanItem.State.LEFT_OUT, action__in=PUBLISHED).count()
    return held | {
        "added": added,
        "replaced": replaced,
        "withdrawn": withdrawn,
        "unchanged": held["unchanged"] + left_out,
        "waiting": held["waiting"] + unpublished - left_out,
    }


def _unsettled(run: Run) -> list[tuple[str, int]]:
    """Return how many files are in each state that counts by itself; what was dismissed is decided: unchanged."""
    rows = ListedFile.objects.filter(~Q(state=State.SETTLED), profile_id=run.profile_id).order_by()
    rows = rows.exclude(state=State.DISMISSED)
    return list(rows.values_list("state").annotate(Count("pk")))


def _planned_files(run: Run) -> int:
    """Files that are counted as added or replaced although they are not published: of a preview or a held plan."""
    return PlanItem.objects.filter(
        run=run, state=PlanItem.State.PLANNED, action__in=(Action.ADD, Action.REPLACE)
    ).count()


def _changes(run: Run) -> tuple[int, int, int]:
    """Return how many files were, or in a preview or held plan would be, added and replaced; people withdrawn."""
    done = PlanItem.objects.filter(run=run, state__in=(PlanItem.State.PLANNED, PlanItem.State.PUBLISHED))
    by_action = dict(done.order_by().values_list("action").annotate(Count("pk")))
    undone = done.filter(action=Action.UNDO)
    faces = undone.filter(version_after__isnull=False, withdrawn_after=False).count() if by_action.get("undo") else 0
    return (
        by_action.get(Action.ADD, 0),
        by_action.get(Action.REPLACE, 0) + faces,
        by_action.get(Action.WITHDRAW, 0) + by_action.get(Action.UNDO, 0) - faces,
    )
