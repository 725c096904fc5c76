"""What the address of a photo list asks for, and the drop-downs that ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from photosync.apps.library.photo_lists import AUDIENCES, BY_NAME, BY_ROLL_GROUP, SORTS, ListOf
from photosync.apps.people.queries import GROUPINGS, values_in_use
from photosync.apps.people.wording import level_words
from photosync.apps.schools.models import School
from photosync.apps.timetable.choices import Audience, periods_offered
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.people import PersonKind
from photosync.web.faces_wall import natural_order

LONGEST_VALUE = 64
MOST_PERIODS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down: its choices as (value, words)."""

    name: str
    words: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class AskedList:
    """`wanted` is what the list is of. `periods` are those that its drop-down offers."""

    wanted: ListOf
    periods: tuple[TimetablePeriod, ...]
    groups: Mapping[str, list[str]]

    @classmethod
    def of(cls, query: Mapping[str, str], school: School, today: date) -> AskedList:
        """Return what a query string asks for; what it cannot ask for counts as not asked.

        Without any group it is the first year level, so that the page begins with faces.
        """
        kind = PersonKind.STAFF if query.get("kind") == PersonKind.STAFF else PersonKind.STUDENT
        told = query.get("for", "")
        audience = Audience(told) if told in AUDIENCES else Audience.STAFF
        periods = tuple(periods_offered(school, audience)[:MOST_PERIODS])
        names = GROUPINGS if kind is PersonKind.STUDENT else tuple(n for n in GROUPINGS if n in ("house", "campus"))
        groups = {name: sorted(values_in_use(school, kind, name), key=natural_order) for name in names}
        chosen = {name: query.get(name, "").replace("\0", "")[:LONGEST_VALUE] for name in names}
        sort = query.get("sort", "")
        wanted = ListOf(
            kind=kind,
            **chosen,
            audience=audience,
            period=_period(periods, query.get("period"), today),
            sort=sort if sort in SORTS else BY_NAME,
            codes=query.get("codes") == "yes",
        )
        if not any(name in query for name in names) and kind is PersonKind.STUDENT:
            wanted = replace(wanted, year_level=next(iter(groups["year_level"]), ""))
        return cls(wanted, periods, groups)

    def query(self, page: int = 1) -> str:
        """Return the query string of page `page` of this list."""
        wanted = self.wanted
        asked = {
            "for": wanted.audience.value,
            "period": wanted.period.code if wanted.period is not None else "-",
            "kind": wanted.kind.value,
            **wanted.groups,
            "sort": wanted.sort,
            "codes": "yes" if wanted.codes else "",
            "page": str(page) if page > 1 else "",
        }
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"

    def choices(self) -> list[Choice]:
        wanted = self.wanted
        audiences = (
            (Audience.STAFF.value, _("Staff")),
            (Audience.MARKS_BOOK.value, _("Marks Book")),
            (Audience.STUDENTS.value, _("Students")),
            (Audience.PARENTS.value, _("Parents")),
        )
        periods = (*((each.code, period_words(each)) for each in self.periods), ("-", _("No period")))
        kinds = ((PersonKind.STUDENT.value, _("Students")), (PersonKind.STAFF.value, _("All staff")))
        sorts = ((BY_NAME, _("Name")), (BY_ROLL_GROUP, _("Roll group")))
        groups = [self._group(name, values) for name, values in self.groups.items()]
        return [
            Choice("for", _("List for"), audiences, wanted.audience.value),
            Choice("period", _("Timetable period"), periods, wanted.period.code if wanted.period else "-"),
            Choice("kind", _("Faces of"), kinds, wanted.kind.value),
            *(each for each in groups if len(each.choices) > 1),
            *([] if wanted.kind is PersonKind.STAFF else [Choice("sort", _("Sort by"), sorts, wanted.sort)]),
        ]

    def _group(self, name: str, values: list[str]) -> Choice:
        words = {
            "year_level": _("Year level"),
            "roll_group": _("Roll group"),
            "house": _("House"),
            "campus": _("Campus"),
        }
        shown = level_words if name == "year_level" else str
        chosen = getattr(self.wanted, name)
        listed = values if not chosen or chosen in values else [*values, chosen]
        return Choice(name, words[name], (("", _("All")), *((value, shown(value)) for value in listed)), chosen)


def period_words(period: TimetablePeriod) -> str:
    """Return the code, with the description where it says more."""
    return period.code if period.description in ("", period.code) else f"{period.code}: {period.description}"


def _period(periods: tuple[TimetablePeriod, ...], code: str | None, today: date) -> TimetablePeriod | None:
    """Return the period that is asked for; without one the shortest that has today in it, else the latest.

    A period for several years, made for the sync, is not what someone wants who prints the list of a class.
    """
    if code == "-":
        return None
    found = next((each for each in periods if each.code == code), None)
    of_today = min(
        (each for each in periods if each.start <= today <= each.end),
        key=lambda each: each.end - each.start,
        default=None,
    )
    return found or of_today or next(iter(periods), None)
