"""What is to be done before the academic year ends: one line each, whether it is done, and what mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

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


NO_CYCLE_YET = "The last reports of {year} are not due yet: nobody has to open their reporting cycle before {date}."
NO_CYCLE = "No reporting cycle has been made for the last reports of {year}: no face waits until they are archived."
HAS_CYCLE = "The last reports of {year} have a reporting cycle: {name}."
NOBODY_IN = "{name} is open, but no one is in it: choose whose reports it holds."
ALL_ARCHIVED = "{name}: all {members} reports are archived. Close the cycle."
CLOSED = "{name} is closed: {archived} of {members} reports are archived."
MISSING = "{name}: {archived} of {members} reports are archived, {missing}.{waiting}"
MISSING_ONE, MISSING_SEVERAL = "1 is missing", "{number} are missing"
WAITING_ONE = " 1 photo waits for it."
WAITING = " {number} photos wait for it."
RELEASED = " It has been released: no face waits for it any more."
OF_A_YEAR_THAT_IS_OVER = " Its academic year, {year}, is over."
ALL_RUN = "Every sync does what its status says."
NONE_HELD = "No run is held."
NO_PROFILE = "There is no sync profile: nothing is synced."
NO_PERIODS = "{name} has no timetable period and does not run."
DISABLED = "{name} is Disabled: it does not run over the end of the year unless it is enabled."
STOPPED = "{name} stopped on {date} ({codes})."
NOT_THIS_YEAR = "{name} does not run before the academic year {next_year} begins."
STOPS = "{name} stops on {date} ({codes}), before the academic year {next_year} begins."
PAUSES = "{name} pauses after {date} ({codes}), before the academic year {next_year} begins."
RUNS_ON_ADDITIONS = (
    "{name} keeps running over the end of the year ({codes}), for additions only: no face that is shown changes."
)
RUNS_ON_ARCHIVED = "{name} keeps running over the end of the year ({codes}); the reports of {year} are archived."
RUNS_ON_HELD = (
    "{name} keeps running over the end of the year ({codes}), but the face of whoever's report is not archived waits."
)
RUNS_ON = "{name} keeps running over the break ({codes}): faces may change before reports are archived."
COMES_BACK = "{name} comes back in {next_year}: its first run is on {date} ({codes})."
COMES_BACK_NO_RUN = (
    "{name} has a timetable period in {next_year} ({codes}), but no run is due in its first half-year."
)
COMES_BACK_LATE = "{name} comes back only on {date} ({codes}): nothing runs in the first weeks of {next_year}."
COMES_BACK_DISABLED = "{name} has a timetable period in {next_year} ({codes}), but is Disabled: nothing will run."
NEVER_ASSIGNED = "{name} has no timetable period, so that nothing will run in {next_year}."
NOT_ASSIGNED = "{name} {stops} on {date} ({codes}). {next_codes} exists, but {name} does not have it."
NO_NEXT = "{name} {stops} on {date} ({codes}), and no timetable period for {next_year} has been added."
WILL_STOP, HAS_STOPPED = "stops", "stopped"
PHOTO_DAY_SET = "Photo day of {year} is on {date}."
PHOTO_DAY_MISSING = "The photo day of {year} has not been set."


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
        sentence = HAS_CYCLE.format(year=turn.year, name=found.name)
    elif turn.today < _middle(facts, turn):
        state, remedy = State.NOT_NEEDED, None
        sentence = NO_CYCLE_YET.format(year=turn.year, date=date_words(_middle(facts, turn)))
    else:
        state, remedy = State.TO_DO, Remedy.MAKE_CYCLE
        sentence = NO_CYCLE.format(year=turn.year)
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
            remedy=Remedy.SEE_CYCLE if cycle.is_open else None,
            cycle_id=cycle.cycle_id,
        )


def _reports_of(cycle: CycleFacts, turn: YearTurn) -> tuple[State, str]:
    numbers = {"name": cycle.name, "archived": cycle.archived, "members": cycle.members}
    if not cycle.is_open:
        return State.DONE, CLOSED.format(**numbers)
    if not cycle.members:
        return State.WARNING, NOBODY_IN.format(name=cycle.name)
    if cycle.archived >= cycle.members:
        return State.TO_DO, ALL_ARCHIVED.format(**numbers)
    waiting = WAITING_ONE if cycle.waiting == 1 else WAITING.format(number=cycle.waiting)
    further = RELEASED if cycle.is_released else waiting if cycle.waiting else ""
    is_late = cycle.academic_year < turn.year
    further += OF_A_YEAR_THAT_IS_OVER.format(year=cycle.academic_year) if is_late else ""
    number = cycle.members - cycle.archived
    missing = MISSING_ONE if number == 1 else MISSING_SEVERAL.format(number=number)
    sentence = MISSING.format(missing=missing, waiting=further, **numbers)
    return State.WARNING if is_late else State.TO_DO, sentence


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
            topic=Topic.RUNNING, state=State.NOT_NEEDED, sentence=NO_PROFILE, concerns=Concerns.SYNC_MANAGER
        )
        return
    found = False
    for profile in facts.profiles:
        bad = [each for each in profile.wants if each.concern in _OF_CONCERN]
        if bad:
            found = True
            concerns, remedy = _OF_CONCERN[bad[0].concern]
            yield CheckItem(
                topic=Topic.RUNNING,
                state=State.WARNING,
                sentence=f"{profile.name}: {bad[0].sentence}",
                concerns=concerns,
                remedy=remedy,
                profile_id=profile.profile_id,
                run=profile.failed_run if remedy is Remedy.SEE_RUN else "",
            )
    if not found:
        yield CheckItem(topic=Topic.RUNNING, state=State.DONE, sentence=ALL_RUN, concerns=Concerns.SYNC_MANAGER)


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
        yield CheckItem(topic=Topic.HELD, state=State.DONE, sentence=NONE_HELD, concerns=Concerns.SYNC_MANAGER)


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
        return State.NOT_NEEDED, NO_PERIODS.format(**places)
    if stops_on < turn.today:
        return State.DONE, STOPPED.format(date=date_words(stops_on), codes=_ending(profile, stops_on), **places)
    if not schedule.enabled:
        return State.DONE, DISABLED.format(**places)
    if runs_on(profile, turn):
        return _runs_on_words(profile, facts, turn)
    this_year = [each for each in stretches(schedule.assigned) if turn.today <= each.last_day < turn.begins_on]
    if not this_year:
        return State.DONE, NOT_THIS_YEAR.format(**places)
    last = this_year[-1]
    template = STOPS if last.last_day == stops_on else PAUSES
    return State.DONE, template.format(date=date_words(last.last_day), codes=_codes_of(last), **places)


def _runs_on_words(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str]:
    schedule, days = profile.schedule, (turn.begins_on - A_DAY, turn.begins_on)
    codes = sorted({each.period.code for day in days for each in schedule.current(day)})
    places = {"name": profile.name, "codes": list_words(codes), "year": turn.year}
    if all(mode_on(schedule, day) is Mode.ADDITIONS for day in days):
        return State.DONE, RUNS_ON_ADDITIONS.format(**places)
    if last_cycle_of(facts, turn) is not None and not any(each.is_open for each in facts.cycles):
        return State.DONE, RUNS_ON_ARCHIVED.format(**places)
    if profile.holds_for_reports and any(each.holds for each in facts.cycles):
        return State.DONE, RUNS_ON_HELD.format(**places)
    return State.WARNING, RUNS_ON.format(**places)


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


def periods_of_next_year(periods: tuple[TimetablePeriod, ...], turn: YearTurn) -> list[TimetablePeriod]:
    """Return those that reach well into the next academic year, the earliest first."""
    found = [each for each in periods if each.end - turn.begins_on >= SETTLED]
    return sorted(found, key=lambda each: (each.start, each.end, each.code))


def _next_period_of(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str, Remedy | None]:
    places = {"name": profile.name, "next_year": turn.next_year}
    stops_on = profile.schedule.stops_on
    if stops_on is None:
        return State.NOT_NEEDED, NEVER_ASSIGNED.format(**places), Remedy.FIRST_PERIOD
    if stops_on - turn.begins_on >= SETTLED:
        return _comes_back(profile, facts, turn)
    places |= {
        "stops": HAS_STOPPED if stops_on < turn.today else WILL_STOP,
        "date": date_words(stops_on),
        "codes": _ending(profile, stops_on),
    }
    there_are = [each.code for each in periods_of_next_year(facts.periods, turn)]
    if there_are:
        return State.TO_DO, NOT_ASSIGNED.format(next_codes=there_are[0], **places), Remedy.ASSIGN_PERIOD
    return State.TO_DO, NO_NEXT.format(**places), Remedy.NEXT_PERIOD


def _comes_back(profile: ProfileFacts, facts: YearFacts, turn: YearTurn) -> tuple[State, str, Remedy | None]:
    assigned = profile.schedule.assigned
    next_ones = [each.code for each in periods_of_next_year(tuple(each.period for each in assigned), turn)]
    places = {"name": profile.name, "next_year": turn.next_year, "codes": next_ones[0]}
    if not profile.schedule.enabled:
        return State.WARNING, COMES_BACK_DISABLED.format(**places), Remedy.ENABLE
    first_day = min(each.period.start for each in assigned if each.period.end >= turn.begins_on)
    if first_day - turn.begins_on > SETTLED:
        late = COMES_BACK_LATE.format(date=date_words(first_day), **places)
        return State.WARNING, late, Remedy.CHANGE_PROFILE
    due = first_due_of_next_year(profile, turn, facts.zone)
    if due is None:
        return State.WARNING, COMES_BACK_NO_RUN.format(**places), Remedy.CHANGE_PROFILE
    places["codes"] = list_words(sorted(each.period.code for each in due.assigned))
    day = date_words(local_date(due.at_utc, facts.zone))
    return State.DONE, COMES_BACK.format(date=day, **places), None


def _photo_day(facts: YearFacts, turn: YearTurn) -> CheckItem:
    day = facts.photo_days.get(turn.next_year)
    if day is None:
        state, sentence = State.TO_DO, PHOTO_DAY_MISSING.format(year=turn.next_year)
    else:
        state, sentence = State.DONE, PHOTO_DAY_SET.format(year=turn.next_year, date=date_words(day))
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
