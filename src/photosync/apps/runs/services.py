"""Asking for runs, and deciding on them: approve, discard, undo, cancel.

Each function is one transaction and leaves a queued run at most. Who executes it is the worker's concern.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from photosync.apps.library.models import Pin, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.undoing import undoable_items
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.explanation import approval_refusal, on_demand_refusal
from photosync.core.instants import local_date
from photosync.core.plan import Action
from photosync.core.run_states import ALIVE, RunState, Trigger, check_transition
from photosync.core.status import Mode
from photosync.core.wording import past_words
from photosync.engine.observe import batches

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
    return queue_run(Run(profile=profile, trigger=trigger, mode=mode, started_by=started_by, accepted_at=now))


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
            f"Run {alive.pk} of {profile.name} is {alive.state} since {since}; only one run of a profile goes on at a "
            f"time. Nothing was started. Wait for it, or cancel it with: photosync run cancel {alive.pk}"
        )


def run_numbered(run_id: int, school_ids: Collection[int] | None = None) -> Run:
    """Return the run, where it belongs to one of the schools. Raises NotFound."""
    runs = Run.objects.select_related("profile__school")
    run = runs.filter(pk=run_id).first()
    if run is None or (school_ids is not None and run.profile.school_id not in school_ids):
        raise NotFound(f"There is no run {run_id}. Nothing was done. See the runs with: photosync run list")
    return run


def approve(
    run_id: int, *, by: str, now: datetime, publish_as_year: int | None = None, leave_out: Collection[int] = ()
) -> Run:
    """Queue a held run for publishing, without the people in `leave_out`, whose pictures are pinned.

    `publish_as_year` files what is published under that academic year instead of the planned one; it must be
    this academic year or the next. Raises Refused when the profile is Ended, when a run is going on, or when
    the library has changed since the plan was made: then a new run plans again and takes the held one's place.
    """
    with transaction.atomic():
        run = _locked(run_id)
        _check_held(run, "approved")
        if refusal := approval_refusal(schedule_of(run.profile), now):
            raise Refused(refusal)
        refuse_if_alive(run.profile, now)
        _check_year(run, publish_as_year, now)
        if not library_has_changed(run):
            _pin_and_settle(
                run, leave_out, f"Left out when {by} approved run {run.pk}.", PlanItem.State.LEFT_OUT, now
            )
            run.state = RunState.QUEUED
            run.approved_by, run.approved_at = by, now
            run.publish_as_year = publish_as_year
            run.save(update_fields=("state", "approved_by", "approved_at", "publish_as_year"))
            return run
        run.items.filter(state=PlanItem.State.PLANNED).update(state=PlanItem.State.DROPPED)
        run.state = RunState.SUPERSEDED
        run.save(update_fields=("state",))
    again = request_run(run.profile, trigger=Trigger.ON_DEMAND, started_by=by, now=now)
    raise Refused(
        f"The library has changed since run {run.pk} was planned, so it was not approved and nothing was published. "
        f"Run {again.pk} plans again; look at it and decide anew."
    )


def _check_held(run: Run, what: str) -> None:
    if run.state != RunState.HELD:
        raise Refused(
            f"Run {run.pk} is {run.state}; only a held run can be {what}. Nothing was changed. "
            f"See it with: photosync run show {run.pk}"
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


def library_has_changed(run: Run) -> bool:
    """Whether the photo of someone in the plan is no longer the one that the plan saw."""
    items = run.items.filter(state=PlanItem.State.PLANNED).values_list(
        "person_id", "academic_year", "version_before_id"
    )
    for part in batches(items.iterator(chunk_size=ITEMS_AT_ONCE), ITEMS_AT_ONCE):
        rows = YearPhoto.objects.filter(person_id__in=[person_id for person_id, _, _ in part])
        current = {(p, y): v for p, y, v in rows.values_list("person_id", "academic_year", "version_id")}
        if any(current.get((person_id, year)) != version for person_id, year, version in part):
            return True
    return False


def discard(run_id: int, *, by: str, now: datetime) -> Run:
    """Discard a held run: its pictures are pinned, and not planned again until the bytes or the pins change."""
    with transaction.atomic():
        run = _locked(run_id)
        _check_held(run, "discarded")
        people = run.items.filter(state=PlanItem.State.PLANNED).values_list("person_id", flat=True)
        _pin_and_settle(run, set(people), f"Discarded by {by} in run {run.pk}.", PlanItem.State.DROPPED, now)
        run.state = RunState.DISCARDED
        run.explanation = f"Discarded by {by}. {run.explanation}"
        run.save(update_fields=("state", "explanation"))
    return run


def _pin_and_settle(
    run: Run, people: Collection[int | None], reason: str, state: PlanItem.State, now: datetime
) -> None:
    """Decide against the planned changes of `people`: pin the pictures, settle the files, note it on the plan."""
    for part in batches(sorted(pk for pk in people if pk is not None), ITEMS_AT_ONCE):
        items = list(run.items.filter(state=PlanItem.State.PLANNED, person_id__in=part))
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
            ),
            ignore_conflicts=True,
            batch_size=200,
        )
        files = [
            ListedFile(pk=item.file_id, state=ListedFile.State.SETTLED, decided_sha256=item.source_sha256)
            for item in items
            if item.file_id is not None
        ]
        ListedFile.objects.bulk_update(files, ("state", "decided_sha256"), batch_size=200)
        run.items.filter(pk__in=[item.pk for item in items]).update(state=state)


def undo(run_id: int, *, by: str, now: datetime, person: Person | None = None) -> Run:
    """Queue a run that makes the former photos current again, of everyone or of one person.

    Possible in every status. Raises Refused when the run published nothing (of that person).
    """
    run = run_numbered(run_id)
    if RunState(run.state).alive or run.state == RunState.HELD:
        raise Refused(
            f"Run {run.pk} is {run.state}, so there is nothing to undo yet. Nothing was changed. "
            f"{'Discard it instead' if run.state == RunState.HELD else 'Wait for it, or cancel it, first'}."
        )
    if not undoable_items(run, person.pk if person else None).exists():
        whom = f" of {person}" if person else ""
        raise Refused(f"Run {run.pk} changed no photo{whom}, so there is nothing to undo. Nothing was changed.")
    return queue_run(
        Run(
            profile=run.profile,
            trigger=Trigger.UNDO,
            started_by=by,
            accepted_at=now,
            undoes=run,
            undoes_person=person,
        )
    )


def cancel(run_id: int, *, by: str, now: datetime) -> Run:
    """Cancel a run: at once while it is queued, else at its next step. What was published stays published."""
    with transaction.atomic():
        run = _locked(run_id)
        if not RunState(run.state).alive:
            check_transition(RunState(run.state), RunState.CANCELLED, Trigger(run.trigger), run=str(run.pk))
        run.cancel_requested_by = by
        if run.state == RunState.QUEUED:
            run.state = RunState.CANCELLED
            run.explanation = f"Cancelled by {by} before it began."
            run.finished_at = now
        run.save(update_fields=("cancel_requested_by", "state", "explanation", "finished_at"))
    return run


def _locked(run_id: int) -> Run:
    run = run_numbered(run_id)
    Run.objects.select_for_update().filter(pk=run_id).get()
    run.refresh_from_db()
    return run
