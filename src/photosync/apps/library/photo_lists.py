"""Photo lists: a class, a year level or all staff with the faces of one academic year, for someone to look at.

Rule: docs/decisions/0006, "Photo lists".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from photosync.apps.library.models import Picture, Withdrawal, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.people.queries import GROUPINGS
from photosync.apps.schools.models import School
from photosync.apps.timetable.choices import Audience
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.consent import Purpose
from photosync.core.errors import NotFound, WrongUse
from photosync.core.instants import local_date
from photosync.core.people import PersonKind, quoted
from photosync.core.periods import nearest_day
from photosync.core.photos import photo_for_year

AUDIENCES = (Audience.STAFF, Audience.MARKS_BOOK, Audience.STUDENTS, Audience.PARENTS)
WITHIN_THE_SCHOOL = frozenset({Audience.STAFF, Audience.MARKS_BOOK})
MOST_PEOPLE = 2_000
BY_NAME, BY_ROLL_GROUP = "name", "roll-group"
SORTS = (BY_NAME, BY_ROLL_GROUP)
_ORDERS = {
    BY_NAME: ("family_name", "given_name", "pk"),
    BY_ROLL_GROUP: ("roll_group", "family_name", "given_name", "pk"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """Who is on the list, and for whom it is made. Of `groups` each member narrows the list; staff need none."""

    kind: PersonKind = PersonKind.STUDENT
    year_level: str = ""
    roll_group: str = ""
    house: str = ""
    campus: str = ""
    audience: Audience = Audience.STAFF
    period: TimetablePeriod | None = None
    sort: str = BY_NAME
    codes: bool = False

    @property
    def groups(self) -> dict[str, str]:
        return {name: value for name in GROUPINGS if (value := getattr(self, name))}

    @property
    def names_a_group(self) -> bool:
        """Whether it is narrow enough to be a list: all students of a school are no class."""
        return self.kind is PersonKind.STAFF or bool(self.groups)


@dataclass(frozen=True, slots=True)
class Listed:
    """A person on the list. Without `picture`, `photo_year` is None too."""

    person: Person
    picture: Picture | None
    photo_year: int | None


def list_year(school: School, period: TimetablePeriod | None, now: datetime) -> int:
    """Return the academic year whose photos a list shows: that of today, or of the day of the period nearest to it.

    The period's own Year is a label and plays no part.
    """
    return school.academic_year_rule.academic_year_of(list_day(school, period, now))


def list_day(school: School, period: TimetablePeriod | None, now: datetime) -> date:
    today = local_date(now, school.zone)
    return today if period is None else nearest_day(period.start, period.end, today)


def people_on(school: School, wanted: ListOf) -> QuerySet[Person]:
    """Return who is on the list, in its order: people who are current and not protected."""
    people = Person.objects.filter(
        school=school, kind=wanted.kind.value, status=Person.Status.ACTIVE, protected=False, **wanted.groups
    )
    return people.order_by(*_ORDERS[wanted.sort])


def listed(school: School, people: Sequence[Person], audience: Audience, year: int) -> list[Listed]:
    """Return each person of `school` with the photo of `year`, else of the latest earlier, where it may be shown."""
    ids = [person.pk for person in people]
    withdrawn = set(Withdrawal.objects.filter(person_id__in=ids).values_list("person_id", flat=True))
    by_person: dict[int, dict[int, Picture]] = {}
    rows = YearPhoto.objects.filter(person_id__in=ids, academic_year__lte=year).select_related("version__picture")
    for row in rows:
        by_person.setdefault(row.person_id, {})[row.academic_year] = row.version.picture
    return [
        _listed(
            person,
            by_person.get(person.pk, {}),
            year,
            shows=person.pk not in withdrawn and _may(person, audience, school),
        )
        for person in people
    ]


def _listed(person: Person, pictures: Mapping[int, Picture], year: int, *, shows: bool) -> Listed:
    found = photo_for_year(pictures, year) if shows else None
    return Listed(person, None, None) if found is None else Listed(person, *found)


def _may(person: Person, audience: Audience, school: School) -> bool:
    """Whether the photo may be on a list for `audience`.

    Within the school it is school use, as on the wall; what goes to students or parents is a printed publication.
    """
    purpose = Purpose.SCHOOL_USE if audience in WITHIN_THE_SCHOOL else Purpose.PRINTED_PUBLICATION
    return showing_of(person, purpose, school).allowed


def checked_people(school: School, wanted: ListOf) -> list[Person]:
    """Return everyone on the list. Raises WrongUse where it names no group or too many, NotFound where no one is."""
    if not wanted.names_a_group:
        raise WrongUse("A list is of a year level, roll group, house or campus, or of the staff. Choose one.")
    people = list(people_on(school, wanted)[: MOST_PEOPLE + 1])
    if len(people) > MOST_PEOPLE:
        raise WrongUse(f"More than {MOST_PEOPLE} people are on this list. Nothing was made. Choose a smaller group.")
    if not people:
        said = ", ".join(quoted(value) for value in wanted.groups.values()) or "the staff"
        raise NotFound(f"No one is on the list of {said}. Nothing was made. Choose another group.")
    return people
