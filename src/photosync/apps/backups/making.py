"""Making a backup while everything goes on: the database of one instant, then every blob that it refers to."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from photosync import __version__
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.backups.bundle import KEY, BundleWriter
from photosync.apps.backups.snapshots import MIGRATIONS, Snapshot, blob_names, kind_of_database, snapshot_in
from photosync.apps.erasing.blobs import still_referred
from photosync.apps.erasing.journal import key_mark
from photosync.apps.library.store import photo_store
from photosync.core.errors import Damaged, StorageUnavailable, WrongUse

OnProgress = Callable[[str, int, int | None], None]
"""What is done, how much of it, and of how much."""
BLOBS_PER_LOOK = 200
MOST_NAMED = 1_000


@dataclass(slots=True)
class Made:
    """`skipped` were erased while the backup was made; `missing` should be in the store, whole, and are not."""

    path: Path
    size_bytes: int
    manifest: dict[str, Any]
    skipped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        told = ("id", "made_at", "version", "database", "schools", "counts", "running")
        return {
            "file": str(self.path),
            "size_bytes": self.size_bytes,
            **{name: self.manifest[name] for name in told},
            "photos": self.manifest["photos"],
            "skipped": self.skipped,
            "missing": self.missing,
        }


def make_backup(target: Path, *, now: datetime, on_progress: OnProgress) -> Made:
    """Write a backup to `target`, whole or not at all, and record it. What is there under that name is replaced.

    Raises WrongUse for a target that cannot be one, StorageUnavailable.
    """
    made = write_backup(target, now=now, on_progress=on_progress)
    told = {"blobs": made.manifest["photos"]["count"], "size_bytes": made.size_bytes}
    counts = [(name, str(number), str(number)) for name, number in told.items()]
    record(Act.BACKUP_MADE, made.manifest["id"], school=None, changes=counts, note=made.path.name)
    return made


def write_backup(target: Path, *, now: datetime, on_progress: OnProgress) -> Made:
    """As `make_backup`, without a record of it."""
    _check_target(target)
    photo_store().require()
    head = {"version": __version__, "database": kind_of_database(), "made_at": now.isoformat()}
    try:
        with (
            BundleWriter(target, head) as bundle,
            snapshot_in(bundle.folder) as snapshot,
        ):
            on_progress("database", 0, None)
            facts = _facts(snapshot)
            bundle.add_text(KEY, settings.SECRET_KEY.encode() + b"\n")
            for part in snapshot.parts():
                bundle.add_part(part.name, part.path, **part.facts)
            lost = _add_blobs(bundle, snapshot, on_progress)
            still = still_referred(lost[:MOST_NAMED])
            manifest = {
                **head,
                "id": secrets.token_hex(8),
                "key": key_mark(),
                **facts,
                "photos": {"count": bundle.blobs, "size_bytes": bundle.blob_bytes},
                "not_in_it": lost[:MOST_NAMED],
            }
            size = bundle.finish(manifest)
    except OSError as error:
        raise StorageUnavailable(
            f"The backup {target} cannot be written: {error.strerror or error}. No backup was made; one that had "
            "this name is untouched. Check the rights and the free space there, or give another file."
        ) from error
    missing = [name for name in lost if name in still]
    return Made(target, size, manifest, [name for name in lost if name not in still], missing)


def _check_target(target: Path) -> None:
    if target.is_dir():
        raise WrongUse(f"{target} is a folder. No backup was made. Give the name of a file in it.")
    if not target.absolute().parent.is_dir():
        raise WrongUse(
            f"There is no folder {target.absolute().parent}. No backup was made. Make that folder, or give another "
            "file."
        )
    if target.exists() and not target.is_file():
        raise WrongUse(f"{target} is no ordinary file. No backup was made. Give another file.")


def _add_blobs(bundle: BundleWriter, snapshot: Snapshot, on_progress: OnProgress) -> list[str]:
    """Add every blob that the database refers to; return those that are not in the store, or not whole."""
    store, lost = photo_store(), []
    total = sum(1 for _ in blob_names(snapshot))
    for done, name in enumerate(blob_names(snapshot), 1):
        try:
            bundle.add_blob(name, store.read_verified(name))
        except Damaged:
            lost.append(name)
        if done % BLOBS_PER_LOOK == 0 or done == total:
            on_progress("photos", done, total)
    return lost


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the backup holds, in words and numbers for who looks at it."""
    migrations = [[app, name] for app, name in snapshot.rows(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id")]  # noqa: S608 - a name of our own
    schools = snapshot.rows("SELECT code, name, time_zone FROM schools_school ORDER BY code")
    running = snapshot.rows("SELECT id FROM runs_run WHERE state IN ('queued', 'running') ORDER BY id")
    return {
        "migrations": migrations,
        "schools": [{"code": code, "name": name, "timezone": zone} for code, name, zone in schools],
        "counts": {what: _count(snapshot, table) for what, table in _COUNTED.items()},
        "running": [number for (number,) in running],
    }


_COUNTED = {
    "people": "people_person",
    "photos": "library_photoversion",
    "archived_reports": "reports_archivedreport",
    "runs": "runs_run",
    "erasures": "erasing_erasure",
}


def _count(snapshot: Snapshot, table: str) -> int:
    return next(int(number) for (number,) in snapshot.rows(f"SELECT count(*) FROM {table}"))  # noqa: S608 - names of our own
