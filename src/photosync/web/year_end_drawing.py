"""The end of the year as a drawing: a lane for each thing, from today to next year's first weeks. Geometry only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from photosync.apps.reports.end_of_year import EndOfYear
from photosync.core.end_of_year import CycleFacts, ProfileFacts, YearTurn, mode_on
from photosync.core.forecast import stretches
from photosync.core.periods import AcademicYearRule, TimetablePeriod
from photosync.core.status import Mode, ProfileSchedule
from photosync.core.wording import date_words
from photosync.web.day_scale import A_DAY, Month, Window, months, percent

DAYS_BACK = timedelta(days=14)
LANES = 24
"""Of cycles, groups and profiles each no more are drawn; the list below the drawing has all."""


@dataclass(frozen=True, slots=True)
class Band:
    """Days from `x` for `width` per cent. `kind` is its look; `words` says the same."""

    x: str
    width: str
    label: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A day: a stop, a photo day, or one from which reports are seen."""

    x: str
    label: str
    kind: str
    words: str


HEIGHT, LABELS_Y = 30, 3
"""Of a lane, and of what is written at its marks, in pixels: beside the words in its bands."""
TALL, BELOW_Y, MARKS_Y = 48, 26, 27
"""The same where marks lie at the bands' days: they begin, and are named, below them."""


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    height: int = HEIGHT
    labels_y: int = LABELS_Y
    marks_y: int = 0

    @property
    def words(self) -> list[str]:
        return [each.words for each in self.bands] + [each.words for each in self.marks]


@dataclass(frozen=True, slots=True)
class YearEndDrawing:
    lanes: tuple[Lane, ...]
    months: tuple[Month, ...]
    today_x: str
    begins_x: str
    left_out: int

    @property
    def kinds(self) -> frozenset[str]:
        """What the drawing shows, for its legend."""
        bands = {each.kind for lane in self.lanes for each in lane.bands}
        return frozenset(bands | {each.kind for lane in self.lanes for each in lane.marks})


def draw_year_end(found: EndOfYear) -> YearEndDrawing:
    """Return the drawing from two weeks before today to the last day that the events tell of."""
    facts, turn = found.facts, found.turn
    window = Window(turn.today - DAYS_BACK, found.last_day)
    groups = _groups(facts.periods, window)
    cycles = [each for each in facts.cycles if each.is_open or _is_near(each, window)]
    lanes = [_years(facts.rule, turn, window)]
    lanes += [_cycle(each, turn, window) for each in cycles[:LANES]]
    lanes += [_group(number, periods, window) for number, periods in groups[:LANES]]
    lanes += [_profile(each, window) for each in facts.profiles[:LANES]]
    lanes.append(_photo_days(facts.photo_days.items(), window))
    drawn = sum(min(len(each), LANES) for each in (cycles, groups, facts.profiles))
    return YearEndDrawing(
        lanes=tuple(lanes),
        months=months(window),
        today_x=percent(window.x(turn.today)),
        begins_x=percent(window.x(turn.begins_on)),
        left_out=len(cycles) + len(groups) + len(facts.profiles) - drawn,
    )


def _band(first: date, last: date, window: Window, label: str, kind: str, what: str = "") -> Band:
    x, end = window.x(first), window.x(last + A_DAY if last < date.max else last)
    words = _("%(what)s: %(first)s to %(last)s") % {
        "what": what or label,
        "first": date_words(first),
        "last": date_words(last),
    }
    return Band(percent(x), percent(end - x), label, kind, words)


def _mark(day: date, window: Window, label: str, kind: str) -> Mark:
    return Mark(percent(window.x(day)), label, kind, f"{label}: {date_words(day)}")


def _years(rule: AcademicYearRule, turn: YearTurn, window: Window) -> Lane:
    years = (
        _band(rule.first_day_of(turn.year), turn.begins_on - A_DAY, window, f"{turn.year}", "year"),
        _band(turn.begins_on, rule.last_day_of(turn.next_year), window, f"{turn.next_year}", "next-year"),
    )
    return Lane(_("Academic year"), years)


def _is_near(cycle: CycleFacts, window: Window) -> bool:
    dates = (cycle.archived_on, cycle.staff_from, cycle.students_from, cycle.parents_from)
    return any(day is not None and window.holds(day) for day in dates)


