"""What the pages of importing, archiving and the archive have in common: how long work on reports is told."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from photosync.apps.reports.finding import latest_job
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.web.report_jobs_shown import JobShown, job_shown

OUTCOME_WORDS: dict[str, str | Promise] = {
    "archived": _("archived"),
    "without_photo": _("of them without a photo"),
    "damaged": _("damaged"),
    "missing": _("missing"),
    "broken_seals": _("with a broken seal"),
    "checked": _("checked"),
    "imported": _("imported"),
    "replaced": _("replaced"),
    "unchanged": _("as they were"),
    "refused": _("refused"),
    "matched": _("matched"),
    "unmatched": _("unmatched"),
    "duplicate": _("duplicate"),
}


@dataclass(frozen=True, slots=True)
class WorkShown:
    """The newest work of a page, and what it could not do."""

    job: JobShown
    problems: tuple[str, ...]


def newest_work(cycle: ReportingCycle, *kinds: ReportJob.Kind, import_id: int | None = None) -> WorkShown | None:
    """Return the newest work of these kinds on the cycle; with `import_id` only where it is of that import."""
    job = latest_job(cycle, *kinds)
    if job is None or (import_id is not None and job.asked.get("import") != import_id):
        return None
    return WorkShown(job_shown(job, OUTCOME_WORDS), tuple(str(each) for each in job.outcome.get("problems", ())))
