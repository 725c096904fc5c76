"""What is to be done before the academic year ends: one line each, whether it is done, and what mends it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from photosync.core import year_end_words as words
from photosync.core.attention import Concern
from photosync.core.end_of_year import (
    A_DAY,
    CycleFacts,
    ProfileFacts,
    YearFacts,
    YearTurn,
    first_due_of_next_year,
    mode_on,
)
from photosync.core.explanation import Stretch
from photosync.core.forecast import stretches
from photosync.core.instants import local_date
from photosync.core.periods import TimetablePeriod
from photosync.core.status import Mode
from photosync.core.wording import date_words, list_words

SETTLED = timedelta(weeks=8)
"""How far into the next academic year a period must reach to be next year's, and no summer period."""
EARLY = timedelta(weeks=8)
"""How long before the academic year begins its period may start; one that starts earlier is for several years."""


class State(StrEnum):
    DONE = "done"
    TO_DO = "to do"
    WARNING = "warning"
    NOT_NEEDED = "not needed"


class Topic(StrEnum):
    """In the order of the checklist."""

    CYCLE = "reporting cycle"
    REPORTS = "reports"
    RUNNING = "running"
    HELD = "held"
    STOP = "stop"
    NEXT_PERIOD = "next period"
    PHOTO_DAY = "photo day"


class Concerns(StrEnum):
    """Who it concerns: the roles that may mend it, or who looks after the server."""

    ARCHIVIST = "archivist"
    SYNC_MANAGER = "sync manager"
    OPERATOR = "operator of the server"


