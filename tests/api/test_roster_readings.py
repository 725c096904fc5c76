"""/rosters over a year: read, held, approved, discarded and deleted, with what becomes of the people."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Person
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.schools.models import School
from tests.api.test_interface import API, client_of, post
from tests.apps.rosters.saved import done, many, statuses, write
from tests.connectors.roster.packages import ORGS, USERS_1_1, manifest, table, write_zip
from tests.web.pages import make_school, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return make_school()


@pytest.fixture
def client(school: School) -> Client:
    return client_of(make_user("kim", Role.ADMINISTRATOR, school), Permission.DATA_MANAGE, Permission.SYNC_VIEW)


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> Path:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)
    return write(tmp_path / "students.csv", many(100))


@pytest.fixture
def readings(client: Client, path: Path) -> str:
    """Return the address of the readings of a new roster of 100 students."""
    given = {"name": "Students", "kind": "csv", "options": {"path": str(path)}, "components": ["students"]}
    made = post(client, "/rosters", given)
    assert made.status_code == 201
    return f"{made.headers['Location'].removeprefix(API)}/readings"


def read(client: Client, readings: str, **body: bool) -> dict[str, Any]:
    """Ask for a reading, let a worker do it, and return it as the API then shows it."""
    queued = post(client, readings, body)
    return ended(client, queued)


def ended(client: Client, queued: Any) -> dict[str, Any]:
    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    assert client.get(queued.headers["Location"]).json()["state"] == "queued"
    done(RosterReading.objects.get(pk=queued.json()["reading"]), now=datetime.now(UTC))
    found: dict[str, Any] = client.get(queued.headers["Location"]).json()
    return found


def test_preview_writes_nobody_and_the_reading_everybody(client: Client, readings: str) -> None:
    preview = read(client, readings, preview=True)
    assert (preview["state"], preview["counts"]["students"]["new"], Person.objects.count()) == ("done", 100, 0)

    made = read(client, readings)

    assert (made["state"], made["trigger"], made["started_by"]) == ("done", "on_demand", "kim (tests)")
    assert Person.objects.count() == 100
    listed = client.get(f"{API}{readings}").json()["items"]
    assert [each["reading"] for each in listed] == [made["reading"], preview["reading"]]
    changes = client.get(f"{API}{readings}/{made['reading']}/changes?limit=1").json()["items"]
    assert [(each["code"], each["becomes"]) for each in changes] == [("0001", "new")]


def test_held_reading_is_approved_and_those_leave_whom_it_names(client: Client, readings: str, path: Path) -> None:
    read(client, readings)
    write(path, many(94))
    held = read(client, readings)
    assert held["state"] == "held"
    assert held["explanation"].startswith("6 of 100 students would be marked as left;")
    assert set(statuses().values()) == {"active"}

    approved = ended(client, post(client, f"{readings}/{held['reading']}/approve", None))

    assert (approved["state"], approved["explanation"]) == ("done", "6 marked as left, 94 unchanged.")
    shown = client.get(f"{API}{readings}/{held['reading']}").json()
    assert (shown["state"], shown["decided_by"]) == ("approved", "kim (tests)")
    assert [code for code, status in statuses().items() if status == "left"] == many(100)[94:]
    late = post(client, f"{readings}/{held['reading']}/approve", None)
    assert (late.status_code, "is not held: approved. Nothing was done." in late.json()["detail"]) == (409, True)


def test_held_reading_is_discarded_and_nobody_leaves(client: Client, readings: str, path: Path) -> None:
    read(client, readings)
    write(path, many(80))
    held = read(client, readings)

    discarded = post(client, f"{readings}/{held['reading']}/discard", None)

    assert (discarded.status_code, discarded.json()["state"]) == (200, "discarded")
    assert set(statuses().values()) == {"active"}
    write(path, many(100))
    assert read(client, readings)["explanation"] == "Nothing changed, 100 unchanged."


def test_roster_is_deleted_with_its_readings_and_the_people_stay(client: Client, readings: str) -> None:
    read(client, readings)
    address = f"{API}{readings.removesuffix('/readings')}"
    waiting = post(client, readings, {})
    assert client.delete(address).status_code == 409  # it is being read
    ended(client, waiting)

    deleted = client.delete(address)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(address).status_code == 404
    assert (SavedRoster.objects.count(), RosterReading.objects.count()) == (0, 0)
    assert set(statuses().values()) == {"active"}
    assert Person.objects.count() == 100


def test_oneroster_zip_is_imported_as_the_body(client: Client, tmp_path: Path) -> None:
    users = [
        {"sourcedId": f"u{code}", "role": role, "orgSourcedIds": "o1", "identifier": code, "username": f"{name}1"}
        | {"givenName": name, "familyName": "Chen", "grades": "09"}
        for code, name, role in (("0417", "Mia", "student"), ("T1", "Sam", "teacher"))
    ]
    orgs = table(ORGS, [{"sourcedId": "o1", "name": "Hill Campus", "type": "school"}])
    files = {"manifest.csv": manifest("1.1", users="bulk", orgs="bulk"), "users.csv": table(USERS_1_1, users)}
    content = write_zip(tmp_path / "oneroster.zip", files | {"orgs.csv": orgs}).read_bytes()

    def sent(query: str, form: str = "application/zip") -> Any:
        return client.post(f"{API}/people/import?{query}", content, content_type=form)

    preview = sent("kind=student&preview=true")
    assert (preview.status_code, Person.objects.count()) == (200, 0)

    imported = sent("kind=student")

    assert imported.status_code == 200
    assert list(Person.objects.values_list("kind", "code", "given_name")) == [("student", "0417", "Mia")]
    assert sent("kind=staff").status_code == 200
    assert set(Person.objects.values_list("kind", "code")) == {("student", "0417"), ("staff", "T1")}
    assert sent("kind=student", "application/json").status_code == 415
