"""A reporting cycle as it is now, held by whoever changes it; and what forbids to change it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from photosync.apps.reports.jobs import ALIVE
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.core.errors import Refused


def locked_cycle(cycle: ReportingCycle) -> ReportingCycle:
    """Return the cycle as it is stored; no one else changes it until the transaction ends."""
    rows = ReportingCycle.objects.select_for_update(of=("self",)).select_related("school").order_by()
    return rows.get(pk=cycle.pk)


def refuse_unless_open(cycle: ReportingCycle) -> None:
    if cycle.state != ReportingCycle.State.OPEN:
        raise Refused(
            _("%(cycle)s is closed. Nothing was changed. Open it again first, with a reason.") % {"cycle": cycle.name}
        )


def refuse_while_working(cycle: ReportingCycle) -> None:
    """Raise Refused while long work on the cycle goes on: it counts on who is in it."""
    alive = ReportJob.objects.filter(cycle=cycle, state__in=ALIVE).first()
    if alive is not None:
        words = {"cycle": cycle.name, "work": alive.get_kind_display(), "by": alive.started_by}
        raise Refused(
            _(
                "Work on %(cycle)s goes on (%(work)s, asked for by %(by)s). Nothing was changed. "
                "Wait until it has ended, or cancel it."
            )
            % words
        )
