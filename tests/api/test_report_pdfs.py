"""PDFs of reports over the API: what was uploaded, what is not archived yet, and what is archived."""

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from photosync.apps.library.store import photo_store
from photosync.apps.reports.models import ArchivedReport, ReportImport, UploadedReport
from tests.api.test_interface import API, client_of
from tests.apps.reports.archive_school import NOW, ReportSchool
from tests.web.pages import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> ReportSchool:
    school = ReportSchool()
    school.student("0001", photo=True, roll_group="7A")
    school.member("0001")
    return school


@pytest.fixture
def client(school: ReportSchool) -> Client:
    return client_of(make_user("kim", Role.ARCHIVIST, school.school), Permission.ACAD_ARCHIVE, Permission.PHOTO_VIEW)


def test_report_is_got_before_it_is_archived_and_then_from_the_archive(school: ReportSchool, client: Client) -> None:
    member = school.cycle.members.get()
    path = f"{API}/reporting-cycles/{school.cycle.pk}/members/{member.person_id}/pdf"
    none_yet = client.get(path)
    assert (none_yet.status_code, none_yet.json()["detail"]) == (
        404,
        "Ada Nguyen 0001 (0001) has no report in 2026 Semester 2 yet. Nothing was opened.",
    )
    report = school.report(member)
    got = client.get(path)
    assert (got.status_code, got["Content-Type"], got.content) == (
        200,
        "application/pdf",
        photo_store().read(report.pdf_sha256),
    )
    assert got["Content-Disposition"] == 'attachment; filename="0001 Ada Nguyen 0001.pdf"'
    assert Entry.objects.get(act="report.stored-opened").person_id_of == member.person_id
    school.archive()
    told = client.get(path).json()["detail"]
    assert told == (
        "The report of Ada Nguyen 0001 (0001) in 2026 Semester 2 is archived. Nothing was opened. Open it from the "
        "archive."
    )
    archived = client.get(f"{API}/archived-reports/{ArchivedReport.objects.get().pk}/pdf")
    assert archived.content == got.content
    assert archived["Content-Disposition"] == got["Content-Disposition"]


def test_report_of_a_protected_person_is_not_there_without_data_manage(school: ReportSchool, client: Client) -> None:
    member = school.cycle.members.get()
    school.report(member)
    member.person.protected = True
    member.person.save()
    answer = client.get(f"{API}/reporting-cycles/{school.cycle.pk}/members/{member.person_id}/pdf")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"Person {member.person_id} is not in this reporting cycle. Nothing was done.",
    )


def test_uploaded_pdf_is_got_as_it_came(school: ReportSchool, client: Client) -> None:
    stored = school.report(school.cycle.members.get())
    made = ReportImport.objects.create(cycle=school.cycle, state="previewed", created_at=NOW, created_by="kim")
    kept = {"pdf_sha256": stored.pdf_sha256, "pdf_bytes": stored.pdf_bytes}
    file = UploadedReport.objects.create(upload=made, name="a/Chen Mia.pdf", state="unmatched", **kept)
    refused = UploadedReport.objects.create(upload=made, name="x.pdf", state="refused")
    files = f"{API}/reporting-cycles/{school.cycle.pk}/imports/{made.pk}/files"
    got = client.get(f"{files}/{file.pk}/pdf")
    assert (got.content, got["Content-Type"]) == (photo_store().read(stored.pdf_sha256), "application/pdf")
    assert got["Content-Disposition"] == 'attachment; filename="Chen Mia.pdf"'
    assert Entry.objects.get(act="report.uploaded-opened").subject == "a/Chen Mia.pdf"
    answer = client.get(f"{files}/{refused.pk}/pdf")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "x.pdf was refused, and nothing of it was kept. Nothing was opened. Look at the file itself.",
    )
