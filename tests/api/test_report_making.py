"""Reports made here, over the API."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from photosync.api import bodies
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.models import ReportingCycle, ReportJob, ReportResults
from photosync.apps.reports.roster import Choice
from tests.api.test_interface import API, client_of, post
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)

RESULTS = "code,subject,mark\n1001,English,78\n9,Art,1\n"


@pytest.fixture
def client(scene: Scene) -> Client:  # noqa: F811
    return client_of(scene.administrator, Permission.ACAD_ARCHIVE)


@pytest.fixture
def cycle(scene: Scene) -> ReportingCycle:  # noqa: F811
    people = Choice(year_level=("7",))
    return open_cycle(scene.school, "2026 Semester 2", by="kim", now=datetime.now(UTC), people=people)


def sent(client: Client, cycle: ReportingCycle, text: str, query: str = "", form: str = "text/csv") -> Any:
    return client.post(f"{API}/reporting-cycles/{cycle.pk}/results{query}", text.encode(), content_type=form)


def test_results_are_previewed_and_stored(client: Client, cycle: ReportingCycle) -> None:
    previewed = sent(client, cycle, RESULTS, "?preview=true")
    assert not ReportResults.objects.exists()
    stored = sent(client, cycle, RESULTS)

    assert previewed.json() == stored.json() | {"preview": True}
    assert stored.json()["unmatched"] == [{"code": "9", "line": 3, "lines": 1, "reason": "No student has this code."}]
    assert ReportResults.objects.get().stored_by == "kim (tests)"
    assert Entry.objects.get(act="report.results-stored").actor == "kim (tests)"
    mapped = sent(client, cycle, "n,f\n1001,Art\n", "?map=n=student_code&map=f=subject&replace=true")
    assert mapped.json()["columns"] == {"n": "student_code", "f": "subject"}
    assert ReportResults.objects.get().subjects == [{"subject": "Art"}]


def test_results_that_cannot_be_read_are_a_problem(client: Client, cycle: ReportingCycle) -> None:
    refused, form = sent(client, cycle, "name\n"), sent(client, cycle, "{}", form="application/json")

    assert (refused.status_code, form.status_code) == (400, 415)
    assert "is known to hold the student code" in refused.json()["detail"]


def test_making_is_queued_as_work_on_the_cycle(client: Client, cycle: ReportingCycle) -> None:
    path = f"/reporting-cycles/{cycle.pk}/reports"
    assert post(client, path, {}).status_code == 404
    sent(client, cycle, RESULTS)

    queued = post(client, path, {"year_level": "7", "only_missing": True})

    job = ReportJob.objects.get()
    assert (queued.status_code, queued.headers["Location"]) == (
        202,
        f"/api/v1/reporting-cycles/{cycle.pk}/jobs/{job.pk}",
    )
    assert (queued.json()["kind"], queued.json()["state"]) == ("make", "queued")
    assert job.asked == {"year_level": "7", "roll_group": "", "only_missing": True, "replace_imported": False}
    assert post(client, path, {}).status_code == 409


def test_preview_is_a_pdf(client: Client, cycle: ReportingCycle) -> None:
    path = f"{API}/reporting-cycles/{cycle.pk}/report-preview"
    assert client.get(path).status_code == 404
    sent(client, cycle, RESULTS)

    shown = client.get(f"{path}?code=1001")

    assert (shown.status_code, shown.headers["Content-Type"], shown.content[:5]) == (200, "application/pdf", b"%PDF-")


def test_design_is_changed_with_the_etag_that_was_read(client: Client) -> None:
    path = f"{API}/report-design"
    read = client.get(path)
    assert read.json() == {"heading": "", "footer": "", "signatories": [], "crest": None}

    def patched(body: str, tag: str) -> Any:
        return client.patch(path, body, content_type="application/json", headers={"If-Match": tag})

    changed = patched('{"heading": "Report", "signatories": ["Principal"]}', read.headers["ETag"])
    late = patched('{"footer": "x"}', read.headers["ETag"])
    again = patched('{"footer": "x"}', changed.headers["ETag"])

    assert (changed.status_code, late.status_code) == (200, 412)
    assert again.json() == {"heading": "Report", "footer": "x", "signatories": ["Principal"], "crest": None}
    assert patched("{}", again.headers["ETag"]).json()["detail"] == "No change was given. Nothing was done."


def test_crest_is_set_shown_in_the_sample_and_removed(client: Client) -> None:
    written = BytesIO()
    Image.new("RGB", (200, 200), (9, 99, 9)).save(written, "PNG")
    path = f"{API}/report-design/crest"

    before = client.get(f"{API}/report-design/sample")
    made = client.post(path, written.getvalue(), content_type="image/png")
    after = client.get(f"{API}/report-design/sample")

    assert len(made.json()["crest"]) == 64
    assert (after.headers["Content-Type"], after.content[:4]) == ("image/png", b"\x89PNG")
    assert before.content != after.content
    assert client.delete(path).json()["crest"] is None


@pytest.mark.parametrize(
    ("path", "takes"),
    [("/reporting-cycles/7/results", True), ("/report-design/crest", True), ("/reporting-cycles/7/reports", False)],
)
def test_files_may_be_sent_where_the_api_takes_them(path: str, takes: bool) -> None:
    assert bool(bodies.TAKES_FILES.fullmatch(f"/api/v1{path}")) is takes
