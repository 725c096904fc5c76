"""/reporting-cycles/{cycle_id}/imports: reports sent as PDFs, whose they are, and importing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, pdf_answer
from photosync.api.bodies import refuse_other_forms
from photosync.api.fields import NO_NUL, Body, Flag, Id, Number, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.reporting import NEEDS, the_cycle
from photosync.api.reporting_shapes import JobShape
from photosync.api.shapes import Moment
from photosync.apps.reports.archive import file_part
from photosync.apps.reports.documents import job_document
from photosync.apps.reports.finding import file_numbered
from photosync.apps.reports.importing import (
    begin_import,
    dismiss_file,
    drop_import,
    import_numbered,
    match_by_hand,
    request_import,
)
from photosync.apps.reports.imports import file_document, files_of, import_head
from photosync.apps.reports.models import CycleMember, ReportImport, UploadedReport
from photosync.apps.reports.stored_pdf import open_uploaded
from photosync.apps.reports.uploads import Upload
from photosync.core.errors import NotFound

router = Router(tags=["report archive"])
FORMS = ("application/pdf", "application/zip", "application/octet-stream")
CHUNK_BYTES = 1 << 20
SENT = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
OptionText = Annotated[str, Query("", max_length=300, pattern=NO_NUL)]
NameText = Annotated[
    str, Query("reports.zip", max_length=300, pattern=NO_NUL, description="How what is sent is called.")
]
FileState = Literal["matched", "by-hand", "unmatched", "duplicate", "refused", "dismissed", "imported"]


class ImportShape(Schema):
    id: int
    cycle: str
    state: str
    explanation: str
    named_by: dict[str, str]
    created_at: Moment
    created_by: str
    imported_at: Moment | None
    counts: dict[str, int]
    without_report: int


class ImportBegun(ImportShape):
    job: JobShape


class Imports(Schema):
    items: list[ImportShape]
    next: str | None


class FileShape(Schema):
    file: int
    name: str
    state: str
    code: str | None
    person: str | None
    reason: str
    size_bytes: int
    decided_by: str | None


class Files(Schema):
    items: list[FileShape]
    next: str | None


class MatchedWith(Body):
    """`person`: the id of a person in the cycle."""

    person: Number


def shown(made: ReportImport) -> dict[str, Any]:
    head = import_head(made)
    return {"id": head.pop("import"), **head}


@router.get("/{cycle_id}/imports", response=Imports, openapi_extra=told(NEEDS))
def list_imports(request: ApiRequest, cycle_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List what was uploaded for a reporting cycle, the latest first."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    rows = ReportImport.objects.filter(cycle=cycle).select_related("cycle__school")
    return answer(request, part(rows, lambda page: map(shown, page), after=after, limit=limit, newest_first=True))


@router.post("/{cycle_id}/imports", response={202: ImportBegun}, openapi_extra=told(NEEDS) | SENT)
def begin(
    request: ApiRequest,
    cycle_id: Id,
    name: NameText = "reports.zip",
    match: Literal["stem", "pattern", "index"] | None = None,
    pattern: OptionText = "",
    index: OptionText = "",
    key: OptionText = "",
    ignore_leading_zeros: Flag = "false",
) -> HttpResponse:
    """Send a PDF, or a ZIP of PDFs, up to 2 GB. A job reads it; nothing is imported before that is asked for.

    The form may be application/pdf or application/zip too: what it is, its content says.
    `index` is the name of an index file in the ZIP.
    """
    cycle = the_cycle(request, cycle_id, NEEDS)
    refuse_other_forms(request, FORMS)
    named_by = {"match": match, "pattern": pattern, "index": index, "key": key}
    if ignore_leading_zeros == "true":
        named_by["ignore_leading_zeros"] = "yes"
    with Upload() as upload:
        upload.add(name, _chunks(request))
        token = upload.keep()
        try:
            made, job = begin_import(cycle, token, named_by, by=request.auth.name, now=request.auth.now)
        except BaseException:
            upload.drop()
            raise
    where = f"/api/v1/reporting-cycles/{cycle.pk}/imports/{made.pk}"
    return answer(request, shown(made) | {"job": job_document(job)}, status=202, location=where)


def _chunks(request: ApiRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK_BYTES):
        yield chunk


@router.get("/{cycle_id}/imports/{import_id}", response=ImportShape, openapi_extra=told(NEEDS))
def show_import(request: ApiRequest, cycle_id: Id, import_id: Id) -> HttpResponse:
    """Show an import: how many of its files are in which state."""
    return answer(request, shown(import_numbered(import_id, the_cycle(request, cycle_id, NEEDS))))


@router.get("/{cycle_id}/imports/{import_id}/files", response=Files, openapi_extra=told(NEEDS))
def list_files(
    request: ApiRequest,
    cycle_id: Id,
    import_id: Id,
    state: FileState | None = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the files of an import: whose each is, or why it is nobody's."""
    made = import_numbered(import_id, the_cycle(request, cycle_id, NEEDS))
    rows = files_of(made, state or "")
    return answer(request, part(rows, lambda page: map(file_document, page), after=after, limit=limit))


