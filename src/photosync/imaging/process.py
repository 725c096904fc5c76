"""One worker process as the pool sees it: start, send, receive, end."""

import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import IO, Any, cast

from photosync.core.errors import ItemRejected
from photosync.imaging.settings import Rendered, RenderSettings
from photosync.imaging.wire import result_from_json, settings_to_json

SLOTS_PER_WORKER = 2
"""One picture being read and one waiting, so that a worker never waits for the parent."""

_KEEP_SLOT_BYTES = 8_000_000
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""All that a worker is told: it reads hostile files, so it gets no passwords and addresses of the server."""
_ONE_THREAD = {"VIPS_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}


@dataclass(eq=False, slots=True)
class Job:
    content: bytes
    settings: RenderSettings
    memory_cost_bytes: int
    future: "Future[Rendered | ItemRejected]"
    attempts: int = 0


class WorkerProcess:
    """Started by its constructor, `is_ready` after its first line; owns pipes and slot files until `end`."""

    def __init__(self) -> None:
        self._slot_fds = [_slot_file() for _ in range(SLOTS_PER_WORKER)]
        self._free_slots = list(range(SLOTS_PER_WORKER))
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        try:
            self._process = self._started()
        except OSError:
            self._close_files()
            raise
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._replies = cast("IO[bytes]", self._process.stdout)
        os.set_blocking(self._replies.fileno(), False)
        self._received = b""
        self.in_flight: deque[tuple[int, Job]] = deque()
        self.is_ready = False
        self.clock_started_at_s = 0.0

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [
                sys.executable,
                *("-P", "-m", "photosync.imaging.worker", str(os.getpid())),
                *(str(fd) for fd in self._slot_fds),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            pass_fds=self._slot_fds,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _ONE_THREAD,
            bufsize=0,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def reply_fd(self) -> int:
        return self._replies.fileno()

    @property
    def has_room(self) -> bool:
        return bool(self._free_slots)

    def memory_cost_bytes(self, *, with_job: Job | None = None) -> int:
        """What this worker costs at most: it reads one picture at a time.

        The bytes of each picture are held three times: by the caller, in the slot file, in the worker.
        """
        jobs = [job for _, job in self.in_flight] + ([with_job] if with_job else [])
        held_bytes = sum(3 * len(job.content) for job in jobs)
        return held_bytes + max((job.memory_cost_bytes for job in jobs), default=0)

    def take_back_first(self) -> Job:
        return self.in_flight.popleft()[1]

    def send(self, job: Job) -> None:
        """Hand one job over. Raises OSError if the worker is gone; the job is in `in_flight` all the same."""
        slot = self._free_slots.pop()
        self.in_flight.append((slot, job))
        _write_all(self._slot_fds[slot], job.content)
        request = f'{{"slot": {slot}, "bytes": {len(job.content)}, "settings": {settings_to_json(job.settings)}}}\n'
        self._requests.write(request.encode())

    def receive(self) -> tuple[list[tuple[Job, Rendered | ItemRejected]], bool]:
        """Return the jobs that are done, and whether the worker is still there (or speaks sense)."""
        chunk = os.read(self.reply_fd, 65536)
        *lines, self._received = (self._received + chunk).split(b"\n")
        done = []
        try:
            for line in lines:
                reply = json.loads(line)
                if "ready" in reply:
                    self.is_ready = True
                else:
                    done.append(self._finished(reply))
        except (KeyError, TypeError, ValueError, IndexError):
            return done, False
        return done, bool(chunk)

    def _finished(self, reply: dict[str, Any]) -> tuple[Job, Rendered | ItemRejected]:
        slot, job = self.in_flight[0]
        if reply["slot"] != slot:
            raise ValueError("the worker answered out of turn")
        result = result_from_json(reply, self._slot_fds[slot])
        self.in_flight.popleft()
        if len(job.content) > _KEEP_SLOT_BYTES:
            os.ftruncate(self._slot_fds[slot], 0)
        self._free_slots.append(slot)
        return job, result

    def end(self) -> str:
        """End the process at once, free what it held, return what it complained of before it was ready."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._replies.close()
        self._complaints.seek(0)
        complaint = self._complaints.read(10_000).decode(errors="replace").strip()
        self._close_files()
        return complaint

    def _close_files(self) -> None:
        for fd in self._slot_fds:
            os.close(fd)
        self._complaints.close()


def _slot_file() -> int:
    """Return the descriptor of a file that lives in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("photosync-picture")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _write_all(fd: int, content: bytes) -> None:
    view, written = memoryview(content), 0
    while written < len(view):
        written += os.pwrite(fd, view[written:], written)
