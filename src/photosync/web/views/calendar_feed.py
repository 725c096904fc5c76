"""/calendar/: the calendar feed by secret link, without a session. Settings > Calendar feed makes the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from photosync.apps.accounts.calendar_links import (
    MadeCalendarLink,
    calendar_link_of,
    calendar_path,
    link_of_secret,
    make_calendar_link,
    note_calendar_read,
    remove_calendar_link,
)
from photosync.apps.accounts.models import User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.calendar_feed import MEDIA_TYPE, calendar_feed, profiles_told
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.core.instants import local_date
from photosync.web.page import Crumb, render_page
from photosync.web.photo_gate import matches_etag
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import Workplace, in_workplace

PROFILES_LISTED = 50


@dataclass(frozen=True, slots=True)
class ProfileAddress:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownCalendarLink:
    """What `web/parts/calendar_link.html` shows, with days of the school's zone; `made_on` is None without a link.

    `address` and what follows are there once: when it was just made.
    """

    made_on: date | None
    last_used_on: date | None = None
    address: str = ""
    webcal_address: str = ""
    profiles: tuple[ProfileAddress, ...] = ()


@require_safe
def feed(request: HttpRequest, secret: str, profile_id: int | None = None) -> HttpResponse:
    """Give the feed to whoever has the link; 404 for every other, without telling why."""
    now = datetime.now(UTC)
    link = link_of_secret(secret, now)
    profiles = [] if link is None else profiles_told(link.school)
    if profile_id is not None:
        profiles = [each for each in profiles if each.pk == profile_id]
    if link is None or (profile_id is not None and not profiles):
        told = _("There is no calendar at this link, or not any more.")
        response = HttpResponse(f"{told}\n", status=404, content_type="text/plain; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response
    note_calendar_read(link, now)
    made = calendar_feed(link.school, profiles, now, manage_sync_url=_whole(request, reverse("manage-sync")))
    if matches_etag(request.headers.get("If-None-Match", ""), made.etag.strip('"')):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(made.content, content_type=MEDIA_TYPE)
        response.headers["Content-Disposition"] = 'inline; filename="photo-sync.ics"'
    response.headers["ETag"] = made.etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def calendar_feed_page(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return _page(request, workplace, shown_calendar_link(request, workplace))


@require_POST
@in_workplace(needs=Permission.SYNC_VIEW)
def make_link(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Make the link, or make it anew; the answer is the one page that shows it."""
    try:
        made = make_calendar_link(_account(request), workplace.the_school, now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("calendar-feed"))
    return _page(request, workplace, _just_made(request, workplace, made))


@require_POST
@in_workplace(needs=Permission.SYNC_VIEW)
def remove_link(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    try:
        remove_calendar_link(_account(request), workplace.the_school)
    except NotFound as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The calendar link is removed: calendars that use it get nothing any more."))
    return HttpResponseRedirect(reverse("calendar-feed"))


def shown_calendar_link(request: HttpRequest, workplace: Workplace) -> ShownCalendarLink:
    """Return what the part shows; to be given to its template as `calendar_link`."""
    school = workplace.the_school
    link = calendar_link_of(_account(request), school)
    if link is None:
        return ShownCalendarLink(None)
    used_at = link.last_used_at
    return ShownCalendarLink(
        local_date(link.created_at, school.zone), None if used_at is None else local_date(used_at, school.zone)
    )


def _just_made(request: HttpRequest, workplace: Workplace, made: MadeCalendarLink) -> ShownCalendarLink:
    school, address = workplace.the_school, _whole(request, made.path)
    profiles = profiles_told(school)[:PROFILES_LISTED]
    alone = [ProfileAddress(each.name, _whole(request, calendar_path(made.secret, each.pk))) for each in profiles]
    return ShownCalendarLink(
        local_date(made.link.created_at, school.zone),
        address=address,
        webcal_address=f"webcal://{address.partition('://')[2]}",
        profiles=tuple(alone) if len(alone) > 1 else (),
    )


def _page(request: HttpRequest, workplace: Workplace, shown: ShownCalendarLink) -> HttpResponse:
    return render_page(
        request,
        "web/calendar_feed.html",
        {"calendar_link": shown},
        title=_("Calendar feed"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("Calendar feed"))),
        workplace=workplace,
    )


def _account(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _whole(request: HttpRequest, path: str) -> str:
    """Return the whole address of `path`: behind the first trusted origin that the operator has set."""
    origins = [each for each in settings.CSRF_TRUSTED_ORIGINS if "*" not in each and urlsplit(each).netloc]
    return f"{origins[0].rstrip('/')}{path}" if origins else request.build_absolute_uri(path)
