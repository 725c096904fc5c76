"""All profiles of the installation, with their status and health: for what watches over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from photosync.apps.profiles.documents import observed_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedules_of
from photosync.core.health import HealthState, health_of
from photosync.core.status import Status, status_of
from photosync.engine.observe import batches

PROFILES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ProfileState:
    school_code: str
    name: str
    status: Status
    health: HealthState


def states_of_all(now: datetime) -> Iterator[ProfileState]:
    """Yield the state of every profile as of `now`, by school code and name; a few queries for each 500."""
    profiles = SyncProfile.objects.select_related("school").order_by("school__code", "name")
    for part in batches(profiles.iterator(chunk_size=PROFILES_AT_ONCE), PROFILES_AT_ONCE):
        schedules, observed = schedules_of(part), observed_of(part)
        for profile in part:
            schedule = schedules[profile.pk]
            health = health_of(schedule, observed[profile.pk], now).state
            yield ProfileState(profile.school.code, profile.name, status_of(schedule, now), health)
