"""A source that is listed folder by folder: what remote sources and archives share.

A connector says what lies in one folder (`FolderwiseSource.read_folder`); pages, buckets and digests are made here.
Memory holds one window of entries. The entries of a folder that is larger are kept in a temporary file while
they are asked for, so that such a folder is read twice over the network at most, whatever its size.
"""

from __future__ import annotations

import json
import tempfile
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, NamedTuple, Self

from photosync.connectors.contract import (
    BUCKETS,
    PAGE_WINDOW_ENTRIES,
    Entry,
    Fetched,
    Page,
    PageKey,
    bucket_of,
    digest_of_sum,
    entry_digest,
)
from photosync.core.errors import SourceUnavailable

DEEPEST = 64
"""Folders below one another; a source that is deeper goes round in circles, or is none for photos."""
SPOOL_IN_MEMORY_BYTES = 1 << 20


class Subfolder(NamedTuple):
    """A folder inside the one that is read; its name never contains `/`."""

    name: str


class FolderwiseSource(ABC):
    """Implements `connectors.contract.Source` for a source that can be read one folder at a time."""

    fetches_at_once = 1

    def __init__(self, *, window_entries: int = PAGE_WINDOW_ENTRIES) -> None:
        self._window = window_entries

    @abstractmethod
    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        """Yield what lies in `folder` ("" is the root), in any order; None where there is no such folder.

        Raises SourceUnavailable where it cannot be read to its end; then nothing is concluded from the listing.
        The root that is missing is no folder that is gone: for it, raise.
        """

    @abstractmethod
    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        """See `connectors.contract.Source`."""

    def warnings(self) -> Sequence[str]:
        """Return what a person is to know of the whole source; nothing, unless a connector has more to say."""
        return []

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages. Those of folders within the window that differ from `known` come with their entries."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            sums = _FolderSums(self._window)
            for found in self.read_folder(folder) or ():
                if isinstance(found, Subfolder):
                    waiting.append(_below(folder, found.name))
                else:
                    sums.add(found)
            yield from sums.pages(folder, known)

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        by_folder: dict[str, list[Page]] = defaultdict(list)
        for page in pages:
            by_folder[page.folder].append(page)
        for folder, wanted in by_folder.items():
            if [page.bucket for page in wanted] == [None]:
                yield wanted[0], self._entries_of(folder)
            else:
                yield from self._spread_entries(folder, wanted)

    def _entries_of(self, folder: str) -> list[Entry]:
        return [found for found in self.read_folder(folder) or () if isinstance(found, Entry)]

    def _spread_entries(self, folder: str, wanted: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        """Read a large folder once, into a file, and yield the pages of it that are `wanted`."""
        with _Spool({page.bucket for page in wanted if page.bucket is not None}) as spool:
            whole = [page for page in wanted if page.bucket is None]
            kept: list[Entry] = []
            for found in self.read_folder(folder) or ():
                if isinstance(found, Entry):
                    spool.add(found)
                    kept += [found] * bool(whole)
            for page in wanted:
                yield page, kept if page.bucket is None else spool.entries(page.bucket)


@dataclass(slots=True)
class _FolderSums:
    """The entries of one folder as long as they fit into a page; beyond, only the sums and counts of its buckets."""

    window: int
    entries: list[Entry] | None = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        if self.entries is None:
            self._count(entry)
            return
        self.entries.append(entry)
        if len(self.entries) > self.window:
            self.sums, self.counts = [0] * BUCKETS, [0] * BUCKETS
            for each in self.entries:
                self._count(each)
            self.entries = None

    def _count(self, entry: Entry) -> None:
        bucket = bucket_of(entry.name)
        self.sums[bucket] += entry_digest(*entry)
        self.counts[bucket] += 1

    def pages(self, folder: str, known: Mapping[PageKey, bytes] | None) -> Iterator[Page]:
        if self.entries is None:
            for bucket, (total, count) in enumerate(zip(self.sums, self.counts, strict=True)):
                if count:
                    yield Page(folder, bucket, digest_of_sum(total), count)
        elif self.entries:
            digest = digest_of_sum(sum(entry_digest(*entry) for entry in self.entries))
            differs = known is not None and known.get((folder, None)) != digest
            yield Page(folder, None, digest, len(self.entries), self.entries if differs else None)


class _Spool:
    """Entries by bucket in a temporary file; small ones stay in memory."""

    def __init__(self, buckets: set[int]) -> None:
        self._files: dict[int, IO[str]] = {
            bucket: tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed in __exit__
                max_size=SPOOL_IN_MEMORY_BYTES // max(len(buckets), 1), mode="w+", encoding="utf-8"
            )
            for bucket in buckets
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, entry: Entry) -> None:
        file = self._files.get(bucket_of(entry.name))
        if file is not None:
            # ASCII alone: names with lone surrogates are no UTF-8.
            file.write(json.dumps(entry) + "\n")

    def entries(self, bucket: int) -> list[Entry]:
        file = self._files[bucket]
        file.seek(0)
        return [Entry(*json.loads(line)) for line in file]


def _below(folder: str, name: str) -> str:
    path = f"{folder}/{name}" if folder else name
    if path.count("/") >= DEEPEST:
        raise SourceUnavailable(
            f"{ascii(path)[1:-1][:200]} is nested more than {DEEPEST} folders deep. The listing is incomplete, so "
            "nothing was changed. Move it up or out of the source."
        )
    return path
