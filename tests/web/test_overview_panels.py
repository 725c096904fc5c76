"""Coverage, the next six weeks, the latest runs, what waits in Review, and the list of all schools."""

from datetime import UTC, date, datetime, timedelta

from photosync.apps.accounts.models import Membership, Role
from photosync.apps.library.coverage import Covered, coverage_of
from photosync.apps.library.models import Withdrawal
from photosync.apps.people.models import Person
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.core.people import PersonKind
from photosync.core.run_states import RunState
from photosync.web.coverage import coverage_plot
from photosync.web.remembered import Remembered
from photosync.web.run_bars import run_bars
from photosync.web.weeks import next_weeks
from tests.web.conftest import Scene
from tests.web.pages import (
    Markup,
    around_today,
    make_period,
    make_person,
    make_profile,
    make_run,
    make_user,
    signed_in,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_coverage_counts_each_person_once_by_the_latest_photo(scene: Scene) -> None:
    make_person(scene.school, "S1", kind="staff", year_level="")
    make_person(scene.school, "1004", protected=True)
    make_person(scene.school, "1005", status="left")
    withdrawn = make_person(scene.school, "1006")
    Withdrawal.objects.create(person=withdrawn, reason="No consent.", created_at=NOW)

    found = coverage_of(scene.school, scene.year)

    assert sorted(found, key=lambda each: each.kind) == [
        Covered(PersonKind.STAFF, "", none=1),
        Covered(PersonKind.STUDENT, "7", this_year=1, earlier=1, none=1, withdrawn=1),
    ]


def test_coverage_agrees_with_the_lists_it_leads_to(scene: Scene) -> None:
    Person.objects.filter(code="1003", school=scene.school).update(year_level="10 & more")
    plot = coverage_plot(scene.school, scene.year)

    told = {(row.group, share.slug): (share.number, share.url) for row in plot.rows for share in row.shares}
    for number, url in told.values():
        assert len(Markup.of(scene.client.get(url)).with_class("rowface")) == number
    assert [(row.group, row.percent) for row in plot.rows] == [("Year 7", 50), ("10 & more", 0)]


def test_coverage_is_told_in_words_and_as_a_table(scene: Scene) -> None:
    page = Markup.of(scene.client.get("/"))

    labels = [each.get("aria-label") for each in page.all("svg")]
    assert "Year 7: 33 %. 1 this year's photo, 1 an earlier year's, 1 none." in labels
    assert "Group People this year's photo an earlier year's none withdrawn Year 7 3 1" in page.text


def test_few_are_not_nobody(scene: Scene) -> None:
    Person.objects.bulk_create(
        Person(school=scene.school, kind="student", code=f"{n}", year_level="7") for n in range(300)
    )

    assert [row.percent for row in coverage_plot(scene.school, scene.year).rows] == [1]


def test_what_took_long_is_remembered_a_hundred_times_as_long() -> None:
    clock = [0.0]
    asked = []

    def slow() -> int:
        asked.append(clock[0])
        clock[0] += 0.5
        return len(asked)

    remembered: Remembered[int] = Remembered(lambda: clock[0])

    first, again = remembered.get("a", slow), remembered.get("a", slow)
    clock[0] += 50.1
    later = remembered.get("a", slow)

    assert (first, again, later, asked) == (1, 1, 2, [0.0, 50.6])


def test_what_is_quick_is_asked_anew() -> None:
    asked: list[int] = []
    remembered: Remembered[None] = Remembered(lambda: 0.0)

    for _ in range(2):
        remembered.get("a", lambda: asked.append(1))

    assert asked == [1, 1]


def test_weeks_show_runs_pauses_and_stops(scene: Scene) -> None:
    ends = make_period(scene.school, "2026S2", date(2026, 7, 20), date(2026, 12, 4))
    summer = make_period(scene.school, "SUMMER", date(2026, 12, 14), date(2026, 12, 20))
    profile = make_profile(scene.school, "Photo Sync", ends, summer)

    weeks = next_weeks([(profile.pk, schedule_of(profile))], NOW)

    assert weeks is not None
    assert [turn.sentence for turn in weeks.turns] == [
        "Last day of 2026S2: Photo Sync pauses until Monday 14 December 2026 (SUMMER).",
        "Photo Sync starts (SUMMER).",
        "Last day of SUMMER: Photo Sync stops. No later timetable period has been added.",
    ]
    lane = weeks.lanes[0]
    assert (len(lane.runs), len(lane.covered), len(lane.pauses)) == (11 + 7, 2, 1)
    assert lane.stop_x is not None
    assert not any(day.is_many for day in lane.runs)


def test_weeks_of_a_disabled_profile_have_no_runs(scene: Scene) -> None:
    soon = make_period(scene.school, "2027S1", date(2026, 12, 1), date(2027, 6, 1))
    profile = make_profile(scene.school, "Photo Sync", soon, enabled=False)

    weeks = next_weeks([(profile.pk, schedule_of(profile))], NOW)

    assert weeks is not None
    assert (weeks.lanes[0].runs, weeks.lanes[0].is_disabled) == ((), True)
    assert [turn.sentence for turn in weeks.turns] == [
        "2027S1 starts, but Photo Sync is Disabled: nothing runs unless it is enabled before."
    ]


def test_several_runs_a_day_are_drawn_as_such(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", make_period(scene.school, "P", NOW.date(), date(2027, 6, 1)))
    profile.assigned.update(frequency="every 5m")

    weeks = next_weeks([(profile.pk, schedule_of(profile))], NOW)

    assert weeks is not None
    assert {day.is_many for day in weeks.lanes[0].runs} == {True}
    assert len(weeks.lanes[0].runs) == 43


def test_bars_are_the_latest_runs_oldest_first(scene: Scene) -> None:
    profile = make_profile(scene.school)
    runs = [
        make_run(profile, RunState.DONE, NOW - timedelta(hours=40 - n), counts={"added": n, "rejected": 1})
        for n in range(32)
    ]

    bars = run_bars([profile.pk], scene.school.zone, NOW)

    assert [bar.number for bar in bars] == [run.pk for run in runs[2:]]
    assert [part.slug for part in bars[-1].parts] == ["added", "rejected"]
    assert sum(part.height_px for part in bars[-1].parts) <= 56
    assert all(part.height_px >= 4 and part.y_px >= 0 for bar in bars for part in bar.parts)


def test_page_leads_to_the_runs_and_to_what_waits(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    run = make_run(profile, RunState.DONE, NOW, counts={"added": 2, "replaced": 0})
    listing = Listing.objects.create(profile=profile, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=1)
    ListedFile.objects.create(
        profile=profile, page=page, name="9.jpg", size_bytes=1, stamp="1", state="unmatched", reason="Nobody."
    )

    shown = Markup.of(scene.client.get("/"))

    links = {each["href"] for each in shown.all("a")}
    assert {f"/administration/timetable-management/runs/{run.pk}/", "/review/?queue=unmatched"} <= links
    assert f"Run {run.pk}, Photo Sync, " in shown.text
    assert "Waiting in Review 1 unmatched" in shown.text


def test_all_schools_tell_what_needs_attention_in_each(scene: Scene) -> None:
    make_profile(scene.school, "Photo Sync", around_today(scene.school, to_days=-3))
    make_profile(scene.other_school, "Theirs", around_today(scene.other_school, to_days=-3))
    both = make_user("both", Role.SYNC_MANAGER, scene.school)
    Membership.objects.create(user=both, school=scene.other_school, role=Role.STAFF)

    page = Markup.of(signed_in(both).get("/overview/schools/"))

    assert "Pelican Harbour High School 1 Ended Photo Sync Ended on " in page.text
    assert "Banksia Valley College – Your role there does not show the sync." in page.text
    assert "Theirs" not in page.text
    assert "All schools, with what needs attention in each" in Markup.of(signed_in(both).get("/")).text


def test_all_schools_are_only_ones_own(scene: Scene) -> None:
    page = Markup.of(scene.client.get("/overview/schools/"))

    assert "Pelican Harbour High School" in page.text
    assert "Banksia Valley College" not in page.text
    assert "All schools" not in Markup.of(scene.client.get("/")).text
    assert "There is no school on this page" in Markup.of(scene.client.get("/overview/schools/?page=9")).text