@router.get("/{cycle_id}/imports/{import_id}/files/{file_id}/pdf", openapi_extra=told(NEEDS))
def get_file(request: ApiRequest, cycle_id: Id, import_id: Id, file_id: Id) -> HttpResponse:
    """Get an uploaded PDF as it came. It is recorded that it was opened."""
    file = _the_file(request, cycle_id, import_id, file_id)
    return pdf_answer(open_uploaded(file), file_part(file.name.rpartition("/")[2]))


@router.post(
    "/{cycle_id}/imports/{import_id}/files/{file_id}/match",
    response=FileShape,
    openapi_extra=told(NEEDS, once=True),
)
@idempotent
def match_file(request: ApiRequest, cycle_id: Id, import_id: Id, file_id: Id, body: MatchedWith) -> HttpResponse:
    """Say whose report an uploaded file is."""
    file = _the_file(request, cycle_id, import_id, file_id)
    member = CycleMember.objects.filter(cycle=cycle_id, person=body.person).select_related("person", "cycle").first()
    if member is None:
        told_ = _("There is no person {number} in this cycle. Nothing was changed.")
        raise NotFound(told_.format(number=body.person))
    match_by_hand(file, member, by=request.auth.name)
    file.refresh_from_db()
    return answer(request, file_document(file))


@router.post(
    "/{cycle_id}/imports/{import_id}/files/{file_id}/dismiss",
    response=FileShape,
    openapi_extra=told(NEEDS, once=True),
)
@idempotent
def dismiss(request: ApiRequest, cycle_id: Id, import_id: Id, file_id: Id) -> HttpResponse:
    """Say that an uploaded file is not to be imported."""
    file = _the_file(request, cycle_id, import_id, file_id)
    dismiss_file(file, by=request.auth.name)
    file.refresh_from_db()
    return answer(request, file_document(file))


@router.post("/{cycle_id}/imports/{import_id}/import", response={202: JobShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def import_(request: ApiRequest, cycle_id: Id, import_id: Id) -> HttpResponse:
    """Let what is matched become reports of the cycle, in place of those that are not archived. A job does it."""
    made = import_numbered(import_id, the_cycle(request, cycle_id, NEEDS))
    job = request_import(made, by=request.auth.name, now=request.auth.now)
    return answer(request, job_document(job), status=202)


@router.delete("/{cycle_id}/imports/{import_id}", response={204: None}, openapi_extra=told(NEEDS))
def drop(request: ApiRequest, cycle_id: Id, import_id: Id) -> HttpResponse:
    """Forget the uploaded files that are not imported. Reports that were imported stay."""
    drop_import(import_numbered(import_id, the_cycle(request, cycle_id, NEEDS)))
    return HttpResponse(status=204)


def _the_file(request: ApiRequest, cycle_id: int, import_id: int, file_id: int) -> UploadedReport:
    made = import_numbered(import_id, the_cycle(request, cycle_id, NEEDS))
    return file_numbered(made, file_id)
