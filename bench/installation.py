"""A Photo Sync of its own for each measurement, run in processes of their own as a school runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring import peak_memory, tree_memory_bytes

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class RunTook:
    """`run_s` is the run's own recorded duration; `start_s` what the process took before and after it."""

    run_s: float
    start_s: float
    processor_s: float
    counts: dict[str, int]
    extra_memory_bytes: int
    """The most that the process and its helpers had beyond what it had before the run; 0 if not looked at."""


class Installation:
    """A fresh data folder with one school, `people` students and one profile that reads `source`.

    `source` is a path, or the options of a source of another `kind`.
    """

    def __init__(self, data: Path, source: Path | Mapping[str, str], people: int, *, kind: str = "folder") -> None:
        shutil.rmtree(data, ignore_errors=True)
        self.data = data
        options = {"path": str(source)} if isinstance(source, Path) else dict(source)
        self._ask("prepare", "--options", json.dumps(options), "--kind", kind, "--people", str(people))

    def sync(self, *, look_at_memory: bool = False) -> RunTook:
        with self._started("sync") as process:
            assert process.stdout is not None
            process.stdout.readline()  # the process is ready to run
            extra = 0
            if look_at_memory:
                idle = tree_memory_bytes(process.pid)
                with peak_memory(process.pid) as peak:
                    self._go(process)
                    answer = process.stdout.read()
                extra = peak[0] - idle
            else:
                self._go(process)
                answer = process.stdout.read()
        told = self._told(process, answer)
        return RunTook(told["run_s"], told["wall_s"] - told["run_s"], told["processor_s"], told["counts"], extra)

    def session_key(self) -> str:
        """Return the session of a signed-in user who may see photos and nothing else."""
        return str(self._ask("sign-in")["session_key"])

    def photos(self) -> dict[str, str]:
        """Return path of the thumbnail to file in the store, for everyone with a photo."""
        return dict(self._ask("photos"))

    def remove(self) -> None:
        shutil.rmtree(self.data)

    def environment(self) -> dict[str, str]:
        own = {"PHOTOSYNC_DATA": str(self.data), "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES": "127.0.0.1/32"}
        return {**os.environ, **own}

    @staticmethod
    def _go(process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        process.stdin.close()

    def _ask(self, *words: str) -> dict[str, Any]:
        with self._started(*words) as process:
            answer, _ = process.communicate()
        return self._told(process, answer)

    def _started(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bench.child", *words],
            cwd=PROJECT,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _told(process: subprocess.Popen[str], answer: str) -> dict[str, Any]:
        if process.returncode:
            raise SystemExit(f"{process.args!r} failed")
        told: dict[str, Any] = json.loads(answer.splitlines()[-1])
        return told
