"""The article's steps in a browser: re-enabling the sync, and a timetable period to use with it."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser

SETUP = "/administration/timetable-management/cycle-period-setup/"
RUNS = "/administration/timetable-management/runs/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


def test_article_makes_a_timetable_period_and_re_enables_the_sync(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    make_the_period(page)
    page.get_by_role("link", name="Timetable Management").click()
    page.get_by_role("link", name="Manage Sync").click()
    page.get_by_role("link", name="Ended one").click()
    expect(
        page.get_by_text("To re-enable it, add a timetable period whose end date is in the future.")
    ).to_be_visible()

    page.get_by_label("Add a timetable period").select_option(label=label_of(page, "PHOTO"))
    page.get_by_role("button", name="Add").click()
    row = page.get_by_role("group", name="PHOTO")
    expect(row.get_by_label("Frequency")).to_be_focused()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    row.get_by_label("Frequency").select_option("day")
    row.get_by_label("Time").fill("06:05")
    expect(page.locator("#after-save")).to_contain_text("Active. Runs every day at 06:05 until")
    page.locator("[data-save]").click()

    expect(page.get_by_role("status").first).to_contain_text(
        "Ended one was saved. Active. Runs every day at 06:05 until"
    )
    assert (watched.complaints, watched.elsewhere) == ([], [])


def make_the_period(page: Page) -> None:
    today = datetime.now().astimezone().date()
    page.get_by_role("link", name="Administration Workspace").first.click()
    page.get_by_role("link", name="Cycle/Period setup").click()
    page.get_by_role("link", name="New Timetable Period").click()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Code").fill("PHOTO")
    page.get_by_label("Description").fill("Photo sync")
    page.get_by_label("Start date").fill(today.isoformat())
    page.get_by_label("End date").fill((today + timedelta(days=900)).isoformat())
    for name in ("Visible in Marks Book", "Visible to Students", "Visible to Parents"):
        page.get_by_label(name).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Group number")).to_have_value("99")
    page.get_by_label("Group number").fill("98")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("PHOTO was saved.", exact=True)).to_be_visible()
    expect(page.get_by_label("Group number")).to_have_value("98")


def label_of(page: Page, code: str) -> str:
    return next(each for each in page.locator("#add_period option").all_inner_texts() if each.startswith(code))


def test_unsaved_changes_are_announced_and_not_lost_by_accident(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/manage-sync/1/"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Name", exact=True).fill("Another name")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Another name")
    page.get_by_label("Name", exact=True).fill("Photo Sync")
    expect(page.get_by_text("Unsaved changes")).to_be_hidden()
    expect(page.locator("[data-save]")).to_be_disabled()


def test_unsaved_changes_are_told_beside_run_now_and_after_coming_back(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/manage-sync/1/"))
    told = page.get_by_text("What was changed above and is not saved is no part of this run.")
    expect(told).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())

    page.get_by_label("photos replaced", exact=True).fill("77")
    expect(told).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    page.go_back()

    expect(page.get_by_label("photos replaced", exact=True)).to_have_value("77")
    expect(page.locator("[data-save]")).to_be_enabled()
    expect(told).to_be_visible()


def test_page_says_that_the_server_does_not_answer_and_when_it_does_again(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/manage-sync/1/"))
    told = page.get_by_text("The server has not answered since")
    expect(told).to_be_hidden()

    page.route("**/effect/", lambda route: route.abort())
    page.get_by_label("photos replaced", exact=True).fill("78")
    expect(told).to_be_visible()
    page.unroute("**/effect/")
    page.get_by_label("photos replaced", exact=True).fill("79")

    expect(told).to_be_hidden()


def test_long_name_is_not_wider_than_the_window(page: Page, site: Served) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, site)
    page.goto(address(site, "/administration/timetable-management/manage-sync/3/"))
    page.get_by_label("Name", exact=True).fill("Ohneleerzeichen" * 6)
    page.locator("[data-save]").click()
    expect(page.get_by_role("status").first).to_contain_text("was saved.")

    widths = {}
    for path in ("/", "/administration/timetable-management/manage-sync/3/", SETUP, RUNS):
        page.goto(address(site, path))
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert set(widths.values()) == {390}
