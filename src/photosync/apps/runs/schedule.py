"""The tick: what has fallen due becomes a run, or is recorded as not run. Each due time exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import next_due_after, schedule_of
from photosync.apps.runs.models import Occurrence, PlanItem, Run, Worker
from photosync.core.catch_up import Occurrence as Due
from photosync.core.catch_up import Outcome, occurrences_since
from photosync.core.run_states import ALIVE, RunState, Trigger
from photosync.core.status import Mode

log = structlog.get_logger(__name__)

CATCH_UP_AFTER = timedelta(seconds=60)
"""A run that starts later than this after its due time is a catch-up run."""
SILENT_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 25
"""So often a run is taken up again; one that ends its process every time must not do so for ever."""
GIVEN_UP = (
    f"The process that executed this run ended {MOST_ATTEMPTS} times before the run did, so it was given up. What "
    "was published until then stays. Look into the log for the reason, then run again."
)
STARTED_BY = "the schedule"


def tick(now: datetime) -> list[int]:
    """Deal with everything that fell due until `now`; return the ids of the runs that were queued.

    Any number of workers may tick at the same instant: a conditional update lets one of them deal with a
    profile, and the due times' constraint lets none of them do it twice.
    """
    return [run_id for profile in _due_profiles(now) if (run_id := _evaluate(profile, now)) is not None]


def _due_profiles(now: datetime) -> Iterator[SyncProfile]:
    yield from SyncProfile.objects.select_related("school").filter(next_due_at__lte=now).order_by("next_due_at", "pk")


def _evaluate(profile: SyncProfile, now: datetime) -> int | None:
    try:
        with transaction.atomic():
            return _claimed_evaluation(profile, now)
    except IntegrityError:
        # Someone asked for a run on demand at this very instant; the next tick records the skip.
        log.info("profile was taken meanwhile", profile=profile.pk)
    except Exception:
        # One bad profile must not keep the others from running.
        log.exception("a profile could not be evaluated", profile=profile.pk)
    return None


def _claimed_evaluation(profile: SyncProfile, now: datetime) -> int | None:
    schedule = schedule_of(profile)
    claimed = SyncProfile.objects.filter(pk=profile.pk, evaluated_until=profile.evaluated_until).update(
        evaluated_until=now, next_due_at=next_due_after(schedule, now)
    )
    if not claimed:
        return None
    running = Run.objects.filter(profile=profile, state__in=ALIVE).exists()
    dues = occurrences_since(schedule, profile.evaluated_until, now, running=running)
    run = None
    for due in dues:
        if due.outcome is Outcome.RUN:
            run = _run_for(profile, due, now)
    Occurrence.objects.bulk_create(
        (
            Occurrence(
                profile=profile,
                due_at=due.due_at_utc,
                outcome=due.outcome,
                run=run if due.outcome is Outcome.RUN else None,
                recorded_at=now,
            )
            for due in dues
        ),
        batch_size=500,
    )
    return run.pk if run else None


def _run_for(profile: SyncProfile, due: Due, now: datetime) -> Run:
    late = now - due.due_at_utc > CATCH_UP_AFTER
    return Run.objects.create(
        profile=profile,
        trigger=Trigger.CATCH_UP if late else Trigger.SCHEDULED,
        mode=due.mode or Mode.FULL,
        due_at=due.due_at_utc,
        started_by=STARTED_BY,
        accepted_at=now,
    )


def queued_runs() -> list[tuple[int, int]]:
    """Return (run, attempt) of every run that waits for a worker."""
    return list(Run.objects.filter(state=RunState.QUEUED).order_by("pk").values_list("pk", "attempt"))


def _never(_run: Run) -> bool:
    return False


def take_back_runs(
    now: datetime, is_gone: Callable[[Worker], bool], *, is_lost: Callable[[Run], bool] = _never
) -> list[int]:
    """Put every run whose worker is gone back into the queue; return their ids.

    Gone is a worker that has stopped, has been silent for 60 s, or of which `is_gone` knows that it is dead.
    `is_lost` knows of a run that its living worker does not execute any more, without having ended it.
    From then on what held the run can write nothing for it, should it come back.
    """
    taken = []
    for run in Run.objects.select_related("worker").filter(state=RunState.RUNNING).order_by("pk"):
        if run.worker is None or is_silent(run.worker, now) or is_gone(run.worker) or is_lost(run):
            again = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, attempt=run.attempt, fence=run.fence)
            if run.attempt >= MOST_ATTEMPTS:
                _give_up(again, run, now)
                continue
            values = {"attempt": run.attempt + 1, "fence": run.fence + 1, "state": RunState.QUEUED, "worker": None}
            if again.update(**values):
                log.warning("run taken back from a worker that is gone", run=run.pk, worker=str(run.worker))
                taken.append(run.pk)
    return taken


def _give_up(held: QuerySet[Run], run: Run, now: datetime) -> None:
    values = {"fence": run.fence + 1, "state": RunState.FAILED, "explanation": GIVEN_UP, "finished_at": now}
    if held.update(**values):
        log.error("run given up", run=run.pk)
        run.items.filter(state=PlanItem.State.PLANNED).update(state=PlanItem.State.DROPPED)


def queue_again(run_id: int, attempt: int) -> int | None:
    """Let a queued run be taken up anew whose attempt ended before it began; return the number of the next one.

    None where the run is queued no more, or under another attempt.
    """
    queued = Run.objects.filter(pk=run_id, state=RunState.QUEUED, attempt=attempt)
    return attempt + 1 if queued.update(attempt=attempt + 1) else None


def is_silent(worker: Worker, now: datetime) -> bool:
    return worker.stopped_at is not None or now - worker.heartbeat_at > SILENT_AFTER
