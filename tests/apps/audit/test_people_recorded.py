"""What is recorded when people are imported or leave."""

from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people import services
from photosync.apps.people.models import Person
from photosync.apps.people.services import mark_left
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from tests.apps.audit.entries import take_told
from tests.apps.people.rosters import NOW, import_text

pytestmark = pytest.mark.django_db

FIRST = "student_code,given_name,consent\n1,Ada,school_use=yes\n2,Bo,\n3,Cy,\n"


@pytest.fixture
def school(db: None) -> School:
    made = add_school("HILL", "Hill School", "Australia/Sydney")
    Entry.objects.all().delete()
    return made


def test_an_import_is_one_entry_with_its_counts(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, FIRST, preview=True)
    import_text(school, tmp_path, FIRST)
    import_text(school, tmp_path, FIRST)

    assert take_told() == [
        ("people.imported", "HILL Hill School", [("kind", "student", "student"), ("new", "3", "3")], "")
    ]


def test_consent_and_leaving_are_recorded_person_by_person(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, FIRST)
    take_told()
    second = "student_code,given_name,consent,status\n1,Ada,school_use=no,active\n2,Bo,,left\n"
    import_text(school, tmp_path, second, leavers_by_absence=True)
    import_text(school, tmp_path, "student_code,given_name,status\n2,Bo,active\n")

    ids = {person.code: person.pk for person in Person.objects.all()}
    assert [entry.person_id_of for entry in Entry.objects.order_by("pk")] == [
        ids["1"],
        ids["2"],
        ids["3"],
        None,
        ids["2"],
        None,
    ]
    kind = ("kind", "student", "student")
    assert take_told() == [
        ("person.consent", "Ada (1)", [("school_use", "yes", "no")], "By importing a roster."),
        ("person.left", "Bo (2)", [], "By importing a roster."),
        ("person.left", "Cy (3)", [], "The roster that was imported did not name this person."),
        (
            "people.imported",
            "HILL Hill School",
            [kind, ("changed", "1", "1"), ("left", "1", "1"), ("absent_left", "1", "1")],
            "",
        ),
        ("person.returned", "Bo (2)", [], "By importing a roster."),
        ("people.imported", "HILL Hill School", [kind, ("returned", "1", "1")], ""),
    ]


def test_an_import_that_breaks_off_is_recorded_as_that(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_args: object, **_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "_mark_absent", break_off)
    with pytest.raises(RuntimeError):
        import_text(school, tmp_path, FIRST)

    assert take_told() == [
        (
            "people.imported",
            "HILL Hill School",
            [("kind", "student", "student"), ("new", "3", "3")],
            "It broke off. What was written until then stays.",
        )
    ]


def test_who_has_left_already_does_not_leave_again(school: School, tmp_path: Path) -> None:
    import_text(school, tmp_path, FIRST)
    take_told()
    person = Person.objects.get(code="1")

    mark_left(person, now=NOW)
    mark_left(person, now=NOW)

    assert [entry.person_id_of for entry in Entry.objects.all()] == [person.pk]
    assert take_told() == [("person.left", "Ada (1)", [], "")]
