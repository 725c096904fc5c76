"""Runs: the list and its filters, one run with its faces, what may be decided, and by whom."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.people.models import Person
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.schools.models import School
from photosync.core.run_states import RunState, Trigger
from photosync.core.spreadsheets import safe_cell
from tests.apps.runs.scene import Scene
from tests.web.pages import Markup, make_profile, make_run, make_ticking_worker, make_user, signed_in

RUNS = "/administration/timetable-management/runs/"
NEW = 1000


@pytest.fixture
def runs(db: None, tmp_path: Path) -> Scene:
    """Return a school whose profile may run now, with nobody in it yet."""
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC).replace(microsecond=0))
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    return scene


Signed = Callable[[Role], Client]


@pytest.fixture
def signed(runs: Scene) -> Signed:
    made: dict[Role, User] = {}

    def client(role: Role = Role.ADMINISTRATOR) -> Client:
        if role not in made:
            made[role] = make_user(f"a-{role.value}", role, runs.school)
        return signed_in(made[role])

    return client


@pytest.fixture
def kim(signed: Signed) -> Client:
    return signed(Role.ADMINISTRATOR)


def address(run: Run, further: str = "") -> str:
    return f"{RUNS}{run.pk}/{further}"


def synced(scene: Scene, people: int = 3) -> Run:
    for code in scene.everyone(people):
        scene.put(f"{code}.jpg", int(code))
    return scene.run()


def held(scene: Scene, people: int = 8, replaced: int = 6) -> Run:
    """Return a run that is held because it would replace most photos."""
    synced(scene, people)
    for code in sorted(scene.people)[:replaced]:
        scene.put(f"{code}.jpg", int(code) + NEW)
    return scene.run()


def pictures(page: Markup) -> list[str]:
    return [each["src"] for each in page.all("img")]


def item_of(run: Run, code: str) -> PlanItem:
    return PlanItem.objects.get(run=run, person__code=code)


def person_of(run: Run, code: str) -> int:
    return item_of(run, code).person_id or 0


def buttons_and_links(page: Markup) -> set[str]:
    """Return the last words of the addresses of what can be decided on a page."""
    addresses = [each.get("href", "") for each in page.all("a")]
    addresses += [each.get("formaction", "") for each in page.all("button")]
    found = (re.search(r"/(approve|discard|undo|cancel)/", each) for each in addresses)
    return {match[1] for match in found if match}


# The list


def test_list_says_what_each_run_was(runs: Scene, kim: Client) -> None:
    run = synced(runs)

    page = Markup.of(kim.get(RUNS))

    assert f"Run {run.pk} done Photo Sync" in page.text
    assert "on demand Ms Day" in page.text
    assert "3 added 0 replaced 0 unchanged" in page.text
    assert {"href": address(run)} in page.all("a")


def test_list_is_newest_first_and_paged_both_ways(runs: Scene, kim: Client) -> None:
    made = [make_run(runs.profile, RunState.DONE, runs.now - timedelta(hours=n)) for n in range(65)]

    def numbers(page: Markup) -> list[int]:
        return [
            int(each["href"].split("/")[-2]) for each in page.all("a") if re.fullmatch(f"{RUNS}\\d+/", each["href"])
        ]

    def turned(page: Markup, rel: str) -> Markup:
        [link] = [each["href"] for each in page.all("a") if each.get("rel") == rel]
        return Markup.of(kim.get(link))

    newest_first = sorted((run.pk for run in made), reverse=True)
    first = Markup.of(kim.get(RUNS))
    second = turned(first, "next")
    third = turned(second, "next")
    back = turned(turned(third, "prev"), "prev")

    shown = [numbers(each) for each in (first, second, third, back)]
    assert shown == [newest_first[:30], newest_first[30:60], newest_first[60:], newest_first[:30]]
    assert [each.get("rel") for each in back.all("a") if each.get("rel")] == ["next"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"a", "b", "c"}),
        ({"state": "failed"}, {"b"}),
        ({"state": "stopped by Disabled"}, set()),
        ({"trigger": "preview"}, {"c"}),
        ({"trigger": "on demand"}, set()),
        ({"profile": "other"}, {"b"}),
        ({"from": "2026-06-02", "to": "2026-06-02"}, {"b"}),
        ({"to": "2026-06-01"}, {"a"}),
        ({"from": "2026-06-03"}, {"c"}),
        ({"from": "nonsense", "to": "0001-01-01", "state": "x", "trigger": "y"}, {"a", "b", "c"}),
        ({"from": "9999-12-31", "before": "x", "after": "99999999999999999999"}, {"a", "b", "c"}),
    ],
)
def test_filters_narrow_the_list(runs: Scene, kim: Client, query: dict[str, str], expected: set[str]) -> None:
    other = make_profile(runs.school, "Other")
    # 23:59:59 and 00:00 in Sydney: the dates are the school's.
    made = {
        "a": make_run(runs.profile, RunState.DONE, datetime(2026, 6, 1, 13, 59, 59, tzinfo=UTC)),
        "b": make_run(other, RunState.FAILED, datetime(2026, 6, 1, 14, 0, tzinfo=UTC)),
        "c": make_run(runs.profile, RunState.DONE, datetime(2026, 6, 3, 2, 0, tzinfo=UTC), trigger=Trigger.PREVIEW),
    }
    asked = {name: str(other.pk) if name == "profile" else text for name, text in query.items()}

    page = Markup.of(kim.get(RUNS, asked))

    assert {name for name, run in made.items() if {"href": address(run)} in page.all("a")} == expected


def test_filter_that_finds_nothing_says_so(runs: Scene, kim: Client) -> None:
    assert "No run is as the filter asks." in Markup.of(kim.get(RUNS, {"state": "held"})).text
    assert "No run yet" in Markup.of(kim.get(RUNS)).text


def test_list_follows_a_run_that_goes_on(runs: Scene, kim: Client) -> None:
    run = runs.request()
    assert [each["hx-trigger"] for each in Markup.of(kim.get(RUNS)).all("section")] == ["every 5s"]

    runs.execute(run)

    part = kim.get(RUNS, headers={"hx-request": "true", "hx-target": "runs"})
    assert [each.get("hx-trigger") for each in Markup.of(part).all("section")] == [None]
    assert "<html" not in part.content.decode()


def test_runs_of_another_school_do_not_exist(runs: Scene, kim: Client) -> None:
    elsewhere = School.objects.create(code="ELSE", name="Elsewhere", time_zone="Australia/Sydney")
    run = make_run(make_profile(elsewhere), RunState.HELD, runs.now)

    further = ("", "live/", "changes.csv", "approve/", "discard/", "undo/", "cancel/")
    assert [kim.get(address(run, each)).status_code for each in further] == [404] * 7
    assert [kim.post(address(run, each)).status_code for each in further[3:]] == [404] * 4
    assert kim.get(f"{RUNS}{10**30}/").status_code == 404
    assert "No run yet" in Markup.of(kim.get(RUNS)).text


# One run


def test_run_tells_its_facts(runs: Scene, kim: Client) -> None:
    run = synced(runs)

    page = Markup.of(kim.get(address(run)))

    for words in ("Sync profile Photo Sync", "Started by Ms Day", "Duration 0.0 s", "3 added", "What became of"):
        assert words in page.text


def test_added_people_have_a_face_after_and_none_before(runs: Scene, kim: Client) -> None:
    run = synced(runs, 1)
    item = item_of(run, "0001")

    page = Markup.of(kim.get(address(run)))

    assert pictures(page) == [f"/photos/{item.person_id}/v{item.version_after_id}/thumb.jpg"]
    assert kim.get(pictures(page)[0]).status_code == 200
    assert "no photo before after P0001" in page.text


def test_held_run_shows_both_faces_to_those_who_decide(runs: Scene, kim: Client) -> None:
    run = held(runs)
    item = item_of(run, "0001")

    page = Markup.of(kim.get(address(run)))

    before = f"/photos/{item.person_id}/v{item.version_before_id}/thumb.jpg"
    after = f"/photos/{item.person_id}/i{item.pk}/thumb.jpg"
    shown = pictures(page)
    assert shown[shown.index(before) + 1] == after
    assert [kim.get(each).status_code for each in (before, after)] == [200, 200]
    assert kim.get(before).content != kim.get(after).content
    assert "What would change" in page.text


def test_preview_shows_what_would_change(runs: Scene, kim: Client) -> None:
    runs.everyone(1)
    runs.put("0001.jpg", 1)
    run = runs.preview()

    page = Markup.of(kim.get(address(run)))

    assert pictures(page) == [f"/photos/{item_of(run, '0001').person_id}/i{item_of(run, '0001').pk}/thumb.jpg"]
    assert kim.get(pictures(page)[0]).status_code == 200
    assert buttons_and_links(page) == set()


def test_preview_is_followed_by_the_run_with_one_button(runs: Scene, kim: Client, signed: Signed) -> None:
    runs.everyone(1)
    runs.put("0001.jpg", 1)
    preview = runs.preview()
    (form,) = [each for each in Markup.of(kim.get(address(preview))).all("form") if "/run/" in each.get("action", "")]
    assert "Run Photo Sync now" in Markup.of(kim.get(address(preview))).text
    assert "Run Photo Sync now" not in Markup.of(signed(Role.ARCHIVIST).get(address(preview))).text

    response = kim.post(form["action"], {"run": "1"})

    run = Run.objects.exclude(pk=preview.pk).get()
    assert (run.trigger, response.headers["Location"]) == ("on demand", address(run))
    runs.execute(run)
    assert "Run Photo Sync now" not in Markup.of(kim.get(address(run))).text


def test_preview_of_what_would_be_held_says_so_in_the_colour_of_a_held_run(runs: Scene, kim: Client) -> None:
    runs.everyone(10)
    for number in range(1, 11):
        runs.put(f"{number:04}.jpg", number)
    runs.run()
    for number in range(1, 11):
        runs.put(f"{number:04}.jpg", number + 20)

    page = Markup.of(kim.get(address(runs.preview())))

    assert "The run itself would be held." in page.text
    assert [each["class"] for each in page.all("div") if each.get("class", "").startswith("told")] == ["told is-held"]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMINISTRATOR, 200), (Role.SYNC_MANAGER, 200), (Role.ARCHIVIST, 404), (Role.STAFF, 404)],
)
def test_planned_picture_is_for_those_who_decide(runs: Scene, signed: Signed, role: Role, status: int) -> None:
    item = item_of(held(runs), "0001")

    assert signed(role).get(f"/photos/{item.person_id}/i{item.pk}/thumb.jpg").status_code == status


def test_planned_picture_is_not_for_others_nor_under_other_people(runs: Scene, kim: Client) -> None:
    item = item_of(held(runs), "0001")
    planned = f"/photos/{item.person_id}/i{item.pk}/thumb.jpg"
    elsewhere = School.objects.create(code="ELSE", name="Elsewhere", time_zone="Australia/Sydney")
    stranger = signed_in(make_user("stranger", Role.ADMINISTRATOR, elsewhere))

    assert stranger.get(planned).status_code == 404
    assert Client(headers={"host": "localhost"}).get(planned).status_code == 404
    assert kim.get(f"/photos/{(item.person_id or 0) + 1}/i{item.pk}/thumb.jpg").status_code == 404
    assert kim.get(f"/photos/{item.person_id}/i{item.pk + 1000}/thumb.jpg").status_code == 404


def test_protected_person_has_neither_name_nor_face_in_a_run(runs: Scene, kim: Client) -> None:
    run = held(runs)
    item = item_of(run, "0001")
    Person.objects.filter(code="0001").update(protected=True, given_name="Hidden")

    page = Markup.of(kim.get(address(run)))
    file = b"".join(kim.get(address(run, "changes.csv"))).decode()

    assert "A protected person" in page.text
    assert [text for text in ("Hidden", "0001.jpg") if text in page.text or text in file] == []
    assert [each for each in pictures(page) if each.startswith(f"/photos/{item.person_id}/")] == []
    assert kim.get(f"/photos/{item.person_id}/i{item.pk}/thumb.jpg").status_code == 404
    assert "replace,planned,student,,A protected person," in file


def test_archivist_reads_without_planned_faces_and_decides_nothing(runs: Scene, signed: Signed) -> None:
    run = held(runs)

    page = Markup.of(signed(Role.ARCHIVIST).get(address(run)))

    assert "only for those who may approve" in page.text
    assert [each for each in pictures(page) if "/i" in each] == []
    assert buttons_and_links(page) == set()
    assert [each for each in page.all("input") if each.get("type") == "checkbox"] == []


def test_lists_of_files_give_the_reason(runs: Scene, kim: Client) -> None:
    runs.everyone(2)
    runs.put("9999.jpg", 9)
    runs.put("0001.jpg", b"no picture at all")
    runs.put("0002.jpg", 2)
    run = runs.run()

    shown = {kind: Markup.of(kim.get(address(run), {"show": kind})).text for kind in ("unmatched", "rejected")}

    assert "9999.jpg" in shown["unmatched"]
    assert "9999" in re.sub(r"9999\.jpg", "", shown["unmatched"])
    assert "0001.jpg" in shown["rejected"]
    assert PlanItem.objects.get(run=run, action="rejected").reason in shown["rejected"]
    later = runs.run()
    again = Markup.of(kim.get(address(later), {"show": "rejected"})).text
    assert f"Known since run {run.pk}." in again
    assert f"Known since run {run.pk}." in Markup.of(kim.get(address(later), {"show": "unmatched"})).text


def test_review_shows_the_faces_and_why(runs: Scene, kim: Client) -> None:
    runs.everyone(2)
    runs.put("0001.jpg", 7)
    runs.put("0002.jpg", 7)
    run = runs.run()

    page = Markup.of(kim.get(address(run), {"show": "review"}))

    assert "The same picture is also there for P0002 (0002). One of the two is wrong." in page.text
    assert kim.get(pictures(page)[0]).status_code == 200


@pytest.mark.parametrize("show", ["added", "kept", "withdrawn", "nothing", "undone", ""])
def test_kind_with_nothing_in_it_or_that_is_none(runs: Scene, kim: Client, show: str) -> None:
    assert kim.get(address(held(runs)), {"show": show, "page": "99999999", "out": "x"}).status_code == 200


def test_changes_are_paged_by_name(runs: Scene, kim: Client) -> None:
    run = synced(runs, 50)
    Person.objects.filter(code="0050").update(family_name="Aardvark")
    Person.objects.exclude(code="0050").update(family_name="Zebra")

    first = Markup.of(kim.get(address(run)))
    second = Markup.of(kim.get(address(run), {"show": "added", "page": "2"}))

    assert first.text.index("Aardvark") < first.text.index("P0001 Zebra")
    assert (len(pictures(first)), len(pictures(second))) == (48, 2)


def test_new_years_delivery_names_the_years(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year

    page = Markup.of(kim.get(address(run)))

    assert (
        f"Planned as the photos of {year}. Whoever approves it chooses whether they are the photos of {year} or of "
        f"{year + 1}."
    ) in page.text


# While it goes on


def test_running_run_tells_phase_rate_and_time_left_until_its_end(runs: Scene, kim: Client) -> None:
    make_ticking_worker(datetime.now(UTC))
    run = runs.request()
    Run.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, phase="stage", progress={"phase": "stage", "done": 40, "total": 100, "seconds": 2.0}
    )

    page = Markup.of(kim.get(address(run)))
    live = kim.get(address(run, "live/"))

    told = "Checking and rendering pictures : 40 of 100, 20 a second, about 3.0 s left in this phase"
    assert told in page.text
    assert (live.status_code, told in Markup.of(live).text) == (200, True)
    assert [each["value"] for each in page.all("progress")] == ["40"]
    assert buttons_and_links(page) == {"cancel"}
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE, finished_at=runs.now)
    ended = kim.get(address(run, "live/"))
    assert (ended.status_code, ended.content.strip()) == (286, b"")
    assert ended.headers["HX-Trigger-After-Settle"] == "run-ended"


def test_running_run_counts_what_there_is_so_far(runs: Scene, kim: Client) -> None:
    runs.everyone(2)
    runs.put("0001.jpg", 1)
    runs.put("9999.jpg", 9)
    run = runs.execute(runs.request(), until="publish")

    page = Markup.of(kim.get(address(run)))

    assert "1 added 1 unmatched" in page.text


def test_queued_run_says_where_no_worker_takes_it(runs: Scene, kim: Client) -> None:
    run = runs.request()
    warning = "No worker is running, so it does not begin. Start: photosync serve"
    assert warning in Markup.of(kim.get(address(run))).text

    make_ticking_worker(datetime.now(UTC))

    page = Markup.of(kim.get(address(run)))
    assert "Waiting for a worker" in page.text
    assert warning not in page.text


def test_running_run_says_where_no_worker_goes_on_with_it(runs: Scene, kim: Client) -> None:
    run = runs.request()
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, phase="stage", progress={"done": 40, "total": 100})
    worker = make_ticking_worker(datetime.now(UTC))
    warning = "No worker has given a sign of life for a minute, so it does not go on. Start: photosync serve."
    assert warning not in Markup.of(kim.get(address(run))).text

    type(worker).objects.update(ticked_at=datetime.now(UTC) - timedelta(seconds=61))

    assert warning in Markup.of(kim.get(address(run))).text


def test_live_part_renews_the_state_beside_the_heading(runs: Scene, kim: Client) -> None:
    run = runs.request()
    queued = kim.get(address(run, "live/"))
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, phase="stage")
    running = kim.get(address(run, "live/"))

    def state(response: object) -> str:
        page = Markup.of(response)
        assert [each["id"] for each in page.all("span") if each.get("hx-swap-oob")] == ["run-badge"]
        return page.texts[-1]

    assert (state(queued), state(running)) == ("queued", "running")


# Decisions


def test_approve_asks_first_and_then_queues_what_was_seen(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year
    asked = Markup.of(kim.get(address(run, "approve/")))
    assert "Approving publishes 6 planned changes of Photo Sync." in asked.text
    assert f"They are the photos of {year + 1}: the faces change on the first day of that year" in asked.text
    assert Run.objects.get(pk=run.pk).state == RunState.HELD

    page = Markup.of(kim.post(address(run, "approve/"), {"year": str(year)}, follow=True))

    assert f"Run {run.pk} was approved. It begins within a second or two, and this page follows it." in page.text
    run.refresh_from_db()
    assert (run.state, run.approved_by, run.publish_as_year) == (RunState.QUEUED, "a-administrator", year)
    assert runs.execute(run).counts["replaced"] == 6


def test_approve_as_next_years_photos(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year

    kim.post(address(run, "approve/"), {"year": str(year + 1)})
    runs.execute(Run.objects.get(pk=run.pk))

    assert runs.library()["0001"] == {year: "1", year + 1: str(1 + NEW)}
    page = Markup.of(kim.get(address(run)))
    assert f"A new year's delivery: photos of {year + 1}." in page.text
    assert f"Approved as the photo of {year + 1}; the face changes on the first day of that year." in page.text
    assert f"A new picture for {year}." not in page.text


def test_discarded_delivery_says_neither_that_it_was_published_nor_what_to_decide(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year
    assert f"Approve or discard run {run.pk}." in Markup.of(kim.get(address(run))).text

    kim.post(address(run, "discard/"))

    page = Markup.of(kim.get(address(run)))
    assert f"It looks like a new year's delivery, planned as the photos of {year}." in page.text
    assert f"Approve or discard run {run.pk}." not in page.text


def test_superseded_run_says_no_more_what_to_decide(runs: Scene, kim: Client) -> None:
    first = held(runs)

    runs.execute(runs.request())

    page = Markup.of(kim.get(address(first)))
    assert "planned afresh and took its place." in page.text
    assert f"Approve or discard run {first.pk}." not in page.text


def test_approve_leaves_out_who_was_ticked(runs: Scene, kim: Client) -> None:
    run = held(runs)
    left = person_of(run, "0002")
    year = runs.now.astimezone(runs.school.zone).year
    ticked = Markup.of(kim.get(address(run), {"out": [left]}))
    assert [each["value"] for each in ticked.all("input") if "checked" in each] == [str(left)]

    asked = Markup.of(kim.get(address(run, "approve/"), {"out": [left, left, 10**9, "x"]}))
    assert "5 planned changes" in asked.text
    assert "P0002 (0002)" in asked.text
    kim.post(address(run, "approve/"), {"out": [left], "year": str(year)})

    assert runs.execute(Run.objects.get(pk=run.pk)).counts["replaced"] == 5
    assert item_of(run, "0002").state == PlanItem.State.LEFT_OUT
    assert "left out" in Markup.of(kim.get(address(run))).text


def test_who_was_ticked_stays_so_on_other_pages(runs: Scene, kim: Client) -> None:
    run = held(runs)
    left = person_of(run, "0002")

    page = Markup.of(kim.get(address(run), {"out": [left], "show": "added"}))

    assert [each["value"] for each in page.all("input") if each["name"] == "out"] == [str(left)]


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ("", "Choose of which year these photos are. Nothing was approved."),
        ("1999", "not of 1999. Run {run} stays held."),
    ],
)
def test_approve_without_a_possible_year_says_so(runs: Scene, kim: Client, year: str, said: str) -> None:
    run = held(runs)

    page = Markup.of(kim.post(address(run, "approve/"), {"year": year}))

    assert said.format(run=run.pk) in page.text
    assert Run.objects.get(pk=run.pk).state == RunState.HELD


def test_approve_of_an_outdated_plan_says_that_it_is_planned_again(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year
    runs.undo(Run.objects.order_by("pk")[0], "0001")

    page = Markup.of(kim.post(address(run, "approve/"), {"year": str(year)}))

    assert f"The library has changed since run {run.pk} was planned. So run {run.pk} was not approved" in page.text
    assert f"Run {run.pk} is superseded. Only a held run can be approved." in page.text


def test_most_doubtful_come_first_in_a_held_run_and_say_why(runs: Scene, kim: Client) -> None:
    run = held(runs)
    codes = sorted(runs.people)[:6]
    for number, code in enumerate(codes):
        told = [f"Looks swapped with nobody {number}."]
        run.items.filter(person__code=code).update(doubt=number * 10, doubt_reasons=told)

    def order(query: str) -> list[str]:
        page = Markup.of(kim.get(address(run, query)))
        return [each["value"] for each in page.all("input") if each.get("name") == "out"]

    ids = [str(runs.people[code].pk) for code in codes]
    assert order("") == ids[::-1]
    assert order("?sort=name") == ids
    page = Markup.of(kim.get(address(run)))
    assert "Looks swapped with nobody 5." in page.text
    pressed = [each.get("aria-pressed") for each in page.all("button") if each.get("name") == "sort"]
    assert pressed == ["true", "false"]


def test_lines_with_nothing_to_compare_come_after_the_others_and_none_is_lost(runs: Scene, kim: Client) -> None:
    run = held(runs, people=60, replaced=60)
    codes = sorted(runs.people)
    run.items.filter(person__code__in=codes[:40]).update(doubt=5, doubt_reasons=[])
    run.items.filter(person__code__in=codes[40:]).update(doubt=None)

    def people(number: int) -> list[str]:
        page = Markup.of(kim.get(address(run, f"?page={number}")))
        boxes = (each for each in page.all("input") if each.get("type") == "checkbox" and each.get("name") == "out")
        return [each["value"] for each in boxes]

    pages = [people(1), people(2), people(3)]
    assert [len(page) for page in pages] == [48, 12, 0]
    assert pages[0] + pages[1] == [str(runs.people[code].pk) for code in codes]


def test_a_part_is_approved_by_year_level_and_the_rest_stays_held(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year
    Person.objects.filter(code__in=["0001", "0002"]).update(year_level="7")
    Person.objects.exclude(code__in=["0001", "0002"]).update(year_level="8")
    asked = Markup.of(kim.get(address(run, "approve/?level=7")))
    assert "Approving publishes 2 planned changes of Photo Sync." in asked.text
    assert "4 changes are put off: they stay held as a run of their own" in asked.text

    sent = {"year": str(year), "level": "7", "seen": "2"}
    page = Markup.of(kim.post(address(run, "approve/"), sent, follow=True))

    rest = Run.objects.get(rest_of=run)
    assert f"Put off to Run {rest.pk}" in page.text
    run.refresh_from_db()
    assert runs.execute(run).counts["replaced"] == 2
    there = Markup.of(kim.get(address(rest)))
    assert f"Put off from Run {run.pk}" in there.text
    again = Markup.of(kim.get(address(rest, "approve/")))
    assert [each["value"] for each in again.all("input") if each.get("type") == "radio" and "checked" in each] == [
        str(year)
    ]


def test_approve_of_another_number_than_was_seen_is_refused(runs: Scene, kim: Client) -> None:
    run = held(runs)
    year = runs.now.astimezone(runs.school.zone).year
    one = person_of(run, "0001")

    page = Markup.of(kim.post(address(run, "approve/"), {"year": str(year), "later": str(one), "seen": "6"}))

    told = "What is chosen is 5 changes now, not what the page said. Nothing was approved."
    assert f"{told} Look at it and approve it then." in page.text
    assert Run.objects.get(pk=run.pk).state == RunState.HELD


def test_one_person_is_put_off_and_all_but_the_most_doubtful_approved(runs: Scene, kim: Client) -> None:
    run = held(runs)
    for number, code in enumerate(sorted(runs.people)[:6]):
        run.items.filter(person__code=code).update(doubt=number)
    one, left = person_of(run, "0001"), person_of(run, "0006")

    page = Markup.of(kim.get(address(run, f"approve/?later={one}&doubtful=2&out={left}")))

    assert "Approving publishes 2 planned changes of Photo Sync." in page.text
    assert "3 changes are put off" in page.text


@pytest.mark.parametrize(
    "query", ["level=%00", "level=" + "9" * 99, "doubtful=x", "doubtful=-3", "later=x", "kind=q"]
)
def test_nonsense_as_a_part_asks_for_the_whole(runs: Scene, kim: Client, query: str) -> None:
    run = held(runs)
    page = Markup.of(kim.get(address(run, f"approve/?{query}")))
    assert "Approving publishes 6 planned changes of Photo Sync." in page.text


def test_discard_asks_first_and_publishes_nothing(runs: Scene, kim: Client) -> None:
    run = held(runs)
    asked = Markup.of(kim.get(address(run, "discard/")))
    assert (
        f"Discarding publishes nothing of run {run.pk} of Photo Sync. Its 6 planned changes are pinned" in asked.text
    )

    page = Markup.of(kim.post(address(run, "discard/"), follow=True))

    assert f"Run {run.pk} was discarded. Nothing was published" in page.text
    assert Run.objects.get(pk=run.pk).state == RunState.DISCARDED
    again = Markup.of(kim.post(address(run, "discard/")))
    assert f"Run {run.pk} is discarded; only a held run can be discarded. Nothing was changed." in again.text


def test_undo_of_a_whole_run(runs: Scene, kim: Client) -> None:
    run = synced(runs)
    asked = Markup.of(kim.get(address(run, "undo/")))
    assert f"Run {run.pk} of Photo Sync changed 3 photos. The former ones become current again" in asked.text

    page = Markup.of(kim.post(address(run, "undo/"), follow=True))

    undo = Run.objects.get(undoes=run)
    assert f"Run {undo.pk} undoes it. It begins within a second or two" in page.text
    runs.execute(undo)
    assert runs.library() == {}
    assert f"Undone by Run {undo.pk}" in Markup.of(kim.get(address(run))).text
    assert "no photo after P0001" in Markup.of(kim.get(address(undo))).text


def test_undo_of_one_person(runs: Scene, kim: Client) -> None:
    run = synced(runs)
    ben = person_of(run, "0002")
    assert {"href": f"{address(run, 'undo/')}?person={ben}"} in Markup.of(kim.get(address(run))).all("a")
    asked = Markup.of(kim.get(address(run, "undo/"), {"person": ben}))
    assert f"The photo of P0002 (0002) from before run {run.pk} becomes current again" in asked.text

    kim.post(address(run, "undo/"), {"person": ben})
    runs.execute(Run.objects.get(undoes=run))

    assert sorted(runs.library()) == ["0001", "0003"]
    assert kim.get(address(run, "undo/"), {"person": "0"}).status_code == 404


def test_undo_says_what_still_is_as_the_run_left_it(runs: Scene, kim: Client) -> None:
    run = synced(runs)
    runs.undo(run, "0002")

    asked = Markup.of(kim.get(address(run, "undo/")))
    assert (
        f"2 photos still are as run {run.pk} of Photo Sync left them. The former ones become current again; where "
        "there was none, none is shown. One other was changed again since, and stays as it is."
    ) in asked.text
    assert "Undo 2 changes" in asked.text

    runs.undo(run)
    again = Markup.of(kim.get(address(run, "undo/")))
    assert (
        f"What run {run.pk} changed was undone or changed again since, so there is nothing left to undo."
        in again.text
    )
    assert [each for each in again.all("button") if each.get("class") == "danger"] == []


def test_undo_of_what_changed_nothing_is_refused(runs: Scene, kim: Client) -> None:
    synced(runs)
    run = runs.run()

    page = Markup.of(kim.post(address(run, "undo/")))

    assert f"Run {run.pk} changed no photo, so there is nothing to undo. Nothing was changed." in page.text
    assert buttons_and_links(Markup.of(kim.get(address(run)))) == set()


def test_cancel_of_a_queued_run(runs: Scene, kim: Client) -> None:
    run = runs.request()
    asked = Markup.of(kim.get(address(run, "cancel/")))
    assert f"Run {run.pk} of Photo Sync ends at its next step." in asked.text

    page = Markup.of(kim.post(address(run, "cancel/"), follow=True))

    assert f"Run {run.pk} was cancelled before it began." in page.text
    assert "Cancelled by a-administrator before it began." in page.text
    again = Markup.of(kim.post(address(run, "cancel/")))
    assert f"Run {run.pk} is cancelled; only a run that is queued or running can be cancelled." in again.text


def test_cancel_of_a_running_run_asks_it_to_stop(runs: Scene, kim: Client) -> None:
    run = runs.request()
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)

    page = Markup.of(kim.post(address(run, "cancel/"), follow=True))

    assert f"Run {run.pk} was asked to stop: it ends at its next step." in page.text
    assert "a-administrator asked to cancel it: it ends at its next step." in page.text


DECISIONS = ("approve/", "discard/", "undo/", "cancel/")


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMINISTRATOR, 200), (Role.SYNC_MANAGER, 200), (Role.ARCHIVIST, 403), (Role.STAFF, 403)],
)
def test_decisions_are_for_roles_that_have_the_permission(
    runs: Scene, signed: Signed, role: Role, status: int
) -> None:
    run = held(runs)
    client = signed(role)

    assert [client.get(address(run, each)).status_code for each in DECISIONS] == [status] * 4
    if status == 403:
        assert [client.post(address(run, each)).status_code for each in DECISIONS] == [403] * 4
    assert Run.objects.get(pk=run.pk).state == RunState.HELD


@pytest.mark.parametrize(("role", "status"), [(Role.SYNC_MANAGER, 200), (Role.ARCHIVIST, 200), (Role.STAFF, 403)])
def test_runs_are_read_by_roles_that_have_the_permission(
    runs: Scene, signed: Signed, role: Role, status: int
) -> None:
    run = synced(runs, 1)
    client = signed(role)

    asked = ("", f"{run.pk}/", f"{run.pk}/live/", f"{run.pk}/changes.csv")
    found = [client.get(f"{RUNS}{each}").status_code for each in asked]
    assert found == ([200, 200, 286, 200] if status == 200 else [403] * 4)


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.SYNC_MANAGER, {"undo"}), (Role.ARCHIVIST, set()), (Role.ADMINISTRATOR, {"undo"})]
)
def test_only_what_one_may_decide_is_offered(runs: Scene, signed: Signed, role: Role, offered: set[str]) -> None:
    run = synced(runs, 1)

    assert buttons_and_links(Markup.of(signed(role).get(address(run)))) == offered


def test_held_run_offers_both_decisions(runs: Scene, kim: Client) -> None:
    assert buttons_and_links(Markup.of(kim.get(address(held(runs))))) == {"approve", "discard"}


# As a file


def test_changes_as_a_file(runs: Scene, kim: Client) -> None:
    runs.everyone(1)
    Person.objects.update(given_name="=HYPERLINK(1)", family_name='Quote"d, ä')
    runs.put("0001.jpg", 1)
    runs.put("@9999.jpg", 9)
    run = runs.run()
    year = runs.now.astimezone(runs.school.zone).year

    response = kim.get(address(run, "changes.csv"))

    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="run-{run.pk}-changes.csv"'
    lines = b"".join(response).decode("utf-8-sig").split("\r\n")
    assert lines[:2] == [
        "action,state,kind,code,name,year,file,reason,doubt,why it is doubtful",
        f'add,published,student,0001,"\'=HYPERLINK(1) Quote""d, ä",{year},0001.jpg,'
        f"There was no photo of any year; this is the one for {year}.,,",
    ]
    assert lines[2].startswith("unmatched,,,,,,'@9999.jpg,")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+61", "'+61"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("O'Neil", "O'Neil"),
        ("a=b", "a=b"),
        (None, ""),
        ("a\0b", "ab"),
    ],
)
def test_cell_is_never_a_formula(text: object, safe: str) -> None:
    assert safe_cell(text) == safe


# Ways here


def test_overview_and_workspace_lead_to_runs(runs: Scene, kim: Client) -> None:
    run = synced(runs, 1)

    assert {"href": address(run)} in Markup.of(kim.get("/")).all("a")
    assert {"href": RUNS} in Markup.of(kim.get("/administration/timetable-management/")).all("a")
