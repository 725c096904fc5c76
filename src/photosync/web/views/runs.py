"""Administration > Timetable Management > Runs: the list, one run, and its changes as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import runs_of
from photosync.apps.runs.undoing import undoable_items
from photosync.core.run_states import RunState, Trigger
from photosync.web.page import Crumb, render_page
from photosync.web.report_waiting import wait_lines_of_run
from photosync.web.run_changes import Looking, changes_page, kind_to_show
from photosync.web.run_csv import changes_csv
from photosync.web.run_page import facts_of, is_preview_that_is_over, live_of, new_year_sentence, told_kind
from photosync.web.run_parts import people_in
from photosync.web.run_words import STATES, TRIGGERS, counts_shown, run_badge
from photosync.web.runs_list import RunFilter, number_in, runs_page
from photosync.web.views.administration import administration_crumbs
from photosync.web.views.overview import STOP_POLLING
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def runs(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The runs of the school, newest first, of those that are asked for."""
    school = workplace.the_school
    wanted = RunFilter.of(request.GET)
    in_part = request.htmx and request.htmx.target == "runs"  # type: ignore[attr-defined]  # by its middleware
    response = run_page(
        request,
        workplace,
        "web/parts/run_rows.html" if in_part else "web/runs.html",
        {
            "page": runs_page(school, wanted, request.GET, datetime.now(UTC)),
            "wanted": wanted,
            "this_page": request.get_full_path(),
            "profiles": SyncProfile.objects.filter(school=school).order_by("name"),
            "states": STATES.items(),
            "triggers": TRIGGERS.items(),
        },
        title=_("Runs"),
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def run(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    """One run: what it is, how far it is, and, once it is over, what became of everything."""
    found = the_run(workplace, run_id)
    live = live_of(found, datetime.now(UTC))
    may_manage = Permission.SYNC_MANAGE in workplace.permissions
    may_approve = Permission.SYNC_APPROVE in workplace.permissions
    deciding = found.state == RunState.HELD and may_approve
    out, later = (people_in(request.GET, name) if deciding else [] for name in ("out", "later"))
    names = workplace.hidden_names()
    context: dict[str, Any] = {
        "run": found,
        "warnings": names.texts(found.warnings),
        "badge": run_badge(found),
        "told_kind": told_kind(found),
        "trigger": TRIGGERS[Trigger(found.trigger)],
        "facts": facts_of(found),
        "new_year": new_year_sentence(found),
        "counts": () if live else counts_shown(found.counts),
        "live": live,
        "deciding": deciding,
        "may_manage": may_manage,
        "may_undo": may_manage and _can_be_undone(found),
        "may_run": may_manage and is_preview_that_is_over(found),
    }
    if live is None:
        sees, by_name = may_approve or may_manage, request.GET.get("sort") == "name"
        looking = Looking(names=names, out=frozenset(out), later=frozenset(later), sees_planned=sees, by_name=by_name)
        kind, number = kind_to_show(found, request.GET.get("show", "")), number_in(request.GET.get("page", "")) or 1
        page = changes_page(found, kind, number, looking)
        here = {change.person_id for change in page.changes}
        context |= {"page": page, "out_elsewhere": [pk for pk in out if pk not in here]}
        context["waits"] = wait_lines_of_run(found) if page.kind == "waiting" else ()
        context["later_elsewhere"] = [pk for pk in later if pk not in here]
        context["sees_faces"] = page.shows_faces and workplace.may_see_photos
    return run_page(request, workplace, "web/run.html", context, title=run_title(found))


def _can_be_undone(found: Run) -> bool:
    over = not RunState(found.state).alive and found.state != RunState.HELD
    return over and undoable_items(found, None).exists()


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def run_live(request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponse:
    """The part of a run's page that shows how far it is. Once it is over, the page is told to renew itself."""
    found = the_run(workplace, run_id)
    live = live_of(found, datetime.now(UTC))
    context = {"run": found, "live": live, "renewed_badge": run_badge(found)}
    response = render_page(request, "web/parts/run_live.html", context, title="")
    if live is None:
        response.status_code = STOP_POLLING
        response.headers["HX-Trigger-After-Settle"] = "run-ended"
    return response


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def run_csv(_request: HttpRequest, workplace: Workplace, run_id: int) -> HttpResponseBase:
    found = the_run(workplace, run_id)
    changes = changes_csv(found, workplace.hidden_names())
    response = StreamingHttpResponse(changes, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="run-{found.pk}-changes.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def the_run(workplace: Workplace, run_id: int) -> Run:
    """Return the run, where it is one of the school's; otherwise it does not exist."""
    found = runs_of(workplace.the_school).filter(pk=run_id).first() if run_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def run_title(found: Run) -> str:
    return _("Run %(number)d") % {"number": found.pk}


def run_page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    context: dict[str, Any],
    *,
    title: str,
    further: tuple[Crumb, ...] = (),
) -> HttpResponse:
    """Return a page of this group; `further` are crumbs between the list and the page."""
    is_list = template in ("web/runs.html", "web/parts/run_rows.html")
    way = (Crumb(title),) if is_list else (Crumb(_("Runs"), reverse("runs")), *further, Crumb(title))
    return render_page(
        request,
        template,
        context,
        title=title,
        workspace="administration",
        crumbs=administration_crumbs(*way),
        workplace=workplace,
    )
