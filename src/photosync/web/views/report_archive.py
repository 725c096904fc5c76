"""Academic Reports > Report archive: found by name, class and cycle; opened; a class as a ZIP.

Who keeps the archive sees all of it; every other member of staff what the cycle's date for staff has opened.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.store import photo_store
from photosync.apps.people.queries import values_in_use
from photosync.apps.people.wording import level_words
from photosync.apps.reports.archive import (
    Audience,
    Wanted,
    after,
    file_part,
    found,
    open_pdf,
    pdf_name,
    record_download,
    reports_for,
    reports_zip,
    the_report,
)
from photosync.apps.reports.models import ArchivedReport, ReportingCycle
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.core.wording import date_words, time_words
from photosync.web.faces_wall import natural_order
from photosync.web.list_choices import Choice
from photosync.web.page import Crumb, render_page
from photosync.web.pdf_answer import pdf_answer
from photosync.web.views.reporting import the_cycle
from photosync.web.workplace import Workplace, in_workplace

ROWS_PER_PAGE = 50
LONGEST_VALUE = 100
CYCLES_OFFERED = 200


def audience_of(workplace: Workplace) -> Audience:
    return Audience.ARCHIVE if Permission.ACAD_ARCHIVE in workplace.permissions else Audience.STAFF


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def report_archive(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The list, 50 reports at a time, each page from where the one before ended."""
    school, now = workplace.the_school, datetime.now(UTC)
    audience = audience_of(workplace)
    visible = reports_for(audience, school, now)
    cycles = _cycles_offered(workplace, audience, now)
    wanted = _wanted(request)
    rows = found(visible, wanted)
    last = visible.filter(pk=_id(request.GET.get("after", ""))).first()
    if last is not None:
        rows = after(rows, last)
    shown = list(rows[: ROWS_PER_PAGE + 1])
    query = _query(wanted)
    more = len(shown) > ROWS_PER_PAGE
    cycle = next((each for each in cycles if each.pk == wanted.cycle_id), None)
    context = {
        "wanted": wanted,
        "filters": _filters(workplace, wanted, cycles),
        "reports": shown[:ROWS_PER_PAGE],
        "next_url": f"?{query}&after={shown[ROWS_PER_PAGE - 1].pk}".replace("?&", "?") if more else "",
        "first_url": f"?{query}" if last is not None else "",
        "keeps_archive": audience is Audience.ARCHIVE,
        "cycle": cycle,
        "zip_url": _zip_url(cycle, wanted) if audience is Audience.ARCHIVE and cycle is not None else "",
    }
    return _page(request, workplace, "web/report_archive.html", context, title=_("Report archive"))


def _wanted(request: HttpRequest) -> Wanted:
    texts = {name: _text(request.GET.get(name, "")) for name in ("year_level", "roll_group")}
    return Wanted(cycle_id=_id(request.GET.get("cycle", "")) or None, search=_text(request.GET.get("q", "")), **texts)


def _text(value: str) -> str:
    return value.replace("\0", "").strip()[:LONGEST_VALUE]


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _query(wanted: Wanted) -> str:
    asked = {
        "q": wanted.search,
        "cycle": str(wanted.cycle_id or ""),
        "year_level": wanted.year_level,
        "roll_group": wanted.roll_group,
    }
    return urlencode({name: value for name, value in asked.items() if value})


def _cycles_offered(workplace: Workplace, audience: Audience, now: datetime) -> list[ReportingCycle]:
    cycles = ReportingCycle.objects.filter(school=workplace.the_school)
    if audience is Audience.STAFF:
        cycles = cycles.filter(staff_from__lte=local_date(now, workplace.the_school.zone))
    return list(cycles[:CYCLES_OFFERED])


def _filters(workplace: Workplace, wanted: Wanted, cycles: list[ReportingCycle]) -> list[Choice]:
    named = [(str(each.pk), each.name) for each in cycles]
    words = {"year_level": _("Year level"), "roll_group": _("Roll group")}
    choices = [Choice("cycle", _("Reporting cycle"), (("", _("All")), *named), str(wanted.cycle_id or ""))]
    for name in ("year_level", "roll_group"):
        chosen = getattr(wanted, name)
        known = values_in_use(workplace.the_school, PersonKind.STUDENT, name) | _values_archived(wanted, name)
        values = sorted(known | ({chosen} if chosen else set()), key=natural_order)
        told = level_words if name == "year_level" else str
        listed = (("", _("All")), *((value, told(value)) for value in values))
        choices.append(Choice(name, words[name], listed, chosen))
    return choices


