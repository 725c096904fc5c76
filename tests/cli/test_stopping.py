"""`serve` and `worker`, asked to stop at many instants of their start: a clean end, and nothing is left behind."""

import fcntl
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from photosync.cli.stopping import until_signalled
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program

ENDS_WITHIN_S = 60
INSTANTS = (
    "photosync.cli.logs",
    "photosync.project.environment",
    "photosync.worker.workflows",
    "photosync.project.processes",
    "dbos._sys_db_{database}",
)
"""Modules in the order in which a starting `serve` or `worker` imports them; Python tells when each is done.

The first is imported at the beginning of the command itself, the last while the worker is being launched.
"""


def stopped_after(
    module: str, number: signal.Signals, installation: Installation, *words: str
) -> tuple[int, str, str]:
    """Start a command, ask it to stop once it has imported `module`; return exit status, output and errors."""
    said: list[str] = []
    with subprocess.Popen(
        [*installation.command, *words],
        env=installation.environment | {"PYTHONPROFILEIMPORTTIME": "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        killer = threading.Timer(ENDS_WITHIN_S, process.kill)
        killer.start()
        asked = False
        for line in process.stderr:
            if not line.startswith("import time:"):
                said.append(line)
            elif line.rpartition("|")[2].strip() == module:
                process.send_signal(number)
                asked = True
        output = process.stdout.read()
        status = process.wait()
        killer.cancel()
    assert asked, (words, said)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # no process of its session is left
    return status, output, "".join(said)


def held_locks(folder: Path) -> list[str]:
    held = []
    for path in folder.glob("*.lock"):
        with path.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(path.name)
    return held


@pytest.mark.parametrize(
    ("words", "number"),
    [(("serve", "--port", "0"), signal.SIGTERM), (("worker",), signal.SIGINT)],
    ids=["serve", "worker"],
)
def test_stop_while_starting_is_a_clean_end(
    words: tuple[str, ...], number: signal.Signals, installation: Installation
) -> None:
    Program(migrated(installation)).do("init")

    database = "sqlite" if installation.database_url is None else "postgres"
    instants = [module.format(database=database) for module in INSTANTS]

    ends = {module: stopped_after(module, number, installation, *words) for module in instants}

    assert ends == dict.fromkeys(instants, (0, "", ""))
    assert held_locks(installation.data / "locks") == []


def test_signal_that_came_while_starting_counts_for_what_is_started() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with until_signalled() as outer:
        signal.raise_signal(signal.SIGTERM)
        with until_signalled() as inner:
            assert inner is outer
            assert inner.is_set()

    assert signal.getsignal(signal.SIGTERM) is before
    with until_signalled() as again:
        assert not again.is_set()