class Remedy(StrEnum):
    """What mends it; which page or command that is, is said where it is shown."""

    MAKE_CYCLE = "make a reporting cycle"
    SEE_CYCLE = "see the reporting cycle"
    ARCHIVE = "archive the reports"
    DECIDE_RUN = "compare and decide"
    SEE_RUN = "look at the run"
    SEE_RUNS = "look at the runs"
    ENABLE = "enable"
    CHANGE_PROFILE = "change the sync profile"
    ASSIGN_PERIOD = "assign next year's period"
    NEXT_PERIOD = "create next year's period and assign it"
    FIRST_PERIOD = "add a timetable period"
    PHOTO_DAY = "set the photo day"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One line of the checklist. The members after `remedy` say of which profile, cycle, run or year it is."""

    topic: Topic
    state: State
    sentence: str
    concerns: Concerns
    remedy: Remedy | None = None
    profile_id: int | None = None
    cycle_id: int | None = None
    run: str = ""
    year: int | None = None

    @property
    def key(self) -> str:
        """The same for the same line tomorrow, whatever its state; no two lines have the same."""
        subject = self.cycle_id or self.profile_id or self.year
        return self.topic.value.replace(" ", "-") + (f"-{subject}" if subject else "")


def checklist(facts: YearFacts, turn: YearTurn) -> tuple[CheckItem, ...]:
    """Return every line in the order in which one goes through them."""
    return (
        _cycle_exists(facts, turn),
        *_reports(facts, turn),
        *_running(facts),
        *_held(facts),
        *_stops(facts, turn),
        *(_next_period(each, facts, turn) for each in facts.profiles),
        _photo_day(facts, turn),
    )


def last_cycle_of(facts: YearFacts, turn: YearTurn) -> CycleFacts | None:
    """Return the cycle of the year's last reports: opened in the second half of it, or not the year's first."""
    of_year = sorted(
        (each for each in facts.cycles if each.academic_year == turn.year),
        key=lambda each: (each.opened_on, each.cycle_id),
    )
    if of_year and (len(of_year) > 1 or of_year[-1].opened_on >= _middle(facts, turn)):
        return of_year[-1]
    return None


def _middle(facts: YearFacts, turn: YearTurn) -> date:
    first = facts.rule.first_day_of(turn.year)
    return first + (turn.begins_on - first) / 2


def _cycle_exists(facts: YearFacts, turn: YearTurn) -> CheckItem:
    found = last_cycle_of(facts, turn)
    if found is not None:
        state, remedy = State.DONE, None
        sentence = words.HAS_CYCLE.format(year=turn.year, name=found.name)
    elif turn.today < _middle(facts, turn):
        state, remedy = State.NOT_NEEDED, None
        sentence = words.NO_CYCLE_YET.format(year=turn.year, date=date_words(_middle(facts, turn)))
    else:
        state, remedy = State.TO_DO, Remedy.MAKE_CYCLE
        sentence = words.NO_CYCLE.format(year=turn.year)
    return CheckItem(topic=Topic.CYCLE, state=state, sentence=sentence, concerns=Concerns.ARCHIVIST, remedy=remedy)


def _reports(facts: YearFacts, turn: YearTurn) -> Iterator[CheckItem]:
    """Yield every open cycle, and the closed ones of this year; the oldest first."""
    for cycle in sorted(facts.cycles, key=lambda each: (each.academic_year, each.opened_on, each.cycle_id)):
        if not cycle.is_open and cycle.academic_year != turn.year:
            continue
        state, sentence = _reports_of(cycle, turn)
        yield CheckItem(
            topic=Topic.REPORTS,
            state=state,
            sentence=sentence,
            concerns=Concerns.ARCHIVIST,
            remedy=_remedy_of(cycle),
            cycle_id=cycle.cycle_id,
        )


def _remedy_of(cycle: CycleFacts) -> Remedy | None:
    if not cycle.is_open:
        return None
    is_ready = cycle.archived < cycle.members == cycle.with_report
    return Remedy.ARCHIVE if is_ready else Remedy.SEE_CYCLE


def _reports_of(cycle: CycleFacts, turn: YearTurn) -> tuple[State, str]:
    numbers = {"name": cycle.name, "archived": cycle.archived, "members": cycle.members}
    if not cycle.is_open:
        return State.DONE, words.CLOSED.format(**numbers)
    if not cycle.members:
        return State.WARNING, words.NOBODY_IN.format(name=cycle.name)
    if cycle.archived >= cycle.members:
        return State.TO_DO, words.ALL_ARCHIVED.format(**numbers)
    waiting = words.WAITING_ONE if cycle.waiting == 1 else words.WAITING.format(number=cycle.waiting)
    further = words.RELEASED if cycle.is_released else waiting if cycle.waiting else ""
    is_late = cycle.academic_year < turn.year
    further += words.OF_A_YEAR_THAT_IS_OVER.format(year=cycle.academic_year) if is_late else ""
    missing = ", ".join(_not_archived(cycle))
    sentence = words.MISSING.format(missing=missing, waiting=further, **numbers)
    return State.WARNING if is_late else State.TO_DO, sentence


def _not_archived(cycle: CycleFacts) -> list[str]:
    """Return how many reports are there and wait to be archived, and how many have not come."""
    ready = max(cycle.with_report - cycle.archived, 0)
    missing = cycle.members - cycle.archived - ready
    told = []
    if ready:
        told.append(words.READY_ONE if ready == 1 else words.READY_SEVERAL.format(number=ready))
    if missing:
        told.append(words.MISSING_ONE if missing == 1 else words.MISSING_SEVERAL.format(number=missing))
    return told


_OF_CONCERN = {
    Concern.NOT_RUNNING: (Concerns.OPERATOR, None),
    Concern.FAILING: (Concerns.SYNC_MANAGER, Remedy.SEE_RUN),
    Concern.STALE: (Concerns.SYNC_MANAGER, Remedy.SEE_RUNS),
    Concern.DISABLED: (Concerns.SYNC_MANAGER, Remedy.ENABLE),
}


def _running(facts: YearFacts) -> Iterator[CheckItem]:
    """Yield what does not run as its status says; one line of praise where everything does."""
    if not facts.profiles:
        yield CheckItem(
            topic=Topic.RUNNING, state=State.NOT_NEEDED, sentence=words.NO_PROFILE, concerns=Concerns.SYNC_MANAGER
        )
        return
    lines: dict[object, CheckItem] = {}
    for profile in facts.profiles:
        bad = next((each for each in profile.wants if each.concern in _OF_CONCERN), None)
        if bad is None:
            continue
        # That no worker runs is the same for every profile, and told once.
        key = bad.sentence if bad.concern is Concern.NOT_RUNNING else profile.profile_id
        if key in lines:
            first = lines[key]
            lines[key] = replace(first, sentence=f"{profile.name}, {first.sentence}")
            continue
        concerns, remedy = _OF_CONCERN[bad.concern]
        lines[key] = CheckItem(
            topic=Topic.RUNNING,
            state=State.WARNING,
            sentence=f"{profile.name}: {bad.sentence}",
            concerns=concerns,
            remedy=remedy,
            profile_id=profile.profile_id,
            run=profile.failed_run if remedy is Remedy.SEE_RUN else "",
        )
    yield from lines.values()
    if not lines:
        yield CheckItem(topic=Topic.RUNNING, state=State.DONE, sentence=words.ALL_RUN, concerns=Concerns.SYNC_MANAGER)


def _held(facts: YearFacts) -> Iterator[CheckItem]:
    held = [each for each in facts.profiles if each.held_run]
    for profile in held:
        told = next((each.sentence for each in profile.wants if each.concern is Concern.HELD), "")
        sentence = told or f"run {profile.held_run} is held: approve or discard it."
        yield CheckItem(
            topic=Topic.HELD,
            state=State.WARNING,
            sentence=f"{profile.name}: {sentence}",
            concerns=Concerns.SYNC_MANAGER,
            remedy=Remedy.DECIDE_RUN,
            profile_id=profile.profile_id,
            run=profile.held_run,
        )
    if not held:
        yield CheckItem(topic=Topic.HELD, state=State.DONE, sentence=words.NONE_HELD, concerns=Concerns.SYNC_MANAGER)


def _stops(facts: YearFacts, turn: YearTurn) -> Iterator[CheckItem]:
    for profile in facts.profiles:
        state, sentence = _stop_of(profile, facts, turn)
        yield CheckItem(
            topic=Topic.STOP,
            state=state,
            sentence=sentence,
            concerns=Concerns.SYNC_MANAGER,
            remedy=Remedy.CHANGE_PROFILE if state is State.WARNING else None,
            profile_id=profile.profile_id,
        )


def runs_on(profile: ProfileFacts, turn: YearTurn) -> bool:
    """Return whether its periods reach from the last day of this academic year into the first of the next."""
    schedule = profile.schedule
    return bool(schedule.current(turn.begins_on - A_DAY) and schedule.current(turn.begins_on))


def _stop_of(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str]:
    """Return whether it stops before the year ends, or why it may go on."""
    schedule, places = profile.schedule, {"name": profile.name, "year": turn.year, "next_year": turn.next_year}
    stops_on = schedule.stops_on
    if stops_on is None:
        return State.NOT_NEEDED, words.NO_PERIODS.format(**places)
    if stops_on < turn.today:
        return State.DONE, words.STOPPED.format(date=date_words(stops_on), codes=_ending(profile, stops_on), **places)
    if not schedule.enabled:
        return State.DONE, words.DISABLED.format(**places)
    if runs_on(profile, turn):
        return _runs_on_words(profile, facts, turn)
    this_year = [each for each in stretches(schedule.assigned) if turn.today <= each.last_day < turn.begins_on]
    if not this_year:
        return State.DONE, words.NOT_THIS_YEAR.format(**places)
    last = this_year[-1]
    template = words.STOPS if last.last_day == stops_on else words.PAUSES
    return State.DONE, template.format(date=date_words(last.last_day), codes=_codes_of(last), **places)


def _runs_on_words(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str]:
    schedule, days = profile.schedule, (turn.begins_on - A_DAY, turn.begins_on)
    codes = sorted({each.period.code for day in days for each in schedule.current(day)})
    places = {"name": profile.name, "codes": list_words(codes), "year": turn.year}
    if all(mode_on(schedule, day) is Mode.ADDITIONS for day in days):
        return State.DONE, words.RUNS_ON_ADDITIONS.format(**places)
    if last_cycle_of(facts, turn) is not None and not any(each.is_open for each in facts.cycles):
        return State.DONE, words.RUNS_ON_ARCHIVED.format(**places)
    if profile.holds_for_reports and any(each.holds for each in facts.cycles):
        return State.DONE, words.RUNS_ON_HELD.format(**places)
    return State.WARNING, words.RUNS_ON.format(**places)


def _next_period(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> CheckItem:
    state, sentence, remedy = _next_period_of(profile, facts, turn)
    return CheckItem(
        topic=Topic.NEXT_PERIOD,
        state=state,
        sentence=sentence,
        concerns=Concerns.SYNC_MANAGER,
        remedy=remedy,
        profile_id=profile.profile_id,
    )


def is_next_years(period: TimetablePeriod, turn: YearTurn) -> bool:
    """Return whether a profile that stops could be given `period`, so that it comes back in the next year."""
    return period.end - turn.begins_on >= SETTLED and turn.begins_on - period.start <= EARLY


def _in_order(periods: Iterable[TimetablePeriod]) -> list[TimetablePeriod]:
    return sorted(periods, key=lambda each: (each.start, each.end, each.code))


def _next_period_of(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str, Remedy | None]:
    places = {"name": profile.name, "next_year": turn.next_year}
    stops_on = profile.schedule.stops_on
    if stops_on is None:
        return State.NOT_NEEDED, words.NEVER_ASSIGNED.format(**places), Remedy.FIRST_PERIOD
    if stops_on - turn.begins_on >= SETTLED:
        return _comes_back(profile, facts, turn)
    places |= {
        "stops": words.HAS_STOPPED if stops_on < turn.today else words.WILL_STOP,
        "date": date_words(stops_on),
        "codes": _ending(profile, stops_on),
    }
    there_are = [each for each in _in_order(facts.periods) if is_next_years(each, turn)]
    if there_are:
        return State.TO_DO, words.NOT_ASSIGNED.format(next_codes=there_are[0].code, **places), Remedy.ASSIGN_PERIOD
    return State.TO_DO, words.NO_NEXT.format(**places), Remedy.NEXT_PERIOD


def _comes_back(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str, Remedy | None]:
    assigned = profile.schedule.assigned
    there_are = _in_order(each.period for each in assigned if each.period.end - turn.begins_on >= SETTLED)
    places = {"name": profile.name, "next_year": turn.next_year, "codes": there_are[0].code}
    if not profile.schedule.enabled:
        return State.WARNING, words.COMES_BACK_DISABLED.format(**places), Remedy.ENABLE
    first_day = min(each.period.start for each in assigned if each.period.end >= turn.begins_on)
    if first_day - turn.begins_on > SETTLED:
        late = words.COMES_BACK_LATE.format(date=date_words(first_day), **places)
        return State.WARNING, late, Remedy.CHANGE_PROFILE
    due = first_due_of_next_year(profile, turn, facts.zone)
    if due is None:
        return State.WARNING, words.COMES_BACK_NO_RUN.format(**places), Remedy.CHANGE_PROFILE
    places["codes"] = list_words(sorted(each.period.code for each in due.assigned))
    day = date_words(local_date(due.at_utc, facts.zone))
    return State.DONE, words.COMES_BACK.format(date=day, **places), None


def _photo_day(facts: YearFacts, turn: YearTurn) -> CheckItem:
    day = facts.photo_days.get(turn.next_year)
    if day is None:
        state, sentence = State.TO_DO, words.PHOTO_DAY_MISSING.format(year=turn.next_year)
    else:
        state, sentence = State.DONE, words.PHOTO_DAY_SET.format(year=turn.next_year, date=date_words(day))
    return CheckItem(
        topic=Topic.PHOTO_DAY,
        state=state,
        sentence=sentence,
        concerns=Concerns.SYNC_MANAGER,
        remedy=Remedy.PHOTO_DAY,
        year=turn.next_year,
    )


def _ending(profile: ProfileFacts, day: date) -> str:
    return list_words(sorted(each.period.code for each in profile.schedule.assigned if each.period.end == day))


def _codes_of(stretch: Stretch) -> str:
    return list_words(sorted(each.period.code for each in stretch.ending))