def _values_archived(wanted: Wanted, name: str) -> set[str]:
    """Return the classes of the chosen cycle: years later there may be none of that name any more."""
    if wanted.cycle_id is None:
        return set()
    rows = ArchivedReport.objects.filter(cycle=wanted.cycle_id).exclude(**{name: ""})
    return set(rows.order_by().values_list(name, flat=True).distinct())


def _zip_url(cycle: ReportingCycle, wanted: Wanted) -> str:
    groups = {name: value for name in ("year_level", "roll_group") if (value := getattr(wanted, name))}
    address = reverse("reporting-archive-zip", args=[cycle.pk])
    return f"{address}?{urlencode(groups)}" if groups else address


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def archived_report(request: HttpRequest, workplace: Workplace, report_id: int) -> HttpResponse:
    """One report: the PDF, the photo beside it, who archived it and when, and its seal."""
    report = _report(workplace, report_id)
    at = report.archived_at.astimezone(workplace.the_school.zone)
    context = {
        "report": report,
        "archived_day": date_words(at.date()),
        "archived_time": time_words(at),
        "keeps_archive": audience_of(workplace) is Audience.ARCHIVE,
        "others": _others(workplace, report),
    }
    title = _("Report of %(name)s") % {"name": report.person_name}
    return _page(request, workplace, "web/archived_report.html", context, title=title)


def _others(workplace: Workplace, report: ArchivedReport) -> list[ArchivedReport]:
    rows = reports_for(audience_of(workplace), workplace.the_school, datetime.now(UTC))
    return list(rows.filter(person_code=report.person_code).exclude(pk=report.pk).order_by("-number")[:ROWS_PER_PAGE])


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def archived_pdf(request: HttpRequest, workplace: Workplace, report_id: int) -> HttpResponse:
    """The PDF as it was archived."""
    report = _report(workplace, report_id)
    try:
        content = open_pdf(report, audience_of(workplace))
    except PhotoSyncError as error:
        return _page(request, workplace, "web/report_lost.html", {"told": error.message}, title=_("Report archive"))
    return pdf_answer(content, pdf_name(report), is_download=request.GET.get("download") == "yes")


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def archived_photo(request: HttpRequest, workplace: Workplace, report_id: int) -> HttpResponse:
    """The photo that was archived with the report."""
    report = _report(workplace, report_id)
    if not report.photo_sha256:
        raise Http404
    try:
        content = photo_store().read_verified(report.photo_sha256)
    except PhotoSyncError as error:
        raise Http404 from error
    if report.person_id is not None:
        note_view(request.user.pk, report.person_id, school_id=report.school_id, full=True)
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def archive_zip(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponseBase:
    """Every archived report of the cycle, or of one class of it, with an index."""
    school, now = workplace.the_school, datetime.now(UTC)
    cycle = the_cycle(workplace, cycle_id)
    texts = {name: _text(request.GET.get(name, "")) for name in ("year_level", "roll_group")}
    wanted = Wanted(cycle_id=cycle.pk, **texts)
    rows = found(reports_for(Audience.ARCHIVE, school, now), wanted)
    number = rows.count()
    if not number:
        raise Http404
    if request.method == "GET":
        record_download(cycle, wanted, number)
    name = file_part(" ".join(filter(None, (cycle.name, wanted.year_level, wanted.roll_group))))
    body = reports_zip(rows, school, local_date(now, school.zone))
    response = StreamingHttpResponse(body, content_type="application/zip")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, f"{name}.zip"))  # noqa: FBT003
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _report(workplace: Workplace, report_id: int) -> ArchivedReport:
    try:
        return the_report(audience_of(workplace), workplace.the_school, report_id, datetime.now(UTC))
    except NotFound as error:
        raise Http404 from error


def _page(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any], *, title: str
) -> HttpResponse:
    above = [] if template == "web/report_archive.html" else [Crumb(_("Report archive"), reverse("report-archive"))]
    way = [Crumb(_("Academic Reports"), reverse("academic-reports")), *above, Crumb(title)]
    if workplace.may_see_sync:
        way.insert(0, Crumb(_("Administration Workspace"), reverse("administration")))
    return render_page(
        request, template, context, title=title, workspace="academic-reports", crumbs=way, workplace=workplace
    )
