"""Restoring a backup: checked as a whole, made ready beside what is there, then put in its place in one step.

Rule: PRODUCT.md, "Photos": restoring a backup applies the erasures again. docs/decisions/0016-erasure-and-backup.md
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import DatabaseError, connection

from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.audit.recording import record
from photosync.apps.backups.bundle import DATABASE, KEY, BundleReader, copied_to
from photosync.apps.backups.loading import migrate_forward, postgresql_loaded, sqlite_at, sqlite_file
from photosync.apps.backups.making import OnProgress, write_backup
from photosync.apps.backups.snapshots import MIGRATIONS, SQLITE, kind_of_database
from photosync.apps.backups.swapping import begin_staging, finish_swap, say_ready
from photosync.apps.erasing.applying import Applied, apply_again
from photosync.apps.erasing.blobs import drop_blobs
from photosync.apps.erasing.journal import append, journal_path, read_journal, write_down
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import Verified, verify_store
from photosync.apps.reports.models import ReportJob
from photosync.apps.runs.models import Run, Worker
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.run_states import RunState
from photosync.core.wording import date_words, list_words

BLOBS_AT_ONCE = 200
BLOB_BYTES_AT_ONCE = 64 * 2**20
KNOWN_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `safety_copy` is None where none is made of what is there."""

    path: Path
    replace: bool
    safety_copy: Path | None
    erasures: Path | None
    known_migrations: Collection[tuple[str, str]]


@dataclass(slots=True)
class Restored:
    manifest: dict[str, Any]
    applied: Applied
    verified: Verified
    safety_copy: Path | None
    aside: Path | None

    def document(self) -> dict[str, Any]:
        told = ("id", "made_at", "version", "database", "schools", "counts", "photos")
        return {
            **{name: self.manifest[name] for name in told},
            "erasures_applied": self.applied.applied,
            "erasures_of_people_not_in_it": self.applied.absent,
            "erasures_of_another_key": self.applied.other_key,
            "safety_copy": None if self.safety_copy is None else str(self.safety_copy),
            "former_database": None if self.aside is None else str(self.aside),
            "verified": self.verified.document(),
        }


def restore(folder: Path, wanted: Wanted, *, now: datetime, on_progress: OnProgress) -> Restored:
    """Restore a backup into the data folder, which the caller holds alone, and its database.

    Raises Refused where something is there that `replace` does not let go, where the backup fits neither this version
    nor this database, and where erasures could not be applied again; WrongUse and Damaged for the file.
    """
    former = _former_schools()
    if former and not wanted.replace:
        raise Refused(
            f"The data folder {folder} and its database hold {list_words(former)}. Nothing was restored. Restore "
            "into an empty data folder, or let the backup take the place of what is there with --replace."
        )
    bundle, key = _checked(wanted, on_progress)
    _remember_erasures(wanted, bundle.manifest)
    safety_copy = None
    if former and wanted.safety_copy is not None:
        safety_copy = write_backup(wanted.safety_copy, now=now, on_progress=on_progress).path
    place = begin_staging(folder)
    _take_out(wanted.path, place, bundle.manifest["photos"]["count"], on_progress)
    _write_key(place / KEY, key)
    on_progress("database", 0, None)
    applied, aside = _put_in_place(folder, place, bundle.manifest, key, now)
    settings.SECRET_KEY = key
    drop_blobs()
    write_down()
    on_progress("verify", 0, None)
    return Restored(bundle.manifest, applied, verify_store(repair=False), safety_copy, aside)


def _former_schools() -> list[str]:
    """Return the codes of the schools that are here; of an empty or new database none."""
    database = settings.DATABASES["default"]["NAME"]
    if kind_of_database() == SQLITE and not Path(database).exists():
        return []
    try:
        with connection.cursor() as cursor:
            if MIGRATIONS not in connection.introspection.table_names(cursor):
                return []
        found = sorted(School.objects.values_list("code", flat=True))
    except DatabaseError:
        # It is there, and cannot be read: not empty.
        return ["a database that cannot be read"]
    finally:
        connection.close()
    return [f"school {code}" for code in found]


def _checked(wanted: Wanted, on_progress: OnProgress) -> tuple[BundleReader, str]:
    """Read the whole backup, hold every part against its hash, and say whether it fits here; return its key too."""
    bundle, done, keys = BundleReader(wanted.path), 0, list[bytes]()

    def look(_name: str, _body: bytes) -> None:
        nonlocal done
        done += 1
        if done % BLOBS_AT_ONCE == 0:
            on_progress("check", done, None)

    def part(name: str, content: IO[bytes]) -> tuple[int, str]:
        if name != KEY:
            return copied_to(None)(content)
        keys.append(content.read())
        return len(keys[-1]), sha256(keys[-1]).hexdigest()

    on_progress("check", 0, None)
    bundle.read(on_part=part, on_blob=look)
    told = bundle.manifest
    if told["database"] != kind_of_database():
        raise Refused(
            f"The backup {wanted.path} is of {KNOWN_ENGINES[told['database']]}, and this installation uses "
            f"{KNOWN_ENGINES[kind_of_database()]}. Nothing was restored. Set PHOTOSYNC_DATABASE_URL as it was there."
        )
    ours = {app for app, _ in wanted.known_migrations}
    if {(app, name) for app, name in told["migrations"] if app in ours} - set(wanted.known_migrations):
        raise Refused(
            f"The backup {wanted.path} was made by a newer version of Photo Sync ({told['version']}). Nothing was "
            "restored. Install that version, then restore it."
        )
    return bundle, keys[0].decode("ascii").strip()


