"""An empty installation for tests that start `photosync` as a program of its own."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.services import postgresql


@dataclass(frozen=True, slots=True)
class Installation:
    """`environment` is complete: pass it as `env=`. `command` starts photosync in this environment."""

    data: Path
    database_url: str | None
    environment: dict[str, str]
    command: tuple[str, ...] = (sys.executable, "-m", "photosync")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a SELECT finds, over a connection of its own: for looking often, as no program is started.

        SQLite gives times as text, in UTC.
        """
        if self.database_url is not None:
            with psycopg.connect(self.database_url, autocommit=True) as server:
                return server.execute(query).fetchall()  # type: ignore[arg-type]  # the tests' own words
        with closing(sqlite3.connect(f"file:{self.data / 'photosync.sqlite3'}?mode=rw", uri=True)) as file:
            return file.execute(query).fetchall()


@contextmanager
def fresh_installation(folder: Path, server_url: str | None) -> Iterator[Installation]:
    """Yield an installation on SQLite in `folder`, or on a new database of the PostgreSQL at `server_url`."""
    data = folder / "data"
    # Not PYTHONDONTWRITEBYTECODE either: each program would compile everything that it imports anew.
    unwanted = ("PHOTOSYNC_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    environment = kept | {"PHOTOSYNC_DATA": str(data), "PHOTOSYNC_KEEP_FREE_MEGABYTES": "10"}
    if server_url is None:
        yield Installation(data=data, database_url=None, environment=environment)
        return
    with postgresql.fresh_database(server_url) as url:
        yield Installation(data=data, database_url=url, environment=environment | {"PHOTOSYNC_DATABASE_URL": url})
