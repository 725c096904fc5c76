"""Academic Reports > End of year: what it says, its buttons, the photo day, and next year's period."""

from datetime import UTC, date, datetime, timedelta

import pytest

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.reports.end_of_year import EndOfYear, end_of_year
from photosync.apps.reports.models import PhotoDay, ReportingCycle
from photosync.apps.reports.photo_day import set_photo_day
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.run_states import RunState
from photosync.core.wording import date_words
from photosync.web.year_end_drawing import draw_year_end
from photosync.web.year_end_list import items_shown
from tests.web.conftest import Scene
from tests.web.pages import (
    Markup,
    make_period,
    make_profile,
    make_run,
    make_school,
    make_ticking_worker,
    make_user,
    signed_in,
)

PAGE = "/academic-reports/end-of-year/"
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def profile_that_stops(school: School, name: str = "Photo Sync") -> SyncProfile:
    """Return a profile whose only period ends on the last day of this academic year."""
    year = datetime.now(school.zone).year
    period = make_period(school, f"{year}{name[:2].upper()}", date(year, 1, 20), date(year, 12, 31))
    return make_profile(school, name, period)


def drawn(school: School, **further: object) -> EndOfYear:
    return end_of_year(school, NOW, **further)  # type: ignore[arg-type]


def test_page_says_how_long_it_is_and_what_is_to_be_done(scene: Scene) -> None:
    make_ticking_worker(datetime.now(UTC) + timedelta(days=1))
    profile = profile_that_stops(scene.school)

    page = Markup.of(scene.client.get(PAGE))

    today = datetime.now(scene.school.zone).date()
    days = (date(today.year + 1, 1, 1) - today).days
    word = "1 day" if days == 1 else f"{days} days"
    assert f"{word} until the academic year {today.year + 1} begins" in page.text
    assert f"{date_words(date(today.year, 12, 31))}" in page.text
    links = {each["href"] for each in page.all("a") if each["href"].startswith(PAGE)}
    assert links == {f"{PAGE}next-period/{profile.pk}/", f"{PAGE}photo-day/{today.year + 1}/"}


def test_who_may_not_mend_is_told_who_can(scene: Scene) -> None:
    profile_that_stops(scene.school)
    archivist = signed_in(make_user("ari", Role.ARCHIVIST, scene.school))

    page = Markup.of(archivist.get(PAGE))

    assert [each["href"] for each in page.all("a") if "next-period" in each["href"]] == []
    assert "This needs one of these roles: administrator, sync manager." in page.text


def test_held_and_failed_runs_lead_to_the_run(db: None) -> None:
    school = make_school()
    make_ticking_worker(NOW)
    one, two = profile_that_stops(school, "One"), profile_that_stops(school, "Two")
    held = make_run(one, RunState.HELD, NOW, explanation="Too many.")
    failed = make_run(two, RunState.FAILED, NOW, explanation="No disk.")

    shown = items_shown(drawn(school), frozenset(Permission))

    runs = "/administration/timetable-management/runs/"
    assert {each.key: (each.button, each.url, each.about) for each in shown if each.url.startswith(runs)} == {
        f"running-{two.pk}": ("Look at the run", f"{runs}{failed.pk}/", "Two"),
        f"held-{one.pk}": ("Compare and decide", f"{runs}{held.pk}/", "One"),
    }


def test_cycles_lead_to_their_pages(db: None) -> None:
    school = make_school()

    def buttons() -> dict[str, tuple[str, str, str]]:
        shown = items_shown(drawn(school), frozenset(Permission))
        return {each.key: (each.button, each.url, each.about) for each in shown if "/reporting/" in each.url}

    assert buttons() == {"reporting-cycle": ("New reporting cycle", "/academic-reports/reporting/new/", "")}
    cycle = ReportingCycle.objects.create(
        school=school, name="2026 Semester 2", academic_year=2026, opened_at=NOW, opened_by="kim"
    )
    address = f"/academic-reports/reporting/{cycle.pk}/"
    assert buttons() == {f"reports-{cycle.pk}": ("Open the reporting cycle", address, "2026 Semester 2")}


