"""Where things lie in a store's folder.

photo-store         marker: says that this folder is a store (an unmounted disk has none); also the lock
blobs/ab/cd/abcd…   the blobs, by the hash of their bytes
incoming/           bytes on their way; what a killed batch left is removed after the grace time
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from photosync.storage import durability
from photosync.storage.contract import checked_name

_MARKER_TEXT = b"This folder is a Photo Sync photo store, layout 1. Do not change it by hand.\n"
_TEMPORARY = re.compile(r"[0-9a-f]{16}-[0-9]{6,}\.part")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_BLOB = re.compile(r"[0-9a-f]{64}")


class Layout:
    """The paths of one store. Raises OSError; the callers put it into words."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.marker = root / "photo-store"
        self.blobs = root / "blobs"
        self.incoming = root / "incoming"
        self._blobs_text = f"{self.blobs}{os.sep}"

    def make(self) -> None:
        """Make the folders, then durably the marker, so that a marked store is always whole."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.blobs, self.incoming):
            folder.mkdir(mode=0o700, exist_ok=True)
        if self.marker.exists():
            return
        with suppress(FileExistsError):
            descriptor = os.open(self.marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as marker:
                marker.write(_MARKER_TEXT)
        durability.sync_each([self.marker, self.root, self.root.parent])

    def path_of(self, sha256: str) -> Path:
        """Return where the blob lies or would lie. Raises WrongUse for what is no blob's name."""
        checked_name(sha256)
        return Path(f"{self._blobs_text}{sha256[:2]}{os.sep}{sha256[2:4]}{os.sep}{sha256}")

    def make_folder_of(self, sha256: str) -> None:
        for folder in (self.blobs / sha256[:2], self.blobs / sha256[:2] / sha256[2:4]):
            folder.mkdir(mode=0o700, exist_ok=True)

    def folders_of(self, names: Iterable[str]) -> list[Path]:
        """Return the folders whose entries must be durable for `names` to be found, inmost first."""
        inner = {self.blobs / name[:2] / name[2:4] for name in names}
        return [*inner, *{folder.parent for folder in inner}, *([self.blobs] if inner else [])]

    def iter_blobs(self) -> Iterator[tuple[str, int, datetime]]:
        """Yield (name, size in bytes, UTC instant of change), ascending; one folder in memory at a time."""
        for outer in _folders(self.blobs):
            for inner in _folders(outer.path):
                yield from _blobs_in(inner, prefix=outer.name + inner.name)

    def iter_temporaries(self) -> Iterator[Path]:
        with os.scandir(self.incoming) as entries:
            for entry in entries:
                if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)


def instant_of(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)


def _folders(path: str | Path) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        folders = [e for e in entries if _FOLDER.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
    return sorted(folders, key=lambda entry: entry.name)


def _blobs_in(folder: os.DirEntry[str], *, prefix: str) -> Iterator[tuple[str, int, datetime]]:
    with os.scandir(folder.path) as entries:
        names = sorted((e for e in entries if e.name.startswith(prefix)), key=lambda entry: entry.name)
    for entry in names:
        if _BLOB.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # removed while we look
                continue
            yield entry.name, status.st_size, instant_of(status)
