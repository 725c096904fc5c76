"""The shapes of what waits in Review, and of what was decided there."""

from __future__ import annotations

from ninja import Schema

from photosync.api.shapes import Moment, Who


class Suggestion(Who):
    why: str


class WaitingFile(Schema):
    id: int
    queue: str
    profile: str
    file: str
    run: int | None
    year: int | None
    person: Who | None
    reason_code: str
    reason: str
    suggestions: list[Suggestion]


class PersonWithoutPhoto(Schema):
    queue: str
    person: Who
    year_level: str
    shown_year: int | None
    withdrawn: bool
    rejected_files: int
    files_in_review: int


class DecisionShape(Schema):
    decision: int
    verdict: str
    profile: str | None
    file: str
    person: Who | None
    year: int | None
    made_by: str
    made_at: Moment
    undone_by: str | None
    undone_at: Moment | None


class WaitingFiles(Schema):
    items: list[WaitingFile]
    next: str | None


class WithoutPhoto(Schema):
    items: list[PersonWithoutPhoto]
    next: str | None


class Decisions(Schema):
    items: list[DecisionShape]
    next: str | None
