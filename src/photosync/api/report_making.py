"""Reports that are made here: results from a CSV file, the design, a preview, and making them."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.bodies import LARGEST_FILE_BYTES, file_body
from photosync.api.fields import NO_NUL, AskedText, Body, Flag, Id, SchoolCode, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.problems import Problem
from photosync.api.reporting import the_cycle
from photosync.api.reporting_shapes import JobShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.reports.design import Design, design_document, design_of, save_design
from photosync.apps.reports.documents import job_document
from photosync.apps.reports.making import Making, design_picture, preview_report, request_making
from photosync.apps.reports.results import store_results
from photosync.apps.reports.results_file import parse_map
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import WrongUse

router = Router(tags=["making reports"])
NEEDS = Permission.ACAD_ARCHIVE
CSV_FORMS = ("text/csv", "text/plain", "application/octet-stream")
CREST_FORMS = ("image/png", "image/jpeg", "application/octet-stream")
CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
CREST = {
    "requestBody": {
        "required": True,
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in CREST_FORMS[:2]},
    }
}
Columns = Annotated[
    list[Annotated[str, Query(max_length=200, pattern=NO_NUL)]],
    Query([], max_length=100, description="COLUMN=FIELD, as often as needed, for columns whose names are not usual."),
]


class ResultsReportShape(Schema):
    preview: bool
    columns: dict[str, str]
    unknown_columns: list[str]
    counts: dict[str, int]
    refused: list[dict[str, Any]]
    unmatched: list[dict[str, Any]] = Field(description="Codes whose lines are for nobody in the cycle, and why.")
    without_results: list[str] = Field(description="The first of those in the cycle who have none.")


class DesignShape(Schema):
    heading: str
    footer: str
    signatories: list[str]
    crest: str | None = Field(description="The SHA-256 of the picture that is printed.")


class DesignChanges(Body):
    """What is left out, or null, stays as it is; an empty text has its usual words."""

    heading: ShortText | None = None
    footer: Annotated[str, Field(max_length=300, pattern=NO_NUL)] | None = None
    signatories: Annotated[list[ShortText], Field(max_length=3)] | None = None


class Asked(Body):
    """Of those who have results and whose report is not archived; empty texts narrow nothing."""

    year_level: ShortText = ""
    roll_group: ShortText = ""
    only_missing: bool = False
    replace_imported: bool = False


@router.post(
    "/reporting-cycles/{cycle_id}/results", response=ResultsReportShape, openapi_extra=told(NEEDS, once=True) | CSV
)
@idempotent
def results(
    request: ApiRequest,
    cycle_id: Id,
    preview: Flag = "false",
    replace: Flag = "false",
    map: Columns = [],  # noqa: A002, B006 - the name in the address; Ninja copies the default
) -> HttpResponse:
    """Store results: the body is a CSV file with a line for each subject of a student. A preview writes nothing.

    With `replace` the file is all there is of whom it names; without, it adds to what is stored.
    """
    cycle = the_cycle(request, cycle_id, NEEDS)
    content = file_body(request, CSV_FORMS)
    if len(content) > LARGEST_FILE_BYTES:
        raise Problem(413, _("The file is larger than 30 MB. Nothing was stored. Split it into several files."))
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        report = store_results(
            cycle,
            Path(file.name),
            given_columns=parse_map(map),
            replace=replace == "true",
            preview=preview == "true",
            by=request.auth.name,
            now=request.auth.now,
        )
    return answer(request, report.document())


@router.post("/reporting-cycles/{cycle_id}/reports", response={202: JobShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def make(request: ApiRequest, cycle_id: Id, body: Asked) -> HttpResponse:
    """Make reports from results, as long work on the cycle: look at it until it has ended."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    job = request_making(cycle, Making(**body.dict()), by=request.auth.name, now=request.auth.now)
    where = f"/api/v1/reporting-cycles/{cycle.pk}/jobs/{job.pk}"
    return answer(request, job_document(job), status=202, location=where)


@router.get("/reporting-cycles/{cycle_id}/report-preview", openapi_extra=told(NEEDS))
def preview_one(request: ApiRequest, cycle_id: Id, code: AskedText = None) -> HttpResponse:
    """Get the report of one student as it would be made now, as PDF. Without a code, of the first with results."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    shown = preview_report(cycle, (code or "").strip())
    if shown.shown_person_id is not None:
        note_view(request.auth.token.owner_id, shown.shown_person_id, school_id=cycle.school_id)
    return _file(shown.content, "application/pdf")


@router.get("/report-design", response=DesignShape, openapi_extra=told(NEEDS))
def show_design(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Show how reports look that are made here. Its ETag is needed to change it."""
    return answer(request, design_document(design_of(request.auth.school(school, NEEDS))))


@router.patch("/report-design", response=DesignShape, openapi_extra=told(NEEDS, if_match=True))
def change_design(request: ApiRequest, body: DesignChanges, school: SchoolCode = None) -> HttpResponse:
    """Change how reports look that are made here."""
    the_school = request.auth.school(school, NEEDS)
    given = {name: value for name, value in body.dict().items() if value is not None}
    if not given:
        raise WrongUse(_("No change was given. Nothing was done."))
    with transaction.atomic():
        School.objects.select_for_update().get(pk=the_school.pk)
        before = design_of(the_school)
        check_unchanged(request, design_document(before))
        design = Design.checked(
            given.get("heading", before.heading),
            given.get("footer", before.footer),
            given.get("signatories", before.signatories),
        )
        return answer(request, design_document(save_design(the_school, design)))


@router.post("/report-design/crest", response=DesignShape, openapi_extra=told(NEEDS, once=True) | CREST)
@idempotent
def set_crest(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Set the school's crest: the body is a PNG or JPEG picture."""
    the_school = request.auth.school(school, NEEDS)
    content = file_body(request, CREST_FORMS)
    if len(content) > LARGEST_FILE_BYTES:
        raise Problem(413, _("The picture is larger than 30 MB. Nothing was changed. Make it smaller."))
    return answer(request, design_document(save_design(the_school, None, crest=content)))


@router.delete("/report-design/crest", response=DesignShape, openapi_extra=told(NEEDS))
def remove_crest(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Print no crest any more."""
    the_school = request.auth.school(school, NEEDS)
    return answer(request, design_document(save_design(the_school, None, remove_crest=True)))


@router.get("/report-design/sample", openapi_extra=told(NEEDS))
def sample(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Get the first page of a report of nobody as PNG, to look at the design."""
    the_school = request.auth.school(school, NEEDS)
    year = academic_year_now(the_school, request.auth.now)
    return _file(design_picture(the_school, design_of(the_school), year), "image/png")


def _file(content: bytes, form: str) -> HttpResponse:
    response = HttpResponse(content, content_type=form)
    response.headers["Cache-Control"] = "private, no-store"
    return response
