"""A photographer's volume by the steps that a new user takes: tried, saved, licence read and accepted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.connectors.photographer.volumes import columns, table
from tests.portraits import make_portrait
from tests.services.installation import fresh_installation
from tests.services.program import Program
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

MANAGE = "/administration/timetable-management/manage-sync/"
LICENCE = "Yearbook pages only.\r\n<b>No</b> resale.\r\n" + "Further words of the licence. " * 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        roster = folder / "students.csv"
        roster.write_text("Student Code,Given Name,Family Name,Year\n1000,Ada,Abel,7\n1001,Ben,Byrne,7\n")
        program = Program(made)
        program.do("people", "import", str(roster), "--kind", "student")
        program.do("input", "add", "Volume")
        program.do("input", "put", "Volume", str(volume(folder / "delivery")))
        yield site


def volume(target: Path) -> Path:
    """Return a folder with a volume in it: an image of Ada Abel, and one that is said to be of another Ben Byrne."""
    rows = [columns("1.jpg", "ABEL", "ADA", grade="07"), columns("2.jpg", "Byrne", "Ben", grade="8")]
    images = target / "Vol/IMAGES"
    images.mkdir(parents=True)
    for number in (1, 2):
        (images / f"{number}.jpg").write_bytes(make_portrait(number, 400, 500))
    (target / "Vol/INDEX.TXT").write_bytes(table(*rows).encode())
    (target / "Vol/COPYRIGHT.TXT").write_bytes(LICENCE.encode())
    return target


def test_volume_is_tried_and_its_licence_read_and_accepted(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, f"{MANAGE}new/"))
    page.get_by_label("Name", exact=True).fill("Volume")
    page.get_by_label("Data source").select_option("input")
    page.get_by_label("Input", exact=True).select_option(label="Volume")
    page.get_by_label("Match files by").select_option("photographer")
    page.get_by_role("button", name="Test connection").click()
    tried = page.locator("#tried")
    expect(tried).to_contain_text("2 photos, 1 matches a person.")
    expect(tried).to_contain_text(
        "Vol/INDEX.TXT was read as 13 columns separated by tab, with a header, UTF-8: 2 rows."
    )
    expect(tried).to_contain_text('Vol/INDEX.TXT, line 3, has "Ben Byrne" (grade 8), but Ben Byrne (1001) is in "7".')
    expect(tried).to_contain_text("<b>No</b> resale.")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_role("main")).to_contain_text("Volume was saved.")

    licences = page.locator("#licences")
    licences.get_by_role("button", name="Read the licence").click()
    expect(licences).to_contain_text("No run reads a photo of this delivery until it is accepted.")
    assert faults_on(page) == []
    licences.get_by_role("button", name="Accept this licence").click()
    expect(licences).to_contain_text("Accepted by kim, ")
    assert faults_on(page) == []

    assert (watched.complaints, watched.elsewhere) == ([], [])


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_page_with_a_licence_is_no_wider_than_the_screen(
    browser: Browser, site: Served, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, MANAGE))
    page.get_by_role("link", name="Volume").first.click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#tried")).to_contain_text("Further words of the licence.")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults_on(page) == []
    context.close()
