"""Plan and guard: decide person by person, keep the plan as rows, then check the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from photosync.core.guard import Breach, ComponentTotals, Limits, check, looks_like_new_year
from photosync.core.plan import (
    Action,
    Candidate,
    Decision,
    Policy,
    WhenMissing,
    decide,
    decide_withdrawal,
    same_picture_review,
)
from photosync.core.status import Mode
from photosync.engine.ports import (
    PersonToDecide,
    PlanLedger,
    PlannedChange,
    Progress,
    Rein,
    UndecidedFile,
)


def _nobody_waits(_people: Sequence[int]) -> Mapping[int, str]:
    return {}


@dataclass(frozen=True, slots=True)
class PlanTask:
    """What the profile and the day say. `today_year` is the academic year of the run's local date."""

    today_year: int
    mode: Mode
    when_missing: WhenMissing
    limits: Limits
    source_is_empty: bool
    """The listing was complete and held no file at all."""
    waiting_for: Callable[[Sequence[int]], Mapping[int, str]] = _nobody_waits
    """Of some people, those whose report is not archived while the profile holds until it is, with the cycle."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says of a whole plan: `breaches` is empty when it may be published."""

    breaches: tuple[Breach, ...]
    totals: tuple[ComponentTotals, ...]
    source_is_empty: bool
    """Photos would be withdrawn because the source has become empty: held, however few they are."""

    @property
    def held(self) -> bool:
        return bool(self.breaches) or self.source_is_empty

    @property
    def new_year(self) -> bool:
        return looks_like_new_year(self.totals)


def plan(task: PlanTask, ledger: PlanLedger, rein: Rein) -> Verdict:
    """Plan everything that is undecided, from the beginning, and return the guard's verdict."""
    ledger.clear_plan()
    done = 0
    for people in ledger.people_to_decide():
        ledger.write_plan(_changes(task, people, ledger))
        done += len(people)
        rein.checkpoint(Progress("plan", done))
    withdrawn = _plan_withdrawals(task, ledger, rein)
    ledger.finish_plan()
    totals = tuple(ledger.component_totals())
    return Verdict(check(task.limits, totals), totals, task.source_is_empty and withdrawn > 0)


def _changes(task: PlanTask, people: Sequence[PersonToDecide], ledger: PlanLedger) -> list[PlannedChange]:
    pictures = {file.picture_id for person in people for file in person.files}
    holders = ledger.people_with(sorted(pictures))
    waiting_for = task.waiting_for([person.photos.person_id for person in people])
    changes: list[PlannedChange] = []
    for person in people:
        files = {file.file_id: file for file in person.files}
        for decision in _decisions(task, person, waiting_for.get(person.photos.person_id, "")):
            file = files[int(decision.file_ref)]
            found = holders[file.picture_id]
            others, total = found.besides(person.photos.person_id)
            if not file.is_theirs:
                decision = same_picture_review(decision, others, total=total, suspect=found.suspect)
            changes.append(_change(person, file, decision))
    return changes


def _decisions(task: PlanTask, person: PersonToDecide, waits_for: str) -> Sequence[Decision]:
    candidates = [
        Candidate(file.file_id, file.content, file.academic_year or task.today_year) for file in person.files
    ]
    policy = Policy(today_year=task.today_year, mode=task.mode, waits_for=waits_for)
    return decide(person.photos, candidates, policy)


def _change(person: PersonToDecide, file: UndecidedFile, decision: Decision) -> PlannedChange:
    return PlannedChange(
        person_id=person.photos.person_id,
        file=file,
        action=decision.action,
        academic_year=decision.academic_year,
        reason_code=decision.reason_code,
        reason=f"{decision.reason} {file.note}".strip(),
        changes_face=decision.changes_face,
    )


def _plan_withdrawals(task: PlanTask, ledger: PlanLedger, rein: Rein) -> int:
    """Plan the withdrawal of photos whose files have gone from the source; return how many."""
    if task.when_missing is WhenMissing.KEEP:
        return 0
    count = 0
    for people in ledger.people_without_file():
        changes = []
        waiting_for = task.waiting_for([person_id for person_id, _ in people])
        for person_id, shown_year in people:
            policy = Policy(today_year=task.today_year, mode=task.mode, waits_for=waiting_for.get(person_id, ""))
            # The ledger asks only after a complete listing, and only for people shown from this source.
            decision = decide_withdrawal(
                task.when_missing, policy, complete_listing=True, shown_from_this_source=True, files_left=0
            )
            changes.append(
                PlannedChange(
                    person_id,
                    None,
                    decision.action,
                    shown_year,
                    decision.reason_code,
                    decision.reason,
                    changes_face=decision.action is Action.WITHDRAW,
                )
            )
        ledger.write_plan(changes)
        count += sum(change.action == Action.WITHDRAW for change in changes)
        rein.checkpoint(Progress("plan", count))
    return count
