"""Academic Reports > Reporting > a cycle > Import reports: upload, preview, match by hand, import."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.archive import file_part
from photosync.apps.reports.finding import file_numbered, offered_for, without_report
from photosync.apps.reports.importing import (
    READY,
    begin_import,
    counts_of,
    dismiss_file,
    drop_import,
    import_numbered,
    match_by_hand,
    request_import,
)
from photosync.apps.reports.models import CycleMember, ReportImport, ReportingCycle, ReportJob, UploadedReport
from photosync.apps.reports.stored_pdf import open_uploaded
from photosync.apps.reports.uploads import Upload
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.web.page import Crumb
from photosync.web.pdf_answer import pdf_answer
from photosync.web.report_pages import newest_work
from photosync.web.report_upload import ImportForm, KeepReports
from photosync.web.run_words import moment_words
from photosync.web.views.reporting import cycle_crumbs, reporting_page, the_cycle
from photosync.web.workplace import Workplace, in_workplace

State, Kind = UploadedReport.State, ReportJob.Kind
ROWS_PER_PAGE = 100
IMPORTS_SHOWN = 20
WITHOUT_SHOWN = 50
LONGEST_SEARCH = 100
LARGEST_PAGE = 100_000


@csrf_exempt  # the check reads the form, which must not begin before the upload is there; it is made below
@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def upload(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponseBase:
    """Choose files; with them, a job reads them."""
    cycle = the_cycle(workplace, cycle_id)
    if request.method != "POST":
        return _upload_page(request, workplace, cycle, ImportForm())
    with Upload() as kept:
        handler = KeepReports(kept)
        request.upload_handlers = [handler]

        @csrf_protect
        def uploaded(checked: HttpRequest) -> HttpResponse:
            return _uploaded(checked, workplace, cycle, kept, handler)

        return uploaded(request)


def _uploaded(
    request: HttpRequest, workplace: Workplace, cycle: ReportingCycle, kept: Upload, handler: KeepReports
) -> HttpResponse:
    form = ImportForm(request.POST)
    if handler.error is not None:
        form.add_error(None, handler.error.message)
    elif not kept.names:
        form.add_error(None, _("Choose PDFs, or a ZIP of them. Nothing was uploaded."))
    elif form.is_valid():
        try:
            named_by = form.named_by(handler.index)
            made, _job = begin_import(
                cycle, kept.keep(), named_by, by=request.user.get_username(), now=datetime.now(UTC)
            )
        except PhotoSyncError as error:
            kept.drop()
            form.add_error(None, error.message)
        else:
            return HttpResponseRedirect(reverse("reporting-import-preview", args=[cycle.pk, made.pk]))
    return _upload_page(request, workplace, cycle, form)


def _upload_page(request: HttpRequest, workplace: Workplace, cycle: ReportingCycle, form: ImportForm) -> HttpResponse:
    context = {
        "form": form,
        "cycle": cycle,
        "imports": [
            (made, moment_words(made.created_at, cycle.school.zone))
            for made in ReportImport.objects.filter(cycle=cycle)[:IMPORTS_SHOWN]
        ],
    }
    return _page(request, workplace, "web/report_upload.html", cycle, context, title=_("Import reports"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def preview(request: HttpRequest, workplace: Workplace, cycle_id: int, import_id: int) -> HttpResponse:
    """Show whose the files are; import on POST."""
    cycle = the_cycle(workplace, cycle_id)
    made = _the_import(cycle, import_id)
    if request.method == "POST":
        try:
            request_import(made, by=request.user.get_username(), now=datetime.now(UTC))
        except PhotoSyncError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("reporting-import-preview", args=[cycle.pk, made.pk]))
    counts = counts_of(made)
    state = _state_asked(request, counts)
    number = _number(request.GET.get("page", ""))
    files = UploadedReport.objects.filter(upload=made, state=state).select_related("member__person")
    start = (number - 1) * ROWS_PER_PAGE
    rows = list(files.order_by("name", "pk")[start : start + ROWS_PER_PAGE + 1])
    missing = without_report(cycle).exclude(
        pk__in=UploadedReport.objects.filter(upload=made, state__in=READY).values("member_id")
    )
    context = {
        "cycle": cycle,
        "made": made,
        "tabs": [(each, counts[each.value]) for each in State if counts.get(each.value)],
        "state": state,
        "files": rows[:ROWS_PER_PAGE],
        "can_decide": state in (State.UNMATCHED, State.DUPLICATE, State.DISMISSED, State.MATCHED, State.BY_HAND),
        "previous": number - 1,
        "next": number + 1 if len(rows) > ROWS_PER_PAGE else 0,
        "ready": sum(counts.get(each.value, 0) for each in READY),
        "replaced": _would_replace(made),
        "missing": list(missing[:WITHOUT_SHOWN]),
        "missing_number": missing.count(),
        "work": newest_work(cycle, Kind.READ_UPLOAD, Kind.IMPORT, import_id=made.pk),
    }
    return _page(request, workplace, "web/report_import.html", cycle, context, title=_("Preview of the import"))


def _would_replace(made: ReportImport) -> int:
    ready = UploadedReport.objects.filter(upload=made, state__in=READY, member__report__isnull=False)
    return ready.count()


def _state_asked(request: HttpRequest, counts: dict[str, int]) -> UploadedReport.State:
    asked = request.GET.get("state", "")
    if asked in State.values:
        return State(asked)
    # What needs a decision comes first.
    order = (State.UNMATCHED, State.DUPLICATE, State.REFUSED, State.MATCHED, State.BY_HAND, State.IMPORTED)
    return next((each for each in order if counts.get(each.value)), State.MATCHED)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def one_file(request: HttpRequest, workplace: Workplace, cycle_id: int, import_id: int, file_id: int) -> HttpResponse:
    """Say whose a file is, or that it is nobody's."""
    cycle = the_cycle(workplace, cycle_id)
    made = _the_import(cycle, import_id)
    try:
        file = file_numbered(made, file_id)
    except NotFound as error:
        raise Http404 from error
    back = f"{reverse('reporting-import-preview', args=[cycle.pk, made.pk])}?state={file.state}"
    refusal = ""
    if request.method == "POST":
        try:
            messages.success(request, _decided(request, cycle, file))
        except PhotoSyncError as error:
            refusal = error.message
        else:
            return HttpResponseRedirect(back)
    search = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    context = {
        "cycle": cycle,
        "made": made,
        "file": file,
        "back_url": back,
        "search": search,
        "offered": offered_for(file, search),
        "refusal": refusal,
    }
    return _page(request, workplace, "web/report_import_file.html", cycle, context, title=_("Whose report is it?"))


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def file_pdf(request: HttpRequest, workplace: Workplace, cycle_id: int, import_id: int, file_id: int) -> HttpResponse:
    """The uploaded PDF as it came: to see whose it is, and what an import would bring."""
    cycle = the_cycle(workplace, cycle_id)
    made = _the_import(cycle, import_id)
    try:
        file = file_numbered(made, file_id)
    except NotFound as error:
        raise Http404 from error
    try:
        return pdf_answer(open_uploaded(file), file_part(file.name.rpartition("/")[2]))
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("reporting-import-preview", args=[cycle.pk, made.pk]))


