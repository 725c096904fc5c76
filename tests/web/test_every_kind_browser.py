"""Every kind of data source and roster in Chromium, from New to its photo or person, by the steps of a new user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from photosync.connectors import registry
from photosync.connectors.roster import registry as rosters
from tests.services import ServiceMissing
from tests.services.installation import fresh_installation
from tests.services.program import Program
from tests.web.every_kind import ROSTERS, SOURCES, Typed
from tests.web.serving import Served, served
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser

NEW_PROFILE = "/administration/timetable-management/manage-sync/new/"
NEW_ROSTER = "/data-management/rosters/new/"
INPUT_HAS_TESTS = {"input"}
"""It is filled and read in tests/web/test_input_browser.py."""
FIRST_SEEN = 5001
NEWCOMERS = 6001


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made:
        made.environment["PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"] = "127.0.0.1/32"
        made.environment["PHOTOSYNC_SOURCE_ROOTS"] = str(folder)
        with served(made) as site:
            students = folder / "students.csv"
            codes = range(FIRST_SEEN, FIRST_SEEN + len(SOURCES))
            students.write_text("Student Code,Given Name\n" + "".join(f"{code},G{code}\n" for code in codes))
            program = Program(made)
            program.do("people", "import", str(students), "--kind", "student")
            today = datetime.now().astimezone().date()
            days = ("--start", today.isoformat(), "--end", (today + timedelta(days=300)).isoformat())
            program.do("period", "add", "KINDS", "--description", "Kinds", *days, "--group", "77")
            with program.running("worker"):
                yield site


@contextmanager
def skipping_what_is_missing() -> Iterator[None]:
    """A server that this machine does not have; with CI set, a skip is a failure."""
    try:
        yield
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def choose(page: Page, label: str, kind: str) -> None:
    """Choose a kind, and wait until its fields are there: some have fields of the same names."""
    field = page.get_by_label(label, exact=True)
    if field.input_value() != kind:
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            field.select_option(kind)
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def test_every_kind_is_tried_here() -> None:
    assert {*SOURCES} | INPUT_HAS_TESTS == {kind.name for kind in registry.kinds()}
    assert {*ROSTERS} == {kind.name for kind in rosters.kinds()}


@pytest.mark.parametrize("kind", SOURCES)
def test_source_is_chosen_tried_saved_and_synced(page: Page, site: Served, folder: Path, kind: str) -> None:
    code = str(FIRST_SEEN + list(SOURCES).index(kind))
    place = folder / kind
    place.mkdir()
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, NEW_PROFILE))
    with skipping_what_is_missing(), SOURCES[kind](code, place) as options:
        choose(page, "Data source", kind)
        page.get_by_label("Name", exact=True).fill(f"From {kind}")
        Typed(page).fill(options)
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator("#tried")).to_contain_text("1 photo, 1 matches a person.", timeout=30_000)
        every = page.locator("#add_period option").all_inner_texts()
        page.get_by_label("Add a timetable period").select_option(
            label=next(each for each in every if each.startswith("KINDS"))
        )
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("group", name="KINDS").get_by_label("Frequency")).to_be_focused()
        page.get_by_role("button", name="Save").last.click()
        expect(page.get_by_role("main")).to_contain_text(f"From {kind} was saved. Active.", timeout=30_000)
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("main")).to_contain_text("1 added", timeout=60_000)
    page.goto(address(site, f"/photos/?q={code}"))
    expect(page.locator("#wall .face img")).to_have_js_property("complete", True)
    assert page.locator("#wall .face img").count() == 1
    assert (watched.complaints, watched.elsewhere) == ([], [])


@pytest.mark.parametrize("kind", ROSTERS)
def test_roster_is_chosen_tried_saved_and_read(page: Page, site: Served, folder: Path, kind: str) -> None:
    code = str(NEWCOMERS + list(ROSTERS).index(kind))
    place = folder / f"roster {kind}"
    place.mkdir()
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, NEW_ROSTER))
    with skipping_what_is_missing(), ROSTERS[kind](code, place) as options:
        choose(page, "Kind", kind)
        page.get_by_label("Name", exact=True).fill(f"From {kind}")
        page.get_by_label("Whom it names").select_option("updates")
        Typed(page).fill(options)
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_role("main")).to_contain_text(f"({code})", timeout=30_000)
        expect(page.get_by_role("main")).to_contain_text("1 student")
        page.get_by_role("button", name="Save").last.click()
        expect(page.get_by_role("main")).to_contain_text(f"From {kind} was saved.", timeout=30_000)
        page.get_by_role("button", name="Read now").click()
        expect(page.get_by_role("main")).to_contain_text("1 new", timeout=60_000)
    page.goto(address(site, f"/data-management/students/?q={code}"))
    expect(page.get_by_role("main")).to_contain_text("Chen")
    assert (watched.complaints, watched.elsewhere) == ([], [])
