"""The article about enabling the Photo Sync profile, walked in Chromium against `photosync serve`.

A test's name says which section and step it walks. The sections, in our words: *re-enabling* the sync by adding a
timetable period; a sync that needs *no new period each year*; the *period for the photo sync* that this takes.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from photosync.core.wording import date_words
from tests.acceptance.article_school import ENDED_CODE, LATER_CODE, STUDENTS, School, ended_school, sign_in

pytestmark = [pytest.mark.acceptance, pytest.mark.browser]

VISIBILITIES = ("Visible in Marks Book", "Visible to Students", "Visible to Parents")


@pytest.fixture(scope="module")
def whole_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with ended_school(tmp_path_factory.mktemp("article")) as school:
        yield school


@pytest.fixture
def school(whole_school: School, page: Page) -> School:
    whole_school.end_the_sync()
    sign_in(page, whole_school)
    return whole_school


def open_manage_sync(page: Page) -> None:
    page.get_by_role("link", name="Administration Workspace").first.click()
    page.get_by_role("link", name="Manage Sync").click()


def select_photo_sync(page: Page) -> None:
    open_manage_sync(page)
    page.get_by_role("link", name="Photo Sync").last.click()


def add_period(page: Page, code: str) -> Locator:
    """Choose the timetable period at the top right; return its row."""
    offered = page.get_by_label("Add a timetable period")
    value = offered.locator("option", has_text=f"{code} (").get_attribute("value")
    offered.select_option(value)
    page.get_by_role("button", name="Add").click()
    row = page.get_by_role("group", name=code)
    expect(row).to_be_visible()
    return row


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()


# Re-enabling the sync by adding a timetable period


def test_re_enabling_step_1_manage_sync_is_under_timetable_management(page: Page, school: School) -> None:
    page.get_by_role("link", name="Administration Workspace").first.click()
    page.get_by_role("heading", name="Timetable Management").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Timetable Management")
    page.get_by_role("link", name="Manage Sync").click()

    crumbs = page.get_by_role("navigation", name="Breadcrumb").get_by_role("listitem")
    expect(crumbs).to_have_text(["Administration Workspace", "Timetable Management", "Manage Sync", "Photo Sync"])


def test_re_enabling_step_2_photo_sync_is_selected_and_says_why_it_stopped(page: Page, school: School) -> None:
    select_photo_sync(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Photo Sync")
    last_day = date_words(school.today - timedelta(days=3))
    expect(page.locator("p.sentence").first).to_have_text(
        f"Ended on {last_day}, when {ENDED_CODE} ended. "
        "To re-enable it, add a timetable period whose end date is in the future."
    )


def test_re_enabling_step_2_a_profile_for_photos_can_be_created(page: Page, school: School) -> None:
    open_manage_sync(page)
    page.get_by_role("link", name="New profile").click()
    page.get_by_label("Name", exact=True).fill("Staff photos")
    page.get_by_label("Folder", exact=True).fill(str(school.source))
    add_period(page, LATER_CODE)
    expect(page.locator("#after-save")).to_contain_text("Active")
    save(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Staff photos")
    expect(page.locator("p.sentence").first).to_contain_text("Active. Runs every night at 00:00 until")


def test_re_enabling_step_3_only_a_period_that_has_not_ended_is_offered_and_takes_a_frequency(
    page: Page, school: School
) -> None:
    select_photo_sync(page)
    offered = page.get_by_label("Add a timetable period").locator("option")
    expect(offered).to_have_text([re.compile("^Choose one"), re.compile(f"^{re.escape(LATER_CODE)} ")])

    row = add_period(page, LATER_CODE)
    row.get_by_label("Frequency").select_option(label="every night at 00:00")
    row.get_by_label("Frequency").select_option(label="every few hours")
    row.get_by_label("Hours").select_option("4")

    expect(page.locator("#after-save")).to_contain_text("Active. Runs every 4 hours until")
    assert school.status()["status"] == "Ended"


def test_re_enabling_step_4_after_save_the_sync_is_active_until_the_period_ends(page: Page, school: School) -> None:
    select_photo_sync(page)
    add_period(page, LATER_CODE)
    save(page)

    last_day = school.today + timedelta(days=180)
    sentence = f"Active. Runs every night at 00:00 until {date_words(last_day)} ({LATER_CODE}), then stops: "
    expect(page.locator("p.sentence").first).to_contain_text(sentence)
    found = school.status()
    assert (found["status"], found["stops_on"]) == ("Active", last_day.isoformat())


def test_re_enabling_after_step_4_the_sync_comes_back_by_itself_and_the_faces_are_seen(
    page: Page, school: School
) -> None:
    select_photo_sync(page)
    row = add_period(page, LATER_CODE)
    row.get_by_label("Frequency").select_option(label="by a cron expression")
    row.get_by_label("Cron expression").fill("* * * * *")
    save(page)
    expect(page.locator("p.sentence").first).to_contain_text("Active.")

    made_by_the_schedule = school.wait_for_a_scheduled_run()
    page.goto(school.address("/administration/timetable-management/runs/"))
    row = page.get_by_role("row").filter(has_text=f"Run {made_by_the_schedule}")
    expect(row).to_contain_text(f"{len(STUDENTS)} added")
    page.get_by_role("link", name="Photos", exact=True).click()
    expect(page.locator("#wall img")).to_have_count(len(STUDENTS))


# A sync that needs no new timetable period each year


def save_period_photo(page: Page, school: School, *, years: int = 5) -> None:
    fill_new_period(page, school, last_day=school.today + timedelta(days=365 * years))
    save(page)
    expect(page.get_by_label("Group number")).to_be_visible()


def test_no_period_each_year_the_period_shows_in_other_drop_downs_unless_it_is_for_sync_only(
    page: Page, school: School
) -> None:
    save_period_photo(page, school)
    expect(page.get_by_role("group", name="Where it is listed")).to_contain_text(
        "The drop-down lists of staff in other areas show every timetable period"
    )
    page.get_by_label("For sync only").check()
    save(page)

    assert school.period("PHOTO")["sync_only"] is True


def test_no_period_each_year_the_sync_runs_from_the_start_to_the_end_of_the_period(
    page: Page, school: School
) -> None:
    save_period_photo(page, school)
    select_photo_sync(page)
    add_period(page, "PHOTO")
    save(page)

    expect(page.locator("p.sentence").first).to_contain_text("Active.")
    last_day = school.today + timedelta(days=365 * 5)
    assert school.status()["stops_on"] == last_day.isoformat()
    late, after = (f"{(last_day + timedelta(days=n)).isoformat()}T12:00" for n in (0, 1))
    assert [school.status(at=each)["status"] for each in (late, after)] == ["Active", "Ended"]


def test_no_period_each_year_the_sync_is_stopped_by_scheduled_sync_enabled_and_save(
    page: Page, school: School
) -> None:
    select_photo_sync(page)
    add_period(page, LATER_CODE)
    save(page)
    expect(page.locator("p.sentence").first).to_contain_text("Active.")

    page.get_by_label("Scheduled Sync Enabled").uncheck()
    expect(page.locator("#after-save")).to_contain_text("Disabled: Scheduled Sync Enabled is off.")
    assert school.status()["status"] == "Active"
    save(page)

    expect(page.locator("p.sentence").first).to_have_text(
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. "
        "If enabled now, it would next run tonight at 00:00."
    )
    found = school.status()
    assert (found["status"], found["next_run"], found["upcoming"]) == ("Disabled", None, [])


# A timetable period for the photo sync


def open_new_period(page: Page) -> None:
    page.get_by_role("link", name="Administration Workspace").first.click()
    page.get_by_role("link", name="Cycle/Period setup").click()
    page.get_by_role("link", name="New Timetable Period").click()


def fill_new_period(page: Page, school: School, *, last_day: date) -> None:
    open_new_period(page)
    page.get_by_label("Code").fill("PHOTO")
    page.get_by_label("Description").fill("Photo sync")
    page.get_by_label("Start date").fill(school.today.isoformat())
    page.get_by_label("End date").fill(last_day.isoformat())
    for name in VISIBILITIES:
        page.get_by_label(name).uncheck()


def test_period_for_the_photo_sync_step_1_cycle_period_setup_is_under_timetable_management(
    page: Page, school: School
) -> None:
    page.get_by_role("link", name="Administration Workspace").first.click()
    page.get_by_role("link", name="Cycle/Period setup").click()

    crumbs = page.get_by_role("navigation", name="Breadcrumb").get_by_role("listitem")
    expect(crumbs).to_have_text(["Administration Workspace", "Timetable Management", "Cycle/Period setup"])
    expect(page.get_by_role("link", name=LATER_CODE).first).to_be_visible()


def test_period_for_the_photo_sync_steps_2_to_4_ask_for_code_dates_and_three_switches_that_are_on(
    page: Page, school: School
) -> None:
    open_new_period(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("New Timetable Period")
    for name in VISIBILITIES:
        expect(page.get_by_label(name)).to_be_checked()
    for name in ("Code", "Description", "Start date", "End date"):
        expect(page.get_by_label(name)).to_have_value("")
    fill_new_period(page, school, last_day=school.today + timedelta(days=365 * 5))
    for name in VISIBILITIES:
        expect(page.get_by_label(name)).not_to_be_checked()


def test_period_for_the_photo_sync_step_5_save_makes_it_and_offers_group_number_and_year(
    page: Page, school: School
) -> None:
    save_period_photo(page, school)

    expect(page.get_by_label("Group number")).to_have_value("99")
    expect(page.get_by_label("Year", exact=True)).to_have_value(str(school.today.year))
    made = school.period("PHOTO")
    assert made["visible"] == {"marks_book": False, "students": False, "parents": False}
    assert (made["description"], made["start"]) == ("Photo sync", school.today.isoformat())


def test_period_for_the_photo_sync_step_6_a_group_number_in_use_is_refused_naming_the_other_period(
    page: Page, school: School
) -> None:
    save_period_photo(page, school)
    page.get_by_label("Group number").fill("1")
    save(page)

    expect(page.locator("main")).to_contain_text(LATER_CODE)
    assert school.period("PHOTO")["group"] == 99


def test_period_for_the_photo_sync_steps_6_to_8_group_number_and_year_are_saved(page: Page, school: School) -> None:
    save_period_photo(page, school)
    page.get_by_label("Group number").fill("98")
    page.get_by_label("Year", exact=True).fill(str(school.today.year + 1))
    save(page)

    expect(page.get_by_text("PHOTO was saved.", exact=True)).to_be_visible()
    made = school.period("PHOTO")
    assert (made["group"], made["year"]) == (98, school.today.year + 1)
