"""Sync UI > Inputs > an input > Deliver: choosing files, following a delivery, finishing and dropping it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs.delivering import drop_delivery, finish_delivery, largest_file_bytes, set_mode
from photosync.apps.inputs.delivering_zips import LARGEST_PART_BYTES, take_out_archive
from photosync.apps.inputs.models import DeliveredArchive, Delivery, Input
from photosync.apps.inputs.queries import archive_numbered, delivery_numbered
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.core.photos import BYTES_PER_MEGABYTE
from photosync.engine.names import readable_path
from photosync.web.input_shown import delivery_shown, inputs_shown
from photosync.web.input_upload import DeliverFiles
from photosync.web.page import Crumb
from photosync.web.views.inputs import LARGEST_ID, input_page, the_input
from photosync.web.workplace import Workplace, in_workplace

REFUSED_SHOWN = 200


@csrf_exempt  # the check reads the form, which must not begin before the handler is there; it is made below
@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def deliver(request: HttpRequest, workplace: Workplace, input_id: int) -> HttpResponseBase:
    """Choose files. With the script they are sent one by one; without it, as one form."""
    found = the_input(workplace, input_id)
    if request.method != "POST":
        return _deliver_page(request, workplace, found)
    handler = DeliverFiles(found, by=request.user.get_username(), now=datetime.now(UTC))
    request.upload_handlers = [handler]

    @csrf_protect
    def delivered(checked: HttpRequest) -> HttpResponse:
        return _delivered(checked, workplace, found, handler)

    response = delivered(request)
    if handler.delivery is not None and response.status_code != 302:
        # What a form sent can be sent again; nothing waits to be gone on with.
        drop_delivery(handler.delivery, by=request.user.get_username(), now=datetime.now(UTC))
    return response


def _delivered(request: HttpRequest, workplace: Workplace, found: Input, handler: DeliverFiles) -> HttpResponse:
    mode = request.POST.get("mode", Delivery.Mode.ADD)
    if handler.error is not None:
        return _deliver_page(request, workplace, found, refusal=handler.error.message)
    if handler.delivery is None:
        told = _("Choose files, or a ZIP of them. Nothing was delivered.")
        return _deliver_page(request, workplace, found, refusal=told)
    try:
        set_mode(handler.delivery, mode)
        ended = finish_delivery(handler.delivery, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        return _deliver_page(request, workplace, found, refusal=error.message)
    return HttpResponseRedirect(reverse("delivery", args=[found.pk, ended.pk]))


def _deliver_page(request: HttpRequest, workplace: Workplace, found: Input, *, refusal: str = "") -> HttpResponse:
    resumed = None
    asked = request.GET.get("delivery", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 19:
        rows = Delivery.objects.filter(input=found, pk=int(asked), state=Delivery.State.OPEN)
        resumed = rows.select_related("input__school").first()
    (head,) = inputs_shown([found], found.school, datetime.now(UTC))
    context = {
        "found": found,
        "head": head,
        "refusal": refusal,
        "resumed": resumed,
        "mode": resumed.mode if resumed else request.POST.get("mode", "add"),
        "largest_bytes": largest_file_bytes(),
        "largest_megabytes": largest_file_bytes() // BYTES_PER_MEGABYTE,
        "part_bytes": LARGEST_PART_BYTES // 2,
    }
    crumbs = (Crumb(found.name, reverse("input", args=[found.pk])), Crumb(_("Deliver")))
    return input_page(request, workplace, "web/input_deliver.html", context, *crumbs, title=_("Deliver photos"))


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def delivery(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> HttpResponse:
    """How far a delivery is, or what it did and which files were not taken."""
    found = the_input(workplace, input_id)
    own = the_delivery(found, delivery_id)
    context = {
        "found": found,
        "shown": delivery_shown(own, found.school, datetime.now(UTC)),
        "archives": list(own.archives.all()),
        "refused": [(readable_path(path), why) for path, why, _key in own.refused[:REFUSED_SHOWN]],
        "refused_number": len(own.refused),
        "percent": 100 * own.done // own.total if own.total else None,
    }
    crumbs = (Crumb(found.name, reverse("input", args=[found.pk])), Crumb(_("Delivery")))
    title = _("Delivery into %(input)s") % {"input": found.name}
    return input_page(request, workplace, "web/delivery.html", context, *crumbs, title=title)


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def finish(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> HttpResponse:
    found = the_input(workplace, input_id)
    own = the_delivery(found, delivery_id)
    try:
        finish_delivery(own, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("delivery", args=[found.pk, own.pk]))


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def drop(request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int) -> HttpResponse:
    found = the_input(workplace, input_id)
    own = the_delivery(found, delivery_id)
    try:
        drop_delivery(own, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The delivery was dropped. %(input)s is as it was.") % {"input": found.name})
    return HttpResponseRedirect(reverse("input", args=[found.pk]))


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def take_out(
    request: HttpRequest, workplace: Workplace, input_id: int, delivery_id: int, archive_id: int
) -> HttpResponse:
    """Take a ZIP out of a delivery that is open."""
    found = the_input(workplace, input_id)
    own = the_delivery(found, delivery_id)
    archive = the_archive(own, archive_id)
    try:
        take_out_archive(archive)
    except PhotoSyncError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(name)s was taken out of the delivery.") % {"name": archive.name})
    return HttpResponseRedirect(reverse("delivery", args=[found.pk, own.pk]))


def the_delivery(found: Input, delivery_id: int) -> Delivery:
    try:
        return delivery_numbered(min(delivery_id, LARGEST_ID - 1), found)
    except NotFound as error:
        raise Http404 from error


def the_archive(own: Delivery, archive_id: int) -> DeliveredArchive:
    try:
        return archive_numbered(min(archive_id, LARGEST_ID - 1), own)
    except NotFound as error:
        raise Http404 from error
