"""A school with a reporting cycle and reports, and ways to do the work and to look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from photosync.apps.library.store import photo_store
from photosync.apps.long_work import Clock
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.reports import archiving, jobs
from photosync.apps.reports.models import ArchivedReport, CycleMember, Report, ReportingCycle, ReportJob
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School
from tests.web.pages import give_photo, make_person, make_picture, make_school

NOW = datetime(2026, 12, 14, 1, 30, tzinfo=UTC)


def pdf(text: str, size_bytes: int = 0) -> bytes:
    """Return a small PDF of one page; every text gives another one. It is filled up to about `size_bytes`."""
    filling = b"%" + b" " * max(size_bytes - 300, 0) + b"\n"
    content = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("ascii", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    body, places = b"%PDF-1.4\n" + filling, []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )


@dataclass
class ReportSchool:
    """`now` is what services and work take for the time."""

    code: str = "PHS"
    now: datetime = NOW
    school: School = field(init=False)
    cycle: ReportingCycle = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.school = make_school(self.code)
        self.cycle = self.open_cycle("2026 Semester 2")

    def open_cycle(self, name: str, year: int = 2026) -> ReportingCycle:
        return ReportingCycle.objects.create(
            school=self.school,
            name=name,
            academic_year=year,
            semester="Semester 2",
            opened_at=self.now,
            opened_by="kim",
        )

    def student(self, code: str, *, photo: bool = False, **fields: object) -> Person:
        person = make_person(self.school, code, **fields)
        self.people[code] = person
        Identifier.objects.create(
            school=self.school, person=person, key="student_code", value=code, folded=FOLDED.form(code)
        )
        if photo:
            give_photo(person, 2026, make_picture((len(self.people) * 40 % 250, 90, 40)))
        return person

    def member(self, code: str, roll_group: str = "7A", cycle: ReportingCycle | None = None) -> CycleMember:
        person = self.people.get(code) or self.student(code)
        return CycleMember.objects.create(
            cycle=cycle or self.cycle, person=person, year_level=person.year_level, roll_group=roll_group
        )

    def report(self, member: CycleMember, text: str = "", **fields: object) -> Report:
        content = pdf(text or f"{member.cycle_id} {member.person.code}")
        with photo_store().batch() as batch:
            name = batch.add(content)
            batch.commit()
        values: dict[str, Any] = {
            "pdf_sha256": name,
            "pdf_bytes": len(content),
            "origin": "imported",
            "file_name": f"{member.person.code}.pdf",
            "stored_at": self.now,
            "stored_by": "kim",
        }
        return Report.objects.create(member=member, **(values | fields))

    def class_with_reports(self, number: int, roll_group: str = "7A", first: int = 1) -> list[CycleMember]:
        members = [self.member(f"{serial:04d}", roll_group) for serial in range(first, first + number)]
        for member in members:
            self.report(member)
        return members

    def archive(self, cycle: ReportingCycle | None = None, **whose: Any) -> ReportJob:
        """Ask for archiving and do it."""
        asked = archiving.Whose(**whose)
        return self.do(archiving.request_archiving(cycle or self.cycle, asked, by="kim", now=self.now))

    def do(self, job: ReportJob) -> ReportJob:
        """Do a queued job as a worker does."""
        work = self.claimed(job)
        jobs.execute_job(work)
        job.refresh_from_db()
        return job

    def claimed(self, job: ReportJob, clock: Clock | None = None) -> jobs.JobWork:
        worker, _made = Worker.objects.get_or_create(
            executor_id="here",
            defaults={"host": "here", "kind": "worker", "started_at": self.now, "heartbeat_at": self.now},
        )
        work = jobs.JobWork.claim(job.pk, worker, clock or (lambda: self.now))
        assert work is not None
        return work


def archive_as_it_is() -> list[dict[str, Any]]:
    """Return every value of every archived report but the keys of rows."""
    rows = ArchivedReport.objects.order_by("school__code", "number").values()
    own = {"id", "person_id", "school_id", "cycle_id"}
    return [{name: value for name, value in row.items() if name not in own} for row in rows]


def change_by_force(statement: str, *values: object) -> None:
    """Change the archive as someone does who may do everything with the database."""
    table = "reports_archivedreport"
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER archived_reports_are_final")
            cursor.execute(statement, values)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER archived_reports_are_final")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, values)
        for _name, sql in triggers:
            cursor.execute(sql)
