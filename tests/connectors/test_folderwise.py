"""A source that is listed folder by folder passes the suite, reads large folders once, and refuses endless ones."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched
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
