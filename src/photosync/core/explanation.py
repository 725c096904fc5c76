"""The sentences that say why a profile runs or not, when it will stop and how to start it again.

Every sentence is a whole template with named places, so that a translation can reorder it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from photosync.core.instants import local_date
from photosync.core.status import AssignedPeriod, DueTime, Mode, ProfileSchedule, Status, status_of
from photosync.core.wording import coming_words, date_words, list_words, time_words

ACTIVE_THEN_STOPS = (
    "Active. Runs {how} until {last_day} ({codes}), then stops: no later timetable period has been added."
)
ACTIVE_THEN_PAUSES = "Active. Runs {how} until {last_day} ({codes}), then pauses until {resumes_on} ({next_codes})."
ACTIVE_DONE_THEN_STOPS = (
    "Active, but no further run is due by the end of {last_day} ({codes}). Then it stops: "
    "no later timetable period has been added."
)
ACTIVE_DONE_THEN_PAUSES = (
    "Active, but no further run is due by the end of {last_day} ({codes}). Then it pauses until "
    "{resumes_on} ({next_codes})."
)
ACTIVE_CHANGES = "{sentence} From {from_day} ({codes}) it runs {how}."
HOW_FULL = "{phrase}"
HOW_ADDITIONS = "{phrase} (additions only: no face that is shown changes)"
HOW_OF_PERIOD = "{how} ({code})"
HOW_OF_SHORTER_PERIOD = "{how} ({code}, until {last_day})"

WAITING_FIRST_THAT_DAY = "Waiting. {codes} {starts} on {start}; the first run is at {time} that day."
WAITING_FIRST_LATER = "Waiting. {codes} {starts} on {start}; the first run is on {day} at {time}."
WAITING_NO_RUN = "Waiting. {codes} {starts} on {start}, but no run is due before the sync stops on {stops_on}."
WAITING_ADDITIONS = "{sentence} It is for additions only: no face that is shown changes."
STARTS_ONE, STARTS_SEVERAL = "starts", "start"

DISABLED = (
    "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. "
    "If enabled now, it would next run {when}."
)
DISABLED_NO_RUN = (
    "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. "
    "If enabled now, it would not run: no run is due before it stops on {stops_on}."
)

ENDED = (
    "Ended on {last_day}, when {codes} ended. "
    "To re-enable it, add a timetable period whose end date is in the future."
)
ENDED_AND_DISABLED = (
    "Ended on {last_day}, when {codes} ended, and Disabled: Scheduled Sync Enabled is off. "
    "To re-enable it, add a timetable period whose end date is in the future "
    "and turn Scheduled Sync Enabled on."
)
ENDED_NO_PERIOD = (
    "Ended: it has no timetable period. To enable it, add a timetable period whose end date is in the future."
)
ENDED_NO_PERIOD_AND_DISABLED = (
    "Ended: it has no timetable period, and Disabled: Scheduled Sync Enabled is off. "
    "To enable it, add a timetable period whose end date is in the future and turn Scheduled Sync Enabled on."
)

ON_DEMAND_REFUSED = "{name} cannot be run on demand; nothing was changed. {explanation}"
APPROVAL_REFUSED = "The held run of {name} cannot be approved; nothing was changed. {explanation}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days without a gap that some timetable period of the profile covers, both inclusive."""

    first_day: date
    last_day: date
    assigned: tuple[AssignedPeriod, ...]

    @property
    def starting(self) -> tuple[AssignedPeriod, ...]:
        return tuple(each for each in self.assigned if each.period.start == self.first_day)

    @property
    def ending(self) -> tuple[AssignedPeriod, ...]:
        return tuple(each for each in self.assigned if each.period.end == self.last_day)


