"""Two workers claim the same long work at the same instant, are killed in it, and a third goes on with it."""

import json
import subprocess
import sys
from typing import IO, Any

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.worker.long_working import OF_EACH_SORT

WORKING = [sys.executable, "-m", "tests.worker.long_working"]


def asked(installation: Installation, word: str) -> Any:
    done = subprocess.run([*WORKING, word], env=installation.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def said(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def told(worker: "subprocess.Popen[str]") -> str:
    """Let it go on, and return what it says next."""
    to: IO[str] | None = worker.stdin
    assert to is not None
    to.write("\n")
    to.flush()
    return said(worker)


def test_work_is_claimed_once_and_gone_on_with_when_its_worker_is_killed(installation: Installation) -> None:
    Program(migrated(installation)).do("init")
    queued = asked(installation, "queue")

    workers = [
        subprocess.Popen(
            [*WORKING, "claim", order],
            env=installation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for order in ("forwards", "backwards")
    ]
    try:
        assert [said(worker) for worker in workers] == ["ready", "ready"]
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("\n")
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.flush()
        got = [json.loads(said(worker)) for worker in workers]
        claimed = sorted((sort, number) for mine in got for sort, number in mine)
        assert claimed == sorted((sort, number) for sort, numbers in queued.items() for number in numbers)
        writer = workers[0] if got[0] else workers[1]
        assert told(writer) == "writing"
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()

    assert asked(installation, "go-on") == {
        sort: [[""], sorted(numbers), [True] * OF_EACH_SORT, [2] * OF_EACH_SORT] for sort, numbers in queued.items()
    }
