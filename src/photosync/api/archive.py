"""/archived-reports: the report archive; and archiving, verifying and downloading the reports of a cycle."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, pdf_answer
from photosync.api.fields import LARGEST, AskedText, Body, Id, Number, SchoolCode, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.api.reporting import NEEDS, the_cycle
from photosync.api.reporting_shapes import JobShape
from photosync.api.shapes import Moment
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.store import photo_store
from photosync.apps.reports import archive
from photosync.apps.reports.archive import Audience, Wanted, archived_document
from photosync.apps.reports.archiving import Whose, request_archiving
from photosync.apps.reports.documents import job_document
from photosync.apps.reports.models import ArchivedReport
from photosync.apps.reports.verifying import request_verification
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.instants import local_date

router = Router(tags=["report archive"])
cycle_router = Router(tags=["report archive"])
SEES = Permission.PHOTO_VIEW
AskedAudience = Annotated[
    Literal["students", "parents"] | None,
    Query(None, description="Only what students or parents see by now; for ACAD: ARCHIVE, for a portal of theirs."),
]
CycleId = Annotated[int | None, Query(None, ge=1, le=LARGEST, description="The id of a reporting cycle.")]


class ArchivedPhoto(Schema):
    sha256: str
    size_bytes: int
    year: int | None
    printed: bool


class ArchivedShape(Schema):
    id: int
    number: int
    cycle: str
    cycle_id: int
    academic_year: int
    semester: str
    code: str
    name: str
    year_level: str
    roll_group: str
    origin: str
    file_name: str
    pdf_sha256: str
    pdf_bytes: int
    photo: ArchivedPhoto | None
    archived_at: Moment
    archived_by: str
    seal_before: str
    seal: str


class Archived(Schema):
    items: list[ArchivedShape]
    next: str | None


class Archiving(Body):
    """Which reports: of a year level, a roll group, or of people by their ids; without any, all that are there."""

    year_level: ShortText = ""
    roll_group: ShortText = ""
    people: Annotated[list[Number], Field(max_length=10_000)] = []


@router.get("/archived-reports", response=Archived, openapi_extra=told(SEES))
def list_reports(
    request: ApiRequest,
    school: SchoolCode = None,
    cycle: CycleId = None,
    year_level: AskedText = None,
    roll_group: AskedText = None,
    code: AskedText = None,
    search: AskedText = None,
    audience: AskedAudience = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List archived reports in the order in which they were archived. Without ACAD: ARCHIVE: those that staff see."""
    the_school = request.auth.school(school, SEES)
    wanted = Wanted(
        cycle_id=cycle,
        year_level=year_level or "",
        roll_group=roll_group or "",
        code=(code or "").strip(),
        search=search or "",
    )
    visible = archive.reports_for(_audience(request, the_school, audience), the_school, request.auth.now)
    rows = archive.found(visible, wanted)

    def shown(page: list[ArchivedReport]) -> list[dict[str, Any]]:
        return [archived_document(each, the_school.zone) for each in page]

    return answer(request, part(rows, shown, after=after, limit=limit))


@router.get("/archived-reports/{report_id}", response=ArchivedShape, openapi_extra=told(SEES))
def show_report(request: ApiRequest, report_id: Id, audience: AskedAudience = None) -> HttpResponse:
    """Show one archived report, with its seal."""
    report, _who = _the_report(request, report_id, audience)
    return answer(request, archived_document(report, report.school.zone))


@router.get("/archived-reports/{report_id}/pdf", openapi_extra=told(SEES))
def get_pdf(request: ApiRequest, report_id: Id, audience: AskedAudience = None) -> HttpResponse:
    """Get the PDF as it was archived. It is recorded that it was opened."""
    report, who = _the_report(request, report_id, audience)
    return pdf_answer(archive.open_pdf(report, who), archive.pdf_name(report))


@router.get("/archived-reports/{report_id}/photo", openapi_extra=told(SEES))
def get_photo(request: ApiRequest, report_id: Id) -> HttpResponse:
    """Get the photo that was archived with the report, as a JPEG file."""
    report, _who = _the_report(request, report_id, None)
    if not report.photo_sha256:
        raise NotFound(_("This report was archived without a photo."))
    content = photo_store().read_verified(report.photo_sha256)
    if report.person_id is not None:
        note_view(request.auth.token.owner_id, report.person_id, school_id=report.school_id, full=True)
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@cycle_router.post("/{cycle_id}/archive", response={202: JobShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def archive_reports(request: ApiRequest, cycle_id: Id, body: Archiving) -> HttpResponse:
    """Archive reports of a cycle for good. A job does it."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    members = tuple(cycle.members.filter(person__in=body.people).values_list("pk", flat=True))
    if body.people and not members:
        raise NotFound(_("None of these people is in the cycle. Nothing was started."))
    whose = Whose(year_level=body.year_level, roll_group=body.roll_group, member_ids=members)
    job = request_archiving(cycle, whose, by=request.auth.name, now=request.auth.now)
    return answer(request, job_document(job), status=202)


@cycle_router.post("/{cycle_id}/archive/verify", response={202: JobShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def verify(request: ApiRequest, cycle_id: Id) -> HttpResponse:
    """Hash the archived reports of a cycle anew, and check every seal of the school. A job does it and says more."""
    job = request_verification(the_cycle(request, cycle_id, NEEDS), by=request.auth.name, now=request.auth.now)
    return answer(request, job_document(job), status=202)


@cycle_router.get("/{cycle_id}/archive/zip", openapi_extra=told(NEEDS))
def get_zip(
    request: ApiRequest, cycle_id: Id, year_level: AskedText = None, roll_group: AskedText = None
) -> StreamingHttpResponse:
    """Get the archived reports of a cycle, or of a class of it, as a ZIP with an index."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    wanted = Wanted(cycle_id=cycle.pk, year_level=year_level or "", roll_group=roll_group or "")
    rows = archive.found(archive.reports_for(Audience.ARCHIVE, cycle.school, request.auth.now), wanted)
    number = rows.count()
    if not number:
        raise NotFound(_("No archived report is found with this."))
    archive.record_download(cycle, wanted, number)
    body = archive.reports_zip(rows, cycle.school, local_date(request.auth.now, cycle.school.zone))
    response = StreamingHttpResponse(body, content_type="application/zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _audience(request: ApiRequest, school: School, asked: str | None) -> Audience:
    """Return for whom is asked. Raises Problem (403) where the token may not ask for others."""
    keeps = NEEDS in request.auth.may(school)
    if asked is None:
        return Audience.ARCHIVE if keeps else Audience.STAFF
    if not keeps:
        raise Problem(403, _("What students and parents see is told with ACAD: ARCHIVE only. Nothing was done."))
    return Audience(asked)


def _the_report(request: ApiRequest, report_id: int, asked: str | None) -> tuple[ArchivedReport, Audience]:
    missing = NotFound(_("There is no archived report {number}.").format(number=report_id))
    report = ArchivedReport.objects.select_related("school").filter(pk=report_id).first()
    if report is None:
        raise missing
    request.auth.reach(report.school, SEES, missing)
    who = _audience(request, report.school, asked)
    if not archive.reports_for(who, report.school, request.auth.now).filter(pk=report_id).exists():
        raise missing
    return report, who
