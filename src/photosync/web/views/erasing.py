"""Leavers and when each one's time is over, erasing a person or the photos, and the report of what was erased.

All of it is for DATA: MANAGE: it names people who are protected, and cannot be undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.erasing.leavers import FILTERS, LATER, OVER, SOON, SOON_DAYS, UNKNOWN, leaver_of, leavers_of
from photosync.apps.erasing.models import Erasure, Scope
from photosync.apps.erasing.queries import erasure_rows, erasures_of, preview_of, why_words
from photosync.apps.erasing.services import LONGEST_REASON, allow_photos, erase_on_request
from photosync.apps.people.models import Person
from photosync.core.errors import PhotoSyncError, WrongUse
from photosync.core.retention import years_words
from photosync.core.spreadsheets import rows_csv
from photosync.core.wording import date_words
from photosync.web.page import Crumb, Words, render_page
from photosync.web.views.data_management import Filter, data_crumbs, person_crumbs, the_person
from photosync.web.views.person_decisions import Question, ask
from photosync.web.workplace import Workplace, in_workplace

PER_PAGE = 100
DEEPEST_PAGE = 25_000
LONGEST_CODE = 64
WHICH: dict[str, Words] = {
    "": gettext_lazy("All"),
    OVER: gettext_lazy("Over: erased within hours"),
    SOON: gettext_lazy("Over within 30 days"),
    LATER: gettext_lazy("Later"),
    UNKNOWN: gettext_lazy("Day of leaving not known"),
}
SCOPES: dict[str, Words] = {
    Scope.PERSON.value: gettext_lazy("The person as a whole"),
    Scope.PHOTOS.value: gettext_lazy("Photos only: the person stays in the roster"),
}


@dataclass(frozen=True, slots=True)
class LeaverShown:
    person: Person
    left: str
    over: str
    is_over: bool
    has_photos: bool


@require_safe
@in_workplace(needs=Permission.DATA_MANAGE)
def leavers(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Who has left, the one who is erased next first."""
    school, now = workplace.the_school, datetime.now(UTC)
    which = request.GET.get("which", "")
    which = which if which in FILTERS else ""
    page = _page_of(request, leavers_of(school, now, which=which))
    rows = []
    for person in page.object_list:
        found = leaver_of(person, school, now)
        left = date_words(person.left_on) if person.left_on else _("not known")
        over = date_words(found.over_on) if found.over_on else _("not by itself")
        rows.append(LeaverShown(person, left, over, found.is_over, found.has_photos))
    context = {
        "rows": rows,
        "which": Filter("which", _("Their time is over"), tuple((key, str(w)) for key, w in WHICH.items()), which),
        "kept_for": years_words(school.photos_of_leavers_years),
        "soon": leavers_of(school, now, which=SOON).count(),
        "soon_days": SOON_DAYS,
    }
    return _render(request, workplace, "web/leavers.html", _("Leavers"), {**context, **_pages(page, which=which)})


@dataclass(frozen=True, slots=True)
class ErasureShown:
    row: Erasure
    at: str
    why: str
    cycles: str


@require_safe
@in_workplace(needs=Permission.DATA_MANAGE)
def erasures(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What was erased, the latest first; whether someone was is asked by the code."""
    school = workplace.the_school
    code = request.GET.get("code", "").replace("\0", "")[:LONGEST_CODE].strip()
    page = _page_of(request, erasures_of(school, code=code))
    rows = [
        ErasureShown(
            row,
            date_words(row.at.astimezone(school.zone).date()),
            why_words(row),
            ", ".join(dict.fromkeys(str(each["cycle"]) for each in row.archived)),
        )
        for row in page.object_list
    ]
    context = {"rows": rows, "code": code, "longest_code": LONGEST_CODE}
    return _render(request, workplace, "web/erasures.html", _("Erasures"), {**context, **_pages(page, code=code)})


@require_safe
@in_workplace(needs=Permission.DATA_MANAGE)
def erasures_csv(_request: HttpRequest, workplace: Workplace) -> HttpResponseBase:
    rows: Iterator[list[object]] = erasure_rows(erasures_of(workplace.the_school))
    headings = [str(name) for name in next(rows)]
    response = StreamingHttpResponse(rows_csv(headings, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="erasures.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.DATA_MANAGE)
def person_erase(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    """Say what would go and what stays, and erase once the code is typed."""
    person = the_person(workplace, person_id)
    given = request.POST if request.method == "POST" else request.GET
    scope = Scope.PHOTOS if given.get("scope") == Scope.PHOTOS else Scope.PERSON
    reason, typed, refusal = request.POST.get("reason", ""), request.POST.get("code", ""), ""
    if request.method == "POST":
        try:
            _refuse_wrong_code(person, typed)
            done = erase_on_request(
                person, scope, reason=reason, by=request.user.get_username(), now=datetime.now(UTC)
            )
        except PhotoSyncError as error:
            refusal = error.message
        else:
            return _erased(request, person, scope, done.label, blobs_left=done.blobs_left)
    title = _("Erase %(name)s") % {"name": person.label}
    context = {
        "person": person,
        "scope": scope.value,
        "scopes": SCOPES,
        "preview": preview_of(person, scope),
        "refusal": refusal,
        "reason": reason,
        "longest_reason": LONGEST_REASON,
    }
    return render_page(
        request,
        "web/person_erase.html",
        context,
        title=title,
        workspace="data-management",
        crumbs=person_crumbs(person, Crumb(title)),
        workplace=workplace,
    )


def _refuse_wrong_code(person: Person, typed: str) -> None:
    if typed.strip() == person.code:
        return
    raise WrongUse(
        _("The code that was typed is not %(code)s. Nothing was erased. Type it as it stands here.")
        % {"code": person.code}
    )


def _erased(request: HttpRequest, person: Person, scope: Scope, label: str, *, blobs_left: bool) -> HttpResponse:
    told = _("The photos of %(person)s are erased.") if scope is Scope.PHOTOS else _("%(person)s is erased.")
    messages.success(request, told % {"person": label})
    if blobs_left:
        messages.warning(
            request, _("The photo store could not be written: the stored pictures go as soon as it can be.")
        )
    to = reverse("data-person", args=[person.pk]) if scope is Scope.PHOTOS else reverse("erasures")
    return HttpResponseRedirect(to)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.DATA_MANAGE)
def person_allow_photos(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    """Let photos be kept again of someone whose photos were erased."""
    person = the_person(workplace, person_id)
    asked = Question(
        _("Keep photos of %(name)s again") % {"name": person.label},
        (_("The next sync takes in what the data source has of the person. What was erased does not come back."),),
        _("Keep photos again"),
        cannot="" if person.keeps_no_photo else _("Photos of %(name)s are kept.") % {"name": person.label},
    )

    def do() -> str:
        allow_photos(person, by=request.user.get_username(), now=datetime.now(UTC))
        return _("Photos of %(name)s are kept again.") % {"name": person.label}

    return ask(request, workplace, person, asked, do)


def _page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return Paginator(rows, PER_PAGE).get_page(min(number, DEEPEST_PAGE))


def _pages(page: Page[Any], **asked: str) -> dict[str, Any]:
    kept = {name: value for name, value in asked.items() if value}

    def address(number: int) -> str:
        return f"?{urlencode({**kept, 'page': number})}"

    return {
        "page": page,
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }


def _render(
    request: HttpRequest, workplace: Workplace, template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    return render_page(
        request,
        template,
        context,
        title=title,
        workspace="data-management",
        crumbs=data_crumbs(Crumb(title)),
        workplace=workplace,
    )
