"""A school whose photos are synced in a browser, and the steps that every walk through Manage Sync takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.services.installation import fresh_installation
from tests.services.program import Program
from tests.web.serving import Served, served
from tests.web.test_browser import address

MANAGE = "/administration/timetable-management/manage-sync/"
NEW_PROFILE = f"{MANAGE}new/"
PERIOD = "WALKS"
STUDENTS = """Student Code,Given Name,Family Name,Year,Username
1000,Ada,Abel,7,aabel
1001,Ben,Byrne,7,bbyrne
2001,Gus,Gray,8,ggray
"""
"""Of Year 7 a report is open, so that their photos wait for it. Those of Year 8 wait for none."""
WALKED = """3001,Hal,Hart,8,hhart
003002,Ivy,Ito,8,iito
3003,Jo,Jarvis,8,jjarvis
3004,Jan,van der Berg,8,jvdberg
3005,Lou,Lane,8,llane
3006,Max,Moss,8,mmoss
"""
FIRST_OF_KINDS = 5001
KINDS_AT_MOST = 20


@contextmanager
def syncing_school(folder: Path) -> Iterator[Served]:
    """Serve a school with students and a period that goes on; sources may lie in `folder`, and a worker runs."""
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made:
        made.environment["PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"] = "127.0.0.1/32"
        made.environment["PHOTOSYNC_SOURCE_ROOTS"] = str(folder)
        with served(made) as site:
            roster = folder / "students.csv"
            codes = range(FIRST_OF_KINDS, FIRST_OF_KINDS + KINDS_AT_MOST)
            roster.write_text(STUDENTS + WALKED + "".join(f"{code},G{code},Kind,8,g{code}\n" for code in codes))
            program = Program(made)
            program.do("people", "import", str(roster), "--kind", "student")
            today = datetime.now().astimezone().date()
            days = ("--start", today.isoformat(), "--end", (today + timedelta(days=300)).isoformat())
            program.do("period", "add", PERIOD, "--description", "Walks", *days, "--group", "77")
            with program.running("worker"):
                yield site


def choose(page: Page, label: str, choice: str) -> None:
    """Choose what the sheet is drawn anew for, and wait until it is: some kinds have fields of the same names."""
    field = page.get_by_label(label, exact=True)
    if field.input_value() != choice:
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            field.select_option(choice)
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def try_connection(page: Page) -> Locator:
    """Press Test connection; return where it says what was found."""
    page.get_by_role("button", name="Test connection").click()
    return page.locator("#tried")


def add_period(page: Page) -> None:
    every = page.locator("#add_period option").all_inner_texts()
    label = next(each for each in every if each.startswith(PERIOD))
    page.get_by_label("Add a timetable period").select_option(label=label)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("group", name=PERIOD).get_by_label("Frequency")).to_be_focused()


def save(page: Page, told: str) -> None:
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("main")).to_contain_text(told, timeout=30_000)


def run(page: Page, told: str = "1 added") -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(told, timeout=60_000)


def expect_on_the_wall(page: Page, site: Served, asked: str) -> None:
    """Look for one person on the wall of faces: the photo is there."""
    page.goto(address(site, f"/photos/?q={asked}"))
    face = page.locator("#wall .face img")
    expect(face).to_have_count(1)
    expect(face).to_have_js_property("complete", True)
    assert face.evaluate("face => face.naturalWidth") > 0
