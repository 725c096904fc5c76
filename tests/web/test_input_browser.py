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
from tests.services.bad_network import BadNetwork, bad_network
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


def through(network: BadNetwork, site: Served) -> Served:
    """Return the site as it is reached over the network."""
    return Served(network.port, site.process, site.installation)


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


def drop(page: Page, *paths: Path) -> None:
    """Drag files or folders of this machine onto the page and let go of them, as a person does."""
    area = page.locator("[data-dropzone]").bounding_box()
    assert area
    given = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for each in ("dragEnter", "dragOver", "drop"):
        at = {"x": area["x"] + 20, "y": area["y"] + 20}
        session.send("Input.dispatchDragEvent", {"type": each, **at, "data": given})
    expect(page.locator("[data-chosen-told]")).to_contain_text("chosen,")


def test_folder_is_delivered_over_a_line_that_breaks_and_gone_on_with_after_a_reload(
    page: Page, site: Served, portraits: Path
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    size_bytes = sum(each.stat().st_size for each in portraits.rglob("*.jpg"))
    trouble = page.locator("[data-trouble]")
    told = page.locator("[data-told]")
    with bad_network(site.port) as network:
        reached = through(network, site)
        sign_in(page, reached)
        made_input(page, reached, "Photographer")
        choose_folder(page, portraits)

        network.lose_after(up_bytes=size_bytes // 3)
        page.get_by_role("button", name="Deliver").click()
        expect(trouble).to_contain_text("The line is broken. It is tried again by itself")
        network.mend()
        network.lose_after(up_bytes=size_bytes // 3)
        # It has gone on by itself, and breaks again.
        expect(told).to_have_text(re.compile(r"^(2[0-9]|3[0-9]) of 60 files are there"))
        expect(trouble).to_contain_text("The line is broken.")
        network.mend()
        page.goto(page.url)
        expect(page.get_by_role("main")).to_contain_text("only what is missing or has changed is sent")
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
    shown = first.get_by_role("img", name="The picture in 7B/1000.jpg")
    expect(shown).to_have_js_property("naturalWidth", 128)
    expect(shown).to_have_js_property("naturalHeight", 160)
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
    drop(page, portraits / "1001.jpg")
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


def files_in(page: Page) -> list[str]:
    return [each.split("\n")[0].strip() for each in page.locator(".inputfiles tbody th").all_inner_texts()]


def test_folder_that_is_dropped_is_delivered_without_its_own_name(page: Page, site: Served, portraits: Path) -> None:
    for number in range(2, PORTRAITS):
        (portraits / f"7B/{1000 + number}.jpg").unlink()
    sign_in(page, site)
    made_input(page, site, "Dropped folder")
    drop(page, portraits)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text("2 added")
    page.get_by_role("link", name="To Dropped folder").click()
    assert files_in(page) == ["7B/1000.jpg", "7B/1001.jpg"]


def test_several_things_that_are_dropped_together_keep_the_names_of_folders(
    page: Page, site: Served, tmp_path: Path
) -> None:
    for name in ("7A/1000.jpg", "8A/deep/1001.jpg", "1002.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(make_portrait(1, 130, 160) + name.encode())
    sign_in(page, site)
    made_input(page, site, "Dropped together")
    drop(page, tmp_path / "7A", tmp_path / "8A", tmp_path / "1002.jpg")
    expect(page.locator("[data-chosen-told]")).to_contain_text("3 chosen,")
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text("3 added")
    page.get_by_role("link", name="To Dropped together").click()
    assert sorted(files_in(page)) == ["1002.jpg", "7A/1000.jpg", "8A/deep/1001.jpg"]


@pytest.mark.once
def test_more_files_than_are_asked_about_at_once_are_delivered(page: Page, site: Served, tmp_path: Path) -> None:
    """What is missing is asked a thousand at a time, and a browser gives a hundred entries of a folder at a time."""
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_050):
        (many / f"{number:04}.jpg").write_bytes(b"%d" % number)
    sign_in(page, site)
    made_input(page, site, "Many")
    asked: list[int] = []
    page.on(
        "request", lambda sent: asked.append(len(sent.post_data_json)) if sent.url.endswith("/missing/") else None
    )
    drop(page, many)
    expect(page.locator("[data-chosen-told]")).to_contain_text("1050 chosen,")
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text("1050 added", timeout=240_000)
    assert asked == [1_000, 50]


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
