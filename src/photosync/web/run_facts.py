"""What is known of a profile's runs: for its timeline and its last run."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run
from photosync.core.run_states import ALIVE, RunState, Trigger

RUNS_DRAWN = 1_000


def run_going_on(profile: SyncProfile) -> Run | None:
    # One at the most. Asked for an order, SQLite walks through all runs of the profile in it.
    return next(iter(Run.objects.filter(profile=profile, state__in=ALIVE).order_by()[:1]), None)


def last_run(profile: SyncProfile) -> Run | None:
    return Run.objects.filter(profile=profile).exclude(state__in=ALIVE).order_by("-pk").first()


_WORST_FIRST = (
    RunState.FAILED,
    RunState.HELD,
    RunState.RUNNING,
    RunState.QUEUED,
    RunState.DONE_WITH_FAILURES,
    RunState.STOPPED_BY_PERIOD_END,
    RunState.STOPPED_BY_DISABLED,
    RunState.CANCELLED,
    RunState.DISCARDED,
    RunState.SUPERSEDED,
    RunState.DONE,
)


def worst_state_by_day(profile: SyncProfile, since: datetime, zone: ZoneInfo) -> dict[date, RunState]:
    """Return, for each local day with runs, the state that most wants to be seen; of the latest runs only."""
    runs = Run.objects.filter(profile=profile, accepted_at__gte=since).exclude(trigger=Trigger.PREVIEW)
    worst: dict[date, RunState] = {}
    for at, state in runs.order_by("-pk").values_list("accepted_at", "state")[:RUNS_DRAWN]:
        day, known = at.astimezone(zone).date(), RunState(state)
        if day not in worst or _WORST_FIRST.index(known) < _WORST_FIRST.index(worst[day]):
            worst[day] = known
    return worst
