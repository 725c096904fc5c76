"""A database for as long as something is read: in memory while it is small, then in a file that nobody else can open.

SQLite keeps a database without a name so, and the file is gone when it is closed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from photosync.core.errors import SourceUnavailable

ROWS_AT_ONCE: Final = 1_000


class TemporaryDatabase:
    """Several threads may ask. A transaction has begun when it is made; `COMMIT` ends it. Close it in every case."""

    def __init__(self, tables: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        with self.asking() as execute:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8192"):
                execute(f"PRAGMA {pragma}")
            self._database.executescript(tables)
            execute("BEGIN")

    @contextmanager
    def asking(self) -> Iterator[Any]:
        """Yield what executes a statement. Raises SourceUnavailable where there is no room for the answer."""
        with self._lock:
            try:
                yield self._database.execute
            except sqlite3.Error as error:
                raise SourceUnavailable(
                    f"What the source holds found no room among the temporary files ({error}). The listing is "
                    "incomplete, so nothing was changed. Make room in the folder for temporary files, then run again."
                ) from error

    def rows(self, asked: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question, a window of them in memory; others may ask meanwhile."""
        with self.asking() as execute:
            cursor = execute(asked, values)
        while True:
            with self.asking():
                rows = cursor.fetchmany(ROWS_AT_ONCE)
            if not rows:
                return
            yield from rows

    def close(self) -> None:
        with self._lock:
            self._database.close()


def stored(text: str) -> str:
    """Return text that SQLite takes: XML has no zero bytes, and no surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
