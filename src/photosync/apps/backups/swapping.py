"""The last step of restoring: what was made ready takes its place; after a crash in between, it is finished.

Until `ready` is there, nothing of the former installation has been touched. From then on the steps below are repeated
until they are done: by restoring itself, or by the first command after it was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photosync.apps.backups.bundle import KEY
from photosync.apps.backups.snapshots import SQLITE, SQLITE_NAME

FOLDER, READY = "restoring", "ready"
RUNS_NAME = "runs.sqlite3"
COMPANIONS = ("", "-wal", "-shm")


def staging(folder: Path) -> Path:
    return folder / FOLDER


def begin_staging(folder: Path) -> Path:
    """Return an empty folder for what is to take its place; what an earlier try left is removed."""
    place = staging(folder)
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(mode=0o700)
    return place


def say_ready(folder: Path, *, mark: str, database: str, aside: str) -> None:
    """From now on it is finished, whatever happens. `aside`: where the former database goes."""
    place = staging(folder)
    draft = place / "ready.part"
    body = json.dumps({"id": mark, "database": database, "aside": aside}).encode()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    _sync(place)
    draft.rename(place / READY)
    _sync(place)
    _sync(folder)


def finish_swap(folder: Path, is_restored: Callable[[str], bool]) -> bool:
    """Bring a swap that was begun to its end; return whether there was one. Repeating it is harmless.

    `is_restored` says whether the database holds the restored data, by the backup's mark: where a server keeps it, it
    was committed or not before the process died.
    """
    place = staging(folder)
    if not (place / READY).is_file():
        return False
    with (place / READY).open("rb") as ready:
        fcntl.flock(ready, fcntl.LOCK_EX)
        if not (place / READY).is_file():
            return False  # another process has just done it
        told: dict[str, Any] = json.loads(ready.read())
        if told["database"] == SQLITE:
            _swap_files(folder, place, folder / told["aside"])
        elif is_restored(told["id"]):
            _take_key(folder, place)
        shutil.rmtree(place)
        _sync(folder)
    return True


def _swap_files(folder: Path, place: Path, aside: Path) -> None:
    new = place / SQLITE_NAME
    if new.exists():
        aside.mkdir(mode=0o700, exist_ok=True)
        for name in (SQLITE_NAME, RUNS_NAME):
            for companion in COMPANIONS:
                _move(folder / (name + companion), aside)
        if (place / KEY).exists():
            _move(folder / KEY, aside)
    _take_key(folder, place)
    if new.exists():
        new.rename(folder / SQLITE_NAME)
        _sync(folder)


def _move(path: Path, aside: Path) -> None:
    if path.exists():
        path.rename(aside / path.name)


def _take_key(folder: Path, place: Path) -> None:
    if (place / KEY).exists():
        (place / KEY).rename(folder / KEY)
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
