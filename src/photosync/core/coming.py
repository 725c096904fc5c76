"""What will happen to a profile in the next weeks, day by day: when it starts, pauses and stops."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import zip_longest

from photosync.core.forecast import stretches
from photosync.core.status import AssignedPeriod, ProfileSchedule
from photosync.core.wording import date_words, list_words

STARTS = "{name} starts ({codes})."
STARTS_DISABLED = "{codes} starts, but {name} is Disabled: nothing runs unless it is enabled before."
PAUSES = "Last day of {codes}: {name} pauses until {resumes_on} ({next_codes})."
STOPS = "Last day of {codes}: {name} stops. No later timetable period has been added."


class Turn(StrEnum):
    STARTS = "starts"
    PAUSES = "pauses"
    STOPS = "stops"


@dataclass(frozen=True, slots=True)
class Coming:
    """`on` is the first day of running, or the last one. `sentence` names the profile and the timetable periods."""

    on: date
    turn: Turn
    sentence: str


def coming_between(schedule: ProfileSchedule, first: date, last: date) -> tuple[Coming, ...]:
    """Return what turns from `first` to `last`, both inclusive, in order."""
    found = []
    covered = stretches(schedule.assigned)
    for stretch, later in zip_longest(covered, covered[1:]):
        if first <= stretch.first_day <= last:
            template = STARTS if schedule.enabled else STARTS_DISABLED
            sentence = template.format(name=schedule.name, codes=_codes(stretch.starting))
            found.append(Coming(stretch.first_day, Turn.STARTS, sentence))
        if not first <= stretch.last_day <= last:
            continue
        places = {"codes": _codes(stretch.ending), "name": schedule.name}
        if later is None:
            found.append(Coming(stretch.last_day, Turn.STOPS, STOPS.format(**places)))
        else:
            places |= {"resumes_on": date_words(later.first_day), "next_codes": _codes(later.starting)}
            found.append(Coming(stretch.last_day, Turn.PAUSES, PAUSES.format(**places)))
    return tuple(found)


def _codes(assigned: tuple[AssignedPeriod, ...]) -> str:
    return list_words(sorted(each.period.code for each in assigned))