def _cycle(cycle: CycleFacts, turn: YearTurn, window: Window) -> Lane:
    """Draw an open cycle as far as the year goes on, or as today where the year is over: until when is not known."""
    last = cycle.archived_on or max(turn.begins_on - A_DAY, cycle.opened_on)
    state = _("open") if cycle.is_open else _("archived")
    kind = "open-cycle" if cycle.is_open else "cycle"
    bands = (_band(cycle.opened_on, last, window, state, kind, what=f"{cycle.name}, {state}"),)
    seen = (
        (_("staff"), cycle.staff_from),
        (_("students"), cycle.students_from),
        (_("parents"), cycle.parents_from),
    )
    by_day: dict[date, list[str]] = {}
    for audience, day in seen:
        if day is not None and window.holds(day):
            by_day.setdefault(day, []).append(audience)
    marks = [
        Mark(percent(window.x(day)), "", "seen", f"{', '.join(who)}: {date_words(day)}")
        for day, who in sorted(by_day.items())
    ]
    # The days are often close together: one label stands at the last.
    if not marks:
        return Lane(cycle.name, bands)
    label = ", ".join(who for _day, of_day in sorted(by_day.items()) for who in of_day)
    marks[-1] = replace(marks[-1], label=label)
    # In a narrow window the words in the band reach as far as the days: these stand below.
    return Lane(cycle.name, bands, tuple(marks), TALL, BELOW_Y, MARKS_Y)


def _groups(periods: Sequence[TimetablePeriod], window: Window) -> list[tuple[int, list[TimetablePeriod]]]:
    shown = [each for each in periods if each.start <= window.last and each.end >= window.first]
    numbers = sorted({each.group_number for each in shown})
    return [(number, [each for each in shown if each.group_number == number]) for number in numbers]


def _group(number: int, periods: Iterable[TimetablePeriod], window: Window) -> Lane:
    bands = tuple(_band(each.start, each.end, window, each.code, "period") for each in periods)
    return Lane(_("Periods, group %(number)s") % {"number": number}, bands)


def _profile(profile: ProfileFacts, window: Window) -> Lane:
    """Draw on which days it may run, and how; where it pauses; and its stop."""
    schedule = profile.schedule
    bands = [*_running(schedule, window), *_pauses(schedule, window)]
    stops_on = schedule.stops_on
    marks = []
    if stops_on is not None and window.holds(stops_on):
        marks.append(
            Mark(
                percent(window.x(stops_on + A_DAY)),
                _("stops"),
                "stop",
                _("last day: %(day)s") % {"day": date_words(stops_on)},
            )
        )
    name = schedule.name if schedule.enabled else _("%(name)s (Disabled)") % {"name": schedule.name}
    return Lane(name, tuple(bands), tuple(marks))


def _running(schedule: ProfileSchedule, window: Window) -> list[Band]:
    """Return a band for each run of days on which the mode is the same."""
    edges = {window.first, window.last + A_DAY}
    for each in schedule.assigned:
        edges |= {each.period.start, each.period.end + A_DAY if each.period.end < date.max else date.max}
    days = sorted(day for day in edges if window.first <= day <= window.last + A_DAY)
    runs: list[tuple[date, date, Mode | None]] = []
    for first, after in pairwise(days):
        mode = mode_on(schedule, first)
        if runs and runs[-1][2] is mode:
            runs[-1] = (runs[-1][0], after, mode)
        else:
            runs.append((first, after, mode))
    looks = {Mode.FULL: ("runs", _("runs")), Mode.ADDITIONS: ("additions", _("additions only"))}
    return [
        _band(first, after - A_DAY, window, looks[mode][1], looks[mode][0] if schedule.enabled else "off")
        for first, after, mode in runs
        if mode is not None
    ]


def _pauses(schedule: ProfileSchedule, window: Window) -> list[Band]:
    covered = stretches(schedule.assigned)
    gaps = [(one.last_day + A_DAY, two.first_day - A_DAY) for one, two in pairwise(covered)]
    return [
        _band(first, last, window, _("pause"), "pause")
        for first, last in gaps
        if first <= window.last and last >= window.first
    ]


def _photo_days(days: Iterable[tuple[int, date]], window: Window) -> Lane:
    shown = sorted((day, year) for year, day in days if window.holds(day))
    marks = tuple(_mark(day, window, _("photos of %(year)s") % {"year": year}, "photo-day") for day, year in shown)
    return Lane(_("Photo day"), (), marks)
