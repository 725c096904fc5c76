"""/periods: timetable periods, as in Cycle/Period setup."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.fields import AskedText, Body, DayText, Id, LongText, SchoolCode, ShortText, Year, day, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.shapes import EditedPeriodShape, Periods, PeriodShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import effect_document, period_document, period_documents, periods_of
from photosync.apps.timetable.services import add_period, copy_period, delete_period, edit_period, preview_edit
from photosync.core.errors import NotFound, WrongUse

router = Router(tags=["periods"])
Group = Annotated[int, Field(ge=1, le=2_147_483_647)]


class Visible(Body):
    marks_book: bool | None = None
    students: bool | None = None
    parents: bool | None = None


class PeriodChanges(Body):
    """What is left out, or null, stays as it is."""

    code: ShortText | None = None
    description: LongText | None = None
    start: DayText | None = None
    end: DayText | None = None
    group: Group | None = None
    year: Year | None = None
    visible: Visible | None = None
    sync_only: bool | None = None

    def as_fields(self) -> dict[str, Any]:
        """Return what is given, by the names that the rule has for it. Raises WrongUse."""
        visible = self.visible or Visible()
        given = {
            "code": self.code,
            "description": self.description,
            "start": None if self.start is None else day(self.start, "start"),
            "end": None if self.end is None else day(self.end, "end"),
            "group_number": self.group,
            "academic_year": self.year,
            "visible_in_marks_book": visible.marks_book,
            "visible_to_students": visible.students,
            "visible_to_parents": visible.parents,
            "sync_only": self.sync_only,
        }
        return {name: value for name, value in given.items() if value is not None}


class NewPeriod(PeriodChanges):
    """Without a group number and a year the usual ones apply."""

    code: ShortText
    description: LongText
    start: DayText
    end: DayText


class Copied(Body):
    code: ShortText | None = None


def shown(period: TimetablePeriod) -> dict[str, Any]:
    return {"id": period.pk, "school": period.school.code, **period_document(period)}


@router.get("", response=Periods, openapi_extra=told(Permission.SYNC_VIEW))
def list_periods(
    request: ApiRequest,
    school: SchoolCode = None,
    year: Annotated[int | None, Query(None, ge=1900, le=9998)] = None,
    code: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the timetable periods, in the order in which they were made."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    periods = periods_of(the_school)
    periods = periods if year is None else periods.filter(academic_year=year)
    periods = periods if code is None else periods.filter(code=code.strip().upper())

    def shown_all(page: list[TimetablePeriod]) -> list[dict[str, Any]]:
        documents = zip(page, period_documents(page), strict=True)
        return [{"id": each.pk, "school": the_school.code, **document} for each, document in documents]

    return answer(request, part(periods, shown_all, after=after, limit=limit))


@router.post("", response={201: PeriodShape}, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def make_period(request: ApiRequest, body: NewPeriod, school: SchoolCode = None) -> HttpResponse:
    """Make a timetable period."""
    period = add_period(request.auth.school(school, Permission.SYNC_MANAGE), **body.as_fields())
    return answer(request, shown(period), status=201, location=f"/api/v1/periods/{period.pk}")


@router.get("/{period_id}", response=PeriodShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_period(request: ApiRequest, period_id: Id) -> HttpResponse:
    """Show one timetable period. Its ETag is needed to change it."""
    return answer(request, shown(_period(request, period_id, Permission.SYNC_VIEW)))


@router.patch("/{period_id}", response=EditedPeriodShape, openapi_extra=told(Permission.SYNC_MANAGE, if_match=True))
def change_period(request: ApiRequest, period_id: Id, body: PeriodChanges) -> HttpResponse:
    """Change a timetable period, and say what that does to each sync profile that uses it."""
    period = _period(request, period_id, Permission.SYNC_MANAGE)
    changes = _changes(body)
    with transaction.atomic():
        period = _locked(period)
        check_unchanged(request, shown(period))
        edited = edit_period(period, now=request.auth.now, **changes)
    document = shown(edited.period)
    response = answer(request, _edited(document, edited.effects, preview=False))
    response.headers["ETag"] = answer(request, document).headers["ETag"]
    return response


@router.post("/{period_id}/preview", response=EditedPeriodShape, openapi_extra=told(Permission.SYNC_MANAGE))
def preview_period(request: ApiRequest, period_id: Id, body: PeriodChanges) -> HttpResponse:
    """Say what a change would do to each sync profile; nothing is saved. What is shown of the period is as it is."""
    period = _period(request, period_id, Permission.SYNC_MANAGE)
    effects = preview_edit(period, now=request.auth.now, **_changes(body))
    return answer(request, _edited(shown(period), effects, preview=True))


@router.post("/{period_id}/copy", response={201: PeriodShape}, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def copy(request: ApiRequest, period_id: Id, body: Copied) -> HttpResponse:
    """Copy a timetable period, its dates moved on by a year."""
    copied = copy_period(_period(request, period_id, Permission.SYNC_MANAGE), code=body.code)
    return answer(request, shown(copied), status=201, location=f"/api/v1/periods/{copied.pk}")


@router.delete("/{period_id}", response={204: None}, openapi_extra=told(Permission.SYNC_MANAGE, if_match=True))
def remove_period(request: ApiRequest, period_id: Id) -> HttpResponse:
    """Delete a timetable period that no sync profile uses."""
    period = _period(request, period_id, Permission.SYNC_MANAGE)
    with transaction.atomic():
        period = _locked(period)
        check_unchanged(request, shown(period))
        delete_period(period)
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response


def _period(request: ApiRequest, period_id: int, needs: Permission) -> TimetablePeriod:
    missing = _missing(period_id)
    period = TimetablePeriod.objects.select_related("school").filter(pk=period_id).first()
    if period is None:
        raise missing
    request.auth.reach(period.school, needs, missing)
    return period


def _locked(period: TimetablePeriod) -> TimetablePeriod:
    """Return the period as it is now; no one else changes a period of its school until the transaction ends."""
    School.objects.select_for_update().get(pk=period.school_id)
    found = TimetablePeriod.objects.select_related("school").filter(pk=period.pk).first()
    if found is None:
        raise _missing(period.pk)
    return found


def _missing(period_id: int) -> NotFound:
    return NotFound(_("There is no timetable period {number}. Nothing was done.").format(number=period_id))


def _changes(body: PeriodChanges) -> dict[str, Any]:
    changes = body.as_fields()
    if not changes:
        raise WrongUse(_("No change was given. Nothing was done."))
    return changes


def _edited(document: dict[str, Any], effects: Any, *, preview: bool) -> dict[str, Any]:
    return document | {"preview": preview, "effects": [effect_document(each) for each in effects]}
