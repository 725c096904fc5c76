"""Changing sync profiles. Every change of what decides when one runs sets its next due time anew."""

from __future__ import annotations

from datetime import datetime

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import next_due_after, schedule_of


def reschedule(profile: SyncProfile, now: datetime) -> None:
    """Store when `profile` is due next, after a change of its schedule.

    Times up to `now` count as dealt with: a changed schedule never makes runs in the past.
    """
    profile.evaluated_until = max(profile.evaluated_until, now)
    profile.schedule_since = now
    profile.next_due_at = next_due_after(schedule_of(profile), profile.evaluated_until)
    profile.save(update_fields=("evaluated_until", "schedule_since", "next_due_at"))
