"""Asking for runs, and deciding on them: approve, discard, undo, cancel.

Each function is one transaction and leaves a queued run at most. Who executes it is the worker's concern.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Case, Exists, F, OuterRef, When

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences
from photosync.apps.library.models import Pin, Withdrawal, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.runs.ledger.settling import settle_files
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import WHOLE, Part, decided_on, put_off_rest
from photosync.apps.runs.record import supersede, without_plan
from photosync.apps.runs.telling import record_on_run, record_undo, told_left_out, told_part
from photosync.apps.runs.undoing import undoable_items
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.explanation import approval_refusal, on_demand_refusal
from photosync.core.guard import without_decision
from photosync.core.instants import local_date
from photosync.core.plan import Action
from photosync.core.run_states import ALIVE, RunState, Trigger
from photosync.core.status import Mode
from photosync.core.wording import past_words
from photosync.engine.observe import batches

State = PlanItem.State
ITEMS_AT_ONCE = 400


def request_run(profile: SyncProfile, *, trigger: Trigger, started_by: str, now: datetime) -> Run:
    """Queue a run that a person asked for: a preview or an on-demand run.

    Raises Refused when the profile is Ended (not for a preview) or a run of it is going on.
    """
    schedule = schedule_of(profile)
    if trigger is not Trigger.PREVIEW and (refusal := on_demand_refusal(schedule, now)):
        raise Refused(refusal)
    current = schedule.current(local_date(now, schedule.zone))
    # Whoever runs it by hand in a period for additions only did not ask for more than the period allows.
    additions = bool(current) and all(each.mode is Mode.ADDITIONS for each in current)
    mode = Mode.ADDITIONS if additions else Mode.FULL
    with transaction.atomic():
        run = queue_run(Run(profile=profile, trigger=trigger, mode=mode, started_by=started_by, accepted_at=now))
        record_on_run(Act.RUN_REQUESTED, run, [("trigger", run.trigger, run.trigger)])
    return run


def queue_run(run: Run) -> Run:
    """Store `run` as queued. Raises Refused naming the run that has the profile's one place."""
    try:
        with transaction.atomic():
            refuse_if_alive(run.profile, run.accepted_at)
            run.save(force_insert=True)
    except IntegrityError:
        # Two asked at the same instant: the constraint let one through.
        refuse_if_alive(run.profile, run.accepted_at)
        raise
    return run


def refuse_if_alive(profile: SyncProfile, now: datetime) -> None:
    alive = Run.objects.filter(profile=profile, state__in=ALIVE).first()
    if alive is not None:
        zone = profile.school.zone
        since = past_words(alive.accepted_at.astimezone(zone), now.astimezone(zone))
        raise Refused(
            f"Run {alive.pk} of {profile.name} is {alive.state} since {since}; only one run of a profile goes on "
            "at a time. Nothing was started. Wait for it, or cancel it.",
            command_line=f"photosync run cancel {alive.pk}",
        )


def run_numbered(run_id: int, school_ids: Collection[int] | None = None) -> Run:
    """Return the run, where it belongs to one of the schools. Raises NotFound."""
    runs = Run.objects.select_related("profile__school")
    run = runs.filter(pk=run_id).first()
    if run is None or (school_ids is not None and run.profile.school_id not in school_ids):
        raise NotFound(
            f"There is no run {run_id}. Nothing was done. See those that there are.",
            command_line="photosync run list",
        )
    return run


def approve(
    run_id: int,
    *,
    by: str,
    now: datetime,
    publish_as_year: int | None = None,
    leave_out: Collection[int] = (),
    part: Part = WHOLE,
) -> Run:
    """Queue a held run for publishing, without the people in `leave_out`, whose pictures are pinned.

    What `part` does not choose is put off: it stays, as a held run of its own. `publish_as_year` files what is
    published under that academic year instead of the planned one; it must be this academic year or the next.
    Raises Refused when the profile is Ended, when a run is going on, when nothing is chosen, or when the library
    has changed since the plan was made: then a new run plans again and takes the held one's place.
    """
    try:
        with transaction.atomic():
            run = _locked(run_id)
            _check_held(run, "approved")
            if refusal := approval_refusal(schedule_of(run.profile), now):
                raise Refused(refusal)
            refuse_if_alive(run.profile, now)
            _check_year(run, publish_as_year, now)
            changed = plan_is_outdated(run, now)
            if changed:
                supersede(run, f"{by} was about to approve it. {changed}")
            else:
                _approve_part(run, by, now, publish_as_year, leave_out, part)
    except IntegrityError:
        # Another run was queued at the same instant.
        refuse_if_alive(run_numbered(run_id).profile, now)
        raise
    if not changed:
        return run
    again = request_run(run.profile, trigger=Trigger.ON_DEMAND, started_by=by, now=now)
    raise Refused(
        f"{changed} So run {run.pk} was not approved and nothing was published. "
        f"Run {again.pk} is queued to plan again, by a worker; look at it then and decide anew."
    )


