"""Runs that a worker executes, from the queue to the end, also when the database is away for a moment."""

import json
import subprocess
import sys
from pathlib import Path

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program


def test_worker_executes_every_run_to_its_end(installation: Installation, tmp_path: Path) -> None:
    Program(migrated(installation)).do("init")

    done = subprocess.run(
        [sys.executable, "-m", "tests.worker.working", str(tmp_path / "photos")],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "claim failed": ["done", 1, {"observed": 7, "added": 7}],
        "held": ["held", 0, {"observed": 7, "replaced": 7}],
        "approved": ["done", 1, {"observed": 7, "replaced": 7}],
        "end not written": ["done", 1, {"observed": 7, "unchanged": 6, "replaced": 1}],
        "asked for between ticks": ["done", 0, {"observed": 7, "unchanged": 7}],
        "begins at once": True,
    }
