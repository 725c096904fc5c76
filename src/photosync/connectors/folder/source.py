"""The folder source: a path on this machine, nested or flat."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, Page, PageKey
from photosync.connectors.folder.crew import HELPERS, Crew, Found, HelperLost, pages_of_sums
from photosync.connectors.folder.fetching import fetch_file, shown
from photosync.connectors.folder.reading import Answer, Request, read_pages
from photosync.connectors.folder.tree import GREW, TOO_DEEP, Broken, Read, joined
from photosync.connectors.folder.walk import CHUNK_ENTRIES, DEEPEST, Walk
from photosync.core.errors import SourceUnavailable

SMALL_SOURCE_ENTRIES = 2_000
"""Up to so many entries are listed in this process; starting helpers would take longer than the listing."""


class _Larger(Exception):
    """The source holds more than a listing in this process may read."""


class _Collected:
    """Keeps the pages of a small source. `_Larger` breaks the walk off as soon as it is none.

    It never wants work, so a walk gives none away, and nobody sums a part of a folder.
    """

    def __init__(self, window: int, most_entries: int) -> None:
        self.window = window
        self.most_entries = most_entries
        self.work = 0
        self.pages: list[Found] = []

    def whole(self, folder: str, digest: bytes, count: int, entries: list[Read] | None) -> None:
        self.pages.append((folder, None, digest, count, entries))

    def spread(self, folder: str, sums: list[int], counts: list[int], parts_given: int) -> None:
        assert parts_given == 0  # noqa: S101 - nobody asks for work, so none is given away
        self.pages += pages_of_sums(folder, sums, counts, self.window)

    def part(self, folder: str, sums: list[int], counts: list[int]) -> None:
        raise AssertionError(folder, sums, counts)

    def wanted(self, work: int) -> bool:
        self.work += work
        heed(self.work)
        if self.work > self.most_entries:
            raise _Larger
        return False

    def give_folders(self, folders: list[str]) -> None:
        raise AssertionError(folders)

    def give_names(self, folder: str, names: list[str]) -> None:
        raise AssertionError(folder, names)


class FolderSource:
    """Lists and reads the files under `root`, which is a real path (no links in it).

    `index` is the path of the index file inside the root, which is not listed; `fetch()` still gives it.
    """

    fetches_at_once = 1

    def __init__(
        self,
        root: str,
        *,
        index: str | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        small_source_entries: int = SMALL_SOURCE_ENTRIES,
        helpers: int = HELPERS,
    ) -> None:
        self.root = root
        self._window = window_entries
        self._small = small_source_entries
        self._helpers = helpers
        self._chunk = min(CHUNK_ENTRIES, window_entries)
        self._excluded: tuple[str, str] | None = None
        if index:
            folder, _, name = index.rpartition("/")
            self._excluded = (folder, name)

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages of the folder; links out of it are shown as entries and not followed.

        Folders that are read in one go and differ from `known` come with their entries.
        """
        folders = None
        if known is not None:
            folders = {folder: digest for (folder, bucket), digest in known.items() if bucket is None}
        try:
            for folder, bucket, digest, count, read in self._found(folders):
                yield Page(folder, bucket, digest, count, None if read is None else list(map(Entry._make, read)))
        except Broken as exc:
            raise unavailable(self.root, exc) from exc
        except HelperLost as exc:
            raise _helper_lost(self.root) from exc

    def _found(self, known: Mapping[str, bytes] | None) -> Iterator[Found]:
        collected = _Collected(self._window, self._small)
        try:
            Walk(self.root, self._excluded, collected, self._chunk, known).folders([""])
        except _Larger:
            crew = self._crew(self._helpers, known)
            try:
                yield from crew.pages()
            finally:
                crew.close()
        else:
            yield from collected.pages

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        by_key = {(page.folder, page.bucket): page for page in pages}
        try:
            for folder, bucket, entries in self._answers(pages):
                yield by_key[folder, bucket], list(map(Entry._make, entries))
        except Broken as exc:
            raise unavailable(self.root, exc) from exc
        except HelperLost as exc:
            raise _helper_lost(self.root) from exc

    def _answers(self, pages: Sequence[Page]) -> Iterator[Answer]:
        def requests() -> Iterator[Request]:
            return ((page.folder, page.bucket, page.entry_count) for page in pages)

        if sum(page.entry_count for page in pages) <= self._small:
            yield from read_pages(self.root, self._excluded, list(requests()), self._window)
            return
        crew = self._crew(1)
        try:
            yield from crew.entries(requests())
        finally:
            crew.close()

    def _crew(self, helpers: int, known: Mapping[str, bytes] | None = None) -> Crew:
        return Crew(
            self.root,
            self._excluded,
            helpers=helpers,
            window=self._window,
            chunk_entries=self._chunk,
            known=known,
        )

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        return fetch_file(self.root, folder, name, limit_bytes=limit_bytes)

    def warnings(self) -> list[str]:
        """Return nothing: what a folder holds is listed, and refused when it is fetched."""
        return []

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def unavailable(root: str, broken: Broken) -> SourceUnavailable:
    """Return what a broken listing of `root` is to the engine and to a person."""
    where = shown(joined(root, broken.folder) if broken.folder else root)
    if broken.reason == TOO_DEEP:
        what = f"{where} is nested more than {DEEPEST} folders deep"
        do = "Move it up or out of the source folder."
    elif broken.reason == GREW:
        what = f"{where} was being filled with many files while it was read"
        do = "Run again when the copying is finished."
    elif broken.reason == errno.ENOENT:
        what = f"{where} is not there, or was removed while it was read"
        do = "Check that the folder is there and mounted, then run again."
    elif broken.reason in (errno.ENOTDIR, errno.ELOOP):
        what = f"{where} is not a folder"
        do = "Check the source folder, then run again."
    elif broken.reason in (errno.EACCES, errno.EPERM):
        what = f"Photo Sync may not read {where}"
        do = "Allow it to read and enter that folder, then run again."
    else:
        what = f"Reading {where} broke off: {os.strerror(broken.reason)}"
        do = "Check the disk or the network mount, then run again."
    return SourceUnavailable(f"{what}. The listing is incomplete, so nothing was changed. {do}")


def _helper_lost(root: str) -> SourceUnavailable:
    return SourceUnavailable(
        f"A process that was listing {shown(root)} was ended from outside, perhaps for lack of memory. "
        "The listing is incomplete, so nothing was changed. Run again."
    )
