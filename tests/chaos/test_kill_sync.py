"""`kill -9` at random points. Afterwards everything is as if nothing had happened."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.school import Player, change_source, kill
from tests.conftest import SERVER_URL
from tests.services.installation import Installation, fresh_installation

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("PHOTOSYNC_CHAOS_KILLS", "10"))
KILLS_PER_ROUND = 5
HELD = 4
"""Exit status of a sync that waits for approval: round after round changes more than the guard lets pass."""
SEED = int(os.environ.get("PHOTOSYNC_CHAOS_SEED", "20261218"))


@pytest.fixture
def disturbed(installation: Installation, tmp_path: Path) -> Player:
    return Player(installation, source=tmp_path / "delivery-a")


@pytest.fixture
def undisturbed(tmp_path: Path) -> Iterator[Player]:
    (tmp_path / "undisturbed").mkdir()
    with fresh_installation(tmp_path / "undisturbed", SERVER_URL) as made:
        yield Player(made, source=tmp_path / "delivery-b")


def test_kill_during_sync_leaves_the_library_of_an_undisturbed_one(disturbed: Player, undisturbed: Player) -> None:
    chance = random.Random(SEED)
    for player in (disturbed, undisturbed):
        change_source(player.source, 0)
        player.set_up()
    kills = round_number = 0
    while kills < KILLS:
        for player in (disturbed, undisturbed):
            change_source(player.source, round_number)
        begun = time.monotonic()
        _synced(undisturbed)
        lasts_s = time.monotonic() - begun
        kills += _sync_with_kills(disturbed, min(KILLS_PER_ROUND, KILLS - kills), lasts_s, chance)
        for player in (disturbed, undisturbed):
            _approve_what_is_held(player)
        assert disturbed.dump() == undisturbed.dump(), f"round {round_number}, after {kills} kills"
        round_number += 1
    assert kills == KILLS
    assert len(disturbed.dump()["versions"]) > 20
    disturbed.do("verify")


def _sync_with_kills(player: Player, most: int, lasts_s: float, chance: random.Random) -> int:
    """Bring one run to its end, killing what executes it up to `most` times; return how often it was killed."""
    runs_before = len(player.dump()["runs"])
    kills = 0
    while kills < most:
        process = player.start("sync", "Photo Sync")
        try:
            status = process.wait(timeout=chance.uniform(0.2, 1.0) * lasts_s)
        except subprocess.TimeoutExpired:
            kill(process)
            kills += 1
        else:
            assert status in (0, HELD)
            break
        runs = player.dump()["runs"]
        if len(runs) > runs_before and runs[-1][2] not in ("queued", "running"):
            break
    else:
        _synced(player)
    return kills


def _synced(player: Player) -> None:
    assert player.run("sync", "Photo Sync").status in (0, HELD)


def _approve_what_is_held(player: Player) -> None:
    number, _, state, _ = player.dump()["runs"][-1]
    if state == "held":
        player.do("run", "approve", number)
