"""The academic reports of a large school, and who saw whose photo there.

The open cycle is opened as the product opens it; the archived reports are rows with one document that all share.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.apps.reports.models import ArchivedReport
    from photosync.apps.schools.models import School

ROWS_AT_ONCE = 2_000
VIEWS_A_PERSON = 3
LEVELS = tuple(str(number) for number in range(1, 13))
DOCUMENT = b"%PDF-1.4\n%%EOF\n"


def make_reports(school: School, now: datetime) -> None:
    """Archive last year's reports of all students, and open this year's cycle with all of them in it."""
    from photosync.apps.library.store import photo_store
    from photosync.apps.people.models import Person
    from photosync.apps.reports.cycles import open_cycle
    from photosync.apps.reports.models import ArchivedReport, ArchiveHead, ReportingCycle
    from photosync.apps.reports.roster import Choice

    last = ReportingCycle.objects.create(
        school=school,
        name=f"{now.year - 1} Semester 2",
        academic_year=now.year - 1,
        state=ReportingCycle.State.ARCHIVED,
        opened_at=now - timedelta(days=400),
        archived_at=now - timedelta(days=350),
    )
    with photo_store().batch() as batch:
        document = batch.add(DOCUMENT)
        batch.commit()
    students = Person.objects.filter(school=school, kind="student").order_by("year_level", "roll_group", "pk")

    def archived() -> Iterator[ArchivedReport]:
        seal = ""
        for number, person in enumerate(students.iterator(chunk_size=ROWS_AT_ONCE), 1):
            before, seal = seal, f"{number:064x}"
            yield ArchivedReport(
                school=school,
                number=number,
                cycle=last,
                cycle_name=last.name,
                academic_year=last.academic_year,
                person=person,
                person_code=person.code,
                person_name=f"{person.given_name} {person.family_name}",
                sort_name=f"{person.family_name} {person.given_name}".lower(),
                year_level=person.year_level,
                roll_group=person.roll_group,
                pdf_sha256=document,
                pdf_bytes=len(DOCUMENT),
                origin="imported",
                archived_at=now - timedelta(days=350),
                archived_by="bench",
                seal_before=before,
                seal=seal,
            )

    made = ArchivedReport.objects.bulk_create(archived(), batch_size=ROWS_AT_ONCE)
    ArchiveHead.objects.create(school=school, number=made[-1].number, seal=made[-1].seal)
    open_cycle(school, f"{now.year} Semester 2", by="bench", now=now, people=Choice(year_level=LEVELS))


def make_views(school: School, now: datetime) -> None:
    """Three accounts saw each person's photo on a day of the last month."""
    from photosync.apps.audit.models import PhotoView
    from photosync.apps.people.models import Person

    people = Person.objects.filter(school=school).values_list("pk", flat=True)
    rows = (
        PhotoView(
            school_id=school.pk,
            account_id=number,
            person_id_of=pk,
            day=now.date() - timedelta(days=pk % 30),
            first_at=now,
            last_at=now,
            times=2,
        )
        for pk in people.iterator(chunk_size=ROWS_AT_ONCE)
        for number in range(1, VIEWS_A_PERSON + 1)
    )
    PhotoView.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
