"""Photos > Lists: a class, a year level or the staff as a wall of faces, as a PDF document, and to print from here.

Who may see photos may make a list. Who is on one, and whose face: docs/decisions/0006, "Photo lists".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.photo_list_pdf import (
    about_words,
    confidential_words,
    earlier_note,
    list_title,
    photo_list_pdf,
    record_list,
)
from photosync.apps.library.photo_lists import Listed, checked_people, list_year, listed, people_on
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.wording import date_words
from photosync.printing import printing_available
from photosync.web.faces_wall import DEEPEST_PAGE, PEOPLE_PER_PAGE, Face, face_of
from photosync.web.list_choices import AskedList
from photosync.web.page import Crumb, render_page
from photosync.web.pdf_answer import pdf_answer
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def photo_lists(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    school, now = workplace.the_school, datetime.now(UTC)
    asked = AskedList.of(request.GET.dict(), school, local_date(now, school.zone))
    year = list_year(school, asked.wanted.period, now)
    number = _page_number(request.GET.get("page", ""))
    start = (number - 1) * PEOPLE_PER_PAGE
    found = list(people_on(school, asked.wanted)[start : start + PEOPLE_PER_PAGE + 1]) if _is_list(asked) else []
    rows = listed(school, found[:PEOPLE_PER_PAGE], asked.wanted.audience, year)
    address = reverse("photo-lists")
    context = {
        "asked": asked,
        "choices": asked.choices(),
        "is_list": _is_list(asked),
        "number": number,
        "previous_url": f"{address}{asked.query(number - 1)}" if number > 1 else "",
        "next_url": f"{address}{asked.query(number + 1)}" if len(found) > PEOPLE_PER_PAGE else "",
        "pdf_url": f"{reverse('photo-list-pdf')}{asked.query()}",
        "print_url": f"{reverse('photo-list-print')}{asked.query()}",
        "can_print": printing_available(),
        "may_change_data": Permission.DATA_MANAGE in workplace.permissions,
        **_shown(school, asked, rows, year, now),
    }
    return _page(request, workplace, "web/photo_lists.html", context)


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def photo_list_print(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The whole list on a page that prints well, for where there are no PDF documents."""
    school, now = workplace.the_school, datetime.now(UTC)
    asked = AskedList.of(request.GET.dict(), school, local_date(now, school.zone))
    year = list_year(school, asked.wanted.period, now)
    try:
        people = checked_people(school, asked.wanted)
    except PhotoSyncError as error:
        return _back(request, asked, error)
    rows = listed(school, people, asked.wanted.audience, year)
    record_list(school, asked.wanted, len(rows), "page to print")
    context = {
        "back_url": f"{reverse('photo-lists')}{asked.query()}",
        "today": date_words(local_date(now, school.zone)),
        "footer": confidential_words(school, asked.wanted.audience),
        "note": earlier_note(rows, year),
        **_shown(school, asked, rows, year, now),
    }
    return _page(request, workplace, "web/photo_list_print.html", context)


@require_safe
@in_workplace(needs=Permission.PHOTO_VIEW)
def photo_list_document(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The whole list as PDF."""
    school, now = workplace.the_school, datetime.now(UTC)
    asked = AskedList.of(request.GET.dict(), school, local_date(now, school.zone))
    try:
        made = photo_list_pdf(school, asked.wanted, now)
    except PhotoSyncError as error:
        return _back(request, asked, error)
    for person_id in made.shown:
        note_view(request.user.pk, person_id, school_id=school.pk)
    name = re.sub(r"[^\w.-]+", "-", f"{made.title} {made.year}").strip("-")
    return pdf_answer(made.content, f"{name}.pdf", is_download=True)


def _is_list(asked: AskedList) -> bool:
    return asked.wanted.names_a_group


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    return min(max(number, 1), DEEPEST_PAGE)


def _shown(school: School, asked: AskedList, rows: list[Listed], year: int, now: datetime) -> dict[str, Any]:
    """Return what the page and its printed form show alike. `which` is the address of the photos."""
    this_year = academic_year_now(school, now)
    return {
        "list_title": list_title(asked.wanted),
        "about": about_words(asked.wanted, year),
        "faces": [_face(row, year) for row in rows],
        "which": "now" if year == this_year else str(year),
        "codes": asked.wanted.codes,
        "shows_groups": not asked.wanted.roll_group,
    }


def _face(row: Listed, year: int) -> tuple[Face, str]:
    return face_of(row.person, row.photo_year, year), row.person.roll_group


def _back(request: HttpRequest, asked: AskedList, error: PhotoSyncError) -> HttpResponse:
    messages.error(request, error.message)
    return HttpResponseRedirect(f"{reverse('photo-lists')}{asked.query()}")


def _page(request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any]) -> HttpResponse:
    return render_page(
        request,
        template,
        context,
        title=_("Photo lists"),
        workspace="faces",
        crumbs=(Crumb(_("Photos"), reverse("faces")), Crumb(_("Lists"))),
        workplace=workplace,
    )
