"""The pages of importing reports, archiving them, and the archive."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.library.store import photo_store
from photosync.apps.reports.models import ArchivedReport, Report, ReportImport, ReportJob, UploadedReport
from photosync.apps.reports.uploads import _folder
from tests.apps.reports.archive_school import ReportSchool, pdf
from tests.web.pages import make_user, signed_in

pytestmark = pytest.mark.django_db
CYCLE = "/academic-reports/reporting/{}/"


@pytest.fixture
def school() -> ReportSchool:
    school = ReportSchool()
    for code in ("0001", "0002", "0003"):
        school.student(code, photo=True, roll_group="7A")
        school.member(code)
    return school


@pytest.fixture
def archivist(school: ReportSchool) -> Client:
    return signed_in(make_user("kim", Role.ARCHIVIST, school.school))


@pytest.fixture
def teacher(school: ReportSchool) -> Client:
    return signed_in(make_user("lee", Role.STAFF, school.school))


def address(school: ReportSchool, end: str) -> str:
    return CYCLE.format(school.cycle.pk) + end


def do_waiting(school: ReportSchool) -> None:
    """Do the queued work, as a worker does."""
    for job in ReportJob.objects.filter(state="queued").order_by("pk"):
        school.do(job)


def sent(*files: tuple[str, bytes]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, content) for name, content in files]


def upload(archivist: Client, school: ReportSchool, *files: tuple[str, bytes], **form: object) -> str:
    answer = archivist.post(address(school, "import/"), {"match": "stem", "files": sent(*files), **form})
    assert answer.status_code == 302, answer.content.decode()
    do_waiting(school)
    return str(answer["Location"])


def test_files_are_uploaded_matched_by_hand_and_imported(school: ReportSchool, archivist: Client) -> None:
    where = upload(archivist, school, ("0001.pdf", pdf("one")), ("Bloggs 0002.pdf", pdf("two")), ("x.pdf", b"no pdf"))
    page = archivist.get(where).content.decode()
    assert "1 report can be imported." in page
    assert "2 people of the cycle would still be without a report" in page
    assert "No student has the code &quot;Bloggs 0002&quot;." in page
    assert (
        "It is not a PDF: its content does not begin as one."
        in archivist.get(f"{where}?state=refused").content.decode()
    )
    file = UploadedReport.objects.get(name="Bloggs 0002.pdf")
    offered = archivist.get(f"{where}{file.pk}/").content.decode()
    assert "The file name has the number &quot;0002&quot;." in offered
    member = school.cycle.members.get(person__code="0002")
    answer = archivist.post(f"{where}{file.pk}/", {"member": member.pk}, follow=True).content.decode()
    assert "Bloggs 0002.pdf is the report of Ada Nguyen 0002 (0002)." in answer
    assert "2 reports can be imported." in answer
    assert archivist.post(where).status_code == 302
    do_waiting(school)
    assert "<b>2</b> imported" in archivist.get(where).content.decode()
    assert sorted(Report.objects.values_list("file_name", flat=True)) == ["0001.pdf", "Bloggs 0002.pdf"]
    assert list(_folder().iterdir()) == []


def test_uploaded_pdf_is_opened_before_it_is_matched(school: ReportSchool, archivist: Client) -> None:
    where = upload(archivist, school, ("Bloggs 0002.pdf", pdf("two")), ("x.pdf", b"no pdf"))
    file, refused = UploadedReport.objects.get(state="unmatched"), UploadedReport.objects.get(state="refused")
    link = f"{where}{file.pk}/report.pdf"
    assert f'href="{link}"' in archivist.get(where).content.decode()
    assert f'href="{link}"' in archivist.get(f"{where}{file.pk}/").content.decode()
    opened = archivist.get(link)
    assert (opened.content, opened["Content-Type"]) == (pdf("two"), "application/pdf")
    assert opened["Content-Disposition"] == 'inline; filename="Bloggs 0002.pdf"'
    assert Entry.objects.get(act="report.uploaded-opened").subject == "Bloggs 0002.pdf"
    told = archivist.get(f"{where}{refused.pk}/report.pdf", follow=True).content.decode()
    assert "x.pdf was refused, and nothing of it was kept. Nothing was opened. Look at the file itself." in told


def test_report_is_opened_from_the_cycle_before_and_after_it_is_archived(
    school: ReportSchool, archivist: Client, teacher: Client
) -> None:
    member = school.cycle.members.get(person__code="0002")
    link, cycle = address(school, f"people/{member.pk}/report.pdf"), address(school, "")
    none_yet = archivist.get(link, follow=True).content.decode()
    assert "Ada Nguyen 0002 (0002) has no report in 2026 Semester 2 yet. Nothing was opened." in none_yet
    report = school.report(member)
    assert f'href="{link}"' in archivist.get(cycle).content.decode()
    opened = archivist.get(link)
    assert opened.content == photo_store().read(report.pdf_sha256)
    assert opened["Content-Disposition"] == 'inline; filename="0002 Ada Nguyen 0002.pdf"'
    entry = Entry.objects.get(act="report.stored-opened")
    assert (entry.subject, entry.person_id_of) == ("2026 Semester 2, Ada Nguyen 0002 (0002)", member.person_id)
    assert teacher.get(link).status_code == 403
    school.archive()
    archived = ArchivedReport.objects.get()
    page = archivist.get(cycle).content.decode()
    assert f'href="/academic-reports/archive/{archived.pk}/"' in page
    assert f'href="{link}"' not in page
    assert (
        "is archived. Nothing was opened. Open it from the archive."
        in archivist.get(link, follow=True).content.decode()
    )


def test_report_of_a_protected_person_is_opened_by_who_may_see_them(school: ReportSchool, archivist: Client) -> None:
    member = school.cycle.members.get(person__code="0002")
    school.report(member)
    member.person.protected = True
    member.person.save()
    link = address(school, f"people/{member.pk}/report.pdf")
    assert f'href="{link}"' not in archivist.get(address(school, "")).content.decode()
    assert archivist.get(link).status_code == 404
    admin = signed_in(make_user("sam", Role.ADMINISTRATOR, school.school))
    assert admin.get(link).status_code == 200


def test_zip_and_index_are_taken_and_an_upload_without_files_is_refused(
    school: ReportSchool, archivist: Client
) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a/first.pdf", pdf("1"))
    index = SimpleUploadedFile("list.csv", b"file,code\nfirst.pdf,0001\n")
    where = upload(archivist, school, ("all.zip", written.getvalue()), match="index", index=index)
    assert list(UploadedReport.objects.values_list("name", "state")) == [("a/first.pdf", "matched")]
    assert archivist.get(where).status_code == 200
    empty = archivist.post(address(school, "import/"), {"match": "stem"})
    assert "Choose PDFs, or a ZIP of them. Nothing was uploaded." in empty.content.decode()
    wrong = archivist.post(address(school, "import/"), {"match": "pattern", "files": sent(("0001.pdf", pdf("1")))})
    assert "Files are to be matched by a pattern, but none is given." in wrong.content.decode()
    assert list(_folder().iterdir()) == []


def test_upload_needs_the_token_of_the_form(school: ReportSchool, archivist: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = archivist.cookies
    answer = strict.post(address(school, "import/"), {"match": "stem", "files": sent(("0001.pdf", pdf("1")))})
    assert answer.status_code == 403
    assert not ReportImport.objects.exists()
    assert list(_folder().iterdir()) == []


def test_reports_are_archived_and_verified_from_the_page(school: ReportSchool, archivist: Client) -> None:
    for member in school.cycle.members.all():
        school.report(member)
    assert "Archive 3 reports" in archivist.get(address(school, "archive/")).content.decode()
    assert archivist.post(address(school, "archive/"), {"roll_group": "7A"}).status_code == 302
    waiting = archivist.get(address(school, "archive/")).content.decode()
    assert "It begins as soon as a worker is free." in waiting
    do_waiting(school)
    assert "<b>3</b> archived" in archivist.get(address(school, "archive/")).content.decode()
    archivist.post(address(school, "archive/verify/"))
    do_waiting(school)
    assert "<b>3</b> checked" in archivist.get(address(school, "archive/")).content.decode()
    report = ArchivedReport.objects.get(person_code="0002")
    photo_store().delete(report.pdf_sha256)
    archivist.post(address(school, "archive/verify/"))
    do_waiting(school)
    damaged = archivist.get(address(school, "archive/")).content.decode()
    lost = f"The stored file {report.pdf_sha256} is missing. Take it from a backup, and check the disk."
    assert "Problems found" in damaged
    assert f"missing: PDF of 2026 Semester 2, Ada Nguyen 0002 (0002): {lost}" in damaged
    opened = archivist.get(f"/academic-reports/archive/{report.pk}/report.pdf").content.decode()
    assert f"It was not opened. {lost}" in opened
    again = archivist.post(address(school, "archive/"), follow=True).content.decode()
    assert "2026 Semester 2 is archived already. Nothing was started." in again


def archived(school: ReportSchool) -> None:
    for member in school.cycle.members.all():
        school.report(member)
    school.archive()


def test_report_is_found_opened_and_recorded(school: ReportSchool, archivist: Client) -> None:
    archived(school)
    report = ArchivedReport.objects.get(person_code="0002")
    found = archivist.get("/academic-reports/archive/", {"q": "nguyen 0002"}).content.decode()
    assert "Ada Nguyen 0002" in found
    assert "Ada Nguyen 0001" not in found
    page = archivist.get(f"/academic-reports/archive/{report.pk}/").content.decode()
    assert report.seal in page
    assert "by kim" in page
    opened = archivist.get(f"/academic-reports/archive/{report.pk}/report.pdf")
    assert opened.content == photo_store().read(report.pdf_sha256)
    names = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    assert {name: opened[name] for name in names} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="0002 Ada Nguyen 0002.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert opened["Content-Security-Policy"] == (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert Entry.objects.filter(act="report.opened", person_id_of=report.person_id).count() == 1
    photo = archivist.get(f"/academic-reports/archive/{report.pk}/photo.jpg")
    assert photo.content == photo_store().read(report.photo_sha256)


def test_staff_see_reports_from_their_day_on(school: ReportSchool, teacher: Client) -> None:
    archived(school)
    report = ArchivedReport.objects.get(person_code="0002")
    assert "No report can be seen yet" in teacher.get("/academic-reports/archive/").content.decode()
    assert teacher.get(f"/academic-reports/archive/{report.pk}/report.pdf").status_code == 404
    school.cycle.staff_from = date(2020, 1, 1)
    school.cycle.save()
    assert teacher.get(f"/academic-reports/archive/{report.pk}/report.pdf").status_code == 200
    assert teacher.get(address(school, "archive/reports.zip")).status_code == 403
    assert "Archive and verify" not in teacher.get("/academic-reports/archive/").content.decode()


def test_class_is_downloaded_as_a_zip_and_recorded(school: ReportSchool, archivist: Client) -> None:
    archived(school)
    answer = archivist.get(address(school, "archive/reports.zip"), {"roll_group": "7A"})
    assert answer["Content-Disposition"] == 'attachment; filename="2026 Semester 2 7A.zip"'
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 4
    entry = Entry.objects.get(act="report.downloaded")
    assert (entry.actor, entry.subject, entry.changes, entry.note) == (
        "kim", "2026 Semester 2", [["reports", None, "3"]], "7A",
    )  # fmt: skip
    assert archivist.get(address(school, "archive/reports.zip"), {"roll_group": "9Z"}).status_code == 404


def test_long_list_goes_on_after_its_last_row(school: ReportSchool, archivist: Client) -> None:
    for number in range(10, 70):
        school.member(f"{number:04d}")
    archived(school)
    first = archivist.get("/academic-reports/archive/")
    assert first.content.decode().count('<th scope="row">') == 50
    second = archivist.get(
        "/academic-reports/archive/", {"after": ArchivedReport.objects.order_by("sort_name", "pk")[49].pk}
    )
    assert second.content.decode().count('<th scope="row">') == 13


def test_report_whose_pdf_is_lost_is_told_of(school: ReportSchool, archivist: Client) -> None:
    archived(school)
    report = ArchivedReport.objects.get(person_code="0002")
    photo_store().delete(report.pdf_sha256)
    page = archivist.get(f"/academic-reports/archive/{report.pk}/report.pdf").content.decode()
    assert "This report cannot be opened" in page
    assert not Entry.objects.filter(act="report.opened").exists()
    assert not PhotoView.objects.exists()
