"""The SFTP source: a folder of a server, nested or flat, over one connection that is made anew when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

import asyncssh

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folderwise import FolderwiseSource, Subfolder
from photosync.connectors.sftp.fetching import TooSlow, fetched
from photosync.connectors.sftp.listing import FolderRead, Found, OddNames, TooMany, Walk
from photosync.connectors.sftp.loop import LoopThread, Stopped
from photosync.connectors.sftp.session import CHECK_LINE, GONE, Lost, Place, Session, called, not_there, opened, said
from photosync.connectors.silences import Silences
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.outgoing import AllowedRanges
from photosync.outgoing.ranges import Address

T = TypeVar("T")
FETCHES_AT_ONCE = 8
MOST_FOUND = 1_000_000
NOT_ALLOWED = "Let this user read and enter that folder, on the server, then run again."


class SftpSource(FolderwiseSource):
    """Lists and reads what is in the folder at `place`; the server may be at the addresses in `allowed`.

    `index` is the path of the index file inside the folder, which is not listed; `fetch()` still gives it.
    """

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        place: Place,
        allowed: AllowedRanges,
        *,
        index: str | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_found: int = MOST_FOUND,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self.place = place
        self._allowed = allowed
        folder, _, name = (index or "").rpartition("/")
        self._index = (folder, name) if index else None
        self._most_found = most_found
        self._found = 0
        self._odd = OddNames()
        self._walk: Walk | None = None
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        """Held over the network by whoever connects, so that the others wait; `close()` never does."""
        self._session: Session | None = None
        self._thread: LoopThread | None = None
        self._is_closed = False
        self._one_alone = threading.Lock()
        """Held by whoever reads one file over a connection of its own, which is `_alone`."""
        self._alone: Session | None = None
        self._silences = Silences()

    @contextmanager
    def one_listing(self) -> Iterator[None]:
        """The next folders are read ahead while one is being compared."""
        self._found, self._odd = 0, OddNames()
        walk = self._walk = Walk(self._index, self._odd, self._most_found)
        try:
            yield
        finally:
            if self._walk is walk:
                self._walk = None
            if self._thread is not None:
                self._thread.call(walk.stop)

    def read_folder(self, folder: str) -> Iterator[Entry | Subfolder] | None:
        walk = self._walk
        if walk is None or not walk.comes_next(folder):
            # The entries of a page, asked for while the listing waits: they are no part of it.
            walk = Walk(self._index, OddNames(), self._most_found, folder)
        begun = self._asked(self._listing(folder), lambda session: self._begun(session, walk, folder))
        return None if begun is None else self._rest(walk, *begun)

    async def _begun(self, session: Session, walk: Walk, folder: str) -> tuple[FolderRead, list[Found] | None] | None:
        """Return the reading of the folder with its first part; None where it is gone."""
        read = walk.folder(session, folder)
        try:
            return read, await _part(read, walk)
        except GONE as error:
            await self._see_that_the_root_is_there(session)
            if folder:
                return None
            raise not_there(self.place, error) from error
        except asyncssh.SFTPError as error:
            raise self._not_listed(folder, error) from error
        except TooMany as error:
            raise self._too_many(folder) from error

    async def _see_that_the_root_is_there(self, session: Session) -> None:
        """Raise SourceUnavailable where something is gone because the whole source is: then nothing is concluded."""
        try:
            await session.ask(session.client.stat(session.root))
        except (*GONE, asyncssh.SFTPPermissionDenied) as error:
            raise not_there(self.place, error) from error
        except asyncssh.SFTPError as error:
            raise self._not_listed("", error) from error

    def _rest(self, walk: Walk, read: FolderRead, part: list[Found] | None) -> Iterator[Found]:
        listed = 0
        try:
            while part is not None:
                listed += len(part)
                if walk is self._walk:
                    self._found += len(part)
                if max(listed, self._found if walk is self._walk else 0) > self._most_found:
                    raise self._too_many("")
                yield from part
                part = self._next_part(read, walk)
        finally:
            self._call(read.stop)

    def _next_part(self, read: FolderRead, walk: Walk) -> list[Found] | None:
        try:
            return self._in_thread(_part(read, walk))
        except Lost as lost:
            raise self._lost(self._listing(read.folder), lost) from lost
        except asyncssh.SFTPError as error:
            raise self._not_listed(read.folder, error) from error
        except TooMany as error:
            raise self._too_many(read.folder) from error

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = f"{folder}/{name}" if folder else name
        # Before the question that all share: those that are lost with it wait for their turn to be asked for alone.
        begun_s = monotonic()

        def question(session: Session) -> Coroutine[Any, Any, Fetched]:
            return self._fetched(session, folder, name, limit_bytes)

        try:
            try:
                found = self._in_one_of_two(question)
            except Lost:
                # All that was under way was lost with it, whichever file it was for.
                found = self._fetched_alone(path, question, begun_s)
        except TooSlow as error:
            if self._silences.are_the_servers(is_silence=True, begun_s=begun_s):
                raise self.place.server.unavailable(f"Reading {shown(path)}", error.reason, CHECK_LINE) from error
            raise
        self._silences.heard()
        return found

    def _fetched_alone(
        self, path: str, question: Callable[[Session], Coroutine[Any, Any, Fetched]], begun_s: float
    ) -> Fetched:
        """Return a file over a connection that nothing else is asked on. Raises TryLater where that is lost too.

        Raises SourceUnavailable where the server cannot be reached, or fell silent so again and again.
        """
        with self._one_alone:
            thread = self._running()
            addresses = self.place.server.addresses(self._allowed)
            try:
                session = thread.run(self._opened(addresses, is_shared=False))
            except Stopped:
                raise self._closed() from None
            try:
                return self._in_thread(question(session))
            except Lost as lost:
                if self._silences.are_the_servers(is_silence=lost.is_silence, begun_s=begun_s):
                    raise self._lost(f"Reading {shown(path)}", lost) from lost
                # Is it this file alone? Else the server cannot be reached now.
                self._current()
                raise self.place.server.not_fetched(shown(path), lost.reason) from lost
            finally:
                self._call(session.close)

    async def _fetched(self, session: Session, folder: str, name: str, limit_bytes: int) -> Fetched:
        try:
            return await fetched(session, self.place.server, folder, name, limit_bytes)
        except TooSlow:
            raise
        except (TryLater, ItemRejected) as error:
            # The server said why not, whatever it was.
            self._silences.heard()
            if isinstance(error.__cause__, GONE):
                await self._see_that_the_root_is_there(session)
            raise

    def warnings(self) -> list[str]:
        """Return a sentence where the last listing left names out that no file can have."""
        if not self._odd.count:
            return []
        first = ", ".join(map(shown, self._odd.first)) + (", ..." if self._odd.count > len(self._odd.first) else "")
        listed = f"The SFTP server listed {self._odd.count:,} names that no file can have ({first})."
        return [f"{listed} They were left out. Ask whoever runs the server what they are."]

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.call(self._close_all)
            thread.stop()

    def _asked(self, step: str, question: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Return the answer, over a new connection where the one that there was is lost. Raises SourceUnavailable."""
        try:
            return self._in_one_of_two(question)
        except Lost as lost:
            raise self._lost(step, lost) from lost

    def _in_one_of_two(self, question: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """As `_asked`. Raises Lost where the second connection was lost too, or the server fell silent."""
        try:
            return self._in_thread(question(self._current()))
        except Lost as lost:
            if lost.is_silence:
                raise
        return self._in_thread(question(self._current()))

    def _current(self) -> Session:
        """Return the session; a new one where there is none, or it is lost. Raises SourceUnavailable, Refused."""
        with self._connecting:
            thread = self._running()
            session = self._session
            if session is not None and not session.is_lost:
                return session
            thread.call(self._close_session)
            addresses = self.place.server.addresses(self._allowed)
            try:
                return thread.run(self._opened(addresses))
            except Stopped:
                raise self._closed() from None

    def _running(self) -> LoopThread:
        with self._lock:
            if self._is_closed:
                raise self._closed()
            if self._thread is None:
                self._thread = LoopThread("sftp")
            return self._thread

    async def _opened(self, addresses: Sequence[Address], *, is_shared: bool = True) -> Session:
        """Connect, and keep the session. Raises Stopped where the source was closed meanwhile."""
        session = await opened(self.place, addresses)
        if self._is_closed:
            session.close()
            raise Stopped
        if is_shared:
            self._session = session
        else:
            self._alone = session
        return session

    def _close_session(self) -> None:
        """Runs in the loop's thread, as `_opened` does."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _close_all(self) -> None:
        self._close_session()
        if self._alone is not None:
            self._alone.close()

    def _in_thread(self, work: Coroutine[Any, Any, T]) -> T:
        thread = self._thread
        if thread is None:
            work.close()
            raise self._closed()
        try:
            return thread.run(work)
        except Stopped:
            raise self._closed() from None

    def _call(self, function: Callable[[], object]) -> None:
        if self._thread is not None:
            self._thread.call(function)

    def _listing(self, folder: str) -> str:
        return f"Listing {called('/'.join(filter(None, (self.place.folder, folder))))}"

    def _lost(self, step: str, lost: Lost) -> SourceUnavailable:
        return self.place.server.unavailable(step, lost.reason, CHECK_LINE)

    def _not_listed(self, folder: str, error: Exception) -> SourceUnavailable:
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            reason, do = "the server does not let this user read it", NOT_ALLOWED
        else:
            reason, do = f'the server answered "{said(error)}"', CHECK_LINE
        return self.place.server.unavailable(self._listing(folder), reason, do)

    def _too_many(self, folder: str) -> SourceUnavailable:
        return self.place.server.unavailable(
            self._listing(folder),
            f"it holds more than {self._most_found:,} files and folders",
            "Choose the folder that holds the photos alone.",
        )

    def _closed(self) -> SourceUnavailable:
        return self.place.server.unavailable("Reading", "the source was closed", "Run again.")


async def _part(read: FolderRead, walk: Walk) -> list[Found] | None:
    part = await read.next_part()
    walk.found(read.folder, part or ())
    return part
