"""Academic Reports: where each of its pages is found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.web.page import Crumb, render_page
from photosync.web.report_places import report_places
from photosync.web.workplace import Workplace, in_workplace


def report_crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    """Return the way to a page of Academic Reports, as it is known: Administration > Academic Reports > ..."""
    return (
        Crumb(_("Administration Workspace"), reverse("administration")),
        Crumb(_("Academic Reports"), reverse("academic-reports")),
        *further,
    )


@require_safe
@in_workplace()
def academic_reports(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    places = report_places(workplace.permissions)
    way: tuple[Crumb, ...] = (Crumb(_("Academic Reports")),)
    if workplace.may_see_sync:
        way = (Crumb(_("Administration Workspace"), reverse("administration")), *way)
    return render_page(
        request,
        "web/places.html",
        {"parts": [(None, places)] if places else [], "nothing": not places},
        title=_("Academic Reports"),
        workspace="academic-reports",
        crumbs=way,
        workplace=workplace,
    )
