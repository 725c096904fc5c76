"""/end-of-year: what happens until next year's first weeks, the photo days, and next year's period of a profile."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import AskedText, Body, DayText, Id, SchoolCode, ShortText, day, told
from photosync.api.idempotency import idempotent
from photosync.api.shapes import Day, VisibleShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.end_of_year import end_of_year, end_of_year_document
from photosync.apps.reports.next_period import Asked, give_next_period, preview_next_period
from photosync.apps.reports.photo_day import clear_photo_day, set_photo_day
from photosync.core.asked_time import instant_said
from photosync.core.errors import NotFound

router = Router(tags=["end of year"])
AcademicYear = Annotated[int, Path(ge=1901, le=9997)]


class EventShape(Schema):
    on: Day
    kind: str
    sentence: str
    profile: str | None
    cycle: str | None


class CheckItemShape(Schema):
    key: str
    topic: str
    state: str = Field(description="done, to do, warning or not needed.")
    sentence: str
    concerns: str
    remedy: str | None = Field(description="What mends it; null where there is nothing to mend.")
    profile: str | None
    profile_id: int | None
    cycle: str | None
    cycle_id: int | None
    run: int | None
    year: int | None


class EndOfYearShape(Schema):
    school: str
    today: Day
    academic_year: int
    next_year_begins_on: Day
    days_left: int
    headline: str
    until: Day = Field(description="The last day that the events tell of.")
    photo_days: dict[str, Day] = Field(description="By academic year.")
    events: list[EventShape]
    checklist: list[CheckItemShape]
    counts: dict[str, int] = Field(description="Lines of the checklist by their state.")


class PhotoDayShape(Schema):
    year: int
    day: Day


class NextPeriodShape(Schema):
    code: str
    description: str
    start: Day
    end: Day
    group: int
    year: int
    visible: VisibleShape
    sync_only: bool
    used_by: list[str]


class PeriodGivenShape(Schema):
    profile: str
    period: NextPeriodShape
    made: bool = Field(description="False where a period that existed was assigned.")
    frequency: str
    mode: str
    explanation: str
    warning: str = Field(description="Empty, or that nothing would run in the first weeks of next year.")
    preview: bool


class PhotoDayBody(Body):
    day: DayText


class NextPeriod(Body):
    """Code and dates are a year on from those of this year's period unless given. `assign`: the code of one that is
    there already, instead of a new one. `preview`: nothing is saved.
    """

    code: ShortText | None = None
    start: DayText | None = None
    end: DayText | None = None
    assign: ShortText | None = None
    preview: bool = False


@router.get("/end-of-year", response=EndOfYearShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_end_of_year(request: ApiRequest, school: SchoolCode = None, at: AskedText = None) -> HttpResponse:
    """Say what will happen until the first weeks of next year, and what is to be done before this one ends."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    now = request.auth.now
    asked = None if at is None else instant_said(at, the_school.zone)
    return answer(request, end_of_year_document(end_of_year(the_school, now, at=asked), the_school))


@router.put("/photo-days/{year}", response=PhotoDayShape, openapi_extra=told(Permission.SYNC_MANAGE))
def put_photo_day(
    request: ApiRequest, year: AcademicYear, body: PhotoDayBody, school: SchoolCode = None
) -> HttpResponse:
    """Set the photo day of an academic year, or move it."""
    row = set_photo_day(request.auth.school(school, Permission.SYNC_MANAGE), year, day(body.day, "day"))
    return answer(request, {"year": row.academic_year, "day": row.day.isoformat()})


@router.delete("/photo-days/{year}", response={204: None}, openapi_extra=told(Permission.SYNC_MANAGE))
def delete_photo_day(request: ApiRequest, year: AcademicYear, school: SchoolCode = None) -> HttpResponse:
    """Clear the photo day of an academic year."""
    clear_photo_day(request.auth.school(school, Permission.SYNC_MANAGE), year)
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response


@router.post(
    "/profiles/{profile_id}/next-period",
    response={200: PeriodGivenShape, 201: PeriodGivenShape},
    openapi_extra=told(Permission.SYNC_MANAGE, once=True),
)
@idempotent
def make_next_period(request: ApiRequest, profile_id: Id, body: NextPeriod) -> HttpResponse:
    """Make next year's timetable period from this year's and assign it to the profile, in one step."""
    profile = _profile(request, profile_id)
    asked = Asked(
        code=body.code, first_day=_day(body.start, "start"), last_day=_day(body.end, "end"), assign=body.assign
    )
    act = preview_next_period if body.preview else give_next_period
    found = act(profile, asked, now=request.auth.now)
    document: dict[str, Any] = found.document | {"preview": body.preview}
    return answer(request, document, status=201 if found.is_new and not body.preview else 200)


def _day(text: str | None, name: str) -> date | None:
    return None if text is None else day(text, name)


def _profile(request: ApiRequest, profile_id: int) -> SyncProfile:
    missing = NotFound(_("There is no sync profile {number}. Nothing was done.").format(number=profile_id))
    profile = SyncProfile.objects.select_related("school").filter(pk=profile_id).first()
    if profile is None:
        raise missing
    request.auth.reach(profile.school, Permission.SYNC_MANAGE, missing)
    return profile
