"""The people of the fictional school."""

import csv
from itertools import islice
from pathlib import Path

from photosync.demo.looks import Sitter
from photosync.demo.roster import COLUMNS, Person, people, write_csv


def test_people_are_the_same_for_the_same_seed() -> None:
    assert list(people(50, 10, 7)) == list(people(50, 10, 7))
    assert list(people(50, 10, 7)) != list(people(50, 10, 8))


def test_first_people_do_not_depend_on_the_number_of_people() -> None:
    assert list(people(20, 0, 7)) == list(islice(people(100_000, 0, 7), 20))


def test_first_student() -> None:
    [student] = people(1, 0, 1, academic_year=2026)

    assert student == Person(
        kind="student",
        code="002082",
        given_name="Dinesh",
        family_name="Fernando",
        preferred_name="",
        username="dfernando2082",
        email="dfernando2082@student.example.org",
        year_level=7,
        roll_group="7A",
        house="Grevillea",
        campus="Main Campus",
        first_academic_year=2026,
        sitter=Sitter(322303826860, 2013, "student", "masculine", "sri lankan", "Grevillea"),
    )


def test_codes_usernames_and_faces_never_repeat() -> None:
    everyone = list(people(20_000, 1_000, 3))

    assert [person.kind for person in everyone].count("staff") == 1_000
    for values in (
        [person.code for person in everyone],
        [person.code.lstrip("T0") for person in everyone if person.kind == "student"],
        [person.username for person in everyone],
        [person.email for person in everyone],
        [person.sitter.seed for person in everyone],
    ):
        assert len(set(values)) == len(values)


def test_codes_of_100_000_students_keep_six_digits_and_ascend() -> None:
    codes = [person.code for person in people(100_000, 0, 3)]

    assert {len(code) for code in codes} == {6}
    assert codes == sorted(set(codes))


def test_students_are_spread_over_levels_groups_houses_and_campuses() -> None:
    students = list(people(3_000, 0, 3))
    sizes: dict[tuple[str, str], int] = {}
    for student in students:
        sizes[student.campus, student.roll_group] = sizes.get((student.campus, student.roll_group), 0) + 1

    assert {student.year_level for student in students} == {7, 8, 9, 10, 11, 12}
    assert {student.house for student in students} == {"Banksia", "Grevillea", "Waratah", "Wattle"}
    assert {student.campus for student in students} == {"Main Campus", "River Campus"}
    assert set(sizes.values()) == {25}
    assert all(student.roll_group.startswith(str(student.year_level)) for student in students)


def test_addresses_are_plain_and_of_a_reserved_domain() -> None:
    for person in people(2_000, 200, 3):
        name, _, domain = person.email.partition("@")
        assert name.isascii()
        assert name.isalnum()
        assert domain == {"student": "student.example.org", "staff": "staff.example.org"}[person.kind]


def test_year_sevens_are_new_this_year() -> None:
    sevens = [student for student in people(600, 0, 3, academic_year=2026) if student.year_level == 7]

    assert {student.first_academic_year for student in sevens} == {2026}


def test_write_csv(tmp_path: Path) -> None:
    everyone = list(people(60, 20, 1))

    students, staff = write_csv(tmp_path, everyone)

    with students.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with staff.open(encoding="utf-8", newline="") as file:
        staff_rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["student_code", *COLUMNS]
    assert list(staff_rows[0]) == ["staff_code", *COLUMNS]
    assert [(row["student_code"], row["given_name"], row["year_level"], row["status"]) for row in rows] == [
        (person.code, person.given_name, str(person.year_level), "active") for person in everyone[:60]
    ]
    assert [(row["staff_code"], row["family_name"], row["year_level"]) for row in staff_rows] == [
        (person.code, person.family_name, "") for person in everyone[60:]
    ]
