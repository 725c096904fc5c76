"""Academic Reports > Reporting: cycles on pages, what waits for them, and the work on them."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.jobs import request_job
from photosync.apps.reports.models import CycleMember, ReportingCycle, ReportJob
from photosync.apps.reports.roster import Choice
from photosync.apps.runs.models import PlanItem
from photosync.core.run_states import RunState
from tests.apps.reports.cycles_scene import archive_report, codes_in_cycle, member, store_report
from tests.apps.reports.test_holding import let_wait
from tests.web.conftest import Scene
from tests.web.pages import (
    Markup,
    around_today,
    make_person,
    make_profile,
    make_run,
    make_user,
    signed_in,
    statements,
)

BASE = "/academic-reports/reporting/"
WAITING = "Waiting for 2026 Semester 2: 2 photos"


@pytest.fixture
def cycle(scene: Scene) -> ReportingCycle:
    return open_cycle(
        scene.school,
        "2026 Semester 2",
        by="kim",
        now=datetime.now(UTC),
        academic_year=2026,
        people=Choice(year_level=("7",)),
    )


def at(cycle: ReportingCycle, further: str = "") -> str:
    return f"{BASE}{cycle.pk}/{further}"


def person_at(cycle: ReportingCycle, code: str, further: str) -> str:
    return at(cycle, f"people/{member(cycle, code).pk}/{further}")


def said(scene: Scene, address: str, **sent: object) -> str:
    """Send a form that leads elsewhere; return what the next page says first."""
    response = scene.client.post(address, sent, follow=True)
    assert response.redirect_chain
    return " ".join(str(message) for message in response.context["messages"])


def errors(scene: Scene, address: str, **sent: object) -> str:
    response = scene.client.post(address, sent)
    assert response.status_code == 200
    return str(response.context["form"].errors.as_text())


def test_workspace_lists_the_pages_that_there_are(scene: Scene) -> None:
    page = Markup.of(scene.client.get("/academic-reports/"))
    assert "/academic-reports/reporting/" in [each.get("href") for each in page.all("a")]
    assert "Reporting" in Markup.of(scene.client.get("/administration/")).text
    teacher = Markup.of(signed_in(scene.teacher).get("/academic-reports/"))
    assert "/academic-reports/reporting/" not in [each.get("href") for each in teacher.all("a")]


def test_empty_page_offers_the_first_cycle_to_who_may_make_one(scene: Scene) -> None:
    assert "No reporting cycle yet" in Markup.of(scene.client.get(BASE)).text
    manager = signed_in(make_user("max", Role.SYNC_MANAGER, scene.school))
    assert f"{BASE}new/" not in [each.get("href") for each in Markup.of(manager.get(BASE)).all("a")]


def test_cycle_is_opened_with_groups_codes_and_a_file(scene: Scene) -> None:
    make_person(scene.school, "2001", year_level="8")
    make_person(scene.school, "2002", year_level="9")
    sent = {
        "name": "2026 Semester 2",
        "academic_year": "2026",
        "semester": "Semester 2",
        "parents_from": "2026-12-11",
        "year_level": ["7"],
        "codes": "2001",
        "file": SimpleUploadedFile("codes.csv", b"\xef\xbb\xbfStudent code\r\n2002\r\n"),
    }

    told = said(scene, f"{BASE}new/", **sent)

    cycle = ReportingCycle.objects.get()
    assert told == (
        "2026 Semester 2 was opened. 0 of 5 reports of 2026 Semester 2 are archived. No photo waits for it now."
    )
    assert (cycle.semester, str(cycle.parents_from), cycle.opened_by) == ("Semester 2", "2026-12-11", "kim")
    assert codes_in_cycle(cycle) == ["1001", "1002", "1003", "2001", "2002"]
    assert Entry.objects.get(act="cycle.opened").via == "pages"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": ""}, "Type in a name. Nothing was saved."),
        ({"academic_year": ""}, "Type in a year. Nothing was saved."),
        ({"staff_from": "soon"}, "This is not a date. Nothing was saved. Choose a day of the calendar."),
        ({"codes": "9\n1001"}, '1 of 2 codes is no student\'s here: "9".'),
        ({"year_level": ["77"]}, "77 is not there any more. Nothing was saved."),
        (
            {"file": SimpleUploadedFile("x.csv", b"\xff\xfe1")},
            "The file is not text in UTF-8. Nothing was saved. Save it as UTF-8, or paste its codes.",
        ),
        (
            {"file": SimpleUploadedFile("x.csv", b"1" * 4_000_001)},
            "The file is larger than 4 MB. Nothing was saved. Split it.",
        ),
    ],
)
def test_cycle_that_is_not_well_formed_is_not_opened(scene: Scene, sent: dict[str, object], told: str) -> None:
    response = scene.client.post(f"{BASE}new/", {"name": "2026 S2", "academic_year": "2026"} | sent)

    assert response.status_code == 200
    assert told in Markup.of(response).text
    assert ReportingCycle.objects.count() == 0


def test_list_is_filtered_by_state_and_year(scene: Scene, cycle: ReportingCycle) -> None:
    old = open_cycle(scene.school, "2025 Semester 2", by="kim", now=datetime.now(UTC), academic_year=2025)
    ReportingCycle.objects.filter(pk=old.pk).update(state="archived")
    open_cycle(scene.other_school, "Theirs", by="kim", now=datetime.now(UTC))

    def listed(query: str) -> list[str]:
        found = scene.client.get(f"{BASE}?{query}").context["rows"]
        return [row["cycle"].name for row in found]

    assert listed("") == ["2026 Semester 2", "2025 Semester 2"]
    assert listed("state=open") == ["2026 Semester 2"]
    assert listed("state=archived") == listed("year=2025") == ["2025 Semester 2"]
    assert listed("state=open&year=2025") == []
    assert "There is no such reporting cycle." in Markup.of(scene.client.get(f"{BASE}?year=1999")).text


def test_page_shows_progress_per_roll_group_and_who_is_in_it(scene: Scene, cycle: ReportingCycle) -> None:
    archive_report(member(cycle, "1001"))
    store_report(member(cycle, "1002"))

    page = Markup.of(scene.client.get(at(cycle)))

    assert "1 of 3 reports of 2026 Semester 2 are archived. No photo waits for it now." in page.text
    labels = [each["aria-label"] for each in page.all("svg") if "aria-label" in each]
    assert labels == [
        "Everyone: 33 %. 1 archived, 1 with a report, 1 without.",
        "7B: 100 %. 1 archived.",
        "Year 7, no roll group: 0 %. 1 with a report, 1 without.",
    ]
    rows = scene.client.get(at(cycle)).context["page"].rows
    assert [(row.name, row.state.word, row.may_release, row.may_remove) for row in rows] == [
        ("Ben Byrne", "Report not archived", True, True),
        ("Cy Çelik", "No report yet", True, True),
        ("Ada Abel", "Archived", False, False),
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=byr", ["Ben Byrne"]),
        ("q=1003", ["Cy Çelik"]),
        ("roll_group=7B", ["Ada Abel"]),
        ("roll_group=-", ["Ben Byrne", "Cy Çelik"]),
        ("state=missing&year_level=7", ["Ben Byrne", "Cy Çelik", "Ada Abel"]),
        ("state=archived", []),
        ("state=nonsense&page=x", ["Ben Byrne", "Cy Çelik", "Ada Abel"]),
    ],
)
def test_people_are_searched_and_filtered(scene: Scene, cycle: ReportingCycle, query: str, names: list[str]) -> None:
    part = scene.client.get(f"{at(cycle)}?{query}", headers={"hx-request": "true", "hx-target": "members"})
    assert [row.name for row in part.context["page"].rows] == names
    assert "<h1" not in part.content.decode()


def test_people_come_in_pages_and_take_as_many_statements_however_many(scene: Scene, cycle: ReportingCycle) -> None:
    few = len(statements(scene.client, at(cycle)))
    for number in range(120):
        make_person(scene.school, f"3{number:03}", year_level="8", roll_group=f"8{number % 9}")
    scene.client.post(at(cycle, "people/add/"), {"year_level": ["8"]})

    assert CycleMember.objects.count() == 123
    assert len(statements(scene.client, at(cycle))) <= few
    third = scene.client.get(f"{at(cycle)}?page=3").context["page"]
    assert (len(third.rows), third.has_next) == (23, False)


def test_protected_people_have_no_name_for_who_may_not_see_them(scene: Scene, cycle: ReportingCycle) -> None:
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    archivist = signed_in(make_user("ari", Role.ARCHIVIST, scene.school))

    text = archivist.get(at(cycle)).content.decode()
    asked = archivist.get(person_at(cycle, "1001", "release/")).content.decode()

    assert [word for word in ("Ada", "Abel", "1001") if word in text + asked] == []
    assert "A protected person" in text
    assert "a protected person" in asked
    assert "Ada Abel" in scene.client.get(at(cycle)).content.decode()


def test_newcomers_are_named_and_taken_in_at_one_press(scene: Scene, cycle: ReportingCycle) -> None:
    make_person(scene.school, "2001", given_name="Nia", family_name="Newman", year_level="7")
    page = Markup.of(scene.client.get(at(cycle)))
    assert "1 student of the groups that were taken in is not in the cycle : Nia Newman." in page.text.replace(
        "cycle:", "cycle :"
    )

    assert said(scene, at(cycle, "people/newcomers/")) == "1 student came into 2026 Semester 2."
    assert "Take them in" not in Markup.of(scene.client.get(at(cycle))).text


def test_leavers_are_counted_with_the_way_to_them(scene: Scene, cycle: ReportingCycle) -> None:
    Person.objects.filter(pk=scene.ben.pk).update(status="left")
    page = Markup.of(scene.client.get(at(cycle)))
    assert "1 of its people has left the school, and the report is not archived. Show who" in page.text
    found = scene.client.get(f"{at(cycle)}?state=left").context["page"].rows
    assert [(row.name, row.has_left) for row in found] == [("Ben Byrne", True)]


def test_people_are_added_and_taken_out(scene: Scene, cycle: ReportingCycle) -> None:
    make_person(scene.school, "2001", year_level="8")
    told = said(scene, at(cycle, "people/add/"), year_level=["8"], codes="1001")
    assert told == "1 student came into 2026 Semester 2. 1 was in it already."
    assert "No one was chosen." in errors(scene, at(cycle, "people/add/"))
    address = person_at(cycle, "1002", "remove/")
    store_report(member(cycle, "1002"))
    assert "The report that is stored, and not archived, goes too." in Markup.of(scene.client.get(address)).text
    assert said(scene, address) == "Ben Byrne (1002) was taken out of 2026 Semester 2."
    assert codes_in_cycle(cycle) == ["1001", "1003", "2001"]
    archive_report(member(cycle, "1001"))
    assert "The report of Ada Abel (1001) is archived" in errors(scene, person_at(cycle, "1001", "remove/"))


def test_change_by_someone_else_is_noticed(scene: Scene, cycle: ReportingCycle) -> None:
    address = at(cycle, "edit/")
    seen = scene.client.get(address).context["seen"]
    sent = {"name": "2026 S2", "academic_year": "2026", "seen": seen}
    ReportingCycle.objects.update(semester="2")

    assert "was changed by someone else" in errors(scene, address, **sent)
    now_seen = scene.client.get(address).context["seen"]
    assert said(scene, address, **(sent | {"seen": now_seen})) == "2026 S2 was saved."


def test_cycle_is_released_and_held_again(scene: Scene, cycle: ReportingCycle) -> None:
    let_wait(make_profile(scene.school, "Photo Sync"), "1002", "1003")
    address = at(cycle, "release/")
    assert (
        "3 reports are not archived. 2 photos wait now; the next run of each sync profile decides on them. Reports "
        "that are archived afterwards may show the new face."
    ) in Markup.of(scene.client.get(address)).text
    assert "Write in a few words why. Nothing was changed." in errors(scene, address, reason=" ")
    assert said(scene, address, reason="Paper reports") == (
        "No photo waits for 2026 Semester 2 any more. The next run of each sync profile decides."
    )
    page = Markup.of(scene.client.get(at(cycle)))
    assert "It is released: no photo waits for it." in page.text
    assert "by kim: Paper reports" in page.text
    assert said(scene, at(cycle, "hold/")) == "Photos wait for 2026 Semester 2 again."
    assert said(scene, at(cycle, "hold/")) == "2026 Semester 2 is not released. Nothing was changed."


def test_one_person_is_released_and_held_again(scene: Scene, cycle: ReportingCycle) -> None:
    told = said(scene, person_at(cycle, "1002", "release/"), reason="No report")
    assert told == "The photo of Ben Byrne (1002) does not wait any more. The next run decides on it."
    row = scene.client.get(f"{at(cycle)}?state=released").context["page"].rows[0]
    assert (row.name, row.note, row.may_release, row.may_hold) == ("Ben Byrne", "No report", False, True)
    assert said(scene, person_at(cycle, "1002", "hold/")) == "The photo of Ben Byrne (1002) waits again."
    assert said(scene, person_at(cycle, "1002", "hold/")) == "Ben Byrne (1002) is not released. Nothing was changed."


def test_cycle_is_closed_with_a_reason_and_opened_again(scene: Scene, cycle: ReportingCycle) -> None:
    address = at(cycle, "close/")
    assert "3 of 3 reports of 2026 Semester 2 are not archived. Say why" in Markup.of(scene.client.get(address)).text
    assert "Write in a few words why." in errors(scene, address)
    assert said(scene, address, reason="Enough") == "2026 Semester 2 was closed."
    page = Markup.of(scene.client.get(at(cycle)))
    assert [word for word in ("Add people", "Take out", "Release …") if word in page.text] == []
    assert said(scene, at(cycle, "reopen/"), reason="Late report") == "2026 Semester 2 is open again."
    for code in ("1001", "1002", "1003"):
        archive_report(member(cycle, code))
    assert "Every report of 2026 Semester 2 is archived." in Markup.of(scene.client.get(address)).text
    assert said(scene, address) == "2026 Semester 2 was closed."


def test_what_waits_is_said_everywhere_with_the_way_to_it(scene: Scene, cycle: ReportingCycle) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    let_wait(profile, "1002", "1003")
    for path in ("/", f"/administration/timetable-management/manage-sync/{profile.pk}/"):
        page = Markup.of(scene.client.get(path))
        assert WAITING in page.text
        assert at(cycle) in [each.get("href") for each in page.all("a")]
    assert WAITING in Markup.of(scene.client.get(at(cycle))).text
    assert "2" in [row["waiting"] and str(row["waiting"]) for row in scene.client.get(BASE).context["rows"]]


def test_run_says_for_what_its_photos_wait(scene: Scene, cycle: ReportingCycle) -> None:
    profile = make_profile(scene.school, "Photo Sync")
    run = make_run(profile, RunState.DONE, datetime.now(UTC), counts={"waiting": 3})
    for code in ("1001", "1002", "1003"):
        PlanItem.objects.create(
            run=run,
            person=Person.objects.get(school=scene.school, code=code),
            action="waiting",
            reason_code="report_open",
            reason="Waiting",
            state="noted",
        )
    archive_report(member(cycle, "1001"))

    page = Markup.of(scene.client.get(f"/administration/timetable-management/runs/{run.pk}/?show=waiting"))

    assert WAITING in page.text
    assert "1 photo waited for a report and does so no more: the next run decides on it." in page.text


def test_work_is_followed_until_it_ends_and_cancelled(scene: Scene, cycle: ReportingCycle) -> None:
    job = request_job(cycle, ReportJob.Kind.ARCHIVE, {}, by="kim", now=datetime.now(UTC))
    ReportJob.objects.update(state="running", done=40, total=160)
    address = at(cycle, f"work/{job.pk}/")

    live = scene.client.get(address)
    assert (live.status_code, Markup.of(live).all("progress")[0]["value"]) == (200, "25")
    assert "Archive reports Running 40 of 160 Asked for by kim." in Markup.of(live).text
    assert said(scene, f"{address}cancel/") == "It ends after its next step. What was done before stays."
    assert "kim cancelled it: it ends after its next step." in Markup.of(scene.client.get(at(cycle))).text
    ReportJob.objects.update(
        state="done", outcome={"archived": 160, "seconds": 1.5}, finished_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    )

    ended = scene.client.get(address)

    assert (ended.status_code, ended.headers["HX-Trigger-After-Settle"]) == (286, "report-job-ended")
    assert Markup.of(ended).all("progress") == []
    assert ended.context["job"].counts == ((160, "archived"),)
    assert said(scene, f"{address}cancel/") == ("This work has ended already (done), so there is nothing to cancel.")
    assert scene.client.get(at(cycle, "work/999/")).status_code == 404


def test_switch_on_manage_sync_is_saved(scene: Scene) -> None:
    profile = make_profile(scene.school, "Photo Sync")
    page = scene.client.get(f"/administration/timetable-management/manage-sync/{profile.pk}/")
    switch = [each for each in Markup.of(page).all("input") if each.get("name") == "hold_until_archived"]
    assert [("checked" in each) for each in switch] == [True]
