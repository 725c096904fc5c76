"""/rosters: who the students and staff are, read from the school's systems again and again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import Id, SchoolCode, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.roster_shapes import (
    AskedReading,
    NewRoster,
    Readings,
    ReadingShape,
    RosterChangeList,
    RosterChanges,
    RosterList,
    RosterShape,
    TriedRosterShape,
    UnsavedRoster,
)
from photosync.apps.accounts.permissions import Permission
from photosync.apps.rosters import services
from photosync.apps.rosters.documents import (
    change_document,
    reading_document,
    roster_document,
    roster_documents,
)
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.queries import reading_numbered
from photosync.apps.rosters.trying import try_roster
from photosync.core.errors import NotFound, WrongUse

router = Router(tags=["rosters"])
MANAGE = Permission.DATA_MANAGE
READING = "/{roster_id}/readings/{reading_id}"


@router.get("", response=RosterList, openapi_extra=told(MANAGE))
def list_rosters(
    request: ApiRequest, school: SchoolCode = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List the saved rosters of a school, and whether each is read as it should be."""
    the_school = request.auth.school(school, MANAGE)
    rows = SavedRoster.objects.filter(school=the_school).select_related("school")
    return answer(
        request, part(rows, lambda page: roster_documents(page, request.auth.now), after=after, limit=limit)
    )


@router.post("", response={201: RosterShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def add_roster(request: ApiRequest, body: NewRoster, school: SchoolCode = None) -> HttpResponse:
    """Save a roster. It is read every day at 23:00, unless `frequency` says otherwise."""
    the_school = request.auth.school(school, MANAGE)
    made = services.add_roster(the_school, body.name, body.as_settings(), now=request.auth.now)
    return answer(request, _shown(request, made), status=201, location=f"/api/v1/rosters/{made.pk}")


@router.post("/test", response=TriedRosterShape, openapi_extra=told(MANAGE))
def try_unsaved_roster(request: ApiRequest, body: UnsavedRoster, school: SchoolCode = None) -> HttpResponse:
    """Look into a roster before it is saved: whom it names. Nothing is saved, nobody is changed."""
    unsaved = SavedRoster(school=request.auth.school(school, MANAGE))
    return answer(request, try_roster(unsaved, body.as_settings(), now=request.auth.now).document())


@router.get("/{roster_id}", response=RosterShape, openapi_extra=told(MANAGE))
def show_roster(request: ApiRequest, roster_id: Id) -> HttpResponse:
    """Show a saved roster, and whether it is read as it should be."""
    return answer(request, _shown(request, _roster(request, roster_id)))


@router.patch("/{roster_id}", response=RosterShape, openapi_extra=told(MANAGE))
def edit_roster(request: ApiRequest, roster_id: Id, body: RosterChanges) -> HttpResponse:
    """Change a saved roster, all of what is given or none."""
    roster = _roster(request, roster_id)
    changes = body.as_settings()
    if changes.is_empty:
        raise WrongUse(_("No change was given. Nothing was done."))
    return answer(request, _shown(request, services.change_roster(roster, changes, now=request.auth.now)))


@router.delete("/{roster_id}", response={204: None}, openapi_extra=told(MANAGE))
def delete_roster(request: ApiRequest, roster_id: Id) -> HttpResponse:
    """Delete a saved roster with the record of its readings. The people stay as they are."""
    services.delete_roster(_roster(request, roster_id))
    return HttpResponse(status=204)


@router.post("/{roster_id}/test", response=TriedRosterShape, openapi_extra=told(MANAGE))
def test_roster(request: ApiRequest, roster_id: Id, body: RosterChanges) -> HttpResponse:
    """Look into a roster as it would be with these changes: whom it names. Nothing is saved, nobody is changed."""
    roster = _roster(request, roster_id)
    return answer(request, try_roster(roster, body.as_settings(), now=request.auth.now).document())


@router.get("/{roster_id}/readings", response=Readings, openapi_extra=told(MANAGE))
def list_readings(request: ApiRequest, roster_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the readings of a roster, the newest first."""
    rows = RosterReading.objects.filter(roster=_roster(request, roster_id)).select_related("roster__school")

    def shown(page: list[RosterReading]) -> Iterable[dict[str, Any]]:
        return map(reading_document, page)

    return answer(request, part(rows, shown, after=after, limit=limit, newest_first=True))


@router.post("/{roster_id}/readings", response={202: ReadingShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def read_roster(request: ApiRequest, roster_id: Id, body: AskedReading) -> HttpResponse:
    """Read a roster now, or preview what that would do. The reading is queued; look at it until it has ended."""
    roster = _roster(request, roster_id)
    reading = services.request_reading(roster, preview=body.preview, by=request.auth.name, now=request.auth.now)
    return _queued(request, reading)


@router.get(READING, response=ReadingShape, openapi_extra=told(MANAGE))
def show_reading(request: ApiRequest, roster_id: Id, reading_id: Id) -> HttpResponse:
    """Show one reading: its state, its counts, and the rows that could not be used."""
    return answer(request, reading_document(_reading(request, roster_id, reading_id)))


@router.get(f"{READING}/changes", response=RosterChangeList, openapi_extra=told(MANAGE))
def list_changes(
    request: ApiRequest, roster_id: Id, reading_id: Id, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List whom a reading changed, with before and after; of a preview or a held reading, whom it would change."""
    rows = RosterChange.objects.filter(reading=_reading(request, roster_id, reading_id))

    def shown(page: list[RosterChange]) -> Iterable[dict[str, Any]]:
        return map(change_document, page)

    return answer(request, part(rows, shown, after=after, limit=limit))


@router.post(f"{READING}/approve", response={202: ReadingShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def approve_reading(request: ApiRequest, roster_id: Id, reading_id: Id) -> HttpResponse:
    """Let those leave whom a held reading names. It is read again; where others would leave too, it is held."""
    held = _reading(request, roster_id, reading_id)
    return _queued(request, services.approve_reading(held, by=request.auth.name, now=request.auth.now))


@router.post(f"{READING}/discard", response=ReadingShape, openapi_extra=told(MANAGE, once=True))
@idempotent
def discard_reading(request: ApiRequest, roster_id: Id, reading_id: Id) -> HttpResponse:
    """Let a held reading change nothing. The next reading plans afresh."""
    held = _reading(request, roster_id, reading_id)
    discarded = services.discard_reading(held, by=request.auth.name, now=request.auth.now)
    return answer(request, reading_document(discarded))


def _queued(request: ApiRequest, reading: RosterReading) -> HttpResponse:
    location = f"/api/v1/rosters/{reading.roster_id}/readings/{reading.pk}"
    return answer(request, reading_document(reading), status=202, location=location)


def _shown(request: ApiRequest, roster: SavedRoster) -> dict[str, Any]:
    return roster_document(roster, request.auth.now)


def _roster(request: ApiRequest, roster_id: int) -> SavedRoster:
    missing = NotFound(_("There is no roster {number}. Nothing was done.").format(number=roster_id))
    roster = SavedRoster.objects.select_related("school").filter(pk=roster_id).first()
    if roster is None:
        raise missing
    request.auth.reach(roster.school, MANAGE, missing)
    return roster


def _reading(request: ApiRequest, roster_id: int, reading_id: int) -> RosterReading:
    return reading_numbered(_roster(request, roster_id), reading_id)
