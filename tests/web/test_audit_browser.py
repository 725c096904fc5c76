"""Settings > Audit in a browser: what one does is listed there, found again, and saved as a file."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


def test_change_is_listed_found_and_saved(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/cycle-period-setup/new/"))
    page.get_by_label("Code").fill("2031S1")
    page.get_by_label("Description").fill("Semester 1")
    page.get_by_label("Start").fill("2031-01-28")
    page.get_by_label("End").fill("2031-06-30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Group number")).to_be_visible()

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("main").get_by_role("link", name="Audit").click()
    lines = page.locator("table.audit tbody tr")
    expect(lines.first).to_contain_text("kim added timetable period 2031S1: Code 2031S1")
    page.get_by_label("About").select_option("Timetable periods")
    page.get_by_label("Search").fill("2031s1")
    page.get_by_role("button", name="Filter").click()
    expect(lines).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [line.split(",")[1:4] for line in text.splitlines()[1:]] == [["kim", "pages", "period.added"]]

    page.get_by_label("Search").fill("no such words")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing is recorded that is as the filter asks.")

    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_face_that_was_seen_is_among_the_views_within_seconds(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/photos/people/1/"))
    page.wait_for_load_state("networkidle")
    views = page.locator("table.audit tbody tr")

    def is_written() -> bool:
        page.goto(address(site, "/settings/audit/views/?who=kim&person=1000"))
        return views.count() == 1

    for _ in range(20):
        if is_written():
            break
        page.wait_for_timeout(500)
    expect(views).to_have_count(1)
    expect(views).to_contain_text("Ada Abel (1000)")
    views.get_by_role("link", name="Ada Abel (1000)").click()
    expect(page.get_by_role("heading", name="Who changed what")).to_be_visible()
    page.get_by_role("link", name="Who saw the photo").click()
    expect(views.first).to_contain_text("kim")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_audit_has_no_accessibility_fault_and_fits_the_window(
    browser: Browser, site: Served, scheme: Literal["light", "dark"], width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, "/photos/people/1/"))
    paths = ("/settings/audit/", "/settings/audit/?q=none", "/settings/audit/?person=b", "/settings/audit/views/")
    found = {}
    for path in (*paths, "/data-management/people/1/"):
        page.goto(address(site, path))
        found[path] = (faults_on(page), page.evaluate("document.documentElement.scrollWidth"))
    context.close()

    assert found == dict.fromkeys(found, ([], width))
    assert (watched.complaints, watched.elsewhere) == ([], [])
