"""What of a school's rosters needs attention, each with the page that mends it or who can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from photosync.apps.accounts.permissions import Permission
from photosync.apps.rosters.health import RosterSeen, look_at_rosters
from photosync.apps.rosters.queries import rosters_of
from photosync.apps.schools.models import School
from photosync.core.roster_health import RosterHealth
from photosync.web.attention import Attention, Remedy, who_can
from photosync.web.roster_shown import health_badge

MOST_ROSTERS = 100
URGENT = frozenset({"failing", "held"})


def with_rosters(
    attention: Sequence[Attention], school: School, permissions: frozenset[Permission], now: datetime
) -> list[Attention]:
    """Return `attention` with that of the school's rosters: after what fails or is held, before all else."""
    seen = look_at_rosters(list(rosters_of(school)[:MOST_ROSTERS]), now)
    of_rosters = [_attention(each, permissions) for each in seen if each.health.wants_someone]
    urgent = [each for each in attention if each.badge.kind in URGENT]
    return [*urgent, *of_rosters, *(each for each in attention if each.badge.kind not in URGENT)]


def _attention(seen: RosterSeen, permissions: frozenset[Permission]) -> Attention:
    roster = seen.roster
    may_mend = Permission.DATA_MANAGE in permissions
    url = reverse("roster", args=[roster.pk])
    words, where = _("Look at the roster"), url
    if seen.health is RosterHealth.HELD and seen.held is not None:
        words, where = _("See who they are and decide"), reverse("roster-reading", args=[roster.pk, seen.held.pk])
    return Attention(
        health_badge(seen.health),
        _("Roster %(name)s") % {"name": roster.name},
        0,
        seen.explanation,
        Remedy(words, where) if may_mend else Remedy(who_can(Permission.DATA_MANAGE)),
        url if may_mend else reverse("data-management"),
    )
