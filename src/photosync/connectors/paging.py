"""Making the pages of a listing from its entries, with one window of them in memory."""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import IO, Self, overload

from photosync.connectors.contract import (
    BUCKETS,
    Entry,
    Page,
    PageKey,
    bucket_of,
    digest_of_sum,
    entry_digest,
)
from photosync.core.errors import SourceUnavailable

SPOOL_IN_MEMORY_BYTES = 1 << 20
SHELVED_AT_ONCE = 2_048
"""So many entries of a large folder wait in memory for their place in the file."""


@dataclass(slots=True)
class FolderSums:
    """The entries of one folder as long as they fit into a page; beyond, the sums and counts of its buckets.

    With `keeps`, the entries themselves go to a temporary file then, and pages come with them all the same: a folder
    that is far away is listed once, however many files are in it.
    """

    window: int
    keeps: bool = False
    entries: dict[str, Entry] | None = field(default_factory=dict)
    """All of them by name; None once there are more than `window`, or `let_go` was called.

    What is listed twice, by a server in confusion or while a folder changes, is one file.
    """
    count: int = 0
    sums: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    shelf: Shelf | None = None

    def add(self, entry: Entry) -> None:
        if self.entries is None:
            self.count += 1
            self._count(entry)
            return
        self.entries[entry.name] = entry
        self.count = len(self.entries)
        if self.count > self.window:
            self._spread()

    @property
    def held(self) -> int:
        """How many entries are in memory now."""
        return len(self.entries or ()) + (self.shelf.waiting if self.shelf is not None else 0)

    def let_go(self) -> None:
        """Hold no entries in memory now; the pages are the same."""
        if self.entries is not None:
            self._spread()
        if self.shelf is not None:
            self.shelf.put_away()

    def _spread(self) -> None:
        self.sums, self.counts = [0] * BUCKETS, [0] * BUCKETS
        self.shelf = Shelf() if self.keeps else None
        for each in (self.entries or {}).values():
            self._count(each)
        self.entries = None

    def _count(self, entry: Entry) -> None:
        bucket = bucket_of(entry.name)
        self.sums[bucket] += entry_digest(*entry)
        self.counts[bucket] += 1
        if self.shelf is not None:
            self.shelf.add(bucket, entry)

    def pages(self, folder: str, known: Mapping[PageKey, bytes] | None) -> Iterator[Page]:
        """Yield the pages of the folder; those that differ from `known` with their entries, where these are kept."""
        if self.count > self.window:
            for bucket, (total, count) in enumerate(zip(self.sums, self.counts, strict=True)):
                if count:
                    yield self._shelved(Page(folder, bucket, digest_of_sum(total), count), known)
        elif self.entries is None:
            yield self._shelved(Page(folder, None, digest_of_sum(sum(self.sums)), self.count), known)
        elif self.entries:
            entries = list(self.entries.values())
            digest = digest_of_sum(sum(entry_digest(*entry) for entry in entries))
            differs = known is not None and known.get((folder, None)) != digest
            yield Page(folder, None, digest, len(entries), entries if differs else None)

    def _shelved(self, page: Page, known: Mapping[PageKey, bytes] | None) -> Page:
        if self.shelf is None or known is None or known.get((page.folder, page.bucket)) == page.digest:
            return page
        return replace(page, entries=Shelved(self.shelf, page.bucket))


class Shelf:
    """Entries by bucket, in a temporary file that is gone as soon as nobody holds the shelf or a part of it.

    They are put away many at a time, those of each bucket together; memory holds SHELVED_AT_ONCE of them.
    """

    def __init__(self) -> None:
        with _room_for_it():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the shelf is gone
        weakref.finalize(self, self._file.close)
        self._lines: list[list[bytes]] = [[] for _ in range(BUCKETS)]
        self.waiting = 0
        """How many wait in memory to be put away."""
        self._end = 0
        self._layers: list[array[int]] = []
        """Of what was put away together: where in the file each bucket begins, and where the last one ends."""

    def add(self, bucket: int, entry: Entry) -> None:
        # ASCII alone: names with lone surrogates are no UTF-8.
        self._lines[bucket].append(json.dumps(entry).encode("ascii") + b"\n")
        self.waiting += 1
        if self.waiting >= SHELVED_AT_ONCE:
            self.put_away()

    def entries(self, bucket: int | None) -> list[Entry]:
        """Return the entries of a bucket, or of all of them; of what was added twice, the last."""
        self.put_away()
        lines: list[bytes] = []
        with _room_for_it():
            for layer in self._layers:
                begins, ends = (layer[0], layer[-1]) if bucket is None else (layer[bucket], layer[bucket + 1])
                self._file.seek(begins)
                lines += self._file.read(ends - begins).splitlines()
        return list({entry.name: entry for entry in (Entry(*json.loads(line)) for line in lines)}.values())

    def put_away(self) -> None:
        if not self.waiting:
            return
        pieces = [b"".join(lines) for lines in self._lines]
        self._layers.append(array("Q", accumulate(map(len, pieces), initial=self._end)))
        with _room_for_it():
            self._file.seek(self._end)
            self._file.write(b"".join(pieces))
            self._file.flush()
        self._end = self._layers[-1][-1]
        self._lines = [[] for _ in range(BUCKETS)]
        self.waiting = 0


class Shelved(Sequence[Entry]):
    """The entries of one page on a shelf. They are read from there each time that they are asked for."""

    def __init__(self, shelf: Shelf, bucket: int | None) -> None:
        self._shelf = shelf
        self._bucket = bucket

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._shelf.entries(self._bucket))

    def __len__(self) -> int:
        return len(self._shelf.entries(self._bucket))

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> list[Entry]: ...
    def __getitem__(self, at: int | slice) -> Entry | list[Entry]:
        return self._shelf.entries(self._bucket)[at]


@contextmanager
def _room_for_it() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"The list of a large folder found no room among the temporary files ({os.strerror(error.errno or 0)}). "
            "The listing is incomplete, so nothing was changed. Make room in the folder for temporary files, then "
            "run again."
        ) from error


class Spool:
    """The entries of the pages `wanted`, in temporary files while a source is read; small ones stay in memory."""

    def __init__(self, wanted: Sequence[Page]) -> None:
        keys = {(page.folder, page.bucket) for page in wanted}
        self._files: dict[PageKey, IO[str]] = {
            key: tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed in __exit__
                max_size=SPOOL_IN_MEMORY_BYTES // max(len(keys), 1), mode="w+", encoding="utf-8"
            )
            for key in keys
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, folder: str, entry: Entry) -> None:
        for bucket in (None, bucket_of(entry.name)):
            file = self._files.get((folder, bucket))
            if file is not None:
                # ASCII alone, as on a shelf.
                with _room_for_it():
                    file.write(json.dumps(entry) + "\n")

    def entries(self, page: Page) -> list[Entry]:
        file = self._files[page.folder, page.bucket]
        file.seek(0)
        return list({entry.name: entry for entry in (Entry(*json.loads(line)) for line in file)}.values())