def _decided(request: HttpRequest, cycle: ReportingCycle, file: UploadedReport) -> str:
    by = request.user.get_username()
    if request.POST.get("dismiss"):
        dismiss_file(file, by=by)
        return _("%(name)s was dismissed: it is not imported.") % {"name": file.name}
    chosen = request.POST.get("member", "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        raise BadRequest
    member = CycleMember.objects.filter(cycle=cycle, pk=int(chosen)).select_related("person").first()
    if member is None:
        raise NotFound(_("This person is not in the cycle any more. Nothing was changed."))
    match_by_hand(file, member, by=by)
    return _("%(name)s is the report of %(person)s.") % {"name": file.name, "person": member.person}


@require_POST
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def drop(request: HttpRequest, workplace: Workplace, cycle_id: int, import_id: int) -> HttpResponse:
    """Forget the files of an import that are not imported."""
    cycle = the_cycle(workplace, cycle_id)
    made = _the_import(cycle, import_id)
    number = UploadedReport.objects.filter(upload=made).exclude(state=State.IMPORTED).count()
    try:
        drop_import(made)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        told = ngettext("%(number)d file was dropped.", "%(number)d files were dropped.", number)
        messages.success(request, told % {"number": number})
    return HttpResponseRedirect(reverse("reporting-import", args=[cycle.pk]))


def _the_import(cycle: ReportingCycle, import_id: int) -> ReportImport:
    try:
        return import_numbered(import_id, cycle)
    except NotFound as error:
        raise Http404 from error


def _number(text: str) -> int:
    return min(max(int(text), 1), LARGEST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    cycle: ReportingCycle,
    context: dict[str, Any],
    *,
    title: str,
) -> HttpResponse:
    is_first = template == "web/report_upload.html"
    above = [] if is_first else [Crumb(_("Import reports"), reverse("reporting-import", args=[cycle.pk]))]
    crumbs = cycle_crumbs(cycle, *above, Crumb(title))
    return reporting_page(request, workplace, template, context, crumbs=crumbs, title=title)
