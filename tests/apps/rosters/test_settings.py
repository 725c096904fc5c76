"""What may be set on a roster, when it is read, and looking into it before anything is saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.rosters.documents import roster_document
from photosync.apps.rosters.health import unwell_rosters
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.queries import roster_called
from photosync.apps.rosters.schedule import tick_rosters
from photosync.apps.rosters.services import add_roster, change_roster, delete_roster, request_reading
from photosync.apps.rosters.settings import RosterSettings, roster_seen
from photosync.apps.rosters.trying import try_roster
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import ChangedMeanwhile, NotFound, PhotoSyncError, Refused, WrongUse
from tests.apps.rosters.saved import NOW, done, many, read, save, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "students.csv", many(3))


def test_roster_is_read_at_23_and_what_was_missed_is_read_once(school: School, path: Path) -> None:
    roster = save(school, path)
    assert roster.next_due_at == datetime(2026, 8, 3, 13, tzinfo=UTC)
    assert tick_rosters(NOW) == []
    (number,) = tick_rosters(NOW + timedelta(days=4))
    reading = RosterReading.objects.get(pk=number)
    assert (reading.trigger, reading.started_by) == ("scheduled", "the schedule")
    roster.refresh_from_db()
    assert roster.next_due_at == datetime(2026, 8, 7, 13, tzinfo=UTC)
    assert tick_rosters(NOW + timedelta(days=4)) == []
    assert done(reading).state == "done"
    assert Entry.objects.get(act="roster.read").actor == "Photo Sync"


def test_roster_that_is_being_read_when_it_falls_due_is_not_read_twice(school: School, path: Path) -> None:
    request_reading(save(school, path), preview=True, by="kim", now=NOW)
    assert tick_rosters(NOW + timedelta(days=1)) == []
    assert RosterReading.objects.count() == 1


def test_roster_on_demand_is_never_due(school: School, path: Path) -> None:
    roster = save(school, path, frequency="on demand")
    assert (roster.next_due_at, tick_rosters(NOW + timedelta(days=9))) == (None, [])
    changed = change_roster(roster, RosterSettings(frequency="every 2h"), now=NOW)
    assert changed.next_due_at == datetime(2026, 8, 3, 4, tzinfo=UTC)


def test_roster_that_no_worker_reads_says_so(school: School, path: Path) -> None:
    roster = save(school, path)
    assert roster_document(roster, NOW)["health"] == {
        "state": "not read yet",
        "explanation": "It has not been read yet. It is read next today at 23:00.",
    }
    later = NOW + timedelta(days=1)
    assert roster_document(roster, later)["health"] == {
        "state": "not running",
        "explanation": "It should have been read Monday 23:00, and no worker has: start `photosync serve`.",
    }
    assert [each.roster for each in unwell_rosters(later)] == [roster]
    assert unwell_rosters(NOW) == []


@pytest.mark.parametrize(
    ("given", "kind", "told"),
    [
        ({"name": " "}, WrongUse, "A roster needs a name of 1 to 100 characters. Nothing was saved."),
        ({"kind": "sims"}, WrongUse, "There is no roster of kind 'sims'."),
        (
            {"components": ["students", "staff"]},
            WrongUse,
            "A roster of kind csv lists students or staff, not both. Nothing was saved. Choose one of them, and save "
            "another roster for the others.",
        ),
        (
            {"components": []},
            WrongUse,
            "A roster lists students, staff or both. Nothing was saved. Choose whom it lists.",
        ),
        (
            {"mapping": {"Locker": "locker"}},
            WrongUse,
            '"locker" is not a field that the column "Locker" can hold. Nothing was saved. Choose from: ',
        ),
        (
            {"leave_share_percent": 101},
            WrongUse,
            "The share of people who may leave cannot be 101 %. Nothing was saved. Give a percentage from 0 to 100.",
        ),
        (
            {"leave_number": -1},
            WrongUse,
            "The number of people who may leave cannot be -1. Nothing was saved. Give 0 to 1000000.",
        ),
        ({"frequency": "often"}, WrongUse, "'often' is not a frequency; nothing was changed."),
        ({"options": {"path": "students.csv"}}, WrongUse, "The CSV file 'students.csv' is not an absolute path."),
    ],
)
def test_settings_that_cannot_be_are_told_in_words(
    school: School, path: Path, given: dict[str, Any], kind: type[PhotoSyncError], told: str
) -> None:
    with pytest.raises(kind) as raised:
        save(school, path, **given)
    assert raised.value.message.startswith(told)
    assert SavedRoster.objects.count() == 0


def test_file_outside_the_allowed_folders_is_for_the_operator_alone(school: School, path: Path) -> None:
    settings = RosterSettings(kind="csv", options={"path": str(path)}, components=["students"])
    with pytest.raises(Refused, match="is not under an allowed root"):
        add_roster(school, "Students", settings, now=NOW)
    roster = add_roster(school, "Students", settings, now=NOW, anywhere=True)
    assert roster.may_be_anywhere
    assert change_roster(roster, RosterSettings(leave_number=9), now=NOW).leave_number == 9
    with pytest.raises(Refused, match="is not under an allowed root"):
        change_roster(roster, RosterSettings(options={"path": str(path.with_name("other.csv"))}), now=NOW)


def test_two_rosters_that_would_make_leavers_of_each_other_are_refused(school: School, path: Path) -> None:
    save(school, path)
    with pytest.raises(Refused) as raised:
        save(school, path, "Boarders", missing_leave=False)
    assert raised.value.message == (
        'The roster "Students" names all students too: whom one of them does not name would be marked as left. '
        "Nothing was saved. Let this one be for additions and updates only, or change that."
    )
    save(school, path, "Boarders", is_whole=False)
    save(school, path, "Teachers", components=["staff"])
    with pytest.raises(Refused, match='There is already a roster "teachers" in this school'):
        save(school, path, "teachers", is_whole=False)


def test_changes_are_recorded_and_a_change_meanwhile_is_told(school: School, path: Path) -> None:
    roster = save(school, path)
    seen = roster_seen(roster)
    changed = change_roster(
        roster, RosterSettings(name="All students", mapping={"Locker": "ignore"}), now=NOW, seen=seen
    )
    entry = Entry.objects.get(act="roster.changed")
    assert (entry.subject, entry.changes) == (
        "All students",
        [["name", "Students", "All students"], ["column Locker", None, "ignore"]],
    )
    with pytest.raises(ChangedMeanwhile, match="This roster was changed since you opened the page"):
        change_roster(roster, RosterSettings(leave_number=1), now=NOW, seen=seen)
    assert change_roster(changed, RosterSettings(mapping={"Locker": ""}), now=NOW).mapping == {}


def test_deleting_keeps_the_people_and_waits_for_a_reading(school: School, path: Path) -> None:
    roster = save(school, path)
    read(roster)
    waiting = request_reading(roster, preview=True, by="kim", now=NOW)
    with pytest.raises(Refused, match="The roster is being read"):
        delete_roster(roster)
    done(waiting)
    delete_roster(roster)
    assert (SavedRoster.objects.count(), Person.objects.count()) == (0, 3)
    with pytest.raises(NotFound, match='School HILL has no roster "Students"'):
        roster_called(school, "Students")


def test_trying_says_whom_the_roster_names_and_what_cannot_be_used(school: School, path: Path) -> None:
    write(path, many(12), more=",No,Code,7,7A\n0001,Twice,Twice,7,7A\n0002,Given0002,,7,7A\n")
    new = SavedRoster(school=school)
    settings = RosterSettings(kind="csv", options={"path": str(path)}, components=["students"])
    tried = try_roster(new, settings, now=NOW, anywhere=True)
    assert tried.sentence == "11 students; 4 rows cannot be used; 10 are shown."
    twice = 'The code "0001" is on lines 2 and 15, with different names, so that neither counts.'
    assert [(each.line, each.person or each.reason, each.details) for each in tried.shown][:5] == [
        (2, twice, ""),
        (14, "It has no student code.", ""),
        (15, twice, ""),
        (16, 'The code "0002" is on line 3 already.', ""),
        (3, "Given0002 Family0002 (0002)", "7, 7A"),
    ]
    assert (SavedRoster.objects.count(), Person.objects.count()) == (0, 0)


def test_trying_columns_that_are_not_known_says_which_there_are(school: School, path: Path) -> None:
    path.write_text("Stud No,Given Name\n0417,Mia\n")
    new = SavedRoster(school=school)
    settings = RosterSettings(kind="csv", options={"path": str(path)}, components=["students"])
    (part,) = try_roster(new, settings, now=NOW, anywhere=True).parts
    assert part.problem == (
        'No column of the roster is known to hold the student_code. Its columns are: "Stud No", "Given Name". Say '
        "which of them it is."
    )
    mapped = RosterSettings(
        kind="csv", options={"path": str(path)}, components=["students"], mapping={"Stud No": "student_code"}
    )
    assert try_roster(new, mapped, now=NOW, anywhere=True).sentence == "1 student."


def test_mapped_column_that_is_gone_is_told_and_changes_nobody(school: School, path: Path) -> None:
    roster = save(school, path, mapping={"given_name": "given_name"})
    read(roster)
    path.write_text("student_code,first\n0001,Mia\n")
    failed = read(roster)
    assert failed.state == "failed"
    assert failed.explanation.startswith('The roster has no column "given_name".')
    assert Person.objects.get(code="0001").given_name == "Given0001"
