"""A source on a Sync UI input. The stamp of a file is the hash of its bytes: the same bytes again are no change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched
from photosync.connectors.file_words import too_many_bytes
from photosync.connectors.folderwise import FolderwiseSource, Subfolder
from photosync.connectors.input.port import InputContent
from photosync.core.errors import Damaged, SourceUnavailable, StorageUnavailable, TryLater
from photosync.core.people import quoted


class InputSource(FolderwiseSource):
    """Implements `connectors.contract.Source`. Fetches one by one: the bytes are on this machine's own disk.

    `index` is the path of the index file inside the input, which is not listed; `fetch()` still gives it.
    """

    def __init__(
        self, content: InputContent, *, index: str | None = None, window_entries: int = PAGE_WINDOW_ENTRIES
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._content = content
        self._index = index
        self._folders: frozenset[str] | None = None

    @contextmanager
    def one_listing(self) -> Iterator[None]:
        """List one and the same content. Raises SourceUnavailable where it changed meanwhile.

        Half of what was there and half of what was delivered is nothing to conclude from.
        """
        before = self._revision()
        self._folders = frozenset(self._content.folders())
        try:
            yield
        finally:
            self._folders = None
        if self._revision() != before:
            raise SourceUnavailable(
                f"The input {quoted(self._content.name)} was changed while it was read. The listing is incomplete, "
                "so nothing was published or withdrawn. Run again."
            )

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        self._revision()
        folders = self._folders if self._folders is not None else frozenset(self._content.folders())
        return self._in_folder(folder, folders)

    def _in_folder(self, folder: str, folders: frozenset[str]) -> Iterator[Entry | Subfolder]:
        start = f"{folder}/" if folder else ""
        for entry in self._content.entries(folder):
            if start + entry.name != self._index:
                yield entry
        below = {
            each[len(start) :].partition("/")[0] for each in folders if each.startswith(start) and each != folder
        }
        for name in sorted(below):
            yield Subfolder(name)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        self._revision()
        path = f"{folder}/{name}" if folder else name
        file = self._content.file(folder, name)
        if file is None:
            raise TryLater(
                f"{quoted(path)} was no longer in the input {quoted(self._content.name)} when it was to be read. "
                "It was left as it is."
            )
        if file.size_bytes > limit_bytes:
            raise too_many_bytes(quoted(path), limit_bytes)
        try:
            return Fetched(self._content.read(file.sha256), file.sha256)
        except Damaged as error:
            raise TryLater(f"{quoted(path)} cannot be read: {error.message}") from error
        except StorageUnavailable as error:
            raise SourceUnavailable(error.message) from error

    def close(self) -> None:
        """Nothing to close."""

    def _revision(self) -> int:
        revision = self._content.revision()
        if revision is None:
            raise SourceUnavailable(
                f"The input {quoted(self._content.name)} has been deleted. Nothing was published or withdrawn. "
                "Choose another data source in Manage Sync."
            )
        return revision
