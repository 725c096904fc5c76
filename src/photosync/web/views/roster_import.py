"""Data Management > Import a roster: upload, columns, preview, import. Nothing is saved before the last step.

The file waits in the data folder under a name made here. Its token is in the address, and counts only where the
session of whoever uploaded it holds it, for the school that it was uploaded for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.roster.columns import IGNORE
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.roster.uploads import (
    forget_old_uploads,
    forget_upload,
    give_back_upload,
    keep_upload,
    take_upload,
    uploaded,
)
from photosync.apps.people.services import import_roster, start_of_roster
from photosync.core.errors import NotFound, PhotoSyncError, Refused
from photosync.core.people import PersonKind
from photosync.web.csv_field import shown_name
from photosync.web.page import Crumb, render_page
from photosync.web.roster_form import FIELD_WORDS, ColumnsForm, UploadForm
from photosync.web.views.data_management import data_crumbs, kind_words, list_url
from photosync.web.waiting_uploads import WaitingUploads
from photosync.web.workplace import Workplace, in_workplace

UPLOADS = WaitingUploads("rosters")
REFUSALS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that this session has uploaded for this school. `columns` is None until they are chosen."""

    token: str
    name: str
    kind: PersonKind
    columns: dict[str, str] | None

    def told(self, error: PhotoSyncError) -> str:
        """Return what the service says, with the file's own name."""
        return error.message.replace(f"{self.token}.taken", self.name).replace(f"{self.token}.csv", self.name)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.DATA_MANAGE)
