"""Long work on a reporting cycle as pages show it: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.reports.jobs import ALIVE
from photosync.apps.reports.models import ReportJob
from photosync.web.badge import Badge
from photosync.web.run_words import moment_words

KINDS = {
    ReportJob.State.QUEUED: "waiting",
    ReportJob.State.RUNNING: "waiting",
    ReportJob.State.DONE: "active",
    ReportJob.State.FAILED: "failing",
    ReportJob.State.CANCELLED: "disabled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShown:
    """`percent` is None while it is not known how much there is to do."""

    cycle_id: int
    job_id: int
    words: str
    badge: Badge
    is_alive: bool
    done: int
    total: int
    percent: int | None
    told: str
    counts: tuple[tuple[int, str], ...]


def job_shown(job: ReportJob, outcome_words: Mapping[str, Any] | None = None) -> JobShown:
    """Return the work as it is now. `outcome_words` are the words for what it counted; else its names."""
    state = ReportJob.State(job.state)
    alive = state in ALIVE
    words = outcome_words or {}
    counts = [
        (number, str(words.get(name, name.replace("_", " "))))
        for name, number in job.outcome.items()
        if isinstance(number, int) and not isinstance(number, bool)
    ]
    return JobShown(
        cycle_id=job.cycle_id,
        job_id=job.pk,
        words=str(job.get_kind_display()),
        badge=_badge(job, state),
        is_alive=alive,
        done=job.done,
        total=job.total,
        percent=min(100, job.done * 100 // job.total) if job.total and state == ReportJob.State.RUNNING else None,
        told=_told(job, alive=alive),
        counts=tuple(counts),
    )


def _badge(job: ReportJob, state: ReportJob.State) -> Badge:
    """Work that was done and found the archive, or a report on the way into it, damaged is no good news."""
    is_of_archive = job.kind in (ReportJob.Kind.VERIFY, ReportJob.Kind.ARCHIVE)
    if state == ReportJob.State.DONE and is_of_archive and job.outcome.get("problems"):
        return Badge("failing", _("Problems found"))
    return Badge(KINDS[state], str(state.label))


def _told(job: ReportJob, *, alive: bool) -> str:
    if not alive:
        ended = moment_words(job.finished_at, job.cycle.school.zone) if job.finished_at else ""
        return f"{ended}. {job.explanation}".strip(". ") + "." if job.explanation or ended else ""
    if job.cancel_requested_by:
        return _("%(who)s cancelled it: it ends after its next step.") % {"who": job.cancel_requested_by}
    if job.state == ReportJob.State.QUEUED:
        return _("It begins as soon as a worker is free. One runs while photosync serve does.")
    return _("Asked for by %(who)s. You may leave this page; it goes on.") % {"who": job.started_by}
