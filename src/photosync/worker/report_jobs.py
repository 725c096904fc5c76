"""Long work on reporting cycles, in a thread of the worker beside its runs; or in the command that asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connections
from django.utils import timezone

from photosync.apps.reports.jobs import ALIVE, claim_job, execute_job, queued_jobs, take_back_jobs
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.runs.models import Worker
from photosync.worker.identity import Identity, is_dead_here, live_workers
from photosync.worker.queues import Queue

FOLLOWED_EVERY_S = 0.1
WORKER_LOOKED_FOR_EVERY_S = 5.0

OnProgress = Callable[[ReportJob], None]


def abandoned_job(cycle: ReportingCycle) -> ReportJob | None:
    """Take back the work on `cycle` whose worker on this host is dead; return what no worker will go on with.

    None where there is none, or a worker lives: that one goes on with it.
    """
    now = timezone.now()
    take_back_jobs(now, is_dead_here)
    if live_workers(now):
        return None
    queued = ReportJob.objects.filter(cycle=cycle, state=ReportJob.State.QUEUED)
    return queued.select_related("cycle__school").first()


def execute_or_follow(job: ReportJob, on_progress: OnProgress) -> ReportJob:
    """See that the queued `job` is done, by a live worker or here; wait for it and return it as it ended."""
    looked_at = -WORKER_LOOKED_FOR_EVERY_S
    while job.state in ALIVE:
        if time.monotonic() - looked_at > WORKER_LOOKED_FOR_EVERY_S:
            looked_at = time.monotonic()
            if not live_workers(timezone.now()):
                # There is none, or the one that had it died while we waited. If one that began meanwhile has it, or
                # it must be tried again, it is gone on with.
                _execute_here(job, on_progress)
                continue
        time.sleep(FOLLOWED_EVERY_S)
        job.refresh_from_db()
        on_progress(job)
    return job


def _execute_here(job: ReportJob, on_progress: OnProgress) -> None:
    identity = Identity(Worker.Kind.COMMAND, timezone.now)
    try:
        take_back_jobs(timezone.now(), is_dead_here)
        thread = threading.Thread(target=_in_thread, args=(job.pk, identity.worker), name="report job")
        thread.start()
        while thread.is_alive():
            thread.join(FOLLOWED_EVERY_S)
            job.refresh_from_db()
            on_progress(job)
    finally:
        identity.release()
    job.refresh_from_db()


def _in_thread(job_id: int, worker: Worker) -> None:
    try:
        _claim_and_execute(job_id, worker)
    finally:
        connections.close_all()


def _claim_and_execute(job_id: int, worker: Worker) -> None:
    work = claim_job(job_id, worker, timezone.now)
    if work is not None:
        execute_job(work)


QUEUE = Queue("report jobs", queued_jobs, _claim_and_execute)
