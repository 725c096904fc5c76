"""The end of the academic year: what will happen on which date, from now to the first weeks of the next year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from photosync.core.attention import Wanted
from photosync.core.coming import Turn, coming_between
from photosync.core.instants import first_instant_after, first_instant_of, local_date
from photosync.core.periods import AcademicYearRule, TimetablePeriod
from photosync.core.status import DueTime, Mode, ProfileSchedule, due_times
from photosync.core.wording import date_words, list_words, time_words

A_DAY = timedelta(days=1)
FIRST_WEEKS = timedelta(weeks=12)
"""How far the timeline goes into the next academic year."""
LOOKS_AHEAD_AT_MOST = timedelta(weeks=26)
"""How much further it goes where the first run or the photo day is later."""
NEAR = timedelta(weeks=10)

HEADLINE = "{days} until the academic year {year} begins, on {date}."
ONE_DAY, DAYS = "1 day", "{days} days"
YEAR_BEGINS = (
    "The academic year {next_year} begins. Until its photos come, those of {year} are shown, marked with their year."
)
FIRST_RUN = "First run of {name} in {year}: at {time} ({codes})."
FIRST_RUN_ADDITIONS = (
    "First run of {name} in {year}: at {time} ({codes}), for additions only: no face that is shown changes."
)
ADDITIONS_FROM = "From this day ({codes}), {name} is for additions only: no face that is shown changes."
FULL_FROM = "From this day ({codes}), {name} changes faces again."
PHOTO_DAY_OF = "Photo day of {year}."
SEEN_FROM = "From this day, {audiences} see the archived reports of {name}."
STAFF, STUDENTS, PARENTS = "staff", "students", "parents"


class EventKind(StrEnum):
    """In the order in which events of one day are told."""

    YEAR_BEGINS = "year begins"
    STOPS = "stops"
    PAUSES = "pauses"
    STARTS = "starts"
    MODE_CHANGES = "mode changes"
    FIRST_RUN = "first run"
    REPORTS_SEEN = "reports seen"
    PHOTO_DAY = "photo day"


_ORDER = {kind: number for number, kind in enumerate(EventKind)}
_OF_TURN = {Turn.STARTS: EventKind.STARTS, Turn.PAUSES: EventKind.PAUSES, Turn.STOPS: EventKind.STOPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """`wants` is what of it wants a person. `held_run` and `failed_run` are numbers of runs, or empty."""

    profile_id: int
    schedule: ProfileSchedule
    holds_for_reports: bool = True
    wants: tuple[Wanted, ...] = ()
    held_run: str = ""
    failed_run: str = ""

    @property
    def name(self) -> str:
        return self.schedule.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFacts:
    """`with_report` of its `members` have a report, `archived` of these are archived. `waiting` photos wait for it.

    Dates are school-local; the three of the audiences may be missing.
    """

    cycle_id: int
    name: str
    academic_year: int
    opened_on: date
    archived_on: date | None = None
    is_released: bool = False
    members: int = 0
    with_report: int = 0
    archived: int = 0
    waiting: int = 0
    staff_from: date | None = None
    students_from: date | None = None
    parents_from: date | None = None

    @property
    def is_open(self) -> bool:
        return self.archived_on is None

    @property
    def holds(self) -> bool:
        return self.is_open and not self.is_released


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """What is known of one school. `photo_days` gives the day by academic year."""

    zone: ZoneInfo
    rule: AcademicYearRule
    profiles: tuple[ProfileFacts, ...] = ()
    cycles: tuple[CycleFacts, ...] = ()
    periods: tuple[TimetablePeriod, ...] = ()
    photo_days: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YearTurn:
    """The end of the academic `year` in which `today` is: `begins_on` is the first day of the next."""

    today: date
    year: int
    begins_on: date

    @property
    def next_year(self) -> int:
        return self.year + 1

    @property
    def days_left(self) -> int:
        return (self.begins_on - self.today).days

    @property
    def is_near(self) -> bool:
        """Whether these are the last ten weeks of the academic year."""
        return self.begins_on - self.today <= NEAR

    @property
    def headline(self) -> str:
        """For instance "34 days until the academic year 2027 begins, on Friday 1 January 2027."."""
        days = ONE_DAY if self.days_left == 1 else DAYS.format(days=self.days_left)
        return HEADLINE.format(days=days, year=self.next_year, date=date_words(self.begins_on))


@dataclass(frozen=True, slots=True)
class Event:
    """What happens on a day that has not passed. `profile_id` or `cycle_id` is set where it is about one."""

    on: date
    kind: EventKind
    sentence: str
    profile_id: int | None = None
    cycle_id: int | None = None


def turn_of(rule: AcademicYearRule, today: date) -> YearTurn:
    year = rule.academic_year_of(today)
    return YearTurn(today, year, rule.first_day_of(year + 1))


def turn_at(facts: YearFacts, now_utc: datetime) -> YearTurn:
    return turn_of(facts.rule, local_date(now_utc, facts.zone))


def mode_on(schedule: ProfileSchedule, day: date) -> Mode | None:
    """Return what a run may do on `day` by the timetable periods alone; None outside of them."""
    current = schedule.current(day)
    if not current:
        return None
    return Mode.ADDITIONS if all(each.mode is Mode.ADDITIONS for each in current) else Mode.FULL


def last_day_of_timeline(facts: YearFacts, turn: YearTurn) -> date:
    """Return the last day to tell of: some weeks into the next year, and as far as its first runs and photo day."""
    furthest = _later(turn.begins_on, LOOKS_AHEAD_AT_MOST)
    days = [_later(turn.begins_on, FIRST_WEEKS)]
    days += [event.on for event in _first_runs(facts, turn)]
    if (photo_day := facts.photo_days.get(turn.next_year)) is not None and photo_day <= furthest:
        days.append(photo_day)
    return max(days)


def events_of(facts: YearFacts, turn: YearTurn) -> tuple[Event, ...]:
    """Return what happens from today to the last day of the timeline, in order; nothing of a date that is over."""
    last = last_day_of_timeline(facts, turn)
    words = YEAR_BEGINS.format(year=turn.year, next_year=turn.next_year)
    found = [Event(turn.begins_on, EventKind.YEAR_BEGINS, words), *_first_runs(facts, turn)]
    for profile in facts.profiles:
        found += [
            Event(each.on, _OF_TURN[each.turn], each.sentence, profile_id=profile.profile_id)
            for each in coming_between(profile.schedule, turn.today, last)
        ]
        found += _mode_changes(profile)
    for cycle in facts.cycles:
        found += _seen_from(cycle)
    for year in (turn.year, turn.next_year):
        if year in facts.photo_days:
            found.append(Event(facts.photo_days[year], EventKind.PHOTO_DAY, PHOTO_DAY_OF.format(year=year)))
    return tuple(sorted((each for each in found if turn.today <= each.on <= last), key=_in_order))


def _in_order(event: Event) -> tuple[date, int, str, int, int]:
    return event.on, _ORDER[event.kind], event.sentence, event.profile_id or 0, event.cycle_id or 0


def first_due_of_next_year(profile: ProfileFacts, turn: YearTurn, zone: ZoneInfo) -> DueTime | None:
    """Return what is due first in the first half of the next academic year; None without it, or when Disabled."""
    if not profile.schedule.enabled:
        return None
    end = first_instant_after(_later(turn.begins_on, LOOKS_AHEAD_AT_MOST), zone)
    return next(due_times(profile.schedule, first_instant_of(turn.begins_on, zone), end), None)


def _first_runs(facts: YearFacts, turn: YearTurn) -> list[Event]:
    found = []
    for profile in facts.profiles:
        due = first_due_of_next_year(profile, turn, facts.zone)
        if due is not None:
            found.append(_first_run(profile, due, due.at_utc.astimezone(facts.zone), turn))
    return found


def _first_run(profile: ProfileFacts, due: DueTime, local: datetime, turn: YearTurn) -> Event:
    template = FIRST_RUN_ADDITIONS if due.mode is Mode.ADDITIONS else FIRST_RUN
    codes = list_words(sorted(each.period.code for each in due.assigned))
    sentence = template.format(name=profile.name, year=turn.next_year, time=time_words(local), codes=codes)
    return Event(local.date(), EventKind.FIRST_RUN, sentence, profile_id=profile.profile_id)


def _mode_changes(profile: ProfileFacts) -> Iterator[Event]:
    """Yield the days on which a profile that runs on begins to be for additions only, or ends to be so."""
    schedule = profile.schedule
    if not schedule.enabled:
        return
    days = {each.period.start for each in schedule.assigned}
    days |= {each.period.end + A_DAY for each in schedule.assigned if each.period.end < date.max}
    for day in days:
        before = mode_on(schedule, day - A_DAY)
        after = mode_on(schedule, day)
        if before is None or after is None or before is after:
            continue
        template = ADDITIONS_FROM if after is Mode.ADDITIONS else FULL_FROM
        codes = list_words(sorted(each.period.code for each in schedule.current(day) if each.mode is after))
        sentence = template.format(name=schedule.name, codes=codes)
        yield Event(day, EventKind.MODE_CHANGES, sentence, profile_id=profile.profile_id)


def _seen_from(cycle: CycleFacts) -> Iterator[Event]:
    """Yield one event for each day from which someone sees the reports of the cycle."""
    dates = ((STAFF, cycle.staff_from), (STUDENTS, cycle.students_from), (PARENTS, cycle.parents_from))
    by_day: dict[date, list[str]] = {}
    for audience, day in dates:
        if day is not None:
            by_day.setdefault(day, []).append(audience)
    for day, audiences in by_day.items():
        sentence = SEEN_FROM.format(audiences=list_words(audiences), name=cycle.name)
        yield Event(day, EventKind.REPORTS_SEEN, sentence, cycle_id=cycle.cycle_id)


def _later(day: date, by: timedelta) -> date:
    return day + by if date.max - day > by else date.max
