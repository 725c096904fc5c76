"""The Administration Workspace: where each of its pages is found, under the names that its users know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.web.page import Crumb, render_page
from photosync.web.place import Place
from photosync.web.report_places import report_places
from photosync.web.workplace import Workplace, in_workplace


def administration_crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    """Return the way from the workspace to a page of Timetable Management."""
    return (
        Crumb(_("Administration Workspace"), reverse("administration")),
        Crumb(_("Timetable Management"), reverse("timetable-management")),
        *further,
    )


def timetable_management_places() -> list[Place]:
    return [
        Place(
            _("Cycle/Period setup"),
            reverse("periods"),
            _("The timetable periods: the dates between which a sync may run."),
        ),
        Place(
            _("Manage Sync"),
            reverse("manage-sync"),
            _("The sync profiles: what is synced, from where, and in which timetable periods."),
        ),
        Place(
            _("Runs"),
            reverse("runs"),
            _("What each sync did: every change with the face before and after. Approve, discard, undo."),
        ),
        Place(
            _("Review"),
            reverse("review"),
            _("What the runs left to a person: files that match nobody, doubtful and rejected pictures."),
        ),
    ]


def sync_ui_places() -> list[Place]:
    return [
        Place(
            _("Inputs"),
            reverse("inputs"),
            _("Containers that photos are delivered into: files, folders and ZIPs, as the source of a sync."),
        )
    ]


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def administration(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return render_page(
        request,
        "web/places.html",
        {
            "parts": [
                (Crumb(_("Timetable Management"), reverse("timetable-management")), timetable_management_places()),
                (Crumb(_("Sync UI"), reverse("inputs")), sync_ui_places()),
                (Crumb(_("Academic Reports"), reverse("academic-reports")), report_places(workplace.permissions)),
            ]
        },
        title=_("Administration Workspace"),
        workspace="administration",
        crumbs=(Crumb(_("Administration Workspace")),),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def timetable_management(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return render_page(
        request,
        "web/places.html",
        {"parts": [(None, timetable_management_places())]},
        title=_("Timetable Management"),
        workspace="administration",
        crumbs=(
            Crumb(_("Administration Workspace"), reverse("administration")),
            Crumb(_("Timetable Management")),
        ),
        workplace=workplace,
    )
