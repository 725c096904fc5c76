"""/leavers, /erasures, and erasing a person or the photos."""

from __future__ import annotations

from typing import Literal

from django.http import HttpResponse
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.erasing_shapes import ErasedShape, ErasurePreviewShape, Erasures, Leavers
from photosync.api.fields import AskedText, Body, Id, LongText, SchoolCode, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.people import Kind, shown
from photosync.api.shapes import PersonShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.erasing.leavers import leaver_of, leavers_of
from photosync.apps.erasing.models import Scope
from photosync.apps.erasing.queries import erasure_document, erasures_of, preview_of
from photosync.apps.erasing.services import allow_photos, erase_on_request
from photosync.core.people import PersonKind

router = Router(tags=["people"])
ScopeText = Literal["person", "photos"]


class Erasing(Body):
    """`reason`: why, without naming the person; it is kept. `scope`: the person as a whole, or the photos only."""

    reason: LongText
    scope: ScopeText = "person"


@router.get("/leavers", response=Leavers, openapi_extra=told(Permission.DATA_MANAGE))
def list_leavers(
    request: ApiRequest,
    school: SchoolCode = None,
    kind: Kind | None = None,
    which: Literal["over", "soon", "later", "unknown"] | None = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List who has left, with the day from which each one is erased; `soon` is within 30 days."""
    the_school, now = request.auth.school(school, Permission.DATA_MANAGE), request.auth.now
    person_kind = None if kind is None else PersonKind(kind)
    people = leavers_of(the_school, now, which=which or "", kind=person_kind)
    page = part(
        people,
        lambda page: ({"id": each.pk, **leaver_of(each, the_school, now).document()} for each in page),
        after=after,
        limit=limit,
    )
    return answer(request, page)


@router.get("/erasures", response=Erasures, openapi_extra=told(Permission.DATA_MANAGE))
def list_erasures(
    request: ApiRequest,
    school: SchoolCode = None,
    code: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List what was erased, the newest first, with what the archive keeps. `code`: only of whoever had this code."""
    the_school = request.auth.school(school, Permission.DATA_MANAGE)
    rows = erasures_of(the_school, code=code or "")
    page = part(rows, lambda page: map(erasure_document, page), after=after, limit=limit, newest_first=True)
    return answer(request, page)


@router.get("/people/{person_id}/erasure", response=ErasurePreviewShape, openapi_extra=told(Permission.DATA_MANAGE))
def preview_erasure(request: ApiRequest, person_id: Id, scope: ScopeText = "person") -> HttpResponse:
    """Show what erasing would take, and what the archive keeps. Nothing is erased."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    return answer(request, preview_of(person, Scope(scope)))


@router.post("/people/{person_id}/erase", response=ErasedShape, openapi_extra=told(Permission.DATA_MANAGE, once=True))
@idempotent
def erase_person(request: ApiRequest, person_id: Id, body: Erasing) -> HttpResponse:
    """Erase a person, or only the photos, for good. Archived reports keep their copy."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    done = erase_on_request(
        person, Scope(body.scope), reason=body.reason, by=request.auth.actor.name, now=request.auth.now
    )
    return answer(request, erasure_document(done.erasure))


@router.post(
    "/people/{person_id}/allow-photos", response=PersonShape, openapi_extra=told(Permission.DATA_MANAGE, once=True)
)
@idempotent
def let_photos_be_kept(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Let photos of a person be kept again, after they were erased. The next sync takes them in."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    allow_photos(person, by=request.auth.actor.name, now=request.auth.now)
    return answer(request, shown(person, person.school.code))
