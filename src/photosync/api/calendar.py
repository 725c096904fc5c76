"""/calendar: when syncs start, run, pause and stop, as calendars read it. /calendar-link: the secret link to it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router

from photosync.api.access import ApiRequest
from photosync.api.account_shapes import CalendarLinkShape, MadeCalendarLinkShape
from photosync.api.answers import address_of, answer, names
from photosync.api.fields import LARGEST, SchoolCode, told
from photosync.apps.accounts.calendar_links import (
    NEEDS,
    calendar_link_document,
    make_calendar_link,
    remove_calendar_link,
)
from photosync.apps.profiles.calendar_feed import MEDIA_TYPE, calendar_feed, profiles_told
from photosync.core.errors import NotFound

router = Router(tags=["calendar"])
ProfileId = Annotated[
    int | None, Query(None, ge=1, le=LARGEST, description="The id of one profile; without it, all.")
]


@router.get("/calendar", openapi_extra=told(NEEDS))
def get_calendar(request: ApiRequest, school: SchoolCode = None, profile: ProfileId = None) -> HttpResponse:
    """Give the calendar feed of a school (iCalendar): what a calendar gets by the secret link."""
    the_school = request.auth.school(school, NEEDS)
    profiles = [each for each in profiles_told(the_school) if profile is None or each.pk == profile]
    if profile is not None and not profiles:
        raise NotFound(f"School {the_school.code} has no sync profile {profile}. Nothing was done.")
    made = calendar_feed(
        the_school, profiles, request.auth.now, manage_sync_url=address_of(request, reverse("manage-sync"))
    )
    if names(request.headers.get("If-None-Match", ""), made.etag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(made.content, content_type=MEDIA_TYPE)
    response.headers["ETag"] = made.etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    return response


@router.get("/calendar-link", response=CalendarLinkShape, openapi_extra=told(NEEDS))
def show_link(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Tell whether the token's account has a calendar link in the school; never the link."""
    the_school = request.auth.school(school, NEEDS)
    return answer(request, calendar_link_document(request.auth.token.owner, the_school))


@router.post("/calendar-link", response={201: MadeCalendarLinkShape}, openapi_extra=told(NEEDS))
def make_link(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Make the account's calendar link, or make it anew; the former one ends. It ends with this token too.

    The link is told once.
    """
    caller = request.auth
    owner, the_school = caller.token.owner, caller.school(school, NEEDS)
    made = make_calendar_link(owner, the_school, now=caller.now, token=caller.token)
    document = calendar_link_document(owner, the_school) | {"link": address_of(request, made.path)}
    return answer(request, document, status=201)


@router.delete("/calendar-link", response=CalendarLinkShape, openapi_extra=told(NEEDS))
def remove_link(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """End the account's calendar link: calendars that use it get nothing any more."""
    owner, the_school = request.auth.token.owner, request.auth.school(school, NEEDS)
    remove_calendar_link(owner, the_school)
    return answer(request, calendar_link_document(owner, the_school))
