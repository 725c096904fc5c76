"""Runs as durable workflows: each phase is a step, and a run whose process died goes on where it was."""

from __future__ import annotations

import logging

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from django.conf import settings
from django.db import connections
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from photosync.apps.runs.execution import claim, execute_phase

log = structlog.get_logger(__name__)

QUEUE = "runs"
RUNS_AT_ONCE = 4
QUEUE_POLLED_EVERY_S = 0.25
APPLICATION_VERSION = "photosync-1"
UNDER_WAY = ("PENDING", "ENQUEUED", "DELAYED")

executing: set[tuple[int, int]] = set()
"""The (run, attempt) that this process executes now."""


@DBOS.workflow(name="run")
def run_workflow(run_id: int, attempt: int) -> str:
    """Execute the phases of one attempt of a run, in order; return how it ended, for the record.

    The claim is no step on purpose: whoever executes the workflow, for the first time or after a crash,
    must take the run and with it a new fence number.
    """
    executing.add((run_id, attempt))
    try:
        with bound_contextvars(run=run_id, worker=DBOS.executor_id):
            return _executed(run_id, attempt)
    finally:
        executing.discard((run_id, attempt))
        connections.close_all()


def _executed(run_id: int, attempt: int) -> str:
    hold = claim(run_id, attempt, DBOS.executor_id, timezone.now())
    if hold is None:
        return "ended or taken over before it began"
    with bound_contextvars(profile=hold.profile_id, school=hold.school_code):
        log.info("run begins", attempt=attempt, phases=list(hold.phases))
        for phase in hold.phases:
            goes_on = DBOS.run_step({"name": phase}, _phase, run_id, hold.fence, phase)
            if not goes_on:
                log.info("run ended", phase=phase)
                return f"ended in {phase}"
        log.info("run ended")
    return "ended"


def _phase(run_id: int, fence: int, phase: str) -> bool:
    return execute_phase(run_id, fence, phase, timezone.now)


def launch(executor_id: str, *, takes_from_queue: bool) -> None:
    """Execute runs in this process, under a stable id. One that does not take from the queue starts its own."""
    config: DBOSConfig = {
        "name": "photosync",
        "system_database_url": settings.PHOTOSYNC_RUNS_DATABASE_URL,
        "executor_id": executor_id,
        "application_version": APPLICATION_VERSION,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "ERROR",
        "console_log_level": "ERROR",
        # Nothing is notified; the interval is how long ending the process waits for the listener.
        "notification_listener_polling_interval_sec": 1.0 if takes_from_queue else 0.1,
    }
    DBOS(config=config)
    # Why it cannot be launched is raised, and told once; nor does a command keep a log beside what it tells.
    of_dbos = logging.getLogger("dbos")
    of_dbos.setLevel(logging.CRITICAL)
    if not takes_from_queue:
        DBOS.listen_queues([])
    DBOS.launch()
    if takes_from_queue:
        of_dbos.setLevel(logging.ERROR)
        DBOS.register_queue(QUEUE, worker_concurrency=RUNS_AT_ONCE, polling_interval_sec=QUEUE_POLLED_EVERY_S)


def enqueue(run_id: int, attempt: int) -> None:
    """Put one attempt of a run into the queue; repeating it is harmless."""
    with SetWorkflowID(workflow_id(run_id, attempt)):
        DBOS.enqueue_workflow(QUEUE, run_workflow, run_id, attempt)


def start_here(run_id: int, attempt: int) -> None:
    """Begin to execute one attempt of a run in this process, in a thread of its own."""
    with SetWorkflowID(workflow_id(run_id, attempt)):
        DBOS.start_workflow(run_workflow, run_id, attempt)


def has_ended(run_id: int, attempt: int) -> bool:
    """Whether the workflow of this attempt is over, however it ended; it is never executed again."""
    status = DBOS.get_workflow_status(workflow_id(run_id, attempt))
    return status is not None and status.status not in UNDER_WAY


def is_known(run_id: int, attempt: int) -> bool:
    """Whether a process began with this attempt before. Only that process's executor id goes on with it."""
    return DBOS.get_workflow_status(workflow_id(run_id, attempt)) is not None


def executor_of(run_id: int, attempt: int) -> str:
    """Return the executor id that holds the workflow of this attempt; empty where none has taken it yet."""
    status = DBOS.get_workflow_status(workflow_id(run_id, attempt))
    return (status.executor_id or "") if status is not None and status.status == "PENDING" else ""


def workflow_id(run_id: int, attempt: int) -> str:
    return f"run-{run_id}-{attempt}"
