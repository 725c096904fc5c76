"""Verifying the archive, and that nothing of it is ever collected."""

from datetime import timedelta
from typing import Any

import pytest

from photosync.apps.library.models import PhotoVersion, Picture, YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import verify_store
from photosync.apps.reports.jobs import Kind, request_job
from photosync.apps.reports.models import ArchivedReport, Report, ReportDesign, ReportImport, UploadedReport
from photosync.apps.reports.verifying import verify_archive
from photosync.apps.runs.housekeeping import keep_house, referenced_blobs
from tests.apps.reports.archive_school import NOW, ReportSchool, change_by_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> ReportSchool:
    school = ReportSchool()
    for code in ("0001", "0002", "0003"):
        school.student(code, photo=True)
    school.class_with_reports(3)
    school.archive()
    return school


def test_every_blob_of_reports_is_referred_to_until_nothing_refers_to_it(school: ReportSchool) -> None:
    upload = ReportImport.objects.create(cycle=school.cycle, created_at=NOW, created_by="kim")
    UploadedReport.objects.create(upload=upload, name="a.pdf", pdf_sha256="a" * 64, state="unmatched")
    ReportDesign.objects.create(school=school.school, crest_sha256="b" * 64)
    pending = school.report(school.member("0004"), photo_sha256="c" * 64)
    archived = ArchivedReport.objects.get(number=1)
    names = ["a" * 64, "b" * 64, "c" * 64, pending.pdf_sha256, archived.pdf_sha256, archived.photo_sha256]
    assert referenced_blobs([*names, "d" * 64]) == set(names)


def test_housekeeping_leaves_the_archive_when_the_person_and_the_photos_are_gone(school: ReportSchool) -> None:
    rows = list(ArchivedReport.objects.all())
    YearPhoto.objects.all().delete()
    PhotoVersion.objects.all().delete()
    Picture.objects.all().delete()
    for person in school.people.values():
        person.delete()

    keep_house(NOW + timedelta(days=3_650))

    for row in rows:
        photo_store().read_verified(row.pdf_sha256)
        photo_store().read_verified(row.photo_sha256)
    assert verify_archive([school.school]).is_whole


def test_missing_and_damaged_blobs_of_the_archive_are_found_and_named(school: ReportSchool) -> None:
    one, two, _three = ArchivedReport.objects.order_by("number")
    photo_store().delete(one.pdf_sha256)
    photo_store().path_of(two.photo_sha256).write_bytes(b"other")

    verified = verify_archive([school.school])

    assert verified.counts() == {"checked": 3, "missing": 1, "damaged": 1, "broken_seals": 0}
    assert [(each.kind, each.number, each.what) for each in verified.troubles] == [
        ("missing", 1, "report"),
        ("damaged", 2, "photo"),
    ]
    assert verified.sentences() == [
        f"missing: PDF of 2026 Semester 2, Ada Nguyen 0001 (0001): The stored file {one.pdf_sha256} is missing. "
        "Take it from a backup, and check the disk.",
        f"damaged: Photo of 2026 Semester 2, Ada Nguyen 0002 (0002): The stored file {two.photo_sha256} has been "
        "changed on the disk since it was stored. Take it from a backup, and check the disk.",
    ]
    of_the_store = verify_store(repair=False)
    assert of_the_store.archive.counts() == verified.counts()
    assert (of_the_store.missing, of_the_store.damaged) == (1, 1)
    assert [trouble.reports for trouble in of_the_store.troubles if trouble.finding.kind == "missing"] == [[str(one)]]
    photo_store().delete(two.photo_sha256)


def test_pdf_that_is_lost_is_never_told_to_be_mended(school: ReportSchool) -> None:
    photo_store().delete(ArchivedReport.objects.get(number=1).pdf_sha256)
    verified = verify_store(repair=True)
    assert (verified.missing, verified.repaired, verified.archive.missing) == (1, 0, 1)
    assert [trouble.outcome for trouble in verified.troubles] == ["It cannot be made anew. Restore it from a backup."]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE reports_archivedreport SET person_name = 'Other' WHERE number = 2",
            ["Number 2 (2026 Semester 2, Other (0002)) is not what was sealed: a value of it was changed."],
        ),
        (
            "UPDATE reports_archivedreport SET archived_at = '2027-01-01 00:00:00' WHERE number = 2",
            ["Number 2 (2026 Semester 2, Ada Nguyen 0002 (0002)) is not what was sealed: a value of it was changed."],
        ),
        (
            "DELETE FROM reports_archivedreport WHERE number = 3",
            ["Number 3 is missing: what was archived there has been removed."],
        ),
    ],
)
def test_seal_that_is_broken_is_found(school: ReportSchool, statement: str, told: list[str]) -> None:
    school.cycle.members.update(archived=None)
    change_by_force(statement)
    verified = verify_archive([school.school])
    assert verified.broken_seals == 1
    assert verified.sentences() == told
    assert verify_store(repair=False).archive.seals == verified.seals


def test_cycle_is_verified_as_long_work(school: ReportSchool) -> None:
    def verify() -> dict[str, Any]:
        return school.do(request_job(school.cycle, Kind.VERIFY, {}, by="kim", now=NOW)).outcome

    assert verify() == {"checked": 3, "missing": 0, "damaged": 0, "broken_seals": 0}
    school.cycle.members.update(archived=None)
    change_by_force("UPDATE reports_archivedreport SET roll_group = '7Z' WHERE number = 1")
    assert verify() == {
        "checked": 3,
        "missing": 0,
        "damaged": 0,
        "broken_seals": 1,
        "problems": [
            "Number 1 (2026 Semester 2, Ada Nguyen 0001 (0001)) is not what was sealed: a value of it was changed."
        ],
    }


def test_schools_have_chains_of_their_own(school: ReportSchool) -> None:
    other = ReportSchool("OTHER")
    other.class_with_reports(2)
    other.archive()
    assert list(ArchivedReport.objects.filter(school=other.school).values_list("number", flat=True)) == [1, 2]
    assert verify_archive([school.school, other.school]).counts() == {
        "checked": 5,
        "missing": 0,
        "damaged": 0,
        "broken_seals": 0,
    }
    assert Report.objects.count() == 0
