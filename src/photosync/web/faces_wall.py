"""The wall of faces: who is on it, in pages, quick at a hundred thousand people.

Nothing is counted: a page asks for one person more than it shows and so knows whether there is a next one.
Protected people and those who left are on no wall. Who may not be shown for school use is there with initials.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from photosync.apps.library.queries import photo_states
from photosync.apps.people import wording
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.people.queries import plainly_named
from photosync.apps.schools.models import School
from photosync.core.consent import Purpose
from photosync.core.people import plain_letters

PEOPLE_PER_PAGE = 60
DEEPEST_PAGE = 2_000
LONGEST_SEARCH = 100
MOST_WORDS = 4
TINTS = 6
level_words = wording.level_words


@dataclass(frozen=True, slots=True)
class Face:
    """A person on the wall. `photo_year` is None without a photo; `is_earlier`: the photo is not this year's."""

    person_id: int
    name: str
    code: str
    detail: str
    initials: str
    tint: int
    photo_year: int | None
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class WallPage:
    faces: tuple[Face, ...]
    number: int
    has_next: bool


def year_levels(school: School) -> list[str]:
    """Return the year levels of the students, in their natural order; answered by an index alone."""
    students = Person.objects.filter(school=school, kind=Person.Kind.STUDENT, status=Person.Status.ACTIVE)
    rows = students.order_by()
    return sorted(rows.values_list("year_level", flat=True).distinct(), key=natural_order)


def natural_order(text: str) -> list[tuple[int, int | str]]:
    """Return a key that puts Year 7 before Year 10, and an empty text last."""
    if not text:
        return [(2, "")]
    return [(0, int(p)) if p.isdecimal() else (1, p.casefold()) for p in re.split(r"(\d{1,9})", text) if p]


def people_of_level(school: School, kind: str, year_level: str) -> QuerySet[Person]:
    people = _on_the_wall(school).filter(kind=kind)
    if kind == Person.Kind.STUDENT:
        people = people.filter(year_level=year_level)
    return people.order_by("family_name", "given_name", "pk")


def people_found(school: School, search: str) -> QuerySet[Person]:
    """Return people of whom every word of `search` begins the code or is part of a name."""
    people = _on_the_wall(school)
    for word in search[:LONGEST_SEARCH].split()[:MOST_WORDS]:
        # Apart, an index holds all that is looked through.
        named = Person.objects.filter(says(word), school=school).order_by().values("pk")
        people = people.filter(Q(pk__in=named) | Q(pk__in=plainly_named(school, word)))
    return people.order_by("family_name", "given_name", "pk")


def says(word: str) -> Q:
    """Return the condition that `word` begins the code or is part of a name; names with marks: `plainly_named`."""
    # SQLite knows the letter case of ASCII only.
    spellings = (
        {word}
        if word.isascii()
        else {word, word.lower(), word.upper(), word.capitalize(), plain_letters(word) or word}
    )
    return reduce(
        or_,
        (
            Q(family_name__icontains=each)
            | Q(given_name__icontains=each)
            | Q(preferred_name__icontains=each)
            | Q(code__istartswith=each)
            for each in spellings
        ),
    )


def _on_the_wall(school: School) -> QuerySet[Person]:
    return Person.objects.filter(school=school, status=Person.Status.ACTIVE, protected=False)


def wall_page(school: School, people: QuerySet[Person], number: int, current_year: int) -> WallPage:
    """Return page `number` (from 1) of `people`, with the photo that each has now."""
    number = min(max(number, 1), DEEPEST_PAGE)
    start = (number - 1) * PEOPLE_PER_PAGE
    found = list(people[start : start + PEOPLE_PER_PAGE + 1])
    faces = faces_of(school, found[:PEOPLE_PER_PAGE], current_year)
    return WallPage(faces, number, has_next=len(found) > PEOPLE_PER_PAGE)


def faces_of(school: School, people: Sequence[Person], current_year: int) -> tuple[Face, ...]:
    """Return the faces of people of `school`; initials where there is no consent for school use."""
    shown = {person.pk for person in people if showing_of(person, Purpose.SCHOOL_USE, school).allowed}
    states = photo_states([person.pk for person in people], current_year)
    return tuple(
        face_of(person, states[person.pk].shown_year if person.pk in shown else None, current_year)
        for person in people
    )


def face_of(person: Person, shown_year: int | None, current_year: int) -> Face:
    return Face(
        person_id=person.pk,
        name=person.label,
        code=person.code,
        detail=person.roll_group or person.house,
        initials=wording.initials_of(person),
        tint=person.pk % TINTS,
        photo_year=shown_year,
        is_earlier=shown_year is not None and shown_year < current_year,
    )
