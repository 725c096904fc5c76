"""A process is killed after it began with a run and before it claimed it. The run is still executed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.school import ENDS_WITHIN_S, Player, change_source
from tests.services.installation import Installation
from tests.services.program import wait_until

pytestmark = pytest.mark.chaos

DIES_AT_THE_CLAIM = """
import os, signal, sys
from photosync.cli.main import run
from photosync.__main__ import _processes
def processes():
    made = _processes()
    from photosync.worker import workflows
    workflows.claim = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
    return made
sys.argv = ["photosync", "sync", "Photo Sync"]
run(processes)
"""


@pytest.fixture
def player(installation: Installation, tmp_path: Path) -> Player:
    made = Player(installation, source=tmp_path / "delivery")
    change_source(made.source, 0)
    made.set_up()
    died = subprocess.run(
        [sys.executable, "-c", DIES_AT_THE_CLAIM],
        env=installation.environment,
        capture_output=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    assert [run[1] for run in made.dump()["runs"]] == ["queued"]
    return made


def test_kill_before_claim_is_made_up_for_by_the_next_sync(player: Player) -> None:
    done = player.ask("sync", "Photo Sync")

    assert (done["run"], done["state"]) == (1, "done")


def test_kill_before_claim_is_made_up_for_by_a_worker(player: Player) -> None:
    with player.running("worker") as worker:
        wait_until(lambda: player.runs()[0][0] == "done", worker)

    assert len(player.dump()["runs"]) == 1
