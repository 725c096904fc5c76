"""Files that a command writes for its user: whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from photosync.core.errors import PhotoSyncError, WrongUse


def write_whole(content: bytes, target: Path, *, what: str) -> None:
    """Write `content` to `target`: whole or not at all; see `write_pieces`."""
    write_pieces((content,), target, what=what)


def write_pieces(pieces: Iterable[bytes], target: Path, *, what: str) -> None:
    """Write `pieces` to `target`: beside it first, then under its name, so that no half file ever has the name.

    What is no ordinary file, such as a pipe or /dev/null, takes the bytes as they come. A file that was there
    keeps its rights, and a link to a file goes on leading to it. Raises WrongUse, PhotoSyncError; `what` is a
    sentence's beginning, such as "The photo".
    """
    try:
        if target.is_dir():
            raise WrongUse(f"{target} is a folder. {what} was not written. Give the name of a file in it with -o.")
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.writelines(pieces)
            return
        place = Path(os.path.realpath(target))
        if not place.parent.is_dir():
            raise WrongUse(
                f"There is no folder {place.parent}. {what} was not written. Make that folder, or give another "
                "file with -o."
            )
        _put(pieces, place)
    except OSError as error:
        raise PhotoSyncError(
            f"{target} cannot be written: {error.strerror or error}. {what} was not written. Check the rights and "
            "the free space of its folder, or give another file with -o."
        ) from error


def _put(pieces: Iterable[bytes], place: Path) -> None:
    rights = None
    if place.exists():
        rights = stat.S_IMODE(place.stat().st_mode)
        # A rename asks for rights on the folder only; what its owner has made read-only stays as it is.
        os.close(os.open(place, os.O_WRONLY | os.O_CLOEXEC))
    part = place.with_name(f".{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if rights is not None:
                os.fchmod(file.fileno(), rights)
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        part.rename(place)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
