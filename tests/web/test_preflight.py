"""Manage Sync > What to mend in the photos: the page with files in it, and the files that are saved from it."""

import io
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from photosync.apps.accounts.models import Role
from tests.apps.runs.scene import Scene
from tests.web.pages import Markup, make_user, signed_in


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in(make_user("kim", Role.ARCHIVIST, scene.school))


def test_page_says_each_trouble_and_is_saved_as_files(scene: Scene, client: Client) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", b"")
    scene.put("<b>nobody.jpg", 1)
    run = scene.preview()
    address = f"/administration/timetable-management/manage-sync/{scene.profile.pk}/to-mend/"

    page = Markup.of(client.get(address))

    assert "2 files came; 0 of them have nothing to mend." in page.text
    assert f"Photo Sync, run {run.pk}, made on " in page.text
    for words in ("1 file is empty", "0001.jpg", "1 file is nobody's", "<b>nobody.jpg", "it names files and codes"):
        assert words in page.text
    assert "P0001" not in page.text  # who it is
    html_address, pdf_address = (f"{address.rstrip('/')}.{form}" for form in ("html", "pdf"))
    assert {html_address, pdf_address} <= {each.get("href") for each in page.all("a")}

    html, pdf = client.get(html_address), client.get(pdf_address)

    assert html["Content-Disposition"] == 'attachment; filename="photo-sync-to-mend.html"'
    assert "<b>nobody" not in html.content.decode()
    assert "&lt;b&gt;nobody.jpg" in html.content.decode()
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="photo-sync-to-mend.pdf"',
    )
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "2 files came; 0 of them have nothing to mend." in text
    assert "0001.jpg" in text


def test_name_that_is_longer_than_its_column_is_broken_in_the_pdf_and_can_be_copied_whole(
    scene: Scene, client: Client
) -> None:
    scene.everyone(1)
    long = "as_the_studio_calls_it_" * 6 + ".jpg"
    scene.put(long, b"")
    scene.preview()
    address = f"/administration/timetable-management/manage-sync/{scene.profile.pk}/to-mend"
    lines = PdfReader(io.BytesIO(client.get(f"{address}.pdf").content)).pages[0].extract_text().split("\n")
    held = [each for each in lines if each.replace(" ", "") in long and len(each) > 20]

    assert len(held) == 2
    assert long in "".join(lines)
    # Of files that are empty nothing more is said, so no column stands empty.
    assert "Details" not in Markup.of(client.get(f"{address}/")).text.split("No file came")[0].split("is empty")[1]


def test_page_before_the_first_run_says_what_to_do(scene: Scene, client: Client) -> None:
    address = f"/administration/timetable-management/manage-sync/{scene.profile.pk}/to-mend/"
    told = "Photo Sync has not read its data source yet, so there is nothing to report. Preview it first."
    assert told in Markup.of(client.get(address)).text
    assert told in Markup.of(client.get(f"{address.rstrip('/')}.pdf", follow=True)).text
