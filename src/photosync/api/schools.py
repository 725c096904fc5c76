"""/schools: those that there are for the token."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.fields import AskedText, Body, Id, ShortText, day, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.shapes import Schools, SchoolShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import school_document
from photosync.apps.schools.services import add_school, change_school
from photosync.core.errors import NotFound

router = Router(tags=["schools"])


class NewSchool(Body):
    code: ShortText
    name: ShortText
    timezone: ShortText
    year_begins: ShortText = "01-01"


class SchoolChanges(Body):
    name: ShortText | None = None
    timezone: ShortText | None = None


def shown(school: School) -> dict[str, Any]:
    return {"id": school.pk, **school_document(school)}


@router.get("", response=Schools, openapi_extra=told(None))
def list_schools(
    request: ApiRequest, code: AskedText = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List the schools that the token reaches."""
    rows = request.auth.schools()
    rows = rows if code is None else rows.filter(code=code.strip().upper())
    return answer(request, part(rows, lambda page: map(shown, page), after=after, limit=limit))


@router.post("", response={201: SchoolShape}, openapi_extra=told(Permission.SYSTEM_MANAGE, once=True))
@idempotent
def make_school(request: ApiRequest, body: NewSchool) -> HttpResponse:
    """Make a school."""
    request.auth.require(None, Permission.SYSTEM_MANAGE)
    begins = day(f"2000-{body.year_begins}", "year_begins")
    school = add_school(
        body.code,
        body.name,
        body.timezone,
        academic_year_begins_month=begins.month,
        academic_year_begins_day=begins.day,
    )
    return answer(request, shown(school), status=201, location=f"/api/v1/schools/{school.pk}")


@router.get("/{school_id}", response=SchoolShape, openapi_extra=told(None))
def show_school(request: ApiRequest, school_id: Id) -> HttpResponse:
    """Show a school."""
    return answer(request, shown(_school(request, school_id)))


@router.patch("/{school_id}", response=SchoolShape, openapi_extra=told(Permission.SYSTEM_MANAGE, if_match=True))
def edit_school(request: ApiRequest, school_id: Id, body: SchoolChanges) -> HttpResponse:
    """Change the name or the time zone of a school; in a new zone every profile is scheduled anew."""
    school = _school(request, school_id)
    request.auth.require(None, Permission.SYSTEM_MANAGE)
    with transaction.atomic():
        stored = School.objects.select_for_update().get(pk=school.pk)
        check_unchanged(request, shown(stored))
        change_school(stored, name=body.name, time_zone=body.timezone, now=request.auth.now)
    return answer(request, shown(stored))


def _school(request: ApiRequest, school_id: int) -> School:
    school = request.auth.schools().filter(pk=school_id).first()
    if school is None:
        raise NotFound(_("There is no school {number}. Nothing was done.").format(number=school_id))
    return school
