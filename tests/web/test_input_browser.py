"""Sync UI in a browser: a folder of portraits over a line that breaks, ZIPs, without script, accessibility."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.apps.inputs.delivered import zipped
from tests.portraits import make_portrait
from tests.services.cut_line import CutLine, cut_line
from tests.services.installation import fresh_installation
from tests.services.program import Program
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

INPUTS = "/administration/sync-ui/inputs/"
PORTRAITS = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        roster = folder / "students.csv"
        roster.write_text("Student Code,Given Name,Family Name,Year\n1000,Ada,Abel,7\n1001,Ben,Byrne,7\n")
        Program(made).do("people", "import", str(roster), "--kind", "student")
        yield site


@pytest.fixture
def portraits(tmp_path: Path) -> Path:
    """Return a folder with portraits in a folder of it; that of Ada Abel among them, and what systems leave."""
    folder = tmp_path / "portraits"
    (folder / "7B").mkdir(parents=True)
    content = [make_portrait(seed, 400, 500) for seed in range(4)]
    for number in range(PORTRAITS):
        (folder / f"7B/{1000 + number}.jpg").write_bytes(content[number % 4] + b"%d" % number)
    (folder / "Thumbs.db").write_bytes(b"junk")
    return folder


def through(line: CutLine, site: Served) -> Served:
    """Return the site as it is reached over the line."""
    return Served(line.port, site.process, site.installation)


def made_input(page: Page, site: Served, name: str) -> None:
    """Make an input by the steps that a new user takes; the page Deliver is then open."""
    page.goto(address(site, "/administration/"))
    page.get_by_role("main").get_by_role("link", name="Inputs").click()
    page.get_by_role("link", name="New input").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deliver photos")


def choose_folder(page: Page, folder: Path) -> None:
    page.get_by_label("A folder, with what is in it").set_input_files(folder)
    expect(page.locator("[data-chosen-told]")).to_contain_text(f"{PORTRAITS + 1} chosen,")


def test_folder_is_delivered_over_a_line_that_breaks_and_gone_on_with_after_a_reload(
    page: Page, site: Served, portraits: Path
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    size_bytes = sum(each.stat().st_size for each in portraits.rglob("*.jpg"))
    trouble = page.locator("[data-trouble]")
    told = page.locator("[data-told]")
    with cut_line(site.port) as line:
        reached = through(line, site)
        sign_in(page, reached)
        made_input(page, reached, "Photographer")
        choose_folder(page, portraits)

        line.cut_after(size_bytes // 3)
        page.get_by_role("button", name="Deliver").click()
        expect(trouble).to_contain_text("The line is broken. It is tried again by itself")
        line.mend()
        line.cut_after(size_bytes // 3)
        # It has gone on by itself, and breaks again.
        expect(told).to_have_text(re.compile(r"^(2[0-9]|3[0-9]) of 60 files are there"))
        expect(trouble).to_contain_text("The line is broken.")
        line.mend()
        page.goto(page.url)
        expect(page.get_by_role("main")).to_contain_text("only what is missing is sent")
        sent_again: list[str] = []
        page.on("request", lambda request: sent_again.append(request.url) if "/file/?" in request.url else None)
        choose_folder(page, portraits)
        page.get_by_role("button", name="Deliver").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Delivery into Photographer")
    expect(page.locator("#delivery")).to_contain_text("60 added.")
    assert 0 < len(sent_again) < PORTRAITS
    # The cookie is of the host, whatever the port.
    page.goto(address(site, INPUTS))
    page.get_by_role("link", name="Photographer").click()
    expect(page.locator(".inputfiles tbody tr")).to_have_count(50)
    first = page.locator(".inputfiles tbody tr").first
    expect(first).to_contain_text("7B/1000.jpg")
    expect(first).to_contain_text("Ada Abel (1000)")
    expect(page.get_by_role("main")).to_contain_text("60 files,")


def test_zip_is_sent_in_parts_and_unpacked_by_a_worker(page: Page, site: Served, tmp_path: Path) -> None:
    archive = tmp_path / "photos.zip"
    noise = os.urandom(6_000_000)
    archive.write_bytes(zipped({"7B/1000.jpg": make_portrait(1, 400, 500), "big.jpg": noise, "../x.jpg": b"x"}))
    watched = Watched(page, site.port)
    sign_in(page, site)
    made_input(page, site, "From a ZIP")
    parts: list[str] = []
    page.on("request", lambda request: parts.append(request.url) if "?offset=" in request.url else None)
    page.get_by_label("Files, or a ZIP of them").set_input_files(archive)
    page.get_by_role("button", name="Deliver").click()
    delivery = page.locator("#delivery")
    expect(delivery).to_contain_text("A worker unpacks it.")
    assert len(parts) == 2
    with Program(site.installation).running("worker"):
        expect(delivery).to_contain_text("2 added, 1 not taken.", timeout=60_000)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text('The path "../x.jpg" leads out of its folder.')
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_input_is_cloned_and_a_name_in_use_is_a_clear_message(page: Page, site: Served, portraits: Path) -> None:
    shutil.rmtree(portraits / "7B")
    (portraits / "1001.jpg").write_bytes(make_portrait(5, 400, 500))
    sign_in(page, site)
    made_input(page, site, "To be cloned")
    page.get_by_label("Files, or a ZIP of them").set_input_files(portraits / "1001.jpg")
    page.get_by_role("button", name="Deliver").click()
    page.get_by_role("link", name="To To be cloned").click()
    expect(page.locator(".inputfiles")).to_contain_text("Ben Byrne")
    page.get_by_role("link", name="Clone").click()
    page.get_by_label("Name of the clone").fill("to be CLONED")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_contain_text('There is already an input "To be cloned" in this school.')
    page.get_by_label("Name of the clone").fill("The clone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The clone was made, with the files of To be cloned.")
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing is in it.")

    page.goto(address(site, "/administration/timetable-management/manage-sync/new/"))
    page.get_by_label("Data source").select_option("input")
    page.get_by_label("Input", exact=True).select_option("To be cloned")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#tried")).to_contain_text("1 photo, 1 matches a person.")


def test_files_are_delivered_without_script(browser: Browser, site: Served, portraits: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, site)
        made_input(page, site, "Without script")
        page.get_by_label("Files, or a ZIP of them").set_input_files(sorted((portraits / "7B").iterdir())[:3])
        page.get_by_label("Replace everything").check()
        page.get_by_role("button", name="Deliver").click()
        expect(page.locator("#delivery")).to_contain_text("3 added.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pages_have_no_accessibility_fault_and_fit(
    browser: Browser, site: Served, scheme: str, width: int, height: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page, site)
        page.goto(address(site, INPUTS))
        page.get_by_role("link", name="To be cloned").click()
        one = page.url
        taken_out = page.get_by_role("link", name="Take out").first.get_attribute("href")
        assert taken_out
        page.locator("main table a").last.click()
        paths = [
            page.url,
            INPUTS,
            f"{INPUTS}new/",
            one,
            taken_out,
            *(f"{one}{each}/" for each in ("deliver", "edit", "clone", "clear", "delete")),
        ]
        for path in paths:
            page.goto(address(site, path) if path.startswith("/") else path)
            assert faults_on(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
