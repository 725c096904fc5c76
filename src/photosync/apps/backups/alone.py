"""Whether others use the data folder: every process that works with it holds a lock, and restoring needs it alone."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from photosync.core.errors import Refused, StorageUnavailable

IN_USE = "in-use"
SILENT_AFTER = timedelta(seconds=60)
_held: dict[Path, int] = {}


def share(folder: Path) -> None:
    """Hold the data folder, beside others, until this process ends. Raises Refused while it is being restored.

    Whoever may only read there, and finds no lock to hold, goes on without: nothing can be told of them.
    """
    path = _lock_path(folder)
    if path in _held:
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path.exists() else _opened(path)
    except (OSError, StorageUnavailable):
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Refused(
            f"A backup is being restored into {folder}. Nothing was done. Wait until it is done, then repeat."
        ) from error
    _held[path] = descriptor


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder alone. Raises Refused while another process uses it."""
    descriptor = _opened(_lock_path(folder))
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _in_use(folder) from error
        for lock in sorted((folder / "locks").glob("*.lock")):
            if _is_locked(lock):
                raise _in_use(folder)
        yield
    finally:
        os.close(descriptor)


def refuse_live_workers_elsewhere(now: datetime) -> None:
    """Raise Refused where a worker on another machine uses the same database."""
    from photosync.apps.runs.models import Worker

    alive = Worker.objects.filter(stopped_at__isnull=True, heartbeat_at__gt=now - SILENT_AFTER)
    other = alive.exclude(host=socket.gethostname()).first()
    if other is not None:
        raise Refused(
            f"A worker on {other.host} uses this database. Nothing was restored. Stop it there, and wait a minute."
        )


def _lock_path(folder: Path) -> Path:
    return folder / "locks" / IN_USE


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageUnavailable(
            f"The data folder cannot be written: {error}. Nothing was done. Check its rights and free space."
        ) from error


def _is_locked(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _in_use(folder: Path) -> Refused:
    return Refused(
        f"Photo Sync is running with the data folder {folder}. Nothing was restored. Stop photosync serve, web, "
        "worker and other commands that use it, then repeat."
    )
