"""photosync people erasures: the report of what was erased, on the screen and as a file for spreadsheets."""

import csv
from pathlib import Path

import pytest

from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.django_db


def test_nothing_erased_is_said_in_a_sentence(command: Commanding, school: School) -> None:
    assert command("people", "erasures").out == "Nothing has been erased yet.\n"
    assert command("people", "erasures", "--code", "1001").out == "Nothing was erased of anyone with this code.\n"
    assert command.json("people", "erasures") == []


def test_erasures_are_written_as_csv(command: Commanding, school: School, tmp_path: Path) -> None:
    for code in ("1001", "1002"):
        Person.objects.create(school=school, kind="student", code=code, given_name="Ada", family_name="Chen")
        assert command("people", "erase", code, "--reason", "=Asked for by letter").status == 0
    target = tmp_path / "erasures.csv"
    answer = command("people", "erasures", "--csv", str(target))
    assert (answer.status, answer.out) == (0, f"2 erasures were written to {target}.\n")
    documents = command.json("people", "erasures", "--limit", "1", "--csv", str(tmp_path / "one.csv"))
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["scope"], row["note"], row["archived"]) for row in rows] == [
        ("person", "'=Asked for by letter", "")
    ] * 2
    assert rows[0]["at"] == documents[0]["at"]
    with (tmp_path / "one.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["at"] for row in csv.DictReader(file)] == [rows[0]["at"]]
