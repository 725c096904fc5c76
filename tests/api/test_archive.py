"""The report archive over the API: imports, archiving, and what students and parents see."""

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.tokens import add_token, held_anywhere
from photosync.apps.reports.models import ArchivedReport, ReportJob, UploadedReport
from tests.apps.reports.archive_school import ReportSchool, pdf
from tests.web.pages import make_user

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


@pytest.fixture
def school() -> ReportSchool:
    school = ReportSchool()
    for code in ("0001", "0002"):
        school.student(code, photo=True)
        school.member(code)
    return school


def client(school: ReportSchool, role: Role = Role.ARCHIVIST) -> Client:
    user = make_user(f"a-{role}", role, school.school)
    made = add_token(user, "tests", scopes=held_anywhere(user), school=None, days=1, now=datetime.now(UTC))
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


def do_waiting(school: ReportSchool) -> None:
    for job in ReportJob.objects.filter(state="queued").order_by("pk"):
        school.do(job)


def test_zip_is_sent_matched_imported_archived_and_downloaded(school: ReportSchool) -> None:
    api, cycle = client(school), f"{ROOT}/reporting-cycles/{school.cycle.pk}"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("0001.pdf", pdf("1"))
        archive.writestr("other.pdf", pdf("2"))
    begun = api.post(f"{cycle}/imports?name=all.zip", written.getvalue(), content_type="application/zip")
    assert (begun.status_code, begun.json()["state"], begun.json()["job"]["kind"]) == (202, "reading", "read-upload")
    where = begun["Location"]
    do_waiting(school)
    assert api.get(where).json()["counts"] == {"matched": 1, "unmatched": 1}
    (file,) = api.get(f"{where}/files?state=unmatched").json()["items"]
    assert (file["name"], file["reason"]) == ("other.pdf", 'No student has the code "other".')
    matched = api.post(
        f"{where}/files/{file['file']}/match",
        {"person": school.people["0002"].pk},
        content_type="application/json",
    )
    assert (matched.status_code, matched.json()["state"], matched.json()["code"]) == (200, "by-hand", "0002")
    assert api.post(f"{where}/import").status_code == 202
    do_waiting(school)
    assert api.post(f"{cycle}/archive", {}, content_type="application/json").status_code == 202
    do_waiting(school)
    items = api.get(f"{ROOT}/archived-reports").json()["items"]
    assert [(each["number"], each["code"], each["photo"]["year"]) for each in items] == [
        (1, "0001", 2026),
        (2, "0002", 2026),
    ]
    got = api.get(f"{ROOT}/archived-reports/{items[0]['id']}/pdf")
    assert (got.content, got["Content-Type"]) == (pdf("1"), "application/pdf")
    assert api.get(f"{ROOT}/archived-reports/{items[0]['id']}/photo")["Content-Type"] == "image/jpeg"
    zipped = b"".join(api.get(f"{cycle}/archive/zip").streaming_content)  # type: ignore[attr-defined]
    assert zipfile.ZipFile(io.BytesIO(zipped)).testzip() is None
    api.post(f"{cycle}/archive/verify")
    do_waiting(school)
    job = api.get(f"{cycle}/jobs").json()["items"][0]
    assert (job["kind"], job["outcome"]) == (
        "verify",
        {"checked": 2, "missing": 0, "damaged": 0, "broken_seals": 0},
    )


def archived(school: ReportSchool) -> ArchivedReport:
    for member in school.cycle.members.all():
        school.report(member)
    school.archive()
    return ArchivedReport.objects.get(person_code="0001")


def answers(api: Client, report: ArchivedReport, query: str) -> tuple[int, int, int]:
    """Return how many reports are listed, and the status of one of them and of its PDF."""
    one = f"{ROOT}/archived-reports/{report.pk}"
    listed = api.get(f"{ROOT}/archived-reports{query}").json()["items"]
    return len(listed), api.get(f"{one}{query}").status_code, api.get(f"{one}/pdf{query}").status_code


@pytest.mark.parametrize("audience", ["students", "parents"])
def test_portal_is_told_what_its_readers_see_from_their_day_on(school: ReportSchool, audience: str) -> None:
    report, api = archived(school), client(school)
    query = f"?audience={audience}"
    assert answers(api, report, "") == (2, 200, 200)
    assert answers(api, report, query) == (0, 404, 404)
    setattr(school.cycle, f"{audience}_from", date(2020, 1, 1))
    school.cycle.save()
    assert answers(api, report, query) == (2, 200, 200)


def test_staff_see_what_their_day_has_opened_and_ask_for_no_one_else(school: ReportSchool) -> None:
    report, api = archived(school), client(school, Role.STAFF)
    assert answers(api, report, "") == (0, 404, 404)
    school.cycle.staff_from = date(2020, 1, 1)
    school.cycle.save()
    assert answers(api, report, "") == (2, 200, 200)
    refused = api.get(f"{ROOT}/archived-reports?audience=parents")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "What students and parents see is told with ACAD: ARCHIVE only. Nothing was done.",
    )


def test_file_of_another_form_or_into_an_archived_cycle_is_refused(school: ReportSchool) -> None:
    api, address = client(school), f"{ROOT}/reporting-cycles/{school.cycle.pk}/imports"
    wrong: Any = api.post(address, "x", content_type="text/plain")
    assert wrong.status_code == 415
    archived(school)
    late = api.post(f"{address}?name=0001.pdf", pdf("1"), content_type="application/pdf")
    assert (late.status_code, late.json()["detail"]) == (
        409,
        "2026 Semester 2 is archived: no report is imported into it any more. Nothing was done.",
    )
    assert not UploadedReport.objects.exists()
