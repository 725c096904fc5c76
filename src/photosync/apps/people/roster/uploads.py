"""Roster files that were uploaded and wait for their import: in the data folder, under names that no one can guess.

A token is made here and kept by the page's session; what a browser sends is never part of a path.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from photosync.core.errors import NotFound, StorageUnavailable

KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_GONE = (
    "This uploaded roster is no longer here: it was imported already, or is more than a day old. "
    "Nothing was imported now. Upload the file again."
)


def keep_upload(chunks: Iterable[bytes]) -> str:
    """Write an uploaded file and return its token. Raises StorageUnavailable."""
    token = secrets.token_hex(16)
    path = _path(token)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(chunks)
    except OSError as exc:
        forget_upload(token)
        raise StorageUnavailable(
            f"The file could not be kept on the server ({exc.strerror}). Nothing was imported. "
            "See that the disk has room, then upload it again."
        ) from exc
    return token


def uploaded(token: str) -> Path:
    """Return the file. Raises NotFound once it is gone."""
    path = _path(token)
    if not path.is_file():
        raise NotFound(_GONE)
    return path


def take_upload(token: str) -> Path:
    """Return the file for one import: whoever takes it has it alone. Raises NotFound where it is gone or taken."""
    path = _path(token)
    taken = path.with_suffix(".taken")
    try:
        path.rename(taken)
    except FileNotFoundError as exc:
        raise NotFound(_GONE) from exc
    return taken


def give_back_upload(token: str) -> None:
    """Let a file that was taken, and was not imported, be there again."""
    with suppress(FileNotFoundError):
        _path(token).with_suffix(".taken").rename(_path(token))


def forget_upload(token: str) -> None:
    for path in (_path(token), _path(token).with_suffix(".taken")):
        path.unlink(missing_ok=True)


def forget_old_uploads(now: datetime) -> int:
    """Delete the files that are a day old, and return how many there were."""
    old = []
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < (now - KEPT).timestamp():
                old.append(path)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.PHOTOSYNC_DATA) / "uploads"


def _path(token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise NotFound(_GONE)
    return _folder() / f"{token}.csv"
