"""Long work beside runs: in a thread of the worker for each sort of it, or in the command that asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections
from django.utils import timezone

from photosync.apps.inputs.unpacking_work import UnpackingWork, execute_delivery
from photosync.apps.long_work import LongWork
from photosync.apps.reports.jobs import JobWork, execute_job
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.rosters.models import RosterReading
from photosync.apps.rosters.reading import ReadingWork, execute_reading
from photosync.apps.runs.models import Worker
from photosync.worker.identity import Identity, is_dead_here, live_workers
from photosync.worker.queues import Queue

FOLLOWED_EVERY_S = 0.1
WORKER_LOOKED_FOR_EVERY_S = 5.0

REPORT_JOBS = Queue("report jobs", JobWork, execute_job)
DELIVERIES = Queue("deliveries", UnpackingWork, execute_delivery)
ROSTERS = Queue("rosters", ReadingWork, execute_reading)
QUEUES: tuple[Queue[Any], ...] = (REPORT_JOBS, DELIVERIES, ROSTERS)

Row = TypeVar("Row", bound=LongWork)


def execute_or_follow(queue: Queue[Any], row: Row, on_progress: Callable[[Row], None]) -> Row:
    """See that work under way is done, by a live worker or here; wait for it and return it as it ended."""
    looked_at = -WORKER_LOOKED_FOR_EVERY_S
    while row.is_under_way:
        if time.monotonic() - looked_at > WORKER_LOOKED_FOR_EVERY_S:
            looked_at = time.monotonic()
            if not live_workers(timezone.now()):
                # There is none, or the one that had it died while we waited. If one that began meanwhile has it, or
                # it must be tried again, it is gone on with.
                _execute_here(queue, row, on_progress)
                continue
        time.sleep(FOLLOWED_EVERY_S)
        row.refresh_from_db()
        on_progress(row)
    return row


def abandoned_job(cycle: ReportingCycle) -> ReportJob | None:
    """Take back the work on `cycle` whose worker on this host is dead; return what no worker will go on with.

    None where there is none, or a worker lives: that one goes on with it.
    """
    now = timezone.now()
    REPORT_JOBS.take_back(now, is_dead_here)
    if live_workers(now):
        return None
    queued = ReportJob.objects.filter(cycle=cycle, state=ReportJob.State.QUEUED)
    return queued.select_related("cycle__school").first()


def read_or_follow(asked: Callable[[], RosterReading]) -> RosterReading:
    """See that the reading that `asked` queues is done, by a live worker or here; return it as it ended.

    A reading whose worker on this host is dead is gone on with first, so that it does not stand in the way.
    """
    ROSTERS.take_back(timezone.now(), is_dead_here)
    if not live_workers(timezone.now()):
        for waiting in RosterReading.objects.filter(pk__in=ROSTERS.queued()).order_by("pk"):
            _execute_here(ROSTERS, waiting, _untold)
    return execute_or_follow(ROSTERS, asked(), _untold)


def _untold(_row: LongWork) -> None:
    """Its progress is not shown."""


def _execute_here(queue: Queue[Any], row: Row, on_progress: Callable[[Row], None]) -> None:
    identity = Identity(Worker.Kind.COMMAND, timezone.now)
    try:
        queue.take_back(timezone.now(), is_dead_here)
        thread = threading.Thread(target=_in_thread, args=(queue, row.pk, identity.worker), name=queue.name)
        thread.start()
        while thread.is_alive():
            thread.join(FOLLOWED_EVERY_S)
            row.refresh_from_db()
            on_progress(row)
    finally:
        identity.release()
    row.refresh_from_db()


def _in_thread(queue: Queue[Any], number: int, worker: Worker) -> None:
    try:
        queue.do(number, worker)
    finally:
        connections.close_all()
