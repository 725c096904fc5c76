"""A profile on the Overview: status, health, sentence, dates, timeline and last run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run
from photosync.core.health import Health, HealthState
from photosync.core.run_states import RunState
from photosync.core.wording import past_words
from photosync.web.attention import Looked, look_at
from photosync.web.badge import Badge
from photosync.web.profile_forecast import ForecastShown, forecast_shown, timeline_of
from photosync.web.report_waiting import WaitLine, wait_lines
from photosync.web.run_facts import last_run, run_going_on

PHASES = {
    "record": gettext_lazy("Recording"),
    "observe": gettext_lazy("Listing the source"),
    "match": gettext_lazy("Matching files to people"),
    "stage": gettext_lazy("Checking and rendering pictures"),
    "plan": gettext_lazy("Planning the changes"),
    "publish": gettext_lazy("Publishing"),
}
COUNTS = (
    ("added", gettext_lazy("added")),
    ("replaced", gettext_lazy("replaced")),
    ("withdrawn", gettext_lazy("withdrawn")),
    ("unchanged", gettext_lazy("unchanged")),
    ("unmatched", gettext_lazy("unmatched")),
    ("review", gettext_lazy("in review")),
    ("rejected", gettext_lazy("rejected")),
    ("failed", gettext_lazy("failed")),
    ("waiting", gettext_lazy("waiting")),
)
ALWAYS_SHOWN = frozenset({"added", "replaced", "unchanged"})


HEALTH_KINDS = {
    HealthState.OK: "active",
    HealthState.NOT_RUNNING: "failing",
    HealthState.FAILING: "failing",
    HealthState.HELD: "held",
    HealthState.STALE: "ended",
}
RUN_KINDS = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "waiting",
    RunState.HELD: "held",
    RunState.DONE: "active",
    RunState.DONE_WITH_FAILURES: "ended",
    RunState.FAILED: "failing",
}


@dataclass(frozen=True, slots=True)
class RunningNow:
    """A run that goes on. `percent` is None while it is not known how much there is to do."""

    number: int
    phase: Any
    done: int
    total: int | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class FinishedRun:
    number: int
    badge: Badge
    when: str
    trigger: str
    started_by: str
    duration: str
    counts: tuple[tuple[int, Any], ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class LiveState:
    """The part of a card that changes while a run goes on."""

    profile_id: int
    running: RunningNow | None
    last: FinishedRun | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    profile_id: int
    name: str
    forecast: ForecastShown
    health: Badge
    health_sentence: str
    live: LiveState
    waits: Sequence[WaitLine]


def card_of(profile: SyncProfile, now: datetime, looked: Looked | None = None) -> ProfileCard:
    """Return the card of `profile` as of `now` (UTC); `looked` where someone has looked at it just now."""
    looked = looked or look_at([profile], now)[0]
    schedule, found, health = looked.schedule, looked.found, looked.health
    return ProfileCard(
        profile_id=profile.pk,
        name=profile.name,
        health=health_badge(health),
        health_sentence=health.explanation,
        live=live_state_of(profile, now),
        waits=wait_lines(profile.school, profile.pk),
        forecast=forecast_shown(schedule, found, timeline_of(profile, schedule, found, now), now),
    )


def health_badge(health: Health) -> Badge:
    return Badge(HEALTH_KINDS[health.state], health.state.value)


def live_state_of(profile: SyncProfile, now: datetime) -> LiveState:
    going_on = run_going_on(profile)
    last = last_run(profile)
    return LiveState(
        profile.pk,
        _running(going_on) if going_on is not None else None,
        _finished(last, profile, now) if last is not None else None,
    )


def _running(run: Run) -> RunningNow:
    progress = run.progress if isinstance(run.progress, dict) else {}
    done, total = int(progress.get("done") or 0), progress.get("total")
    total = int(total) if total else None
    phase = _("Waiting for a worker") if run.state == RunState.QUEUED else PHASES.get(run.phase, _("Starting"))
    return RunningNow(run.pk, phase, done, total, min(100, done * 100 // total) if total else None)


def _finished(run: Run, profile: SyncProfile, now: datetime) -> FinishedRun:
    zone = profile.school.zone
    ended_at = run.finished_at or run.accepted_at
    counts = run.counts if isinstance(run.counts, dict) else {}
    return FinishedRun(
        number=run.pk,
        badge=Badge(RUN_KINDS.get(RunState(run.state), "disabled"), run.state),
        when=past_words(ended_at.astimezone(zone), now.astimezone(zone)),
        trigger=run.trigger,
        started_by=run.started_by,
        duration="" if run.duration is None else duration_words(run.duration),
        counts=tuple(
            (int(counts.get(key) or 0), words)
            for key, words in COUNTS
            if counts and (counts.get(key) or key in ALWAYS_SHOWN)
        ),
        explanation=run.explanation,
    )


def duration_words(duration: timedelta) -> str:
    """Return for instance "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    seconds = duration.total_seconds()
    if seconds < 10:
        return _("%(seconds).1f s") % {"seconds": max(seconds, 0.0)}
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
