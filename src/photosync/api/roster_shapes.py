"""The shapes of saved rosters, their readings, and what was found in them."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field, Schema

from photosync.api.fields import Body, OptionText, ShortText
from photosync.api.shapes import Moment
from photosync.apps.rosters.settings import RosterSettings

Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Texts = Annotated[dict[ShortText, OptionText], Field(max_length=300)]


class OptionShape(Schema):
    name: str
    help: str
    required: bool
    default: str
    choices: list[str]
    secret: bool


class RosterKindShape(Schema):
    kind: str
    title: str
    summary: str
    has_one_table: bool = Field(description="It lists students or staff, not both.")
    options: list[OptionShape]


class RosterKinds(Schema):
    items: list[RosterKindShape]


class RosterHealthShape(Schema):
    state: Literal["ok", "incomplete", "not read yet", "not running", "failing", "held"]
    explanation: str


class RosterShape(Schema):
    id: int
    school: str
    name: str
    kind: str
    options: dict[str, str]
    secrets: list[str] = Field(description="The names of the secret options that are stored.")
    columns: dict[str, str] = Field(description="Column name to field, beside those of usual names.")
    components: list[str]
    updates_only: bool
    missing_leave: bool = Field(description="Who is not in it any more has left; not where it is of updates only.")
    leave_share_percent: int
    leave_number: int
    frequency: str
    next_reading: Moment | None
    health: RosterHealthShape
    held_reading: int | None
    last_reading: int | None


class RosterList(Schema):
    items: list[RosterShape]
    next: str | None


class RefusedLine(Schema):
    component: str
    line: int
    code: str
    reason: str


class ColumnsUsed(Schema):
    used: dict[str, str]
    unused: list[str]


class ReadingShape(Schema):
    reading: int
    roster: str
    state: Literal["queued", "running", "done", "held", "failed", "approved", "discarded", "superseded"]
    trigger: Literal["scheduled", "on_demand", "preview", "approval"]
    started_by: str
    asked: Moment
    finished: Moment | None
    decided_by: str
    explanation: str
    recognised: str
    counts: dict[str, dict[str, int]] = Field(description="By component; empty until it has been read.")
    columns: dict[str, ColumnsUsed]
    refused: list[RefusedLine]
    warnings: list[str]
    held_because: list[str] = Field(description="Why it is held; of a preview, why the reading itself would be.")


class Readings(Schema):
    items: list[ReadingShape]
    next: str | None


class FieldChange(Schema):
    field: str
    before: str | None
    after: str | None


class RosterChangeShape(Schema):
    kind: Literal["student", "staff"]
    code: str
    name: str
    becomes: Literal["new", "changed", "left", "returned", "absent"]
    changes: list[FieldChange]
    disputed_with: str = Field(description="The roster whose last change of this person is undone; mostly empty.")


class RosterChangeList(Schema):
    items: list[RosterChangeShape]
    next: str | None


class TriedTable(Schema):
    component: str
    people: int
    refused: int
    columns: dict[str, str]
    unused_columns: list[str]
    problem: str


class TriedRosterRow(Schema):
    component: str
    line: int
    person: str
    details: str
    reason: str


class TriedRosterShape(Schema):
    explanation: str
    recognised: str
    is_whole: bool = Field(description="False where the roster holds more than was looked at.")
    tables: list[TriedTable]
    shown: list[TriedRosterRow]
    warnings: list[str]


class RosterChanges(Body):
    """What is left out, or null, stays as it is. Options and columns are merged; an empty text removes one."""

    name: ShortText | None = None
    kind: ShortText | None = None
    options: Texts | None = None
    columns: Texts | None = None
    components: Annotated[list[ShortText], Field(max_length=10)] | None = None
    updates_only: bool | None = None
    missing_leave: bool | None = None
    leave_share_percent: Percent | None = None
    leave_number: Count | None = None
    frequency: ShortText | None = None

    def as_settings(self) -> RosterSettings:
        return RosterSettings(
            name=self.name,
            kind=self.kind,
            options=self.options,
            mapping=self.columns,
            components=self.components,
            is_whole=None if self.updates_only is None else not self.updates_only,
            missing_leave=self.missing_leave,
            leave_share_percent=self.leave_share_percent,
            leave_number=self.leave_number,
            frequency=self.frequency,
        )


class NewRoster(RosterChanges):
    name: ShortText
    kind: ShortText


class UnsavedRoster(Body):
    """A roster as POST /rosters takes it, secrets among its options. Nothing of it is kept."""

    kind: ShortText
    options: Texts = {}
    columns: Texts = {}
    components: Annotated[list[ShortText], Field(max_length=10)] | None = None

    def as_settings(self) -> RosterSettings:
        return RosterSettings(kind=self.kind, options=self.options, mapping=self.columns, components=self.components)


class AskedReading(Body):
    preview: bool = False
