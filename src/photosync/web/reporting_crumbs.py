"""The way to the pages of a reporting cycle, and the cycle that an address names."""

from __future__ import annotations

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from photosync.apps.reports.models import ReportingCycle
from photosync.web.page import Crumb
from photosync.web.workplace import Workplace


def the_cycle(workplace: Workplace, cycle_id: int) -> ReportingCycle:
    """Return the cycle. Another school's does not exist. Raises Http404."""
    rows = ReportingCycle.objects.select_related("school").filter(school=workplace.the_school, pk=cycle_id)
    found = rows.first()
    if found is None:
        raise Http404
    return found


def address_if_any(name: str, *values: object) -> str:
    """Return the address of a page; empty where there is no such page."""
    try:
        return reverse(name, args=values)
    except NoReverseMatch:
        return ""


def reporting_crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    return (
        Crumb(_("Administration Workspace"), reverse("administration")),
        Crumb(_("Academic Reports"), address_if_any("academic-reports")),
        Crumb(_("Reporting"), address_if_any("reporting")),
        *further,
    )


def cycle_crumbs(cycle: ReportingCycle, *further: Crumb) -> tuple[Crumb, ...]:
    return reporting_crumbs(Crumb(cycle.name, address_if_any("reporting-cycle", cycle.pk)), *further)
