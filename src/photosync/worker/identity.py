"""Who this process is: an executor id that it keeps over restarts, a lock that dies with it, a heartbeat."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import connection

from photosync.apps.runs.models import Worker
from photosync.core.errors import StorageUnavailable

log = structlog.get_logger(__name__)

HEARTBEAT_EVERY_S = 10.0
MOST_WORKERS_OF_A_HOST = 1000


class Identity:
    """One process as a worker. While it lives it holds a lock that the system frees when it dies."""

    def __init__(self, kind: Worker.Kind, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self.executor_id, self._lock_path, self._lock = _taken_identity(kind)
        self._kind = kind
        try:
            self.worker = self._signed_on()
        except BaseException:
            self._let_go()
            raise
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def _signed_on(self) -> Worker:
        now = self._clock()
        worker, _ = Worker.objects.update_or_create(
            executor_id=self.executor_id,
            defaults={
                "host": socket.gethostname(),
                "kind": self._kind,
                "lock_path": str(self._lock_path),
                "started_at": now,
                "heartbeat_at": now,
                "stopped_at": None,
            },
        )
        return worker

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_EVERY_S):
            try:
                Worker.objects.filter(pk=self.worker.pk).update(heartbeat_at=self._clock())
            except Exception:
                # The database may be away for a while; a heart that stops for good would be a silent stop.
                log.exception("the heartbeat could not be written")
            finally:
                connection.close()

    def release(self) -> None:
        """Say goodbye: the worker has stopped, and its runs may be taken over at once."""
        self._stop.set()
        self._thread.join(timeout=5)
        try:
            Worker.objects.filter(pk=self.worker.pk).update(stopped_at=self._clock())
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Free the lock. That of a command, which nobody takes again, is removed."""
        try:
            if self._kind == Worker.Kind.COMMAND:
                self._lock_path.unlink(missing_ok=True)
        finally:
            self._lock.close()


def is_dead_here(worker: Worker) -> bool:
    """Whether `worker` ran on this host, with this data folder, and its process is gone: its lock is free."""
    folder = _lock_folder()
    if not worker.lock_path or not worker.executor_id.startswith(f"{_place_of(folder)}-"):
        return False
    try:
        with Path(worker.lock_path).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def live_workers(now: datetime) -> bool:
    """Whether a `serve` or `worker` process lives that takes runs from the queue."""
    from photosync.apps.runs.schedule import is_silent

    workers = Worker.objects.filter(stopped_at__isnull=True).exclude(kind=Worker.Kind.COMMAND)
    return any(not is_silent(worker, now) and not is_dead_here(worker) for worker in workers)


def _lock_folder() -> Path:
    return Path(settings.PHOTOSYNC_DATA) / "locks"


def _place_of(folder: Path) -> str:
    """Return this host's name with the mark of the data folder: two hosts of one name never share an id."""
    mark = folder / "mark"
    if not mark.exists():
        # Linked into place whole: two processes that start at once read the same mark.
        draft = folder / f"mark.{uuid4().hex}"
        draft.write_text(uuid4().hex[:8], encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, mark)
        draft.unlink()
    return f"{socket.gethostname()}-{mark.read_text(encoding='ascii')}"


def _taken_identity(kind: Worker.Kind) -> tuple[str, Path, IO[bytes]]:
    """Take the first free place of this host; commands, which are not restarted, take a name of their own."""
    folder = _lock_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = _place_of(folder)
        for number in range(1, MOST_WORKERS_OF_A_HOST):
            name = f"{place}-{kind}-{uuid4().hex[:12] if kind == Worker.Kind.COMMAND else number}"
            path = folder / f"{name}.lock"
            lock = _locked(path)
            if lock is not None:
                return name, path, lock
    except OSError as error:
        raise StorageUnavailable(
            f"The data folder cannot be written: {error}. Nothing was started. Check its rights and free space."
        ) from error
    raise StorageUnavailable("Too many workers run on this host already. Nothing was started.")


def _locked(path: Path) -> IO[bytes] | None:
    """Return the file, locked until it is closed or the process dies; None where another process holds it."""
    lock = path.open("ab")
    path.chmod(0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
