"""A run in words: what started it, when, how long it took, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from photosync.apps.runs.models import Run
from photosync.core.instants import local_date
from photosync.core.run_states import RunState, Trigger
from photosync.core.wording import date_words, past_words, time_words
from photosync.web.badge import Badge
from photosync.web.profile_cards import ALWAYS_SHOWN, COUNTS, RUN_KINDS, duration_words

TRIGGERS = {
    Trigger.SCHEDULED: _("scheduled"),
    Trigger.ON_DEMAND: _("on demand"),
    Trigger.PREVIEW: _("preview"),
    Trigger.CATCH_UP: _("catch-up"),
    Trigger.UNDO: _("undo"),
}
STATES = {
    RunState.QUEUED: _("queued"),
    RunState.RUNNING: _("running"),
    RunState.HELD: _("held"),
    RunState.DONE: _("done"),
    RunState.DONE_WITH_FAILURES: _("done with failures"),
    RunState.FAILED: _("failed"),
    RunState.CANCELLED: _("cancelled"),
    RunState.DISCARDED: _("discarded"),
    RunState.SUPERSEDED: _("superseded"),
    RunState.STOPPED_BY_PERIOD_END: _("stopped by period end"),
    RunState.STOPPED_BY_DISABLED: _("stopped by Disabled"),
}


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run in a list. `counts` are (number, words)."""

    number: int
    profile: str
    badge: Badge
    trigger: Any
    started_by: str
    when: str
    duration: str
    counts: tuple[tuple[int, Any], ...]
    is_alive: bool


def shown_run(run: Run, zone: ZoneInfo, now: datetime) -> RunShown:
    return RunShown(
        number=run.pk,
        profile=run.profile.name,
        badge=run_badge(run),
        trigger=TRIGGERS[Trigger(run.trigger)],
        started_by=run.started_by,
        when=past_words(run.accepted_at.astimezone(zone), now.astimezone(zone)),
        duration=run_duration(run),
        counts=counts_shown(run.counts),
        is_alive=RunState(run.state).alive,
    )


def run_duration(run: Run) -> str:
    """Return how long the run took; since it was approved, where it was: before that it waited for a person."""
    return duration_words(run.finished_at - (run.approved_at or run.accepted_at)) if run.finished_at else ""


def run_badge(run: Run) -> Badge:
    state = RunState(run.state)
    return Badge(RUN_KINDS.get(state, "disabled"), str(STATES[state]))


def counts_shown(counts: Mapping[str, int], *, always: frozenset[str] = ALWAYS_SHOWN) -> tuple[tuple[int, Any], ...]:
    """Return (number, words) of the counts that are not 0 or `always` shown; nothing where nothing was counted."""
    if not counts:
        return ()
    return tuple((int(counts.get(key) or 0), words) for key, words in COUNTS if counts.get(key) or key in always)


def moment_words(instant: datetime, zone: ZoneInfo) -> str:
    """Return for instance "Friday 18 December 2026 14:05"."""
    local = instant.astimezone(zone)
    return f"{date_words(local.date())} {time_words(local)}"


def planned_year(run: Run) -> int:
    """Return the academic year in which the run's local date falls: that of its photos, where no one says another."""
    school = run.profile.school
    return school.academic_year_rule.academic_year_of(local_date(run.due_at or run.accepted_at, school.zone))
