"""Reading addresses and messages, as rows for pages and as documents for the command line and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from photosync.apps.notifications.models import Kind, Message, NotificationAddress
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound

MESSAGES_SHOWN = 50


def addresses_of(school: School) -> QuerySet[NotificationAddress]:
    """Return the addresses of a school, each with `last_sent` and `last_failed`, null where there is none."""
    return (
        NotificationAddress.objects.filter(school=school)
        .select_related("school")
        .annotate(
            last_sent=Max("messages__ended_at", filter=Q(messages__state=Message.State.SENT)),
            last_failed=Max("messages__ended_at", filter=Q(messages__state=Message.State.FAILED)),
        )
        .order_by("pk")
    )


def address_numbered(school: School, number: int) -> NotificationAddress:
    """Return the address. Raises NotFound."""
    found = addresses_of(school).filter(pk=number).first()
    if found is None:
        raise NotFound(
            f"School {school.code} has no notification address {number}. Nothing was done. See those that there are.",
            command_line="photosync notify list",
        )
    return found


def messages_of(school: School) -> QuerySet[Message]:
    """Return the messages of a school, the latest first."""
    return Message.objects.filter(school=school).order_by("-pk")


def address_document(address: NotificationAddress) -> dict[str, Any]:
    """Return what is told of an address. Its secrets are not in it. Needs the annotations of `addresses_of`."""
    zone = address.school.zone
    return {
        "id": address.pk,
        "school": address.school.code,
        "name": address.name,
        "way": address.way,
        "address": address.shown,
        "kinds": list(address.kinds) or Kind.values,
        "added": moment(address.added_at, zone),
        "added_by": address.added_by,
        "last_sent": moment(address.last_sent, zone),  # type: ignore[attr-defined]  # annotated
        "last_failed": moment(address.last_failed, zone),  # type: ignore[attr-defined]  # annotated
    }


def message_document(message: Message, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": message.pk,
        "to": message.to,
        "kind": message.kind or "test",
        "subject": message.subject,
        "state": message.state,
        "created": moment(message.created_at, zone),
        "ended": moment(message.ended_at, zone),
        "attempts": message.attempts,
        "next_attempt": moment(message.next_attempt_at, zone),
        "reason": message.reason,
    }


def moment(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")
