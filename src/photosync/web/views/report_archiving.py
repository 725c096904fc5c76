"""Archiving the reports of a cycle, and verifying those that are archived."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.archiving import Whose, request_archiving
from photosync.apps.reports.models import CycleMember, ReportingCycle, ReportJob
from photosync.apps.reports.verifying import request_verification
from photosync.core.errors import PhotoSyncError
from photosync.web.page import Crumb
from photosync.web.report_pages import newest_work
from photosync.web.views.reporting import cycle_crumbs, reporting_page, the_cycle
from photosync.web.workplace import Workplace, in_workplace

LONGEST_VALUE = 32
Kind = ReportJob.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def archiving(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Say which reports; archive them on POST."""
    cycle = the_cycle(workplace, cycle_id)
    if request.method == "POST":
        whose = Whose(
            year_level=request.POST.get("year_level", "").replace("\0", "")[:LONGEST_VALUE],
            roll_group=request.POST.get("roll_group", "").replace("\0", "")[:LONGEST_VALUE],
        )
        try:
            request_archiving(cycle, whose, by=request.user.get_username(), now=datetime.now(UTC))
        except PhotoSyncError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("reporting-archive", args=[cycle.pk]))
    context = {
        "cycle": cycle,
        "groups": _groups(cycle),
        "work": newest_work(cycle, Kind.ARCHIVE, Kind.VERIFY),
        "is_open": cycle.state == ReportingCycle.State.OPEN,
    }
    title = _("Archive reports")
    crumbs = cycle_crumbs(cycle, Crumb(title))
    return reporting_page(
        request, workplace, "web/report_archiving.html", context | _totals(cycle), crumbs=crumbs, title=title
    )


_COUNTS = {
    "people": Count("pk"),
    "ready": Count("pk", filter=Q(archived__isnull=True, report__isnull=False)),
    "done": Count("archived"),
}


def _groups(cycle: ReportingCycle) -> list[dict[str, object]]:
    """Return how many are in each roll group, have a report that can be archived, and are archived."""
    rows = CycleMember.objects.filter(cycle=cycle).order_by("year_level", "roll_group")
    return [dict(row) for row in rows.values("year_level", "roll_group").annotate(**_COUNTS)]


def _totals(cycle: ReportingCycle) -> dict[str, int]:
    counts: dict[str, int] = CycleMember.objects.filter(cycle=cycle).order_by().aggregate(**_COUNTS)
    return counts | {"without": counts["people"] - counts["ready"] - counts["done"]}


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def verify(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Have the archived reports of the cycle hashed anew, and every seal of the school checked."""
    cycle = the_cycle(workplace, cycle_id)
    try:
        request_verification(cycle, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("reporting-archive", args=[cycle.pk]))
