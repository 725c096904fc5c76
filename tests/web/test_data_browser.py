"""Data Management in a browser: a list that is filtered while one types, a roster's import, accessibility."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

STUDENTS = "/data-management/students/"
PAGES = ("/data-management/", STUDENTS, f"{STUDENTS}?q=zzz", "/data-management/staff/", "/data-management/people/2/")
# Larger than what a form may send that takes no file.
ROSTER = "Number,First Name,Surname,Year," + ",".join(f"Note {n}" for n in range(12)) + "\n"
ROSTER += "1000,Ada,Abel,7," + ",".join(["x" * 900] * 12) + "\n"
ROSTER += "".join(f"5{n:03},Nia,New {n},9," + ",".join(["x" * 900] * 12) + "\n" for n in range(280))
ROSTER += ",No,Code,9," + "," * 11 + "\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "students.csv"
    path.write_text(ROSTER)
    return path


def test_list_follows_search_and_filters_and_the_address_keeps_them(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.get_by_role("link", name="Data Management").click()
    page.get_by_role("main").get_by_role("link", name="Students").click()
    names = page.locator("#people th[scope=row] a")
    expect(names).to_have_count(7)

    page.get_by_label("Search").fill("b")
    expect(names).to_have_text(["Ada Abel", "Ben Byrne"])
    page.get_by_label("Photo", exact=True).select_option("Of an earlier year")
    expect(page.locator("#people")).to_contain_text("No one is found with this.")
    page.get_by_label("Search").fill("")
    expect(names).to_have_text(["Cy Chan", "Dee Dang"])
    expect(page).to_have_url(address(site, f"{STUDENTS}?photo=earlier"))
    page.reload()
    expect(names).to_have_text(["Cy Chan", "Dee Dang"])
    expect(page.get_by_label("Photo", exact=True)).to_have_value("earlier")

    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_list_works_without_script(browser: Browser, site: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, STUDENTS))
    page.get_by_label("Year level").select_option("Year 8")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Gus Gray").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Gus Gray")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_import_in_its_steps_has_no_accessibility_fault(
    browser: Browser, site: Served, roster: Path, scheme: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watched = Watched(page, site.port)
    sign_in(page, site)
    found: dict[str, tuple[list[str], int]] = {}

    def look(name: str) -> None:
        found[name] = (faults_on(page), page.evaluate("document.documentElement.scrollWidth"))

    for path in PAGES:
        page.goto(address(site, path))
        look(path)
    page.goto(address(site, "/data-management/import/"))
    page.get_by_role("button", name="Upload").click()
    look("upload")
    page.get_by_label("CSV file").set_input_files(roster)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Columns of the roster")
    look("columns")
    page.get_by_label("Field of Note 1", exact=True).select_option("Given name")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_contain_text("Two columns hold the same field (Given name)")
    look("columns refused")
    page.get_by_label("Field of Note 1", exact=True).select_option("Not used")
    page.get_by_label("Field of Number").select_option("Student code")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview of the import")
    expect(page.get_by_role("main")).to_contain_text("It has no student code.")
    look("preview")
    context.close()

    assert found == {name: ([], width) for name in found}
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_roster_is_imported_by_keyboard(page: Page, site: Served, roster: Path) -> None:
    roster.write_text("Student ID,First Name,Surname,Year\n7001,Zoe,Zander,12\n")
    sign_in(page, site)
    page.goto(address(site, "/data-management/import/"))
    page.get_by_label("CSV file").set_input_files(roster)
    page.get_by_role("button", name="Upload").press("Enter")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.get_by_label("Mark 7 people as left: current here, but not in the file")).not_to_be_checked()
    page.get_by_role("button", name="Import").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The roster was imported: 1 new, 0 changed")
    expect(page.get_by_role("link", name="Zoe Zander")).to_be_visible()


def test_file_that_is_too_large_is_told_before_it_is_sent(page: Page, site: Served, roster: Path) -> None:
    sign_in(page, site)
    page.goto(address(site, "/data-management/import/"))
    page.get_by_label("CSV file").evaluate("input => { input.dataset.largestBytes = 100; }")
    page.get_by_label("CSV file").set_input_files(roster)

    message = page.get_by_label("CSV file").evaluate("input => input.validationMessage")

    assert message == "The file is larger than 30 MB."


def test_file_of_someone_unknown_is_refused_before_it_is_read(site: Served) -> None:
    refused = site.visitor.ask("POST", "/data-management/import/", Content_Length="5000000")

    assert (refused.status, refused.body) == (413, b"What was sent is too large. Nothing was changed.\n")


def test_longest_names_make_no_page_wider_than_the_window(browser: Browser, site: Served, tmp_path: Path) -> None:
    roster = tmp_path / "long.csv"
    house = "H" * 64
    roster.write_text(f"Code,First Name,Surname,Year,House\nZZ{'9' * 62},{'W' * 100},{'M' * 100},9,{house}\n")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, "/data-management/import/"))
    page.get_by_label("CSV file").set_input_files(roster)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("The roster was imported: 1 new")).to_be_visible()
    page.goto(address(site, f"{STUDENTS}?q=ZZ9"))
    own = page.locator("#people th[scope=row] a").get_attribute("href") or ""
    paths = (
        f"{STUDENTS}?q=ZZ9",
        own,
        f"{own}photo/",
        f"{own}protection/",
        own.replace("/data-management/", "/photos/"),
        "/photos/?q=ZZ9",
        f"/photos/lists/?year_level=&house={house}",
        f"/photos/lists/print/?year_level=&house={house}",
    )
    found = {}
    for path in paths:
        page.goto(address(site, path))
        found[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found == dict.fromkeys(paths, 390)
