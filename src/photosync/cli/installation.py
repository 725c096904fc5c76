"""The installation that a command works on: its data folder, its settings and its database."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from photosync.apps.backups.alone import share
from photosync.cli.database_files import mend_rights
from photosync.cli.options import asked
from photosync.cli.system_user import act_as_operator
from photosync.core.errors import Refused, StorageUnavailable, WrongUse

SETTINGS = "photosync.project.settings"
KEY_FILE = "secret.key"
_KNOWN_IN_NEW_FOLDER = frozenset({"lost+found", "locks", "photos", "restoring", "erasures.jsonl"})
"""What may lie in a folder that is no data folder yet: a disk's own, and what restoring had begun with."""


def connect() -> None:
    """Make the settings and the database ready. Raises WrongUse where `photosync init` is needed first."""
    load_settings()
    require_folder()
    _require_current_database()
    act_as_operator()


def load_settings() -> None:
    """Read the operator's settings and load Django. Raises WrongUse for a setting that is not well formed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    from photosync.cli.logs import SERIOUS, log_to_stderr

    django.setup()
    log_to_stderr(_log_level() if asked().debug else SERIOUS, _log_format())


def _log_level() -> str:
    from django.conf import settings

    return str(settings.ENVIRONMENT.log_level)


def _log_format() -> str:
    from django.conf import settings

    return str(settings.ENVIRONMENT.log_format)


def data_folder() -> Path:
    from django.conf import settings

    folder = settings.PHOTOSYNC_DATA
    assert isinstance(folder, Path)  # noqa: S101 - the settings say so
    return folder


def require_folder() -> None:
    """Hold the data folder beside others. Raises WrongUse where it is not set up, Refused while it is restored."""
    folder = data_folder()
    if folder.is_dir():
        finish_restoring(folder)
    if not (folder / KEY_FILE).is_file():
        raise WrongUse(
            f"The data folder {folder} has not been set up. Nothing was done. Set it up with: photosync init "
            "(or let PHOTOSYNC_DATA name the folder that is meant)."
        )
    share(folder)
    mend_rights(folder)


def finish_restoring(folder: Path) -> None:
    """Bring to its end what `photosync restore` had made ready when it was killed."""
    if (folder / "restoring" / "ready").is_file():
        from photosync.apps.backups.restoring import was_restored
        from photosync.apps.backups.swapping import finish_swap

        finish_swap(folder, was_restored)
        read_key(folder)


def read_key(folder: Path) -> None:
    """Let this process use the key that is in the data folder now."""
    from django.conf import settings

    settings.SECRET_KEY = (folder / KEY_FILE).read_text(encoding="ascii").strip()


def refuse_foreign_folder(folder: Path) -> None:
    """Raise Refused for a folder with something in it that is none of ours."""
    if not folder.exists() or (folder / KEY_FILE).exists():
        return
    others = {each.name for each in folder.iterdir() if not each.name.startswith(".")}
    if others - _KNOWN_IN_NEW_FOLDER and "photosync.sqlite3" not in others:
        raise Refused(
            f"The folder {folder} is not empty, and is no data folder of Photo Sync. Nothing was done. "
            "Let PHOTOSYNC_DATA name a new or empty folder."
        )


def known_migrations() -> set[tuple[str, str]]:
    """Return the (app, migration) of our own apps that this version knows."""
    return _known_migrations()


def set_up() -> bool:
    """Make the data folder, its key, the database and the photo store; return whether the folder is new."""
    from photosync.apps.library.store import photo_store

    folder = data_folder()
    if folder.is_dir():
        finish_restoring(folder)
    try:
        made = _make_folder(folder)
        share(folder)
    except OSError as error:
        raise StorageUnavailable(
            f"The data folder {folder} cannot be made or written: {error.strerror or error}. Nothing was set up. Let "
            "the user that runs Photo Sync own it, or let PHOTOSYNC_DATA name another folder."
        ) from error
    mend_rights(folder)
    migrate()
    photo_store().prepare()
    act_as_operator()
    return made


def migrate() -> None:
    """Bring the database up to date. Raises Refused where a newer version of Photo Sync has made it."""
    from django.core.management import call_command

    _refuse_newer_database(_applied())
    call_command("migrate", interactive=False, verbosity=0)


def connect_and_migrate() -> None:
    """Like `connect`, but bring an older database up to date: for the processes that serve."""
    from photosync.cli.logs import log_to_stderr

    load_settings()
    log_to_stderr(_log_level(), _log_format())
    require_folder()
    if pending_migrations():
        migrate()
    else:
        _refuse_newer_database(_applied())


def pending_migrations() -> set[tuple[str, str]]:
    """Return the (app, migration) that the database lacks, found without importing any."""
    return _known_migrations() - _applied()


def _require_current_database() -> None:
    applied = _applied()
    if not applied:
        raise WrongUse("The database has not been set up. Nothing was done. Set it up with: photosync init")
    _refuse_newer_database(applied)
    if _known_migrations() - applied:
        raise WrongUse(
            "The database was made by an older version of Photo Sync. Nothing was done. "
            "Bring it up to date with: photosync init"
        )


def _refuse_newer_database(applied: set[tuple[str, str]]) -> None:
    if applied - _known_migrations():
        raise Refused(
            "The database was made by a newer version of Photo Sync. Nothing was done. Install that version here too."
        )


def _known_migrations() -> set[tuple[str, str]]:
    return {
        (app.name, migration.name)
        for app in iter_modules(import_module("photosync.apps").__path__)
        for folder in [Path(next(iter(import_module("photosync.apps").__path__))) / app.name / "migrations"]
        for migration in iter_modules([str(folder)])
    }


def _applied() -> set[tuple[str, str]]:
    """Return the migrations of our own apps that the database has had."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    apps = {app.name for app in iter_modules(import_module("photosync.apps").__path__)}
    return {each for each in MigrationRecorder(connection).applied_migrations() if each[0] in apps}


def _make_folder(folder: Path) -> bool:
    made = not folder.exists()
    refuse_foreign_folder(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / KEY_FILE).exists():
        folder.chmod(0o700)
        _make_key(folder / KEY_FILE)
    return made


def _make_key(path: Path) -> None:
    """Write a new secret key that only the owner can read, and let this process use it too."""
    import secrets

    from django.conf import settings

    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails where another process was first; then its key counts.
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
    settings.SECRET_KEY = path.read_text(encoding="ascii").strip()
