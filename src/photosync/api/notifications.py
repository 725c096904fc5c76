"""/notifications: who is told before a sync stops, and when one ends, is held or fails; and what was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.fields import Body, Id, LongText, SchoolCode, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.notification_shapes import Messages, MessageShape, NotificationAddresses, NotificationAddressShape
from photosync.api.paging import After, Limit, part
from photosync.apps.accounts.permissions import Permission
from photosync.apps.notifications.models import NotificationAddress
from photosync.apps.notifications.queries import (
    address_document,
    address_numbered,
    addresses_of,
    message_document,
    messages_of,
)
from photosync.apps.notifications.services import add_address, change_address, remove_address, test_address
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, WrongUse

router = Router(tags=["notifications"])
NEEDS = Permission.SYNC_MANAGE
ADDRESS = "/addresses/{address_id}"


class NewAddress(Body):
    """`kinds`: what it is told; without any it is told everything."""

    address: LongText
    name: ShortText = ""
    kinds: Annotated[list[ShortText], Field(max_length=20)] = []


class AddressChanges(Body):
    """What is not mentioned stays. `kinds`: what it is told; an empty list is everything."""

    name: ShortText | None = None
    kinds: Annotated[list[ShortText], Field(max_length=20)] | None = None


@router.get("/addresses", response=NotificationAddresses, openapi_extra=told(NEEDS))
def list_addresses(
    request: ApiRequest, school: SchoolCode = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List the addresses of a school. Their secrets are not told."""
    rows = addresses_of(request.auth.school(school, NEEDS))
    return answer(request, part(rows, lambda page: map(address_document, page), after=after, limit=limit))


@router.post("/addresses", response={201: NotificationAddressShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def make_address(request: ApiRequest, body: NewAddress, school: SchoolCode = None) -> HttpResponse:
    """Add an e-mail address, or the address of a service as Apprise writes it."""
    the_school = request.auth.school(school, NEEDS)
    added = add_address(
        the_school, body.address, name=body.name, kinds=body.kinds, by=request.auth.name, now=request.auth.now
    )
    return answer(request, address_document(address_numbered(the_school, added.pk)), status=201)


@router.get(ADDRESS, response=NotificationAddressShape, openapi_extra=told(NEEDS))
def show_address(request: ApiRequest, address_id: Id) -> HttpResponse:
    """Show an address. Its secrets are not told."""
    return answer(request, address_document(_address(request, address_id)))


@router.patch(ADDRESS, response=NotificationAddressShape, openapi_extra=told(NEEDS) | {"x-if-match": True})
def edit_address(request: ApiRequest, address_id: Id, body: AddressChanges) -> HttpResponse:
    """Change the name of an address, or what it is told. The address itself is added anew instead."""
    if body.name is None and body.kinds is None:
        raise WrongUse(_("No change was given. Nothing was done."))
    school = _address(request, address_id).school
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        address = address_numbered(school, address_id)
        check_unchanged(request, address_document(address))
        change_address(address, name=body.name, kinds=body.kinds)
    return answer(request, address_document(address_numbered(school, address_id)))


@router.delete(ADDRESS, response=NotificationAddressShape, openapi_extra=told(NEEDS))
def delete_address(request: ApiRequest, address_id: Id) -> HttpResponse:
    """Remove an address. What waits to be sent to it is not sent."""
    address = _address(request, address_id)
    document = address_document(address)
    remove_address(address, now=request.auth.now)
    return answer(request, document)


@router.post(f"{ADDRESS}/test", response=MessageShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def send_test(request: ApiRequest, address_id: Id) -> HttpResponse:
    """Send a test, wait for it, and tell what came of it: state is sent, or failed with the reason."""
    address = _address(request, address_id)
    message = test_address(address, by=request.auth.name, clock=lambda: datetime.now(UTC))
    return answer(request, message_document(message, address.school.zone))


@router.get("/messages", response=Messages, openapi_extra=told(NEEDS))
def list_messages(
    request: ApiRequest, school: SchoolCode = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List the messages of a school, the latest first."""
    the_school = request.auth.school(school, NEEDS)
    page = part(
        messages_of(the_school),
        lambda page: (message_document(each, the_school.zone) for each in page),
        after=after,
        limit=limit,
        newest_first=True,
    )
    return answer(request, page)


def _address(request: ApiRequest, address_id: int) -> NotificationAddress:
    missing = NotFound(_("There is no notification address {number}. Nothing was done.").format(number=address_id))
    found = NotificationAddress.objects.select_related("school").filter(pk=address_id).first()
    if found is None:
        raise missing
    request.auth.reach(found.school, NEEDS, missing)
    return address_numbered(found.school, address_id)
