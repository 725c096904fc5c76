"""Several workers tick at the same instant: every due time is dealt with exactly once."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.worker.ticking import DUE_TIMES

TICKING = [sys.executable, "-m", "tests.worker.ticking"]


def asked(installation: Installation, word: str) -> Any:
    done = subprocess.run([*TICKING, word], env=installation.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_workers_that_tick_at_once_deal_with_each_due_time_once(installation: Installation) -> None:
    Program(migrated(installation)).do("init")
    asked(installation, "school")

    workers = [
        subprocess.Popen([*TICKING, "tick"], env=installation.environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    queued = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]

    runs = [run for mine in queued for run in mine]
    assert len(runs) == len(set(runs))
    occurrences = asked(installation, "dump")
    dealt_with = Counter((name, due_at) for name, due_at, _ in occurrences)
    assert len(dealt_with) == 3 * DUE_TIMES
    assert set(dealt_with.values()) == {1}
    assert [outcome for _, _, outcome in occurrences].count("run") == len(runs)
