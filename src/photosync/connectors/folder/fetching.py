"""Reads one file of a folder source, without a race that could lead out of the folder."""

from __future__ import annotations

import errno
import os
import stat

from photosync.connectors.contract import Fetched
from photosync.connectors.file_words import changed, gone, not_a_file, not_inside, too_many_bytes
from photosync.connectors.folder.tree import inside, joined, open_folder, stamp_of
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater

FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
READ_BYTES = 1 << 20

GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def shown(path: str) -> str:
    """Return `path` for a message: one line, whatever is in it."""
    return ascii(path)[1:-1] if any(not char.isprintable() for char in path) else path


def fetch_file(root: str, folder: str, name: str, *, limit_bytes: int) -> Fetched:
    """Return the bytes of `folder`/`name` under `root`.

    Raises ItemRejected (`outside_source`, `not_a_file`, `too_many_bytes`), TryLater, SourceUnavailable.
    """
    path = joined(folder, name)
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise not_inside(shown(path))
    try:
        return _fetch(root, folder, name, path, limit_bytes)
    except OSError as exc:
        _check_root(root)
        if exc.errno in GONE:
            raise gone(shown(path)) from exc
        raise TryLater(
            f"{shown(path)} could not be read: {os.strerror(exc.errno or errno.EIO)}. It was left as it is; "
            "make it readable for Photo Sync, and the next run reads it."
        ) from exc


def _check_root(root: str) -> None:
    try:
        os.close(open_folder(root, ""))
    except OSError as exc:
        raise SourceUnavailable(
            f"The source folder {shown(root)} can no longer be opened: "
            f"{os.strerror(exc.errno or errno.EIO)}. Nothing more was read; "
            "check that it is there and mounted."
        ) from exc


def _fetch(root: str, folder: str, name: str, path: str, limit_bytes: int) -> Fetched:
    within = open_folder(root, folder)
    link_stamp = ""
    try:
        own = os.stat(name, dir_fd=within, follow_symlinks=False)
        if stat.S_ISLNK(own.st_mode):
            link_stamp = f".{own.st_ctime_ns:x}"
            target = inside(root, f"{root}/{path}")
            if not target:
                raise ItemRejected(
                    f"{shown(path)} is a link that leads out of the source folder, so it was not followed. "
                    "Put the file itself into the folder.",
                    code="outside_source",
                )
            os.close(within)
            within = -1
            folder, _, name = target.rpartition("/")
            within = open_folder(root, folder)
            own = os.stat(name, dir_fd=within, follow_symlinks=False)
            if stat.S_ISLNK(own.st_mode):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if not stat.S_ISREG(own.st_mode):
            raise not_a_file(shown(path))
        file = os.open(name, FILE_FLAGS, dir_fd=within)
    finally:
        if within >= 0:
            os.close(within)
    try:
        content, stamp = _read(file, path, limit_bytes)
    finally:
        os.close(file)
    return Fetched(content=content, stamp=stamp + link_stamp)


def _read(file: int, path: str, limit_bytes: int) -> tuple[bytes, str]:
    before = os.fstat(file)
    if not stat.S_ISREG(before.st_mode):
        raise changed(shown(path))
    if before.st_size > limit_bytes:
        raise too_many_bytes(shown(path), limit_bytes)
    pieces: list[bytes] = []
    size_bytes = 0
    while piece := os.read(file, min(READ_BYTES, limit_bytes - size_bytes + 1)):
        pieces.append(piece)
        size_bytes += len(piece)
        if size_bytes > limit_bytes:
            raise too_many_bytes(shown(path), limit_bytes)
    after = os.fstat(file)
    if stamp_of(after) != stamp_of(before) or not (before.st_size == after.st_size == size_bytes):
        raise changed(shown(path))
    return b"".join(pieces), stamp_of(before)
