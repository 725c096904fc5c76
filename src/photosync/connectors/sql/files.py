"""Photos that a database names by the paths of files, in a folder that the operator allows."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Self
from zlib import crc32

from photosync.connectors.contract import Fetched
from photosync.connectors.folder.fetching import fetch_file, shown
from photosync.connectors.folder.tree import open_folder, read_odd
from photosync.core.errors import SourceUnavailable

MISSING = "missing"
"""The stamp of a file that is not there, or that nothing is known of."""


class PhotoFolder:
    """The folder `root` (a real path, without links) that paths are relative to; `given` is how it was entered."""

    def __init__(self, root: str, given: str = "") -> None:
        self._root = root
        self._given = given.rstrip("/")
        self._opened: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        """Make ready to look at many files. Raises SourceUnavailable where the folder is not there."""
        try:
            self._opened = "", open_folder(self._root, "")
        except OSError as error:
            raise SourceUnavailable(
                f"The folder of the photo files {shown(self._root)} cannot be opened: "
                f"{error.strerror}. The listing is "
                "incomplete, so nothing was changed. Check that it is there and mounted, then run again."
            ) from error
        return self

    def __exit__(self, *exc: object) -> None:
        if self._opened is not None:
            os.close(self._opened[1])
            self._opened = None

    def size_and_stamp(self, path: str) -> tuple[int, str]:
        """Return the size of the file in bytes, and what differs when it changes or another path is given."""
        folder, name = self._parts(path)
        if name in ("", ".", "..") or "\0" in path:
            return 0, _with_path(MISSING, path)
        found = None
        with suppress(OSError):
            found = read_odd(self._root, folder, self._inside(folder), name)
        if found is None:
            return 0, _with_path(MISSING, path)
        return found[1], _with_path(found[2], path)

    def fetch(self, path: str, *, limit_bytes: int) -> Fetched:
        """Return the file. Raises as `connectors.contract.Source.fetch`."""
        folder, name = self._parts(path)
        fetched = fetch_file(self._root, folder, name, limit_bytes=limit_bytes)
        return Fetched(fetched.content, _with_path(fetched.stamp, path))

    def _inside(self, folder: str) -> int:
        """Return the open folder; the last one stays open, as files of one folder come together."""
        if self._opened is not None and self._opened[0] == folder:
            return self._opened[1]
        opened = open_folder(self._root, folder)
        if self._opened is not None:
            os.close(self._opened[1])
        self._opened = folder, opened
        return opened

    def _parts(self, path: str) -> tuple[str, str]:
        for root in (self._root, self._given):
            if root and path.startswith(f"{root}/"):
                path = path[len(root) + 1 :]
                break
        folder, _, name = path.removeprefix("./").rpartition("/")
        # From the root of the machine: no folder inside this one is called so, and it is refused when it is read.
        return (folder or "..", name) if path.startswith("/") else (folder, name)


def _with_path(stamp: str, path: str) -> str:
    return f"{stamp}.{crc32(path.encode('utf-8', 'surrogatepass')):08x}"
