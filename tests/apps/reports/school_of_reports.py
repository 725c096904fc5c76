"""A school with a reporting cycle, for the tests of reports that are made here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from photosync.apps.people.models import Person
from photosync.apps.reports import jobs
from photosync.apps.reports.jobs import JobWork
from photosync.apps.reports.making import Making, request_making
from photosync.apps.reports.models import CycleMember, ReportingCycle, ReportJob
from photosync.apps.reports.results import ResultsReport, store_results
from photosync.apps.runs.models import Worker
from tests.web.pages import make_person, make_school

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def school_of_reports(*codes: str) -> ReportingCycle:
    """Return a cycle of 2026 with a student of Year 7 for each code, in roll group 7A and 7B by turns."""
    school = make_school()
    cycle = ReportingCycle.objects.create(
        school=school, name="2026 Semester 2", academic_year=2026, opened_at=NOW, opened_by="kim"
    )
    for place, code in enumerate(codes):
        join(cycle, make_person(school, code, roll_group=("7A", "7B")[place % 2], consent={"school_use": "yes"}))
    return cycle


def join(cycle: ReportingCycle, person: Person) -> CycleMember:
    return CycleMember.objects.create(
        cycle=cycle, person=person, year_level=person.year_level, roll_group=person.roll_group
    )


def person_of(cycle: ReportingCycle, code: str) -> Person:
    return Person.objects.get(school=cycle.school, code=code)


def member_of(cycle: ReportingCycle, code: str) -> CycleMember:
    return CycleMember.objects.select_related("person").get(cycle=cycle, person__code=code)


def stored(cycle: ReportingCycle, folder: Path, text: str | bytes, **how: bool) -> ResultsReport:
    path = folder / "results.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return store_results(cycle, path, by="kim", now=NOW, **how)


def claimed(job: ReportJob) -> JobWork:
    worker, _ = Worker.objects.get_or_create(
        executor_id="one",
        defaults={"host": "here", "kind": Worker.Kind.WORKER, "started_at": NOW, "heartbeat_at": NOW},
    )
    work = jobs.JobWork.claim(job.pk, worker, lambda: NOW + timedelta(minutes=1))
    assert work is not None
    return work


def made(cycle: ReportingCycle, making: Making | None = None) -> ReportJob:
    """Ask for the making, do it, and return how it ended."""
    job = request_making(cycle, making or Making(), by="kim", now=NOW)
    jobs.execute_job(claimed(job))
    job.refresh_from_db()
    return job
