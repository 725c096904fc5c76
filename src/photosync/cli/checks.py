"""What `photosync doctor` looks at. Each check is a word, how it is, and a sentence."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from photosync.cli import installation
from photosync.core.errors import PhotoSyncError

LEAST_FREE_BYTES = 200_000_000
FREE_BYTES_WANTED = 2_000_000_000
CLOCK_TOLERANCE = timedelta(seconds=30)
WORKER_SILENT_AFTER = timedelta(seconds=60)


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    level: Level
    explanation: str

    def document(self) -> dict[str, Any]:
        return {"check": self.name, "state": self.level.value, "explanation": self.explanation}


Findings = Iterator[tuple[Level, str]]


def all_checks(now: datetime) -> Iterator[Check]:
    """Yield every check; one that breaks is a failed one, and the next goes on."""
    try:
        installation.load_settings()
    except PhotoSyncError as error:
        yield Check("settings", Level.FAILED, error.message)
        return
    checks: tuple[tuple[str, Callable[[datetime], Findings]], ...] = (
        ("settings", _settings),
        ("data folder", _folder),
        ("database", _database),
        ("clock", _clock),
        ("time zones", _time_zones),
        ("image formats", _image_formats),
        ("photo store", _store),
        ("sources", _sources),
        ("rosters", _rosters),
        ("workers", _workers),
    )
    for name, check in checks:
        try:
            for level, explanation in check(now):
                yield Check(name, level, explanation)
        except Exception as error:  # noqa: BLE001 - whatever is broken is what the doctor is asked for
            yield Check(name, Level.FAILED, " ".join(str(error).split()) or type(error).__name__)


def _settings(_now: datetime) -> Findings:
    from django.conf import settings

    missing = [str(root) for root in settings.PHOTOSYNC_SOURCE_ROOTS if not Path(root).is_dir()]
    for root in missing:
        yield Level.WARNING, f"PHOTOSYNC_SOURCE_ROOTS names {root}, which is no folder."
    if not missing:
        roots = ", ".join(map(str, settings.PHOTOSYNC_SOURCE_ROOTS)) or "none"
        yield Level.OK, f"They are well formed. Source roots: {roots}."


def _folder(_now: datetime) -> Findings:
    installation.require_folder()
    folder = installation.data_folder()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
        pass
    found = False
    for path, wanted in ((folder, 0o700), (folder / installation.KEY_FILE, 0o600)):
        if path.stat().st_mode & 0o077:
            found = True
            yield Level.WARNING, f"Others on this machine may read {path}. Run: chmod {wanted:o} {path}"
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_WANTED:
        level = Level.FAILED if free < LEAST_FREE_BYTES else Level.WARNING
        yield level, f"Only {free // 1_000_000} MB are free on the disk of {folder}."
    elif not found:
        yield Level.OK, f"{folder} can be written; {free // 1_000_000_000} GB are free."


def _database(_now: datetime) -> Findings:
    from django.db import connection

    pending = installation.pending_migrations()
    if pending:
        yield Level.FAILED, "The database is not up to date. Run: photosync init"
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(1)")
            answer = cursor.fetchone()[0]
            if answer != "ok":
                yield Level.FAILED, f"The database file is damaged: {answer}. Restore it from a backup."
                return
            cursor.execute("SELECT sqlite_version()")
        else:
            cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    yield Level.OK, f"{connection.display_name} {version}, up to date."


def _clock(now: datetime) -> Findings:
    from django.db import connection
    from django.db.models import Max

    from photosync.apps.runs.models import Run, Worker

    seen = [
        Worker.objects.aggregate(last=Max("heartbeat_at"))["last"],
        Run.objects.aggregate(last=Max("accepted_at"))["last"],
    ]
    latest = max((each for each in seen if each is not None), default=now)
    if latest > now + CLOCK_TOLERANCE:
        yield Level.FAILED, f"The clock says {now:%Y-%m-%d %H:%M} UTC, but work was done at {latest:%Y-%m-%d %H:%M}."
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - now)
        if apart > CLOCK_TOLERANCE:
            yield (
                Level.FAILED,
                f"The clock differs by {apart.total_seconds():.0f} s from that of the database's machine.",
            )
            return
    yield Level.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC."


def _time_zones(_now: datetime) -> Findings:
    from importlib.metadata import version

    from photosync.apps.schools.models import School
    from photosync.apps.schools.queries import zone_named

    zones = sorted(set(School.objects.values_list("time_zone", flat=True)))
    for zone in zones:
        zone_named(zone)
    yield Level.OK, f"{', '.join(zones) or 'No school yet'}; time zone data {version('tzdata')}."


def _image_formats(_now: datetime) -> Findings:
    import pyvips
    import simplejpeg  # noqa: F401 - that it can be loaded is what is checked

    from photosync.imaging import heic_available

    loaders = {
        "JPEG": "jpegload_buffer",
        "PNG": "pngload_buffer",
        "WebP": "webpload_buffer",
        "TIFF": "tiffload_buffer",
        "GIF": "gifload_buffer",
    }
    lacking = [name for name, loader in loaders.items() if not pyvips.type_find("VipsOperation", loader)]
    if lacking:
        yield Level.FAILED, f"The image library cannot read {', '.join(lacking)}. Run: make setup"
        return
    heic = ", HEIC" if heic_available() else "; HEIC needs the extra heic"
    yield Level.OK, f"{', '.join(loaders)}, BMP{heic}."


def _store(_now: datetime) -> Findings:
    from photosync.apps.library.models import Picture
    from photosync.apps.library.store import photo_store

    photo_store().require()
    yield Level.OK, f"{Picture.objects.count()} pictures in {photo_store().root}."


def _sources(_now: datetime) -> Findings:
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.sources.opening import open_profile_source

    profiles = SyncProfile.objects.select_related("school").order_by("school__code", "name")
    for profile in profiles:
        try:
            with open_profile_source(profile) as source:
                next(iter(source.pages()), None)
        except PhotoSyncError as error:
            yield Level.FAILED, f"{profile.school.code}, {profile.name}: {error.message}"
        else:
            yield Level.OK, f"{profile.school.code}, {profile.name}: the source can be listed."
    if not profiles:
        yield Level.OK, "No sync profile yet."


def _rosters(now: datetime) -> Findings:
    from photosync.apps.rosters.health import unwell_rosters
    from photosync.apps.rosters.models import SavedRoster
    from photosync.core.roster_health import RosterHealth

    unwell = unwell_rosters(now)
    for each in unwell:
        level = Level.FAILED if each.health is RosterHealth.FAILING else Level.WARNING
        yield level, f"{each.roster.school.code}, {each.roster.name}: {each.explanation}"
    if not unwell:
        number = SavedRoster.objects.count()
        yield Level.OK, f"Saved rosters: {number}; none waits, is late or has failed." if number else "No roster yet."


def _workers(now: datetime) -> Findings:
    from django.db.models import Max

    from photosync.apps.runs.models import Worker

    last = Worker.objects.aggregate(last=Max("ticked_at"))["last"]
    if last is None:
        yield Level.WARNING, "No worker has run yet: start photosync serve."
    elif now - last > WORKER_SILENT_AFTER:
        yield Level.WARNING, f"No worker has run since {last:%Y-%m-%d %H:%M} UTC: start photosync serve."
    else:
        alive = Worker.objects.filter(ticked_at__gt=now - WORKER_SILENT_AFTER).count()
        yield Level.OK, f"{alive} at work on this installation ({os.cpu_count()} cores here)."
