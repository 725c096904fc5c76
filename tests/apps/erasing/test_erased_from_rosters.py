"""Whoever is erased is in no record of a reading any more; how many there were stays."""

from datetime import UTC, datetime
from pathlib import Path

from photosync.apps.erasing.models import Erasure, Scope, Why
from photosync.apps.erasing.services import erase
from photosync.apps.people.models import Person
from photosync.apps.rosters.models import RosterChange, RosterReading
from tests.apps.rosters.saved import became, read, save, write
from tests.apps.runs.scene import Scene

LONG = "x" * 40


def test_erased_person_is_in_no_record_of_a_reading(scene: Scene, tmp_path: Path) -> None:
    path = write(
        tmp_path / "students.csv", ["0417", "0418"], more=f"0417,Given0417,Family0417,7,7A\n0419,Too,Long,{LONG},7A\n"
    )
    reading = read(save(scene.school, path))
    person = Person.objects.select_related("school").get(code="0417")
    erase(person, Erasure(scope=Scope.PERSON, why=Why.REQUEST, by="kim", at=datetime.now(UTC)))

    assert became(reading) == [("", "new"), ("0418", "new")]
    erased = RosterChange.objects.get(reading=reading, code="")
    assert (erased.name, erased.changes) == ("an erased person", [])
    assert RosterReading.objects.get(pk=reading.pk).refused == [
        ["student", 4, "", "an erased person"],
        ["student", 5, "0419", "The year level is longer than 32 characters."],
    ]
