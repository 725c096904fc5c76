"""Coverage on the Overview: of each year level and of the staff, how many have a photo of this year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.library.coverage import Covered, coverage_of
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind
from photosync.web.day_scale import percent
from photosync.web.faces_wall import level_words, natural_order
from photosync.web.people_list import EARLIER, NONE, THIS_YEAR, WITHDRAWN
from photosync.web.remembered import Remembered

MOST_LEVELS = 40
STATES = (
    ("this_year", THIS_YEAR, gettext_lazy("this year's photo")),
    ("earlier", EARLIER, gettext_lazy("an earlier year's")),
    ("none", NONE, gettext_lazy("none")),
    ("withdrawn", WITHDRAWN, gettext_lazy("withdrawn")),
)
_remembered: Remembered[list[Covered]] = Remembered()


@dataclass(frozen=True, slots=True)
class Share:
    """Those in one photo state: `x` and `width` of their part of the bar in per cent, `url` the list of them."""

    slug: str
    words: str | Promise
    number: int
    x: str
    width: str
    url: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """`percent` is a whole number; 100 only where no one is missing, and 0 only where no one has one."""

    group: str
    people: int
    percent: int
    url: str
    shares: tuple[Share, ...]

    @property
    def words(self) -> str:
        parts = ", ".join(f"{share.number} {share.words}" for share in self.shares if share.number)
        return f"{self.group}: {self.percent} %. {parts}."


@dataclass(frozen=True, slots=True)
class CoveragePlot:
    year: int
    rows: tuple[CoverageRow, ...]
    total: CoverageRow | None
    left_out: int
    """Year levels beyond MOST_LEVELS, which the total counts."""

    @property
    def states(self) -> tuple[Share, ...]:
        return self.total.shares if self.total else ()


def coverage_plot(school: School, year: int) -> CoveragePlot:
    found = _remembered.get((school.pk, year), lambda: coverage_of(school, year))
    ordered = sorted(found, key=lambda each: (each.kind is PersonKind.STAFF, natural_order(each.year_level)))
    rows = tuple(_row(_group(each), [each], _list_of(each)) for each in ordered[:MOST_LEVELS])
    total = _row(_("Everyone"), ordered, "") if ordered else None
    return CoveragePlot(year, rows, total, max(len(ordered) - MOST_LEVELS, 0))


def _group(covered: Covered) -> str:
    return _("Staff") if covered.kind is PersonKind.STAFF else level_words(covered.year_level)


def _list_of(covered: Covered) -> str:
    """Return the address of the list of the group; of students without a year level there is none."""
    if covered.kind is PersonKind.STAFF:
        return f"{reverse('staff')}?"
    return f"{reverse('students')}?{urlencode({'year_level': covered.year_level})}&" if covered.year_level else ""


def _row(group: str, counted: Iterable[Covered], address: str) -> CoverageRow:
    counted = list(counted)
    people = sum(each.people for each in counted)
    shares, begun = [], 0
    for name, photo, words in STATES:
        number = sum(getattr(each, name) for each in counted)
        x, width = percent(100 * begun / people), percent(100 * number / people)
        shares.append(Share(photo, words, number, x, width, f"{address}photo={photo}" if address else ""))
        begun += number
    return CoverageRow(group, people, _whole_percent(shares[0].number, people), address.rstrip("?&"), tuple(shares))


def _whole_percent(part: int, whole: int) -> int:
    if part in (0, whole):
        return 100 if part else 0
    return min(max(round(100 * part / whole), 1), 99)
