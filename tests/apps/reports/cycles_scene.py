"""A school with students in roll groups, and what a reporting cycle of it needs."""

from __future__ import annotations

from datetime import UTC, datetime

from photosync.apps.reports.models import ArchivedReport, CycleMember, Report, ReportingCycle
from photosync.apps.schools.models import School
from tests.web.pages import make_person

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def make_students(school: School) -> None:
    """Make six students in 7A, 7B and 10A of two campuses, one who has left and one staff member."""
    for code, level, group, campus in (
        ("1001", "7", "7A", "North"),
        ("1002", "7", "7A", "South"),
        ("1003", "7", "7B", "North"),
        ("1004", "10", "10A", "North"),
        ("1005", "10", "10A", "South"),
        ("1006", "8", "8A", "South"),
    ):
        make_person(school, code, year_level=level, roll_group=group, campus=campus, given_name=f"P{code}")
    make_person(school, "1007", year_level="7", roll_group="7A", status="left")
    make_person(school, "T1", kind="staff", year_level="7")


def member(cycle: ReportingCycle, code: str) -> CycleMember:
    return CycleMember.objects.select_related("person", "cycle__school").get(cycle=cycle, person__code=code)


def codes_in_cycle(cycle: ReportingCycle) -> list[str]:
    return list(
        CycleMember.objects.filter(cycle=cycle).order_by("person__code").values_list("person__code", flat=True)
    )


def store_report(of: CycleMember) -> Report:
    return Report.objects.create(
        member=of, pdf_sha256="0" * 64, pdf_bytes=1, origin="imported", stored_at=NOW, stored_by="kim"
    )


def archive_report(of: CycleMember, pdf_sha256: str = "0" * 64) -> ArchivedReport:
    """Archive the report of a member, without what an archive seals: only that it is archived matters here."""
    person, cycle = of.person, of.cycle
    of.archived = ArchivedReport.objects.create(
        school=cycle.school,
        number=ArchivedReport.objects.filter(school=cycle.school).count() + 1,
        cycle=cycle,
        cycle_name=cycle.name,
        academic_year=cycle.academic_year,
        person=person,
        person_code=person.code,
        person_name=person.label,
        sort_name=person.code,
        pdf_sha256=pdf_sha256,
        pdf_bytes=1,
        origin="imported",
        archived_at=NOW,
        archived_by="kim",
        seal_before="",
        seal="0" * 64,
    )
    of.save()
    return of.archived
