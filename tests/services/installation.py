"""An empty installation for tests that start `photosync` as a program of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services import postgresql


@dataclass(frozen=True, slots=True)
class Installation:
    """`environment` is complete: pass it as `env=`. `command` starts photosync in this environment."""

    data: Path
    database_url: str | None
    environment: dict[str, str]
    command: tuple[str, ...] = (sys.executable, "-m", "photosync")


@contextmanager
def fresh_installation(folder: Path, server_url: str | None) -> Iterator[Installation]:
    """Yield an installation on SQLite in `folder`, or on a new database of the PostgreSQL at `server_url`."""
    data = folder / "data"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOSYNC_", "PYTEST_"))}
    environment = kept | {"PHOTOSYNC_DATA": str(data)}
    if server_url is None:
        yield Installation(data=data, database_url=None, environment=environment)
        return
    with postgresql.fresh_database(server_url) as url:
        yield Installation(data=data, database_url=url, environment=environment | {"PHOTOSYNC_DATABASE_URL": url})
