"""Reporting > Results: upload a file, see what it would do, store it. Nothing is stored before the last step.

The file waits in the data folder, as a roster does; its token counts only where the session that uploaded it holds
it, for the cycle that it was uploaded for.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.roster.uploads import forget_old_uploads, forget_upload, keep_upload, uploaded
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.results import ResultsReport, store_results
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.web.csv_field import shown_name
from photosync.web.page import Crumb, render_page
from photosync.web.report_results_form import REPLACE, ResultsForm
from photosync.web.views.academic_reports import report_crumbs
from photosync.web.views.reporting import cycle_crumbs, the_cycle
from photosync.web.waiting_uploads import WaitingUploads
from photosync.web.workplace import Workplace, in_workplace

UPLOADS = WaitingUploads("results")
LINES_SHOWN = 200
NAMED = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """A results file that this session has uploaded for a cycle."""

    token: str
    name: str
    cycle: int
    replace: bool
    columns: dict[str, str]

    def told(self, error: PhotoSyncError) -> str:
        """Return what the service says, with the file's own name."""
        return error.message.replace(f"{self.token}.csv", self.name)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def results(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """Say who has results and who has none; choose a file."""
    cycle = the_cycle(workplace, cycle_id)
    forget_old_uploads(datetime.now(UTC))
    form = ResultsForm(request.POST, request.FILES) if request.method == "POST" else ResultsForm()
    if request.method == "POST" and form.is_valid():
        try:
            token = keep_upload(form.cleaned_data["file"].chunks())
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            given = form.cleaned_data
            waiting = Waiting(token, shown_name(given["file"]), cycle.pk, given["what"] == REPLACE, given["columns"])
            try:
                _run(request, cycle, waiting, preview=True)
            except PhotoSyncError as error:
                forget_upload(token)
                form.add_error("file", waiting.told(error))
            else:
                UPLOADS.remember(request, token, asdict(waiting))
                return HttpResponseRedirect(reverse("reporting-results-preview", args=[cycle.pk, token]))
    members = CycleMember.objects.filter(cycle=cycle, archived__isnull=True)
    without = members.filter(results__isnull=True)
    named = without.filter(person__protected=False).select_related("person")[:NAMED]
    context = {
        "form": form,
        "with_results": members.filter(results__isnull=False).count(),
        "without": without.count(),
        "named": [str(member.person) for member in named],
    }
    return _page(request, workplace, "web/report_results.html", cycle, context, title=_("Results"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def preview(request: HttpRequest, workplace: Workplace, cycle_id: int, token: str) -> HttpResponse:
    """Show what storing the file would do; store on POST."""
    cycle = the_cycle(workplace, cycle_id)
    refusal, report = "", None
    try:
        waiting = _waiting(request, cycle, token)
    except NotFound as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("reporting-results", args=[cycle.pk]))
    try:
        report = _run(request, cycle, waiting, preview=request.method != "POST")
    except PhotoSyncError as error:
        refusal = waiting.told(error)
    if report is not None and request.method == "POST":
        UPLOADS.forget(request, token)
        messages.success(request, _done(report))
        return HttpResponseRedirect(reverse("reporting-results", args=[cycle.pk]))
    context = {"waiting": waiting, "refusal": refusal, "report": report} | _shown(report)
    return _page(
        request, workplace, "web/report_results_preview.html", cycle, context, title=_("Preview of the results")
    )


def _run(request: HttpRequest, cycle: ReportingCycle, waiting: Waiting, *, preview: bool) -> ResultsReport:
    return store_results(
        cycle,
        uploaded(waiting.token),
        given_columns=waiting.columns,
        replace=waiting.replace,
        preview=preview,
        by=request.user.get_username(),
        now=datetime.now(UTC),
    )


def _done(report: ResultsReport) -> str:
    return _(
        "The results were stored: %(new)d students new, %(changed)d changed, %(unchanged)d unchanged; "
        "%(unmatched)d codes matched no one, %(refused)d lines were refused."
    ) % {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "unmatched": report.unmatched,
        "refused": report.refused,
    }


def _shown(report: ResultsReport | None) -> dict[str, Any]:
    if report is None:
        return {}
    return {
        "counts": [
            (_("Students, new"), report.new),
            (_("Changed"), report.changed),
            (_("Unchanged"), report.unchanged),
            (_("Codes without a match"), report.unmatched),
            (_("Lines refused"), report.refused),
        ],
        "columns": list(report.columns.items()),
        "unmatched": report.unmatched_shown[:LINES_SHOWN],
        "more_unmatched": max(report.unmatched - LINES_SHOWN, 0),
        "refusals": report.refusals[:LINES_SHOWN],
        "more_refusals": max(report.refused - LINES_SHOWN, 0),
        "would_change": report.new + report.changed > 0,
        "without_words": ngettext(
            "Afterwards %(number)d student in the cycle has no results.",
            "Afterwards %(number)d students in the cycle have no results.",
            report.without_results,
        )
        % {"number": report.without_results},
    }


def _waiting(request: HttpRequest, cycle: ReportingCycle, token: str) -> Waiting:
    """Raises NotFound where this session has not uploaded it for this cycle, or it is gone."""
    gone = NotFound(
        _(
            "This uploaded file is no longer here: its results were stored already, or it is more than a day old. "
            "Nothing was stored now. Upload the file again."
        )
    )
    known = UPLOADS.known(request, token)
    if known is None or known["cycle"] != cycle.pk:
        raise gone
    try:
        uploaded(token)
    except NotFound as error:
        raise gone from error
    return Waiting(**known)


def _page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    cycle: ReportingCycle,
    context: dict[str, Any],
    *,
    title: str,
) -> HttpResponse:
    before = [Crumb(_("Results"), reverse("reporting-results", args=[cycle.pk]))] if "waiting" in context else []
    return render_page(
        request,
        template,
        {"cycle": cycle, "is_open": cycle.state == ReportingCycle.State.OPEN} | context,
        title=title,
        workspace="academic-reports",
        crumbs=report_crumbs(*cycle_crumbs(cycle, *before, Crumb(title))),
        workplace=workplace,
    )
