"""The worker is killed while it executes scheduled runs. No run is lost, and none is executed twice."""

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.school import Player, change_source
from tests.conftest import SERVER_URL
from tests.services.installation import Installation, fresh_installation
from tests.services.program import wait_until

pytestmark = pytest.mark.chaos

KILLS = max(int(os.environ.get("PHOTOSYNC_CHAOS_KILLS", "10")) // 4, 1)
KILLS_PER_NIGHT = 2
SEED = int(os.environ.get("PHOTOSYNC_CHAOS_SEED", "20261218"))
MIDNIGHT = datetime(2026, 8, 10, 14, 0, tzinfo=UTC)
"""00:00 in Sydney."""
BEFORE = timedelta(seconds=4)


@pytest.fixture
def players(installation: Installation, tmp_path: Path) -> Iterator[tuple[Player, Player]]:
    (tmp_path / "undisturbed").mkdir()
    with fresh_installation(tmp_path / "undisturbed", SERVER_URL) as other:
        disturbed = Player(installation, source=tmp_path / "delivery-a")
        yield disturbed, Player(other, source=tmp_path / "delivery-b")


def test_kill_of_the_worker_leaves_one_run_for_each_due_time(players: tuple[Player, Player]) -> None:
    chance = random.Random(SEED)
    disturbed, undisturbed = players
    for player in players:
        change_source(player.source, 0)
        player.set_up(at=MIDNIGHT - timedelta(hours=1))
    kills = nights = 0
    while kills < KILLS:
        due = MIDNIGHT + timedelta(days=nights)
        for player in players:
            change_source(player.source, nights)
        _night(undisturbed, due, 0, chance)
        kills += _night(disturbed, due, min(KILLS_PER_NIGHT, KILLS - kills), chance)
        for player in players:
            player.approve_what_is_held(at=due + timedelta(hours=1))
        nights += 1
        assert disturbed.dump() == undisturbed.dump(), f"night {nights}, after {kills} kills"
    assert [occurrence[:2] for occurrence in disturbed.dump()["occurrences"]] == [
        [str(MIDNIGHT + timedelta(days=night)), "run"] for night in range(nights)
    ]
    disturbed.do("verify")


def _night(player: Player, due: datetime, most_kills: int, chance: random.Random) -> int:
    """Let a worker live through the due time, killing it `most_kills` times at most; return how often."""
    at = due - BEFORE
    for kills in range(most_kills):
        worker = player.start("worker", at=at)
        time.sleep(BEFORE.total_seconds() + chance.uniform(0.0, 3.0))
        player.kill(worker)
        if _is_done(player, due):
            return kills + 1
        at += timedelta(seconds=8)
    with player.running("worker", at=at) as worker:
        wait_until(lambda: _is_done(player, due), worker)
    return most_kills


def _is_done(player: Player, due: datetime) -> bool:
    return any(due_at == due and state.startswith(("done", "held")) for state, due_at in player.runs())
