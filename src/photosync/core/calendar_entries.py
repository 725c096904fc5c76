"""What a calendar shows of a profile: when it starts, pauses and stops, and when it runs.

What runs on most days is one band over its timetable period; only what runs rarely is shown run by run. Why:
docs/decisions/0014-calendar-feed.md
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from photosync.core.coming import Turn, coming_between
from photosync.core.forecast import stretches
from photosync.core.frequency import Cron, OnWeekdays
from photosync.core.instants import first_instant_of
from photosync.core.status import AssignedPeriod, DueTime, Mode, ProfileSchedule, due_times
from photosync.core.wording import date_words, list_words, time_words

DAYS_BACK = 92
"""So long what is over is still shown: whoever comes back in February sees when the sync stopped."""
DAYS_OF_RUNS = 92
MOST_RUNS = 60
OFTEN_RUNS, OFTEN_WITHIN = 13, timedelta(weeks=4)
"""More than three runs a week, on the average of four weeks, are too many to be told one by one."""

TITLES = {
    Turn.STARTS: "{name} starts",
    Turn.PAUSES: "{name} pauses after today",
    Turn.STOPS: "{name} stops after today",
}
TITLE_DISABLED = "{name} is Disabled and does not start"
TITLE_BAND = "{name} runs {how}"
TITLE_RUN = "{name} runs"
HOW_TO_GO_ON = (
    "{sentence} To let it go on, add a timetable period that ends later: "
    "Administration > Timetable Management > Manage Sync."
)
BAND = "{name} runs {how} from {first_day} to {last_day} ({code})."
RUN = "{name} runs at {time} ({codes})."
ADDITIONS = "{sentence} Additions only: no face that is shown changes."


@dataclass(frozen=True, slots=True)
class DaysEntry:
    """Whole days, both inclusive. `key` stays the same when what it is about moves to other days."""

    key: str
    first_day: date
    last_day: date
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class RunEntry:
    key: str
    at_utc: datetime
    title: str
    words: str


def days_entries(schedule: ProfileSchedule, today: date) -> tuple[DaysEntry, ...]:
    """Return the turns of the profile, and the bands of what runs often; what ended long before `today` is left out.

    Nothing depends on the time of day, nor on `today` but which entries there are: an entry changes only with the
    schedule.
    """
    since = today - timedelta(days=DAYS_BACK)
    return _turns(schedule, since) + _bands(schedule, since)


def run_entries(schedule: ProfileSchedule, today: date) -> tuple[RunEntry, ...]:
    """Return the runs from `today` on, for some weeks, in timetable periods with few; none if Disabled."""
    rare = tuple(each for each in schedule.assigned if not _is_often(each, schedule))
    if not schedule.enabled or not rare:
        return ()
    start = first_instant_of(today, schedule.zone)
    dues = due_times(replace(schedule, assigned=rare), start, start + timedelta(days=DAYS_OF_RUNS))
    return tuple(_run(schedule, due) for due in islice(dues, MOST_RUNS))


def _turns(schedule: ProfileSchedule, since: date) -> tuple[DaysEntry, ...]:
    covered = stretches(schedule.assigned)
    starting = {each.first_day: each.starting for each in covered}
    ending = {each.last_day: each.ending for each in covered}
    found = []
    for coming in coming_between(schedule, since, date.max):
        words, title = coming.sentence, TITLES[coming.turn]
        if coming.turn is Turn.STOPS:
            # There is one of it, whichever period it falls to: a later stop is the same one, moved.
            key = coming.turn.value
            words = HOW_TO_GO_ON.format(sentence=words)
        else:
            of_turn = starting if coming.turn is Turn.STARTS else ending
            key = f"{coming.turn.value}-{min(each.period.code for each in of_turn[coming.on])}"
        if coming.turn is Turn.STARTS and not schedule.enabled:
            title = TITLE_DISABLED
        found.append(DaysEntry(key, coming.on, coming.on, title.format(name=schedule.name), words))
    return tuple(found)


def _bands(schedule: ProfileSchedule, since: date) -> tuple[DaysEntry, ...]:
    if not schedule.enabled:
        return ()
    return tuple(
        _band(schedule.name, each)
        for each in sorted(schedule.assigned, key=lambda each: (each.period.start, each.period.code))
        if each.period.end >= since and _is_often(each, schedule)
    )


def _band(name: str, each: AssignedPeriod) -> DaysEntry:
    period, how = each.period, each.frequency.phrase
    words = BAND.format(
        name=name, how=how, first_day=date_words(period.start), last_day=date_words(period.end), code=period.code
    )
    if each.mode is Mode.ADDITIONS:
        words = ADDITIONS.format(sentence=words)
    return DaysEntry(f"runs-{period.code}", period.start, period.end, TITLE_BAND.format(name=name, how=how), words)


def _run(schedule: ProfileSchedule, due: DueTime) -> RunEntry:
    words = RUN.format(
        name=schedule.name,
        time=time_words(due.at_utc.astimezone(schedule.zone)),
        codes=list_words(sorted(each.period.code for each in due.assigned)),
    )
    if due.mode is Mode.ADDITIONS:
        words = ADDITIONS.format(sentence=words)
    key = f"run-{due.at_utc.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return RunEntry(key, due.at_utc, TITLE_RUN.format(name=schedule.name), words)


def _is_often(each: AssignedPeriod, schedule: ProfileSchedule) -> bool:
    """Return whether it runs more than three times a week: so that the answer stays, judged by its first weeks."""
    if not isinstance(each.frequency, OnWeekdays | Cron):
        return True
    if isinstance(each.frequency, OnWeekdays):
        return len(each.frequency.weekdays) > OFTEN_RUNS // 4
    start = first_instant_of(each.period.start, schedule.zone)
    first = list(islice(due_times(replace(schedule, assigned=(each,)), start), OFTEN_RUNS))
    return len(first) == OFTEN_RUNS and first[-1].at_utc - first[0].at_utc < OFTEN_WITHIN
