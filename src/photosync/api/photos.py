"""/people/{id}/photo: the photo of a person, and its history."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, names
from photosync.api.fields import Body, Id, Year, told
from photosync.api.idempotency import idempotent
from photosync.api.problems import Problem
from photosync.api.shapes import HistoryShape, ReleaseShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.library.photos import history_document, photo_file
from photosync.apps.runs.releasing import release_document, release_pins
from photosync.core.errors import NotFound, Refused
from photosync.core.photos import Rendition

router = Router(tags=["photos"])
AskedYear = Annotated[int | None, Query(None, ge=1900, le=9998, description="An academic year; by default today's.")]


class Released(Body):
    year: Year | None = None


@router.get("/{person_id}/photo", openapi_extra=told(Permission.PHOTO_VIEW))
def get_photo(
    request: ApiRequest, person_id: Id, year: AskedYear = None, size: Literal["full", "card", "thumb"] = "full"
) -> HttpResponse:
    """Get the photo as a JPEG file. For a year without one it is the latest earlier photo."""
    person = request.auth.person(person_id, Permission.PHOTO_VIEW)
    try:
        if person.protected:
            raise NotFound
        file = photo_file(person, Rendition(size), year=year, now=request.auth.now)
    except (NotFound, Refused) as error:
        # Why there is none, withdrawn or protected for instance, is not for everyone who may see photos.
        raise Problem(404, _("There is no photo of this person that can be shown. Nothing was done.")) from error
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


@router.get("/{person_id}/photo/history", response=HistoryShape, openapi_extra=told(Permission.PHOTO_VIEW))
def show_history(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Show the photos of a person: every year, every version, and where each came from."""
    person = request.auth.person(person_id, Permission.PHOTO_VIEW)
    return answer(request, history_document(person, request.auth.now))


@router.post(
    "/{person_id}/photo/release", response=ReleaseShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def release(request: ApiRequest, person_id: Id, body: Released) -> HttpResponse:
    """Release what pins a person's photo of a year, so that the next run may publish it."""
    person = request.auth.person(person_id, Permission.PHOTO_MANAGE)
    released = release_pins(person, by=request.auth.name, now=request.auth.now, year=body.year)
    return answer(request, release_document(released))
