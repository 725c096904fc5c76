"""What a photo store is: the interface that every kind of store implements.

Rules that hold for every store:

- A blob is named by the SHA-256 of its bytes, as 64 lower-case hexadecimal digits. A name that is
  not of that form raises `WrongUse`, whatever the method.
- Once `Batch.commit` has returned, everything added is durable: it survives a killed process and a
  power cut. Before that, nothing of the batch may be relied on.
- A half-written blob is never visible under its name, at no time.
- A blob that was added or refreshed is not collected within the grace time, even when a collection
  was already under way. Whoever refers anew to a blob that already exists refreshes it first.
- When the store as a whole cannot be used (full, read-only, not mounted), `StorageUnavailable`.
  When one blob is missing or its bytes are wrong, `Damaged`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal, Protocol, Self

from photosync.core.errors import WrongUse

DEFAULT_GRACE_S = 24 * 3600.0
"""How long a blob that nothing refers to is kept: longer than any run stages before it publishes."""

_NAME = re.compile(r"[0-9a-f]{64}")


def checked_name(sha256: str) -> str:
    """Return `sha256` if it names a blob; raises WrongUse otherwise, so no path is ever made of it."""
    if not _NAME.fullmatch(sha256):
        raise WrongUse(
            f"{sha256[:80]!r} does not name a stored photo: a name has 64 hexadecimal digits in lower case. "
            "Nothing was read or changed."
        )
    return sha256


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `verify` found wrong."""

    kind: Literal["missing", "damaged", "orphaned"]
    """missing: referred to, not stored; damaged: stored with other bytes; orphaned: nothing refers to it."""
    sha256: str
    size_bytes: int
    """missing: the size it should have; else the size it has."""
    explanation: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection removed."""

    blobs: int
    size_bytes: int
    leftovers: int
    """Temporary files of batches that were killed."""


class Batch(Protocol):
    """Blobs that become durable together. For one thread; use one batch per thread or process."""

    def add(self, content: bytes, *, sha256: str | None = None, replace: bool = False) -> str:
        """Take `content` into the batch and return its name.

        What is stored already is not written again, only refreshed, unless its size is wrong or
        `replace` asks for it (to repair a damaged blob). Raises Damaged when `sha256` is given
        and is not the hash of `content`; StorageUnavailable.
        """
        ...

    def refresh(self, sha256: str) -> bool:
        """Restart the grace time of a stored blob; False when there is no such blob.

        Raises StorageUnavailable.
        """
        ...

    def commit(self) -> None:
        """Make everything added so far durable and visible. The batch is then empty and usable again.

        Raises StorageUnavailable; then nothing of the batch may be relied on, and it is empty.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None:
        """Drop what was added and not committed."""
        ...


class Store(Protocol):
    """A place that blobs are kept in."""

    def prepare(self) -> None:
        """Make the store if it does not exist yet; repeating it is harmless. Raises StorageUnavailable."""
        ...

    def batch(self) -> Batch: ...

    def open(self, sha256: str) -> BinaryIO:
        """Return the blob opened for reading. Raises Damaged (missing), StorageUnavailable."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the blob's bytes, not checked. Raises Damaged (missing), StorageUnavailable."""
        ...

    def read_verified(self, sha256: str) -> bytes:
        """Return the blob's bytes. Raises Damaged (missing, or other bytes), StorageUnavailable."""
        ...

    def exists(self, sha256: str) -> bool: ...

    def size(self, sha256: str) -> int:
        """Return the blob's size in bytes. Raises Damaged (missing), StorageUnavailable."""
        ...

    def delete(self, sha256: str) -> bool:
        """Remove the blob durably, whatever its age; False when there is none.

        The caller knows that nothing refers to it. Raises StorageUnavailable.
        """
        ...

    def iter_blobs(self) -> Iterator[tuple[str, int, datetime]]:
        """Yield (name, size in bytes, UTC instant added or refreshed), ascending by name.

        Raises StorageUnavailable.
        """
        ...

    def collect(
        self,
        is_referenced: Callable[[Sequence[str]], set[str]],
        *,
        grace_s: float = DEFAULT_GRACE_S,
        now: datetime,
    ) -> Collected:
        """Remove blobs that nothing refers to and that are older than `grace_s`.

        `is_referenced` is asked for up to `COLLECT_TOGETHER` names at a time and returns those that are
        referred to; if it raises, none of those is removed. `now` is compared with the store's own
        times. Raises StorageUnavailable.
        """
        ...

    def verify(self, references: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        """Re-hash what `references` (name, size in bytes) name; find what is missing, damaged, orphaned.

        `references` come ascending by name (repeats are allowed), so that memory stays bounded
        whatever the size of the store; WrongUse if they do not. Raises StorageUnavailable.
        """
        ...


COLLECT_TOGETHER = 500
"""Names per question to the database, and removals per hold of the store's lock."""
