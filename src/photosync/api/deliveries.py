"""/inputs/{input_id}/deliveries: files on their way into an input, sent in any order and gone on with at any time.

A token that may only deliver (SYNC: DELIVER) begins deliveries that add, and reaches those alone that it began.
"""

from __future__ import annotations

from typing import Annotated, Any

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
    MatchesShape,
    Missing,
    NewArchive,
    SentShape,
)
from photosync.api.inputs import MANAGE, VIEW, the_input
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.api.report_imports import SENT
from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs import delivering, delivering_zips
from photosync.apps.inputs.delivering import Sent, Wanted
from photosync.apps.inputs.delivering_zips import LARGEST_ARCHIVE_BYTES
from photosync.apps.inputs.documents import archive_document, delivery_document
from photosync.apps.inputs.matching import matches_of
from photosync.apps.inputs.models import DeliveredArchive, Delivery, Input
from photosync.apps.inputs.queries import archive_numbered, delivery_numbered, no_such_delivery
from photosync.core.errors import Refused
from photosync.core.input_names import LONGEST_PATH
from photosync.core.people import quoted

router = Router(tags=["inputs"])
DELIVER = Permission.SYNC_DELIVER
LOOK = (VIEW, DELIVER)
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


@router.get("/{input_id}/deliveries", response=Deliveries, openapi_extra=told(LOOK))
def list_deliveries(request: ApiRequest, input_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the deliveries into an input, the latest first: with SYNC: DELIVER those that the token began."""
    found = the_input(request, input_id, LOOK)
    rows = Delivery.objects.filter(input=found).select_related("input__school").prefetch_related("archives")
    if not _may(request, found, VIEW):
        rows = rows.filter(token=request.auth.token)

    def shown(page: list[Delivery]) -> list[dict[str, Any]]:
        return [_document(request, each) for each in page]

    return answer(request, part(rows, shown, after=after, limit=limit, newest_first=True))


@router.post("/{input_id}/deliveries", response={201: DeliveryShape}, openapi_extra=told(DELIVER, once=True))
@idempotent
def begin(request: ApiRequest, input_id: Id, body: Begun) -> HttpResponse:
    """Begin a delivery. A sync sees nothing of it before it is finished; abandoned, it is dropped after a week.

    To replace everything needs SYNC: MANAGE: it takes out what others have delivered.
    """
    found = the_input(request, input_id, DELIVER)
    if body.mode == "replace" and not _may(request, found, MANAGE):
        raise Problem(
            403,
            _(
                "To replace everything takes out what others have delivered, so it needs {permission}, which the "
                "token or its owner does not have. Nothing was begun. Begin a delivery with the mode add."
            ).format(permission=MANAGE.value),
        )
    made = delivering.begin_delivery(
        found, mode=body.mode, by=request.auth.name, now=request.auth.now, token=request.auth.token
    )
    where = f"/api/v1/inputs/{found.pk}/deliveries/{made.pk}"
    return answer(request, _document(request, made), status=201, location=where)


@router.get(ONE, response=DeliveryShape, openapi_extra=told(LOOK))
def show_delivery(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Show a delivery: how far it is, or what it did and which files were not taken."""
    return answer(request, _document(request, _seen(request, input_id, delivery_id)))


@router.get(f"{ONE}/matches", response=MatchesShape, openapi_extra=told(LOOK))
def show_matches(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Count how many photos of a delivery match a person. Nobody is named."""
    return answer(request, matches_of(_seen(request, input_id, delivery_id)).document())


@router.post(f"{ONE}/missing", response=Missing, openapi_extra=told(DELIVER))
def missing(request: ApiRequest, input_id: Id, delivery_id: Id, body: Held) -> HttpResponse:
    """Say which of these files are still to be sent: those not here with this path, size and, if given, hash."""
    delivery = _delivery(request, input_id, delivery_id)
    wanted = [Wanted(each.path, each.size_bytes, each.sha256) for each in body.files]
    return answer(request, {"missing": delivering.missing_of(delivery, wanted)})


@router.put(f"{ONE}/file", response=SentShape, openapi_extra=told(DELIVER) | SENT)
def put_file(request: ApiRequest, input_id: Id, delivery_id: Id, path: PathText) -> HttpResponse:
    """Send one file, up to 30 MB. Sent again, it takes the place of the first."""
    delivery = _delivery(request, input_id, delivery_id)
    content = file_body(request, FORMS)
    sent = delivering.deliver_file(delivery, path, content, now=request.auth.now)
    if sent.state == Sent.REFUSED:
        raise Refused(_("{path} was not taken. {reason}").format(path=quoted(sent.path), reason=sent.reason))
    return answer(request, {"path": sent.path, "state": sent.state, "reason": sent.reason})


@router.post(f"{ONE}/archives", response={201: ArchiveShape}, openapi_extra=told(DELIVER))
def begin_archive(request: ApiRequest, input_id: Id, delivery_id: Id, body: NewArchive) -> HttpResponse:
    """Begin to send a ZIP, or go on with the one of this name, size and mark: `received_bytes` says where."""
    delivery = _delivery(request, input_id, delivery_id)
    archive = delivering_zips.begin_archive(
        delivery, body.name, body.size_bytes, mark=body.mark, now=request.auth.now
    )
    return answer(request, archive_document(archive), status=201)


@router.put(ARCHIVE, response=ArchiveShape, openapi_extra=told(DELIVER) | SENT)
def put_part(
    request: ApiRequest, input_id: Id, delivery_id: Id, archive_id: Id, offset: Offset, sha256: Digest = ""
) -> HttpResponse:
    """Send a part of a ZIP, up to 8 MB. The next one begins at `received_bytes` of the answer."""
    archive = _archive(request, input_id, delivery_id, archive_id)
    content = file_body(request, ("application/octet-stream", "application/zip"))
    received = delivering_zips.deliver_part(archive, offset, content, sha256=sha256, now=request.auth.now)
    return answer(request, archive_document(archive) | {"received_bytes": received})


@router.delete(ARCHIVE, response={204: None}, openapi_extra=told(DELIVER))
def take_out_archive(request: ApiRequest, input_id: Id, delivery_id: Id, archive_id: Id) -> HttpResponse:
    """Take a ZIP out of an open delivery."""
    delivering_zips.take_out_archive(_archive(request, input_id, delivery_id, archive_id))
    return HttpResponse(status=204)


@router.post(f"{ONE}/finish", response={202: DeliveryShape}, openapi_extra=told(DELIVER))
def finish(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Let what was delivered be in the input, all of it at once. Where there are ZIPs, a worker unpacks them first:

    then look at the delivery until it is done, or open again with an explanation.
    """
    delivery = _delivery(request, input_id, delivery_id)
    ended = delivering.finish_delivery(delivery, by=request.auth.name, now=request.auth.now)
    return answer(request, _document(request, ended), status=202)


@router.delete(ONE, response={204: None}, openapi_extra=told(DELIVER))
def drop(request: ApiRequest, input_id: Id, delivery_id: Id) -> HttpResponse:
    """Drop a delivery that is not finished. The input stays as it is."""
    delivery = _delivery(request, input_id, delivery_id)
    delivering.drop_delivery(delivery, by=request.auth.name, now=request.auth.now)
    return HttpResponse(status=204)


def _seen(request: ApiRequest, input_id: int, delivery_id: int) -> Delivery:
    """Return the delivery to someone who looks at it. Raises NotFound."""
    return _own(request, the_input(request, input_id, LOOK), delivery_id, wide=VIEW)


def _delivery(request: ApiRequest, input_id: int, delivery_id: int) -> Delivery:
    """Return the delivery to someone who goes on with it. Raises NotFound."""
    return _own(request, the_input(request, input_id, DELIVER), delivery_id, wide=MANAGE)


def _own(request: ApiRequest, found: Input, delivery_id: int, *, wide: Permission) -> Delivery:
    """Return the delivery. Without the permission `wide`, what another began is not there."""
    delivery = delivery_numbered(delivery_id, found)
    if delivery.token_id != request.auth.token.pk and not _may(request, found, wide):
        raise no_such_delivery(found)
    return delivery


def _may(request: ApiRequest, found: Input, needs: Permission) -> bool:
    return needs in request.auth.may(found.school)


def _document(request: ApiRequest, delivery: Delivery) -> dict[str, Any]:
    """Return the delivery; who else had to do with it is told to those only who may see the school's syncs."""
    document = delivery_document(delivery)
    if not _may(request, delivery.input, VIEW):
        for name in ("began_by", "finished_by"):
            document[name] = document[name] if document[name] == request.auth.name[:200] else None
    return document


def _archive(request: ApiRequest, input_id: int, delivery_id: int, archive_id: int) -> DeliveredArchive:
    return archive_numbered(archive_id, _delivery(request, input_id, delivery_id))
