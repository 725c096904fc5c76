"""One of each sort of long work, waiting for a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from photosync.apps.inputs.models import Delivery, Input
from photosync.apps.inputs.unpacking_work import UnpackingWork
from photosync.apps.long_work import ClaimedWork, LongWork
from photosync.apps.reports.jobs import JobWork
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.reading import ReadingWork
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def job(school: School, name: str) -> ReportJob:
    cycle = ReportingCycle.objects.create(
        school=school, name=name, academic_year=2026, opened_at=NOW, opened_by="kim"
    )
    return ReportJob.objects.create(cycle=cycle, kind=ReportJob.Kind.MAKE, started_by="kim", accepted_at=NOW)


def delivery(school: School, name: str) -> Delivery:
    made = Input.objects.create(school=school, name=name, name_key=name.lower(), created_at=NOW, created_by="kim")
    return Delivery.objects.create(
        input=made, state=Delivery.State.QUEUED, began_at=NOW, began_by="kim", last_at=NOW, finished_by="kim"
    )


def reading(school: School, name: str) -> RosterReading:
    roster = SavedRoster.objects.create(school=school, name=name, kind="csv", created_at=NOW)
    return RosterReading.objects.create(roster=roster, trigger="on_demand", started_by="kim", asked_at=NOW)


SORTS: dict[str, tuple[type[ClaimedWork[Any]], Callable[[School, str], LongWork]]] = {
    "jobs": (JobWork, job),
    "deliveries": (UnpackingWork, delivery),
    "readings": (ReadingWork, reading),
}


def make_school() -> School:
    return School.objects.create(code="TEST", name="Test", time_zone="Australia/Sydney")


def make_worker(name: str) -> Worker:
    return Worker.objects.create(
        executor_id=name, host="here", kind=Worker.Kind.WORKER, started_at=NOW, heartbeat_at=NOW
    )
