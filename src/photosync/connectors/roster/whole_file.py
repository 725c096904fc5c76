"""A roster's file: may it be read, and did it stay the same while it was."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.roots import Sort, check_path
from photosync.connectors.registry import Guard
from photosync.core.errors import SourceUnavailable

LARGEST_FILE_MB = 200
NOTHING = "Nothing was concluded from it, so nothing was changed."
Mark = tuple[int, int, int]


def allowed_path(text: str, guard: Guard, sort: Sort) -> Path:
    """Return the path, which may lie where sources may. Raises WrongUse, Refused, SourceUnavailable."""
    return Path(check_path(text, guard.source_roots, guard.data_folder, may_override=guard.may_override, sort=sort))


def mark_of(path: Path, what: str) -> Mark:
    """Return what differs once the file does. Raises SourceUnavailable where there is no file that can be one."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, what, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise SourceUnavailable(f"The {what} {shown(str(path))} is not a file. {NOTHING} Put the file there.")
    if found.st_size > LARGEST_FILE_MB * 1_000_000:
        raise SourceUnavailable(
            f"The {what} {shown(str(path))} is larger than {LARGEST_FILE_MB} MB. {NOTHING} See that it is the right "
            "file, or split it into several rosters."
        )
    return found.st_ino, found.st_size, found.st_mtime_ns


def unreadable(path: Path, what: str, error: OSError) -> SourceUnavailable:
    why = error.strerror or type(error).__name__
    return SourceUnavailable(
        f"The {what} {shown(str(path))} cannot be read ({why}). {NOTHING} See that the school's system has put it "
        "there, and that Photo Sync may read it."
    )


@contextmanager
def unchanged(path: Path, what: str) -> Iterator[None]:
    """Raise SourceUnavailable where the file becomes another one, or cannot be read, while it is used inside."""
    before = mark_of(path, what)
    try:
        yield
    except OSError as error:
        raise unreadable(path, what, error) from error
    if mark_of(path, what) != before:
        raise SourceUnavailable(
            f"The {what} {shown(str(path))} was written to while it was read. {NOTHING} It is read again the next "
            "time. If this comes back, choose a time at which the school's system has finished the file."
        )
