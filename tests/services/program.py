"""The program `photosync`, started as its users start it, with its clock moved where a test asks for it."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.services import clock
from tests.services.installation import Installation

ENDS_WITHIN_S = 120


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    output: str
    error: str

    @property
    def document(self) -> Any:
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Program:
    """One installation. `at` is what the clock of a command says when it begins; None is the true time."""

    installation: Installation

    def run(self, *words: str, at: datetime | None = None) -> Ended:
        """Run a command to its end, whatever its exit status."""
        done = subprocess.run(
            [*self.installation.command, *words],
            env=self._environment(at),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def do(self, *words: str, at: datetime | None = None) -> str:
        """Run a command that must succeed; return what it printed."""
        ended = self.run(*words, at=at)
        assert ended.status == 0, (words, ended)
        return ended.output

    def ask(self, *words: str, at: datetime | None = None) -> Any:
        """Run a command that must succeed with --json; return its document."""
        return json.loads(self.do(*words, "--json", at=at))

    def start(self, *words: str, at: datetime | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.installation.command, *words],
            env=self._environment(at),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @contextmanager
    def running(self, *words: str, at: datetime | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command that goes on, and end it politely afterwards."""
        process = self.start(*words, at=at)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)

    def runs(self) -> list[tuple[str, datetime | None]]:
        """Return the state of every run and when it was due, the oldest first, without starting a program."""
        rows = self.installation.rows("SELECT state, due_at FROM runs_run ORDER BY id")
        return [(state, _instant(due_at)) for state, due_at in rows]

    def has_ticked_since(self, instant: datetime) -> bool:
        """Whether a worker has dealt with everything that was due at `instant`, by its own clock."""
        ((found,),) = self.installation.rows("SELECT max(ticked_at) FROM runs_worker")
        ticked_at = _instant(found)
        return ticked_at is not None and ticked_at >= instant

    def _environment(self, at: datetime | None) -> dict[str, str]:
        environment = self.installation.environment
        return clock.moved(environment, at) if at else environment


def _instant(found: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if isinstance(found, str) else found


def wait_until(
    holds: Callable[[], bool], process: subprocess.Popen[bytes], *, within_s: float = ENDS_WITHIN_S
) -> None:
    """Wait until `holds`, while `process` must live. It is asked often, so it must start no program."""
    give_up_at = time.monotonic() + within_s
    while not holds():
        assert process.poll() is None, "the process ended before its time"
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.1)
