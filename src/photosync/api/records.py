"""/audit: who did what, and who saw whose photo. /feedback: what was said about the help articles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from photosync.api.access import ApiRequest
from photosync.api.account_shapes import Entries, Feedbacks, FeedbackShape, Views
from photosync.api.answers import answer
from photosync.api.fields import LARGEST, NO_NUL, AskedText, Body, Flag, Id, SchoolCode, day, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, cursor, part, place_of
from photosync.api.problems import Problem
from photosync.apps.accounts.permissions import Permission, may_read_audit
from photosync.apps.accounts.queries import user_named
from photosync.apps.audit.documents import entry_document, view_document
from photosync.apps.audit.queries import EntriesWanted, ViewsWanted
from photosync.apps.audit.view_words import told_views
from photosync.apps.audit.walking import Place
from photosync.apps.help.queries import feedback_document, feedback_to_read
from photosync.apps.help.services import set_dealt_with
from photosync.apps.schools.models import School
from photosync.core.instants import first_instant_of

router = Router(tags=["records"])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LAST_PLACE = 253_000_000_000_000_000
"""In microseconds: the end of the calendar."""
PersonId = Annotated[int | None, Query(None, ge=1, le=LARGEST, description="The id of a person.")]
Day = Annotated[
    str | None, Query(None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="YYYY-MM-DD, in the school's time zone.")
]


class Dealing(Body):
    """`open_again`: take it back."""

    open_again: bool = False


@router.get("/audit", response=Entries, openapi_extra=told(None) | {"x-permission": "all of a school's"})
def list_entries(
    request: ApiRequest,
    school: SchoolCode = None,
    since: Day = None,
    until: Day = None,
    by: AskedText = None,
    act: AskedText = None,
    person: PersonId = None,
    search: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List what was done, the newest first: in a school, or in all of the installation for who may manage it."""
    the_school = _readable(request, school)
    about, _stop, of_act = (act or "").strip().partition(".")
    zone = the_school.zone if the_school else UTC
    first, last = _days(since, until)
    wanted = EntriesWanted(
        school_id=the_school.pk if the_school else None,
        person_ids=None if person is None else (_person(request, person),),
        actor=(by or "").strip(),
        about=about,
        act=(act or "").strip() if of_act else "",
        search=search or "",
        since=_instant(first, the_school),
        before=_instant(last + timedelta(days=1), the_school) if last else None,
    )
    walked = wanted.page(_moment_place(after), limit)
    goes_on = walked.goes_on
    following = None if goes_on is None else cursor(_microseconds(goes_on.at), goes_on.row_id)
    items = [entry_document(each, zone) for each in walked.rows]  # type: ignore[arg-type]  # UTC is a zone too
    return answer(request, {"items": items, "next": following})


@router.get("/audit/views", response=Views, openapi_extra=told(None) | {"x-permission": "all of a school's"})
def list_views(
    request: ApiRequest,
    school: SchoolCode = None,
    since: Day = None,
    until: Day = None,
    by: AskedText = None,
    person: PersonId = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List who saw whose photo, the latest day first."""
    the_school = _readable(request, school)
    first, last = _days(since, until)
    wanted = ViewsWanted(
        school_id=the_school.pk if the_school else None,
        person_ids=None if person is None else (_person(request, person),),
        account_id=None if by is None else user_named(by).pk,
        first_day=first,
        last_day=last,
    )
    walked = wanted.page(_day_place(after), limit)
    goes_on = walked.goes_on
    following = None if goes_on is None else cursor(goes_on.at.toordinal(), goes_on.row_id)
    return answer(request, {"items": list(map(view_document, told_views(walked.rows))), "next": following})


@router.get("/feedback", response=Feedbacks, openapi_extra=told(Permission.SYSTEM_MANAGE))
def list_feedback(
    request: ApiRequest,
    article: Annotated[str | None, Query(None, max_length=100, pattern=NO_NUL)] = None,
    dealt_with: Flag | None = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List why articles of the help did not help, the newest first."""
    request.auth.require(None, Permission.SYSTEM_MANAGE)
    rows = feedback_to_read(article=article or "", dealt_with=None if dealt_with is None else dealt_with == "true")
    page = part(rows, lambda page: map(feedback_document, page), after=after, limit=limit, newest_first=True)
    return answer(request, page)


@router.post(
    "/feedback/{feedback_id}/deal-with",
    response=FeedbackShape,
    openapi_extra=told(Permission.SYSTEM_MANAGE, once=True),
)
@idempotent
def deal_with(request: ApiRequest, feedback_id: Id, body: Dealing) -> HttpResponse:
    """Mark feedback as dealt with, or as open again."""
    request.auth.require(None, Permission.SYSTEM_MANAGE)
    said = set_dealt_with(feedback_id, dealt_with=not body.open_again, now=request.auth.now)
    return answer(request, feedback_document(said))


def _readable(request: ApiRequest, code: str | None) -> School | None:
    """Return the school whose record is asked for; None for everything, which needs SYSTEM: MANAGE."""
    if code is None and Permission.SYSTEM_MANAGE in request.auth.may(None):
        return None
    school = request.auth.school(code, Permission.SYNC_VIEW)
    if not may_read_audit(request.auth.may(school)):
        raise Problem(
            403,
            _(
                "The record of a school may be read with all the permissions of an administrator there. Nothing was "
                "listed. Settings > API tokens shows what a token may do."
            ),
        )
    return school


def _person(request: ApiRequest, person_id: int) -> int:
    return request.auth.person(person_id, Permission.DATA_MANAGE).pk


def _days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    return (None if since is None else day(since, "since"), None if until is None else day(until, "until"))


def _instant(first: date | None, school: School | None) -> datetime | None:
    if first is None:
        return None
    known = school or School.objects.order_by("pk").first()
    return first_instant_of(first, known.zone) if known else datetime(first.year, first.month, first.day, tzinfo=UTC)


def _microseconds(at: Any) -> int:
    return int((at - EPOCH) // MICROSECOND)


def _moment_place(after: str | None) -> Place | None:
    if after is None:
        return None
    at, row_id = place_of(after, 2)
    return Place(EPOCH + min(at, LAST_PLACE) * MICROSECOND, row_id)


def _day_place(after: str | None) -> Place | None:
    if after is None:
        return None
    at, row_id = place_of(after, 2)
    return Place(date.fromordinal(min(max(at, 1), date.max.toordinal())), row_id)
