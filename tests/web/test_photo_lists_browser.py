"""A photo list in a browser: chosen while one looks, taken as PDF, and printed from the browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


def test_list_follows_the_drop_downs_and_comes_as_pdf(page: Page, site: Served, tmp_path: Path) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.get_by_role("link", name="Photos").click()
    page.get_by_role("link", name="Lists to print").press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("Year 7")
    names = page.locator(".wall .name")
    expect(names).to_have_count(6)
    page.wait_for_load_state()  # what follows a change of the drop-downs is there

    page.get_by_label("Year level").focus()
    page.get_by_label("Year level").select_option("Year 8")
    expect(names).to_have_text(["Gus Gray"])
    page.get_by_label("Year level").select_option("Year 7")
    expect(names).to_have_count(6)
    expect(page.get_by_label("Year level")).to_be_focused()
    page.get_by_label("With codes").check()
    expect(page.locator(".wall .code").first).to_have_text("1000")
    with page.expect_download() as started:
        page.get_by_role("link", name="PDF").press("Enter")
    started.value.save_as(tmp_path / "list.pdf")

    read = PdfReader(tmp_path / "list.pdf")
    text = " ".join(" ".join(each.extract_text().split()) for each in read.pages)
    assert [name for name in ("Ada Abel", "Ben Byrne", "Flo Fry", "1000", "Page 1 of 1") if name not in text] == []
    assert len(read.pages[0].images) == 3  # two of the four people have the same picture
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_page_prints_without_what_is_around_it(page: Page, site: Served, tmp_path: Path) -> None:
    sign_in(page, site)
    page.goto(address(site, "/photos/lists/?year_level=7"))
    page.get_by_role("link", name="Page to print").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)

    text = " ".join(PdfReader(tmp_path / "page.pdf").pages[0].extract_text().split())
    assert "Year 7" in text
    assert "Ada Abel" in text
    assert "of Pelican Harbour High School only. Do not publish; destroy it when out of date." in text
    assert [words for words in ("Overview", "Back to the list", "Sign out") if words in text] == []


def test_list_works_without_script(browser: Browser, site: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, "/photos/lists/"))
    page.get_by_label("Faces of").select_option("All staff")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_role("heading", level=2)).to_have_text("Staff")
    expect(page.locator(".wall .name")).to_have_text(["Mo Tran"])
    context.close()
