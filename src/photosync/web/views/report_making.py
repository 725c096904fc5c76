"""Reporting > Make reports: look at one first, choose whose, and see how far the work is."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.people.wording import level_words
from photosync.apps.reports.jobs import ALIVE
from photosync.apps.reports.making import Making, preview_report, request_making
from photosync.apps.reports.models import CycleMember, Origin, Report, ReportingCycle, ReportJob, ReportResults
from photosync.core.errors import PhotoSyncError
from photosync.core.wording import date_words, time_words
from photosync.printing import printing_available
from photosync.web.page import Crumb, render_page
from photosync.web.pdf_answer import pdf_answer
from photosync.web.views.academic_reports import report_crumbs
from photosync.web.views.reporting import cycle_crumbs, the_cycle
from photosync.web.workplace import Workplace, in_workplace

LONGEST_GROUP = 32
LONGEST_CODE = 64


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def make(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    cycle = the_cycle(workplace, cycle_id)
    if request.method == "POST":
        try:
            job = request_making(cycle, _asked(request), by=request.user.get_username(), now=datetime.now(UTC))
        except PhotoSyncError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The reports are being made (work %(number)d).") % {"number": job.pk})
        return HttpResponseRedirect(reverse("reporting-make", args=[cycle.pk]))
    context = {
        "cycle": cycle,
        "is_open": cycle.state == ReportingCycle.State.OPEN,
        "can_print": printing_available(),
        **_counted(cycle),
        **_work(cycle),
    }
    return render_page(
        request,
        "web/report_make.html",
        context,
        title=_("Make reports"),
        workspace="academic-reports",
        crumbs=report_crumbs(*cycle_crumbs(cycle, Crumb(_("Make reports")))),
        workplace=workplace,
    )


def _counted(cycle: ReportingCycle) -> dict[str, object]:
    """Return how many reports can be made and are there, and the groups that any can be made for."""
    members = CycleMember.objects.filter(cycle=cycle, archived__isnull=True).order_by()
    # From the results and reports to their members: in a very large cycle that is quicker than the other way.
    ready = members.filter(pk__in=ReportResults.objects.values("member_id"))
    groups = list(ready.values_list("year_level", "roll_group").annotate(Count("pk")))
    with_results = sum(number for _level, _roll, number in groups)
    levels = sorted({level for level, _roll, _number in groups} - {""}, key=lambda each: (len(each), each))
    reports = dict(Report.objects.filter(member__in=members).values_list("origin").annotate(Count("pk")).order_by())
    return {
        "counts": [
            (_("With results"), with_results),
            (_("Without results"), members.count() - with_results),
            (_("Reports made here"), reports.get(Origin.MADE, 0)),
            (_("Imported reports"), reports.get(Origin.IMPORTED, 0)),
        ],
        "has_results": with_results > 0,
        "levels": [(each, level_words(each)) for each in levels],
        "groups": sorted({roll for _level, roll, _number in groups} - {""}),
    }


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def live(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """How far the latest work is, as a part of the page."""
    cycle = the_cycle(workplace, cycle_id)
    work = _work(cycle)
    response = render_page(
        request,
        "web/parts/report_making.html",
        {"cycle": cycle, **work},
        title=_("Make reports"),
        workplace=workplace,
    )
    if not work.get("is_alive"):
        response.headers["HX-Trigger-After-Settle"] = "report-job-ended"
    return response


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def preview(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """One report as it would be made now, as PDF; it is stored nowhere."""
    cycle = the_cycle(workplace, cycle_id)
    try:
        shown = preview_report(cycle, request.GET.get("code", "").replace("\0", "").strip()[:LONGEST_CODE])
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("reporting-make", args=[cycle.pk]))
    if shown.shown_person_id is not None:
        note_view(request.user.pk, shown.shown_person_id, school_id=cycle.school_id)
    return pdf_answer(shown.content, shown.name)


def _asked(request: HttpRequest) -> Making:
    sent = request.POST
    return Making(
        year_level=sent.get("year_level", "")[:LONGEST_GROUP].replace("\0", ""),
        roll_group=sent.get("roll_group", "")[:LONGEST_GROUP].replace("\0", ""),
        only_missing="only_missing" in sent,
        replace_imported="replace_imported" in sent,
    )


def _work(cycle: ReportingCycle) -> dict[str, object]:
    """Return how far the latest making is, in words."""
    job = ReportJob.objects.filter(cycle=cycle, kind=ReportJob.Kind.MAKE).order_by("-pk").first()
    if job is None:
        return {"job": None}
    ended = job.finished_at.astimezone(cycle.school.zone) if job.finished_at else None
    return {
        "job": job,
        "is_alive": job.state in ALIVE,
        "asked": Making.of_job(job.asked).words(),
        "percent": job.done * 100 // job.total if job.total else None,
        "ended": f"{date_words(ended.date())}, {time_words(ended)}" if ended else "",
        "outcome": _outcome(job),
    }


def _outcome(job: ReportJob) -> list[tuple[int, str]]:
    words = {
        "made": _("made"),
        "unchanged": _("as they were, so not made again"),
        "without_photo": _("of them without a photo"),
        "with_missing_signs": _("with signs that no font of this server has: boxes stand in their place"),
    }
    return [(job.outcome[name], said) for name, said in words.items() if name in job.outcome]
