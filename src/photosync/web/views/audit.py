"""Settings > Audit: who changed what from what to what, and who saw whose photo.

SYSTEM: MANAGE, which is held in every school, reads all of it. Whoever holds every permission that there is in one
school, its administrator, reads what is recorded of that school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission, may_read_audit
from photosync.apps.audit.acting import Via
from photosync.apps.audit.models import Entry
from photosync.apps.audit.queries import Told, photo_changes, told_entry, told_of_people
from photosync.apps.audit.sentences import ABOUT
from photosync.apps.audit.view_words import ViewTold, told_views
from photosync.core.wording import date_words, short_date_words, time_words
from photosync.web.audit_export import entries_csv, entries_lines, views_csv, views_lines
from photosync.web.audit_filter import (
    Asked,
    Resolved,
    entries_wanted,
    entry_place,
    link_words,
    place_words,
    resolve,
    view_place,
    views_wanted,
)
from photosync.web.page import Crumb, render_page
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import Workplace, in_workplace

ROWS_PER_PAGE = 50
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Line:
    day: str
    time: str
    sentence: str
    via: str
    school: str
    run_id: int | None


@require_safe
@in_workplace()
def audit(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The entries that are asked for, the newest first."""
    asked, resolved = _asked(request, workplace)
    school, context = workplace.the_school, _context(workplace, asked, resolved)
    if not resolved.problem:
        wanted = entries_wanted(asked, resolved, school)
        place = entry_place(request.GET.get("before", ""))
        if resolved.person_ids is not None:
            told, walked = told_of_people(wanted, resolved.person_ids, place, ROWS_PER_PAGE)
            lines = [_line(each, workplace) for each in told]
        else:
            walked = wanted.page(place, ROWS_PER_PAGE)
            lines = [_line(told_entry(each), workplace, each) for each in walked.rows]
        looked = walked.looked_back_to
        context |= {
            "lines": lines,
            "older": asked.query(before=place_words(walked.goes_on)) if walked.goes_on else "",
            "looked_back_to": date_words(looked.astimezone(school.zone).date())
            if isinstance(looked, datetime)
            else "",
            "is_first": place is None,
        }
    return _page(request, workplace, "web/audit.html", context)


@require_safe
@in_workplace()
def audit_views(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Who saw whose photo, day by day."""
    asked, resolved = _asked(request, workplace)
    context = _context(workplace, asked, resolved)
    wanted = None if resolved.problem else views_wanted(asked, resolved)
    if wanted is not None:
        place = view_place(request.GET.get("before", ""))
        walked = wanted.page(place, ROWS_PER_PAGE)
        looked = walked.looked_back_to
        context |= {
            "lines": list(told_views(walked.rows)),
            "older": asked.query(before=place_words(walked.goes_on)) if walked.goes_on else "",
            "looked_back_to": date_words(looked) if looked else "",
            "is_first": place is None,
        }
    elif not resolved.problem:
        context["problem"] = _("No account has this name.")
    return _page(request, workplace, "web/audit_views.html", context)


@require_safe
@in_workplace()
def audit_export(request: HttpRequest, workplace: Workplace, form: str) -> HttpResponseBase:
    asked, resolved = _asked(request, workplace)
    zone = workplace.the_school.zone
    rows: Iterator[Entry | Told] = iter(())
    if not resolved.problem:
        wanted = entries_wanted(asked, resolved, workplace.the_school)
        rows = iter(wanted.all())
        if resolved.person_ids is not None and not (asked.search or asked.about or asked.who):
            rows = _merged(rows, photo_changes(resolved.person_ids, school_id=resolved.school_id))
    body = entries_csv(rows, zone) if form == "csv" else entries_lines(rows, zone)
    return _file(body, "audit", form)


@require_safe
@in_workplace()
def audit_views_export(request: HttpRequest, workplace: Workplace, form: str) -> HttpResponseBase:
    asked, resolved = _asked(request, workplace)
    wanted = None if resolved.problem else views_wanted(asked, resolved)
    rows: Iterator[ViewTold] = iter(()) if wanted is None else told_views(wanted.all())
    return _file(views_csv(rows) if form == "csv" else views_lines(rows), "photo-views", form)


def _merged(entries: Iterator[Entry | Told], changes: list[Told]) -> Iterator[Entry | Told]:
    """Yield both, the newest first."""
    waiting = list(reversed(changes))
    for entry in entries:
        while waiting and waiting[-1].at > entry.at:
            yield waiting.pop()
        yield entry
    yield from reversed(waiting)


def _asked(request: HttpRequest, workplace: Workplace) -> tuple[Asked, Resolved]:
    if not may_read_audit(workplace.permissions):
        raise PermissionDenied(str(Permission.SYSTEM_MANAGE))
    asked = Asked.of(request.GET)
    return asked, resolve(asked, workplace.the_school, whole=_whole(workplace))


def _whole(workplace: Workplace) -> bool:
    return Permission.SYSTEM_MANAGE in workplace.permissions


def _line(told: Told, workplace: Workplace, entry: Entry | None = None) -> Line:
    here = workplace.the_school
    school = entry.school if entry is not None else here
    at = told.at.astimezone((school or here).zone)
    elsewhere = "" if school == here else school.name if school else _("the installation")
    shows_run = told.run_id is not None and school == here
    return Line(
        short_date_words(at.date()),
        time_words(at),
        told.sentence,
        _via(told.via),
        elsewhere,
        told.run_id if shows_run else None,
    )


def _via(name: str) -> str:
    return str(Via(name).label) if name in Via.values else name


def _context(workplace: Workplace, asked: Asked, resolved: Resolved) -> dict[str, Any]:
    names = get_user_model().objects.order_by("username").values_list("username", flat=True)
    if not _whole(workplace):
        names = names.filter(memberships__school=workplace.the_school).distinct()
    return {
        "asked": asked,
        "abouts": ABOUT.items(),
        "whole": _whole(workplace),
        "names": list(names[:MOST_NAMES]),
        "link_words": link_words(),
        "problem": resolved.problem,
        "meant": [(name, Asked.query(_with_person(asked, name))) for name in resolved.meant],
        "query": asked.query(),
        "lines": [],
        "is_first": True,
    }


def _with_person(asked: Asked, name: str) -> Asked:
    return Asked(asked.search, asked.who, asked.about, name, asked.scope, asked.first_day, asked.last_day)


def _page(request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any]) -> HttpResponse:
    is_views = template == "web/audit_views.html"
    crumb = Crumb(_("Audit"), reverse("audit")) if is_views else Crumb(_("Audit"))
    crumbs = settings_crumbs(crumb, Crumb(_("Photo views"))) if is_views else settings_crumbs(crumb)
    title = _("Who saw whose photo") if is_views else _("Audit")
    return render_page(
        request, template, context, title=title, workspace="settings", crumbs=crumbs, workplace=workplace
    )


def _file(body: Iterator[bytes], name: str, form: str) -> StreamingHttpResponse:
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson; charset=utf-8"
    response = StreamingHttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
