from itertools import product

import pytest

from photosync.core.errors import Refused
from photosync.core.run_states import RunState, Trigger, check_transition, may_follow

FINAL = {
    RunState.DONE,
    RunState.DONE_WITH_FAILURES,
    RunState.FAILED,
    RunState.CANCELLED,
    RunState.DISCARDED,
    RunState.SUPERSEDED,
    RunState.STOPPED_BY_PERIOD_END,
    RunState.STOPPED_BY_DISABLED,
}


def test_run_states_in_words() -> None:
    assert {state.slug: str(state) for state in RunState} == {
        "queued": "queued",
        "running": "running",
        "held": "held",
        "done": "done",
        "done_with_failures": "done with failures",
        "failed": "failed",
        "cancelled": "cancelled",
        "discarded": "discarded",
        "superseded": "superseded",
        "stopped_by_period_end": "stopped by period end",
        "stopped_by_disabled": "stopped by Disabled",
    }


def test_run_states_alive_held_or_final() -> None:
    assert {state for state in RunState if state.alive} == {RunState.QUEUED, RunState.RUNNING}
    assert {state for state in RunState if state.final} == FINAL


def test_transitions_of_a_scheduled_run() -> None:
    followers = {
        state: {after for after in RunState if may_follow(state, after, Trigger.SCHEDULED)} for state in RunState
    }

    stopped = {RunState.STOPPED_BY_PERIOD_END, RunState.STOPPED_BY_DISABLED}
    assert followers == {
        RunState.QUEUED: {RunState.RUNNING, RunState.FAILED, RunState.CANCELLED, *stopped},
        RunState.RUNNING: {
            RunState.HELD,
            RunState.DONE,
            RunState.DONE_WITH_FAILURES,
            RunState.FAILED,
            RunState.CANCELLED,
            RunState.SUPERSEDED,
            *stopped,
        },
        RunState.HELD: {RunState.QUEUED, RunState.DISCARDED, RunState.SUPERSEDED},
        **{state: set() for state in FINAL},
    }


@pytest.mark.parametrize(
    ("trigger", "never"),
    [
        (Trigger.SCHEDULED, set()),
        (Trigger.CATCH_UP, set()),
        (Trigger.ON_DEMAND, {RunState.STOPPED_BY_PERIOD_END, RunState.STOPPED_BY_DISABLED}),
        (Trigger.UNDO, {RunState.HELD, RunState.STOPPED_BY_PERIOD_END, RunState.STOPPED_BY_DISABLED}),
        (Trigger.PREVIEW, {RunState.HELD, RunState.STOPPED_BY_PERIOD_END, RunState.STOPPED_BY_DISABLED}),
    ],
)
def test_states_that_a_trigger_never_leads_to(trigger: Trigger, never: set[RunState]) -> None:
    reached = {RunState.QUEUED}
    for _ in RunState:
        reached |= {after for state, after in product(reached, RunState) if may_follow(state, after, trigger)}

    assert reached == set(RunState) - never - ({RunState.DISCARDED} if RunState.HELD in never else set())


def test_only_a_preview_publishes_nothing() -> None:
    assert [trigger for trigger in Trigger if not trigger.publishes] == [Trigger.PREVIEW]


@pytest.mark.parametrize(
    ("state", "after", "trigger", "message"),
    [
        (
            RunState.DONE,
            RunState.CANCELLED,
            Trigger.ON_DEMAND,
            "Run 17 is done; the on demand run cannot become cancelled from there. Nothing was changed. "
            "See its record.",
        ),
        (
            RunState.RUNNING,
            RunState.HELD,
            Trigger.PREVIEW,
            "Run 17 is running; the preview cannot become held from there. Nothing was changed. See its record.",
        ),
    ],
)
def test_check_transition_refuses(state: RunState, after: RunState, trigger: Trigger, message: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_transition(state, after, trigger, run="17")

    assert refusal.value.message == message
