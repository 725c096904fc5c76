"""/inputs/{input_id}/deliveries: files on their way into an input, sent in any order and gone on with at any time."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.bodies import file_body
from photosync.api.fields import NO_NUL, Id, told
from photosync.api.idempotency import idempotent
from photosync.api.input_shapes import (
    ArchiveShape,
    Begun,
    Deliveries,
    DeliveryShape,
    Held,
    Missing,
    NewArchive,
    SentShape,
)
from photosync.api.inputs import MANAGE, VIEW, the_input
from photosync.api.paging import After, Limit, part
from photosync.api.report_imports import SENT
from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs import delivering
from photosync.apps.inputs.delivering import LARGEST_ARCHIVE_BYTES, Sent, Wanted
from photosync.apps.inputs.documents import archive_document, delivery_document
from photosync.apps.inputs.models import DeliveredArchive, Delivery
from photosync.apps.inputs.queries import archive_numbered, delivery_numbered
from photosync.core.errors import Refused
from photosync.core.input_names import LONGEST_PATH
from photosync.core.people import quoted

router = Router(tags=["inputs"])
ONE = "/{input_id}/deliveries/{delivery_id}"
ARCHIVE = f"{ONE}/archives/{{archive_id}}"
FORMS = (
    "application/octet-stream",
    *("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/tiff", "image/bmp", "image/gif"),
    *("text/plain", "text/csv"),
)
PathText = Annotated[
    str, Query(..., min_length=1, max_length=2 * LONGEST_PATH, pattern=NO_NUL, description="With / between folders.")
]
Offset = Annotated[int, Query(..., ge=0, le=LARGEST_ARCHIVE_BYTES, description="Where in the ZIP this part begins.")]
Digest = Annotated[str, Query("", pattern="^([0-9a-fA-F]{64})?$", description="SHA-256 of the part, to check it.")]


@router.get("/{input_id}/deliveries", response=Deliveries, openapi_extra=told(VIEW))
def list_deliveries(request: ApiRequest, input_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the deliveries into an input, the latest first."""
    found = the_input(request, input_id, VIEW)
    rows = Delivery.objects.filter(input=found).select_related("input__school").prefetch_related("archives")
    listed = part(rows, lambda page: map(delivery_document, page), after=after, limit=limit, newest_first=True)
    return answer(request, listed)


@router.post("/{input_id}/deliveries", response={201: DeliveryShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def begin(request: ApiRequest, input_id: Id, body: Begun) -> HttpResponse:
    """Begin a delivery. A sync sees nothing of it before it is finished; abandoned, it is dropped after a week."""
    found = the_input(request, input_id, MANAGE)
    made = delivering.begin_delivery(found, mode=body.mode, by=request.auth.name, now=request.auth.now)
    where = f"/api/v1/inputs/{found.pk}/deliveries/{made.pk}"
    return answer(request, delivery_document(made), status=201, location=where)


@router.get(ONE, response=DeliveryShape, openapi_extra=told(VIEW))
def show_delivery(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Show a delivery: how far it is, or what it did and which files were not taken."""
    return answer(request, delivery_document(_delivery(request, input_id, delivery_id, VIEW)))


@router.post(f"{ONE}/missing", response=Missing, openapi_extra=told(MANAGE))
def missing(request: ApiRequest, input_id: Id, delivery_id: Id, body: Held) -> HttpResponse:
    """Say which of these files are still to be sent: those not here with this path, size and, if given, hash."""
    delivery = _delivery(request, input_id, delivery_id, MANAGE)
    wanted = [Wanted(each.path, each.size_bytes, each.sha256) for each in body.files]
    return answer(request, {"missing": delivering.missing_of(delivery, wanted)})


@router.put(f"{ONE}/file", response=SentShape, openapi_extra=told(MANAGE) | SENT)
def put_file(request: ApiRequest, input_id: Id, delivery_id: Id, path: PathText) -> HttpResponse:
    """Send one file, up to 30 MB. Sent again, it takes the place of the first."""
    delivery = _delivery(request, input_id, delivery_id, MANAGE)
    content = file_body(request, FORMS)
    sent = delivering.deliver_file(delivery, path, content, now=request.auth.now)
    if sent.state == Sent.REFUSED:
        raise Refused(_("{path} was not taken. {reason}").format(path=quoted(sent.path), reason=sent.reason))
    return answer(request, {"path": sent.path, "state": sent.state, "reason": sent.reason})


@router.post(f"{ONE}/archives", response={201: ArchiveShape}, openapi_extra=told(MANAGE))
def begin_archive(request: ApiRequest, input_id: Id, delivery_id: Id, body: NewArchive) -> HttpResponse:
    """Begin to send a ZIP, or go on with the one of this name and size: `received_bytes` says where."""
    delivery = _delivery(request, input_id, delivery_id, MANAGE)
    archive = delivering.begin_archive(delivery, body.name, body.size_bytes, now=request.auth.now)
    return answer(request, archive_document(archive), status=201)


@router.put(ARCHIVE, response=ArchiveShape, openapi_extra=told(MANAGE) | SENT)
def put_part(
    request: ApiRequest, input_id: Id, delivery_id: Id, archive_id: Id, offset: Offset, sha256: Digest = ""
) -> HttpResponse:
    """Send a part of a ZIP, up to 8 MB. The next one begins at `received_bytes` of the answer."""
    archive = _archive(request, input_id, delivery_id, archive_id)
    content = file_body(request, ("application/octet-stream", "application/zip"))
    received = delivering.deliver_part(archive, offset, content, sha256=sha256, now=request.auth.now)
    return answer(request, archive_document(archive) | {"received_bytes": received})


@router.delete(ARCHIVE, response={204: None}, openapi_extra=told(MANAGE))
def take_out_archive(request: ApiRequest, input_id: Id, delivery_id: Id, archive_id: Id) -> HttpResponse:
    """Take a ZIP out of an open delivery."""
    delivering.take_out_archive(_archive(request, input_id, delivery_id, archive_id))
    return HttpResponse(status=204)


@router.post(f"{ONE}/finish", response={202: DeliveryShape}, openapi_extra=told(MANAGE))
def finish(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Let what was delivered be in the input, all of it at once. Where there are ZIPs, a worker unpacks them first:

    then look at the delivery until it is done, or open again with an explanation.
    """
    delivery = _delivery(request, input_id, delivery_id, MANAGE)
    ended = delivering.finish_delivery(delivery, by=request.auth.name, now=request.auth.now)
    return answer(request, delivery_document(ended), status=202)


@router.delete(ONE, response={204: None}, openapi_extra=told(MANAGE))
def drop(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Drop a delivery that is not finished. The input stays as it is."""
    delivery = _delivery(request, input_id, delivery_id, MANAGE)
    delivering.drop_delivery(delivery, by=request.auth.name, now=request.auth.now)
    return HttpResponse(status=204)


def _delivery(request: ApiRequest, input_id: int, delivery_id: int, needs: Permission) -> Delivery:
    return delivery_numbered(delivery_id, the_input(request, input_id, needs))


def _archive(request: ApiRequest, input_id: int, delivery_id: int, archive_id: int) -> DeliveredArchive:
    return archive_numbered(archive_id, _delivery(request, input_id, delivery_id, MANAGE))
