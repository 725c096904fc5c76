"""The worker of one process: launches the durable runs, ticks, and starts what waits."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import structlog
from dbos import DBOS
from django.db import connections
from django.db.models import Min
from django.utils import timezone
from structlog.contextvars import bind_contextvars

from photosync.apps.erasing.leavers import Eraser
from photosync.apps.library.store import close_render_pool
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.rosters.models import SavedRoster
from photosync.apps.rosters.schedule import tick_rosters
from photosync.apps.runs.housekeeping import Housekeeper
from photosync.apps.runs.models import Run, Worker
from photosync.apps.runs.schedule import is_silent, queue_again, queued_runs, take_back_runs, tick
from photosync.worker import workflows
from photosync.worker.identity import Identity, is_dead_here
from photosync.worker.long_work import QUEUES
from photosync.worker.messenger import Messenger
from photosync.worker.queues import QueueThread

log = structlog.get_logger(__name__)

TICK_EVERY_S = 15.0
LOOK_EVERY_S = 1.0
"""So often it is looked, between ticks, whether a person asked for a run."""
SHORTEST_WAIT_S = 0.05
RUNS_END_WITHIN_S = 5


class WorkerProcess:
    """Executes runs and the schedule until it is stopped. One per process."""

    def __init__(self, kind: Worker.Kind) -> None:
        self._stop = threading.Event()
        self._identity = Identity(kind, timezone.now)
        self._housekeeper = Housekeeper()
        self._messenger = Messenger()
        self._eraser = Eraser()
        self._queues = [QueueThread(self._identity.worker, queue) for queue in QUEUES]
        self._thread = threading.Thread(target=self._tick_on, name="tick", daemon=True)
        self._seen_queued: set[tuple[int, int]] = set()

    @property
    def executor_id(self) -> str:
        return self._identity.executor_id

    def start(self) -> None:
        """Launch. What this worker left unfinished when it last ended is taken up again at once."""
        workflows.launch(self.executor_id, takes_from_queue=True)
        for take_back in (take_back_runs, *(queue.take_back for queue in QUEUES)):
            take_back(timezone.now(), lambda worker: worker.pk == self._identity.worker.pk)
        self._thread.start()
        self._messenger.start()
        for queue in self._queues:
            queue.start()

    def stop(self) -> None:
        """Stop taking runs and end. A run that goes on is resumed by the next worker that starts."""
        self._stop.set()
        for queue in self._queues:
            queue.stop()
        if self._thread.ident is not None:  # it has been started
            self._thread.join(timeout=RUNS_END_WITHIN_S)
        self._messenger.stop()
        DBOS.destroy(workflow_completion_timeout_sec=RUNS_END_WITHIN_S)
        close_render_pool()
        self._identity.release()

    def wait(self) -> None:
        """Wait until `stop` is called from another thread or a signal handler."""
        while not self._stop.wait(3600):
            pass

    def request_stop(self) -> None:
        self._stop.set()

    def _tick_on(self) -> None:
        bind_contextvars(worker=self.executor_id)
        while not self._stop.is_set():
            try:
                now = timezone.now()
                self._tick_once(now)
                wait_s = self._seconds_to_next(now)
            except Exception:
                # Whatever is wrong now, the schedule must not stop silently: the next tick tries again.
                log.exception("the tick failed")
                wait_s = TICK_EVERY_S
            finally:
                connections.close_all()
            self._wait_and_look(wait_s)

    def _wait_and_look(self, wait_s: float) -> None:
        """Wait for the next tick, and start what people ask for meanwhile."""
        tick_at = time.monotonic() + wait_s
        try:
            while not self._stop.wait(min(max(tick_at - time.monotonic(), 0), LOOK_EVERY_S)):
                if time.monotonic() >= tick_at:
                    return
                self._start_what_is_new()
        except Exception:
            # The database is away, or as bad: the next tick finds out, and starts what waits.
            log.exception("it could not be seen whether runs wait")
            self._stop.wait(max(tick_at - time.monotonic(), 0))

    def _start_what_is_new(self) -> None:
        """Start the queued runs that were not seen before; the tick deals with those that were, and do not begin."""
        for queued in queued_runs():
            if queued not in self._seen_queued:
                self._seen_queued.add(queued)
                _enqueue(*queued)

    def _tick_once(self, now: datetime) -> None:
        tick(now)
        tick_rosters(now)
        take_back_runs(now, self._is_gone, is_lost=self._is_lost)
        for queue in QUEUES:
            queue.take_back(now, self._is_gone)
        queued = queued_runs()
        self._seen_queued = set(queued)
        for run_id, attempt in queued:
            _enqueue(run_id, attempt)
        # Last, so that a fresh tick means: everything due was dealt with.
        Worker.objects.filter(pk=self._identity.worker.pk).update(ticked_at=now, heartbeat_at=now)
        self._housekeeper.keep_house(now)
        self._eraser.look(now)

    def _is_gone(self, worker: Worker) -> bool:
        return worker.pk != self._identity.worker.pk and is_dead_here(worker)

    def _is_lost(self, run: Run) -> bool:
        """Whether this process was to execute the run and does not: its workflow broke off, the database away."""
        return run.worker_id == self._identity.worker.pk and (run.pk, run.attempt) not in workflows.executing

    def _seconds_to_next(self, ticked_at: datetime) -> float:
        """Return how long to wait: until the next due time, and 15 s at the most.

        What was due before is dealt with, or is a profile that cannot be evaluated: that one waits 15 s too.
        """
        later = (
            SyncProfile.objects.filter(next_due_at__gt=ticked_at),
            SavedRoster.objects.filter(next_due_at__gt=ticked_at),
        )
        dues = [rows.aggregate(Min("next_due_at"))["next_due_at__min"] for rows in later]
        next_due = min((due for due in dues if due is not None), default=None)
        if next_due is None:
            return TICK_EVERY_S
        seconds = (next_due - timezone.now()).total_seconds()
        return min(max(seconds, SHORTEST_WAIT_S), TICK_EVERY_S)


def _enqueue(run_id: int, attempt: int) -> None:
    if workflows.has_ended(run_id, attempt) or _holder_is_gone(run_id, attempt):
        # It could not even claim the run: the database was away at that instant, or its process died.
        again = queue_again(run_id, attempt)
        if again is None:
            return
        attempt = again
    workflows.enqueue(run_id, attempt)


def _holder_is_gone(run_id: int, attempt: int) -> bool:
    """Whether the process that began with the attempt of a queued run died before it claimed the run."""
    executor_id = workflows.executor_of(run_id, attempt)
    if not executor_id:
        return False
    holder = Worker.objects.filter(executor_id=executor_id).first()
    return holder is None or is_silent(holder, timezone.now()) or is_dead_here(holder)
