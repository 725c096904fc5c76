"""Two rosters of a school that say otherwise of the same people: neither is silent about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from photosync.apps.people.models import Person
from photosync.apps.rosters.documents import change_document, roster_document
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.services import change_roster
from photosync.apps.rosters.settings import RosterSettings
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from tests.apps.rosters.saved import HEADER, NOW, became, many, read, save, write

pytestmark = pytest.mark.django_db
Nights = Callable[..., RosterReading]


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def everyone(school: School, tmp_path: Path) -> SavedRoster:
    return save(school, write(tmp_path / "everyone.csv", many(30)), "Everyone")


@pytest.fixture
def boarders(school: School, tmp_path: Path) -> SavedRoster:
    path = write(tmp_path / "boarders.csv", ["0001", "0002"], year="8")
    return save(school, path, "Boarders", is_whole=False)


def disputed(reading: RosterReading) -> dict[str, str]:
    changes = RosterChange.objects.filter(reading=reading).exclude(disputed_with="")
    return dict(changes.values_list("code", "disputed_with"))


def told(name: str, who: str, fields: str) -> list[str]:
    return [
        f'The roster "{name}" says otherwise of {who} ({fields}): each undoes what the other did, and what was read '
        "last holds. Let one of the two not use that column, or have one of them corrected."
    ]


def test_field_that_two_rosters_change_back_and_forth_is_told_with_the_other_roster(
    everyone: SavedRoster, boarders: SavedRoster
) -> None:
    assert (read(everyone).warnings, read(boarders).warnings) == ([], [])
    preview = read(everyone, preview=True)
    night = read(everyone)
    expected = told("Boarders", "2 people", "year level, roll group")
    assert (preview.warnings, night.warnings) == (expected, expected)
    assert disputed(preview) == disputed(night) == {"0001": "Boarders", "0002": "Boarders"}
    assert Person.objects.get(code="0001").year_level == "7"
    other = read(boarders)
    assert (other.warnings, disputed(other)) == (
        told("Everyone", "2 people", "year level, roll group"),
        {"0001": "Everyone", "0002": "Everyone"},
    )
    assert change_document(RosterChange.objects.filter(reading=other)[0])["disputed_with"] == "Everyone"
    health = roster_document(boarders, NOW)["health"]
    assert health["state"] == "incomplete"
    assert health["explanation"].endswith(expected[0].replace('"Boarders"', '"Everyone"'))


def test_column_that_one_of_them_does_not_use_ends_it(everyone: SavedRoster, boarders: SavedRoster) -> None:
    for roster in (everyone, boarders, everyone):
        read(roster)
    leaves = {"year_level": "ignore", "roll_group": "ignore"}
    changed = change_roster(boarders, RosterSettings(mapping=leaves), now=NOW, anywhere=True)
    for roster in (changed, everyone, changed):
        reading = read(roster)
        assert (reading.warnings, became(reading)) == ([], [])


def test_person_who_leaves_by_one_roster_and_is_back_by_the_other_is_told(
    school: School, everyone: SavedRoster, tmp_path: Path
) -> None:
    guests = save(school, tmp_path / "guests.csv", "Guests", is_whole=False)
    (tmp_path / "guests.csv").write_text(HEADER + "9001,Given9001,Family9001,7,7A\n")
    for roster in (everyone, guests, everyone):
        assert read(roster).warnings == []
    back = read(guests)
    assert (became(back), back.warnings) == ([("9001", "returned")], told("Everyone", "1 person", "status"))
    gone = read(everyone)
    assert (became(gone), gone.warnings) == ([("9001", "absent")], told("Guests", "1 person", "status"))
    assert disputed(gone) == {"9001": "Guests"}


def test_change_that_undoes_nothing_or_that_is_long_ago_is_no_dispute(
    everyone: SavedRoster, boarders: SavedRoster
) -> None:
    read(everyone)
    read(boarders)
    write(Path(everyone.options["path"]), many(30), year="9")
    onwards = read(everyone)
    assert (len(became(onwards)), onwards.warnings) == (30, [])
    write(Path(everyone.options["path"]), many(30))
    read(everyone)
    read(boarders)
    assert read(everyone, preview=True, now=NOW + timedelta(days=36)).warnings == []
    assert read(everyone).warnings != []


def test_roster_of_another_school_and_a_preview_are_no_other_roster(
    everyone: SavedRoster, boarders: SavedRoster, tmp_path: Path
) -> None:
    elsewhere = add_school("VALE", "Vale School", "Australia/Sydney")
    theirs = save(elsewhere, write(tmp_path / "vale.csv", ["0001"]), "Vale")
    read(theirs)
    write(tmp_path / "vale.csv", ["0001"], year="8")
    read(theirs)
    write(tmp_path / "everyone.csv", many(30), year="8")
    read(everyone)
    write(tmp_path / "boarders.csv", ["0001", "0002"])
    read(boarders, preview=True)
    write(tmp_path / "everyone.csv", many(30))
    assert read(everyone).warnings == []


def test_held_reading_marks_them_too(everyone: SavedRoster, boarders: SavedRoster) -> None:
    for roster in (everyone, boarders):
        read(roster)
    write(Path(everyone.options["path"]), many(20))
    held = read(everyone)
    assert (held.state, disputed(held)) == ("held", {"0001": "Boarders", "0002": "Boarders"})


def test_several_warnings_are_counted_where_one_is_shown(everyone: SavedRoster, boarders: SavedRoster) -> None:
    read(everyone)
    read(boarders)
    write(Path(everyone.options["path"]), many(30), more=",No,Code,7,7A\n")
    night = read(everyone)
    assert len(night.warnings) == 2
    assert roster_document(everyone, NOW)["health"]["explanation"].endswith(
        "have one of them corrected. It tells 1 thing more."
    )
