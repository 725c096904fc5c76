"""Workers that are gone, those that come back, and who may write."""

from datetime import timedelta

import pytest

from photosync.apps.runs import execution
from photosync.apps.runs.execution import claim, execute_phase
from photosync.apps.runs.models import PlanItem, Run, Worker
from photosync.apps.runs.schedule import MOST_ATTEMPTS, queue_again, take_back_runs
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts, remembered

PHASES = execution.SYNC_PHASES


def nobody(_worker: Worker) -> bool:
    return False


def other_worker(scene: Scene) -> Worker:
    return Worker.objects.create(
        executor_id="other", host="test", kind="worker", started_at=scene.now, heartbeat_at=scene.now
    )


@pytest.fixture
def with_work(scene: Scene) -> Scene:
    """Return a school where every phase has something to do."""
    scene.set(when_missing="withdraw")
    codes = scene.everyone(6)
    for code in codes[:3]:
        scene.put(f"{code}.jpg", int(code))
    scene.put("nobody.jpg", 99)
    scene.run()
    scene.remove("0001.jpg")
    scene.put("0002.jpg", 102)
    scene.put("0004.jpg", 4)
    scene.put("0005.jpg", 5)
    scene.put("0006.jpg", 5)
    return scene


@pytest.mark.parametrize("phase", PHASES)
def test_worker_whose_run_was_taken_back_writes_nothing(with_work: Scene, phase: str) -> None:
    scene = with_work
    run = scene.request()
    hold = claim(run.pk, 0, "test", scene.now)
    assert hold is not None
    for earlier in PHASES[: PHASES.index(phase)]:
        assert execute_phase(run.pk, hold.fence, earlier, lambda: scene.now)
    scene.later(seconds=61)
    assert take_back_runs(scene.now, nobody) == [run.pk]
    before = (remembered(), list(PlanItem.objects.values()), list(Run.objects.values()))

    assert execute_phase(run.pk, hold.fence, phase, lambda: scene.now) is False

    assert (remembered(), list(PlanItem.objects.values()), list(Run.objects.values())) == before


@pytest.mark.parametrize("phase", PHASES)
def test_worker_that_is_overtaken_within_a_phase_writes_nothing_more(
    with_work: Scene, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is taken by another worker when the phase has begun; the other one ends it as if nothing had been."""
    scene = with_work
    run = scene.request()
    first = claim(run.pk, 0, "test", scene.now)
    assert first is not None
    for earlier in PHASES[: PHASES.index(phase)]:
        assert execute_phase(run.pk, first.fence, earlier, lambda: scene.now)
    begin = execution.RunRein.begin
    seconds: list[int] = []

    def overtaken(rein: execution.RunRein, name: str) -> None:
        begin(rein, name)
        if not seconds:
            seconds.append(1)
            other_worker(scene)
            scene.later(seconds=61)
            Worker.objects.filter(executor_id="other").update(heartbeat_at=scene.now)
            take_back_runs(scene.now, nobody)
            hold = claim(run.pk, 1, "other", scene.now)
            assert hold is not None
            seconds.append(hold.fence)

    monkeypatch.setattr(execution.RunRein, "begin", overtaken)

    assert execute_phase(run.pk, first.fence, phase, lambda: scene.now) is False

    assert Run.objects.get(pk=run.pk).state == RunState.RUNNING
    for each in PHASES:
        execute_phase(run.pk, seconds[1], each, lambda: scene.now)
    ended = Run.objects.get(pk=run.pk)
    scene.check(ended)
    assert (ended.state, ended.counts) == (
        RunState.DONE,
        counts(observed=6, unchanged=1, added=1, replaced=1, review=2, withdrawn=1, unmatched=1),
    )


@pytest.mark.parametrize("phase", PHASES[1:])
def test_run_that_was_killed_before_a_phase_ends_as_if_it_had_not(with_work: Scene, phase: str) -> None:
    scene = with_work
    run = scene.request()
    scene.execute(run, until=phase)
    scene.later(seconds=61)
    take_back_runs(scene.now, nobody)
    run.refresh_from_db()

    ended = scene.execute(run)

    assert (ended.state, ended.counts) == (
        RunState.DONE,
        counts(observed=6, unchanged=1, added=1, replaced=1, review=2, withdrawn=1, unmatched=1),
    )
    assert scene.items(ended) == [
        ("add", "0004", "0004.jpg", "first_photo", "published"),
        ("replace", "0002", "0002.jpg", "changed", "published"),
        ("review", "0005", "0005.jpg", "other_person", "noted"),
        ("review", "0006", "0006.jpg", "other_person", "noted"),
        ("withdraw", "0001", "", "source_empty", "published"),
    ]
    assert (scene.withdrawn(), scene.library()["0004"]) == ({"0001"}, {2026: "4"})


def test_take_back_leaves_runs_of_living_workers(scene: Scene) -> None:
    run = scene.request()
    claim(run.pk, 0, "test", scene.now)
    assert take_back_runs(scene.now + timedelta(seconds=60), nobody) == []


def test_take_back_of_a_worker_known_to_be_dead(scene: Scene) -> None:
    run = scene.request()
    claim(run.pk, 0, "test", scene.now)
    assert take_back_runs(scene.now, lambda worker: worker.executor_id == "test") == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.attempt, run.fence, run.worker) == (RunState.QUEUED, 1, 2, None)
    assert claim(run.pk, 0, "test", scene.now) is None


def test_take_back_of_a_worker_that_has_stopped(scene: Scene) -> None:
    run = scene.request()
    claim(run.pk, 0, "test", scene.now)
    Worker.objects.update(stopped_at=scene.now)
    assert take_back_runs(scene.now, nobody) == [run.pk]


def test_take_back_of_a_run_that_its_worker_lost(scene: Scene) -> None:
    run = scene.request()
    claim(run.pk, 0, "test", scene.now)
    assert take_back_runs(scene.now, nobody, is_lost=lambda each: each.attempt == 0) == [run.pk]


def test_queue_again_gives_a_queued_run_a_new_attempt_once(scene: Scene) -> None:
    run = scene.request()
    assert (queue_again(run.pk, 0), queue_again(run.pk, 0)) == (1, None)
    claim(run.pk, 1, "test", scene.now)
    assert queue_again(run.pk, 1) is None


def test_claim_of_a_run_that_has_ended(scene: Scene) -> None:
    run = scene.run()
    assert claim(run.pk, run.attempt, "test", scene.now) is None


def test_take_back_gives_up_a_run_that_ends_its_worker_every_time(scene: Scene) -> None:
    run = scene.request()
    Run.objects.filter(pk=run.pk).update(attempt=MOST_ATTEMPTS)
    claim(run.pk, MOST_ATTEMPTS, "test", scene.now)

    assert take_back_runs(scene.now, lambda worker: True) == []

    run.refresh_from_db()
    assert (run.state, run.finished_at, run.explanation) == (
        RunState.FAILED,
        scene.now,
        "The process that executed this run ended 25 times before the run did, so it was given up. What was "
        "published until then stays. Look into the log for the reason, then run again.",
    )
