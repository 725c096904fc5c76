"""The files of the SQLite databases in the data folder: whether they can be written, and by whom they cannot."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

DATABASES = ("photosync.sqlite3", "runs.sqlite3")
COMPANIONS = ("-wal", "-shm")


def mend_rights(folder: Path) -> None:
    """Let what SQLite keeps beside a database be written again where the database can be.

    SQLite makes these files with the rights of the database. Made while that could only be read, they stay so, and
    every later write would fail although the database itself can be written again.
    """
    for database in (folder / name for name in DATABASES):
        if not os.access(database, os.W_OK):
            continue
        for companion in (database.with_name(database.name + ending) for ending in COMPANIONS):
            if companion.exists() and not os.access(companion, os.W_OK):
                with suppress(OSError):
                    companion.chmod(S_IMODE(database.stat().st_mode))


def not_writable(folder: Path) -> list[Path]:
    """Return the data folder and the database files in it that this user may not write."""
    files = (folder / (name + ending) for name in DATABASES for ending in ("", *COMPANIONS))
    return [path for path in (folder, *files) if path.exists() and not os.access(path, os.W_OK)]