def _remember_erasures(wanted: Wanted, manifest: dict[str, Any]) -> None:
    """Put what this database and `--erasures` know of erasures into the journal of the data folder, durably.

    From then on they are applied again, whatever happens: here, or by the first worker that starts.
    """
    given = {} if wanted.erasures is None else read_journal(wanted.erasures)
    if wanted.erasures is not None and not wanted.erasures.is_file():
        raise WrongUse(
            f"There is no file {wanted.erasures}. Nothing was restored. Give the erasures.jsonl with --erasures."
        )
    others = [noted for noted in given.values() if noted.line["key"] != manifest["key"]]
    if others:
        raise Refused(
            f"{wanted.erasures} is of another installation than the backup: {len(others)} of its erasures were "
            "written with another key. Nothing was restored. Give the erasures.jsonl of the installation that was "
            "backed up."
        )
    if wanted.replace:
        _write_down_former()
    known = read_journal(journal_path())
    append([noted.line for mark, noted in given.items() if mark not in known or known[mark].line != noted.line])


def _write_down_former() -> None:
    try:
        write_down()
    except DatabaseError:
        # It cannot be read, or is of an older version; the journal has what was erased, but for the very last.
        return
    finally:
        connection.close()


def _take_out(path: Path, place: Path, total: int, on_progress: OnProgress) -> None:
    """Put the blobs of the backup into the store, and the parts of its database into `place`."""
    store = photo_store()
    store.prepare()
    done = waiting = 0
    with store.batch() as batch:

        def keep(name: str, body: bytes) -> None:
            nonlocal done, waiting
            batch.add(body, sha256=name)
            done, waiting = done + 1, waiting + len(body)
            if done % BLOBS_AT_ONCE == 0 or waiting > BLOB_BYTES_AT_ONCE:
                batch.commit()
                waiting = 0
                on_progress("photos", done, total)

        BundleReader(path).read(on_part=lambda name, content: _part_to(place, name)(content), on_blob=keep)
        batch.commit()


def _part_to(place: Path, name: str) -> Callable[[IO[bytes]], tuple[int, str]]:
    if name == KEY:
        return copied_to(None)
    return copied_to(place / Path(name.removeprefix(DATABASE)).name)


def _put_in_place(
    folder: Path, place: Path, manifest: dict[str, Any], key: str, now: datetime
) -> tuple[Applied, Path | None]:
    aside = f"before-restore-{now:%Y%m%d-%H%M%S}"
    if manifest["database"] == SQLITE:
        with sqlite_at(sqlite_file(place), key):
            migrate_forward()
            applied = _settled(manifest, now)
        connection.close()
        say_ready(folder, mark=manifest["id"], database=SQLITE, aside=aside)
        finish_swap(folder, was_restored)
        return applied, folder / aside if any((folder / aside).iterdir()) else None
    with postgresql_loaded(place, manifest, key):
        applied = _settled(manifest, now)
        say_ready(folder, mark=manifest["id"], database=manifest["database"], aside=aside)
    finish_swap(folder, was_restored)
    return applied, None


def _settled(manifest: dict[str, Any], now: datetime) -> Applied:
    """End what was going on, apply the erasures that the backup does not know, and record the restoring."""
    made_on = date_words(datetime.fromisoformat(manifest["made_at"]).date())
    why = f"It was going on when the backup of {made_on} was made that was restored. Start it again."
    alive = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))
    alive.update(state=RunState.FAILED, explanation=why, finished_at=now)
    jobs = ReportJob.objects.filter(state__in=(ReportJob.State.QUEUED, ReportJob.State.RUNNING))
    jobs.update(state=ReportJob.State.FAILED, explanation=why, finished_at=now)
    Worker.objects.filter(stopped_at__isnull=True).update(stopped_at=now)
    applied = apply_again(read_journal(journal_path()), now, finishes=False)
    number = str(applied.applied)
    counts = [("erasures", number, number)] if applied.applied else []
    record(Act.BACKUP_RESTORED, manifest["id"], school=None, changes=counts, note=f"Made on {made_on}.")
    return applied


def was_restored(mark: str) -> bool:
    """Whether the database is that of the backup with this mark."""
    return Entry.objects.filter(act=Act.BACKUP_RESTORED, subject=mark).exists()


def _write_key(path: Path, key: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{key}\n")
        file.flush()
        os.fsync(file.fileno())
