"""The people of the fictional school, as a stream: the same ones for the same seed."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from photosync.demo import tones
from photosync.demo.looks import Kind, Presentation, Sitter
from photosync.demo.names import COMMUNITIES, SHORT_FORMS

SCHOOL_NAME = "Wattle Grove College"
FIRST_YEAR_LEVEL, LAST_YEAR_LEVEL = 7, 12
STUDENTS_PER_CAMPUS = 1_500
STUDENTS_PER_ROLL_GROUP = 25
_CAMPUSES = ("Main Campus", "River Campus", "Hill Campus", "North Campus", "Beach Campus", "South Campus")
_LETTERS = "ABCDEFGHJK"
_NEW_THIS_YEAR = 0.06

COLUMNS = (
    "given_name",
    "family_name",
    "preferred_name",
    "username",
    "email",
    "year_level",
    "roll_group",
    "house",
    "campus",
    "status",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One student or staff member, as the school's administration system knows them."""

    kind: Kind
    code: str
    """Student code, six digits with leading zeros ("002082"); staff code, T and four digits or more."""
    given_name: str
    family_name: str
    preferred_name: str
    """Empty unless it differs from the given name."""
    username: str
    email: str
    year_level: int | None
    """7 to 12; None for staff."""
    roll_group: str
    house: str
    campus: str
    first_academic_year: int
    """The first year in which the photographer has a picture of them."""
    sitter: Sitter


def people(students: int, staff: int, seed: int, *, academic_year: int = 2026) -> Iterator[Person]:
    """Yield `students` students, then `staff` staff of `academic_year`; codes ascend and never repeat.

    For one seed the first ones are the same whatever the numbers asked for.
    """
    for index in range(students):
        yield _student(index, seed, academic_year=academic_year)
    for index in range(staff):
        yield _staff_member(index, seed, academic_year=academic_year)


def write_csv(folder: Path, everyone: Iterable[Person]) -> tuple[Path, Path]:
    """Write students.csv and staff.csv (UTF-8, header) into `folder`; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "students.csv", folder / "staff.csv"
    with (
        paths[0].open("w", encoding="utf-8", newline="") as one,
        paths[1].open("w", encoding="utf-8", newline="") as two,
    ):
        writers = {"student": csv.writer(one), "staff": csv.writer(two)}
        for kind, writer in writers.items():
            writer.writerow([f"{kind}_code", *COLUMNS])
        for person in everyone:
            row = [getattr(person, column) for column in COLUMNS[:-1]]
            writers[person.kind].writerow([person.code, *("" if value is None else value for value in row), "active"])
    return paths


def _student(index: int, seed: int, *, academic_year: int) -> Person:
    chance = Random(f"student {seed} {index}")
    level = FIRST_YEAR_LEVEL + index % 6
    place = index // 6  # within the year level
    per_level = STUDENTS_PER_CAMPUS // 6
    group = place % per_level // STUDENTS_PER_ROLL_GROUP
    joined = academic_year - (level - FIRST_YEAR_LEVEL)
    if chance.random() < _NEW_THIS_YEAR:
        joined = academic_year
    return _person(
        "student",
        f"{2082 + index * 3 + (chance.randrange(3) if index else 0):06d}",
        chance,
        seed=seed,
        birth_year=academic_year - level - 5 - (chance.random() < 0.3),
        year_level=level,
        roll_group=f"{level}{_LETTERS[group]}",
        campus=_campus(place // per_level),
        first_academic_year=joined,
    )


def _staff_member(index: int, seed: int, *, academic_year: int) -> Person:
    chance = Random(f"staff {seed} {index}")
    return _person(
        "staff",
        f"T{101 + index * 2 + chance.randrange(2):04d}",
        chance,
        seed=seed,
        birth_year=academic_year - chance.randint(23, 66),
        year_level=None,
        roll_group="",
        campus=_campus(index // 200),
        first_academic_year=academic_year if chance.random() < _NEW_THIS_YEAR else academic_year - 8,
    )


def _person(
    kind: Kind,
    code: str,
    chance: Random,
    *,
    seed: int,
    birth_year: int,
    year_level: int | None,
    roll_group: str,
    campus: str,
    first_academic_year: int,
) -> Person:
    presentation: Presentation = "feminine" if chance.random() < (0.5 if kind == "student" else 0.6) else "masculine"
    community = chance.choices(tuple(COMMUNITIES), [names.share for names in COMMUNITIES.values()])[0]
    names = COMMUNITIES[community]
    given = chance.choice(names.feminine if presentation == "feminine" else names.masculine)
    family_of = names if chance.random() < 0.88 else COMMUNITIES["british"]
    family = _family_name(chance, family_of.family, presentation=presentation)
    house = chance.choice(tuple(tones.HOUSES))
    username = f"{_ascii(given)[:1]}{_ascii(family)[:8]}{code.lstrip('T0')}"
    face_seed = Random(f"face {seed} {code}").getrandbits(40)
    return Person(
        kind=kind,
        code=code,
        given_name=given,
        family_name=family,
        preferred_name=SHORT_FORMS.get(given, "") if chance.random() < 0.6 else "",
        username=username,
        email=f"{username}@{'student' if kind == 'student' else 'staff'}.example.org",
        year_level=year_level,
        roll_group=roll_group,
        house=house,
        campus=campus,
        first_academic_year=first_academic_year,
        sitter=Sitter(face_seed, birth_year, kind, presentation, community, house),
    )


def _family_name(chance: Random, names: tuple[str, ...], *, presentation: Presentation) -> str:
    name = chance.choice(names)
    while name == "Kaur" and presentation == "masculine":
        name = chance.choice(names)
    return name


def _campus(number: int) -> str:
    name = _CAMPUSES[number % len(_CAMPUSES)]
    return name if number < len(_CAMPUSES) else f"{name} {number // len(_CAMPUSES) + 1}"


def _ascii(name: str) -> str:
    """Return the letters of `name` in lower-case a to z."""
    plain = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d")).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalpha())
