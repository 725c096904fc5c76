"""Archiving: what is archived, with which photo, in which order; and that it goes on after a crash."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from photosync.apps.audit.models import Entry
from photosync.apps.library.models import Withdrawal
from photosync.apps.library.store import photo_store
from photosync.apps.reports import jobs
from photosync.apps.reports.archiving import ARCHIVED_AT_ONCE, Whose, archive_reports, request_archiving
from photosync.apps.reports.models import ArchivedReport, ArchiveHead, CycleMember, Report, ReportJob
from photosync.apps.reports.verifying import verify_archive
from photosync.core.errors import NotFound, Refused
from tests.apps.reports.archive_school import NOW, ReportSchool, archive_as_it_is, pdf
from tests.web.pages import give_photo, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> ReportSchool:
    return ReportSchool()


def test_report_is_archived_with_all_that_is_known_of_it(school: ReportSchool) -> None:
    person = school.student("0417", given_name="Mia", family_name="Chen", preferred_name="Mimi", year_level="9")
    version = give_photo(person, 2026, make_picture((10, 20, 30)))
    report = school.report(school.member("0417", "9B"))

    job = school.archive()

    assert (job.state, job.outcome, job.done, job.total) == (
        "done",
        {"archived": 1, "without_photo": 0, "damaged": 0},
        1,
        1,
    )
    row = ArchivedReport.objects.get()
    assert archive_as_it_is() == [
        {
            "number": 1,
            "cycle_name": "2026 Semester 2",
            "academic_year": 2026,
            "semester": "Semester 2",
            "person_code": "0417",
            "person_name": "Mimi Chen",
            "sort_name": "chen mimi mia",
            "year_level": "9",
            "roll_group": "9B",
            "pdf_sha256": report.pdf_sha256,
            "pdf_bytes": report.pdf_bytes,
            "origin": "imported",
            "file_name": "0417.pdf",
            "photo_sha256": version.picture.full_sha256,
            "photo_bytes": version.picture.full_bytes,
            "photo_version": version.pk,
            "photo_year": 2026,
            "photo_is_printed": False,
            "archived_at": NOW,
            "archived_by": "kim",
            "seal_before": "",
            "seal": row.seal,
        }
    ]
    assert (row.person, CycleMember.objects.get().archived) == (person, row)
    assert not Report.objects.exists()
    assert list(ArchiveHead.objects.values_list("number", "seal")) == [(1, row.seal)]
    school.cycle.refresh_from_db()
    assert (school.cycle.state, school.cycle.archived_at, school.cycle.archived_by) == ("archived", NOW, "kim")
    assert verify_archive([school.school]).document() == {
        "checked": 1,
        "missing": 0,
        "damaged": 0,
        "broken_seals": 0,
        "troubles": [],
        "seals": [],
    }
    told = Entry.objects.filter(act="report.archived").values_list("actor", "subject", "person_id_of", "note")
    assert list(told) == [("kim", "Mimi Chen (0417)", person.pk, "2026 Semester 2")]
    assert list(Entry.objects.filter(act="cycle.closed").values_list("actor", "subject")) == [
        ("kim", "2026 Semester 2")
    ]


def test_report_made_here_keeps_the_photo_that_is_printed_on_it(school: ReportSchool) -> None:
    printed = give_photo(school.student("0001"), 2026, make_picture((1, 2, 3)))
    member = school.member("0001")
    school.report(
        member,
        origin="made",
        photo_sha256=printed.picture.full_sha256,
        photo_version=printed.pk,
        photo_year=2026,
    )
    give_photo(member.person, 2026, make_picture((200, 2, 3)))

    school.archive()

    row = ArchivedReport.objects.get()
    assert (row.photo_sha256, row.photo_bytes, row.photo_version, row.photo_year, row.photo_is_printed) == (
        printed.picture.full_sha256,
        printed.picture.full_bytes,
        printed.pk,
        2026,
        True,
    )


def test_photo_is_that_of_the_cycles_year_else_of_the_year_before_and_never_a_later_one(school: ReportSchool) -> None:
    for code, years in (("0001", (2025, 2027)), ("0002", (2026, 2027)), ("0003", (2027,))):
        person = school.student(code)
        for year in years:
            give_photo(person, year, make_picture((year - 2000, int(code), 9)))
        school.report(school.member(code))

    school.archive()

    found = ArchivedReport.objects.order_by("person_code").values_list("person_code", "photo_year")
    assert list(found) == [("0001", 2025), ("0002", 2026), ("0003", None)]


@pytest.mark.parametrize(
    ("fields", "has_photo"),
    [
        ({}, True),
        ({"consent": {"school_use": "yes"}}, True),
        ({"consent": {"school_use": "no"}}, False),
        ({"protected": True}, False),
    ],
)
def test_photo_is_kept_only_where_it_may_be_shown_within_the_school(
    school: ReportSchool, fields: dict[str, Any], has_photo: bool
) -> None:
    school.student("0001", photo=True, **fields)
    school.report(school.member("0001"))
    job = school.archive()
    assert bool(ArchivedReport.objects.get().photo_sha256) is has_photo
    assert job.outcome["without_photo"] == (not has_photo)


def test_no_photo_is_kept_where_it_is_withdrawn_or_unknown_consent_means_no(school: ReportSchool) -> None:
    withdrawn = school.student("0001", photo=True)
    Withdrawal.objects.create(person=withdrawn, reason="asked for", created_at=NOW)
    school.report(school.member("0001"))
    school.school.unknown_means_yes = {}
    school.school.save()
    school.student("0002", photo=True)
    school.student("0003", photo=True, consent={"school_use": "yes"})
    for code in ("0002", "0003"):
        school.report(school.member(code))
    school.archive()
    with_photo = ArchivedReport.objects.exclude(photo_sha256="").values_list("person_code", flat=True)
    assert list(with_photo) == ["0003"]


def test_only_those_who_were_asked_for_are_archived_and_the_cycle_stays_open(school: ReportSchool) -> None:
    school.class_with_reports(2, "7A")
    school.class_with_reports(2, "7B", first=3)
    last = school.member("0009", "7C")

    assert school.archive(roll_group="7B").outcome["archived"] == 2
    by_code = ArchivedReport.objects.order_by("number").values_list("number", "person_code")
    assert list(by_code) == [(1, "0003"), (2, "0004")]
    assert school.archive(member_ids=(CycleMember.objects.get(person__code="0002").pk, last.pk)).outcome == {
        "archived": 1,
        "without_photo": 1,
        "damaged": 0,
    }
    assert school.archive(year_level="7").outcome["archived"] == 1
    school.cycle.refresh_from_db()
    assert school.cycle.state == "open"


def test_asking_is_refused_where_nothing_can_be_archived(school: ReportSchool) -> None:
    school.member("0001")
    with pytest.raises(NotFound) as nothing:
        request_archiving(school.cycle, Whose(), by="kim", now=NOW)
    assert nothing.value.message == (
        "There is no report to archive: whoever is meant has none in 2026 Semester 2, or it is archived already. "
        "Nothing was started. Import or make the reports first."
    )
    school.cycle.state = "archived"
    with pytest.raises(Refused) as refused:
        request_archiving(school.cycle, Whose(), by="kim", now=NOW)
    assert refused.value.message == "2026 Semester 2 is archived already. Nothing was started."


def test_report_whose_pdf_is_damaged_is_not_archived_and_the_others_are(school: ReportSchool) -> None:
    bad, good = school.class_with_reports(2)
    photo_store().path_of(bad.report.pdf_sha256).write_bytes(b"other")

    job = school.archive()

    assert (job.state, job.outcome["archived"], job.outcome["damaged"]) == ("done", 1, 1)
    (problem,) = job.outcome["problems"]
    assert problem.startswith("The report of Ada Nguyen 0001 (0001) was not archived: The stored photo ")
    assert Report.objects.get().member == bad
    assert ArchivedReport.objects.get().person_code == good.person.code
    # The store is shared: the next test must not meet what this one spoilt.
    photo_store().delete(bad.report.pdf_sha256)


def test_archive_is_the_same_after_a_death_between_any_two_steps(school: ReportSchool) -> None:
    number = ARCHIVED_AT_ONCE * 2 + 30
    school.class_with_reports(number)
    undisturbed = _archived_and_taken_back(school)
    assert len(undisturbed) == number

    class Killed(BaseException):
        pass

    for survived in range(4):
        calls = count()

        def clock(survived: int = survived, calls: Iterator[int] = calls) -> datetime:
            if next(calls) == survived:
                raise Killed
            return NOW

        job = request_archiving(school.cycle, Whose(), by="kim", now=NOW)
        point = transaction.savepoint()
        with pytest.raises(Killed):
            archive_reports(school.claimed(job, clock))
        assert ArchivedReport.objects.count() == min(ARCHIVED_AT_ONCE * survived, number)
        assert jobs.JobWork.take_back(NOW, lambda _worker: True) == [job.pk]
        assert school.do(ReportJob.objects.get(pk=job.pk)).state == "done"
        assert archive_as_it_is() == undisturbed
        assert verify_archive([school.school]).is_whole
        transaction.savepoint_rollback(point)
        ReportJob.objects.all().delete()


def _archived_and_taken_back(school: ReportSchool) -> list[dict[str, Any]]:
    point = transaction.savepoint()
    school.archive()
    found = archive_as_it_is()
    transaction.savepoint_rollback(point)
    return found


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE reports_archivedreport SET person_name = 'Other'", "An archived report cannot be changed."),
        ("UPDATE reports_archivedreport SET seal = 'x'", "An archived report cannot be changed."),
        ("UPDATE reports_archivedreport SET photo_year = NULL", "An archived report cannot be changed."),
        ("UPDATE reports_archivedreport SET number = number + 1", "An archived report cannot be changed."),
        (
            "UPDATE reports_archivedreport SET person_id = (SELECT max(id) FROM people_person)",
            "An archived report cannot be changed.",
        ),
        ("DELETE FROM reports_archivedreport", "An archived report cannot be deleted. Nothing was deleted."),
    ],
)
def test_database_refuses_to_change_or_delete_what_is_archived(
    school: ReportSchool, statement: str, told: str
) -> None:
    give_photo(school.student("0001"), 2026, make_picture())
    school.report(school.member("0001"))
    school.archive()
    before = archive_as_it_is()
    school.student("0002")
    with pytest.raises(DatabaseError, match=told), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert archive_as_it_is() == before


def test_archived_report_outlives_its_person(school: ReportSchool) -> None:
    school.class_with_reports(1)
    school.archive()
    before = archive_as_it_is()
    school.people["0001"].delete()
    assert archive_as_it_is() == before
    assert ArchivedReport.objects.get().person is None
    assert verify_archive([school.school]).is_whole


def test_report_that_was_replaced_after_the_question_is_archived_as_it_is_now(school: ReportSchool) -> None:
    (member,) = school.class_with_reports(1)
    job = request_archiving(school.cycle, Whose(), by="kim", now=NOW)
    member.report.delete()
    school.report(CycleMember.objects.get(pk=member.pk), "corrected")
    school.do(job)
    assert photo_store().read(ArchivedReport.objects.get().pdf_sha256) == pdf("corrected")
