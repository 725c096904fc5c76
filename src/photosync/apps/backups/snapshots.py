"""The database at one instant: its parts as files, and the blobs that it refers to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from photosync.apps.backups.bundle import DATABASE
from photosync.apps.erasing.blobs import BLOB_COLUMNS
from photosync.core.errors import StorageUnavailable

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SQLITE_NAME = "photosync.sqlite3"
MIGRATIONS = "django_migrations"
CACHE = "photosync_cache"
VOLATILE = (
    "sessions.Session",
    "usersessions.UserSession",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "accounts.KeptAnswer",
)
"""What is not restored: who was signed in, wrong passwords, answers kept for a day."""
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class DatabasePart:
    """A part of the database as a file. On PostgreSQL each table is one, with its columns in order."""

    name: str
    path: Path
    table: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        return {"table": self.table, "columns": list(self.columns), "rows": self.rows} if self.table else {}


class Snapshot(Protocol):
    def parts(self) -> Iterator[DatabasePart]:
        """Yield the parts; each may be removed once the next is asked for."""
        ...

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question to the database of that instant, few in memory at a time."""
        ...


def kind_of_database() -> str:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def tables() -> list[str]:
    """Return the tables that are backed up, without those of `VOLATILE`."""
    models = apps.get_models(include_auto_created=True)
    volatile = volatile_tables()
    kept = {each._meta.db_table for each in models if each._meta.managed and not each._meta.proxy}
    return sorted(kept - volatile | {MIGRATIONS})


def volatile_tables() -> set[str]:
    found = {CACHE}
    for name in VOLATILE:
        try:
            model: type[Model] = apps.get_model(name)
        except LookupError:
            continue  # of another version of what we use
        found.add(model._meta.db_table)
    return found


def blob_names(snapshot: Snapshot) -> Iterator[str]:
    """Yield every blob that the database of that instant refers to, each once, ascending."""
    quoted = connection.ops.quote_name
    asked = " UNION ".join(
        f"SELECT {quoted(column)} AS name FROM {quoted(model._meta.db_table)} WHERE {quoted(column)} <> ''"  # noqa: S608 - names of our own
        for model, column in BLOB_COLUMNS
    )
    for (name,) in snapshot.rows(f"{asked} ORDER BY name"):
        yield name


@contextmanager
def snapshot_in(folder: Path) -> Iterator[Snapshot]:
    """Yield the database as it is now. It stays so, whatever is written meanwhile; `folder` takes its files."""
    taken = _postgresql(folder) if kind_of_database() == POSTGRESQL else _sqlite(folder)
    with taken as snapshot:
        yield snapshot


@contextmanager
def _sqlite(folder: Path) -> Iterator[Snapshot]:
    path = folder / SQLITE_NAME
    source = Path(settings.DATABASES["default"]["NAME"])
    try:
        with closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as live:
            # It reads in one transaction, and leaves out what was deleted.
            live.execute("VACUUM INTO ?", [str(path)])
        path.chmod(0o600)
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            _empty_volatile(copy)
            yield SqliteSnapshot(path, copy)
    except sqlite3.Error as error:
        raise StorageUnavailable(
            f"The database {source} could not be copied: {error}. No backup was made. Check it, and the free space "
            "where the backup is made."
        ) from error


def _empty_volatile(copy: sqlite3.Connection) -> None:
    copy.execute("PRAGMA secure_delete = ON")
    there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in sorted(volatile_tables() & there):
        copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class SqliteSnapshot:
    def __init__(self, path: Path, copy: sqlite3.Connection) -> None:
        self._path = path
        self._copy = copy

    def parts(self) -> Iterator[DatabasePart]:
        yield DatabasePart(f"{DATABASE}{SQLITE_NAME}", self._path)

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        cursor = self._copy.execute(sql)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


@contextmanager
def _postgresql(folder: Path) -> Iterator[Snapshot]:
    own = connection.copy()
    try:
        own.ensure_connection()
        own.set_autocommit(True)
        with own.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # The instant is that of the first question.
            cursor.execute("SELECT 1")
        yield PostgresqlSnapshot(folder, own.connection)
    finally:
        own.close()


class PostgresqlSnapshot:
    def __init__(self, folder: Path, raw: Any) -> None:
        self._folder = folder
        self._raw = raw

    def parts(self) -> Iterator[DatabasePart]:
        for table in tables():
            columns = self._columns(table)
            path = self._folder / f"{table}.copy"
            names = ", ".join(f'"{each}"' for each in columns)
            with self._raw.cursor() as cursor, path.open("xb") as file:
                with cursor.copy(f'COPY "{table}" ({names}) TO STDOUT') as copy:
                    for data in copy:
                        file.write(data)
                rows = cursor.rowcount
            yield DatabasePart(f"{DATABASE}{table}", path, table, columns, rows)
            path.unlink()

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with self._raw.cursor(name="backup") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(sql)
            yield from cursor

    def _columns(self, table: str) -> tuple[str, ...]:
        with self._raw.cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
                "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
                [table],
            )
            return tuple(name for (name,) in cursor.fetchall())
