"""Long work on a reporting cycle: asked for, claimed by a worker, executed in steps, gone on with after a crash.

Every step of a job can be repeated from its beginning: what an earlier attempt wrote is found and used, as in runs
(docs/decisions/0003-how-a-run-survives.md). What a kind of job does is in the module that `WORK` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

import structlog
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.utils.translation import gettext as _

from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.runs.models import Worker
from photosync.apps.runs.schedule import is_silent
from photosync.core.errors import FencedOut, NotFound, PhotoSyncError, Refused

log = structlog.get_logger(__name__)

Kind, State = ReportJob.Kind, ReportJob.State
Clock = Callable[[], datetime]
ALIVE = (State.QUEUED, State.RUNNING)
MOST_ATTEMPTS = 10
WORK = {
    Kind.READ_UPLOAD: "photosync.apps.reports.importing:read_upload",
    Kind.IMPORT: "photosync.apps.reports.importing:import_matched",
    Kind.MAKE: "photosync.apps.reports.making:make_reports",
    Kind.ARCHIVE: "photosync.apps.reports.archiving:archive_reports",
    Kind.VERIFY: "photosync.apps.reports.verifying:verify_cycle",
}
"""Per kind, `module:function`; it takes the JobWork and returns counts."""


class JobCancelled(PhotoSyncError):
    """The job ends here; what it did before stays."""


@dataclass(slots=True)
class JobWork:
    """A claimed job, for whoever executes it: writes in `writing()`, and says how far it is."""

    job: ReportJob
    fence: int
    clock: Clock
    _done: int = field(default=0)

    @property
    def cycle(self) -> ReportingCycle:
        return self.job.cycle

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction in which this worker holds the job. Raises FencedOut when it does not."""
        with transaction.atomic():
            row = ReportJob.objects.select_for_update().order_by().values_list("fence", "state").get(pk=self.job.pk)
            if row != (self.fence, State.RUNNING):
                raise FencedOut(f"Job {self.job.pk} is no longer held by this worker; nothing more was written.")
            yield

    def expect(self, total: int) -> None:
        """Say how many steps there are; those that an earlier attempt did count from the beginning again."""
        self._done = 0
        self._tell(done=0, total=total)

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more are done. Raises JobCancelled when someone cancelled, FencedOut when it was taken."""
        self._done += steps
        self._tell(done=self._done)
        by = ReportJob.objects.values_list("cancel_requested_by", flat=True).get(pk=self.job.pk)
        if by:
            raise JobCancelled(_("Cancelled by %(by)s. What was done before stays.") % {"by": by})

    def _tell(self, **values: int) -> None:
        held = ReportJob.objects.filter(pk=self.job.pk, fence=self.fence, state=State.RUNNING)
        if not held.update(**values):
            raise FencedOut(f"Job {self.job.pk} is no longer held by this worker; nothing more was written.")


def request_job(
    cycle: ReportingCycle, kind: ReportJob.Kind, asked: Mapping[str, Any], *, by: str, now: datetime
) -> ReportJob:
    """Queue long work on `cycle`. Raises Refused while other work on the cycle goes on."""
    try:
        with transaction.atomic():
            _refuse_if_alive(cycle)
            return ReportJob.objects.create(cycle=cycle, kind=kind, asked=dict(asked), started_by=by, accepted_at=now)
    except IntegrityError:
        # Two asked at the same instant: the constraint let one through.
        _refuse_if_alive(cycle)
        raise


def _refuse_if_alive(cycle: ReportingCycle) -> None:
    alive = ReportJob.objects.filter(cycle=cycle, state__in=ALIVE).first()
    if alive is not None:
        words = {"cycle": cycle.name, "work": alive.get_kind_display(), "by": alive.started_by}
        raise Refused(
            _(
                "Other work on %(cycle)s goes on (%(work)s, asked for by %(by)s). Nothing was started. "
                "Wait until it has ended, or cancel it."
            )
            % words
        )


def job_numbered(job_id: int, cycle: ReportingCycle) -> ReportJob:
    """Return the job, where it is one of this cycle. Raises NotFound."""
    job = ReportJob.objects.filter(pk=job_id, cycle=cycle).select_related("cycle__school").first()
    if job is None:
        raise NotFound(_("There is no such work on %(cycle)s. Nothing was done.") % {"cycle": cycle.name})
    return job


def cancel_job(job: ReportJob, *, by: str, now: datetime) -> None:
    """End a queued job, and ask a running one to end. One that has ended stays as it is."""
    with transaction.atomic():
        stored = ReportJob.objects.select_for_update().get(pk=job.pk)
        if stored.state == State.QUEUED:
            stored.state, stored.finished_at = State.CANCELLED, now
            stored.explanation = _("Cancelled by %(by)s before it began.") % {"by": by}
        if stored.state in ALIVE:
            stored.cancel_requested_by = by[:200]
        stored.save(update_fields=("state", "finished_at", "explanation", "cancel_requested_by"))


def queued_jobs() -> list[int]:
    return list(ReportJob.objects.filter(state=State.QUEUED).order_by("pk").values_list("pk", flat=True))


def claim_job(job_id: int, worker: Worker, clock: Clock) -> JobWork | None:
    """Take a queued job; None where someone else took it. Whoever had it before can write nothing from now on."""
    with transaction.atomic():
        job = ReportJob.objects.select_for_update(of=("self",)).select_related("cycle__school").get(pk=job_id)
        if job.state != State.QUEUED:
            return None
        job.state, job.worker = State.RUNNING, worker
        job.fence += 1
        job.attempt += 1
        job.save(update_fields=("state", "worker", "fence", "attempt"))
    return JobWork(job, job.fence, clock)


def take_back_jobs(now: datetime, is_gone: Callable[[Worker], bool]) -> list[int]:
    """Put every job whose worker is gone back into the queue; return their ids. One that never ends is given up."""
    taken = []
    for job in ReportJob.objects.select_related("worker").filter(state=State.RUNNING).order_by("pk"):
        if job.worker is not None and not is_silent(job.worker, now) and not is_gone(job.worker):
            continue
        held = ReportJob.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence)
        if job.attempt >= MOST_ATTEMPTS:
            words = _(
                "The process that did this work ended %(number)d times before the work did, so it was given up. "
                "What was done until then stays. Look into the log for the reason, then start it again."
            ) % {"number": MOST_ATTEMPTS}
            held.update(state=State.FAILED, fence=job.fence + 1, explanation=words, finished_at=now)
        elif held.update(state=State.QUEUED, fence=job.fence + 1, worker=None):
            log.warning("work on reports taken back from a worker that is gone", job=job.pk)
            taken.append(job.pk)
    return taken


def execute_job(work: JobWork) -> None:
    """Do the work, and record how it ended. Never raises but for a database that is away."""
    state, explanation, outcome = State.DONE, "", {}
    try:
        outcome = dict(_work_of(work.job.kind)(work))
    except FencedOut as error:
        log.info("fenced out", job=work.job.pk, explanation=error.message)
        return
    except JobCancelled as error:
        state, explanation = State.CANCELLED, error.message
    except PhotoSyncError as error:
        state, explanation = State.FAILED, error.message
    except Exception as error:
        log.exception("fault in work on reports", job=work.job.pk)
        state = State.FAILED
        explanation = _(
            "Photo Sync met a fault of its own (%(fault)s). What was done until then is kept; the rest was not "
            "done. The log has the details."
        ) % {"fault": f"{type(error).__name__}: {error}"}
    _end(work, state, explanation, outcome)


def _end(work: JobWork, state: ReportJob.State, explanation: str, outcome: Mapping[str, Any]) -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        ReportJob.objects.filter(pk=work.job.pk, fence=work.fence, state=State.RUNNING).update(
            state=state, explanation=explanation, outcome=dict(outcome), finished_at=work.clock(), worker=None
        )
    except (DatabaseError, InterfaceError):
        # The next worker takes it up again once this one is silent.
        log.exception("the end of work on reports could not be recorded", job=work.job.pk)


def _work_of(kind: str) -> Callable[[JobWork], Mapping[str, Any]]:
    module, _separator, name = WORK[Kind(kind)].partition(":")
    found: Callable[[JobWork], Mapping[str, Any]] = getattr(import_module(module), name)
    return found
