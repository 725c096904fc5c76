"""What becomes of the times that have fallen due since the schedule was last looked at.

After downtime there is at most one run, the latest that was due, and only while the status is still
Active. If the timetable period has ended meanwhile there is none.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from photosync.core.status import (
    AN_INSTANT,
    Mode,
    ProfileSchedule,
    Status,
    due_times,
    mode_allowed,
    status_of,
)


class Outcome(StrEnum):
    """What happened at a time that fell due."""

    RUN = "run"
    SKIPPED_RUNNING = "skipped_running"
    MISSED = "missed"
    REFUSED_ENDED = "refused_ended"
    REFUSED_DISABLED = "refused_disabled"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that fell due and what becomes of it; `mode` is set where it is run."""

    due_at_utc: datetime
    outcome: Outcome
    mode: Mode | None = None


def occurrences_since(
    schedule: ProfileSchedule, last_evaluated_utc: datetime, now_utc: datetime, *, running: bool
) -> tuple[Occurrence, ...]:
    """Return what fell due in (last_evaluated_utc, now_utc], ascending, each with its outcome.

    At most the last is to be run; it is skipped when a run of the profile is going on (`running`). In a
    pause (status Waiting) all are missed. Empty where the clock has gone back.
    """
    dues = list(due_times(schedule, last_evaluated_utc + AN_INSTANT, now_utc + AN_INSTANT))
    status = status_of(schedule, now_utc)
    if status is Status.ENDED or status is Status.DISABLED:
        refused = Outcome.REFUSED_ENDED if status is Status.ENDED else Outcome.REFUSED_DISABLED
        return tuple(Occurrence(due.at_utc, refused) for due in dues)
    occurrences = [Occurrence(due.at_utc, Outcome.MISSED) for due in dues]
    if dues and status is Status.ACTIVE:
        last = dues[-1]
        if running:
            occurrences[-1] = Occurrence(last.at_utc, Outcome.SKIPPED_RUNNING)
        else:
            mode = mode_allowed(schedule, last.mode, now_utc)
            occurrences[-1] = Occurrence(last.at_utc, Outcome.RUN, mode)
    return tuple(occurrences)
