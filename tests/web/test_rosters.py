"""Data Management > Rosters: its pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.people.models import Person
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.web.views.probes import health_document
from tests.apps.rosters.saved import NOW, done, make_held, many, read, write
from tests.web.conftest import Scene
from tests.web.pages import make_user, signed_in

ROSTERS = "/data-management/rosters/"
FORM = {
    "kind": "csv",
    "name": "Students",
    "students": "on",
    "scope": "everyone",
    "leave_share_percent": "5",
    "leave_number": "5",
    "when-sort": "day",
    "when-wall_time": "22:30",
}


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in(make_user("manager", Role.ADMINISTRATOR, scene.school))


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> Path:
    settings.PHOTOSYNC_SOURCE_ROOTS = [tmp_path]
    return write(tmp_path / "students.csv", many(3))


def text(client: Client, path: str, data: dict[str, Any] | None = None) -> str:
    answer = client.get(path) if data is None else client.post(path, data)
    assert answer.status_code == 200
    return answer.content.decode()


def test_school_without_rosters_is_told_what_they_are_for(client: Client) -> None:
    assert "There is no roster yet. A roster is a file or a system of the school" in text(client, ROSTERS)


def test_roster_is_tried_saved_previewed_and_read(client: Client, path: Path) -> None:
    path.write_text("Stud No,Given Name,Locker\n0417,Mia,7\n,Nobody,8\n")
    given = FORM | {"option-path": str(path)}
    tried = text(client, f"{ROSTERS}new/", given | {"test": "1"})
    assert "0 students; 2 rows cannot be used; 0 are shown." not in tried
    assert "No column of the roster is known to hold the student_code." in tried
    assert 'name="column-0" value="Stud No"' in tried
    assert SavedRoster.objects.count() == 0

    mapped = given | {"columns": "1", "column-0": "Stud No", "field-0": "student_code"}
    mapped |= {"column-1": "Given Name", "field-1": "", "column-2": "Locker", "field-2": "ignore"}
    tried = text(client, f"{ROSTERS}new/", mapped | {"test": "1"})
    assert "1 student; 1 row cannot be used." in tried
    assert "Mia (0417)" in tried
    saved = client.post(f"{ROSTERS}new/", mapped | {"save": "1"})
    roster = SavedRoster.objects.get()
    assert (saved.status_code, saved["Location"]) == (302, f"{ROSTERS}{roster.pk}/")
    assert (roster.mapping, roster.frequency, roster.kinds) == (
        {"Stud No": "student_code", "Locker": "ignore"},
        "daily@22:30",
        ("student",),
    )

    client.post(f"{ROSTERS}{roster.pk}/read/", {"preview": "1"})
    preview = done(RosterReading.objects.get())
    before = Person.objects.count()
    shown = text(client, f"{ROSTERS}{roster.pk}/readings/{preview.pk}/")
    assert "It would be: 1 new, 0 unchanged, 1 row could not be used. Nothing was written." in shown
    assert "Read now, and do this" in shown
    assert Person.objects.count() == before
    client.post(f"{ROSTERS}{roster.pk}/read/", {"read": "1"})
    shown = text(client, f"{ROSTERS}{roster.pk}/readings/{RosterReading.objects.first().pk}/")  # type: ignore[union-attr]
    assert "Waiting for a worker" in shown
    done(RosterReading.objects.all()[0])
    assert Person.objects.filter(code="0417").exists()
    assert f"CSV file, {path}" in text(client, f"{ROSTERS}{roster.pk}/")
    assert "Back to Students" in text(client, f"{ROSTERS}{roster.pk}/readings/{preview.pk}/?which=new")


def test_change_keeps_what_is_saved_and_a_change_meanwhile_is_told(client: Client, path: Path) -> None:
    client.post(f"{ROSTERS}new/", FORM | {"option-path": str(path), "save": "1"})
    roster = SavedRoster.objects.get()
    page = text(client, f"{ROSTERS}{roster.pk}/change/")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    given = FORM | {"option-path": str(path), "seen": seen, "save": "1", "when-sort": "demand", "scope": "updates"}
    assert client.post(f"{ROSTERS}{roster.pk}/change/", given).status_code == 302
    roster.refresh_from_db()
    assert (roster.frequency, roster.is_whole) == ("", False)
    assert "This roster was changed since you opened the page." in text(
        client, f"{ROSTERS}{roster.pk}/change/", given | {"name": "Other"}
    )
    roster.refresh_from_db()
    assert roster.name == "Students"


def test_password_of_a_database_is_entered_again_for_another_server(client: Client) -> None:
    options = {
        "database_type": "postgresql",
        "host": "db.school.example",
        "port": "",
        "database": "school",
        "username": "photosync",
        "password": "very secret",
        "encryption": "verified",
        "ca_pem": "",
        "students_query": "SELECT code AS student_code FROM student",
        "staff_query": "",
    }
    given = FORM | {"kind": "sql", **{f"option-{name}": value for name, value in options.items()}}
    new = text(client, f"{ROSTERS}new/", {"kind": "sql"})
    for words in ("Students: query", "Staff: query", "Name of the database", "Microsoft SQL Server"):
        assert words in new
    assert "Nothing was saved." not in new  # a kind was chosen, no more; what is missing is missed by Save
    assert "Type in a name. Nothing was saved." in text(client, f"{ROSTERS}new/", FORM | {"name": "", "save": "1"})
    # What is typed in stays in the browser while the form around it is drawn anew, but for another kind.
    for page in (new, text(client, f"{ROSTERS}new/", given | {"test": "1", "students": ""})):
        assert re.search(r'<input type="password"[^>]* id="id_option-sql-password" hx-preserve="true"', page)
    drop = given | {"option-students_query": "DROP TABLE student", "save": "1"}
    refused = text(client, f"{ROSTERS}new/", drop)
    beside = refused.split('id="id_option-students_query_error">')[1].split("</p>")[0]
    assert "The query students_query does not begin with SELECT or WITH." in beside
    assert "What you typed in is not sent back to you, and was not saved. Type it in again." in refused
    assert client.post(f"{ROSTERS}new/", given | {"save": "1"}).status_code == 302
    roster = SavedRoster.objects.get()
    change = f"{ROSTERS}{roster.pk}/change/"
    seen = text(client, change).split('name="seen" value="')[1].split('"')[0]
    assert "very secret" not in text(client, change)

    moved = given | {"option-host": "elsewhere.example", "option-password": "", "seen": seen}
    for button in ("save", "test"):
        assert "The roster would be at another place than the one that password was entered for." in text(
            client, change, moved | {button: "1"}
        )
    roster.refresh_from_db()
    assert (roster.options["host"], secrets_of(roster)) == ("db.school.example", {"password": "very secret"})
    kept = given | {"option-password": "", "name": "Everyone", "seen": seen, "save": "1"}
    assert client.post(change, kept).status_code == 302
    roster.refresh_from_db()
    assert (roster.name, secrets_of(roster)) == ("Everyone", {"password": "very secret"})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": ""}, "Type in a name. Nothing was saved."),
        ({"option-path": ""}, "This is needed. Nothing was saved."),
        ({"option-path": "/etc/passwd"}, "is not under an allowed root"),
        ({"students": ""}, "A roster lists students, staff or both. Nothing was saved."),
        ({"staff": "on"}, "A roster of kind csv lists students or staff, not both. Nothing was saved."),
        ({"leave_number": "many"}, "Use a whole number from 0 to 1000000. Nothing was saved."),
        ({"when-sort": "cron", "when-cron": "soon"}, "Cron expression"),
    ],
)
def test_what_cannot_be_saved_is_told_on_the_page(
    client: Client, path: Path, given: dict[str, str], told: str
) -> None:
    assert told in text(client, f"{ROSTERS}new/", FORM | {"option-path": str(path), "save": "1"} | given)
    assert SavedRoster.objects.count() == 0


def test_preview_says_on_the_page_that_the_reading_would_be_held(client: Client, path: Path) -> None:
    write(path, many(30))
    client.post(f"{ROSTERS}new/", FORM | {"option-path": str(path), "save": "1"})
    roster = SavedRoster.objects.get()
    read(roster)
    write(path, many(20))
    preview = read(roster, preview=True)
    page = text(client, f"{ROSTERS}{roster.pk}/readings/{preview.pk}/")
    for words in (
        "Would be held",
        "The reading itself would be held. 10 of 30 students would be marked as left",
        "more than 5 % and more than 5 are for a person to decide.",
        "Reading it now changes nobody until someone has approved it here.",
        "Read now, and decide",
    ):
        assert words in page
    assert "Would be held" in text(client, f"{ROSTERS}{roster.pk}/")


def test_roster_that_says_otherwise_is_named_on_the_page(client: Client, path: Path) -> None:
    for name, scope in (("Everyone", "everyone"), ("Boarders", "updates")):
        client.post(f"{ROSTERS}new/", FORM | {"option-path": str(path), "name": name, "scope": scope, "save": "1"})
    everyone, boarders = SavedRoster.objects.order_by("pk")
    read(everyone)
    write(path, ["0001"], year="8")
    read(boarders)
    write(path, many(3))
    reading = read(everyone)
    page = f"{ROSTERS}{everyone.pk}/readings/{reading.pk}/"
    assert "The roster &quot;Boarders&quot; says otherwise of 1 person (year level, roll group)" in text(client, page)
    assert "says otherwise of 1 person" in text(client, f"{ROSTERS}{everyone.pk}/")
    assert "The roster Boarders says otherwise." in text(client, f"{page}?which=disputed")
    assert "Nobody." in text(client, f"{page}?which=new")


def test_held_reading_is_decided_on_the_page_and_told_on_the_overview(scene: Scene, client: Client) -> None:
    held = make_held(scene.school)
    at = f"{ROSTERS}{held.roster_id}/readings/{held.pk}/"
    overview = text(client, "/")
    assert "Roster Students" in overview
    assert at in overview
    viewer = signed_in(make_user("viewer", Role.ARCHIVIST, scene.school))
    assert at not in viewer.get("/").content.decode()
    shown = text(client, at)
    for words in ("Ada Abel (0417)", "It has no student code.", "Approve: they have left", "Not used: Locker"):
        assert words in shown
    assert health_document(NOW)["rosters"] == [{"school": "PHS", "roster": "Students", "health": "held"}]
    assert client.post(f"{at}decide/", {"discard": "1"})["Location"] == at
    held.refresh_from_db()
    assert (held.state, held.decided_by) == ("discarded", "manager")
    assert (
        f"Reading {held.pk} is not held: discarded."
        in client.post(f"{at}decide/", {"approve": "1"}, follow=True).content.decode()
    )


def test_approving_on_the_page_reads_again(scene: Scene, client: Client) -> None:
    held = make_held(scene.school)
    answer = client.post(f"{ROSTERS}{held.roster_id}/readings/{held.pk}/decide/", {"approve": "1"})
    made = RosterReading.objects.get(trigger="approval")
    assert (answer["Location"], made.approves) == (f"{ROSTERS}{held.roster_id}/readings/{made.pk}/", held)
    # The file is not there: what was to be approved waits again.
    done(made)
    held.refresh_from_db()
    assert (made.state, held.state, held.decided_by) == ("failed", "held", "")


def test_roster_is_deleted_after_a_question(scene: Scene, client: Client) -> None:
    held = make_held(scene.school)
    at = f"{ROSTERS}{held.roster_id}/"
    assert "with the record of its 1 reading." in text(client, f"{at}delete/")
    assert client.post(f"{at}delete/")["Location"] == ROSTERS
    assert SavedRoster.objects.count() == 0


def test_roster_of_another_school_does_not_exist(scene: Scene, client: Client) -> None:
    theirs = make_held(scene.other_school)
    ours = make_held(scene.school)
    for path in (f"{theirs.roster_id}/", f"{theirs.roster_id}/change/", f"{ours.roster_id}/readings/{theirs.pk}/"):
        assert client.get(f"{ROSTERS}{path}").status_code == 404
