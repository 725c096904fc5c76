"""A batch of blobs on its way into a folder.

Order of events, so that a crash at any point leaves no half file under a blob's name:
bytes into `incoming/`, bytes durable, renamed to their names, names durable.

The lock on the store's marker file is shared while a batch refreshes or renames, and exclusive while
a collection looks at an age and removes. So a blob is either removed before a batch
looks for it (and the batch writes it), or refreshed before the collection looks at its age.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Self

from photosync.core.errors import Damaged
from photosync.storage import durability
from photosync.storage.availability import storage_errors
from photosync.storage.contract import checked_name
from photosync.storage.layout import Layout

_UNDONE = "The photos being stored were not recorded; those stored before are untouched."


class FolderBatch:
    """See `contract.Batch`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._token = secrets.token_hex(8)
        self._serial = 0
        self._written: dict[str, Path] = {}
        self._refreshed: set[str] = set()
        self._blobs_fd = -1
        self._lock_fd = -1

    def __enter__(self) -> Self:
        with storage_errors(self._layout.root, undone="Nothing was stored."):
            try:
                self._lock_fd = os.open(self._layout.marker, os.O_RDONLY | os.O_CLOEXEC)
                # Opened before the first write: write errors are reported from then on.
                self._blobs_fd = os.open(self._layout.blobs, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._close()
                raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._drop()
        self._close()

    def add(self, content: bytes, *, sha256: str | None = None, replace: bool = False) -> str:
        name = hash_of(content).hexdigest()
        if sha256 is not None and checked_name(sha256) != name:
            raise Damaged(
                f"A photo announced as {sha256} has the bytes of {name}. It was not stored. "
                "Repeat the run; if it happens again, check this computer's memory."
            )
        with self._errors():
            if name in self._written or (not replace and self._refresh(name, size_bytes=len(content))):
                return name
            self._refreshed.discard(name)
            self._serial += 1
            temporary = self._layout.incoming / f"{self._token}-{self._serial:06d}.part"
            self._written[name] = temporary
            _write_new(temporary, content)
        return name

    def refresh(self, sha256: str) -> bool:
        checked_name(sha256)
        with self._errors():
            return sha256 in self._written or self._refresh(sha256, size_bytes=None)

    def commit(self) -> None:
        with self._errors():
            as_a_whole = durability.is_synced_as_a_whole(len(self._written) + len(self._refreshed))
            if as_a_whole and self._written:
                durability.sync_file_system(self._blobs_fd)
            else:
                durability.sync_each(self._written.values())
            self._give_names()
            # Names of refreshed blobs too: another process may have renamed them a moment ago.
            if as_a_whole:
                durability.sync_file_system(self._blobs_fd)
            else:
                durability.sync_each(self._layout.folders_of([*self._written, *self._refreshed]))
        self._written.clear()
        self._refreshed.clear()

    def _give_names(self) -> None:
        with self._locked():
            for name, temporary in self._written.items():
                final = self._layout.path_of(name)
                try:
                    temporary.rename(final)
                except FileNotFoundError:
                    self._layout.make_folder_of(name)
                    temporary.rename(final)

    def _refresh(self, name: str, *, size_bytes: int | None) -> bool:
        if name in self._refreshed:
            return True
        path = self._layout.path_of(name)
        with self._locked():
            try:
                if size_bytes is not None and path.stat().st_size != size_bytes:
                    return False
                os.utime(path)
            except FileNotFoundError:
                return False
        self._refreshed.add(name)
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._lock_fd, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with storage_errors(
                self._layout.root,
                undone=_UNDONE,
            ):
                yield
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        for temporary in self._written.values():
            with suppress(OSError):
                temporary.unlink()
        self._written.clear()
        self._refreshed.clear()

    def _close(self) -> None:
        for descriptor in (self._lock_fd, self._blobs_fd):
            if descriptor >= 0:
                os.close(descriptor)
        self._lock_fd = self._blobs_fd = -1


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:  # a disk that is nearly full takes a part and refuses the next
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)
