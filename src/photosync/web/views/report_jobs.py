"""Long work on a reporting cycle: the part of a page that follows it, and the button that cancels it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.jobs import job_numbered
from photosync.apps.reports.models import ReportJob
from photosync.apps.reports.working import cancel_work
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.web.page import render_page
from photosync.web.report_jobs_shown import job_shown
from photosync.web.views.overview import STOP_POLLING
from photosync.web.views.reporting import the_cycle
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def job(request: HttpRequest, workplace: Workplace, cycle_id: int, job_id: int) -> HttpResponse:
    """How far the work is, for htmx. Once it has ended, the page is told to renew itself."""
    shown = job_shown(_the_job(workplace, cycle_id, job_id))
    may_change = Permission.ACAD_ARCHIVE in workplace.permissions
    response = render_page(request, "web/parts/report_job.html", {"job": shown, "may_change": may_change}, title="")
    if not shown.is_alive:
        response.status_code = STOP_POLLING
        response.headers["HX-Trigger-After-Settle"] = "report-job-ended"
    return response


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def cancel(request: HttpRequest, workplace: Workplace, cycle_id: int, job_id: int) -> HttpResponse:
    found = _the_job(workplace, cycle_id, job_id)
    try:
        ended = cancel_work(found, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        told = _("It ends after its next step. What was done before stays.")
        messages.success(request, ended.explanation or told)
    return HttpResponseRedirect(reverse("reporting-cycle", args=[cycle_id]))


def _the_job(workplace: Workplace, cycle_id: int, job_id: int) -> ReportJob:
    if job_id >= 2**63:
        raise Http404
    try:
        return job_numbered(job_id, the_cycle(workplace, cycle_id))
    except NotFound as error:
        raise Http404 from error
