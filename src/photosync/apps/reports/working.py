"""Ending long work on a reporting cycle because a person says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.reports.jobs import ALIVE, cancel_job
from photosync.apps.reports.models import ReportJob
from photosync.core.errors import Refused


def cancel_work(job: ReportJob, *, by: str, now: datetime) -> ReportJob:
    """Cancel the job, record who did, and return it as it is then. Raises Refused where it has ended."""
    with transaction.atomic():
        stored = ReportJob.objects.select_for_update(of=("self",)).select_related("cycle__school").get(pk=job.pk)
        if stored.state not in ALIVE:
            words = _("This work has ended already (%(state)s), so there is nothing to cancel.")
            raise Refused(words % {"state": stored.get_state_display().lower()})
        cancel_job(stored, by=by, now=now)
        kind = str(stored.get_kind_display())
        record(Act.CYCLE_WORK_CANCELLED, stored.cycle, school=stored.cycle.school, changes=[("work", kind, kind)])
    stored.refresh_from_db()
    return stored
