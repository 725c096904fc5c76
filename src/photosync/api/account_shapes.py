"""What answers about accounts, tokens and the record look like, for the schema."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

from photosync.api.shapes import Day, Moment


class TokenShape(Schema):
    id: int
    name: str
    owner: str
    scopes: list[str]
    school: str | None
    begins: str
    state: str
    created: Moment
    expires: Moment | None
    last_used: Moment | None
    revoked: Moment | None


class MadeTokenShape(TokenShape):
    secret: str


class OwnTokenShape(TokenShape):
    may: dict[str, list[str]] = Field(description="By the code of a school: what the token may do there now.")
    may_in_the_installation: list[str]


class CalendarLinkShape(Schema):
    owner: str
    school: str
    made: Moment | None = Field(description="Null without a link.")
    last_used: Moment | None


class MadeCalendarLinkShape(CalendarLinkShape):
    link: str


class RoleShape(Schema):
    role: str
    school: str | None


class ListedAccount(Schema):
    id: int
    name: str
    email: str | None
    active: bool
    second_factor: bool
    roles: list[RoleShape]


class AccountShape(Schema):
    id: int
    name: str
    email: str | None
    active: bool
    password: bool
    second_factor: dict[str, Any]
    roles: list[RoleShape]
    last_signed_in: Moment | None
    signs_in_with: list[str]
    sessions: list[dict[str, Any]]
    locked: list[dict[str, Any]]


class LinkShape(Schema):
    name: str
    set_password: str


class MadeAccountShape(LinkShape):
    id: int
    role: str
    school: str | None


class EntryChange(Schema):
    field: str
    before: str | None
    after: str | None


class EntryShape(Schema):
    at: Moment
    actor: str
    via: str
    act: str
    school: str | None
    subject: str
    changes: list[EntryChange]
    note: str
    sentence: str


class ViewShape(Schema):
    day: Day
    viewer: str
    person: str
    school: str
    first_at: Moment
    last_at: Moment
    times: int
    full_times: int


class FeedbackShape(Schema):
    feedback: int
    article: str
    reasons: list[str]
    comment: str
    school: str | None
    said_by: str
    said_at: Moment
    dealt_with_at: Moment | None
    dealt_with_by: str | None


class Users(Schema):
    items: list[ListedAccount]
    next: str | None


class Entries(Schema):
    items: list[EntryShape]
    next: str | None


class Views(Schema):
    items: list[ViewShape]
    next: str | None


class Feedbacks(Schema):
    items: list[FeedbackShape]
    next: str | None


class Tokens(Schema):
    items: list[TokenShape]
    next: str | None
