"""A photographer's volume by the steps of a new user: tried, saved, licence accepted, run, and what is to mend."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.connectors.photographer.volumes import columns, table
from tests.portraits import make_portrait
from tests.services.program import Program
from tests.web.serving import Served
from tests.web.syncing import MANAGE, NEW_PROFILE, add_period, expect_on_the_wall, run, save, try_connection
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

LICENCE = "Yearbook pages only.\r\n<b>No</b> resale.\r\n" + "Further words of the licence. " * 200
TO_MEND = {
    "1 file is missing": ("Vol/IMAGES/4.jpg", "line 5 of Vol/INDEX.TXT"),
    "1 file is empty": ("Vol/IMAGES/3.jpg",),
    "1 file is nobody's": ("Vol/IMAGES/5.jpg", 'listed as "Nia Nemo"'),
    "It is in doubt whose 1 file is": ("Vol/IMAGES/2.jpg", 'listed as "Ben Byrne"'),
}


@pytest.fixture(scope="module")
def site(syncing: Served, sources: Path) -> Served:
    program = Program(syncing.installation)
    program.do("input", "add", "Volume")
    program.do("input", "put", "Volume", str(volume(sources / "delivery")))
    return syncing


def volume(target: Path) -> Path:
    """Return a folder with a volume in it: Lou Lane, another Ben Byrne, one empty, one missing, and a stranger."""
    rows = [
        columns("1.jpg", "LANE", "LOU", grade="08"),
        columns("2.jpg", "Byrne", "Ben", grade="8"),
        columns("3.jpg", "Moss", "Max", grade="8"),
        columns("4.jpg", "Gray", "Gus", grade="8"),
        columns("5.jpg", "Nemo", "Nia", grade="8"),
    ]
    images = target / "Vol/IMAGES"
    images.mkdir(parents=True)
    for number in (1, 2, 5):
        (images / f"{number}.jpg").write_bytes(make_portrait(number, 400, 500))
    (images / "3.jpg").write_bytes(b"")
    (target / "Vol/INDEX.TXT").write_bytes(table(*rows).encode())
    (target / "Vol/COPYRIGHT.TXT").write_bytes(LICENCE.encode())
    return target


def test_volume_is_tried_its_licence_accepted_and_run_and_its_report_saved(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, NEW_PROFILE))
    page.get_by_label("Name", exact=True).fill("Volume")
    page.get_by_label("Data source").select_option("input")
    page.get_by_label("Input", exact=True).select_option(label="Volume")
    page.get_by_label("Match files by").select_option("photographer")
    tried = try_connection(page)
    expect(tried).to_contain_text("4 photos, 2 match a person.")
    expect(tried).to_contain_text(
        "Vol/INDEX.TXT was read as 13 columns separated by tab, with a header, UTF-8: 5 rows."
    )
    expect(tried).to_contain_text('Vol/INDEX.TXT, line 3, has "Ben Byrne" (grade 8), but Ben Byrne (1001) is in "7".')
    expect(tried).to_contain_text("<b>No</b> resale.")
    add_period(page)
    save(page, "Volume was saved. Active.")
    accept_the_licence(page)
    run(page)
    page.get_by_role("link", name="What to mend in the photos").click()
    read_the_report(page)
    save_the_report(page)
    expect_on_the_wall(page, site, "Lane")
    page.locator("#wall .face").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lou Lane")
    expect(page.get_by_role("main").locator("img").first).to_have_js_property("complete", True)
    assert (watched.complaints, watched.elsewhere) == ([], [])


def accept_the_licence(page: Page) -> None:
    licences = page.locator("#licences")
    licences.get_by_role("button", name="Read the licence").click()
    expect(licences).to_contain_text("No run reads a photo of this delivery until it is accepted.")
    assert faults_on(page) == []
    licences.get_by_role("button", name="Accept this licence").click()
    expect(licences).to_contain_text("Accepted by kim, ")
    assert faults_on(page) == []


def read_the_report(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("What to mend in the photos")
    main = page.get_by_role("main")
    expect(main).to_contain_text("4 files came; 1 of them has nothing to mend.")
    for title, told in TO_MEND.items():
        for words in told:
            expect(page.get_by_role("region", name=title)).to_contain_text(words)
    expect(page.get_by_role("region", name="people have no file")).to_contain_text("3001")
    expect(main).not_to_contain_text("Lou Lane")
    assert faults_on(page) == []


def save_the_report(page: Page) -> None:
    """Save it in both forms: each says of which school it is, and the same as the page."""
    saved = {}
    for form in ("HTML", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Save as {form}").click()
        assert download.value.suggested_filename == f"volume-to-mend.{form.lower()}"
        saved[form] = Path(download.value.path()).read_bytes()
    assert saved["HTML"].startswith(b"<!doctype html>")
    assert saved["PDF"].startswith(b"%PDF-")
    with page.context.new_page() as opened:
        opened.set_content(saved["HTML"].decode())
        html = opened.locator("body").inner_text()
    pdf = " ".join("".join(each.extract_text() for each in PdfReader(io.BytesIO(saved["PDF"])).pages).split())
    for text in (html, pdf):
        assert "What to mend in the photos for Pelican Harbour High School" in text
        assert "4 files came; 1 of them has nothing to mend." in text
        for title, told in TO_MEND.items():
            assert all(words in text for words in (title, *told)), title
        assert "Lou Lane" not in text


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pages_of_a_delivery_are_no_wider_than_the_screen(
    browser: Browser, site: Served, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, MANAGE))
    page.get_by_role("link", name="Volume").first.click()
    expect(try_connection(page)).to_contain_text("Further words of the licence.")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults_on(page) == []
    page.get_by_role("link", name="What to mend in the photos").click()
    expect(page.get_by_role("region", name="1 file is missing")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults_on(page) == []
    context.close()
