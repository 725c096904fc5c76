"""Reporting > Results, Make reports and Design of reports."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.viewing import _notes
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.design import Design, design_of
from photosync.apps.reports.jobs import execute_job
from photosync.apps.reports.models import ReportingCycle, ReportJob, ReportResults
from photosync.apps.reports.roster import Choice
from photosync.web import front_door
from tests.apps.reports.school_of_reports import claimed
from tests.web.conftest import Scene
from tests.web.pages import Markup

HTMX = {"HX-Request": "true"}
RESULTS = "Student code,Subject,Result,Comment\n1001,English,78,<b>Good</b>\n9,Art,1,\n1002,,5,\n"
DESIGN_AT = "/academic-reports/reporting/design/"


class Pages:
    """The pages of one cycle."""

    def __init__(self, scene: Scene) -> None:
        self.client: Client = scene.client
        now = datetime.now(UTC)
        people = Choice(year_level=("7",))
        self.cycle = open_cycle(
            scene.school, "2026 Semester 2", academic_year=scene.year, by="kim", now=now, people=people
        )
        self.results = f"/academic-reports/reporting/{self.cycle.pk}/results/"
        self.make = f"/academic-reports/reporting/{self.cycle.pk}/make/"

    def upload(self, text: str, **fields: str) -> object:
        file = SimpleUploadedFile("semester 2.csv", text.encode())
        return self.client.post(self.results, {"file": file, "what": "add", "columns": "", **fields})

    def store(self, text: str) -> None:
        address = self.upload(text).headers["Location"]  # type: ignore[attr-defined]
        assert self.client.post(address).status_code == 302


@pytest.fixture
def pages(scene: Scene) -> Pages:
    return Pages(scene)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_results_are_previewed_and_then_stored(pages: Pages) -> None:
    uploaded = pages.upload(RESULTS)
    address = uploaded.headers["Location"]  # type: ignore[attr-defined]

    shown = Markup.of(pages.client.get(address))
    assert "This is what storing semester 2.csv would do. Nothing has been stored." in shown.text
    assert "No student has this code." in shown.text
    assert "It has results, but no subject." in shown.text
    assert "Afterwards 2 students in the cycle have no results." in shown.text
    assert not ReportResults.objects.exists()

    done = pages.client.post(address, follow=True)
    assert (
        "The results were stored: 1 students new, 0 changed, 0 unchanged; 1 codes matched no one, "
        "1 lines were refused." in Markup.of(done).text
    )
    assert ReportResults.objects.get().subjects == [{"subject": "English", "mark": "78", "comment": "<b>Good</b>"}]
    assert ReportResults.objects.get().stored_by == "kim"
    again = pages.client.get(address, follow=True)
    assert "This uploaded file is no longer here: its results were stored already" in Markup.of(again).text


def test_results_of_another_cycle_or_session_are_not_there(pages: Pages, scene: Scene) -> None:
    address = pages.upload(RESULTS).headers["Location"]  # type: ignore[attr-defined]
    other = ReportingCycle.objects.create(
        school=scene.school, name="Other", academic_year=2026, opened_at=datetime.now(UTC), opened_by="kim"
    )

    elsewhere = pages.client.get(address.replace(f"/{pages.cycle.pk}/results/", f"/{other.pk}/results/"))
    someone = scene.client.get(address)

    assert (elsewhere.status_code, elsewhere.headers["Location"]) == (
        302,
        f"/academic-reports/reporting/{other.pk}/results/",
    )
    assert someone.status_code == 302


@pytest.mark.parametrize(
    ("text", "fields", "told"),
    [
        ("name\nx\n", {}, "No column of the results file is known to hold the student code."),
        ("", {}, "The file is empty. Nothing was stored. Its first line must name the columns."),
        ("code,subject\n", {"columns": "Points"}, '"Points" does not map a column. Nothing was stored.'),
        ("code,subject\n", {"columns": "X=mark"}, 'The results file has no column "X". Nothing was stored.'),
        ("code,subject\n", {"what": "perhaps"}, "Choose one of the two. Nothing was stored."),
    ],
)
def test_file_that_cannot_be_used_is_refused_beside_its_field(
    pages: Pages, text: str, fields: dict[str, str], told: str
) -> None:
    response = pages.upload(text, **fields)

    assert response.status_code == 200  # type: ignore[attr-defined]
    assert told in Markup.of(response).text


def test_columns_with_other_names_are_mapped(pages: Pages) -> None:
    uploaded = pages.upload("Kennzahl,Fach\n1001,Art\n", columns="Kennzahl=student_code\r\nFach=subject\r\n")

    pages.client.post(uploaded.headers["Location"])  # type: ignore[attr-defined]

    assert ReportResults.objects.get().subjects == [{"subject": "Art"}]


def test_preview_of_one_is_a_pdf_and_stores_nothing(pages: Pages) -> None:
    pages.store(RESULTS)

    response = pages.client.get(f"{pages.make}preview.pdf?code=1001")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == 'inline; filename="2026-Semester-2-1001.pdf"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "<b>Good</b>" in text_of(response.content)
    missing = pages.client.get(f"{pages.make}preview.pdf?code=1003", follow=True)
    assert 'No one with the code "1003" has results in 2026 Semester 2.' in Markup.of(missing).text


def test_reports_are_made_and_the_page_says_how_far(pages: Pages) -> None:
    pages.store(RESULTS)

    asked = pages.client.post(pages.make, {"roll_group": "7B"}, follow=True)
    job = ReportJob.objects.get()
    assert (job.state, job.started_by, job.asked["roll_group"]) == ("queued", "kim", "7B")
    assert f"The reports are being made (work {job.pk})." in Markup.of(asked).text
    part = Markup.of(pages.client.get(f"{pages.make}live/"))
    assert [each.get("hx-get") for each in part.all("section")] == [f"{pages.make}live/"]

    assert "HX-Trigger-After-Settle" not in pages.client.get(f"{pages.make}live/")

    execute_job(claimed(job))

    ended = pages.client.get(f"{pages.make}live/")
    assert ended["HX-Trigger-After-Settle"] == "report-job-ended"
    part = Markup.of(ended)
    assert [each.get("hx-get") for each in part.all("section")] == [None]
    assert part.all("a")[0]["href"].endswith("/archive/")
    counts = next(each for each in Markup.of(pages.client.get(pages.make)).all("section") if each.get("id"))
    assert (counts["hx-get"], counts["hx-trigger"]) == (pages.make, "report-job-ended from:body")
    assert "1 made" in part.text
    assert "7B. Asked for by kim." in part.text


def test_making_is_cancelled_from_its_page(pages: Pages) -> None:
    pages.store(RESULTS)
    pages.client.post(pages.make)
    part = Markup.of(pages.client.get(f"{pages.make}live/"))
    address = part.all("form")[0]["action"]

    pages.client.post(address)

    assert "Cancelled by kim before it began." in Markup.of(pages.client.get(pages.make)).text


def test_making_without_results_is_refused_in_words(pages: Pages) -> None:
    done = pages.client.post(pages.make, {"year_level": "7\0"}, follow=True)

    assert "No one in 2026 Semester 2 has a report to be made (Year 7)." in Markup.of(done).text
    assert "There are no results yet" in Markup.of(done).text


def test_design_is_saved_with_its_crest_and_taken_off_again(pages: Pages, scene: Scene) -> None:
    written = BytesIO()
    Image.new("RGB", (200, 200), (9, 99, 9)).save(written, "PNG")
    fields = {"heading": "Half-year report", "footer": "", "sign_1": "Principal", "sign_2": "", "sign_3": "Tutor"}

    crest = SimpleUploadedFile("crest.png", written.getvalue())
    saved = pages.client.post(DESIGN_AT, fields | {"crest": crest}, follow=True)

    kept = design_of(scene.school)
    assert "The design was saved. Reports that were made before stay as they are." in Markup.of(saved).text
    assert (kept.heading, kept.signatories) == ("Half-year report", ("Principal", "Tutor"))
    assert kept.crest_sha256
    assert Entry.objects.get(act="report.design-changed").actor == "kim"
    pages.client.post(DESIGN_AT, fields | {"no_crest": "on"})
    assert design_of(scene.school).crest_sha256 == ""


def test_design_that_is_refused_is_told_beside_its_field(pages: Pages, scene: Scene) -> None:
    crest = SimpleUploadedFile("crest.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")

    refused = pages.client.post(DESIGN_AT, {"heading": "x", "crest": crest})

    assert "The crest is an SVG file, which can hold more than a picture." in Markup.of(refused).text
    assert design_of(scene.school) == Design()


def test_sample_follows_what_is_typed_and_saves_nothing(pages: Pages, scene: Scene) -> None:
    part = pages.client.post(DESIGN_AT, {"heading": "Typed & shown", "sign_1": "Principal"}, headers=HTMX)

    picture = Markup.of(part).all("img")[0]["src"]
    assert picture == (
        "/academic-reports/reporting/design/sample.png?heading=Typed+%26+shown&footer=&sign=Principal&no_crest=1"
    )
    shown = pages.client.get(picture)
    assert (shown.headers["Content-Type"], shown.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert design_of(scene.school) == Design()
    plain = pages.client.post(DESIGN_AT, {"heading": "Typed & shown", "preview": "1"})
    assert Markup.of(plain).all("img")[0]["src"] == picture.replace("&sign=Principal", "")
    long = pages.client.get(f"{DESIGN_AT}sample.png", {"heading": "x" * 200})
    assert (long.status_code, long.content.decode()) == (
        409,
        "The heading is longer than 100 characters. Nothing was changed. Shorten it.",
    )


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        (DESIGN_AT, True),
        ("/academic-reports/reporting/7/results/", True),
        ("/academic-reports/reporting/7/make/", False),
    ],
)
def test_files_may_be_sent_where_pages_take_them(path: str, takes: bool) -> None:
    assert bool(front_door.TAKES_FILES.fullmatch(path)) is takes


def test_preview_notes_whose_photo_was_seen(pages: Pages, scene: Scene) -> None:
    pages.store(RESULTS)
    scene.ada.consent = {"school_use": "yes"}
    scene.ada.save()

    pages.client.get(f"{pages.make}preview.pdf?code=1001")

    _notes.write()
    assert set(PhotoView.objects.values_list("person_id_of", flat=True)) == {scene.ada.pk}
