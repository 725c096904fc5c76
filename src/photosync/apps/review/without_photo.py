"""People who have no photo of this academic year, by year level, and what there is of them instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from photosync.apps.library.models import Withdrawal, YearPhoto
from photosync.apps.library.queries import photo_states
from photosync.apps.people.models import Person
from photosync.apps.review.queues import CODES
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile

State = ListedFile.State


@dataclass(frozen=True, slots=True)
class LevelWithout:
    """Staff are one level, without a name."""

    kind: str
    level: str
    people: int


@dataclass(frozen=True, slots=True)
class PersonWithout:
    """`shown_year` is of the photo shown meanwhile, None without one. `rejected`, `in_review`: files that wait."""

    person: Person
    shown_year: int | None
    is_withdrawn: bool
    rejected: int
    in_review: int


def without_photo(school: School, year: int, *, shows_protected: bool) -> QuerySet[Person]:
    """Return current people of whom no photo of `year` is shown: there is none, or it is withdrawn."""
    people = Person.objects.filter(school=school, status=Person.Status.ACTIVE)
    if not shows_protected:
        people = people.filter(protected=False)
    has_photo = Exists(YearPhoto.objects.filter(person=OuterRef("pk"), academic_year=year))
    withdrawn = Q(pk__in=Withdrawal.objects.filter(person__school=school).order_by().values("person_id"))
    return people.filter(~has_photo | withdrawn)


def levels_without(school: School, year: int, *, shows_protected: bool) -> list[LevelWithout]:
    """Return how many there are in each year level, and of the staff; levels without any are left out."""
    found: dict[tuple[str, str], int] = {}
    rows = without_photo(school, year, shows_protected=shows_protected).order_by()
    for kind, level, number in rows.values_list("kind", "year_level").annotate(Count("pk")):
        key = (kind, level if kind == Person.Kind.STUDENT else "")
        found[key] = found.get(key, 0) + number
    return [LevelWithout(kind, level, number) for (kind, level), number in found.items()]


def of_level(people: QuerySet[Person], kind: str, level: str) -> QuerySet[Person]:
    people = people.filter(kind=kind)
    if kind == Person.Kind.STUDENT:
        people = people.filter(year_level=level)
    return people.order_by("family_name", "given_name", "pk")


def told_of(people: Sequence[Person], year: int) -> list[PersonWithout]:
    """Return what there is of each of `people`, in five queries."""
    ids = [person.pk for person in people]
    states = photo_states(ids, year)
    files = ListedFile.objects.filter(person_id__in=ids).order_by()
    reasons = [code for codes in CODES.values() for code in codes]
    waiting = dict(
        files.filter(state=State.REVIEW, reason_code__in=reasons).values_list("person_id").annotate(Count("pk"))
    )
    rejected = dict(files.filter(state=State.REJECTED).values_list("person_id").annotate(Count("pk")))
    return [
        PersonWithout(
            person,
            states[person.pk].shown_year,
            states[person.pk].withdrawn,
            rejected.get(person.pk, 0),
            waiting.get(person.pk, 0),
        )
        for person in people
    ]