def _approve_part(
    run: Run, by: str, now: datetime, publish_as_year: int | None, leave_out: Collection[int], part: Part
) -> None:
    left_out = told_left_out(run, leave_out)
    _decide_against(run, leave_out, f"Left out when {by} approved run {run.pk}.", State.LEFT_OUT, now)
    if not part.is_whole and not left_out and not part.items(run).exists():
        raise Refused(
            f"Nothing of run {run.pk} is chosen, so nothing was approved. It stays held. Choose other year levels, "
            "roll groups or people; see what it plans.",
            command_line=f"photosync run show {run.pk}",
        )
    _queue_approved(run, by, publish_as_year, now)
    rest = put_off_rest(run, part)
    decided_on(run.items.filter(state__in=(State.PLANNED, State.LEFT_OUT)))
    changes = differences({}, _chosen(publish_as_year))
    record_on_run(Act.RUN_APPROVED, run, changes, note=f"{told_part(run, rest, part)} {left_out}".strip())


def _queue_approved(run: Run, by: str, publish_as_year: int | None, now: datetime) -> None:
    run.state = RunState.QUEUED
    # A new attempt: for the worker, the one that planned has ended.
    run.attempt += 1
    run.approved_by, run.approved_at = by, now
    run.publish_as_year = publish_as_year
    run.finished_at = None
    run.save(update_fields=("state", "attempt", "approved_by", "approved_at", "publish_as_year", "finished_at"))


def _chosen(publish_as_year: int | None) -> dict[str, int]:
    return {} if publish_as_year is None else {"publish_as_year": publish_as_year}


def _check_held(run: Run, what: str) -> None:
    if run.state != RunState.HELD:
        raise Refused(
            f"Run {run.pk} is {run.state}; only a held run can be {what}. Nothing was changed. Look at it.",
            command_line=f"photosync run show {run.pk}",
        )


def _check_year(run: Run, year: int | None, now: datetime) -> None:
    if year is None:
        return
    school = run.profile.school
    this_year = school.academic_year_rule.academic_year_of(local_date(now, school.zone))
    if year not in (this_year, this_year + 1):
        raise WrongUse(
            f"The photos can be published as those of {this_year} or {this_year + 1}, not of {year}. "
            f"Run {run.pk} stays held."
        )


def plan_is_outdated(run: Run, now: datetime) -> str:
    """Return why the plan of a held run does not fit any more, as a sentence; empty where it does."""
    school = run.profile.school
    planned_on = local_date(run.due_at or run.accepted_at, school.zone)
    year_of = school.academic_year_rule.academic_year_of
    planned_in, this_year = year_of(planned_on), year_of(local_date(now, school.zone))
    if planned_in != this_year:
        return f"Run {run.pk} was planned in the academic year {planned_in}, and it is {this_year} now."
    if library_has_changed(run):
        return f"The library has changed since run {run.pk} was planned."
    return ""


def library_has_changed(run: Run) -> bool:
    """Whether the photo of someone in the plan is no longer the one that the plan saw, or was withdrawn or not."""
    of_that_year = YearPhoto.objects.filter(person=OuterRef("person"), academic_year=OuterRef("academic_year"))
    as_planned = Case(
        When(version_before__isnull=True, then=~Exists(of_that_year)),
        default=Exists(of_that_year.filter(version=OuterRef("version_before"))),
        output_field=BooleanField(),
    )
    withdrawn = Exists(Withdrawal.objects.filter(person=OuterRef("person")))
    items = run.items.filter(state=State.PLANNED).annotate(as_planned=as_planned, withdrawn_now=withdrawn)
    return items.exclude(as_planned=True, withdrawn_now=F("withdrawn_before")).exists()