def explain_active(today: date, now: Stretch, later: Stretch | None, next_due: DueTime | None, zone: ZoneInfo) -> str:
    """`now` is the stretch that holds `today`, `later` the one after it, `next_due` the next run."""
    places = {"last_day": date_words(now.last_day), "codes": _codes(now.ending)}
    if later is not None:
        places |= {"resumes_on": date_words(later.first_day), "next_codes": _codes(later.starting)}
    if next_due is None or local_date(next_due.at_utc, zone) > now.last_day:
        return (ACTIVE_DONE_THEN_STOPS if later is None else ACTIVE_DONE_THEN_PAUSES).format(**places)
    current = [each for each in now.assigned if each.period.contains(today)]
    sentence = (ACTIVE_THEN_STOPS if later is None else ACTIVE_THEN_PAUSES).format(
        how=_how(current, now.last_day), **places
    )
    ways = {(each.frequency, each.mode) for each in current}
    changes = [each for each in now.assigned if each.period.start > today and (each.frequency, each.mode) not in ways]
    if not changes:
        return sentence
    first_change = min(each.period.start for each in changes)
    changed = [each for each in changes if each.period.start == first_change]
    return ACTIVE_CHANGES.format(
        sentence=sentence,
        from_day=date_words(first_change),
        how=list_words(list(dict.fromkeys(map(_way, changed)))),
        codes=_codes(changed),
    )


def explain_waiting(coming: Stretch, next_due: DueTime | None, stops_on: date, zone: ZoneInfo) -> str:
    """`coming` is the next stretch to start."""
    starting = coming.starting
    places = {
        "codes": _codes(starting),
        "starts": STARTS_ONE if len(starting) == 1 else STARTS_SEVERAL,
        "start": date_words(coming.first_day),
    }
    if next_due is None:
        return WAITING_NO_RUN.format(stops_on=date_words(stops_on), **places)
    first_run = next_due.at_utc.astimezone(zone)
    if first_run.date() == coming.first_day:
        sentence = WAITING_FIRST_THAT_DAY.format(time=time_words(first_run), **places)
    else:
        sentence = WAITING_FIRST_LATER.format(day=date_words(first_run.date()), time=time_words(first_run), **places)
    return WAITING_ADDITIONS.format(sentence=sentence) if next_due.mode is Mode.ADDITIONS else sentence


def explain_disabled(if_enabled_next_run: datetime | None, stops_on: date, now_utc: datetime, zone: ZoneInfo) -> str:
    if if_enabled_next_run is None:
        return DISABLED_NO_RUN.format(stops_on=date_words(stops_on))
    when = coming_words(if_enabled_next_run.astimezone(zone), now_utc.astimezone(zone))
    return DISABLED.format(when=when)


def explain_ended(schedule: ProfileSchedule) -> str:
    stopped_on = schedule.stops_on
    if stopped_on is None:
        return ENDED_NO_PERIOD if schedule.enabled else ENDED_NO_PERIOD_AND_DISABLED
    last = [each for each in schedule.assigned if each.period.end == stopped_on]
    template = ENDED if schedule.enabled else ENDED_AND_DISABLED
    return template.format(last_day=date_words(stopped_on), codes=_codes(last))


def on_demand_refusal(schedule: ProfileSchedule, now_utc: datetime) -> str | None:
    """Return why the profile cannot be run on demand now, and how to re-enable it; None where it can.

    A preview is possible in every status.
    """
    return _refusal_when_ended(ON_DEMAND_REFUSED, schedule, now_utc)


def approval_refusal(schedule: ProfileSchedule, now_utc: datetime) -> str | None:
    """Return why a held run of the profile cannot be approved now; None where it can."""
    return _refusal_when_ended(APPROVAL_REFUSED, schedule, now_utc)


def _refusal_when_ended(template: str, schedule: ProfileSchedule, now_utc: datetime) -> str | None:
    if status_of(schedule, now_utc) is not Status.ENDED:
        return None
    return template.format(name=schedule.name, explanation=explain_ended(schedule))


def _how(current: Sequence[AssignedPeriod], last_day: date) -> str:
    """Return "every night at 00:00", or of several that differ, each with its code."""
    ways = list(dict.fromkeys(map(_way, current)))
    if len(ways) == 1:
        return ways[0]
    described = []
    for each in sorted(current, key=lambda each: (each.period.end, each.period.code)):
        shorter = each.period.end < last_day
        template = HOW_OF_SHORTER_PERIOD if shorter else HOW_OF_PERIOD
        described.append(template.format(how=_way(each), code=each.period.code, last_day=date_words(each.period.end)))
    return list_words(described)


def _way(each: AssignedPeriod) -> str:
    template = HOW_ADDITIONS if each.mode is Mode.ADDITIONS else HOW_FULL
    return template.format(phrase=each.frequency.phrase)


def _codes(assigned: Sequence[AssignedPeriod]) -> str:
    return list_words(sorted(each.period.code for each in assigned))
