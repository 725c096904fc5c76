"""/reporting-cycles/{cycle_id}/members: who is in a reporting cycle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, pdf_answer
from photosync.api.fields import AskedText, Body, Id, Number, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.reporting import NEEDS, People, members_who_are, the_cycle
from photosync.api.reporting_shapes import AddedShape, Members, RemovedShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports import roster
from photosync.apps.reports.archive import pdf_named
from photosync.apps.reports.documents import member_document
from photosync.apps.reports.models import CycleMember
from photosync.apps.reports.queries import MembersWanted, members_of
from photosync.apps.reports.stored_pdf import open_stored

router = Router(tags=["reporting cycles"])
MOST_REMOVED = 1_000


class Removed(Body):
    """The ids of people."""

    people: Annotated[list[Number], Field(min_length=1, max_length=MOST_REMOVED)]


@router.get("/{cycle_id}/members", response=Members, openapi_extra=told(Permission.SYNC_VIEW))
def list_members(
    request: ApiRequest,
    cycle_id: Id,
    state: Literal["missing", "stored", "archived", "released", "left"] | None = None,
    year_level: AskedText = None,
    roll_group: AskedText = None,
    search: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List who is in a reporting cycle, in the order in which they came. Protected people: DATA: MANAGE only."""
    cycle = the_cycle(request, cycle_id, Permission.SYNC_VIEW)
    wanted = MembersWanted(search=search or "", year_level=year_level, roll_group=roll_group, state=state or "")
    members = members_of(cycle, wanted)
    if Permission.DATA_MANAGE not in request.auth.may(cycle.school):
        members = members.filter(person__protected=False)

    def shown(page: list[CycleMember]) -> Iterable[dict[str, Any]]:
        zone = cycle.school.zone
        return ({"person": each.person_id, **member_document(each, zone)} for each in page)

    return answer(request, part(members, shown, after=after, limit=limit))


@router.get("/{cycle_id}/members/{person_id}/pdf", openapi_extra=told(NEEDS))
def get_stored(request: ApiRequest, cycle_id: Id, person_id: Id) -> HttpResponse:
    """Get the report of a person that is not archived yet, as PDF. It is recorded that it was opened."""
    (member,) = members_who_are(request, the_cycle(request, cycle_id, NEEDS), [person_id])
    _report, content = open_stored(member)
    return pdf_answer(content, pdf_named(f"{member.person.code} {member.person.label}"))


@router.post("/{cycle_id}/members/add", response=AddedShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def add_members(request: ApiRequest, cycle_id: Id, body: People) -> HttpResponse:
    """Take students into a reporting cycle, by groups and by codes; all of them or none."""
    added = roster.add_people(the_cycle(request, cycle_id, NEEDS), body.as_choice())
    return answer(request, {"added": added.added, "already": added.already})


@router.post("/{cycle_id}/members/add-newcomers", response=AddedShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def add_newcomers(request: ApiRequest, cycle_id: Id) -> HttpResponse:
    """Take in everyone of the groups that were taken in before who is not in the reporting cycle."""
    return answer(request, {"added": roster.take_in_newcomers(the_cycle(request, cycle_id, NEEDS)), "already": 0})


@router.post("/{cycle_id}/members/remove", response=RemovedShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def remove_members(request: ApiRequest, cycle_id: Id, body: Removed) -> HttpResponse:
    """Take people out of a reporting cycle; all of them or none. Who is archived stays."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    members = members_who_are(request, cycle, body.people)
    return answer(request, {"removed": roster.remove_people(cycle, [each.pk for each in members])})
