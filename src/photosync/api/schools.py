"""/schools: those that there are for the token."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.fields import NO_NUL, AskedText, Body, Id, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.api.shapes import (
    EditedSchoolShape,
    LeaversShape,
    OriginalsErasedShape,
    OriginalsShape,
    Schools,
    SchoolShape,
)
from photosync.apps.accounts.permissions import Permission, may_change_school
from photosync.apps.erasing.originals import erase_originals, erased_words
from photosync.apps.library.leavers import leavers_document, leavers_kept
from photosync.apps.library.originals import originals_of
from photosync.apps.schools.changing import change_school, effects_document, preview_school
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import school_document
from photosync.apps.schools.services import LONGEST_LEGAL_BASIS, add_school, year_begins_said
from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.errors import NotFound, WrongUse
from photosync.core.retention import LONGEST_YEARS

router = Router(tags=["schools"])
OF_ADMINISTRATORS = told(None) | {"x-permission": "all of a school's"}
PurposeName = Literal["school_use", "online_publication", "printed_publication", "yearbook", "media_release"]
BasisText = Annotated[str, Field(max_length=LONGEST_LEGAL_BASIS, pattern=NO_NUL)]
Years = Annotated[int, Field(ge=1, le=LONGEST_YEARS)]


class NewSchool(Body):
    code: ShortText
    name: ShortText
    timezone: ShortText
    year_begins: ShortText = "01-01"


class UnknownConsent(Body):
    """What unknown consent means for one purpose; a legal basis is needed for yes."""

    means: Literal["yes", "no"]
    legal_basis: BasisText = ""


class RetentionChanges(Body):
    """Whole years. What is not mentioned stays; null keeps for good, which photos of leavers are not."""

    photos_of_leavers_years: Years | None = None
    audit_years: Years | None = None
    photo_views_years: Years | None = None

    def given(self) -> dict[str, int | None]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "photos_of_leavers_years" in given and given["photos_of_leavers_years"] is None:
            raise WrongUse(_("Photos of leavers are not kept for good. Nothing was saved. Give a number of years."))
        return given


class SchoolChanges(Body):
    """What is not mentioned stays. `year_begins`: MM-DD. `unknown_consent`: by purpose.

    `keep_originals`: whether the files that photos are made from are kept as they come.
    """

    name: ShortText | None = None
    timezone: ShortText | None = None
    year_begins: ShortText | None = None
    unknown_consent: dict[PurposeName, UnknownConsent] | None = None
    keep_originals: bool | None = None
    retention: RetentionChanges | None = None

    def changes(self) -> dict[str, Any]:
        """Return what `change_school` takes. Raises WrongUse."""
        given: dict[str, Any] = {
            "name": self.name,
            "time_zone": self.timezone,
            "keeps_originals": self.keep_originals,
        }
        if self.year_begins is not None:
            given["year_begins"] = year_begins_said(self.year_begins)
        if self.unknown_consent:
            given["unknown"] = {
                Purpose(purpose): UnknownMeans(yes=said.means == "yes", legal_basis=said.legal_basis)
                for purpose, said in self.unknown_consent.items()
            }
        if self.retention is not None:
            given["retention"] = self.retention.given()
        given = {name: value for name, value in given.items() if value is not None}
        if not given:
            raise WrongUse(_("No change was given. Nothing was done."))
        return given


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
    begins = year_begins_said(body.year_begins)
    school = add_school(
        body.code,
        body.name,
        body.timezone,
        academic_year_begins_month=begins.begins_month,
        academic_year_begins_day=begins.begins_day,
    )
    return answer(request, shown(school), status=201, location=f"/api/v1/schools/{school.pk}")


@router.get("/{school_id}", response=SchoolShape, openapi_extra=told(None))
def show_school(request: ApiRequest, school_id: Id) -> HttpResponse:
    """Show a school."""
    return answer(request, shown(_school(request, school_id)))


@router.patch("/{school_id}", response=EditedSchoolShape, openapi_extra=OF_ADMINISTRATORS | {"x-if-match": True})
def edit_school(request: ApiRequest, school_id: Id, body: SchoolChanges) -> HttpResponse:
    """Change the settings of a school, and say what that does to its academic year and to each sync profile."""
    school = _changeable(request, school_id)
    changes = body.changes()
    with transaction.atomic():
        stored = School.objects.select_for_update().get(pk=school.pk)
        check_unchanged(request, shown(stored))
        effects = change_school(stored, now=request.auth.now, **changes)
    document = shown(stored)
    response = answer(request, document | {"preview": False, **effects_document(effects)})
    response.headers["ETag"] = answer(request, document).headers["ETag"]
    return response


@router.post("/{school_id}/preview", response=EditedSchoolShape, openapi_extra=OF_ADMINISTRATORS)
def preview(request: ApiRequest, school_id: Id, body: SchoolChanges) -> HttpResponse:
    """Say what a change would do; nothing is saved. What is shown of the school is as it is."""
    school = _changeable(request, school_id)
    effects = preview_school(school, now=request.auth.now, **body.changes())
    return answer(request, shown(school) | {"preview": True, **effects_document(effects)})


@router.get("/{school_id}/leavers", response=LeaversShape, openapi_extra=OF_ADMINISTRATORS)
def count_leavers(request: ApiRequest, school_id: Id) -> HttpResponse:
    """Say how many leavers have photos, and of how many the time that photos of leavers are kept is over."""
    return answer(request, leavers_document(leavers_kept(_changeable(request, school_id), request.auth.now)))


@router.get("/{school_id}/originals", response=OriginalsShape, openapi_extra=OF_ADMINISTRATORS)
def count_originals(request: ApiRequest, school_id: Id) -> HttpResponse:
    """Say how many original files the school keeps, and how large they are; the same bytes count once."""
    return answer(request, originals_of(_changeable(request, school_id)))


@router.delete("/{school_id}/originals", response=OriginalsErasedShape, openapi_extra=OF_ADMINISTRATORS)
def delete_originals(request: ApiRequest, school_id: Id) -> HttpResponse:
    """Erase all original files that the school keeps, for good. The photos that were made from them stay."""
    done = erase_originals(_changeable(request, school_id))
    told = {"count": done.count, "size_bytes": done.size_bytes, "explanation": " ".join(erased_words(done))}
    return answer(request, told)


def _changeable(request: ApiRequest, school_id: int) -> School:
    school = _school(request, school_id)
    if not (may_change_school(request.auth.may(school)) or Permission.SYSTEM_MANAGE in request.auth.may(None)):
        raise Problem(
            403,
            _(
                "The settings of a school are for those with all the permissions of an administrator there. Nothing "
                "was done. Settings > API tokens shows what a token may do."
            ),
        )
    return school


def _school(request: ApiRequest, school_id: int) -> School:
    school = request.auth.schools().filter(pk=school_id).first()
    if school is None:
        raise NotFound(_("There is no school {number}. Nothing was done.").format(number=school_id))
    return school
