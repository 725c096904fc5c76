"""Runs asked for on the command line: handed to a live worker, or executed by the command itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Self

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from django.conf import settings
from django.utils import timezone

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run, Worker
from photosync.apps.runs.schedule import queue_again, take_back_runs
from photosync.apps.runs.services import request_run
from photosync.core.run_states import ALIVE, RunState, Trigger
from photosync.worker import workflows
from photosync.worker.identity import Identity, is_dead_here, live_workers

LOOK_EVERY_S = 0.1
OUTCOME_KEPT_WITHIN_S = 2.0
OUTCOME_LOOKED_FOR_EVERY_S = 0.01
WORKER_LOOKED_FOR_EVERY_S = 5.0

OnProgress = Callable[[Run], None]


def sync(profile: SyncProfile, trigger: Trigger, started_by: str, on_progress: OnProgress) -> Run:
    """Run `profile` now, or resume the run of it whose worker is gone; wait for it and return it.

    Raises Refused when a run of it is alive elsewhere, or the profile is Ended.
    """
    now = timezone.now()
    take_back_runs(now, is_dead_here)
    with ExitStack() as stack:
        # Everything that takes time is done before the run is accepted, so that its duration is its own.
        executor = None if live_workers(now) else stack.enter_context(_Executor())
        run = _abandoned_run(profile, now) or request_run(
            profile, trigger=trigger, started_by=started_by, now=timezone.now()
        )
        return _followed(run, executor, on_progress, stack)


def execute_or_follow(asked: Callable[[], Run], on_progress: OnProgress) -> Run:
    """See that the run that `asked` queues is executed, by a live worker or here; wait for it and return it.

    What `asked` raises is passed on.
    """
    with ExitStack() as stack:
        # As in `sync`: the duration of the run is its own.
        executor = None if live_workers(timezone.now()) else stack.enter_context(_Executor())
        return _followed(asked(), executor, on_progress, stack)


def _abandoned_run(profile: SyncProfile, now: datetime) -> Run | None:
    """Return a queued run of the profile that no worker will take; None where a worker lives or there is none."""
    if live_workers(now):
        return None
    return Run.objects.filter(profile=profile, state=RunState.QUEUED).first()


def _followed(run: Run, executor: _Executor | None, on_progress: OnProgress, stack: ExitStack) -> Run:
    if executor is not None:
        executor.begin(run)
    else:
        _hand_over(run)
    looked_at = time.monotonic()
    while True:
        run.refresh_from_db()
        on_progress(run)
        if run.state not in ALIVE:
            return run
        if time.monotonic() - looked_at > WORKER_LOOKED_FOR_EVERY_S:
            looked_at = time.monotonic()
            if executor is not None:
                executor.begin_again_if_lost(run)
            elif not live_workers(timezone.now()):
                # The worker that had it died while we waited; what it left is resumed here.
                take_back_runs(timezone.now(), is_dead_here)
                run.refresh_from_db()
                if run.state == RunState.QUEUED:
                    executor = stack.enter_context(_Executor())
                    executor.begin(run)
        time.sleep(LOOK_EVERY_S)


def _hand_over(run: Run) -> None:
    client = DBOSClient(
        system_database_url=settings.PHOTOSYNC_RUNS_DATABASE_URL, serializer=DBOSPortableJSONSerializer()
    )
    try:
        client.enqueue(
            {
                "workflow_name": "run",
                "queue_name": workflows.QUEUE,
                "workflow_id": workflows.workflow_id(run.pk, run.attempt),
                "app_version": workflows.APPLICATION_VERSION,
            },
            run.pk,
            run.attempt,
        )
    finally:
        client.destroy()


class _Executor:
    """This process as a worker for one run: under an executor id of its own, taking nothing from the queue."""

    def __enter__(self) -> Self:
        self._identity = Identity(Worker.Kind.COMMAND, timezone.now)
        self._begun: tuple[int, int] | None = None
        try:
            workflows.launch(self._identity.executor_id, takes_from_queue=False)
        except BaseException:
            self._identity.release()
            raise
        return self

    def begin(self, run: Run) -> None:
        """Begin to execute the run. One that a dead process began with, but did not claim, gets a new attempt."""
        attempt: int | None = run.attempt
        if workflows.is_known(run.pk, run.attempt):
            attempt = queue_again(run.pk, run.attempt)
        if attempt is not None:
            self._begun = run.pk, attempt
            workflows.start_here(run.pk, attempt)

    def begin_again_if_lost(self, run: Run) -> None:
        """Begin a new attempt where the last one broke off without ending the run: the database was away."""
        if not workflows.has_ended(run.pk, run.attempt):
            return
        take_back_runs(timezone.now(), is_dead_here, is_lost=lambda each: each.pk == run.pk)
        queue_again(run.pk, run.attempt)
        run.refresh_from_db()
        if run.state == RunState.QUEUED:
            self.begin(run)

    def _wait_for_the_outcome(self) -> None:
        """Let DBOS keep that the workflow has ended, which it does just after the run's own record says so."""
        until = time.monotonic() + OUTCOME_KEPT_WITHIN_S
        while self._begun and time.monotonic() < until and not workflows.has_ended(*self._begun):
            time.sleep(OUTCOME_LOOKED_FOR_EVERY_S)

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if kind is None:
            self._wait_for_the_outcome()
        DBOS.destroy(workflow_completion_timeout_sec=0)
        self._identity.release()
