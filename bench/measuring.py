"""What a program took: time, processor time of it and all that it started, and the memory of the whole tree."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOOKED_EVERY_S = 0.05
DEBIAN_FIRST = f"/usr/bin:/usr/sbin:/bin:/sbin:{os.environ.get('PATH', '')}"
"""The programs of Debian's packages are measured, whatever else of their names there is."""


def where(program: str) -> str | None:
    return shutil.which(program, path=DEBIAN_FIRST)


@dataclass(frozen=True, slots=True)
class Took:
    wall_s: float
    processor_s: float


def median(numbers: Sequence[float]) -> float:
    return statistics.median(numbers)


def run_program(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Took:
    """Run `command` to its end, its output thrown away. Raises SystemExit when it fails."""
    begun_s = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PATH": DEBIAN_FIRST, **(environment or {})},
    )
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {complaint.decode(errors='replace')[-2000:]}")
    return Took(time.perf_counter() - begun_s, used.ru_utime + used.ru_stime)


def tree_memory_bytes(pid: int) -> int:
    """Return the memory of a process and all beneath it, each shared page counted once among its sharers (PSS)."""
    return sum(_memory_bytes(each) for each in _tree(pid))


@contextmanager
def peak_memory(pid: int) -> Iterator[list[int]]:
    """Look at the memory of a tree of processes every 50 ms; the list given has the most that was seen, in bytes."""
    peak = [tree_memory_bytes(pid)]
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOKED_EVERY_S):
            peak[0] = max(peak[0], tree_memory_bytes(pid))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield peak
    finally:
        over.set()
        looker.join()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def _memory_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
