"""The installation in figures, for monitoring: asked of the database at once, whoever wrote it. No one is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, IntegerField, Max, Min, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from photosync.apps.library.models import Picture
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.walk import states_of_all
from photosync.apps.runs.models import Run, Worker
from photosync.apps.runs.schedule import is_silent
from photosync.core.health import HealthState
from photosync.core.run_states import RunState
from photosync.core.status import Status

A_DAY = timedelta(days=1)
LIVE_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.HELD)
OUTCOMES = ("added", "replaced", "withdrawn", "unmatched", "review", "rejected", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`runs_of_day` are those accepted in the last 24 hours, by state and trigger; `files_of_day` what they counted.

    `oldest_due_at` is the earliest time that the tick has still to deal with: in the past only where none ticks.
    """

    profiles: Mapping[str, int]
    health: Mapping[str, int]
    runs_now: Mapping[str, int]
    runs_of_day: Mapping[tuple[str, ...], int]
    files_of_day: Mapping[str, int]
    workers: Mapping[str, int]
    ticked_at: datetime | None
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredPhotos:
    pictures: int
    size_bytes: int


def figures(now: datetime) -> Figures:
    """Return the figures as of `now`, in a number of queries that grows by a few for each 500 profiles."""
    status: Counter[str] = Counter({each.value: 0 for each in Status})
    health: Counter[str] = Counter({each.value: 0 for each in HealthState})
    for each in states_of_all(now):
        status[each.status.value] += 1
        health[each.health.value] += 1
    live = Run.objects.filter(state__in=LIVE_STATES).order_by().values_list("state").annotate(Count("pk"))
    of_day = Run.objects.filter(accepted_at__gte=now - A_DAY).order_by()
    return Figures(
        profiles=status,
        health=health,
        runs_now={state.value: 0 for state in LIVE_STATES} | dict(live),
        runs_of_day={
            (state, trigger): number
            for state, trigger, number in of_day.values_list("state", "trigger").annotate(Count("pk"))
        },
        files_of_day=of_day.aggregate(**{name: Coalesce(Sum(_counted(name)), 0) for name in OUTCOMES}),
        workers=_workers(now),
        ticked_at=Worker.objects.aggregate(last=Max("ticked_at"))["last"],
        oldest_due_at=SyncProfile.objects.aggregate(first=Min("next_due_at"))["first"],
    )


def stored_photos() -> StoredPhotos:
    """Return how many pictures there are, and the size of their renditions; reads every row of them."""
    size = F("full_bytes") + F("card_bytes") + F("thumb_bytes")
    found = Picture.objects.aggregate(pictures=Count("pk"), size=Coalesce(Sum(size), 0))
    return StoredPhotos(found["pictures"], found["size"])


def _counted(name: str) -> Cast:
    return Cast(KeyTextTransform(name, "counts"), IntegerField())


def _workers(now: datetime) -> dict[str, int]:
    """Return how many processes of each kind live, by their heartbeats."""
    alive = Counter(
        worker.kind for worker in Worker.objects.filter(stopped_at__isnull=True) if not is_silent(worker, now)
    )
    return {kind: alive[kind] for kind in Worker.Kind.values}
