"""The database of a backup brought to life: on SQLite a file beside the former, on PostgreSQL one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from photosync.apps.backups.bundle import DATABASE
from photosync.apps.backups.snapshots import MIGRATIONS, SQLITE_NAME, tables, volatile_tables
from photosync.core.errors import Damaged

_CHUNK_BYTES = 1 << 20


@contextmanager
def sqlite_at(path: Path, key: str) -> Iterator[None]:
    """Let the database of this process be the file at `path`, and its key `key`, meanwhile."""
    before, key_before = connection.settings_dict["NAME"], settings.SECRET_KEY
    connection.close()
    connection.settings_dict["NAME"] = path
    settings.SECRET_KEY = key
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA integrity_check(1)")
            if cursor.fetchone()[0] != "ok":
                raise Damaged("The database in the backup is damaged. Nothing was restored. Use an older backup.")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        settings.SECRET_KEY = key_before


def migrate_forward() -> None:
    call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def postgresql_loaded(place: Path, manifest: Mapping[str, Any], key: str) -> Iterator[None]:
    """Put the backup into the database in one transaction, which ends with the block: until then all is as before."""
    key_before = settings.SECRET_KEY
    try:
        with transaction.atomic():
            _drop_everything()
            _migrate_to(manifest["migrations"])
            _load(place, manifest["parts"])
            migrate_forward()
            settings.SECRET_KEY = key
            yield
    finally:
        settings.SECRET_KEY = key_before


def _drop_everything() -> None:
    """Drop our tables, and what runs keep of their progress: their numbers begin again where the backup ended."""
    quoted = connection.ops.quote_name
    known = {*tables(), *volatile_tables()}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in sorted(known & there):
            cursor.execute(f"DROP TABLE {quoted(table)} CASCADE")
        cursor.execute("DROP SCHEMA IF EXISTS dbos CASCADE")


def _migrate_to(migrations: Sequence[Sequence[str]]) -> None:
    """Make the tables as they were when the backup was made."""
    last: dict[str, str] = {}
    for app, name in migrations:
        last[app] = max(name, last.get(app, ""))
    for app, name in last.items():
        call_command("migrate", app, name, interactive=False, verbosity=0)


def _load(place: Path, parts: Sequence[Mapping[str, Any]]) -> None:
    quoted = connection.ops.quote_name
    loaded = [part for part in parts if part.get("table")]
    with connection.cursor() as cursor:
        names = ", ".join(quoted(part["table"]) for part in loaded)
        # What the migrations wrote is checked first, or it could not be emptied; the rows come in any order then.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for part in loaded:
            columns = ", ".join(quoted(name) for name in part["columns"])
            with (
                (place / part["name"].removeprefix(DATABASE)).open("rb") as file,
                cursor.copy(f"COPY {quoted(part['table'])} ({columns}) FROM STDIN") as copy,
            ):
                while data := file.read(_CHUNK_BYTES):
                    copy.write(data)
        # All of them are checked here, so that a later migration may change the tables.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
        there = {part["table"] for part in loaded}
        of_backup = [model for model in models if model._meta.db_table in there]
        for statement in connection.ops.sequence_reset_sql(no_style(), of_backup):
            cursor.execute(statement)
        _reset_migrations(cursor)


def _reset_migrations(cursor: Any) -> None:
    cursor.execute(
        f"SELECT setval(pg_get_serial_sequence('{MIGRATIONS}', 'id'), (SELECT max(id) FROM {MIGRATIONS}))"  # noqa: S608 - a name of our own
    )


def sqlite_file(place: Path) -> Path:
    return place / SQLITE_NAME
