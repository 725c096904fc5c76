"""One run: its facts, and how far it is while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.runs.models import Run, Worker
from photosync.apps.runs.queries import put_off_to
from photosync.apps.runs.record import counts_of
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import Mode
from photosync.web.profile_cards import PHASES, duration_words
from photosync.web.run_words import counts_shown, moment_words, planned_year, run_badge, run_duration

TICK_EXPECTED_WITHIN = timedelta(seconds=60)
MOST_COUNTED_LIVE = 100_000
"""Of more files than these, what became of them is not counted anew every two seconds."""
MEANINGLESS_BEFORE_THE_END = ("observed", "unchanged", "waiting")
PUBLISHED_NOTHING = (RunState.DISCARDED, RunState.SUPERSEDED)
COUNTING_FROM = ("stage", "plan", "publish", "record")


@dataclass(frozen=True, slots=True)
class Fact:
    words: Any
    value: str
    run: int | None = None
    """The run that the value names, to be linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLive:
    """How far a run is. `percent` is None while it is not known how much there is to do."""

    number: int
    phase: Any
    done: int
    total: int | None
    percent: int | None
    rate: str
    time_left: str
    counts: tuple[tuple[int, Any], ...]
    warning: str


def facts_of(run: Run) -> list[Fact]:
    zone = run.profile.school.zone
    facts = [Fact(_("Sync profile"), run.profile.name), Fact(_("Started by"), run.started_by)]
    if run.due_at is not None:
        facts.append(Fact(_("Due"), moment_words(run.due_at, zone)))
    facts.append(Fact(_("Started"), moment_words(run.accepted_at, zone)))
    if run.finished_at is not None:
        words = _("Planned until") if run.state == RunState.HELD else _("Finished")
        facts.append(Fact(words, moment_words(run.finished_at, zone)))
        facts.append(Fact(_("Duration"), run_duration(run)))
    if run.mode == Mode.ADDITIONS:
        facts.append(Fact(_("Mode"), _("Additions only")))
    if run.approved_by and run.approved_at:
        told = _("%(who)s, %(when)s") % {"who": run.approved_by, "when": moment_words(run.approved_at, zone)}
        facts.append(Fact(_("Approved by"), told))
    if run.publish_as_year is not None:
        facts.append(Fact(_("Published as photos of"), str(run.publish_as_year)))
    if run.rest_of_id is not None:
        facts.append(Fact(_("Put off from"), _("Run %(number)d") % {"number": run.rest_of_id}, run.rest_of_id))
    if (rest := put_off_to(run)) is not None:
        facts.append(Fact(_("Put off to"), _("Run %(number)d") % {"number": rest}, rest))
    if run.state == RunState.HELD and run.held_since and run.finished_at and run.held_since < run.finished_at:
        facts.append(Fact(_("The same plan held since"), moment_words(run.held_since, zone)))
    if run.undoes_id is not None:
        facts.append(Fact(_("Undoes"), _("Run %(number)d") % {"number": run.undoes_id}, run.undoes_id))
    undone_by = run.undone_by.order_by("pk").values_list("pk", flat=True)[:5]
    facts += [Fact(_("Undone by"), _("Run %(number)d") % {"number": pk}, pk) for pk in undone_by]
    return facts


def new_year_sentence(run: Run) -> str:
    """Return which year a new year's delivery is of, or may be; empty where the run is none."""
    if not run.new_year_delivery:
        return ""
    year = run.publish_as_year or planned_year(run)
    if run.state == RunState.HELD:
        return _(
            "Planned as the photos of %(year)d. Whoever approves it chooses whether they are the photos of "
            "%(year)d or of %(next)d."
        ) % {"year": year, "next": year + 1}
    if run.trigger == Trigger.PREVIEW or run.state in PUBLISHED_NOTHING:
        return _("It looks like a new year's delivery, planned as the photos of %(year)d.") % {"year": year}
    return _("A new year's delivery: photos of %(year)d.") % {"year": year}


def is_preview_that_is_over(run: Run) -> bool:
    return run.trigger == Trigger.PREVIEW and run.state in (RunState.DONE, RunState.DONE_WITH_FAILURES)


def told_kind(run: Run) -> str:
    """Return the kind of state whose colour the explanation has: that of a preview says that a run would be held."""
    return "held" if run.explanation and is_preview_that_is_over(run) else run_badge(run).kind


def live_of(run: Run, now: datetime) -> RunLive | None:
    """Return how far the run is; None once it goes on no more."""
    if not RunState(run.state).alive:
        return None
    progress = run.progress if isinstance(run.progress, dict) else {}
    is_queued = run.state == RunState.QUEUED
    done, total = (
        (0, None) if is_queued else (int(progress.get("done") or 0), int(progress.get("total") or 0) or None)
    )
    rate = done / seconds if (seconds := float(progress.get("seconds") or 0)) >= 1 else 0.0
    left = (total - done) / rate if total and total > done and rate else None
    phase = _("Waiting for a worker") if is_queued else PHASES.get(run.phase, _("Starting"))
    return RunLive(
        number=run.pk,
        phase=phase,
        done=done,
        total=total,
        percent=min(100, done * 100 // total) if total else None,
        rate=_rate_words(rate) if rate and not is_queued else "",
        time_left=duration_words(timedelta(seconds=round(left))) if left is not None else "",
        counts=_counts_so_far(run),
        warning=_warning(run, now),
    )


def _rate_words(rate: float) -> str:
    if rate < 10:
        return _("%(rate).1f a second") % {"rate": rate}
    return ngettext("%(rate)d a second", "%(rate)d a second", round(rate)) % {"rate": round(rate)}


def _counts_so_far(run: Run) -> tuple[tuple[int, Any], ...]:
    if run.phase not in COUNTING_FROM or run.observed_count > MOST_COUNTED_LIVE:
        return ()
    counts = {name: n for name, n in counts_of(run).items() if name not in MEANINGLESS_BEFORE_THE_END}
    return counts_shown(counts, always=frozenset())


def _warning(run: Run, now: datetime) -> str:
    if run.cancel_requested_by:
        told = _("%(who)s asked to cancel it: it ends at its next step. What was published stays published.")
        return told % {"who": run.cancel_requested_by}
    ticked = Worker.objects.aggregate(last=Max("ticked_at"))["last"]
    if ticked is not None and now - ticked <= TICK_EXPECTED_WITHIN:
        return ""
    if run.state == RunState.QUEUED:
        return _("No worker is running, so it does not begin. Start: photosync serve")
    return _(
        "No worker has given a sign of life for a minute, so it does not go on. Start: photosync serve. "
        "It goes on from where it was, and nothing is lost."
    )
