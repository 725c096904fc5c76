"""What answers look like, for the schema. The documents themselves are made by the services' own functions."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

Moment = str
"""ISO 8601 with the school's offset."""
Day = str
"""YYYY-MM-DD."""


class Problem(Schema):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = Field(None, description="Where the request was not understood (422).")


class UnknownConsentShape(Schema):
    means: str
    legal_basis: str


class RetentionShape(Schema):
    photos_of_leavers_years: int
    audit_years: int | None = Field(description="Null keeps for good.")
    photo_views_years: int | None = Field(description="Null keeps for good.")


class LeaversShape(Schema):
    with_photos: int
    over: int = Field(description="Of these, the time that photos of leavers are kept is over.")
    left_until: Day = Field(description="Those who left on this day or before are over it.")


class OriginalsShape(Schema):
    count: int = Field(description="Original files that the school keeps.")
    size_bytes: int


class OriginalsErasedShape(OriginalsShape):
    explanation: str


class SchoolShape(Schema):
    id: int
    code: str
    name: str
    timezone: str
    year_begins: str
    unknown_consent: dict[str, UnknownConsentShape] = Field(description="By purpose.")
    keep_originals: bool = Field(description="Whether the files that photos are made from are kept as they come.")
    retention: RetentionShape


class PersonShape(Schema):
    id: int
    school: str
    code: str
    kind: str
    given_name: str
    family_name: str
    preferred_name: str
    year_level: str
    roll_group: str
    house: str
    campus: str
    status: str
    left_on: Day | None
    protected: bool
    keeps_no_photo: bool
    consent: dict[str, Any]


class IdentifierShape(Schema):
    key: str
    value: str


class OnePerson(PersonShape):
    identifiers: list[IdentifierShape]


class RosterReportShape(Schema):
    kind: str
    preview: bool
    columns: dict[str, str]
    recognised: str
    unknown_columns: list[str]
    counts: dict[str, int]
    refused: list[dict[str, Any]]
    warnings: list[str]


class VisibleShape(Schema):
    marks_book: bool
    students: bool
    parents: bool


class PeriodShape(Schema):
    id: int
    school: str
    code: str
    description: str
    start: Day
    end: Day
    group: int
    year: int
    visible: VisibleShape
    sync_only: bool
    used_by: list[str]


class EffectShape(Schema):
    profile: str
    status_before: str
    status_after: str
    stops_on_before: Day | None
    stops_on_after: Day | None
    explanation_after: str


class EditedPeriodShape(PeriodShape):
    preview: bool
    effects: list[EffectShape]


class SchoolEffectShape(EffectShape):
    next_run_before: Moment | None
    next_run_after: Moment | None


class EditedSchoolShape(SchoolShape):
    preview: bool
    academic_year: str = Field(description="A sentence: in which academic year today is, and what that changes.")
    consent: list[str] = Field(description="A sentence for each purpose for which unknown means something else.")
    originals: str = Field(description="What beginning or ending to keep original files does; else empty.")
    planned_afresh: list[int] = Field(description="Held runs that were planned for another academic year.")
    effects: list[SchoolEffectShape]


class AssignedShape(Schema):
    code: str
    start: Day
    end: Day
    frequency: str
    mode: str


class ProfileShape(Schema):
    id: int
    school: str
    name: str
    source: str
    options: dict[str, str]
    secrets: list[str] = Field(description="The names of the secret options that are set. They are never shown.")
    components: list[str]
    scheduled_sync_enabled: bool
    when_missing: str
    limits: dict[str, int]
    ping_url: str = Field(description="Whole only for who may change it; empty where there is none.")
    hold_until_archived: bool
    periods: list[AssignedShape]


class PingShape(Schema):
    called: Moment | None
    went_well: bool | None
    outcome: str


class FlagsShape(Schema):
    ended: bool
    disabled: bool
    in_period: bool


class HealthShape(Schema):
    state: str
    explanation: str


class StatusShape(Schema):
    name: str
    status: str
    flags: FlagsShape
    explanation: str
    next_run: Moment | None
    stops_on: Day | None
    upcoming: list[Moment]
    if_enabled_next_run: Moment | None
    pauses: list[dict[str, Any]]
    health: HealthShape


class AssignmentShape(StatusShape):
    warning: str


class RunShape(Schema):
    run: int
    profile: str
    state: str
    trigger: str
    mode: str
    due: Moment | None
    started: Moment
    finished: Moment | None
    started_by: str
    duration_s: float | None
    counts: dict[str, int]
    delivered: dict[str, Any]
    explanation: str
    warnings: list[str]
    new_year_delivery: bool
    approved_by: str | None
    undoes: int | None
    rest_of: int | None
    plan_fingerprint: str | None
    held_since: Moment | None
    progress: dict[str, Any] | None


class OneRun(RunShape):
    changed_since: int
    put_off_to: int | None


class ChangeShape(Schema):
    action: str
    state: str
    person: dict[str, Any] | None
    year: int | None
    file: str | None
    reason_code: str
    reason: str
    before: str | None
    after: str | None
    doubt: int | None
    doubt_reasons: list[str]


class PinShape(Schema):
    year: int
    sha256: str | None
    reason: str
    run: int | None
    made_at: Moment
    released_at: Moment | None
    released_by: str | None


class HistoryShape(Schema):
    code: str
    kind: str
    name: str
    current_year: int
    shown_year: int | None
    withdrawn: str | None
    years: list[dict[str, Any]]
    pins: list[PinShape]


class ReleaseShape(Schema):
    code: str
    kind: str
    name: str
    year: int
    released: list[PinShape]
    files: int
    explanation: str


class PhotoLinkShape(Schema):
    url: str
    expires: Moment


class KindShape(Schema):
    kind: str
    title: str
    summary: str
    options: list[dict[str, Any]]


class ProfileHealth(HealthShape):
    id: int
    name: str


class HealthReport(Schema):
    at: Moment
    workers: int = Field(description="Workers of which something was heard within the last minute.")
    profiles: list[ProfileHealth]


class Who(Schema):
    kind: str
    code: str
    name: str


class DecidedShape(Who):
    year: int
    version: int
    pinned: int
    withdrawn: bool
    explanation: str


class TakenOffShape(Who):
    year: int
    explanation: str


class WithdrawnShape(Who):
    withdrawn: str | None = Field(description="Why; null where the photo is shown.")


class Changes(Schema):
    items: list[ChangeShape]
    next: str | None


class People(Schema):
    items: list[PersonShape]
    next: str | None


class Periods(Schema):
    items: list[PeriodShape]
    next: str | None


class ListedProfile(StatusShape):
    id: int
    school: str


class Profiles(Schema):
    items: list[ListedProfile]
    next: str | None


class Runs(Schema):
    items: list[RunShape]
    next: str | None


class Schools(Schema):
    items: list[SchoolShape]
    next: str | None


class Kinds(Schema):
    items: list[KindShape]
