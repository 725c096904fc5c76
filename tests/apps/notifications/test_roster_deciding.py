"""What is told of saved rosters."""

from datetime import timedelta
from pathlib import Path

import pytest

from photosync.apps.notifications.models import Message, Notice, NotificationAddress
from photosync.apps.notifications.roster_deciding import decide_on_rosters
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from tests.apps.rosters.saved import NOW, many, read, save, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


def office(school: School, *kinds: str) -> NotificationAddress:
    return NotificationAddress.objects.create(
        school=school,
        way="email",
        sealed="x",
        fingerprint=",".join(kinds),
        shown="office@hill.example",
        kinds=list(kinds),
        added_at=NOW,
        added_by="kim",
    )


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("kind", "key"))


def test_roster_that_fails_and_one_that_is_held_are_told_once_a_day(school: School, tmp_path: Path) -> None:
    office(school)
    office(school, "stops-soon")
    path = write(tmp_path / "students.csv", many(30))
    roster = save(school, path, frequency="on demand")
    read(roster)
    assert decide_on_rosters(NOW) == 0
    path.unlink()
    for hour in range(3):
        read(roster, now=NOW + timedelta(hours=hour))
        decide_on_rosters(NOW + timedelta(hours=hour))
    assert told() == [("roster-fails", "2026-08-03")]
    message = Message.objects.get()
    assert message.subject == "Roster Students could not be read (Hill School)"
    assert message.body == (
        "School: Hill School (HILL)\nRoster: Students\n\n"
        f"The CSV file {path} cannot be read (No such file or directory). Nothing was concluded from it, so nothing "
        "was changed. See that the school's system has put it there, and that Photo Sync may read it.\n\n"
        "Everyone stays as they were, and nobody new, no new class and no leaver is known until it is read again. "
        "It is read again when that is due; the page of the roster reads it at once. While it goes on, you are told "
        "once a day.\n"
    )

    write(path, many(20))
    tomorrow = NOW + timedelta(days=1)
    read(roster, now=tomorrow)
    assert (decide_on_rosters(tomorrow), decide_on_rosters(tomorrow)) == (1, 0)
    assert told()[1:] == [("roster-held", "2026-08-04")]


def test_what_happened_before_the_address_was_there_is_not_told(school: School, tmp_path: Path) -> None:
    roster = save(school, tmp_path / "nowhere.csv")
    read(roster, now=NOW - timedelta(days=1))
    office(school)
    assert decide_on_rosters(NOW) == 0
