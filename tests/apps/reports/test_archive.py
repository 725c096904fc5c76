"""The archive as it is read: who sees what from when, how it is found, and a group as a ZIP."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.library.store import photo_store
from photosync.apps.reports.archive import (
    Audience,
    Wanted,
    after,
    found,
    open_pdf,
    reports_for,
    reports_zip,
    the_report,
)
from photosync.apps.reports.finding import offered_for
from photosync.apps.reports.models import ArchivedReport, ReportImport, UploadedReport
from photosync.core.errors import NotFound
from tests.apps.reports.archive_school import NOW, ReportSchool, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> ReportSchool:
    school = ReportSchool()
    for code, family, given, group in (
        ("0001", "Chen", "Mia", "7A"),
        ("0002", "O'Brien", "Zoë", "7A"),
        ("0003", "=Sum", "Ann", "7B"),
    ):
        school.student(code, family_name=family, given_name=given)
        school.report(school.member(code, group))
    school.archive()
    return school


def codes(school: ReportSchool, audience: Audience = Audience.ARCHIVE, **wanted: object) -> list[str]:
    rows = found(reports_for(audience, school.school, NOW), Wanted(**wanted))  # type: ignore[arg-type]
    return list(rows.values_list("person_code", flat=True))


def test_reports_are_found_by_name_code_and_group(school: ReportSchool) -> None:
    assert codes(school) == ["0003", "0001", "0002"]
    assert codes(school, search="chen mi") == ["0001"]
    assert codes(school, search="ZOË") == ["0002"]
    assert codes(school, search="000") == ["0003", "0001", "0002"]
    assert codes(school, roll_group="7A") == ["0001", "0002"]
    assert codes(school, year_level="8") == []
    assert codes(school, cycle_id=school.cycle.pk, code="0003") == ["0003"]


def test_list_goes_on_after_its_last_row(school: ReportSchool) -> None:
    rows = found(reports_for(Audience.ARCHIVE, school.school, NOW), Wanted())
    first = rows[0]
    assert list(after(rows, first).values_list("person_code", flat=True)) == ["0001", "0002"]


@pytest.mark.parametrize("audience", [Audience.STAFF, Audience.STUDENTS, Audience.PARENTS])
def test_others_see_reports_from_their_own_date_in_the_schools_zone(school: ReportSchool, audience: Audience) -> None:
    assert codes(school, audience) == []
    # At NOW it is 14 December in Sydney; in UTC as well, so the evening before tells the two apart.
    setattr(school.cycle, f"{audience}_from", date(2026, 12, 14))
    school.cycle.save()
    assert len(codes(school, audience)) == 3
    evening = NOW.replace(day=13, hour=14)
    assert reports_for(audience, school.school, evening).count() == 3
    assert reports_for(audience, school.school, evening - timedelta(hours=2)).count() == 0
    others = {Audience.STAFF, Audience.STUDENTS, Audience.PARENTS} - {audience}
    assert [codes(school, other) for other in others] == [[], []]


def test_staff_do_not_see_protected_people_and_the_archive_keeps_them(school: ReportSchool) -> None:
    school.cycle.staff_from = date(2026, 1, 1)
    school.cycle.save()
    school.people["0001"].protected = True
    school.people["0001"].save()
    assert codes(school, Audience.STAFF) == ["0003", "0002"]
    school.people["0002"].delete()
    assert codes(school, Audience.STAFF) == ["0003", "0002"]
    assert len(codes(school)) == 3
    hidden = ArchivedReport.objects.get(person_code="0001")
    with pytest.raises(NotFound) as missing:
        the_report(Audience.STAFF, school.school, hidden.pk, NOW)
    assert missing.value.message == "There is no such archived report. Nothing was opened."


def test_opening_a_report_is_recorded(school: ReportSchool) -> None:
    report = ArchivedReport.objects.get(person_code="0001")
    assert open_pdf(report, Audience.PARENTS) == pdf(f"{school.cycle.pk} 0001")
    entry = Entry.objects.get(act="report.opened")
    assert (entry.subject, entry.person_id_of, entry.note) == (
        "2026 Semester 2, Mia Chen (0001)",
        school.people["0001"].pk,
        "For parents.",
    )


def test_group_as_a_zip_has_every_pdf_and_an_index_that_is_safe_in_a_spreadsheet(school: ReportSchool) -> None:
    damaged = ArchivedReport.objects.get(person_code="0002")
    photo_store().delete(damaged.pdf_sha256)
    rows = reports_for(Audience.ARCHIVE, school.school, NOW)
    content = b"".join(reports_zip(rows, school.school, date(2026, 12, 14)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["7A/0001 Mia Chen.pdf", "7B/0003 Ann =Sum.pdf", "index.csv"]
        assert archive.read("7A/0001 Mia Chen.pdf") == pdf(f"{school.cycle.pk} 0001")
        index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert [(row["file"], row["code"], row["name"]) for row in index] == [
        ("7A/0001 Mia Chen.pdf", "0001", "Mia Chen"),
        ("", "0002", "Zoë O'Brien"),
        ("7B/0003 Ann =Sum.pdf", "0003", "Ann =Sum"),
    ]
    lost = f"The stored file {damaged.pdf_sha256} is missing. Take it from a backup, and check the disk."
    assert [row["problem"] for row in index] == ["", lost, ""]
    assert index[0]["archived at"] == "2026-12-14T12:30:00+11:00"


def test_members_who_may_be_meant_are_offered(school: ReportSchool) -> None:
    for code, family in (("0417", "Bloggs"), ("0999", "Nobody")):
        school.student(code, family_name=family, given_name="Jo")
        school.member(code)
    made = ReportImport.objects.create(cycle=school.cycle, created_at=NOW, created_by="kim")
    file = UploadedReport.objects.create(upload=made, name="out/Bloggs_Jo_417.pdf", state="unmatched")
    assert next((each.member.person.code, each.why) for each in offered_for(file)) == (
        "0417",
        'The file name has the number "0417". Both names are in the file name.',
    )
    assert [each.member.person.code for each in offered_for(file, "nobody")] == ["0999"]
