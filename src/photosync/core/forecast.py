"""The forecast of a profile: status, sentence, next runs, stop date and pauses, for one instant.

One pure function, used by the pages, the API, the command line and the calendar feed alike.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise

from photosync.core.explanation import (
    Stretch,
    explain_active,
    explain_disabled,
    explain_ended,
    explain_waiting,
)
from photosync.core.instants import local_date
from photosync.core.status import (
    AN_INSTANT,
    AssignedPeriod,
    DueTime,
    Flags,
    ProfileSchedule,
    Status,
    due_times,
    flags_of,
    status_from,
)

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days between timetable periods on which nothing runs, both inclusive.

    `after` and `before` are the codes of the periods that end before it and start after it.
    """

    first_day: date
    last_day: date
    after: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Instants are UTC, dates school-local.

    `next_run` and `upcoming` are strictly after `now`, and absent when Ended or Disabled;
    `if_enabled_next_run` is set only when Disabled. `stops_on` is the latest end date of the periods,
    also once it has passed. `pauses` are those that are not over yet.
    """

    status: Status
    flags: Flags
    explanation: str
    next_run: datetime | None
    stops_on: date | None
    upcoming: tuple[datetime, ...]
    if_enabled_next_run: datetime | None
    pauses: tuple[Pause, ...]


def forecast(schedule: ProfileSchedule, now_utc: datetime, *, upcoming: int = 5) -> Forecast:
    """Return what `schedule` does as of `now_utc`, with up to `upcoming` of its next runs."""
    flags = flags_of(schedule, now_utc)
    status = status_from(flags)
    dues = [] if flags.ended else list(islice(due_times(schedule, now_utc + AN_INSTANT), max(upcoming, 1)))
    next_due = dues[0] if dues else None
    runs = status in {Status.ACTIVE, Status.WAITING}
    next_run = next_due.at_utc if next_due else None
    return Forecast(
        status=status,
        flags=flags,
        explanation=_explanation(schedule, status, next_due, now_utc),
        next_run=next_run if runs else None,
        stops_on=schedule.stops_on,
        upcoming=tuple(due.at_utc for due in dues[:upcoming]) if runs else (),
        if_enabled_next_run=next_run if status is Status.DISABLED else None,
        pauses=_pauses(schedule, local_date(now_utc, schedule.zone)),
    )


def stretches(assigned: tuple[AssignedPeriod, ...]) -> list[Stretch]:
    """Return the days that the periods cover, as stretches without a gap, earliest first."""
    found: list[Stretch] = []
    for each in sorted(assigned, key=lambda each: (each.period.start, each.period.code)):
        last = found[-1] if found else None
        if last is not None and (each.period.start - last.last_day).days <= 1:
            last_day = max(last.last_day, each.period.end)
            found[-1] = Stretch(last.first_day, last_day, (*last.assigned, each))
        else:
            found.append(Stretch(each.period.start, each.period.end, (each,)))
    return found


def _explanation(schedule: ProfileSchedule, status: Status, next_due: DueTime | None, now_utc: datetime) -> str:
    stops_on = schedule.stops_on
    if status is Status.ENDED or stops_on is None:
        return explain_ended(schedule)
    if status is Status.DISABLED:
        next_run = next_due.at_utc if next_due else None
        return explain_disabled(next_run, stops_on, now_utc, schedule.zone)
    today = local_date(now_utc, schedule.zone)
    first, *later = (each for each in stretches(schedule.assigned) if each.last_day >= today)
    if status is Status.WAITING:
        return explain_waiting(first, next_due, stops_on, schedule.zone)
    return explain_active(today, first, later[0] if later else None, next_due, schedule.zone)


def _pauses(schedule: ProfileSchedule, today: date) -> tuple[Pause, ...]:
    pauses = (
        Pause(
            before.last_day + A_DAY,
            after.first_day - A_DAY,
            after=tuple(sorted(each.period.code for each in before.ending)),
            before=tuple(sorted(each.period.code for each in after.starting)),
        )
        for before, after in pairwise(stretches(schedule.assigned))
    )
    return tuple(pause for pause in pauses if pause.last_day >= today)
