"""The states of a run, what started it, and which state may follow which."""

from __future__ import annotations

from enum import StrEnum

from photosync.core.errors import Refused


class Trigger(StrEnum):
    PREVIEW = "preview"
    SCHEDULED = "scheduled"
    ON_DEMAND = "on demand"
    CATCH_UP = "catch-up"
    UNDO = "undo"

    @property
    def publishes(self) -> bool:
        """Whether it may change the library; a preview shows its plan and is done."""
        return self is not Trigger.PREVIEW

    @property
    def follows_schedule(self) -> bool:
        """Whether the run ends once the status is no longer Active, with what is unpublished dropped."""
        return self in (Trigger.SCHEDULED, Trigger.CATCH_UP)

    @property
    def guarded(self) -> bool:
        """Whether the plan is checked against the limits and may be held. An undo was asked for as it is."""
        return self not in (Trigger.PREVIEW, Trigger.UNDO)


class RunState(StrEnum):
    """Values are the words that people read; `slug` is for names in style sheets and metrics."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    DONE_WITH_FAILURES = "done with failures"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    STOPPED_BY_PERIOD_END = "stopped by period end"
    STOPPED_BY_DISABLED = "stopped by Disabled"

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def alive(self) -> bool:
        """Whether the run takes the profile's one place; a held run does not."""
        return self in ALIVE

    @property
    def final(self) -> bool:
        """Whether the run stays in this state for good. Undo makes a run of its own."""
        return not _FOLLOWING[self]


ALIVE = frozenset({RunState.QUEUED, RunState.RUNNING})

_STOPPED = frozenset({RunState.STOPPED_BY_PERIOD_END, RunState.STOPPED_BY_DISABLED})

# Approving puts a held run back into the queue; a run that plans afresh takes the place of a held one.
_FOLLOWING: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.FAILED, RunState.CANCELLED}) | _STOPPED,
    RunState.RUNNING: frozenset(
        {
            RunState.HELD,
            RunState.DONE,
            RunState.DONE_WITH_FAILURES,
            RunState.FAILED,
            RunState.CANCELLED,
            RunState.SUPERSEDED,
        }
    )
    | _STOPPED,
    RunState.HELD: frozenset({RunState.QUEUED, RunState.DISCARDED, RunState.SUPERSEDED}),
    **{
        state: frozenset[RunState]()
        for state in (
            RunState.DONE,
            RunState.DONE_WITH_FAILURES,
            RunState.FAILED,
            RunState.CANCELLED,
            RunState.DISCARDED,
            RunState.SUPERSEDED,
            *_STOPPED,
        )
    },
}


def may_follow(state: RunState, following: RunState, trigger: Trigger) -> bool:
    """Whether a run that `trigger` started may go from `state` to `following`.

    Only what is guarded is held; only what follows the schedule is stopped by it.
    """
    if following is RunState.HELD and not trigger.guarded:
        return False
    if following in _STOPPED and not trigger.follows_schedule:
        return False
    return following in _FOLLOWING[state]


def check_transition(state: RunState, following: RunState, trigger: Trigger, *, run: str) -> None:
    """Raise Refused where `following` may not come after `state`. `run` names the run."""
    if not may_follow(state, following, trigger):
        kind = f"the {trigger} run" if trigger is not Trigger.PREVIEW else "the preview"
        raise Refused(
            f"Run {run} is {state}; {kind} cannot become {following} from there. Nothing was changed. "
            "See its record.",
            command_line=f"photosync run show {run}",
        )
