"""/people: students and staff, and their roster."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.bodies import LARGEST_FILE_BYTES, file_body
from photosync.api.fields import NO_NUL, AskedText, Body, Flag, Id, SchoolCode, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.api.shapes import OnePerson, People, PersonShape, RosterReportShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import set_consent, set_protected
from photosync.apps.people.queries import GROUPINGS, identifier_documents, people_of, person_document
from photosync.apps.people.roster.columns import parse_map
from photosync.apps.people.services import import_roster, mark_left
from photosync.core.errors import PhotoSyncError
from photosync.core.people import PersonKind

router = Router(tags=["people"])
Kind = Literal["student", "staff"]
MOST_WORDS = 5
CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
Columns = Annotated[
    list[Annotated[str, Query(max_length=200, pattern=NO_NUL)]],
    Query([], max_length=100, description="COLUMN=FIELD, as often as needed, for columns whose names are not usual."),
]


class Consents(Body):
    """`answers`: yes, no or unknown, by the name of the purpose."""

    answers: Annotated[dict[ShortText, ShortText], Field(min_length=1, max_length=50)]


def shown(person: Person, school_code: str) -> dict[str, Any]:
    return {"id": person.pk, "school": school_code, **person_document(person)}


@router.get("", response=People, openapi_extra=told(Permission.SYNC_VIEW))
def list_people(
    request: ApiRequest,
    school: SchoolCode = None,
    kind: Kind | None = None,
    status: Literal["active", "left"] | None = None,
    code: AskedText = None,
    search: AskedText = None,
    year_level: AskedText = None,
    roll_group: AskedText = None,
    house: AskedText = None,
    campus: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List people, in the order in which they were first known. Protected people are for DATA: MANAGE only."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    words = " ".join((search or "").split()[:MOST_WORDS])
    people = people_of(
        the_school,
        kind=None if kind is None else PersonKind(kind),
        left=None if status is None else status == "left",
        search=words,
    )
    if Permission.DATA_MANAGE not in request.auth.may(the_school):
        people = people.filter(protected=False)
    given = dict(zip(GROUPINGS, (year_level, roll_group, house, campus), strict=True)) | {"code": code}
    people = people.filter(**{name: value for name, value in given.items() if value is not None})
    page = part(people, lambda page: (shown(each, the_school.code) for each in page), after=after, limit=limit)
    return answer(request, page)


@router.post("/import", response=RosterReportShape, openapi_extra=told(Permission.DATA_MANAGE, once=True) | CSV)
@idempotent
def import_people(
    request: ApiRequest,
    kind: Kind,
    school: SchoolCode = None,
    preview: Flag = "false",
    leavers_by_absence: Flag = "false",
    map: Columns = [],  # noqa: A002, B006 - the name in the address; Ninja copies the default
) -> HttpResponse:
    """Import a roster: the body is a CSV file, its first line naming the columns, or a OneRoster ZIP.

    A preview writes nothing.
    """
    the_school = request.auth.school(school, Permission.DATA_MANAGE)
    person_kind = PersonKind(kind)
    content = file_body(request, ("text/csv", "text/plain", "application/zip", "application/octet-stream"))
    if len(content) > LARGEST_FILE_BYTES:
        raise Problem(413, _("The file is larger than 30 MB. Nothing was imported. Split it into several files."))
    columns = parse_map(tuple(map), person_kind)
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        report = _imported(request, the_school, file.name, person_kind, columns, leavers_by_absence, preview)
    return answer(request, report)


@router.post("/{person_id}/consent", response=PersonShape, openapi_extra=told(Permission.DATA_MANAGE, once=True))
@idempotent
def answer_consent(request: ApiRequest, person_id: Id, body: Consents) -> HttpResponse:
    """Store what was answered about consent, by purpose: yes, no or unknown. What is not mentioned stays."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    set_consent(person, dict(body.answers))
    return answer(request, shown(person, person.school.code))


@router.post("/{person_id}/protect", response=PersonShape, openapi_extra=told(Permission.DATA_MANAGE, once=True))
@idempotent
def protect(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Let a person appear on no wall or list and in no destination. The photos are kept."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    set_protected(person, protected=True)
    return answer(request, shown(person, person.school.code))


@router.post("/{person_id}/unprotect", response=PersonShape, openapi_extra=told(Permission.DATA_MANAGE, once=True))
@idempotent
def unprotect(request: ApiRequest, person_id: Id) -> HttpResponse:
    """End the protection of a person."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    set_protected(person, protected=False)
    return answer(request, shown(person, person.school.code))


@router.post("/{person_id}/leave", response=PersonShape, openapi_extra=told(Permission.DATA_MANAGE, once=True))
@idempotent
def leave(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Mark a person as left today. The photos are kept; a roster that names the person undoes it."""
    person = request.auth.person(person_id, Permission.DATA_MANAGE)
    mark_left(person, now=request.auth.now)
    return answer(request, shown(person, person.school.code))


def _imported(
    request: ApiRequest, school: Any, path: str, kind: PersonKind, columns: Any, leavers: Flag, preview: Flag
) -> dict[str, Any]:
    file = Path(path)
    try:
        report = import_roster(
            school,
            file,
            kind,
            given_columns=columns,
            leavers_by_absence=leavers == "true",
            preview=preview == "true",
            now=request.auth.now,
        )
    except PhotoSyncError as error:
        # The file has no name of its own here.
        error.args = (error.message.replace(file.name, "that was sent"), *error.args[1:])
        raise
    return report.document()


@router.get("/{person_id}", response=OnePerson, openapi_extra=told(Permission.SYNC_VIEW))
def show_person(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Show one person, with the identifiers that sources may know them by."""
    person = request.auth.person(person_id, Permission.SYNC_VIEW)
    document = shown(person, person.school.code) | {"identifiers": identifier_documents(person)}
    return answer(request, document)
