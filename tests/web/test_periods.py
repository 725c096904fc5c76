"""Cycle/Period setup: the article's steps, what a change does beforehand, refusals, and who may do what."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.periods import AcademicYearRule
from photosync.web.year_plan import draw_year
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_period, make_profile, make_user, signed_in

SETUP = "/administration/timetable-management/cycle-period-setup/"
PHOTO = {"code": "photo", "description": "Photo sync", "start": "2026-11-23", "end": "2030-12-31"}


def address(period: TimetablePeriod, further: str = "") -> str:
    return f"{SETUP}{period.pk}/{further}"


def fields_of(period: TimetablePeriod, **changes: object) -> dict[str, object]:
    """Return what the form of `period` would send, with `changes`; a switch that is off is not sent."""
    names = ("code", "description", "start", "end", "group_number", "academic_year")
    switches = ("visible_in_marks_book", "visible_to_students", "visible_to_parents", "sync_only")
    sent: dict[str, object] = {name: getattr(period, name) for name in names}
    sent |= {name: "on" for name in switches if getattr(period, name)}
    return {name: value for name, value in (sent | changes).items() if value is not None}


@pytest.fixture
def semester(scene: Scene) -> TimetablePeriod:
    return make_period(scene.school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))


def test_article_makes_the_period_and_then_sets_group_and_year(scene: Scene) -> None:
    made = scene.client.post(f"{SETUP}new/", PHOTO)
    period = TimetablePeriod.objects.get(code="PHOTO")
    assert (made.status_code, made.headers["Location"]) == (302, address(period))
    assert (period.visible_in_marks_book, period.visible_to_students, period.visible_to_parents) == (False,) * 3
    assert (period.group_number, period.academic_year) == (99, 2026)

    page = Markup.of(scene.client.get(address(period)))
    assert {each["name"] for each in page.all("input")} >= {"group_number", "academic_year"}
    scene.client.post(address(period), fields_of(period, group_number=98, academic_year=2027))

    period.refresh_from_db()
    assert (period.group_number, period.academic_year) == (98, 2027)


def test_new_period_says_what_it_was_given(scene: Scene) -> None:
    page = Markup.of(scene.client.post(f"{SETUP}new/", PHOTO, follow=True))

    assert "PHOTO was saved, in group 99 and year 2026. Check both here, and save if you change them." in page.text
    assert "Tuesday 31 December 2030" in page.text


def test_new_period_has_the_three_options_on(scene: Scene) -> None:
    boxes = {each["name"] for each in Markup.of(scene.client.get(f"{SETUP}new/")).all("input") if "checked" in each}

    assert boxes == {"visible_in_marks_book", "visible_to_students", "visible_to_parents"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": ""}, "Type in a code. Nothing was saved."),
        ({"description": ""}, "Type in a description. Nothing was saved."),
        ({"start": ""}, "Choose a date. Nothing was saved."),
        ({"start": "31/12/2026"}, "This is not a date. Nothing was saved. Choose a day of the calendar."),
        (
            {"code": "a b"},
            "'a b' cannot be the code of a timetable period; nothing was saved. "
            "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen.",
        ),
        (
            {"end": "2026-11-22"},
            "Timetable period PHOTO would end on Sunday 22 November 2026, before it starts on Monday 23 November "
            "2026; nothing was saved. Choose an end date that is not before the start date.",
        ),
    ],
)
def test_new_period_that_cannot_be_says_why(scene: Scene, changes: dict[str, str], said: str) -> None:
    page = Markup.of(scene.client.post(f"{SETUP}new/", PHOTO | changes))

    assert said in page.text
    assert not TimetablePeriod.objects.exists()


def test_everything_that_is_wrong_with_a_new_period_is_said_at_once_beside_its_field(scene: Scene) -> None:
    sent = PHOTO | {"code": "a b", "description": "x" * 201, "end": "2026-11-22"}

    page = Markup.of(scene.client.post(f"{SETUP}new/", sent))

    wrong = {each["name"] for each in page.all("input") if each.get("aria-invalid") == "true"}
    assert wrong == {"code", "description", "end"}
    for said in (
        "'a b' cannot be the code of a timetable period; nothing was saved.",
        "This is longer than 200 characters. Nothing was saved. Shorten it.",
        "Timetable period a b would end on Sunday 22 November 2026, before it starts on",
    ):
        assert said in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "A" * 17}, "This is longer than 16 characters. Nothing was saved. Shorten it."),
        ({"code": "", "end": "2026-07-01"}, "Timetable period (no code yet) would end on Wednesday 1 July 2026"),
        ({"group_number": "0"}, "Use a whole number from 1 to 9999. Nothing was saved."),
        ({"group_number": "10000"}, "Use a whole number from 1 to 9999. Nothing was saved."),
        ({"group_number": "two"}, "Use a whole number from 1 to 9999. Nothing was saved."),
        ({"academic_year": "26"}, "Use a whole number from 1900 to 9999. Nothing was saved."),
        ({"academic_year": "next"}, "Use a whole number from 1900 to 9999. Nothing was saved."),
    ],
)
def test_period_that_cannot_be_changed_so_says_why(
    scene: Scene, semester: TimetablePeriod, changes: dict[str, str], said: str
) -> None:
    before = fields_of(semester)

    page = Markup.of(scene.client.post(address(semester), before | changes))

    assert said in page.text
    semester.refresh_from_db()
    assert fields_of(semester) == before


def test_overlap_in_a_group_names_the_other_and_the_free_group(scene: Scene, semester: TimetablePeriod) -> None:
    other = make_period(scene.school, "PHOTO", date(2026, 11, 23), date(2030, 12, 31), group=99)

    page = Markup.of(scene.client.post(address(other), fields_of(other, group_number=1)))

    assert (
        "shares days with 2026S2 (Monday 20 July 2026 to Friday 18 December 2026), which is in group 1 too; "
        "periods of one group may not overlap. Nothing was saved. Change the dates, or set the group number to 2, "
        "the lowest that is free."
    ) in page.text
    other.refresh_from_db()
    assert other.group_number == 99


@pytest.mark.parametrize("further", ["", "effect/"])
def test_change_shows_beforehand_what_it_does(scene: Scene, semester: TimetablePeriod, further: str) -> None:
    make_profile(scene.school, "Photo Sync", semester)
    sent = fields_of(semester, end="2026-07-31") | ({} if further else {"preview": "1"})

    page = Markup.of(scene.client.post(address(semester, further), sent))

    assert "Photo Sync: Ended on Friday 31 July 2026, when 2026S2 ended." in page.text
    semester.refresh_from_db()
    assert semester.end == date(2026, 12, 18)


def test_effect_of_what_is_refused_is_the_refusal(scene: Scene, semester: TimetablePeriod) -> None:
    page = Markup.of(scene.client.post(address(semester, "effect/"), fields_of(semester, end="2026-07-01")))

    assert "Timetable period 2026S2 would end on Wednesday 1 July 2026, before it starts" in page.text


def test_save_says_what_it_did(scene: Scene, semester: TimetablePeriod) -> None:
    make_profile(scene.school, "Photo Sync", semester)

    page = Markup.of(scene.client.post(address(semester), fields_of(semester, end="2026-07-31"), follow=True))

    assert "2026S2 was saved. Photo Sync: Ended on Friday 31 July 2026, when 2026S2 ended." in page.text


def test_code_is_fixed_once_a_profile_uses_it(scene: Scene, semester: TimetablePeriod) -> None:
    make_profile(scene.school, "Photo Sync", semester)

    page = Markup.of(scene.client.post(address(semester), fields_of(semester, code="OTHER")))

    assert (
        "The code of timetable period 2026S2 cannot be changed to OTHER: the sync profile Photo Sync uses it."
        in page.text
    )


def test_copy_moves_the_dates_on_by_a_year(scene: Scene, semester: TimetablePeriod) -> None:
    asked = Markup.of(scene.client.get(address(semester, "copy/")))
    assert (
        "A copy of 2026S2 from Tuesday 20 July 2027 to Saturday 18 December 2027, in group 1 and year 2027"
        in asked.text
    )

    scene.client.post(address(semester, "copy/"), {"code": "2027S2"})

    copied = TimetablePeriod.objects.get(code="2027S2")
    assert (copied.start, copied.end) == (date(2027, 7, 20), date(2027, 12, 18))


def test_copy_under_a_code_that_is_taken(scene: Scene, semester: TimetablePeriod) -> None:
    page = Markup.of(scene.client.post(address(semester, "copy/"), {"code": "2026S2"}))

    assert (
        "A copy of timetable period 2026S2 needs a code of its own; nothing was copied. "
        "Choose one that no other period has."
    ) in page.text


def test_delete_asks_first(scene: Scene, semester: TimetablePeriod) -> None:
    asked = Markup.of(scene.client.get(address(semester, "delete/")))
    assert "2026S2 (2026S2), Monday 20 July 2026 to Friday 18 December 2026, will be gone" in asked.text
    assert TimetablePeriod.objects.count() == 1

    page = Markup.of(scene.client.post(address(semester, "delete/"), follow=True))

    assert "Timetable period 2026S2 was deleted." in page.text
    assert not TimetablePeriod.objects.exists()


def test_period_in_use_is_not_deleted(scene: Scene, semester: TimetablePeriod) -> None:
    make_profile(scene.school, "Photo Sync", semester)
    asked = Markup.of(scene.client.get(address(semester, "delete/")))
    assert "2026S2 cannot be deleted: these sync profiles use it." in asked.text

    page = Markup.of(scene.client.post(address(semester, "delete/")))

    assert "Timetable period 2026S2 cannot be deleted: the sync profile Photo Sync uses it." in page.text
    assert TimetablePeriod.objects.count() == 1


def test_list_shows_the_periods_of_the_year(scene: Scene, semester: TimetablePeriod) -> None:
    make_period(scene.school, "2027S1", date(2027, 1, 27), date(2027, 6, 25))
    make_profile(scene.school, "Photo Sync", semester)

    shown = Markup.of(scene.client.get(f"{SETUP}?year=2026"))
    later = Markup.of(scene.client.get(f"{SETUP}?year=2027"))

    assert "Monday 20 July 2026 – Friday 18 December 2026" in shown.text
    assert "Photo Sync" in shown.text
    assert ("2027S1" in shown.text, "2026S2" in later.text, "2027S1" in later.text) == (False, False, True)


@pytest.mark.parametrize("year", ["", "0", "x", "1899", "99999", "٢٠٢٦", "2026"])
def test_list_of_a_year_that_is_none(scene: Scene, semester: TimetablePeriod, year: str) -> None:
    assert scene.client.get(SETUP, {"year": year}).status_code == 200


def test_list_without_any_period_says_what_belongs_there(scene: Scene) -> None:
    page = Markup.of(scene.client.get(SETUP))

    assert "No timetable period yet" in page.text
    assert "stops by itself when the last one ends" in page.text


def test_period_of_another_school_does_not_exist(scene: Scene) -> None:
    other = make_period(scene.other_school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))

    found = [scene.client.get(address(other, further)).status_code for further in ("", "copy/", "delete/")]

    assert found == [404, 404, 404]


def test_archivist_reads_and_cannot_change(scene: Scene, semester: TimetablePeriod) -> None:
    client = signed_in(make_user("ari", Role.ARCHIVIST, scene.school))

    page = Markup.of(client.get(address(semester)))

    assert "You may look at this, and not change it: that needs the permission SYNC: MANAGE." in page.text
    assert [each for each in page.all("input") if each.get("id") and "disabled" not in each] == []
    assert refused_with(client, semester) == [403] * 5


def refused_with(client: Client, period: TimetablePeriod) -> list[int]:
    asked = [client.post(address(period, further)) for further in ("", "effect/", "copy/", "delete/")]
    return [each.status_code for each in (client.get(f"{SETUP}new/"), *asked)]


def test_teacher_neither_sees_nor_reaches_it(scene: Scene, semester: TimetablePeriod) -> None:
    client = signed_in(scene.teacher)

    reached = [client.get(each).status_code for each in ("/administration/", SETUP, address(semester))]

    assert reached == [403, 403, 403]
    assert "Administration Workspace" not in Markup.of(client.get("/photos/")).text


def test_workspace_leads_to_the_page_by_the_article_s_names(scene: Scene) -> None:
    workspace = Markup.of(scene.client.get("/administration/"))
    ways = {each["href"] for each in workspace.all("a")}
    assert {SETUP, "/administration/timetable-management/", "/academic-reports/"} <= ways
    for words in ("Administration Workspace", "Timetable Management", "Cycle/Period setup"):
        assert words in workspace.text


def drawn(*rows: tuple[str, date, date, int]) -> object:
    periods = [
        TimetablePeriod(pk=n, code=code, start=start, end=end, group_number=group)
        for n, (code, start, end, group) in enumerate(rows)
    ]
    return draw_year(periods, 2026, AcademicYearRule(), date(2026, 7, 1))


def test_year_drawing_has_a_lane_for_each_group() -> None:
    plan = drawn(
        ("S1", date(2026, 1, 1), date(2026, 6, 30), 1),
        ("S2", date(2026, 7, 1), date(2026, 12, 31), 1),
        ("PHOTO", date(2025, 7, 1), date(2030, 12, 31), 99),
        ("LATER", date(2027, 1, 1), date(2027, 2, 1), 5),
    )

    lanes = [(lane.group_number, [bar.label for bar in lane.bars]) for lane in plan.lanes]  # type: ignore[attr-defined]
    assert lanes == [(1, ["S1", "S2"]), (99, ["PHOTO"])]
    first, second = plan.lanes[0].bars  # type: ignore[attr-defined]
    assert (first.x, first.width, second.x, second.width) == ("0.000%", "49.589%", "49.589%", "50.411%")
    assert [bar.goes_on for lane in plan.lanes for bar in lane.bars] == [False, False, True]  # type: ignore[attr-defined]


def test_year_drawing_says_which_days_are_shared() -> None:
    plan = drawn(
        ("S1", date(2026, 1, 1), date(2026, 6, 30), 1),
        ("S2", date(2026, 7, 1), date(2026, 12, 31), 1),
        ("PHOTO", date(2026, 12, 1), date(2027, 12, 31), 99),
    )

    assert [shared.words for shared in plan.shared] == [  # type: ignore[attr-defined]
        "PHOTO and S2 share Tuesday 1 December 2026 to Thursday 31 December 2026"
    ]
    assert "Shared days: PHOTO and S2 share Tuesday 1 December 2026" in plan.words  # type: ignore[attr-defined]


def test_moment_of_decision_is_now(scene: Scene, semester: TimetablePeriod) -> None:
    """The list marks the days of this academic year as chosen."""
    year = datetime.now(UTC).astimezone(scene.school.zone).year
    page = Markup.of(scene.client.get(SETUP))

    assert [each["href"] for each in page.all("a") if each.get("aria-current")][-1:] == [f"{SETUP}?year={year}"]


@pytest.mark.parametrize("further", ["", "effect/"])
def test_free_group_is_taken_with_one_click(scene: Scene, semester: TimetablePeriod, further: str) -> None:
    other = make_period(scene.school, "PHOTO", date(2026, 11, 23), date(2030, 12, 31), group=99)
    refused = fields_of(other, group_number=1, description="All years")
    page = Markup.of(scene.client.post(address(other, further), refused))
    (free,) = [each for each in page.all("button") if each.get("name") == "use_group"]
    assert "Set the group number to 2 and save" in page.text

    page = Markup.of(scene.client.post(address(other), refused | {"use_group": free["value"]}, follow=True))

    assert "PHOTO was saved." in page.text
    other.refresh_from_db()
    assert (other.group_number, other.description) == (2, "All years")


def test_group_is_offered_only_where_it_helps(scene: Scene, semester: TimetablePeriod) -> None:
    page = Markup.of(scene.client.post(address(semester), fields_of(semester, end="2026-07-01")))

    assert [each for each in page.all("button") if each.get("name") == "use_group"] == []


def test_change_in_another_window_is_not_lost(scene: Scene, semester: TimetablePeriod) -> None:
    page = Markup.of(scene.client.get(address(semester)))
    (seen,) = [each["value"] for each in page.all("input") if each.get("name") == "seen"]
    scene.client.post(address(semester), fields_of(semester, end="2026-12-11", seen=seen))

    page = Markup.of(scene.client.post(address(semester), fields_of(semester, description="Later", seen=seen)))

    assert "2026S2 was changed by someone else, or in another window, after this page was opened." in page.text
    assert (
        "Saved now: 2026S2, 2026S2, Monday 20 July 2026 to Friday 11 December 2026, group 1, year 2026." in page.text
    )
    semester.refresh_from_db()
    assert (semester.end, semester.description) == (date(2026, 12, 11), "2026S2")
    (seen,) = [each["value"] for each in page.all("input") if each.get("name") == "seen"]
    scene.client.post(address(semester), fields_of(semester, description="Later", end="2026-12-18", seen=seen))
    semester.refresh_from_db()
    assert (semester.end, semester.description) == (date(2026, 12, 18), "Later")
