"""Runs in a browser: a held run is approved by keyboard and followed to its end; accessibility; widths."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, tab_to

pytestmark = pytest.mark.browser

RUNS = "/administration/timetable-management/runs/"


@dataclass(frozen=True)
class Site:
    """The pages, and the numbers of a run that is done and of one that is held."""

    served: Served
    done: int
    held: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("runs")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        program = [sys.executable, "-m", "tests.web.runs_site", str(folder / "photos")]
        told = subprocess.run(program, env=made.environment, check=True, capture_output=True, text=True).stdout
        yield Site(site, *json.loads(told.splitlines()[-1]))


def sign_in(page: Page, site: Site) -> None:
    page.goto(address(site.served, "/accounts/sign-in/"))
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill("a pelican on the jetty")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_runs_have_no_accessibility_fault_and_are_not_wider_than_the_window(
    browser: Browser, site: Site, scheme: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watched = Watched(page, site.served.port)
    sign_in(page, site)
    found = {}
    pages = ["", "?state=failed", f"{site.done}/", f"{site.done}/?show=unmatched", f"{site.done}/undo/"]
    pages += [
        f"{site.held}/{further}"
        for further in ("", "?show=kept", "approve/", "approve/?doubtful=1", "discard/", "cancel/")
    ]
    for each in pages:
        page.goto(address(site.served, f"{RUNS}{each}"))
        found[each] = (faults_on(page), page.evaluate("document.documentElement.scrollWidth"))
    context.close()

    assert found == dict.fromkeys(pages, ([], width))
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_faces_are_compared_by_keyboard(page: Page, site: Site) -> None:
    watched = Watched(page, site.served.port)
    sign_in(page, site)
    page.goto(address(site.served, f"{RUNS}{site.held}/"))
    pairs = page.locator("[data-pair]")
    page.keyboard.press("x")
    expect(page.locator(".pairs input:checked")).to_have_count(0)

    page.get_by_role("button", name="Compare by keyboard").click()
    expect(pairs.nth(0)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    expect(pairs.nth(1)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("n")
    page.keyboard.press("j")
    page.keyboard.press("k")

    expect(pairs.nth(1)).to_be_focused()
    expect(pairs.nth(0).get_by_role("checkbox", name="Leave out")).to_be_checked()
    expect(pairs.nth(1).get_by_role("checkbox", name="Leave out")).not_to_be_checked()
    expect(pairs.nth(1).get_by_role("checkbox", name="Not now")).to_be_checked()
    page.get_by_role("button", name="By name").click()
    expect(page.locator(".pairs input:checked")).to_have_count(2)
    page.get_by_role("button", name="Approve …").click()
    expect(page.get_by_text("Approving publishes 4 planned changes of Photo Sync.")).to_be_visible()
    expect(page.get_by_text("One change is put off")).to_be_visible()
    page.get_by_label("All but so many of the most doubtful").fill("1")
    page.get_by_label("All but so many of the most doubtful").blur()
    expect(page.get_by_role("button", name="Approve 3 changes")).to_be_visible()
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_held_run_is_approved_by_keyboard_and_followed_to_its_end(page: Page, site: Site) -> None:
    watched = Watched(page, site.served.port)
    sign_in(page, site)
    page.goto(address(site.served, f"{RUNS}{site.held}/?sort=name"))
    expect(page.locator(".pair")).to_have_count(6)
    for picture in page.locator(".pairs img").all()[:4]:
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth") > 0
    leave_out = page.get_by_role("checkbox", name="Leave out Ben Byrne")
    tab_to(page, "Ben Byrne")
    page.keyboard.press("Tab")
    expect(leave_out).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, "Approve …")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Approve run {site.held}")
    expect(page.get_by_text("Approving publishes 5 planned changes of Photo Sync.")).to_be_visible()
    expect(page.locator("main li")).to_have_text(["Ben Byrne (0002)"])
    tab_to(page, "year")
    page.keyboard.press("Space")
    tab_to(page, "Approve 5 changes")
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"Run {site.held} was approved.")).to_be_visible()
    page.evaluate("window.stillThere = true")
    environment = site.served.installation.environment
    with subprocess.Popen([sys.executable, "-m", "photosync", "worker"], env=environment) as worker:
        try:
            expect(page.locator(".runhead .badge")).to_have_text("done", timeout=60_000)
        finally:
            worker.terminate()
    expect(page.locator(".runfacts .counts li").nth(1)).to_have_text("5 replaced")
    expect(page.get_by_text("left out")).to_be_visible()
    assert page.evaluate("window.stillThere") is True
    assert (watched.complaints, watched.elsewhere) == ([], [])