def roster_import(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Choose a file."""
    forget_old_uploads(datetime.now(UTC))
    posted = request.method == "POST"
    initial = {"kind": request.GET.get("kind", PersonKind.STUDENT.value)}
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm(initial=initial)
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            token = keep_upload(file.chunks())
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            waiting = Waiting(token, shown_name(file), PersonKind(form.cleaned_data["kind"]), None)
            try:
                start_of_roster(workplace.the_school, uploaded(token), waiting.kind)
            except PhotoSyncError as error:
                forget_upload(token)
                form.add_error("file", waiting.told(error))
            else:
                _remember(request, workplace, waiting)
                return HttpResponseRedirect(reverse("roster-columns", args=[token]))
    return _page(request, workplace, "web/roster_upload.html", {"form": form}, title=_("Import a roster"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.DATA_MANAGE)
def roster_columns(request: HttpRequest, workplace: Workplace, token: str) -> HttpResponse:
    """Say which column holds which field, with the first rows beside them."""
    try:
        waiting = _waiting(request, workplace, token)
        start = start_of_roster(workplace.the_school, uploaded(token), waiting.kind)
    except PhotoSyncError as error:
        return _begin_again(request, error.message)
    form = ColumnsForm(start, waiting.kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _remember(request, workplace, Waiting(token, waiting.name, waiting.kind, form.mapping))
        return HttpResponseRedirect(reverse("roster-preview", args=[token]))
    if waiting.columns is not None:
        for place, name in enumerate(start.header):
            if f"column_{place}" in form.fields:
                form.fields[f"column_{place}"].initial = waiting.columns.get(name)
    context = {"form": form, "waiting": waiting}
    return _page(request, workplace, "web/roster_columns.html", context, title=_("Columns of the roster"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.DATA_MANAGE)
def roster_preview(request: HttpRequest, workplace: Workplace, token: str) -> HttpResponse:
    """Show what an import would do; import on POST."""
    try:
        waiting = _waiting(request, workplace, token)
        uploaded(token)
    except PhotoSyncError as error:
        return _begin_again(request, error.message)
    if waiting.columns is None:
        return HttpResponseRedirect(reverse("roster-columns", args=[token]))
    refusal = ""
    if request.method == "POST":
        try:
            report = _import(request, workplace, waiting)
        except NotFound as error:
            return _begin_again(request, error.message)
        except PhotoSyncError as error:
            refusal = waiting.told(error)
        else:
            UPLOADS.forget(request, token)
            messages.success(request, _done(report))
            return HttpResponseRedirect(list_url(waiting.kind))
    report_shown: RosterReport | None = None
    try:
        report_shown = _run(workplace, waiting, preview=True)
    except PhotoSyncError as error:
        refusal = refusal or waiting.told(error)
    context = {"waiting": waiting, "refusal": refusal, "report": report_shown} | _shown(report_shown)
    return _page(request, workplace, "web/roster_preview.html", context, title=_("Preview of the import"))


def _run(workplace: Workplace, waiting: Waiting, *, preview: bool, leavers: bool = False) -> RosterReport:
    path = uploaded(waiting.token) if preview else take_upload(waiting.token)
    try:
        return import_roster(
            workplace.the_school,
            path,
            waiting.kind,
            given_columns=waiting.columns,
            leavers_by_absence=leavers,
            preview=preview,
            now=datetime.now(UTC),
        )
    except Exception:
        if not preview:
            give_back_upload(waiting.token)
        raise


def _import(request: HttpRequest, workplace: Workplace, waiting: Waiting) -> RosterReport:
    """Import the file. Raises Refused where other people would be marked as left than were agreed to."""
    leavers = "leavers" in request.POST
    if leavers:
        number = _run(workplace, waiting, preview=True, leavers=True).absent_left
        if request.POST["leavers"] != str(number):
            raise Refused(
                ngettext(
                    "By now %(number)s person would be marked as left, not as many as were shown. Nothing was "
                    "imported. Look at this preview, and tick it again if it is right.",
                    "By now %(number)s people would be marked as left, not as many as were shown. Nothing was "
                    "imported. Look at this preview, and tick it again if it is right.",
                    number,
                )
                % {"number": number}
            )
    return _run(workplace, waiting, preview=False, leavers=leavers)


def _done(report: RosterReport) -> str:
    return _(
        "The roster was imported: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, "
        "%(left)s marked as left, %(returned)s back again, %(refused)s refused."
    ) % {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "left": report.leaving,
        "returned": report.returned,
        "refused": report.refused,
    }


def _shown(report: RosterReport | None) -> dict[str, Any]:
    if report is None:
        return {}
    return {
        "counts": [
            (_("New"), report.new),
            (_("Changed"), report.changed),
            (_("Unchanged"), report.unchanged),
            (_("Left, by the status column"), report.left),
            (_("Back again"), report.returned),
            (_("Left before they were known here"), report.skipped),
            (_("Lines refused"), report.refused),
        ],
        "columns": [(name, FIELD_WORDS[field]) for name, field in report.columns.items() if field != IGNORE],
        "refusals": report.refusals[:REFUSALS_SHOWN],
        "more_refusals": max(report.refused - REFUSALS_SHOWN, 0),
        "would_change": report.new + report.changed + report.left + report.returned > 0,
    }


def _remember(request: HttpRequest, workplace: Workplace, waiting: Waiting) -> None:
    known = {"name": waiting.name, "kind": waiting.kind.value, "columns": waiting.columns}
    UPLOADS.remember(request, waiting.token, known | {"school": workplace.the_school.pk})


def _waiting(request: HttpRequest, workplace: Workplace, token: str) -> Waiting:
    """Raises NotFound where this session has not uploaded it for this school."""
    known = UPLOADS.known(request, token)
    if known is None or known["school"] != workplace.the_school.pk:
        raise NotFound(
            _(
                "This uploaded roster is no longer here: it was imported already, or is more than a day old. "
                "Nothing was imported now. Upload the file again."
            )
        )
    return Waiting(token, known["name"], PersonKind(known["kind"]), known["columns"])


def _begin_again(request: HttpRequest, told: str) -> HttpResponse:
    messages.error(request, told)
    return HttpResponseRedirect(reverse("roster-import"))


def _page(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any], *, title: str
) -> HttpResponse:
    waiting = context.get("waiting")
    crumbs = [Crumb(_("Import a roster"), reverse("roster-import"))] if waiting else []
    words = {"kind_words": kind_words(waiting.kind)} if waiting else {}
    return render_page(
        request,
        template,
        words | context,
        title=title,
        workspace="data-management",
        crumbs=data_crumbs(*crumbs, Crumb(title)),
        workplace=workplace,
    )
