"""The SMB source: a folder of a share, read over a few lines at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched
from photosync.connectors.file_words import changed, gone, too_many_bytes
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.tree import is_ignored, joined
from photosync.connectors.folderwise import FolderwiseSource, Subfolder
from photosync.connectors.silences import Silences
from photosync.connectors.smb import messages, words
from photosync.connectors.smb.line import Line, Lost, Reached, open_line
from photosync.connectors.smb.lines import Lines
from photosync.connectors.smb.messages import Found
from photosync.connectors.smb.place import can_be_asked_for, slashed
from photosync.connectors.smb.reading import Answered, Begun, Identity, begin_folder, look_at_folder, read_file
from photosync.connectors.smb.statuses import GONE, IS_A_LINK, Status
from photosync.connectors.smb.transport import Garbled
from photosync.core.errors import PhotoSyncError, SourceUnavailable, TryLater

FETCHES_AT_ONCE = 4
MOST_IN_A_FOLDER = 5_000_000
WITHIN_S = 600.0
"""A photo that has not come by then is left for the next run: a server that sends drop by drop holds nobody up."""
LOOKED_AT_AGAIN_S = 60.0
"""For so long a folder that was no link is not looked at again."""
FOLDERS_REMEMBERED = 10_000
UNKNOWN_IDS = (0, (1 << 64) - 1)
"""What is given for a file id where there is none, or one that is too long."""
NO_MORE = (Status.NO_MORE_FILES, Status.NO_SUCH_FILE)


class SmbSource(FolderwiseSource):
    """Implements `connectors.contract.Source`. Nothing is connected before something is asked.

    `index` is the path of the index file inside the folder, which is not listed; `fetch()` still gives it.
    """

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        reached: Reached,
        *,
        index: str | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_in_a_folder: int = MOST_IN_A_FOLDER,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self._place = reached.place
        self._index = index.casefold() if index else ""
        self._most_in_a_folder = most_in_a_folder
        self._lines = Lines(lambda: open_line(reached), wait_s=reached.connect_within_s)
        self._lock = threading.Lock()
        self._looked_at: dict[str, tuple[float, Identity]] = {}
        """Folders that were no links: when they were looked at, and what tells them from others."""
        self._silences = Silences()

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        if folder and not can_be_asked_for(folder):
            return None
        begun = self._begun(folder)
        return None if begun is None else self._entries(folder, *begun)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = joined(folder, name)
        if self._index and slashed(path).casefold() == self._index:
            path = slashed(path)
            folder = path.rpartition("/")[0]
        if not can_be_asked_for(path):
            raise words.unaskable(path)
        lost, begun_s = Lost(""), monotonic()
        for is_last in (False, True):
            line = self._lines.take(fresh=is_last)
            try:
                fetched = self._fetched(line, folder, path, limit_bytes)
            except (Lost, Garbled) as error:
                lost = _as_lost(line, error)
                if lost.is_silence:
                    break
            except PhotoSyncError:
                self._silences.heard()
                raise
            else:
                self._silences.heard()
                return fetched
            finally:
                self._lines.give(line)
        raise self._not_fetched(path, lost, begun_s) from lost

    def close(self) -> None:
        self._lines.close()

    def _begun(self, folder: str) -> tuple[Line, Begun] | None:
        """Return the open folder and the line that it is open on; None where there is no such folder."""
        lost = Lost("")
        for is_last in (False, True):
            line = self._lines.take(fresh=is_last)
            begun = None
            try:
                begun = self._opened(line, folder)
                return None if begun is None else (line, begun)
            except (Lost, Garbled) as error:
                lost = _as_lost(line, error)
                if lost.is_silence:
                    break
            finally:
                if begun is None:
                    self._lines.give(line)
        raise self._unlisted(folder, lost.reason, words.LOOK_AT_THE_LINE) from lost

    def _opened(self, line: Line, folder: str) -> Begun | None:
        """Return the open folder; None where there is no such folder any more in a source that is still there."""
        try:
            begun = begin_folder(line, self._place.path(folder), is_root=not folder)
            if self._goes_round(line, folder, begun.identity):
                line.ask(messages.close(begun.handle))
                return None
        except Answered as error:
            if not folder or error.status not in GONE | IS_A_LINK:
                raise self._unlisted(folder, *words.folder(error.status)) from error
            self._look_at_the_root(line)
            return None
        return begun

    def _entries(self, folder: str, line: Line, begun: Begun) -> Iterator[Entry | Subfolder]:
        page, count = begun.page, 0
        try:
            while page.status not in NO_MORE:
                if page.status:
                    raise self._unlisted(folder, *words.folder(page.status))
                for found in messages.found_in(messages.page(page.body)):
                    count += 1
                    seen = self._seen(folder, found)
                    if seen is not None:
                        yield seen
                if count > self._most_in_a_folder:
                    raise self._unlisted(folder, *words.TOO_MANY)
                (page,) = line.ask(messages.ask_page(line.page_bytes, begun.handle))
        except (Lost, Garbled) as error:
            raise self._unlisted(folder, _as_lost(line, error).reason, words.LOOK_AT_THE_LINE) from error
        finally:
            if line.is_alive:
                with suppress(Lost):
                    line.ask(messages.close(begun.handle))
            self._lines.give(line)

    def _seen(self, folder: str, found: Found) -> Entry | Subfolder | None:
        """Return what a listing shows for a name. Raises Garbled for one that nothing in a folder can have."""
        name = found.name
        if name in (".", ".."):
            return None
        if not name or "/" in name or "\0" in name:
            raise Garbled
        if is_ignored(name):
            return None
        path = joined(folder, name)
        if found.is_folder and not found.is_link:
            if not can_be_asked_for(name):
                raise self._unlisted(path, *words.UNASKABLE_FOLDER)
            return Subfolder(name)
        if path.casefold() == self._index:
            return None
        return Entry(name, found.state.size_bytes, found.stamp)

    def _fetched(self, line: Line, folder: str, path: str, limit_bytes: int) -> Fetched:
        try:
            self._look_at_the_way(line, folder)
            with line.within(WITHIN_S):
                read = read_file(line, self._place.path(path), limit_bytes)
        except Answered as error:
            raise self._refused(line, path, error.status) from error
        if read.is_whole is None:
            raise too_many_bytes(shown(path), limit_bytes)
        if not read.is_whole:
            raise changed(shown(path))
        return Fetched(read.content, read.stamp)

    def _look_at_the_way(self, line: Line, folder: str) -> None:
        """See that no folder on the way has become a link since it was listed; the server would follow it."""
        for way in ways_to(folder):
            self._looked(line, way)

    def _goes_round(self, line: Line, folder: str, identity: Identity) -> bool:
        """Whether the folder is one of those that it lies in: Samba follows links inside a share and tells nobody."""
        self._remember(folder, identity)
        above = ["", *ways_to(folder)[:-1]] if folder and identity[0] not in UNKNOWN_IDS else []
        alike = [way for way in above if self._looked(line, way)[0] == identity[0]]
        return any(look_at_folder(line, self._place.path(way), is_root=not way) == identity for way in alike)

    def _looked(self, line: Line, folder: str) -> Identity:
        """Return what tells a folder from others, after seeing that it is no link, a minute ago at the longest."""
        remembered = self._looked_at.get(folder)
        if remembered is not None and monotonic() - remembered[0] < LOOKED_AT_AGAIN_S:
            return remembered[1]
        identity = look_at_folder(line, self._place.path(folder), is_root=not folder)
        self._remember(folder, identity)
        return identity

    def _remember(self, folder: str, identity: Identity) -> None:
        with self._lock:
            if len(self._looked_at) >= FOLDERS_REMEMBERED:
                self._looked_at.clear()
            self._looked_at[folder] = monotonic(), identity

    def _refused(self, line: Line, path: str, status: int) -> PhotoSyncError:
        """Return what is raised where the server does not give the file at `path`."""
        if status == Status.FILE_IS_A_DIRECTORY:
            return self._is_a_folder(line, path)
        if status in GONE:
            self._look_at_the_root(line)
            return gone(shown(path))
        return words.rejected(status, path) or self._place.endpoint.not_fetched(shown(path), *words.file(status))

    def _is_a_folder(self, line: Line, path: str) -> PhotoSyncError:
        try:
            look_at_folder(line, self._place.path(path), is_root=False)
        except Answered as error:
            return words.link(path) if error.status in IS_A_LINK else gone(shown(path))
        return gone(shown(path))

    def _look_at_the_root(self, line: Line) -> None:
        try:
            look_at_folder(line, self._place.path(""), is_root=True)
        except Answered as error:
            raise self._unlisted("", *words.folder(error.status)) from error

    def _not_fetched(self, path: str, lost: Lost, begun_s: float) -> TryLater:
        step = f"Reading {shown(path)}"
        if self._silences.are_the_servers(is_silence=lost.is_silence, begun_s=begun_s):
            return self._place.endpoint.unavailable(step, lost.reason, words.LOOK_AT_THE_LINE)
        if not lost.is_silence:
            # Is it this file alone? Else the server cannot be reached now.
            line = self._lines.take(fresh=True)
            try:
                self._look_at_the_root(line)
            except (Lost, Garbled) as error:
                reason = _as_lost(line, error).reason
                return self._place.endpoint.unavailable(step, reason, words.LOOK_AT_THE_LINE)
            finally:
                self._lines.give(line)
        return self._place.endpoint.not_fetched(shown(path), lost.reason)

    def _unlisted(self, folder: str, reason: str, do: str) -> SourceUnavailable:
        within = joined(self._place.folder, folder) if self._place.folder and folder else self._place.folder or folder
        what = f"the folder {shown(within)} of the share" if within else "the share"
        return self._place.endpoint.unavailable(f"Listing {what} {self._place.share}", reason, do)


def ways_to(folder: str) -> list[str]:
    """Return each folder on the way to `folder`, which is the last of them."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _as_lost(line: Line, error: Lost | Garbled) -> Lost:
    """Return what to say of a line that is over; after a garbled answer nothing more is asked there."""
    if isinstance(error, Lost):
        return error
    line.close()
    return Lost(words.lost(error))
