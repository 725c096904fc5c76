"""`kill -9` at random points. Afterwards everything is as if nothing had happened."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.school import Player, change_source
from tests.conftest import SERVER_URL
from tests.services.installation import Installation, fresh_installation

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("PHOTOSYNC_CHAOS_KILLS", "10"))
KILLS_PER_ROUND = 5
HELD = 4
"""Exit status of a sync that waits for approval."""
SEED = int(os.environ.get("PHOTOSYNC_CHAOS_SEED", "20261218"))
SEEDS = [SEED, SEED + 1] if KILLS > 10 else [SEED]
"""Many kills are shared between two test processes, each with a chance of its own."""
KILLS_EACH = KILLS // len(SEEDS)


@pytest.fixture
def disturbed(installation: Installation, tmp_path: Path) -> Player:
    return Player(installation, source=tmp_path / "delivery-a")


@pytest.fixture
def undisturbed(tmp_path: Path) -> Iterator[Player]:
    (tmp_path / "undisturbed").mkdir()
    with fresh_installation(tmp_path / "undisturbed", SERVER_URL) as made:
        yield Player(made, source=tmp_path / "delivery-b")


@pytest.mark.parametrize("seed", SEEDS)
def test_kill_during_sync_leaves_the_library_of_an_undisturbed_one(
    disturbed: Player, undisturbed: Player, seed: int
) -> None:
    chance = random.Random(seed)
    for player in (disturbed, undisturbed):
        change_source(player.source, 0)
        player.set_up()
    kills = round_number = 0
    while kills < KILLS_EACH:
        for player in (disturbed, undisturbed):
            change_source(player.source, round_number)
        begun = time.monotonic()
        _synced(undisturbed)
        lasts_s = time.monotonic() - begun
        kills += _sync_with_kills(disturbed, min(KILLS_PER_ROUND, KILLS_EACH - kills), lasts_s, chance)
        for player in (disturbed, undisturbed):
            player.approve_what_is_held()
        assert disturbed.dump() == undisturbed.dump(), f"round {round_number}, after {kills} kills"
        round_number += 1
    assert kills == KILLS_EACH
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
            player.kill(process)
            kills += 1
        else:
            assert status in (0, HELD)
            break
        runs = player.dump()["runs"]
        if len(runs) > runs_before and runs[-1][1] not in ("queued", "running"):
            break
    else:
        _synced(player)
    return kills


def _synced(player: Player) -> None:
    assert player.run("sync", "Photo Sync").status in (0, HELD)
