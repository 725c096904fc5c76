"""The timetable periods of a year as a drawing: a lane for each group, and the days shared. Geometry only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.periods import AcademicYearRule
from photosync.core.wording import date_words, list_words
from photosync.web.day_scale import A_DAY, Month, Window, months, percent

LANE_HEIGHT_PX = 34
BAR_HEIGHT_PX = 26
TOP_PX = 22
MONTH_LABELS = 12


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """One period from `x` for `width` per cent; `goes_on` beyond the end of the drawing."""

    period_id: int
    x: str
    width: str
    label: str
    words: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """Days on which more than one period runs."""

    x: str
    width: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The periods of one group, which never overlap."""

    group_number: int
    y_px: int
    bars: tuple[PeriodBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPlan:
    """`shared` holds the days that periods of different groups share, in the order of the days."""

    year: int
    lanes: tuple[Lane, ...]
    shared: tuple[Shared, ...]
    months: tuple[Month, ...]
    today_x: str | None
    height_px: int
    words: str


def draw_year(periods: Iterable[TimetablePeriod], year: int, rule: AcademicYearRule, today: date) -> YearPlan:
    """Return the drawing of the academic `year`."""
    window = Window(rule.first_day_of(year), rule.last_day_of(year))
    shown = [each for each in periods if each.start <= window.last and each.end >= window.first]
    lanes = _lanes(shown, window)
    shared = _shared(shown, window)
    return YearPlan(
        year=year,
        lanes=lanes,
        shared=shared,
        months=months(window, MONTH_LABELS),
        today_x=percent(window.x(today)) if window.holds(today) else None,
        height_px=TOP_PX + len(lanes) * LANE_HEIGHT_PX + 4,
        words=_words(year, shown, shared),
    )


def _lanes(periods: Sequence[TimetablePeriod], window: Window) -> tuple[Lane, ...]:
    groups = sorted({each.group_number for each in periods})
    return tuple(
        Lane(
            group,
            TOP_PX + number * LANE_HEIGHT_PX,
            tuple(_bar(each, window) for each in periods if each.group_number == group),
        )
        for number, group in enumerate(groups)
    )


def _bar(period: TimetablePeriod, window: Window) -> PeriodBar:
    x, end = window.x(period.start), window.x(period.end + A_DAY)
    words = f"{period.code}: {date_words(period.start)} to {date_words(period.end)}"
    return PeriodBar(period.pk, percent(x), percent(end - x), period.code, words, goes_on=period.end > window.last)


def _shared(periods: Sequence[TimetablePeriod], window: Window) -> tuple[Shared, ...]:
    """Return the stretches of days on which the same two or more periods run."""
    edges = {window.first, window.last + A_DAY}
    edges |= {each.start for each in periods} | {each.end + A_DAY for each in periods}
    found = []
    for first, after in pairwise(sorted(edge for edge in edges if window.first <= edge <= window.last + A_DAY)):
        codes = sorted(each.code for each in periods if each.start <= first <= each.end)
        if len(codes) > 1:
            x, end = window.x(first), window.x(after)
            words = _("%(codes)s share %(first)s to %(last)s") % {
                "codes": list_words(codes),
                "first": date_words(first),
                "last": date_words(after - A_DAY),
            }
            found.append(Shared(percent(x), percent(end - x), words))
    return tuple(found)


def _words(year: int, periods: Sequence[TimetablePeriod], shared: Sequence[Shared]) -> str:
    """Return the drawing in words, for those who do not see it."""
    if not periods:
        return _("%(year)s has no timetable period.") % {"year": year}
    listed = "; ".join(
        f"{each.code}, {_('group')} {each.group_number}, {date_words(each.start)} to {date_words(each.end)}"
        for each in periods
    )
    overlaps = "; ".join(each.words for each in shared) or _("no days are shared")
    return _("Timetable periods of %(year)s: %(listed)s. Shared days: %(overlaps)s.") % {
        "year": year,
        "listed": listed,
        "overlaps": overlaps,
    }
