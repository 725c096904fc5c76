"""ZIPs of deliveries while they arrive in parts: in the data folder, under names made here."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from photosync.apps.inputs.storing import refuse_without_room
from photosync.core.errors import Refused, StorageUnavailable

_TOKEN = re.compile(r"[0-9a-f]{32}")


def write_part(token: str, offset: int, content: bytes) -> None:
    """Write a part of an archive, durably. Raises StorageUnavailable where the disk refuses it, or is nearly full."""
    refuse_without_room()
    with _storing():
        _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(_path(token), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            rest, at = memoryview(content), offset
            while rest:
                written = os.pwrite(descriptor, rest, at)
                rest, at = rest[written:], at + written
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_archive(token: str, name: str) -> BinaryIO:
    """Return the archive opened for reading. Raises Refused where it is gone: the database is of a backup."""
    try:
        return _path(token).open("rb")
    except FileNotFoundError as error:
        raise Refused(
            _("%(name)s is no longer on the server. Nothing was changed. Take it out, then send it again.")
            % {"name": name}
        ) from error


def forget_archives(tokens: Collection[str]) -> None:
    for token in tokens:
        with suppress(OSError):
            _path(token).unlink(missing_ok=True)


def forget_strays(known: Collection[str], before: datetime) -> int:
    """Delete what no delivery knows and is older than `before`; return how many there were."""
    count = 0
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in known and path.stat().st_mtime < before.timestamp():
                path.unlink()
                count += 1
    return count


def _folder() -> Path:
    return Path(settings.PHOTOSYNC_DATA) / "input-deliveries"


def _path(token: str) -> Path:
    assert _TOKEN.fullmatch(token)  # noqa: S101 - made here, and never given by anyone
    return _folder() / token


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(
            _(
                "The files could not be kept on the server (%(why)s). What had arrived before stays. See that its "
                "disk has room, then go on with the delivery."
            )
            % {"why": error.strerror or error}
        ) from error
