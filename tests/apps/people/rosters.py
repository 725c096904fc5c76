"""Roster files in tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.services import import_roster
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def import_text(school: School, folder: Path, text: str | bytes, kind: str = "student", **given: Any) -> RosterReport:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_roster(school, path, PersonKind(kind), **{"now": NOW, **given})


def counted(report: RosterReport) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: number for name, number in report.document()["counts"].items() if number}


def refused(report: RosterReport) -> list[tuple[int, str, str]]:
    return [(row.line, row.code, row.reason) for row in report.refusals]


def people() -> dict[str, str]:
    return {person.code: person.label for person in Person.objects.order_by("code")}


def identifiers(code: str) -> list[tuple[str, str, str]]:
    rows = Identifier.objects.filter(person__code=code).order_by("key", "value")
    return [(row.key, row.value, row.folded) for row in rows]
