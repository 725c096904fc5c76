"""People without a photo of this year, as the page of Review lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from photosync.apps.people.models import Person
from photosync.apps.people.wording import level_words
from photosync.apps.review.queues import Queue
from photosync.apps.review.without_photo import PersonWithout, levels_without, of_level, told_of, without_photo
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.web.faces_wall import DEEPEST_PAGE, Face, face_of, natural_order
from photosync.web.runs_list import number_in

ROWS_PER_PAGE = 50
LONGEST_LEVEL = 32


@dataclass(frozen=True, slots=True)
class LevelTab:
    words: str
    number: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class WithoutRow:
    person: Person
    face: Face
    told: str


def without_page(school: School, query: Mapping[str, str], now: datetime, *, shows_protected: bool) -> dict[str, Any]:
    """Return the year levels with how many lack a photo, and a page of those of one level."""
    year = academic_year_now(school, now)
    levels = levels_without(school, year, shows_protected=shows_protected)
    levels.sort(key=lambda each: (each.kind == Person.Kind.STAFF, natural_order(each.level)))
    if not levels:
        return {"year": year, "levels": [], "rows": []}
    wanted = (query.get("kind", ""), query.get("level", "").replace("\0", "")[:LONGEST_LEVEL])
    chosen = next((each for each in levels if (each.kind, each.level) == wanted), levels[0])
    people = of_level(without_photo(school, year, shows_protected=shows_protected), chosen.kind, chosen.level)
    number = min(number_in(query.get("page", "")) or 1, DEEPEST_PAGE)
    start = (number - 1) * ROWS_PER_PAGE
    found = list(people[start : start + ROWS_PER_PAGE + 1])
    return {
        "year": year,
        "levels": [
            LevelTab(
                _("Staff") if each.kind == Person.Kind.STAFF else level_words(each.level),
                each.people,
                _url(each.kind, each.level),
                each == chosen,
            )
            for each in levels
        ],
        "rows": [_row(each, year) for each in told_of(found[:ROWS_PER_PAGE], year)],
        "page_number": number,
        "earlier_url": _url(chosen.kind, chosen.level, number - 1) if number > 1 else "",
        "later_url": _url(chosen.kind, chosen.level, number + 1) if len(found) > ROWS_PER_PAGE else "",
    }


def _url(kind: str, level: str, page: int = 1) -> str:
    query = {"queue": Queue.WITHOUT_PHOTO.value, "kind": kind, "level": level}
    return f"{reverse('review')}?{urlencode(query | ({'page': page} if page > 1 else {}))}"


def _row(each: PersonWithout, year: int) -> WithoutRow:
    if each.is_withdrawn:
        said = [_("The photo is withdrawn.")]
    elif each.shown_year is not None:
        said = [_("%(year)d's photo is shown meanwhile.") % {"year": each.shown_year}]
    else:
        said = [_("There is no photo of any year.")]
    if each.rejected:
        said.append(_("A file for this person was rejected."))
    if each.in_review:
        said.append(_("A file for this person waits in review."))
    shown = None if each.person.protected else each.shown_year
    return WithoutRow(each.person, face_of(each.person, shown, year), " ".join(said))
