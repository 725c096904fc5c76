"""/people/{id}/photo: the photo of a person, and its history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import address_of, answer, names
from photosync.api.bodies import file_body
from photosync.api.fields import Body, Id, LongText, Year, told
from photosync.api.idempotency import idempotent
from photosync.api.problems import Problem
from photosync.api.shapes import (
    DecidedShape,
    HistoryShape,
    PhotoLinkShape,
    ReleaseShape,
    TakenOffShape,
    WithdrawnShape,
)
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.originals import OriginalFile, original_of, version_shown
from photosync.apps.library.photo_links import MOST_S, USUAL_S, make_link
from photosync.apps.library.photos import PhotoFile, history_document, photo_file
from photosync.apps.people.models import Person
from photosync.apps.runs import by_hand
from photosync.apps.runs.releasing import release_document, release_pins
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.people import quoted
from photosync.core.photos import Rendition
from photosync.imaging import Adjustment

router = Router(tags=["photos"])
USUAL_PICTURES = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
PICTURES = (*USUAL_PICTURES, "image/tiff", "image/heic", "image/heif")
PICTURE = {
    "requestBody": {
        "required": True,
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in USUAL_PICTURES},
    }
}
Degrees = Literal["0", "90", "180", "270"]
PART = r"^\d{1,3}(\.\d{1,6})?(,\d{1,3}(\.\d{1,6})?){3}$"
PART_TOLD = "Left, top, width and height of the part in percent, after it was turned, such as 10,0,80,100."
AskedYear = Annotated[int | None, Query(None, ge=1900, le=9998, description="An academic year; by default today's.")]

AskedVersion = Annotated[
    int | None, Query(None, ge=1, le=1_000_000, description="Its number in the year, as the history has it.")
]


class OfYear(Body):
    """`year`: an academic year; null is today's."""

    year: Year | None = None


class Linked(OfYear):
    """`year`: an academic year; null is always that of the day it is looked at. `valid_s`: seconds."""

    size: Literal["full", "card", "thumb"] = "card"
    valid_s: Annotated[int, Field(ge=1, le=MOST_S)] = USUAL_S


class Adjusted(OfYear):
    """`rotate`: degrees clockwise. `crop`: left, top, width and height in percent, after it was turned."""

    rotate: Degrees = "0"
    crop: Annotated[str, Field(pattern=PART)] | None = None


class Restored(OfYear):
    """`version`: its number in the year, as the history has it."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class Withdrawn(Body):
    reason: LongText


@router.get("/{person_id}/photo", openapi_extra=told(Permission.PHOTO_VIEW))
def get_photo(
    request: ApiRequest, person_id: Id, year: AskedYear = None, size: Literal["full", "card", "thumb"] = "full"
) -> HttpResponse:
    """Get the photo as a JPEG file. For a year without one it is the latest earlier photo."""
    person = request.auth.person(person_id, Permission.PHOTO_VIEW)
    file = _shown_file(person, Rendition(size), year, request)
    if request.method == "GET":
        note_view(request.auth.token.owner_id, person.pk, school_id=person.school_id, full=size == "full")
    tag = f'"{file.sha256}"'
    if names(request.headers.get("If-None-Match", ""), tag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(file.content(), content_type="image/jpeg")
    response.headers["ETag"] = tag
    response.headers["Photo-Year"] = str(file.year)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    return response


@router.get("/{person_id}/photo/original", openapi_extra=told(Permission.PHOTO_MANAGE))
def get_original(
    request: ApiRequest, person_id: Id, year: AskedYear = None, version: AskedVersion = None
) -> HttpResponse:
    """Get the original file that a photo was made from, where the school keeps those.

    Without `version` it is that of the photo of the year, or of the latest earlier photo. The file holds what the
    camera wrote into it, such as when and where.
    """
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    file = _original(person, year, version, request)
    content = file.content()
    if request.method == "GET":
        note_view(request.auth.token.owner_id, person.pk, school_id=person.school_id, full=True)
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, file.name))  # noqa: FBT003
    response.headers["Photo-Year"] = str(file.version.academic_year)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@router.post(
    "/{person_id}/photo", response=DecidedShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True) | PICTURE
)
@idempotent
def set_(
    request: ApiRequest,
    person_id: Id,
    year: AskedYear = None,
    rotate: Degrees = "0",
    crop: Annotated[str | None, Query(None, pattern=PART, description=PART_TOLD)] = None,
) -> HttpResponse:
    """Set the photo of a person by hand: the body is the picture. The photo before stays as an earlier version."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    content = file_body(request, PICTURES)
    decided = by_hand.set_photo(
        person,
        content,
        by=request.auth.name,
        now=request.auth.now,
        year=year,
        origin=_("sent over the API"),
        adjustment=_adjustment(rotate, crop),
    )
    return answer(request, by_hand.decided_document(decided))


