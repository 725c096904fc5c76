"""/photo-list: a class, a year level, a house or the staff as a PDF document with faces."""

from __future__ import annotations

from typing import Literal

from django.http import HttpResponse
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.fields import AskedText, Flag, SchoolCode, told
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.photo_list_pdf import photo_list_pdf
from photosync.apps.library.photo_lists import ListOf
from photosync.apps.timetable.choices import Audience, period_offered
from photosync.core.people import PersonKind

router = Router(tags=["photos"])


@router.get("/photo-list", openapi_extra=told(Permission.PHOTO_VIEW))
def get_list(
    request: ApiRequest,
    school: SchoolCode = None,
    kind: Literal["student", "staff"] = "student",
    year_level: AskedText = None,
    roll_group: AskedText = None,
    house: AskedText = None,
    campus: AskedText = None,
    period: AskedText = None,
    readers: Literal["staff", "marks-book", "students", "parents"] = "staff",
    sort: Literal["name", "roll-group"] = "name",
    codes: Flag = "false",
) -> HttpResponse:
    """Make a list of faces as a PDF document. `period` is a code; the photos are those of its days."""
    the_school = request.auth.school(school, Permission.PHOTO_VIEW)
    audience = Audience(readers)
    wanted = ListOf(
        kind=PersonKind(kind),
        year_level=year_level or "",
        roll_group=roll_group or "",
        house=house or "",
        campus=campus or "",
        audience=audience,
        period=None if period is None else period_offered(the_school, audience, period),
        sort=sort,
        codes=codes == "true",
    )
    made = photo_list_pdf(the_school, wanted, request.auth.now)
    for person_id in made.shown:
        note_view(request.auth.token.owner_id, person_id, school_id=the_school.pk)
    response = HttpResponse(made.content, content_type="application/pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response
