"""Files that were sent to become reports and wait to be read: in the data folder, under names made here.

One folder per upload, whose name no one can guess; in it each file under a number, and beside them a list of the
names under which they were sent. What a sender calls a file is never part of a path.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from django.conf import settings
from django.utils.translation import gettext as _

from photosync.core.errors import NotFound, StorageUnavailable, WrongUse

KEPT = timedelta(days=1)
MOST_FILES = 5_000
LONGEST_NAME = 500
LIST = "names.json"
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(slots=True)
class Upload:
    """An upload that is being received. As a context: dropped unless `keep` was called."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    names: list[str] = field(default_factory=list)
    _kept: bool = False
    _open: BinaryIO | None = None

    def __enter__(self) -> Self:
        with _storing():
            _path(self.token).mkdir(mode=0o700, parents=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()
        if not self._kept:
            forget_upload(self.token)

    def begin(self, name: str) -> None:
        """Begin the next file. Raises WrongUse where there are too many."""
        if len(self.names) >= MOST_FILES:
            told = _("More than %(number)d files were sent. Nothing was imported. Send them in parts, or as a ZIP.")
            raise WrongUse(told % {"number": MOST_FILES})
        self._close()
        self.names.append(shown_name(name))
        with _storing():
            place = _path(self.token) / f"{len(self.names):05d}"
            self._open = os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, chunk: bytes) -> None:
        assert self._open is not None, "begin() comes first"  # noqa: S101 - a fault of the caller
        with _storing():
            self._open.write(chunk)

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        self.begin(name)
        for chunk in chunks:
            self.write(chunk)

    def keep(self) -> str:
        """Let it wait to be read, and return its token."""
        self._close()
        with _storing():
            (_path(self.token) / LIST).write_text(json.dumps(self.names), encoding="utf-8")
        self._kept = True
        return self.token

    def drop(self) -> None:
        """Let nothing of it be kept after all."""
        self._kept = False

    def _close(self) -> None:
        if self._open is not None:
            with _storing():
                self._open.close()
            self._open = None


def uploaded_files(token: str) -> list[tuple[str, Path]]:
    """Return (name, file) of each file of an upload, in the order in which they were sent. Raises NotFound."""
    folder = _path(token)
    try:
        names = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except OSError as exc:
        raise NotFound(_gone()) from exc
    return [(name, folder / f"{number:05d}") for number, name in enumerate(names, 1)]


def forget_upload(token: str) -> None:
    shutil.rmtree(_path(token), ignore_errors=True)


def forget_old_report_uploads(now: datetime) -> int:
    """Delete the uploads that are a day old, and return how many there were."""
    count = 0
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < (now - KEPT).timestamp():
                shutil.rmtree(path, ignore_errors=True)
                count += 1
    return count


def shown_name(name: str) -> str:
    """Return a name as it is kept: with `/` between folders, printable, and not too long. It is only a name."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    text = "/".join("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in p) for p in parts)
    return text.encode("utf-8", "replace").decode()[-LONGEST_NAME:] or "?"


def _folder() -> Path:
    return Path(settings.PHOTOSYNC_DATA) / "report-uploads"


def _path(token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise NotFound(_gone())
    return _folder() / token


def _gone() -> str:
    return _(
        "These uploaded files are no longer here: they were read already, or are more than a day old. "
        "Nothing was imported. Upload them again."
    )


class _storing:  # noqa: N801 - used as a function
    """Turns what the disk refuses into an error in words."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise StorageUnavailable(
                _(
                    "The files could not be kept on the server (%(why)s). Nothing was imported. "
                    "See that the disk has room, then upload them again."
                )
                % {"why": error.strerror or error}
            ) from error
