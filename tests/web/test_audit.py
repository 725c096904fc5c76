"""Settings > Audit: who may read it, what it says, filters, pages, files, and a person's own section."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from photosync.apps.accounts.models import Membership, Role
from photosync.apps.audit import walking
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.recording import record
from photosync.apps.people.models import Person
from photosync.apps.runs.models import PlanItem
from photosync.apps.schools.models import School
from photosync.core.run_states import RunState
from tests.web import pages
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_profile, make_run, make_user, signed_in

AUDIT = "/settings/audit/"
VIEWS = "/settings/audit/views/"
ENTRIES_CSV = "/settings/audit/entries.csv"
ENTRIES_JSON = "/settings/audit/entries.jsonl"
VIEWS_CSV = "/settings/audit/photo-views.csv"
ALL = (AUDIT, VIEWS, ENTRIES_CSV, ENTRIES_JSON, VIEWS_CSV, "/settings/audit/photo-views.jsonl")


def did(
    act: Act,
    subject: str,
    school: School | None,
    *changes: tuple[str, str | None, str | None],
    who: str = "lee",
    person: Person | None = None,
    at: datetime | None = None,
    note: str = "",
) -> Entry:
    with acting_as(Actor(who, Via.PAGES)):
        entry = record(act, subject, school=school, changes=changes, person_id=person and person.pk, note=note)
    if at is not None:
        Entry.objects.filter(pk=entry.pk).update(at=at)
    return entry


def saw(school: School, account_id: int, person: Person, day: date, **fields: int) -> PhotoView:
    noon = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    values = {"times": 3, "full_times": 1} | fields
    return PhotoView.objects.create(
        school=school,
        account_id=account_id,
        person_id_of=person.pk,
        day=day,
        first_at=noon,
        last_at=noon + timedelta(minutes=5),
        **values,
    )


def sentences(client: Client, address: str = AUDIT) -> list[str]:
    """Return what the page tells, line by line, from the file with the same filter."""
    name, _, query = address.partition("?")
    assert client.get(address).status_code == 200
    response = client.get(f"{name}entries.jsonl?{query}")
    return [json.loads(line)["sentence"] for line in b"".join(response).splitlines()]  # type: ignore[arg-type]


def told(client: Client, address: str = AUDIT) -> str:
    return Markup.of(client.get(address)).text


@pytest.mark.parametrize("address", ALL)
@pytest.mark.parametrize("role", [Role.STAFF, Role.ARCHIVIST, Role.SYNC_MANAGER, None])
def test_only_administrators_read_it(scene: Scene, address: str, role: Role | None) -> None:
    user = make_user("lou", role, scene.school)

    assert signed_in(user).get(address).status_code in ((403,) if role else (403, 404))
    assert Client(headers={"host": "localhost"}).get(address).status_code == 302


def test_administrator_of_one_school_reads_that_school_only(scene: Scene) -> None:
    did(Act.PERIOD_ADDED, "HERE", scene.school)
    did(Act.PERIOD_ADDED, "ELSEWHERE", scene.other_school)
    did(Act.USER_PASSWORD, "kim", None)
    saw(scene.other_school, 1, scene.stranger, date(2026, 11, 24))

    assert sentences(scene.client) == ["lee added timetable period HERE."]
    assert sentences(scene.client, f"{AUDIT}?scope=") == ["lee added timetable period HERE."]
    assert "Stranger" not in told(scene.client, VIEWS)
    assert "Audit" in told(scene.client, "/settings/")


def test_administrator_of_the_installation_reads_all_of_it_or_one_school(scene: Scene) -> None:
    client = scene.system_client
    did(Act.PERIOD_ADDED, "HERE", scene.school)
    did(Act.PERIOD_ADDED, "ELSEWHERE", scene.other_school)
    did(Act.USER_PASSWORD, "kim", None)
    Entry.objects.exclude(actor="lee").delete()

    everything = sentences(client)
    assert everything == [
        "lee set the password of account kim.",
        "lee added timetable period ELSEWHERE.",
        "lee added timetable period HERE.",
    ]
    chosen = School.objects.order_by("code").first()
    assert chosen is not None
    expected = "HERE" if chosen == scene.school else "ELSEWHERE"
    assert sentences(client, f"{AUDIT}?scope=school") == [f"lee added timetable period {expected}."]


def test_line_says_who_when_via_what_and_from_what_to_what(scene: Scene) -> None:
    at = datetime(2026, 11, 24, 3, 9, tzinfo=UTC)
    end = ("end", "2026-12-18", "2027-01-08")
    did(Act.PERIOD_CHANGED, "2026S2", scene.school, end, at=at)

    assert (
        "Tue 24 Nov 2026 14:09 lee changed timetable period 2026S2: End from Friday 18 December 2026 to "
        "Friday 8 January 2027. Pages"
    ) in told(scene.client)


def test_filters_by_search_who_about_person_and_days(scene: Scene) -> None:
    client, day = scene.client, datetime(2026, 11, 24, 1, tzinfo=UTC)
    did(Act.PERIOD_CHANGED, "2026S2", scene.school, ("end", "2026-12-18", "2027-01-08"), at=day)
    did(Act.PROFILE_CHANGED, "Çelik Sync", scene.school, who="robin", at=day + timedelta(days=1))
    did(Act.PERSON_LEFT, str(scene.ada), scene.school, person=scene.ada, at=day + timedelta(days=2))

    period, profile, left = (
        "lee changed timetable period 2026S2: End from Friday 18 December 2026 to Friday 8 January 2027.",
        "robin changed sync profile Çelik Sync.",
        f"lee marked {scene.ada} as left.",
    )
    found = {query: sentences(client, f"{AUDIT}?{query}") for query in (
        "", "q=2026S2", "q=çelik", "q=ÇELIK+sync", "q=nothing", "who=robin", "who=lee&about=person", "about=period",
        "person=1001", f"person={scene.ada.label}", "from=2026-11-25&to=2026-11-25", "to=2026-11-24", "from=nonsense",
    )}  # fmt: skip
    assert found == {
        "": [left, profile, period],
        "q=2026S2": [period],
        "q=çelik": [profile],
        "q=ÇELIK+sync": [profile],
        "q=nothing": [],
        "who=robin": [profile],
        "who=lee&about=person": [left],
        "about=period": [period],
        "person=1001": [left],
        f"person={scene.ada.label}": [left],
        "from=2026-11-25&to=2026-11-25": [profile],
        "to=2026-11-24": [period],
        "from=nonsense": [left, profile, period],
    }
    assert "Nothing is recorded that is as the filter asks." in told(client, f"{AUDIT}?q=nothing")


def test_name_of_several_people_asks_which(scene: Scene) -> None:
    text = told(scene.client, f"{AUDIT}?person=b")

    assert "Several people are found. Choose one:" in text
    assert str(scene.ada) in text
    assert "No one in Pelican Harbour High School is found with this name or code." in told(
        scene.client, f"{AUDIT}?person=zzz"
    )


@pytest.mark.parametrize(
    "query",
    [
        "before=x",
        "before=99999999999999999-1",
        "before=1-99999999999999999999",
        "before=-",
        "q=%00%00",
        "person=%00",
        "who=" + "x" * 4000,
        "person=)",
        "from=0001-01-01&to=9999-12-31",
    ],
)
@pytest.mark.parametrize("address", [AUDIT, VIEWS])
def test_nonsense_in_the_address_does_no_harm(scene: Scene, address: str, query: str) -> None:
    assert scene.client.get(f"{address}?{query}").status_code == 200


def older(client: Client, address: str) -> str:
    links = Markup.of(client.get(address)).all("a")
    return next((each["href"] for each in links if each.get("rel") == "next"), "")


def test_pages_go_on_where_the_one_before_ended_and_repeat_nothing(scene: Scene) -> None:
    same_time = datetime(2026, 11, 24, 1, tzinfo=UTC)
    for number in range(120):
        did(Act.PERIOD_ADDED, f"P{number:03}", scene.school, at=same_time)
    seen: list[str] = []
    address = AUDIT
    while address:
        text = told(scene.client, address)
        seen += [word for word in text.replace(".", " ").split() if word.startswith("P") and word[1:].isdigit()]
        address = older(scene.client, address)

    assert seen == [f"P{number:03}" for number in reversed(range(120))]


def test_search_looks_back_a_bounded_way_and_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "LOOKED_AT", 10)
    start = datetime(2026, 11, 24, 1, tzinfo=UTC)
    for number in range(25):
        did(Act.PERIOD_ADDED, f"P{number}", scene.school, at=start - timedelta(days=number))
    first = told(scene.client, f"{AUDIT}?q=P24")
    second = older(scene.client, f"{AUDIT}?q=P24")
    third = older(scene.client, second)

    assert "Nothing is found so far. Looked back to Sunday 15 November 2026. Look further back" in first
    assert "Looked back to Thursday 5 November 2026." in told(scene.client, second)
    assert "lee added timetable period P24." in told(scene.client, third)
    assert older(scene.client, third) == ""


def test_files_hold_everything_that_is_filtered_and_no_formula(scene: Scene) -> None:
    for number in range(60):
        did(Act.PERIOD_ADDED, f"P{number}", scene.school)
    did(Act.SIGN_IN_FAILED, '=HYPERLINK("x")', scene.school, who="=cmd|' /C calc'!A0")

    response = scene.client.get(ENTRIES_CSV)
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    lines = list(csv.reader(io.StringIO(text)))

    assert response.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert lines[0] == ["time", "who", "via", "act", "school", "what", "sentence"]
    assert len(lines) == 62
    assert (lines[1][1], lines[1][5]) == ("'=cmd|' /C calc'!A0", '\'=HYPERLINK("x")')
    assert lines[2][1:] == ["lee", "pages", "period.added", "PHS", "P59", "lee added timetable period P59."]
    assert lines[2][0].endswith(("+10:00", "+11:00"))


def test_views_say_who_saw_whom_on_which_day(scene: Scene) -> None:
    kim, teo = scene.administrator, scene.teacher
    saw(scene.school, kim.pk, scene.ada, date(2026, 11, 24))
    saw(scene.school, teo.pk, scene.ben, date(2026, 11, 23), times=1, full_times=0)
    saw(scene.school, 0, scene.ada, date(2026, 11, 22))
    saw(scene.school, 999_999, scene.cy, date(2026, 11, 21))

    def rows(query: str) -> list[list[str]]:
        body = b"".join(scene.client.get(f"{VIEWS_CSV}?{query}")).decode("utf-8-sig")  # type: ignore[arg-type]
        return [[row[0], row[1], row[2], row[6], row[7]] for row in list(csv.reader(io.StringIO(body)))[1:]]

    by_kim = ["2026-11-24", "kim", str(scene.ada), "3", "1"]
    by_teo = ["2026-11-23", "teo", str(scene.ben), "1", "0"]
    by_link = ["2026-11-22", "someone with a signed link", str(scene.ada), "3", "1"]
    by_no_one = ["2026-11-21", "account 999999, removed", str(scene.cy), "3", "1"]
    assert rows("") == [by_kim, by_teo, by_link, by_no_one]
    assert rows("who=KIM") == [by_kim]
    assert rows("who=someone+with+a+signed+link") == [by_link]
    assert rows("person=1001") == [by_kim, by_link]
    assert rows("person=1001&who=kim&from=2026-11-25") == []
    assert rows("to=2026-11-22") == [by_link, by_no_one]
    assert f"Tue 24 Nov 2026 kim {scene.ada} 12:00 – 12:05 3 1" in told(scene.client, VIEWS)
    assert "No account has this name." in told(scene.client, f"{VIEWS}?who=nobody-at-all")


def test_view_of_someone_erased_names_no_one(scene: Scene) -> None:
    saw(scene.school, scene.teacher.pk, scene.cy, date(2026, 11, 21))
    number = scene.cy.pk
    scene.cy.delete()

    assert f"teo person {number}, erased" in told(scene.client, VIEWS)


def run_that_added(scene: Scene) -> int:
    profile = make_profile(scene.school)
    run = make_run(profile, RunState.DONE, datetime(2026, 11, 20, 1, tzinfo=UTC))
    PlanItem.objects.create(
        run=run, person=scene.ada, action="add", academic_year=2026, file_path="7B/1001.jpg", state="published"
    )
    PlanItem.objects.create(run=run, person=scene.ada, action="keep", academic_year=2026, state="noted")
    return run.pk


def test_audit_of_one_person_tells_what_runs_did_too(scene: Scene) -> None:
    run_id = run_that_added(scene)
    did(Act.PERSON_LEFT, str(scene.ada), scene.school, person=scene.ada, at=datetime(2026, 11, 24, tzinfo=UTC))
    did(Act.PERSON_LEFT, str(scene.ben), scene.school, person=scene.ben)
    added = f"Run {run_id}, started by the schedule, added the photo of {scene.ada} for 2026 from 7B/1001.jpg."

    assert sentences(scene.client, f"{AUDIT}?person=1001") == [f"lee marked {scene.ada} as left.", added]
    assert added in told(scene.client, f"{AUDIT}?person=1001")
    assert added not in told(scene.client, AUDIT)


def test_person_page_says_who_changed_what(scene: Scene) -> None:
    run_id = run_that_added(scene)
    did(Act.PERSON_LEFT, str(scene.ada), scene.school, person=scene.ada, at=datetime(2026, 11, 24, tzinfo=UTC))
    address = f"/data-management/people/{scene.ada.pk}/"
    manager = signed_in(make_user("max", Role.SYNC_MANAGER, scene.school))

    text = told(scene.client, address)
    assert (
        f"Tue 24 Nov 2026 11:00 lee marked {scene.ada} as left. Fri 20 Nov 2026 12:00 Run {run_id}, started by the "
        f"schedule, added the photo of {scene.ada} for 2026 from 7B/1001.jpg. All of it in the audit"
    ) in text
    assert f"lee marked {scene.ada} as left." in told(manager, address)
    assert "in the audit" not in told(manager, address)


def test_many_roles_that_hold_everything_of_a_school_read_its_audit(scene: Scene) -> None:
    user = make_user("pat", Role.SYNC_MANAGER, scene.school)
    Membership.objects.create(user=user, school=scene.school, role=Role.ARCHIVIST)

    assert signed_in(user).get(AUDIT).status_code == 200


def test_page_with_nothing_says_what_belongs_there(scene: Scene) -> None:
    assert "Nothing is recorded yet. Every change of a setting will be listed here" in told(scene.client)
    assert "No one has looked at a photo yet." in told(scene.client, VIEWS)
    assert pages.PASSWORD not in told(scene.client)
