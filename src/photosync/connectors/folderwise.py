"""A source that is listed folder by folder: what remote sources and archives share.

A connector says what lies in one folder (`FolderwiseSource.read_folder`); pages, buckets and digests are made here.
Memory holds one window of entries. The entries of a folder that is larger are kept in a temporary file while it is
listed, so that it is read once; and once more for all pages of it that are asked for together later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, Page, PageKey
from photosync.connectors.paging import FolderSums, Spool
from photosync.core.errors import SourceUnavailable

DEEPEST = 64
"""Folders below one another; a source that is deeper goes round in circles, or is none for photos."""
MOST_FOLDERS = 1_000_000
"""Folders of one listing; a source that has more may well go on for ever, each folder holding a few others."""


class Subfolder(NamedTuple):
    """A folder inside the one that is read; its name never contains `/`."""

    name: str


class FolderwiseSource(ABC):
    """Implements `connectors.contract.Source` for a source that can be read one folder at a time."""

    fetches_at_once = 1
    most_folders = MOST_FOLDERS

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

    @contextmanager
    def one_listing(self) -> Iterator[None]:
        """What a connector does before and after it is listed from the root to its end."""
        yield

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages. Those that differ from `known` come with their entries."""
        with self.one_listing():
            for folder, entries in self._each_folder():
                sums = FolderSums(self._window, keeps=known is not None)
                for entry in entries:
                    sums.add(entry)
                yield from sums.pages(folder, known)

    def listed(self) -> Iterator[tuple[str, Entry]]:
        """See `connectors.contract.ListsOneByOne`."""
        with self.one_listing():
            for folder, entries in self._each_folder():
                for entry in entries:
                    yield folder, entry

    def _each_folder(self) -> Iterator[tuple[str, Iterator[Entry]]]:
        """Yield every folder with what is read in it, which is to be taken to its end before the next."""
        waiting = [""]
        known_folders = 1
        files = 0

        def entries_in(folder: str, below: dict[str, None]) -> Iterator[Entry]:
            nonlocal files
            heed(files)
            for found in self.read_folder(folder) or ():
                if isinstance(found, Subfolder):
                    below[_below(folder, found.name)] = None
                    if known_folders + len(below) > self.most_folders:
                        raise self._too_many_folders()
                else:
                    files += 1
                    heed(files)
                    yield found

        while waiting:
            folder = waiting.pop()
            below: dict[str, None] = {}
            yield folder, entries_in(folder, below)
            waiting += below
            known_folders += len(below)

    def _too_many_folders(self) -> SourceUnavailable:
        return SourceUnavailable(
            f"The data source holds more than {self.most_folders:,} folders. The listing is incomplete, so nothing "
            "was changed. Choose the folder that holds the photos alone."
        )

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
        found = self.read_folder(folder) or ()
        return list({entry.name: entry for entry in found if isinstance(entry, Entry)}.values())

    def _spread_entries(self, folder: str, wanted: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        """Read a large folder once, into a file, and yield the pages of it that are `wanted`."""
        with Spool(wanted) as spool:
            for number, found in enumerate(self.read_folder(folder) or ()):
                heed(number)
                if isinstance(found, Entry):
                    spool.add(folder, found)
            for page in wanted:
                yield page, spool.entries(page)


def _below(folder: str, name: str) -> str:
    path = f"{folder}/{name}" if folder else name
    if path.count("/") >= DEEPEST:
        raise SourceUnavailable(
            f"{ascii(path)[1:-1][:200]} is nested more than {DEEPEST} folders deep. The listing is incomplete, so "
            "nothing was changed. Move it up or out of the source."
        )
    return path
