"""When a saved roster is read next, and the tick that lets it be read then."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.runs.schedule import STARTED_BY
from photosync.core.frequency import occurrences, parse_frequency

log = structlog.get_logger(__name__)

LOOKED_AHEAD = timedelta(days=5 * 366)
JUST_AFTER = timedelta(microseconds=1)


def next_due(roster: SavedRoster, now: datetime) -> datetime | None:
    """Return the first time after `now` at which the roster is to be read; None where it is read on demand only."""
    if not roster.frequency:
        return None
    frequency, start = parse_frequency(roster.frequency), now + JUST_AFTER
    return next(occurrences(frequency, start, start + LOOKED_AHEAD, roster.school.zone), None)


def tick_rosters(now: datetime) -> list[int]:
    """Queue a reading of each roster that has fallen due; return their ids. What was missed is read once."""
    due = SavedRoster.objects.select_related("school").filter(next_due_at__lte=now).order_by("next_due_at", "pk")
    return [reading for roster in due if (reading := _begin(roster, now)) is not None]


def _begin(roster: SavedRoster, now: datetime) -> int | None:
    try:
        with transaction.atomic():
            # Any number of workers may tick at the same instant: one of them finds the row as it was.
            same = SavedRoster.objects.filter(pk=roster.pk, next_due_at=roster.next_due_at)
            if not same.update(next_due_at=next_due(roster, now)):
                return None
            if RosterReading.objects.filter(roster=roster, state__in=RosterReading.ALIVE).exists():
                return None
            scheduled = RosterReading.Trigger.SCHEDULED
            made = RosterReading.objects.create(roster=roster, trigger=scheduled, started_by=STARTED_BY, asked_at=now)
            return made.pk
    except IntegrityError:
        log.info("the roster is being read meanwhile", roster=roster.pk)
    except Exception:
        # One bad roster must not keep the others from being read.
        log.exception("a roster could not be scheduled", roster=roster.pk)
    return None
