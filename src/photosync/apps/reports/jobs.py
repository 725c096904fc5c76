"""Long work on a reporting cycle: asked for, executed in steps that say how far it is, cancelled.

What a kind of job does is in the module that `WORK` names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from photosync.apps.long_work import UNDER_WAY, ClaimedWork
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.core.errors import NotFound, PhotoSyncError, Refused

Kind, State = ReportJob.Kind, ReportJob.State
ALIVE = UNDER_WAY
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


@dataclass
class JobWork(ClaimedWork[ReportJob]):
    """A claimed job, for whoever executes it: writes in `writing()`, and says how far it is."""

    _done: int = field(default=0, init=False)

    called = "Job"
    model = ReportJob
    related = ("cycle__school",)
    most_attempts = MOST_ATTEMPTS

    @property
    def job(self) -> ReportJob:
        return self.row

    @property
    def cycle(self) -> ReportingCycle:
        return self.row.cycle

    def expect(self, total: int) -> None:
        """Say how many steps there are; those that an earlier attempt did count from the beginning again."""
        self._done = 0
        self.tell(done=0, total=total)

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more are done. Raises JobCancelled when someone cancelled, FencedOut when it was taken."""
        self._done += steps
        self.tell(done=self._done)
        by = ReportJob.objects.values_list("cancel_requested_by", flat=True).get(pk=self.row.pk)
        if by:
            raise JobCancelled(_("Cancelled by %(by)s. What was done before stays.") % {"by": by})

    def break_off(self, explanation: str) -> None:
        self.end(state=State.FAILED, explanation=explanation, finished_at=self.clock())

    @staticmethod
    def words_when_given_up() -> str:
        return _(
            "The process that did this work ended %(number)d times before the work did, so it was given up. "
            "What was done until then stays. Look into the log for the reason, then start it again."
        ) % {"number": MOST_ATTEMPTS}

    @staticmethod
    def words_of_fault(error: Exception) -> str:
        return _(
            "Photo Sync met a fault of its own (%(fault)s). What was done until then is kept; the rest was not "
            "done. The log has the details."
        ) % {"fault": f"{type(error).__name__}: {error}"}


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


def execute_job(work: JobWork) -> None:
    """Do the work, and record how it ended. Never raises but for a database that is away."""
    with work.carried_out():
        try:
            outcome = dict(_work_of(work.job.kind)(work))
        except JobCancelled as error:
            work.end(state=State.CANCELLED, explanation=error.message, finished_at=work.clock())
        else:
            work.end(state=State.DONE, outcome=outcome, finished_at=work.clock())


def _work_of(kind: str) -> Callable[[JobWork], Mapping[str, Any]]:
    module, _separator, name = WORK[Kind(kind)].partition(":")
    found: Callable[[JobWork], Mapping[str, Any]] = getattr(import_module(module), name)
    return found
