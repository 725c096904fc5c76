"""Data Management > Rosters: where the school's systems say who its people are, and each reading of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.rosters import services
from photosync.apps.rosters.health import look_at_rosters
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.queries import rosters_of
from photosync.apps.rosters.settings import roster_seen
from photosync.apps.rosters.trying import TriedRoster, try_roster
from photosync.core.errors import ChangedMeanwhile, PhotoSyncError
from photosync.core.people import PersonKind
from photosync.web.page import Crumb, Words, render_page
from photosync.web.profile_form import say_secrets_are_gone, show_refusal
from photosync.web.roster_shown import change_rows, reading_row, roster_rows, tallies
from photosync.web.saved_roster_form import (
    ReadingTimeForm,
    SavedRosterForm,
    column_choices,
    mapping_sent,
    time_form,
)
from photosync.web.views.data_management import data_crumbs
from photosync.web.views.inputs import page_number
from photosync.web.workplace import Workplace, in_workplace

READINGS_PER_PAGE = 20
CHANGES_PER_PAGE = 100
REFUSED_SHOWN = 200
LARGEST_ID = 2**63
DISPUTED = "disputed"
DATA = Permission.DATA_MANAGE


@dataclass(slots=True)
class Sheet:
    """The roster on the page, as it is edited. `seen` tells what was stored when the page was opened."""

    roster: SavedRoster
    form: SavedRosterForm
    time: ReadingTimeForm
    seen: str = ""
    is_sent: bool = False
    tried: TriedRoster | None = None
    tried_refusal: str = ""


@require_safe
@in_workplace(needs=DATA)
def rosters(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """List the saved rosters, and whether each is read as it should be."""
    seen = look_at_rosters(list(rosters_of(workplace.the_school)), datetime.now(UTC))
    return _page(request, workplace, "web/rosters.html", {"rosters": roster_rows(seen)}, title=_("Rosters"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=DATA)
def roster_new(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return _edited(request, workplace, SavedRoster(school=workplace.the_school))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=DATA)
def roster_edit(request: HttpRequest, workplace: Workplace, roster_id: int) -> HttpResponse:
    return _edited(request, workplace, _roster(workplace, roster_id))


@require_safe
@in_workplace(needs=DATA)
def roster(request: HttpRequest, workplace: Workplace, roster_id: int) -> HttpResponse:
    """One roster: how it does, and its readings."""
    found = _roster(workplace, roster_id)
    now = datetime.now(UTC)
    number = page_number(request)
    start = (number - 1) * READINGS_PER_PAGE
    readings = RosterReading.objects.filter(roster=found).select_related("roster__school")
    rows = list(readings[start : start + READINGS_PER_PAGE + 1])
    (seen,) = look_at_rosters([found], now)
    context = {
        "found": found,
        "row": roster_rows([seen])[0],
        "held": seen.held,
        "alive": seen.alive,
        "readings": [reading_row(each, now) for each in rows[:READINGS_PER_PAGE]],
        "previous": number - 1,
        "next": number + 1 if len(rows) > READINGS_PER_PAGE else 0,
    }
    return _page(request, workplace, "web/roster.html", context, Crumb(found.name), title=found.name)


@require_POST
@in_workplace(needs=DATA)
def roster_read(request: HttpRequest, workplace: Workplace, roster_id: int) -> HttpResponse:
    """Read now, or a preview of that."""
    found = _roster(workplace, roster_id)
    by, now = request.user.get_username(), datetime.now(UTC)
    try:
        reading = services.request_reading(found, preview="preview" in request.POST, by=by, now=now)
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("roster", args=[found.pk]))
    return HttpResponseRedirect(reverse("roster-reading", args=[found.pk, reading.pk]))


@require_safe
@in_workplace(needs=DATA)
def roster_reading(request: HttpRequest, workplace: Workplace, roster_id: int, reading_id: int) -> HttpResponse:
    """One reading: whom it changed, or would change, and the rows that could not be used."""
    found = _roster(workplace, roster_id)
    reading = _reading(found, reading_id)
    number = page_number(request)
    start = (number - 1) * CHANGES_PER_PAGE
    changes = RosterChange.objects.filter(reading=reading)
    which = request.GET.get("which", "")
    if which in RosterChange.Becomes.values:
        changes = changes.filter(becomes=which)
    elif which == DISPUTED:
        changes = changes.exclude(disputed_with="")
    rows = list(changes[start : start + CHANGES_PER_PAGE + 1])
    refused = [
        {
            "line": line,
            "code": code,
            "reason": reason,
            "kind": _("Student") if kind == PersonKind.STUDENT else _("Staff"),
        }
        for kind, line, code, reason in reading.refused[:REFUSED_SHOWN]
    ]
    context: dict[str, Any] = {
        "found": found,
        "reading": reading,
        "row": reading_row(reading, datetime.now(UTC)),
        "tallies": tallies(reading),
        "changes": change_rows(rows[:CHANGES_PER_PAGE]),
        "which": which,
        "choices": [*RosterChange.Becomes.choices, (DISPUTED, _("Another roster disagrees"))],
        "refusals": refused,
        "more_refusals": max(sum(each.get("refused", 0) for each in reading.counts.values()) - len(refused), 0),
        "previous": number - 1,
        "next": number + 1 if len(rows) > CHANGES_PER_PAGE else 0,
        "may_decide": reading.state == RosterReading.State.HELD and not reading.decided_by,
    }
    title = _("Reading %(number)d") % {"number": reading.pk}
    return _of_roster(request, workplace, "web/roster_reading.html", context, title=title)


@require_POST
@in_workplace(needs=DATA)
def roster_decide(request: HttpRequest, workplace: Workplace, roster_id: int, reading_id: int) -> HttpResponse:
    """Approve or discard a held reading."""
    found = _roster(workplace, roster_id)
    reading = _reading(found, reading_id)
    by, now = request.user.get_username(), datetime.now(UTC)
    try:
        if "approve" in request.POST:
            reading = services.approve_reading(reading, by=by, now=now)
        else:
            reading = services.discard_reading(reading, by=by, now=now)
            messages.success(
                request, _("Reading %(number)d was discarded. Nobody was changed.") % {"number": reading.pk}
            )
    except PhotoSyncError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("roster-reading", args=[found.pk, reading.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=DATA)
def roster_delete(request: HttpRequest, workplace: Workplace, roster_id: int) -> HttpResponse:
    """Ask before a roster is deleted."""
    found = _roster(workplace, roster_id)
    refusal = ""
    if request.method == "POST":
        name = found.name
        try:
            services.delete_roster(found)
        except PhotoSyncError as error:
            refusal = error.message
        else:
            messages.success(
                request, _("The roster %(name)s was deleted. The people stay as they are.") % {"name": name}
            )
            return HttpResponseRedirect(reverse("rosters"))
    context = {"found": found, "refusal": refusal, "readings": found.readings.count()}
    return _of_roster(request, workplace, "web/roster_delete.html", context, title=_("Delete"))


def _edited(request: HttpRequest, workplace: Workplace, found: SavedRoster) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    sheet = Sheet(found, SavedRosterForm(data, found), time_form(data, found), is_sent=data is not None)
    sheet.seen = data.get("seen", "") if data is not None else roster_seen(found) if found.pk else ""
    if data is not None and "save" in data:
        saved = _saved(request, sheet)
        if saved is not None:
            told = _("%(name)s was saved. See what reading it would do: preview it.") % {"name": saved.name}
            messages.success(request, told)
            return HttpResponseRedirect(reverse("roster", args=[saved.pk]))
    elif data is not None and "test" in data:
        _try(request, sheet)
    if data is not None and not request.htmx:  # type: ignore[attr-defined]  # by its middleware
        say_secrets_are_gone(sheet.form, sheet.form.chosen_kind.options)
    kinds_read = _kinds_read(sheet)
    context = {"sheet": sheet, "columns": column_choices(data, found, kinds_read, sheet.tried)}
    title = _("Change the roster") if found.pk else _("New roster")
    return _of_roster(request, workplace, "web/roster_edit.html", context | {"found": found}, title=title)


def _saved(request: HttpRequest, sheet: Sheet) -> SavedRoster | None:
    """Save what was sent, and return it; None where it could not be, which the form then says."""
    if not (sheet.form.is_valid() and sheet.time.is_valid()):
        return None
    settings = sheet.form.settings(mapping_sent(request.POST, sheet.roster), sheet.time.text)
    now = datetime.now(UTC)
    try:
        if not sheet.roster.pk:
            return services.add_roster(sheet.roster.school, str(settings.name), settings, now=now)
        return services.change_roster(sheet.roster, settings, now=now, seen=sheet.seen)
    except ChangedMeanwhile as error:
        sheet.form.add_error(None, error.message)
        sheet.seen = roster_seen(SavedRoster.objects.select_related("school").get(pk=sheet.roster.pk))
    except PhotoSyncError as error:
        show_refusal(sheet.form, error)
    return None


def _try(request: HttpRequest, sheet: Sheet) -> None:
    """Test connection: look into the roster as the form is now; nothing is saved."""
    if not sheet.form.is_valid():
        sheet.tried_refusal = _("A field cannot be read yet. Nothing was tried. Mend it first.")
        return
    settings = sheet.form.settings(mapping_sent(request.POST, sheet.roster), "")
    try:
        sheet.tried = try_roster(sheet.roster, settings, now=datetime.now(UTC))
    except PhotoSyncError as error:
        sheet.tried_refusal = error.message


def _kinds_read(sheet: Sheet) -> list[PersonKind]:
    form = sheet.form
    chosen = {
        PersonKind.STUDENT: form["students"].value(),
        PersonKind.STAFF: form["staff"].value(),
    }
    return [kind for kind, is_read in chosen.items() if is_read] or list(PersonKind)


def _roster(workplace: Workplace, roster_id: int) -> SavedRoster:
    found = rosters_of(workplace.the_school).filter(pk=min(roster_id, LARGEST_ID - 1)).first()
    if found is None:
        raise Http404
    return found


def _reading(found: SavedRoster, reading_id: int) -> RosterReading:
    readings = RosterReading.objects.filter(roster=found, pk=min(reading_id, LARGEST_ID - 1))
    reading = readings.select_related("roster__school").first()
    if reading is None:
        raise Http404
    return reading


def _of_roster(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any], *, title: str
) -> HttpResponse:
    found = context["found"]
    crumbs = [Crumb(found.name, reverse("roster", args=[found.pk]))] if found.pk else []
    return _page(request, workplace, template, context, *crumbs, Crumb(title), title=title)


def _page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    context: dict[str, Any],
    *further: Crumb,
    title: Words,
) -> HttpResponse:
    is_first = template == "web/rosters.html"
    return render_page(
        request,
        template,
        context,
        title=title,
        workspace="data-management",
        crumbs=data_crumbs(Crumb(_("Rosters"), "" if is_first else reverse("rosters")), *further),
        workplace=workplace,
    )
