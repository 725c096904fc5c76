"""The pages in a browser: a walk by keyboard, accessibility in both themes and widths, live progress."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.services.installation import fresh_installation
from tests.web.pages import PASSWORD
from tests.web.serving import Served, served

pytestmark = pytest.mark.browser

WIDTHS = [(1280, 900), (390, 844)]
TABLETS = [(768, 1024), (1024, 768)]
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
"""What axe looks for. Of what is well it follows up one element only, as it does unless it is given options."""
PARTS = 4
"""The pages are walked through in so many parts, so that several processes share them."""
SETUP = "/administration/timetable-management/cycle-period-setup/"
MANAGE = "/administration/timetable-management/manage-sync/"
YEAR = datetime.now(ZoneInfo("Australia/Sydney")).year
NOWHERE = "/no/such/page"
PAGES = (
    "/",
    "/administration/",
    SETUP,
    f"{SETUP}new/",
    f"{SETUP}1/",
    f"{SETUP}1/copy/",
    f"{SETUP}1/delete/",
    f"{MANAGE}1/",
    f"{MANAGE}1/to-mend/",
    f"{MANAGE}new/",
    "/academic-reports/end-of-year/",
    "/academic-reports/end-of-year/photo-day/2031/",
    "/academic-reports/end-of-year/next-period/1/",
    "/photos/",
    "/photos/?q=zzz",
    "/photos/people/2/",
    "/data-management/leavers/",
    "/data-management/erasures/",
    "/data-management/people/2/erase/",
    "/data-management/people/2/leaving/",
    "/data-management/people/2/protection/",
    "/data-management/people/2/allow-photos/",
    "/data-management/people/2/photo/show/",
    "/data-management/people/2/photo/withdraw/",
    f"/data-management/people/2/photo/take-off/{YEAR}/",
    f"/data-management/people/2/photo/release/{YEAR}/",
    "/data-management/people/2/photo/versions/3/",
    "/data-management/rosters/",
    "/data-management/rosters/new/",
    "/data-management/rosters/1/",
    "/data-management/rosters/1/change/",
    "/data-management/rosters/1/delete/",
    "/data-management/rosters/1/readings/1/",
    "/photos/lists/",
    "/photos/lists/?for=parents&kind=staff",
    "/photos/lists/print/?year_level=7",
    "/academic-reports/",
    "/administration/sync-ui/inputs/",
    "/administration/sync-ui/inputs/new/",
    "/academic-reports/reporting/",
    "/academic-reports/reporting/new/",
    "/academic-reports/reporting/1/",
    "/academic-reports/reporting/1/?q=zzz",
    "/academic-reports/reporting/1/edit/",
    "/academic-reports/reporting/1/import/",
    "/academic-reports/reporting/1/import/1/",
    "/academic-reports/reporting/1/import/1/1/",
    "/academic-reports/reporting/1/archive/",
    "/academic-reports/archive/",
    "/academic-reports/archive/1/",
    "/academic-reports/reporting/1/people/add/",
    "/academic-reports/reporting/1/close/",
    "/academic-reports/reporting/1/results/",
    "/academic-reports/reporting/1/make/",
    "/academic-reports/reporting/design/",
    "/academic-reports/reporting/1/people/1/release/",
    "/academic-reports/reporting/1/people/1/remove/",
    "/academic-reports/reporting/1/release/",
    "/academic-reports/reporting/2/reopen/",
    "/schools/",
    "/overview/schools/",
    "/help/",
    "/help/?q=stop",
    "/help/enabling-the-photo-sync/feedback/",
    "/help/feedback/",
    "/settings/",
    "/settings/school/",
    "/settings/school/original-files/erase/",
    "/settings/school/new/",
    "/settings/retention/",
    "/settings/users/",
    "/settings/users/roles/",
    "/settings/users/new/",
    "/settings/users/1/",
    "/settings/users/1/end-sessions/",
    "/settings/your-account/",
    "/settings/your-account/password/",
    "/settings/your-account/app/",
    "/settings/audit/",
    "/settings/audit/?q=nothing-like-it",
    "/settings/audit/views/",
    "/settings/calendar-feed/",
    "/settings/notifications/",
    "/settings/notifications/new/",
    "/settings/notifications/1/",
    "/settings/notifications/1/remove/",
    "/settings/api-tokens/",
    "/settings/api-tokens/new/",
    "/settings/api-tokens/1/revoke/",
    "/accounts/confirm/",
    "/api/v1/docs",
    NOWHERE,
)
"""What somebody who is signed in looks at. tests/web/test_pages_looked_at.py asks for every page of the product."""
AT_THE_DOOR = (
    "/accounts/sign-in/",
    "/accounts/sign-in/refused/",
    "/accounts/sign-in/switched-off/",
    "/accounts/set-password/MQ/none/",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


def address(site: Served, path: str) -> str:
    return f"http://127.0.0.1:{site.port}{path}"


class Watched:
    """What a page complains of, and which hosts it asks."""

    def __init__(self, page: Page, port: int) -> None:
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        own = f"http://127.0.0.1:{port}/"
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(own) else self.elsewhere.append(sent.url))


def sign_in(page: Page, site: Served) -> None:
    page.goto(address(site, "/"))
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("Overview – Pelican Harbour High School – Photo Sync")


def test_walk_by_keyboard_from_sign_in_to_a_person(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    page.goto(address(site, "/"))
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("kim")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    tab_to(page, "Photos", backwards=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Year 7")).to_have_attribute("aria-current", "page")

    tab_to(page, "q")
    page.keyboard.type("byr")
    expect(page.locator("#wall .name")).to_have_text(["Ben Byrne"])
    expect(page).to_have_url(address(site, "/photos/?q=byr"))
    tab_to(page, "Ben Byrne")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Byrne")

    assert (watched.complaints, watched.elsewhere) == ([], [])


def tab_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """Press Tab until what has the focus contains `name` (or has it as its own name)."""
    focused = "() => document.activeElement.name || document.activeElement.innerText || ''"
    for _ in range(30):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if name in page.evaluate(focused):
            return
    raise AssertionError(f"Tab does not reach {name}")


class Looked:
    """Looks at each page once it is there: at every width, and for accessibility in both themes at the first two."""

    def __init__(self, page: Page, site: Served) -> None:
        self.page, self.site = page, site
        self.watched = Watched(page, site.port)
        self.wrong: dict[tuple[str, str, int], tuple[list[str], int]] = {}

    def go(self, path: str) -> int | None:
        """Load a page and look at it; return the status of the answer."""
        self.page.set_viewport_size({"width": WIDTHS[0][0], "height": WIDTHS[0][1]})
        answer = self.page.goto(address(self.site, path))
        self.look(path)
        return answer.status if answer else None

    def look(self, name: str) -> None:
        page = self.page
        for width, height in (*WIDTHS, *TABLETS):
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES if (width, height) in WIDTHS else SCHEMES[:1]:
                page.emulate_media(color_scheme=scheme)
                faults = faults_on(page) if (width, height) in WIDTHS else []
                found = (faults, page.evaluate("document.documentElement.scrollWidth"))
                if found != ([], width):
                    self.wrong[name, scheme, width] = found


FAULTY = """<!doctype html><html lang="en"><title>Faulty</title><style>
body { background: #fff; color: #000; margin: 0; }
@media (prefers-color-scheme: dark) and (max-width: 500px) { p { color: #999; } }
@media (min-width: 700px) and (max-width: 800px) { div { width: 2000px; } }
</style><main><h1>Faulty</h1><p>Hard to read</p><div>Wide</div></main>"""


def test_fault_of_one_theme_or_width_only_is_found_without_loading_again(page: Page, site: Served) -> None:
    looked = Looked(page, site)
    page.set_content(FAULTY)
    looked.look("faulty")

    assert looked.wrong == {
        ("faulty", "dark", 390): (["color-contrast: <p>Hard to read</p>"], 390),
        ("faulty", "light", 768): ([], 2000),
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_have_no_accessibility_fault_fit_the_window_and_ask_no_other_host(
    page: Page, site: Served, part: int
) -> None:
    looked = Looked(page, site)
    paths = PAGES[part::PARTS]
    sign_in(page, site)
    statuses = {path: looked.go(path) for path in paths}
    complaints = [each for each in looked.watched.complaints if "404" not in each and "410" not in each]

    assert looked.wrong == {}
    assert statuses == {path: 404 if path == NOWHERE else 200 for path in paths}
    assert (complaints, looked.watched.elsewhere) == ([], [])


def test_door_preview_and_menu_have_no_accessibility_fault_fit_the_window_and_ask_no_other_host(
    page: Page, site: Served
) -> None:
    looked = Looked(page, site)
    for path in AT_THE_DOOR:
        looked.go(path)
    # Who is not let in is answered with 403, and a link that is no more with 410, which the browser tells of.
    complaints = [each for each in looked.watched.complaints if "403" not in each and "410" not in each]
    looked.watched.complaints.clear()
    sign_in(page, site)
    show_results_preview(page, site)
    looked.look("preview of results")
    page.goto(address(site, "/"))
    page.locator(".account summary").click()
    looked.look("menu")
    complaints += looked.watched.complaints

    assert looked.wrong == {}
    assert (complaints, looked.watched.elsewhere) == ([], [])


def show_results_preview(page: Page, site: Served) -> None:
    """Choose a file with results for one person, for one that is nobody here, and with a line that is refused."""
    lines = "code,subject,mark,comment\n1001,English,78,Reads with care.\n9999,Art,1,\n1001,,5,\n"
    page.goto(address(site, "/academic-reports/reporting/1/results/"))
    page.locator("input[type=file]").set_input_files(
        {"name": "results.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile("/academic-reports/reporting/1/results/.+/"))


def faults_on(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def test_colours_follow_the_system_until_chosen_and_the_choice_needs_no_script(
    browser: Browser, site: Served
) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(address(site, "/accounts/sign-in/"))
    colour = "el => getComputedStyle(el).backgroundColor"
    dark = page.locator("html").evaluate(colour)

    page.get_by_role("button", name="Light").click()
    light = page.locator("html").evaluate(colour)
    context.close()

    assert (dark, light) == ("rgb(17, 22, 22)", "rgb(244, 246, 246)")


def test_pages_work_without_script(browser: Browser, site: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    page.get_by_role("link", name="Photos").click()
    page.get_by_label("Search by name or code").fill("abel")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Ada Abel").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Abel")
    context.close()


def test_faces_are_shown_and_those_without_a_photo_have_initials(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/photos/"))
    expect(page.locator("#wall .face")).to_have_count(6)
    for picture in page.locator("#wall img").all():
        # A function that is waited for would be compiled in the page, which its policy forbids.
        expect(picture).to_have_js_property("complete", True)

    widths = page.evaluate("[...document.querySelectorAll('#wall img')].map(img => img.naturalWidth > 0)")

    assert widths == [True] * 4
    assert page.locator("#wall .portrait:not(:has(img))").all_inner_texts() == ["EE", "FF"]


FINISH = """
import django; django.setup()
from datetime import UTC, datetime
from photosync.apps.runs.models import Run
Run.objects.filter(state="running").update(
    state="done", finished_at=datetime.now(UTC), counts={"added": 5, "unchanged": 7, "replaced": 0})
"""


def test_running_run_is_followed_to_its_end_without_reloading(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    card = page.get_by_role("article", name="Photo Sync")
    expect(card.get_by_role("progressbar")).to_have_attribute("value", "40")
    expect(card).to_contain_text("Checking and rendering pictures: 2 / 5")
    page.evaluate("window.stillThere = true")

    environment = site.installation.environment | {"DJANGO_SETTINGS_MODULE": "photosync.project.settings"}
    subprocess.run([sys.executable, "-c", FINISH], env=environment, check=True)

    expect(card.get_by_role("progressbar")).to_have_count(0, timeout=10_000)
    expect(card.locator(".counts li")).to_have_text(["5 added", "0 replaced", "7 unchanged"])
    assert page.evaluate("window.stillThere") is True
    assert (watched.complaints, watched.elsewhere) == ([], [])
