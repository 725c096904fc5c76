"""Help in a browser: opened from the page it explains, searched as one types, and asked whether it helped."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from photosync.apps.help.articles import articles
from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

ARTICLE = "/help/enabling-the-photo-sync/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("help")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


def test_manage_sync_leads_to_the_article_that_explains_it(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/manage-sync/1/"))
    page.get_by_role("banner").get_by_role("link", name="Help").click()

    expect(page).to_have_url(address(site, ARTICLE))
    expect(page.get_by_role("heading", level=1)).to_have_text("Turning the photo sync on, and back on")
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_articles_are_found_as_one_types(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/help/"))
    page.get_by_role("searchbox").press_sequentially("group 99")

    expect(page.locator("#articles mark").first).to_be_visible()
    expect(page.locator("#articles a").first).to_be_visible()


def test_yes_is_thanked_for_at_once(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, ARTICLE))
    page.get_by_role("button", name="Yes").click()

    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()


def test_no_without_a_reason_is_refused_and_with_one_is_sent(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, ARTICLE))
    page.get_by_role("link", name="No", exact=True).click()
    page.get_by_label("Comment").fill("Where is the plus?")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("alert")).to_contain_text("reason")
    expect(page.get_by_label("Comment")).to_have_value("Where is the plus?")

    page.get_by_role("group", name="Choose at least one reason").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Send feedback").click()

    expect(page.get_by_text("Feedback sent")).to_be_visible(timeout=30_000)
    page.goto(address(site, "/help/feedback/"))
    expect(page.get_by_text("Where is the plus?")).to_be_visible()
    # That htmx, not the browser, moves the focus into a new part is told as information.
    complaints = [each for each in watched.complaints if not each.startswith("info: Autofocus")]
    assert (complaints, watched.elsewhere) == ([], [])


def test_no_article_has_an_accessibility_fault_or_is_wider_than_the_window(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.set_viewport_size({"width": 390, "height": 844})
    found, widths = {}, {}
    for slug in articles():
        page.goto(address(site, f"/help/{slug}/"))
        found[slug] = faults_on(page)
        widths[slug] = page.evaluate("document.documentElement.scrollWidth")

    assert {slug: faults for slug, faults in found.items() if faults} == {}
    assert widths == dict.fromkeys(widths, 390)
