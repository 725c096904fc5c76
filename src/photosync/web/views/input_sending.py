"""What the script of the page Deliver asks: files one by one, ZIPs in parts, what is missing. Answers are JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs.delivering import (
    Wanted,
    begin_delivery,
    deliver_file,
    largest_file_bytes,
    missing_of,
    note_too_large,
)
from photosync.apps.inputs.delivering_zips import LARGEST_PART_BYTES, begin_archive, deliver_part
from photosync.apps.inputs.models import Delivery
from photosync.core.errors import PhotoSyncError, TryLater, WrongUse
from photosync.core.input_names import MARK
from photosync.web.views.input_deliveries import the_archive, the_delivery
from photosync.web.views.inputs import the_input
from photosync.web.workplace import Workplace, in_workplace

MOST_ASKED = 2_000
LARGEST_NUMBER_DIGITS = 15


def _answering(view: Callable[..., dict[str, Any]]) -> Callable[..., JsonResponse]:
    """Answer with what the view returns, or with its error in words."""

    @wraps(view)
    def answered(request: HttpRequest, workplace: Workplace, **given: int) -> JsonResponse:
        try:
            return JsonResponse(view(request, workplace, **given))
        except TryLater as error:
            return JsonResponse({"error": error.message}, status=503)
        except PhotoSyncError as error:
            return JsonResponse({"error": error.message}, status=409)

    return answered


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
@_answering
def begin(request: HttpRequest, workplace: Workplace, input_id: int) -> dict[str, Any]:
    """Begin a delivery, and say where its parts are sent."""
    found = the_input(workplace, input_id)
    mode = request.POST.get("mode", Delivery.Mode.ADD)
    own = begin_delivery(found, mode=mode, by=request.user.get_username(), now=datetime.now(UTC))
    return {"url": reverse("delivery", args=[found.pk, own.pk])}


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
@_answering
def missing(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> dict[str, Any]:
    """Say which of the files `[[path, size], ...]`, or `[[path, size, hash], ...]`, are still to be sent."""
    own = _delivery(workplace, input_id, delivery_id)
    try:
        rows = json.loads(request.body)[: MOST_ASKED + 1]
        wanted = [Wanted(str(path), int(size), *map(str, sha256)) for path, size, *sha256 in rows]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WrongUse(_("This is no list of files. Nothing was done.")) from error
    if len(wanted) > MOST_ASKED:
        raise WrongUse(_("These are too many files for one question. Nothing was done."))
    return {"missing": missing_of(own, wanted)}


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
@_answering
def file(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> dict[str, Any]:
    """Take the body as the file `path`. One that is `large` comes without its bytes."""
    own = _delivery(workplace, input_id, delivery_id)
    path = request.GET.get("path", "")
    if "large" in request.GET:
        sent = note_too_large(own, path, now=datetime.now(UTC))
    else:
        content = request.read(largest_file_bytes() + 1)
        sent = deliver_file(own, path, content, now=datetime.now(UTC))
    return {"state": sent.state, "reason": sent.reason}


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
@_answering
def begin_zip(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> dict[str, Any]:
    """Begin to send the ZIP `path`, or go on with it: `received` says where. Of one path there is one."""
    own = _delivery(workplace, input_id, delivery_id)
    path, size_bytes = request.POST.get("path", ""), _number(request.POST.get("size", ""))
    mark = request.POST.get("mark", "")
    if not re.fullmatch(MARK, mark):
        raise WrongUse(_("This is no mark of a ZIP. Nothing was done."))
    archive = begin_archive(own, path, size_bytes, mark=mark, alone=True, now=datetime.now(UTC))
    url = reverse("delivery-part", args=[own.input_id, own.pk, archive.pk])
    return {"url": url, "received": archive.received_bytes}


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
@_answering
def part(
    request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int, archive_id: int
) -> dict[str, Any]:
    """Take the body as the part of a ZIP that begins at `offset`."""
    archive = the_archive(_delivery(workplace, input_id, delivery_id), archive_id)
    offset, digest = _number(request.GET.get("offset", "")), request.GET.get("sha256", "")
    content = request.read(LARGEST_PART_BYTES + 1)
    return {"received": deliver_part(archive, offset, content, sha256=digest, now=datetime.now(UTC))}


def _delivery(workplace: Workplace, input_id: int, delivery_id: int) -> Delivery:
    return the_delivery(the_input(workplace, input_id), delivery_id)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LARGEST_NUMBER_DIGITS):
        raise WrongUse(_("This is no number of bytes. Nothing was done."))
    return int(text)
