"""The lists of students and of staff: who is on them, in pages, quick at a hundred thousand people.

Nothing is counted: a page asks for one person more than it shows. What a page holds is found as ids first, which an
index alone answers in the order of the list; the people and their photos are then fetched for these few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from photosync.apps.library.models import Withdrawal, YearPhoto
from photosync.apps.library.queries import photo_states
from photosync.apps.people.models import Person
from photosync.apps.people.queries import GROUPINGS, identified_by, plainly_named, values_in_use
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind
from photosync.web.faces_wall import DEEPEST_PAGE, LONGEST_SEARCH, MOST_WORDS, Face, face_of, natural_order, says

ROWS_PER_PAGE = 50
LONGEST_VALUE = 64
LEFT, EVERYONE = "left", "all"
STATUSES = ("", LEFT, EVERYONE)
THIS_YEAR, EARLIER, NONE, WITHDRAWN = "this-year", "earlier", "none", "withdrawn"
PHOTOS = ("", THIS_YEAR, EARLIER, NONE, WITHDRAWN)
SORTS = ("", "code", "level")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. Empty: whoever it is, current people, in order of names."""

    search: str = ""
    year_level: str = ""
    roll_group: str = ""
    house: str = ""
    campus: str = ""
    status: str = ""
    photo: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Return what a query string asks for; what it cannot ask for counts as not asked."""
        texts = {name: query.get(name, "").replace("\0", "")[:LONGEST_VALUE] for name in GROUPINGS}
        chosen = {
            name: text if (text := query.get(name, "")) in allowed else ""
            for name, allowed in (("status", STATUSES), ("photo", PHOTOS), ("sort", SORTS))
        }
        page = query.get("page", "")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
        search = query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        return cls(search, **texts, **chosen, page=min(max(number, 1), DEEPEST_PAGE))

    def query(self, page: int = 1) -> str:
        """Return the query string of page `page` of what is asked for; what is not asked for is left out."""
        asked = {
            "q": self.search,
            **{name: getattr(self, name) for name in (*GROUPINGS, "status", "photo", "sort")},
            "page": str(page) if page > 1 else "",
        }
        given = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def is_narrowed(self) -> bool:
        return any((self.search, self.status, self.photo, *(getattr(self, name) for name in GROUPINGS)))


@dataclass(frozen=True, slots=True)
class Row:
    person: Person
    face: Face
    photo: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: tuple[Row, ...]
    number: int
    has_next: bool


@dataclass(frozen=True)
class PeopleList:
    """Students or staff of a school as `asked`; protected people only where `shows_protected`."""

    school: School
    kind: PersonKind
    asked: Asked
    year: int
    shows_protected: bool

    def page(self) -> PeoplePage:
        start = (self.asked.page - 1) * ROWS_PER_PAGE
        ids = list(self.found[start : start + ROWS_PER_PAGE + 1])
        return PeoplePage(
            rows_of(ids[:ROWS_PER_PAGE], self.year), number=self.asked.page, has_next=len(ids) > ROWS_PER_PAGE
        )

    @cached_property
    def found(self) -> QuerySet[Person, int]:
        """The ids of everyone who is asked for, in order."""
        asked = self.asked
        people = Person.objects.filter(school=self.school, kind=self.kind.value)
        if not self.shows_protected:
            people = people.filter(protected=False)
        if asked.status != EVERYONE:
            people = people.filter(status=Person.Status.LEFT if asked.status == LEFT else Person.Status.ACTIVE)
        people = people.filter(**{name: value for name in GROUPINGS if (value := getattr(asked, name))})
        for word in asked.search.split()[:MOST_WORDS]:
            people = people.filter(
                says(word) | Q(pk__in=identified_by(self.school, word)) | Q(pk__in=plainly_named(self.school, word))
            )
        people = people.filter(*_with_photo(asked.photo, self.year))
        return people.order_by(*_ORDERS[asked.sort]).values_list("pk", flat=True)

    def choices(self) -> dict[str, list[str]]:
        """Return what there is to filter by, in natural order."""
        found = {name: values_in_use(self.school, self.kind, name) for name in GROUPINGS}
        return {name: sorted(values, key=natural_order) for name, values in found.items()}


# Shorter first, so that Year 7 comes before Year 10: an index can hold this order, unlike a natural one.
_BY_NAME = ("family_name", "given_name", "pk")
_ORDERS = {"": _BY_NAME, "code": ("code",), "level": (Length("year_level"), "year_level", *_BY_NAME)}


def _with_photo(photo: str, year: int) -> tuple[Combinable | Q, ...]:
    """Return the conditions for a photo state. A withdrawn photo is in no other state."""
    if not photo:
        return ()
    withdrawn = Q(pk__in=Withdrawal.objects.order_by().values("person_id"))
    if photo == WITHDRAWN:
        return (withdrawn,)
    photos = YearPhoto.objects.filter(person=OuterRef("pk")).order_by()
    this_year, any_earlier = Exists(photos.filter(academic_year=year)), Exists(photos.filter(academic_year__lt=year))
    states: dict[str, tuple[Combinable | Q, ...]] = {
        THIS_YEAR: (this_year,),
        EARLIER: (~this_year, any_earlier),
        NONE: (~this_year, ~any_earlier),
    }
    return (*states[photo], ~withdrawn)


def rows_of(ids: Sequence[int], year: int) -> tuple[Row, ...]:
    people = Person.objects.in_bulk(ids)
    states = photo_states(ids, year)
    return tuple(_row(people[pk], states[pk].shown_year, year, withdrawn=states[pk].withdrawn) for pk in ids)


def _row(person: Person, shown_year: int | None, year: int, *, withdrawn: bool) -> Row:
    # No page shows the photo of a protected person, so that its address answers nothing.
    face = face_of(person, None if person.protected else shown_year, year)
    if withdrawn:
        words = _("withdrawn")
    elif shown_year is None:
        words = _("none")
    else:
        words = str(shown_year)
    return Row(person, face, words)
