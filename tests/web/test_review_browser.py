"""Review in a browser: a queue cleared by keyboard only; without script; accessibility; widths."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.installation import fresh_installation
from tests.web.pages import PASSWORD
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on

pytestmark = pytest.mark.browser

UNMATCHED = 21
SECONDS_FOR_ONE = 3.0
"""A hundred items in a few minutes, on a machine that others use too."""
QUEUES = (
    "unmatched",
    "collision",
    "same-picture",
    "two-pictures",
    "returned",
    "rejected",
    "without-photo",
    "decided",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("review")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        program = [sys.executable, "-m", "tests.web.review_site", str(folder / "photos"), str(UNMATCHED)]
        subprocess.run(program, env=made.environment, check=True)
        yield site


def sign_in(page: Page, site: Served) -> None:
    page.goto(address(site, "/accounts/sign-in/"))
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_review_has_no_accessibility_fault_and_is_not_wider_than_the_window(
    browser: Browser, site: Served, scheme: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watched = Watched(page, site.port)
    sign_in(page, site)
    found = {}
    for queue in QUEUES:
        page.goto(address(site, f"/review/?queue={queue}"))
        found[queue] = (faults_on(page), page.evaluate("document.documentElement.scrollWidth"))
    context.close()

    assert found == dict.fromkeys(QUEUES, ([], width))
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_decision_without_script(browser: Browser, site: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, "/review/?queue=rejected"))
    path = page.locator("#item-title").inner_text()
    page.get_by_role("button", name="Dismiss until the file changes").click()
    expect(page.locator(".donebar")).to_contain_text(path)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#item-title")).to_have_text(path)
    expect(page.locator(".tabs [aria-current]")).to_have_text(re.compile("Rejected 2"))
    context.close()


def test_enter_chooses_what_was_searched_for_and_never_a_suggestion_of_before(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/review/"))
    expect(page.locator("#found legend")).to_have_text("Suggestions")
    expect(page.locator("#found li")).not_to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("Hal Hart1")
    page.keyboard.press("Enter")

    chosen = page.locator("#found li:has(input:checked)")
    expect(chosen).to_contain_text("Hal Hart1")
    expect(chosen.locator("input")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("nobody like this")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("Nobody who can be chosen has a name or code like")
    expect(page.locator("#found input:checked")).to_have_count(0)
    expect(page.locator("#q")).to_be_focused()


def test_queue_is_cleared_by_keyboard_alone(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, "/review/"))
    title, tab = page.locator("#item-title"), page.locator(".tabs [aria-current]")
    expect(title).to_be_focused()
    expect(tab).to_have_text(re.compile(rf"Unmatched\s+{UNMATCHED}"))
    expect(page.locator(".itemface img").first).not_to_have_js_property("naturalWidth", 0)
    page.evaluate("window.stillThere = true")

    first = title.inner_text()
    page.keyboard.press("j")
    expect(title).not_to_have_text(first)
    page.keyboard.press("k")
    expect(title).to_have_text(first)
    page.keyboard.press("r")
    expect(tab).to_have_text(re.compile(rf"Unmatched\s+{UNMATCHED - 1}"))
    page.keyboard.press("u")
    expect(title).to_have_text(first)
    expect(page.locator("#said")).to_contain_text("taken back")

    took, ways = [], set()
    for left in range(UNMATCHED - 1, -1, -1):
        shown = title.inner_text()
        begun = time.monotonic()
        ways.add(decide(page, shown))
        expect(page.locator(".donebar")).to_contain_text(shown)
        expect(title).to_be_focused()
        expect(tab).to_have_text(re.compile(rf"Unmatched\s+{left}$"))
        took.append(time.monotonic() - begun)

    expect(title).to_have_text("Nothing waits here")
    assert ways == {"suggested", "searched", "dismissed"}
    assert sum(took) / len(took) < SECONDS_FOR_ONE
    assert page.evaluate("window.stillThere") is True
    assert (watched.complaints, watched.elsewhere) == ([], [])


def decide(page: Page, path: str) -> str:
    """Decide on the file that is shown: by its first suggestion, by a search, or against it. Return how."""
    if re.search(r"IMG_\d*[13579]\.", path):
        page.keyboard.press("r")
        return "dismissed"
    if "IMG_" in path:
        page.keyboard.press("/")
        page.keyboard.type("Gus Gray1")
        page.keyboard.press("Enter")
        expect(page.locator("#found li:has(input:checked)")).to_contain_text("Gus Gray1")
        page.keyboard.press("Enter")
        return "searched"
    if not page.locator("#found li").count():
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_have_text("Choose someone first: 1 to 9, or / to search.")
        page.keyboard.press("r")
        return "dismissed"
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    return "suggested"
