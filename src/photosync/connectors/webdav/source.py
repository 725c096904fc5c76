"""The WebDAV source: a folder on a server, listed folder by folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import BinaryIO, Final

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, Page
from photosync.connectors.etags import etag_stamp, http_time
from photosync.connectors.file_words import changed, not_inside
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.tree import is_ignored, joined
from photosync.connectors.folderwise import Subfolder
from photosync.connectors.http_files import HttpFileSource, reading_step
from photosync.connectors.http_sums import Arrival, sum_by_headers
from photosync.connectors.http_words import may_be_cut
from photosync.connectors.network import Words
from photosync.connectors.webdav.asking import Server
from photosync.connectors.webdav.multistatus import Resource
from photosync.connectors.webdav.place import Elsewhere, text_of
from photosync.connectors.webdav.words import ASK_WHO_RUNS_IT, NOT_LISTED, NOTHING_SAID, file_words
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.outgoing.http import Answer

FETCHES_AT_ONCE: Final = 4
MOST_IN_A_FOLDER: Final = 1_000_000
GOOD: Final = 200
GONE: Final = 404


class WebdavSource(HttpFileSource):
    """Lists and reads the files in a folder of a WebDAV server."""

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        server: Server,
        *,
        index: str | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_in_a_folder: int = MOST_IN_A_FOLDER,
    ) -> None:
        super().__init__(server.place.endpoint, index=index, window_entries=window_entries)
        self._server = server
        self._most_in_a_folder = most_in_a_folder
        self._headers_tell: bool | None = None
        """Whether the headers of a file say the same of it as the listing does; None as long as that is not known."""
        self._noting = Lock()

    @contextmanager
    def one_listing(self) -> Iterator[None]:
        self._left_out = 0
        yield

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        left_out = self._left_out
        try:
            yield from super().entries(pages)
        finally:
            # What is read again was counted when it was listed.
            self._left_out = left_out

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        step = _listing_step(folder)
        return self._found(folder, self._server.listed(folder, step=step), step)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = joined(folder, name)
        if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
            raise not_inside(shown(path))
        return self._tried(path, lambda arrival: self._fetched(folder, name, arrival, limit_bytes), self._check)

    def _fetched(self, folder: str, name: str, arrival: Arrival, limit_bytes: int) -> Fetched:
        """Read a file, and ask for what its own answer does not tell. Raises as `_tried`, and NoAnswer."""
        path = joined(folder, name)
        step = reading_step(path)
        if self._headers_tell is not False:
            content, answer = self._file(folder, name, arrival, limit_bytes)
            told = _told_stamp(answer)
            if self._headers_tell is None and self._listed(folder, name, step)[1] == told:
                self._note(headers_tell=True)
            if self._headers_tell:
                return Fetched(content, told, may_be_cut(answer))
        # They never say the same, or it was changed just now: that shows where it holds still between two looks.
        before = self._listed(folder, name, step)
        content, answer = self._file(folder, name, arrival, limit_bytes)
        if self._listed(folder, name, step) != before:
            raise changed(shown(path))
        self._note(headers_tell=before[1] == _told_stamp(answer))
        return Fetched(content, before[1], may_be_cut(answer))

    def _file(self, folder: str, name: str, arrival: Arrival, limit_bytes: int) -> tuple[bytes, Answer]:
        path, step = joined(folder, name), reading_step(joined(folder, name))
        content, answer = self._whole(
            path,
            lambda into: self._read(folder, name, into, limit_bytes, step),
            arrival,
            sum_told=sum_by_headers,
            limit_bytes=limit_bytes,
        )
        self._see_that_it_is_the_file(path, content, answer, lambda: self._listed_bytes(folder, name, step))
        return content, answer

    def _note(self, *, headers_tell: bool) -> None:
        """Note what the headers of one file showed, whichever thread read it. One that is not told of is enough."""
        with self._noting:
            self._headers_tell = headers_tell and self._headers_tell is not False

    def warnings(self) -> Sequence[str]:
        if not self._left_out:
            return []
        names = "1 name is" if self._left_out == 1 else f"{self._left_out:,} names are"
        left = "What has it was" if self._left_out == 1 else "What has them was"
        return [f"{names} not possible here (such as .. or a/b). {left} left out; change it on the server."]

    def close(self) -> None:
        super().close()
        self._server.close()

    def _found(self, folder: str, listed: Iterator[Resource], step: str) -> Iterator[Entry | Subfolder]:
        own = self._server.place.parts(folder)
        has_own = has_answered = False
        names: set[str] = set()
        for resource in listed:
            has_answered = True
            try:
                parts = self._server.place.parts_of_href(resource.href, folder)
            except Elsewhere as error:
                raise self._not_in_it(resource, step) from error
            if parts == own:
                self._check_own(resource, step)
                has_own = True
                continue
            if parts[:-1] != own:
                raise self._not_in_it(resource, step)
            name = text_of(parts[-1])
            if name in names:
                raise self._server.unavailable(step, Words(f"it lists {shown(name)} twice", ASK_WHO_RUNS_IT))
            names.add(name)
            if len(names) > self._most_in_a_folder:
                words = Words(f"it holds more than {self._most_in_a_folder:,} files", "Divide them among folders.")
                raise self._server.unavailable(step, words)
            found = self._listed_as(folder, name, resource, step)
            if found is not None:
                yield found
        if has_answered and not has_own:
            raise self._server.unavailable(step, NOT_LISTED)

    def _check_own(self, resource: Resource, step: str) -> None:
        if not resource.is_known:
            raise self._server.unavailable(step, Words(f"it answered {resource.status}", ASK_WHO_RUNS_IT))
        if not resource.has_properties:
            raise self._server.unavailable(step, NOTHING_SAID)
        if resource.is_folder is False:
            raise self._server.unavailable(
                step, Words("it is a file and not a folder", "Write the folder's address.")
            )

    def _listed_as(self, folder: str, name: str, resource: Resource, step: str) -> Entry | Subfolder | None:
        if is_ignored(name) or joined(folder, name) == self._index:
            return None
        if name in (".", "..") or "/" in name or "\0" in name:
            self._left_out += 1
            return None
        is_folder = resource.is_folder
        if is_folder is None:
            is_folder = resource.href.endswith("/")
        if resource.is_known:
            return Subfolder(name) if is_folder else Entry(name, resource.size_bytes or 0, resource.stamp)
        if is_folder:
            words = Words(
                f"it answered {resource.status} of the folder {shown(name)} in it",
                "Allow the user to read that folder and all that is in it, or move it elsewhere.",
            )
            raise self._server.unavailable(step, words)
        if resource.status == GONE:
            return None
        # A file that cannot be looked at is listed, and its fetch() says why.
        return Entry(name, 0, f"answered {resource.status}")

    def _not_in_it(self, resource: Resource, step: str) -> SourceUnavailable:
        reason = f"it listed {shown(resource.href[:200])}, which is not in the folder that was asked for"
        do = "Write the address that the server itself uses: a proxy in front of it may have another name."
        return self._server.unavailable(step, Words(reason, do))

    def _listed(self, folder: str, name: str, step: str) -> tuple[int | None, str]:
        """Return the size and the stamp that a listing would show now. Raises TryLater, NoAnswer."""
        found = self._server.described(folder, name, BytesIO(), step=step)
        if not found.is_known:
            raise self._not_read(joined(folder, name), found.status, step)
        return found.size_bytes, found.stamp

    def _listed_bytes(self, folder: str, name: str, step: str) -> int | None:
        """Return how large the server lists a file now; None where it does not, or does not say. Raises NoAnswer."""
        found = self._server.described(folder, name, BytesIO(), step=step)
        return found.size_bytes if found.is_known else None

    def _read(self, folder: str, name: str, into: BinaryIO, limit_bytes: int, step: str) -> Answer:
        """Read a file. Raises TryLater, SourceUnavailable, NoAnswer."""
        answer = self._server.read(folder, name, into, limit_bytes=limit_bytes)
        if answer.status != GOOD:
            raise self._not_read(joined(folder, name), answer.status, step)
        return answer

    def _check(self, step: str) -> None:
        self._server.check(BytesIO(), step=step)

    def _not_read(self, path: str, status: int, step: str) -> TryLater:
        """Return what to raise where one file was not given. Raises SourceUnavailable where none is."""
        self._check(step)
        return self._endpoint.not_fetched(shown(path), *file_words(status))


def _told_stamp(answer: Answer) -> str:
    return etag_stamp(answer.headers.get("etag", ""), http_time(answer.headers.get("last-modified", "")))


def _listing_step(folder: str) -> str:
    return f"Listing the folder {shown(folder)}" if folder else "Listing the folder"
