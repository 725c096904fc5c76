"""A source in memory: exact, quick, and free to change between two calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from photosync.connectors.contract import (
    PAGE_WINDOW_ENTRIES,
    Entry,
    Fetched,
    Page,
    PageKey,
    bucket_of,
    listing_digest,
)
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater


class MemorySource:
    """Holds files by path. Each `put` gives the file a new stamp, also when the bytes are the same.

    With `at_hand`, pages that differ from what is known come with their entries.
    """

    fetches_at_once = 1

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        *,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        at_hand: bool = False,
    ) -> None:
        self._files: dict[str, tuple[bytes, str]] = {}
        self._window = window_entries
        self._at_hand = at_hand
        self._puts = 0
        self.available = True
        self.warned: list[str] = []
        self.fetched: list[str] = []
        """Paths whose bytes were asked for, in order."""
        for path, content in (files or {}).items():
            self.put(path, content)

    def put(self, path: str, content: bytes, *, stamp: str | None = None) -> None:
        """Add or replace a file; `stamp` is for tests that need a certain one."""
        self._puts += 1
        self._files[path] = (content, stamp or str(self._puts))

    def remove(self, path: str) -> None:
        del self._files[path]

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        for key in sorted({self._key(path) for path in self._files}, key=repr):
            entries = self._entries(*key)
            digest = listing_digest(entries)
            differs = self._at_hand and known is not None and known.get(key) != digest
            yield Page(*key, digest, len(entries), entries if differs else None)
            self._check()
        self._check()

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        for page in pages:
            self._check()
            yield page, self._entries(page.folder, page.bucket)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        self._check()
        path = f"{folder}/{name}" if folder else name
        self.fetched.append(path)
        if path not in self._files:
            raise TryLater(f"{path!r} was no longer there when it was to be read. It was left as it is.")
        content, stamp = self._files[path]
        if len(content) > limit_bytes:
            raise ItemRejected(
                f"{path!r} is larger than {limit_bytes} bytes, so it was not read.", code="too_many_bytes"
            )
        return Fetched(content, stamp)

    def warnings(self) -> list[str]:
        return self.warned

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _check(self) -> None:
        if not self.available:
            raise SourceUnavailable("The source in memory was switched off. Nothing was changed; run again.")

    def _listed(self, folder: str) -> list[Entry]:
        found = []
        for path, (content, stamp) in self._files.items():
            within, _, name = path.rpartition("/")
            if within == folder:
                found.append(Entry(name, len(content), stamp))
        return found

    def _key(self, path: str) -> tuple[str, int | None]:
        folder, _, name = path.rpartition("/")
        size = sum(1 for other in self._files if other.rpartition("/")[0] == folder)
        return folder, bucket_of(name) if size > self._window else None

    def _entries(self, folder: str, bucket: int | None) -> list[Entry]:
        return [entry for entry in self._listed(folder) if bucket is None or bucket_of(entry.name) == bucket]
