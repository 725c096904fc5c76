"""Saved rosters and their readings as the command line and the API show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from photosync.apps.profiles.source_secrets import secret_names
from photosync.apps.rosters.health import RosterSeen, look_at_rosters
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.settings import ON_DEMAND
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind


def roster_documents(rosters: Sequence[SavedRoster], now: datetime) -> list[dict[str, Any]]:
    return [_roster(each) for each in look_at_rosters(rosters, now)]


def roster_document(roster: SavedRoster, now: datetime) -> dict[str, Any]:
    (document,) = roster_documents([roster], now)
    return document


def _roster(seen: RosterSeen) -> dict[str, Any]:
    roster, zone = seen.roster, seen.roster.school
    return {
        "id": roster.pk,
        "school": roster.school.code,
        "name": roster.name,
        "kind": roster.kind,
        "options": dict(roster.options),
        "secrets": secret_names(roster),
        "columns": dict(roster.mapping),
        "components": [kind.component for kind in roster.kinds],
        "updates_only": not roster.is_whole,
        "missing_leave": roster.missing_leave,
        "leave_share_percent": roster.leave_share_percent,
        "leave_number": roster.leave_number,
        "frequency": roster.frequency or ON_DEMAND,
        "next_reading": _moment(roster.next_due_at, zone),
        "health": {"state": seen.health.value, "explanation": seen.explanation},
        "held_reading": None if seen.held is None else seen.held.pk,
        "last_reading": None if seen.last is None else seen.last.pk,
    }


def reading_document(reading: RosterReading) -> dict[str, Any]:
    school = reading.roster.school
    return {
        "reading": reading.pk,
        "roster": reading.roster.name,
        "state": reading.state,
        "trigger": reading.trigger,
        "started_by": reading.started_by,
        "asked": _moment(reading.asked_at, school),
        "finished": _moment(reading.finished_at, school),
        "decided_by": reading.decided_by,
        "explanation": reading.explanation,
        "recognised": reading.recognised,
        "counts": reading.counts,
        "columns": reading.columns,
        "refused": [
            {"component": PersonKind(kind).component, "line": line, "code": code, "reason": reason}
            for kind, line, code, reason in reading.refused
        ],
        "warnings": list(reading.warnings),
        "held_because": list(reading.held_because),
    }


def change_document(change: RosterChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "code": change.code,
        "name": change.name,
        "becomes": change.becomes,
        "changes": [{"field": field, "before": before, "after": after} for field, before, after in change.changes],
        "disputed_with": change.disputed_with,
    }


def _moment(at: datetime | None, school: School) -> str | None:
    return None if at is None else at.astimezone(school.zone).isoformat(timespec="seconds")
