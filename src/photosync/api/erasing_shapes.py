"""What the answers about leavers and erasures look like."""

from __future__ import annotations

from ninja import Schema

from photosync.api.shapes import Day, Moment


class LeaverShape(Schema):
    id: int
    code: str
    kind: str
    name: str
    left_on: Day | None
    over_on: Day | None
    is_over: bool
    has_photos: bool


class Leavers(Schema):
    items: list[LeaverShape]
    next: str | None


class ErasedPerson(Schema):
    kind: str
    code: str
    name: str


class ArchivedKept(Schema):
    cycle: str
    number: int


class ErasureCounts(Schema):
    versions: int
    pictures: int
    pictures_kept: int
    blobs: int
    size_bytes: int
    unarchived_reports: int
    archived: list[ArchivedKept]


class ErasurePreviewShape(ErasureCounts):
    scope: str
    person: ErasedPerson
    years: list[int]
    explanation: list[str]


class ErasedShape(ErasureCounts):
    id: int
    at: Moment
    scope: str
    kind: str
    person: ErasedPerson | None
    why: str
    note: str
    by: str
    archived_reports_kept: int
    allowed_at: Moment | None
    applied_again_at: Moment | None


class Erasures(Schema):
    items: list[ErasedShape]
    next: str | None
