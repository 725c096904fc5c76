"""Administration > Academic Reports > Reporting: the cycles, a new one, and one cycle's page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.cycles import cycle_seen, edit_cycle, open_cycle
from photosync.apps.reports.holding import by_cycle
from photosync.apps.reports.models import ReportingCycle
from photosync.apps.reports.queries import LEFT, cycles_of, groups_of, jobs_of, progress_of, total_of
from photosync.apps.reports.roster import newcomers
from photosync.apps.schools.queries import academic_year_now
from photosync.core.errors import ChangedMeanwhile, PhotoSyncError
from photosync.core.reporting import waiting_words, where_it_stands
from photosync.web.faces_wall import DEEPEST_PAGE
from photosync.web.page import Crumb, render_page
from photosync.web.report_jobs_shown import job_shown
from photosync.web.report_waiting import WaitLine, waiting_in
from photosync.web.reporting_form import CycleForm, PeopleForm
from photosync.web.reporting_page import (
    MOST_BARS,
    Asked,
    bar_of,
    bars_of,
    cycle_badges,
    facts_of,
    filters_of,
    members_page,
)
from photosync.web.runs_list import number_in
from photosync.web.views.academic_reports import report_crumbs
from photosync.web.workplace import Workplace, in_workplace

CYCLES_PER_PAGE = 25
NEWCOMERS_NAMED = 5
STATES = {ReportingCycle.State.OPEN.value: ReportingCycle.State.OPEN, "archived": ReportingCycle.State.ARCHIVED}


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def cycles(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The reporting cycles of the school, the latest first, of those that are asked for."""
    school = workplace.the_school
    state = state if (state := request.GET.get("state", "")) in STATES else ""
    year = number_in(request.GET.get("year", "")) if len(request.GET.get("year", "")) == 4 else None
    number = min(number_in(request.GET.get("page", "")) or 1, DEEPEST_PAGE)
    start = (number - 1) * CYCLES_PER_PAGE
    found = list(cycles_of(school, state=state, year=year)[start : start + CYCLES_PER_PAGE + 1])
    shown = found[:CYCLES_PER_PAGE]
    progress, waiting = progress_of(shown), by_cycle(waiting_in(school))
    rows = [
        {
            "cycle": each,
            "badges": cycle_badges(each),
            "bar": bar_of(each.name, "", progress[each.pk]),
            "waiting": waiting.get(each.pk, 0),
        }
        for each in shown
    ]
    years = cycles_of(school).order_by("-academic_year").values_list("academic_year", flat=True).distinct()
    return reporting_page(
        request,
        workplace,
        "web/reporting.html",
        {
            "rows": rows,
            "state": state,
            "year": year,
            "years": list(years[:50]),
            "number": number,
            "has_next": len(found) > CYCLES_PER_PAGE,
        },
        crumbs=(Crumb(_("Reporting")),),
        title=_("Reporting"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def new_cycle(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    school, now = workplace.the_school, datetime.now(UTC)
    sent = request.POST if request.method == "POST" else None
    form = CycleForm(sent, initial={"academic_year": academic_year_now(school, now)})
    people = PeopleForm(school, sent, request.FILES if sent is not None else None)
    if sent is not None and form.is_valid() & people.is_valid():
        try:
            made = open_cycle(
                school, by=request.user.get_username(), now=now, people=people.choice(), **form.cleaned_data
            )
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            told = _("%(name)s was opened.") % {"name": made.name}
            messages.success(request, f"{told} {_standing(made)}")
            return HttpResponseRedirect(reverse("reporting-cycle", args=[made.pk]))
    return reporting_page(
        request,
        workplace,
        "web/reporting_form.html",
        {"form": form, "people": people},
        crumbs=(_reporting_crumb(), Crumb(_("New reporting cycle"))),
        title=_("New reporting cycle"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.ACAD_ARCHIVE)
def edit(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """The name of a cycle, its year, and from when each audience sees its archived reports."""
    found = the_cycle(workplace, cycle_id)
    form = CycleForm.of(found, request.POST if request.method == "POST" else None)
    seen = request.POST.get("seen") or cycle_seen(found)
    saved_now = None
    if request.method == "POST" and form.is_valid():
        try:
            edit_cycle(found, seen=seen, **form.cleaned_data)
        except ChangedMeanwhile as error:
            form.add_error(None, error.message)
            found.refresh_from_db()
            seen, saved_now = cycle_seen(found), found
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
            return HttpResponseRedirect(reverse("reporting-cycle", args=[found.pk]))
    return reporting_page(
        request,
        workplace,
        "web/reporting_form.html",
        {"form": form, "cycle": found, "seen": seen, "saved_now": facts_of(saved_now) if saved_now else ()},
        crumbs=cycle_crumbs(found, Crumb(_("Edit"))),
        title=_("Edit %(name)s") % {"name": found.name},
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def cycle(request: HttpRequest, workplace: Workplace, cycle_id: int) -> HttpResponse:
    """One cycle: how far it is, what waits for it, and who is in it."""
    found = the_cycle(workplace, cycle_id)
    asked = Asked.of(request.GET.dict())
    address = reverse("reporting-cycle", args=[found.pk])
    context = _members_context(workplace, found, asked, address)
    in_part = bool(request.htmx) and request.htmx.target == "members"  # type: ignore[attr-defined]  # by its middleware
    if not in_part:
        groups = groups_of(found)
        context |= _progress_context(workplace, found, groups) | {"filters": filters_of(groups, asked)}
    response = reporting_page(
        request,
        workplace,
        "web/parts/cycle_members.html" if in_part else "web/reporting_cycle.html",
        context,
        crumbs=cycle_crumbs(found),
        title=found.name,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    if in_part:
        response.headers["HX-Replace-Url"] = f"{address}{asked.query(asked.page)}"
    return response


def _members_context(workplace: Workplace, found: ReportingCycle, asked: Asked, address: str) -> dict[str, Any]:
    page = members_page(
        found,
        asked,
        sees_protected=Permission.DATA_MANAGE in workplace.permissions,
        may_change=Permission.ACAD_ARCHIVE in workplace.permissions,
    )
    return {
        "cycle": found,
        "page": page,
        "asked": asked,
        "address": address,
        "previous_url": f"{address}{asked.query(page.number - 1)}#members" if page.number > 1 else "",
        "next_url": f"{address}{asked.query(page.number + 1)}#members" if page.has_next else "",
    }


def _progress_context(workplace: Workplace, found: ReportingCycle, groups: Any) -> dict[str, Any]:
    progress, bars = total_of(groups), bars_of(found, groups)
    waiting = [each for each in waiting_in(workplace.the_school) if each.cycle_id == found.pk]
    is_open = found.state == ReportingCycle.State.OPEN
    fresh = (
        list(newcomers(found).order_by("family_name", "given_name", "pk")[: NEWCOMERS_NAMED + 1]) if is_open else []
    )
    sees = Permission.DATA_MANAGE in workplace.permissions
    named = [each.label for each in fresh[:NEWCOMERS_NAMED] if sees or not each.protected]
    work = jobs_of(found).first()
    return {
        "badges": cycle_badges(found),
        "is_open": is_open,
        "standing": where_it_stands(
            found.name,
            progress,
            is_open=is_open,
            is_released=found.released_at is not None,
            waiting=by_cycle(waiting).get(found.pk, 0),
        ),
        "waits": [
            (
                each.profile,
                WaitLine(waiting_words(found.name, each.photos), reverse("profile", args=[each.profile_id])),
            )
            for each in waiting
        ],
        "facts": facts_of(found),
        "progress": progress,
        "total": bar_of(_("Everyone"), "", progress),
        "bars": bars[:MOST_BARS],
        "bars_left_out": max(len(bars) - MOST_BARS, 0),
        "newcomers": newcomers(found).count() if fresh else 0,
        "newcomers_named": ", ".join(named),
        "left_url": f"?state={LEFT}#members",
        "job": job_shown(work) if work is not None else None,
    }


def the_cycle(workplace: Workplace, cycle_id: int) -> ReportingCycle:
    """Return the cycle, where it is one of the school's; otherwise it does not exist."""
    found = cycles_of(workplace.the_school).filter(pk=cycle_id).first() if cycle_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def _standing(found: ReportingCycle) -> str:
    progress = progress_of([found])[found.pk]
    waiting = by_cycle(waiting_in(found.school)).get(found.pk, 0)
    return where_it_stands(found.name, progress, is_open=True, is_released=False, waiting=waiting)


def _reporting_crumb() -> Crumb:
    return Crumb(_("Reporting"), reverse("reporting"))


def cycle_crumbs(found: ReportingCycle, *further: Crumb) -> tuple[Crumb, ...]:
    own = reverse("reporting-cycle", args=[found.pk]) if further else ""
    return (_reporting_crumb(), Crumb(found.name, own), *further)


def reporting_page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    context: dict[str, Any],
    *,
    crumbs: tuple[Crumb, ...],
    title: str,
) -> HttpResponse:
    """Return a page of Reporting; `crumbs` follow Administration > Academic Reports."""
    return render_page(
        request,
        template,
        {"may_change": Permission.ACAD_ARCHIVE in workplace.permissions} | context,
        title=title,
        workspace="academic-reports",
        crumbs=report_crumbs(*crumbs),
        workplace=workplace,
    )
