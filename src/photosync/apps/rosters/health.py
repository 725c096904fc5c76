"""Whether saved rosters are read as they should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.core.roster_health import Reading, RosterHealth, Seen, health_of_roster

State = RosterReading.State
ROSTERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RosterSeen:
    """A roster as it is at one instant. `last` is its last reading that ended, previews left out."""

    roster: SavedRoster
    health: RosterHealth
    explanation: str
    held: RosterReading | None
    last: RosterReading | None
    alive: RosterReading | None


def look_at_rosters(rosters: Sequence[SavedRoster], now: datetime) -> list[RosterSeen]:
    """Return each roster as of `now`, in four queries however many there are."""
    readings = RosterReading.objects.filter(roster__in=rosters)
    ended = readings.filter(state__in=(State.DONE, State.FAILED)).exclude(trigger=RosterReading.Trigger.PREVIEW)
    latest = ended.order_by().values("roster").annotate(last=Max("pk")).values("last")
    last = {each.roster_id: each for each in RosterReading.objects.filter(pk__in=latest)}
    held = {each.roster_id: each for each in readings.filter(state=State.HELD)}
    alive = {each.roster_id: each for each in readings.filter(state__in=RosterReading.ALIVE)}
    return [_seen(each, held.get(each.pk), last.get(each.pk), alive.get(each.pk), now) for each in rosters]


def unwell_rosters(now: datetime) -> list[RosterSeen]:
    """Return the rosters of all schools that want someone, a part at a time however many there are."""
    rows, found, last = SavedRoster.objects.select_related("school").order_by("pk"), list[RosterSeen](), 0
    while part := list(rows.filter(pk__gt=last)[:ROSTERS_AT_ONCE]):
        last = part[-1].pk
        found += [each for each in look_at_rosters(part, now) if each.health.wants_someone]
    return found


def _seen(
    roster: SavedRoster,
    held: RosterReading | None,
    last: RosterReading | None,
    alive: RosterReading | None,
    now: datetime,
) -> RosterSeen:
    ended = _reading(last)
    is_failed = last is not None and last.state == State.FAILED
    seen = Seen(
        held=_reading(held),
        failed=ended if is_failed else None,
        good=None if is_failed else ended,
        next_due_utc=roster.next_due_at,
    )
    health, explanation = health_of_roster(seen, now, roster.school.zone)
    return RosterSeen(roster, health, explanation, held, last, alive)


def _reading(row: RosterReading | None) -> Reading | None:
    if row is None:
        return None
    warning = row.warnings[0] if row.warnings else ""
    if more := len(row.warnings) - 1 if row.warnings else 0:
        told = ngettext("It tells %(number)d thing more.", "It tells %(number)d things more.", more)
        warning = f"{warning} {told % {'number': more}}"
    if row.refused and not warning:
        warning = _("Look at the rows that could not be used.")
    return Reading(row.pk, row.finished_at or row.asked_at, row.explanation, warning)