def test_drawing_says_in_words_what_it_shows(db: None) -> None:
    school = make_school()
    second = make_period(school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))
    summer = make_period(school, "SUMMER", date(2026, 12, 19), date(2027, 1, 10), group=2)
    first = make_period(school, "2027S1", date(2027, 1, 27), date(2027, 2, 26))
    profile = make_profile(school, "Photo Sync", second, summer, first)
    ProfilePeriod.objects.filter(period=summer).update(mode="additions")
    make_profile(school, "Off", first, enabled=False)
    ReportingCycle.objects.create(
        school=school, name="2026 Semester 2", academic_year=2026, opened_at=NOW, opened_by="kim",
        staff_from=date(2026, 12, 14), parents_from=date(2026, 12, 16),
    )  # fmt: skip
    set_photo_day(school, 2027, date(2027, 3, 2))

    drawing = draw_year_end(drawn(school))

    assert profile.name == "Photo Sync"
    # What is written at the days of a cycle stands below its band, and so not on the band's own words.
    places = [(lane.height, lane.labels_y, lane.marks_y) for lane in drawing.lanes[:3]]
    assert places == [(30, 3, 0), (48, 26, 27), (30, 3, 0)]
    assert [(lane.name, lane.words) for lane in drawing.lanes] == [
        (
            "Academic year",
            [
                "2026: Thursday 1 January 2026 to Thursday 31 December 2026",
                "2027: Friday 1 January 2027 to Friday 31 December 2027",
            ],
        ),
        (
            "2026 Semester 2",
            [
                "2026 Semester 2, open: Saturday 28 November 2026 to Thursday 31 December 2026",
                "staff: Monday 14 December 2026",
                "parents: Wednesday 16 December 2026",
            ],
        ),
        (
            "Periods, group 1",
            [
                "2026S2: Monday 20 July 2026 to Friday 18 December 2026",
                "2027S1: Wednesday 27 January 2027 to Friday 26 February 2027",
            ],
        ),
        ("Periods, group 2", ["SUMMER: Saturday 19 December 2026 to Sunday 10 January 2027"]),
        (
            "Off (Disabled)",
            ["runs: Wednesday 27 January 2027 to Friday 26 February 2027", "last day: Friday 26 February 2027"],
        ),
        (
            "Photo Sync",
            [
                "runs: Saturday 14 November 2026 to Friday 18 December 2026",
                "additions only: Saturday 19 December 2026 to Sunday 10 January 2027",
                "runs: Wednesday 27 January 2027 to Friday 26 February 2027",
                "pause: Monday 11 January 2027 to Tuesday 26 January 2027",
                "last day: Friday 26 February 2027",
            ],
        ),
        ("Photo day", ["photos of 2027: Tuesday 2 March 2027"]),
    ]
    assert drawing.kinds == {
        *("year", "next-year", "open-cycle", "period", "runs", "additions", "pause", "off"),
        *("seen", "stop", "photo-day"),
    }
    assert [mark.label for mark in drawing.lanes[1].marks] == ["", "staff, parents"]


def test_drawing_bounds_its_lanes(db: None) -> None:
    school = make_school()
    period = make_period(school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))
    for number in range(30):
        make_profile(school, f"P{number:02}", period)

    drawing = draw_year_end(drawn(school))

    assert (len(drawing.lanes), drawing.left_out) == (27, 6)


def test_photo_day_is_set_and_cleared_on_its_page(scene: Scene) -> None:
    year = scene.year + 1
    address = f"{PAGE}photo-day/{year}/"

    saved = scene.client.post(address, {"day": f"{year}-03-02"}, follow=True)
    assert f"The photo day of {year} was saved." in Markup.of(saved).text
    assert f"Photo day of {year} is on {date_words(date(year, 3, 2))}." in Markup.of(saved).text
    assert {
        each["value"] for each in Markup.of(scene.client.get(address)).all("input") if each.get("name") == "day"
    } == {f"{year}-03-02"}

    cleared = scene.client.post(address, {"clear": "1"}, follow=True)
    assert f"The photo day of {year} was cleared." in Markup.of(cleared).text
    assert PhotoDay.objects.count() == 0
    again = scene.client.post(address, {"clear": "1"})
    assert f"No photo day of {year} has been set. Nothing was changed." in Markup.of(again).text


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("", "Choose a day. Nothing was saved."),
        ("soon", "This is not a date. Nothing was saved. Choose a day of the calendar."),
        ("1999-01-01", "Friday 1 January 1999 cannot be the photo day of"),
    ],
)
def test_photo_day_that_cannot_be_is_refused_on_the_page(scene: Scene, day: str, told: str) -> None:
    page = scene.client.post(f"{PAGE}photo-day/{scene.year + 1}/", {"day": day})

    assert told in Markup.of(page).text
    assert PhotoDay.objects.count() == 0


