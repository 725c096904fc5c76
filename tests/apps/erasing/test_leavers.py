"""Leavers: when each one's time is over, and that it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from photosync.apps.erasing.blobs import to_be_dropped
from photosync.apps.erasing.leavers import FILTERS, MOST_AT_ONCE, Eraser, erase_leavers, leaver_of, leavers_of
from photosync.apps.erasing.models import BlobToDrop, Erasure
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.people.roster.columns import parse_map
from photosync.apps.people.services import import_roster, mark_left
from photosync.core.people import PersonKind
from tests.apps.runs.scene import Scene

# In Sydney it is Wednesday 18 November 2026 by then.
EVENING = datetime(2026, 11, 17, 20, tzinfo=UTC)


def leaver(scene: Scene, code: str, left_on: date | None) -> Person:
    person = scene.person(code)
    Person.objects.filter(pk=person.pk).update(status="left", left_on=left_on)
    return person


def four_leavers(scene: Scene) -> None:
    leaver(scene, "over", date(2019, 11, 18))
    leaver(scene, "soon", date(2019, 11, 19))
    leaver(scene, "later", date(2020, 1, 1))
    leaver(scene, "unknown", None)
    scene.person("current")


def test_leavers_are_listed_by_when_their_time_is_over(scene: Scene) -> None:
    four_leavers(scene)
    rows = [leaver_of(each, scene.school, EVENING).document() for each in leavers_of(scene.school, EVENING)]
    assert [(row["code"], row["left_on"], row["over_on"], row["is_over"]) for row in rows] == [
        ("over", "2019-11-18", "2026-11-18", True),
        ("soon", "2019-11-19", "2026-11-19", False),
        ("later", "2020-01-01", "2027-01-01", False),
        ("unknown", None, None, False),
    ]
    found = {which: [each.code for each in leavers_of(scene.school, EVENING, which=which)] for which in FILTERS}
    assert found == {which: [which] for which in FILTERS}
    assert not leavers_of(scene.school, EVENING, kind=PersonKind.STAFF).exists()


def test_leavers_whose_time_is_over_are_erased_by_themselves(scene: Scene) -> None:
    four_leavers(scene)
    Eraser().look(EVENING)
    assert sorted(Person.objects.values_list("code", flat=True)) == ["current", "later", "soon", "unknown"]
    assert [(row.scope, row.why, row.by, row.note) for row in Erasure.objects.all()] == [
        ("person", "retention", "Photo Sync", "Left 7 years ago or more.")
    ]


def test_many_are_erased_a_few_at_a_time_the_longest_over_first(scene: Scene) -> None:
    for number in range(MOST_AT_ONCE + 2):
        leaver(scene, f"{number:03d}", date(2001, 1, 28 - number % 28))
    eraser = Eraser()
    eraser.look(EVENING)
    assert sorted(Person.objects.values_list("code", flat=True)) == ["000", "001"]
    eraser.look(EVENING)
    assert Person.objects.count() == 0


def test_no_more_than_asked_are_erased_over_all_schools(scene: Scene) -> None:
    for number in range(3):
        leaver(scene, str(number), date(2001, 1, 1 + number))
    assert len(erase_leavers(EVENING, most=2)) == 2
    assert [person.code for person in Person.objects.all()] == ["2"]


def test_whoever_comes_back_in_the_roster_is_no_leaver_any_more(scene: Scene) -> None:
    person = leaver(scene, "1001", date(2000, 1, 1))
    roster = scene.folder / "roster.csv"
    roster.write_text("Student Code,Status\n1001,active\n")
    import_roster(
        scene.school,
        roster,
        PersonKind.STUDENT,
        given_columns=parse_map((), PersonKind.STUDENT),
        leavers_by_absence=False,
        preview=False,
        now=EVENING,
    )
    assert erase_leavers(EVENING) == []
    person.refresh_from_db()
    assert (person.status, person.left_on) == ("active", None)
    mark_left(person, now=EVENING)
    assert Person.objects.values_list("left_on", flat=True).get() == date(2026, 11, 18)
    assert erase_leavers(EVENING) == []


def test_blobs_left_by_a_killed_erasure_are_dropped_at_the_next_look(scene: Scene) -> None:
    eraser = Eraser()
    eraser.look(EVENING)
    with photo_store().batch() as batch:
        name = batch.add(b"of someone erased")
        batch.commit()
    to_be_dropped([name])
    eraser.look(EVENING)
    assert not photo_store().exists(name)
    assert BlobToDrop.objects.count() == 0
