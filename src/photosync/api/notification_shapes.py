"""What answers about notifications look like, for the schema."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field

from photosync.api.shapes import Moment


class NotificationAddressShape(Schema):
    id: int
    school: str
    name: str
    way: str
    address: str = Field(description="What may be shown of it.")
    kinds: list[str]
    added: Moment
    added_by: str
    last_sent: Moment | None
    last_failed: Moment | None


class MessageShape(Schema):
    id: int
    to: str
    kind: str
    subject: str
    state: str
    created: Moment
    ended: Moment | None
    attempts: int
    next_attempt: Moment | None
    reason: str


class NotificationAddresses(Schema):
    items: list[NotificationAddressShape]
    next: str | None


class Messages(Schema):
    items: list[MessageShape]
    next: str | None