@router.post(
    "/{person_id}/photo/adjust", response=DecidedShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def adjust(request: ApiRequest, person_id: Id, body: Adjusted) -> HttpResponse:
    """Turn or crop the photo that a year has: the result is a new version of the same year."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    version = by_hand.current_version(person, body.year, request.auth.now)
    decided = by_hand.adjust_photo(
        person, version, _adjustment(body.rotate, body.crop), by=request.auth.name, now=request.auth.now
    )
    return answer(request, by_hand.decided_document(decided))


@router.post(
    "/{person_id}/photo/restore", response=DecidedShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def restore(request: ApiRequest, person_id: Id, body: Restored) -> HttpResponse:
    """Make an earlier version the photo of its year again."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    year = _year(person, body.year, request)
    version = by_hand.version_numbered(person, body.version, year)
    decided = by_hand.restore_version(person, version, by=request.auth.name, now=request.auth.now)
    return answer(request, by_hand.decided_document(decided))


@router.post(
    "/{person_id}/photo/take-off", response=TakenOffShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def take_off(request: ApiRequest, person_id: Id, body: OfYear) -> HttpResponse:
    """Let an academic year have no photo of a person again. The versions are kept, and the sync brings none back."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    year = _year(person, body.year, request)
    told_ = by_hand.take_off_photo(person, year, by=request.auth.name, now=request.auth.now)
    return answer(request, _who(person) | {"year": year, "explanation": told_})


@router.post(
    "/{person_id}/photo/withdraw", response=WithdrawnShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def withdraw(request: ApiRequest, person_id: Id, body: Withdrawn) -> HttpResponse:
    """Neither show nor deliver the photo of a person, until someone shows it again. The versions are kept."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    withdrawal = by_hand.withdraw_photo(person, reason=body.reason, by=request.auth.name, now=request.auth.now)
    return answer(request, _who(person) | {"withdrawn": withdrawal.reason})


@router.post(
    "/{person_id}/photo/show", response=WithdrawnShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def show(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Show and deliver the withdrawn photo of a person again."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    by_hand.show_photo(person, by=request.auth.name, now=request.auth.now)
    return answer(request, _who(person) | {"withdrawn": None})


@router.post("/{person_id}/photo-link", response={201: PhotoLinkShape}, openapi_extra=told(Permission.PHOTO_VIEW))
def link(request: ApiRequest, person_id: Id, body: Linked) -> HttpResponse:
    """Make a link that shows the photo to whoever has it, for embedding, until it ends."""
    person = request.auth.person(person_id, Permission.PHOTO_VIEW)
    rendition = Rendition(body.size)
    _shown_file(person, rendition, body.year, request)
    made = make_link(
        person, request.auth.token, rendition, year=body.year, valid_s=body.valid_s, now=request.auth.now
    )
    expires = made.expires_at.astimezone(person.school.zone).isoformat()
    return answer(request, {"url": address_of(request, made.path), "expires": expires}, status=201)


def _shown_file(person: Person, rendition: Rendition, year: int | None, request: ApiRequest) -> PhotoFile:
    try:
        if person.protected:
            raise NotFound
        return photo_file(person, rendition, year=year, now=request.auth.now)
    except (NotFound, Refused) as error:
        # Why there is none, withdrawn or protected for instance, is not for everyone who may see photos.
        raise Problem(404, _("There is no photo of this person that can be shown. Nothing was done.")) from error


def _original(person: Person, year: int | None, ordinal: int | None, request: ApiRequest) -> OriginalFile:
    try:
        if person.protected:
            raise NotFound
        if ordinal is None:
            version = version_shown(person, year=year, now=request.auth.now)
        else:
            version = by_hand.version_numbered(person, ordinal, _year(person, year, request))
        return original_of(version)
    except (NotFound, Refused) as error:
        raise Problem(404, _("There is no original file of this photo that can be given out.")) from error


def _who(person: Person) -> dict[str, Any]:
    return {"code": person.code, "kind": person.kind, "name": person.label}


def _year(person: Person, year: int | None, request: ApiRequest) -> int:
    return academic_year_now(person.school, request.auth.now) if year is None else year


def _adjustment(rotate: str, crop: str | None) -> Adjustment:
    turns = int(rotate) // 90
    if crop is None:
        return Adjustment(quarter_turns=turns)
    try:
        left, top, width, height = (float(each) / 100 for each in crop.split(","))
        return Adjustment(quarter_turns=turns, left=left, top=top, width=width, height=height)
    except ValueError as error:
        raise WrongUse(
            _("{crop} is no part of a picture. Nothing was saved. Give its place in percent.").format(
                crop=quoted(crop)
            )
        ) from error


@router.get("/{person_id}/photo/history", response=HistoryShape, openapi_extra=told(Permission.PHOTO_VIEW))
def show_history(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Show the photos of a person: every year, every version, and where each came from."""
    person = request.auth.person(person_id, Permission.PHOTO_VIEW)
    return answer(request, history_document(person, request.auth.now))


@router.post(
    "/{person_id}/photo/release", response=ReleaseShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def release(request: ApiRequest, person_id: Id, body: OfYear) -> HttpResponse:
    """Release what pins a person's photo of a year, so that the next run may publish it."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    released = release_pins(person, by=request.auth.name, now=request.auth.now, year=body.year)
    return answer(request, release_document(released))
