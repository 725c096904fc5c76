"""Saved rosters in tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from photosync.apps.people.models import Person
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.reading import ReadingWork, execute_reading
from photosync.apps.rosters.services import add_roster, request_reading
from photosync.apps.rosters.settings import RosterSettings
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
"""Monday noon in Sydney."""
HEADER = "student_code,given_name,family_name,year_level,roll_group\n"


def write(path: Path, codes: Sequence[str], *, year: str = "7", more: str = "") -> Path:
    rows = "".join(f"{code},Given{code},Family{code},{year},{year}A\n" for code in codes)
    path.write_text(HEADER + rows + more)
    return path


def many(count: int) -> list[str]:
    return [f"{number:04d}" for number in range(1, count + 1)]


def save(school: School, path: Path, name: str = "Students", **given: Any) -> SavedRoster:
    settings: dict[str, Any] = {"kind": "csv", "options": {"path": str(path)}, "components": ["students"], **given}
    return add_roster(school, name, RosterSettings(**settings), now=NOW, anywhere=True)


def worker() -> Worker:
    return Worker.objects.get_or_create(
        executor_id="tests", defaults={"host": "here", "kind": "worker", "started_at": NOW, "heartbeat_at": NOW}
    )[0]


def done(reading: RosterReading, *, now: datetime = NOW) -> RosterReading:
    """Execute what waits, and return it as it ended."""
    work = ReadingWork.claim(reading.pk, worker(), lambda: now)
    assert work is not None
    execute_reading(work)
    reading.refresh_from_db()
    return reading


def read(roster: SavedRoster, *, preview: bool = False, now: datetime = NOW) -> RosterReading:
    return done(request_reading(roster, preview=preview, by="kim", now=now), now=now)


def make_held(school: School, name: str = "Students") -> RosterReading:
    """Return a held reading of a roster whose file is not there."""
    roster = SavedRoster.objects.create(
        school=school,
        name=name,
        kind="csv",
        options={"path": "/nowhere/students.csv"},
        reads_staff=False,
        created_at=NOW,
    )
    held = RosterReading.objects.create(
        roster=roster,
        state=RosterReading.State.HELD,
        trigger=RosterReading.Trigger.SCHEDULED,
        started_by="the schedule",
        asked_at=NOW,
        finished_at=NOW,
        explanation="40 of 100 students would be marked as left. Nothing was changed.",
        counts={"students": {"rows": 61, "new": 1, "unchanged": 60, "absent_left": 40, "refused": 1}},
        columns={"students": {"used": {"Student No": "student_code"}, "unused": ["Locker"]}},
        refused=[["student", 62, "", "It has no student code."]],
    )
    RosterChange.objects.create(reading=held, kind="student", code="0417", name="Ada Abel (0417)", becomes="absent")
    RosterChange.objects.create(
        reading=held,
        kind="student",
        code="0418",
        name="Bo Lee (0418)",
        becomes="changed",
        changes=[["year_level", "7", "8"]],
    )
    return held


def became(reading: RosterReading) -> list[tuple[str, str]]:
    return [(each.code, each.becomes) for each in RosterChange.objects.filter(reading=reading)]


def statuses() -> dict[str, str]:
    return dict(Person.objects.order_by("code").values_list("code", "status"))


def counted(reading: RosterReading, component: str = "students") -> dict[str, int]:
    return {name: number for name, number in reading.counts[component].items() if number}
