"""The forms of answers about reporting cycles, their members and long work on them, for the schema."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field

from photosync.api.shapes import Day, Moment


class CycleShape(Schema):
    id: int
    school: str
    name: str
    year: int
    semester: str
    staff_from: Day | None
    students_from: Day | None
    parents_from: Day | None
    state: str
    opened_at: Moment
    opened_by: str
    archived_at: Moment | None
    archived_by: str | None
    archived_note: str | None
    released_at: Moment | None
    released_by: str | None
    released_reason: str | None
    chosen: list[dict[str, list[str]]]


class ProgressShape(Schema):
    members: int
    with_report: int
    archived: int
    not_archived: int
    released: int = Field(description="Not archived, and let go: the photo does not wait.")
    left: int = Field(description="Not archived, and no longer at the school.")


class GroupShape(ProgressShape):
    year_level: str
    roll_group: str


class ProfileWaitingShape(Schema):
    profile: str
    photos: int


class StandingShape(Schema):
    explanation: str
    progress: ProgressShape
    waiting: int = Field(description="Photos that wait for the cycle, of all sync profiles.")
    waiting_by_profile: list[ProfileWaitingShape]


class WholeStandingShape(StandingShape):
    groups: list[GroupShape]
    newcomers: int = Field(description="Students of the groups that were taken in who are not in the cycle.")


class ListedCycleShape(CycleShape, StandingShape):
    pass


class Cycles(Schema):
    items: list[ListedCycleShape]
    next: str | None


class MemberShape(Schema):
    person: int = Field(description="The id of the person.")
    code: str
    name: str
    year_level: str
    roll_group: str
    state: str
    has_report: bool
    left: bool
    archived_number: int | None
    released_at: Moment | None
    released_by: str | None
    released_reason: str | None


class Members(Schema):
    items: list[MemberShape]
    next: str | None


class AddedShape(Schema):
    added: int
    already: int


class RemovedShape(Schema):
    removed: int


class JobShape(Schema):
    job: int
    cycle: str
    kind: str
    state: str
    done: int
    total: int
    outcome: dict[str, object]
    explanation: str
    started_by: str
    accepted_at: Moment
    finished_at: Moment | None
    cancel_requested_by: str | None


class Jobs(Schema):
    items: list[JobShape]
    next: str | None
