"""Runs that a command executes itself, where no worker lives: what happens in which order."""

from pathlib import Path
from typing import Any, Self

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.core.errors import Refused
from photosync.core.run_states import RunState, Trigger
from photosync.worker import command
from tests.apps.runs.scene import Scene


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the executor only note that it is started, told to begin, and ended."""
    noted: list[str] = []

    class Executor:
        def __enter__(self) -> Self:
            noted.append("started")
            return self

        def begin(self, run: Run) -> None:
            noted.append(f"begins, {run.state}")
            Run.objects.filter(pk=run.pk).update(state=RunState.DONE)

        def __exit__(self, *exc: object) -> None:
            noted.append("ended")

    monkeypatch.setattr(command, "_Executor", Executor)
    return noted


def test_undo_is_accepted_when_its_executor_has_started(scene: Scene, events: list[str]) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    run = scene.run()

    def asked() -> Run:
        events.append("accepted")
        return services.undo(run.pk, by="Mr Night", now=scene.now)

    undo = command.execute_or_follow(asked, lambda _run: None)

    assert (undo.trigger, undo.state) == (Trigger.UNDO, RunState.DONE)
    assert events == ["started", "accepted", "begins, queued", "ended"]


def test_what_is_refused_ends_the_executor(scene: Scene, events: list[str]) -> None:
    run = scene.run()
    with pytest.raises(Refused) as refused:
        command.execute_or_follow(lambda: services.undo(run.pk, by="Mr Night", now=scene.now), lambda _run: None)
    assert refused.value.message == (
        f"Run {run.pk} changed no photo, so there is nothing to undo. Nothing was changed."
    )
    assert events == ["started", "ended"]


def test_sync_is_accepted_when_its_executor_has_started(
    scene: Scene, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def request_run(profile: SyncProfile, **given: Any) -> Run:
        events.append("accepted")
        return services.request_run(profile, **given | {"now": scene.now})

    monkeypatch.setattr(command, "request_run", request_run)

    run = command.sync(scene.profile, Trigger.ON_DEMAND, "Ms Day", lambda _run: None)

    assert run.state == RunState.DONE
    assert events == ["started", "accepted", "begins, queued", "ended"]