def test_photo_day_of_no_year_is_not_there(scene: Scene) -> None:
    assert scene.client.get(f"{PAGE}photo-day/12345/").status_code == 404


def test_next_period_is_created_and_assigned_with_one_press(scene: Scene) -> None:
    profile = profile_that_stops(scene.school)
    address, year = f"{PAGE}next-period/{profile.pk}/", scene.year + 1
    form = {
        each["name"]: each["value"] for each in Markup.of(scene.client.get(address)).all("input") if each.get("id")
    }
    assert form == {"code": f"{year}PH", "start": f"{year}-01-20", "end": f"{year}-12-31"}

    looked = Markup.of(scene.client.post(address, form | {"preview": "1"}))
    assert f"({year}PH)." in looked.text
    assert TimetablePeriod.objects.count() == 1

    done = scene.client.post(address, form | {"code": f"{year}ALL"}, follow=True)
    assert f"{year}ALL was given to Photo Sync." in Markup.of(done).text
    assert list(profile.assigned.values_list("period__code", flat=True)) == [f"{scene.year}PH", f"{year}ALL"]
    assert f"{PAGE}next-period/" not in done.content.decode()


def test_next_period_that_is_there_is_given_with_one_press(scene: Scene) -> None:
    profile = profile_that_stops(scene.school)
    year = scene.year + 1
    make_period(scene.school, f"{year}S1", date(year, 1, 27), date(year, 6, 25))
    address = f"{PAGE}next-period/{profile.pk}/"

    buttons = [
        each["value"] for each in Markup.of(scene.client.get(address)).all("button") if each.get("name") == "assign"
    ]
    assert buttons == [f"{year}S1"]
    scene.client.post(address, {"assign": f"{year}S1"})

    assert list(profile.assigned.values_list("period__code", flat=True)) == [f"{scene.year}PH", f"{year}S1"]


def test_next_period_that_cannot_be_made_keeps_what_was_typed(scene: Scene) -> None:
    profile = profile_that_stops(scene.school)
    year = scene.year + 1
    sent = {"code": f"{scene.year}PH", "start": f"{year}-01-20", "end": f"{year}-12-31"}

    page = Markup.of(scene.client.post(f"{PAGE}next-period/{profile.pk}/", sent))

    assert "needs a code of its own; nothing was copied." in page.text
    assert {each["name"]: each["value"] for each in page.all("input") if each.get("id")} == sent
    assert TimetablePeriod.objects.count() == 1


def test_profile_without_a_period_is_told_where_to_add_one(scene: Scene) -> None:
    profile = make_profile(scene.school, "Empty")

    page = Markup.of(scene.client.get(f"{PAGE}next-period/{profile.pk}/"))

    assert "Empty has no timetable period that could be copied." in page.text
    assert f"/administration/timetable-management/manage-sync/{profile.pk}/" in {
        each["href"] for each in page.all("a")
    }


@pytest.mark.parametrize(("days", "is_there"), [(70, True), (71, False)])
def test_overview_leads_to_the_page_in_the_last_ten_weeks(scene: Scene, days: int, *, is_there: bool) -> None:
    begins = datetime.now(scene.school.zone).date() + timedelta(days=days)
    School.objects.filter(pk=scene.school.pk).update(
        academic_year_begins_month=begins.month, academic_year_begins_day=begins.day
    )

    page = Markup.of(scene.client.get("/"))

    assert (PAGE in {each["href"] for each in page.all("a")}) is is_there
