"""The photo store on a local folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256 as hash_of
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from photosync.core.errors import Damaged, StorageUnavailable
from photosync.storage import durability, verification
from photosync.storage.availability import storage_errors, unavailable
from photosync.storage.batch import FolderBatch
from photosync.storage.contract import COLLECT_TOGETHER, DEFAULT_GRACE_S, Collected, Finding
from photosync.storage.layout import Layout, instant_of

_NOT_COLLECTED = "Unused photos were not all removed; nothing else was changed."


class BlobStore:
    """See `contract.Store`. Making this object touches nothing; `prepare` makes the folder, once.

    A folder without the store's marker file is never taken for an empty store: most likely its
    disk is not mounted, and every method that would use it raises StorageUnavailable.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._layout = Layout(root.absolute())

    def prepare(self) -> None:
        with storage_errors(self.root, undone="It was not made."):
            self._layout.make()

    def require(self) -> None:
        """Raise StorageUnavailable unless the store is there; a cheap check for `doctor` and `/healthz`."""
        with storage_errors(self.root, undone="Nothing was read or changed."):
            self._layout.marker.stat()

    def batch(self) -> FolderBatch:
        return FolderBatch(self._layout)

    def path_of(self, sha256: str) -> Path:
        """Return the file that holds, or would hold, the blob. Raises WrongUse for what names no blob."""
        return self._layout.path_of(sha256)

    def open(self, sha256: str) -> BinaryIO:
        path = self._layout.path_of(sha256)
        with self._reading(sha256):
            return path.open("rb")

    def read(self, sha256: str) -> bytes:
        path = self._layout.path_of(sha256)
        with self._reading(sha256):
            return path.read_bytes()

    def read_verified(self, sha256: str) -> bytes:
        content = self.read(sha256)
        if hash_of(content).hexdigest() != sha256:
            raise Damaged(
                f"The stored photo {sha256} has been changed on the disk of {self.root}. It was not used. "
                "Run `photosync verify --repair`, and check that disk."
            )
        return content

    def exists(self, sha256: str) -> bool:
        return self._layout.path_of(sha256).is_file()

    def size(self, sha256: str) -> int:
        path = self._layout.path_of(sha256)
        with self._reading(sha256):
            return path.stat().st_size

    def delete(self, sha256: str) -> bool:
        path = self._layout.path_of(sha256)
        with storage_errors(self.root, undone=f"The photo {sha256} was not removed."), self._exclusive():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            durability.sync_each([path.parent])
        return True

    def iter_blobs(self) -> Iterator[tuple[str, int, datetime]]:
        self.require()
        with storage_errors(self.root, undone="The list of stored photos is not complete."):
            yield from self._layout.iter_blobs()

    def collect(
        self,
        is_referenced: Callable[[Sequence[str]], set[str]],
        *,
        grace_s: float = DEFAULT_GRACE_S,
        now: datetime,
    ) -> Collected:
        before = now - timedelta(seconds=grace_s)
        old = (name for name, _, changed in self.iter_blobs() if changed < before)
        blobs = size_bytes = 0
        while names := list(islice(old, COLLECT_TOGETHER)):
            kept = is_referenced(names)
            sizes = self._remove_older([name for name in names if name not in kept], before=before)
            blobs += len(sizes)
            size_bytes += sum(sizes)
        leftovers = self._remove_leftovers(before=before)
        return Collected(blobs=blobs, size_bytes=size_bytes, leftovers=leftovers)

    def verify(self, references: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        return verification.findings(references, stored=self.iter_blobs(), path_of=self.path_of)

    def _remove_older(self, names: Sequence[str], *, before: datetime) -> list[int]:
        """Remove those of `names` that no batch has refreshed meanwhile; return their sizes in bytes."""
        sizes = []
        with storage_errors(self.root, undone=_NOT_COLLECTED), self._exclusive():
            for name in names:
                path = self._layout.path_of(name)
                try:
                    status = path.stat()
                    if instant_of(status) < before:
                        path.unlink()
                        sizes.append(status.st_size)
                except FileNotFoundError:
                    continue
        return sizes

    def _remove_leftovers(self, *, before: datetime) -> int:
        removed = 0
        with storage_errors(self.root, undone=_NOT_COLLECTED):
            for path in self._layout.iter_temporaries():
                try:
                    if instant_of(path.stat()) < before:
                        path.unlink()
                        removed += 1
                except FileNotFoundError:
                    continue
        return removed

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        descriptor = os.open(self._layout.marker, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _reading(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise self._reading_error(sha256, exc) from exc

    def _reading_error(self, sha256: str, exc: OSError) -> Damaged | StorageUnavailable:
        if isinstance(exc, FileNotFoundError) and self._layout.marker.exists():
            return Damaged(
                f"The photo {sha256} is missing from the store {self.root}. Nothing was read. "
                "Run `photosync verify --repair`, or restore it from a backup."
            )
        return unavailable(self.root, exc, undone=f"The photo {sha256} was not read.")
