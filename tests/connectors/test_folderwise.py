"""A source that is listed folder by folder passes the suite, reads large folders once, and refuses endless ones."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from photosync.connectors.attending import attended
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, bucket_of, listing_digest
from photosync.connectors.folderwise import DEEPEST, FolderwiseSource, Subfolder
from photosync.connectors.testing.conformance import SourceConformance
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import SourceUnavailable


class Folders(FolderwiseSource):
    """The files of a source in memory, told folder by folder."""

    def __init__(self, files: Mapping[str, bytes], *, window_entries: int = PAGE_WINDOW_ENTRIES) -> None:
        super().__init__(window_entries=window_entries)
        self.held = MemorySource(files)
        self.read: list[str] = []

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        self.read.append(folder)
        return self._found(folder)

    def _found(self, folder: str) -> Iterator[Entry | Subfolder]:
        start = f"{folder}/" if folder else ""
        self.held._check()
        below = {path.removeprefix(start) for path in self.held._files if path.startswith(start)}
        yield from map(Subfolder, {path.partition("/")[0] for path in below if "/" in path})
        yield from self.held._listed(folder)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        return self.held.fetch(folder, name, limit_bytes=limit_bytes)

    def close(self) -> None:
        """Nothing to close."""


class TestFolders(SourceConformance):
    def make(self, place: Path, files: Mapping[str, bytes], *, window_entries: int) -> Folders:
        return Folders(files, window_entries=window_entries)

    def put(self, place: Path, source: Folders, path: str, content: bytes) -> None:
        source.held.put(path, content)

    def remove(self, place: Path, source: Folders, path: str) -> None:
        source.held.remove(path)

    def make_unavailable(self, place: Path, source: Folders) -> None:
        source.held.available = False


def test_large_folder_is_read_once_for_all_its_entries() -> None:
    names = [f"{number:05}.jpg" for number in range(2_000)]
    source = Folders(dict.fromkeys(names, b"x"), window_entries=100)
    pages = list(source.pages())
    source.read.clear()

    found = [entry.name for _, entries in source.entries(pages) for entry in entries]

    assert sorted(found) == names
    assert source.read == [""]


def test_source_without_end_is_refused() -> None:
    class Circle(Folders):
        def read_folder(self, folder: str) -> Iterator[Entry | Subfolder]:
            return iter([Subfolder("again")])

    with pytest.raises(SourceUnavailable) as refused:
        list(Circle({}).pages())
    path = "/".join(["again"] * (DEEPEST + 1))
    assert refused.value.message == (
        f"{path[:200]} is nested more than 64 folders deep. The listing is incomplete, so nothing was changed. "
        "Move it up or out of the source."
    )


def test_source_that_branches_without_end_is_refused() -> None:
    """Never deep, and yet more folders than could be listed in a lifetime."""

    class Branching(Folders):
        most_folders = 100

        def read_folder(self, folder: str) -> Iterator[Entry | Subfolder]:
            return iter([Subfolder("a"), Subfolder("b")] if folder.count("/") < 20 else [])

    with pytest.raises(SourceUnavailable) as refused:
        list(Branching({}).pages())
    assert refused.value.message == (
        "The data source holds more than 100 folders. The listing is incomplete, so nothing was changed. Choose the "
        "folder that holds the photos alone."
    )


class Twice(Folders):
    """Lists all that it has twice, as a server may whose folder changes meanwhile."""

    def _found(self, folder: str) -> Iterator[Entry | Subfolder]:
        yield from super()._found(folder)
        yield from super()._found(folder)


@pytest.mark.parametrize("window_entries", [2, 100])
def test_name_that_is_listed_twice_is_one_file(window_entries: int) -> None:
    files = {f"{folder}{number}.jpg": b"x" for folder in ("", "a/") for number in range(5)}
    source = Twice(files, window_entries=window_entries)
    pages = list(source.pages({}))
    assert len({(page.folder, page.bucket) for page in pages}) == len(pages)
    listed = [f"{page.folder}/{each.name}".lstrip("/") for page, found in source.entries(pages) for each in found]
    assert sorted(listed) == sorted(files)
    given = [each.name for page in pages for each in page.entries or ()]
    assert len(set(given)) * 2 == len(given) or not given


@pytest.mark.parametrize("window_entries", [100, 5_000])
def test_large_folder_is_read_once_while_it_is_listed(window_entries: int) -> None:
    """Its pages come with their entries all the same, those that are known without."""
    names = [f"{number:05}.jpg" for number in range(4_500)]
    source = Folders(dict.fromkeys(names, b"x"), window_entries=window_entries)
    pages = list(source.pages({}))
    assert source.read == [""]
    assert sorted(entry.name for page in pages for entry in page.entries or ()) == names
    assert all(listing_digest(page.entries or ()) == page.digest for page in pages)
    known = {(page.folder, page.bucket): page.digest for page in pages}
    source.held.put("new.jpg", b"x")
    came = [page for page in source.pages(known) if page.entries is not None]
    assert [page.digest for page in came] == [page.digest for page in source.pages() if page not in pages]
    assert [page.bucket for page in came] == [bucket_of("new.jpg") if window_entries == 100 else None]


def test_folder_that_finds_no_room_on_the_disk_is_no_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(SourceUnavailable) as refused:
        list(Folders(dict.fromkeys("abc", b"x"), window_entries=2).pages({}))
    assert refused.value.message == (
        "The list of a large folder found no room among the temporary files (No such file or directory). The listing "
        "is incomplete, so nothing was changed. Make room in the folder for temporary files, then run again."
    )


def test_listing_tells_how_far_it_is_and_can_be_broken_off() -> None:
    files = {f"{folder}/{number}.jpg": b"x" for folder in "abc" for number in range(3)}
    source, counts = Folders(files), []

    def told(count: int) -> None:
        counts.append(count)
        if count == 5:
            raise KeyError

    with attended(told), pytest.raises(KeyError):
        list(source.pages())
    assert (counts[-1], len(source.read)) == (5, 3)
    assert len(list(source.listed())) == 9