def discard(run_id: int, *, by: str, now: datetime) -> Run:
    """Discard a held run: its pictures are pinned, and not planned again until the bytes or the pins change."""
    with transaction.atomic():
        run = _locked(run_id)
        _check_held(run, "discarded")
        people = run.items.filter(state=State.PLANNED).values_list("person_id", flat=True)
        decided_on(run.items.filter(state=State.PLANNED))
        _decide_against(run, set(people), f"Discarded by {by} in run {run.pk}.", State.DROPPED, now)
        run.state = RunState.DISCARDED
        run.counts = without_plan(run.counts, becomes="unchanged")
        run.explanation = f"Discarded by {by}. {without_decision(run.explanation, run=str(run.pk))}"
        run.save(update_fields=("state", "counts", "explanation"))
        record_on_run(Act.RUN_DISCARDED, run)
    return run


def _decide_against(
    run: Run, people: Collection[int | None], reason: str, state: PlanItem.State, now: datetime
) -> None:
    """Decide against the planned changes of `people`: pin the pictures, settle the files, note it on the plan."""
    for part in batches(sorted(pk for pk in people if pk is not None), ITEMS_AT_ONCE):
        items = list(run.items.filter(state=State.PLANNED, person_id__in=part))
        Pin.objects.bulk_create(
            (
                Pin(
                    person_id=item.person_id,
                    academic_year=item.academic_year,
                    picture_id=None if item.action == Action.WITHDRAW else item.picture_id,
                    reason=reason,
                    run_id_of_origin=run.pk,
                    created_at=now,
                )
                for item in items
                if item.person_id is not None and item.academic_year is not None
            ),
            ignore_conflicts=True,
            batch_size=200,
        )
        settle_files(items)
        run.items.filter(pk__in=[item.pk for item in items]).update(state=state)


def undo(run_id: int, *, by: str, now: datetime, person: Person | None = None) -> Run:
    """Queue a run that makes the former photos current again, of everyone or of one person.

    Possible in every status. Raises Refused when the run published nothing (of that person).
    """
    run = run_numbered(run_id)
    if RunState(run.state).alive or run.state == RunState.HELD:
        is_held = run.state == RunState.HELD
        raise Refused(
            f"Run {run.pk} is {run.state}, so there is nothing to undo yet. Nothing was changed. "
            + ("Discard it instead." if is_held else "Wait for it, or cancel it, first."),
            command_line=f"photosync run discard {run.pk}" if is_held else "",
        )
    if not undoable_items(run, person.pk if person else None).exists():
        whom = f" of {person}" if person else ""
        raise Refused(f"Run {run.pk} changed no photo{whom}, so there is nothing to undo. Nothing was changed.")
    undo = Run(
        profile=run.profile, trigger=Trigger.UNDO, started_by=by, accepted_at=now, undoes=run, undoes_person=person
    )
    with transaction.atomic():
        record_undo(run, queue_run(undo))
    return undo


def cancel(run_id: int, *, by: str, now: datetime) -> Run:
    """Cancel a run: at once while it is queued, else at its next step. What was published stays published."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state == RunState.HELD:
            raise Refused(
                f"Run {run.pk} is held and does nothing that could be cancelled. Nothing was changed. "
                "Discard it instead.",
                command_line=f"photosync run discard {run.pk}",
            )
        if not RunState(run.state).alive:
            raise Refused(
                f"Run {run.pk} is {run.state}; only a run that is queued or running can be cancelled. "
                "Nothing was changed. Look at it.",
                command_line=f"photosync run show {run.pk}",
            )
        is_repeated = bool(run.cancel_requested_by)
        run.cancel_requested_by = by
        if run.state == RunState.QUEUED:
            run.state = RunState.CANCELLED
            run.explanation = f"Cancelled by {by} before it began."
            run.finished_at = now
            run.items.filter(state=State.PLANNED).update(state=State.DROPPED)
            run.counts = without_plan(run.counts, becomes="waiting")
        run.save(update_fields=("cancel_requested_by", "state", "explanation", "finished_at", "counts"))
        if not is_repeated:
            record_on_run(Act.RUN_CANCELLED, run)
    return run


def _locked(run_id: int) -> Run:
    run = run_numbered(run_id)
    Run.objects.select_for_update().filter(pk=run_id).get()
    run.refresh_from_db()
    return run
