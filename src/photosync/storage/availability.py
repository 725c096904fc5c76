"""Turns the operating system's errors into words: what happened, what was not done, what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photosync.core.errors import StorageUnavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE = {errno.ENOENT, errno.ENOTDIR}


def unavailable(root: Path, cause: OSError, *, undone: str) -> StorageUnavailable:
    """Return the error to raise for `cause`; `undone` is a sentence on what was not done."""
    if cause.errno in _FULL:
        return StorageUnavailable(
            f"The photo store {root} is full ({cause.strerror}). {undone} "
            "Free some space there or raise its quota, then repeat."
        )
    if cause.errno in _FORBIDDEN:
        return StorageUnavailable(
            f"The photo store {root} does not let this user in ({cause.strerror}). {undone} "
            "Make it readable and writable for the user that runs Photo Sync, then repeat."
        )
    if cause.errno in _GONE:
        return StorageUnavailable(
            f"The photo store {root} is not there, or not whole: {cause.filename} is missing. {undone} "
            "If it is on another disk, mount that; for a new store run `photosync init`. Then repeat."
        )
    return StorageUnavailable(
        f"The photo store {root} cannot be used ({cause.strerror}). {undone} "
        "Check its disk and connection, then repeat."
    )


@contextmanager
def storage_errors(root: Path, *, undone: str) -> Iterator[None]:
    """Raise StorageUnavailable in place of every OSError of the block."""
    try:
        yield
    except OSError as exc:
        raise unavailable(root, exc, undone=undone) from exc
