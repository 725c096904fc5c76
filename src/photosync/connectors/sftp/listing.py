"""Reads folders of an SFTP server, the next ones while the one before is being looked at.

All of this runs in the loop's thread. What comes with a folder's names (size, time, sort) is all that is asked of
most files; only links, and what the server says too little of, cost a question of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncssh

from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry
from photosync.connectors.folder.tree import is_ignored, joined
from photosync.connectors.folderwise import Subfolder
from photosync.connectors.sftp.links import led_to
from photosync.connectors.sftp.session import FOLDER, LINK, UNKNOWN, Session, text_of
from photosync.connectors.sftp.session import joined as at

PART_NAMES = 1_000
PARTS_WAITING = 4
QUESTIONS_AT_ONCE = 32
FOLDERS_AT_ONCE = 8
"""Each folder costs several answers, one after the other; over a slow line their waiting times are shared."""
LONGEST_NAME_BYTES = 1_024
NOT_KNOWN = "?"
"""The stamp of a file that the server says nothing of (`contract.tells_nothing`)."""

Found = Entry | Subfolder


class TooMany(Exception):
    """A folder has more names than any source of photos, those that are left out included."""


class OddNames:
    """What the server listed that no file can be called, so that it was left out."""

    MOST_SHOWN = 3

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def add(self, folder: str, name: bytes) -> None:
        self.count += 1
        if len(self.first) < self.MOST_SHOWN:
            self.first.append(joined(folder, text_of(name[:LONGEST_NAME_BYTES])))


def stamp_of(attributes: Any) -> str:
    """Return the time of the last change as SFTP tells it, in seconds; with the size it stands for the bytes."""
    return NOT_KNOWN if attributes.mtime is None else f"{attributes.mtime:x}"


class FolderRead:
    """One folder being read. Parts of what is in it wait here, a few at the most, until they are asked for."""

    def __init__(
        self, session: Session, folder: str, index: tuple[str, str] | None, odd: OddNames, most_names: int
    ) -> None:
        self.session = session
        self.folder = folder
        self._index = index
        self._odd = odd
        self._most_names = most_names
        self._parts: asyncio.Queue[list[Found] | Exception | None] = asyncio.Queue(PARTS_WAITING)
        self._task = asyncio.get_running_loop().create_task(self._read())

    @property
    def is_under_way(self) -> bool:
        return not self._task.done()

    @property
    def waiting_parts(self) -> int:
        return self._parts.qsize()

    async def next_part(self) -> list[Found] | None:
        """Return more of the folder, None at its end. Raises Lost, SFTPError, TooMany."""
        part = await self._parts.get()
        if isinstance(part, Exception):
            raise part
        return part

    def stop(self) -> None:
        self._task.cancel()

    async def _read(self) -> None:
        try:
            async for names in self._names():
                part = [found for found in await self._found(names) if found is not None]
                if part:
                    await self._parts.put(part)
            await self._parts.put(None)
        except Exception as error:  # noqa: BLE001 - whoever asks for the next part gets it
            await self._parts.put(error)

    async def _names(self) -> AsyncIterator[list[Any]]:
        listed: Any = self.session.client.scandir(at(self.session.root, self.folder))
        gathered: list[Any] = []
        count = 0
        try:
            while (name := await self.session.ask(anext(listed, None))) is not None:
                count += 1
                if count > self._most_names:
                    raise TooMany
                if self._is_wanted(name.filename):
                    gathered.append(name)
                if len(gathered) >= PART_NAMES:
                    yield gathered
                    gathered = []
        finally:
            await self.session.ask(listed.aclose())
        yield gathered

    def _is_wanted(self, name: bytes) -> bool:
        if name in (b".", b".."):
            return False
        if not name or b"/" in name or b"\0" in name or len(name) > LONGEST_NAME_BYTES:
            self._odd.add(self.folder, name)
            return False
        text = text_of(name)
        return not is_ignored(text) and (self.folder, text) != self._index

    async def _found(self, names: Sequence[Any]) -> list[Found | None]:
        """Return what each of `names` is, None where it is nothing to be listed."""
        found: list[Found | None] = []
        unclear: list[Any] = []
        for name in names:
            attributes = name.attrs
            if attributes.type == FOLDER:
                found.append(Subfolder(text_of(name.filename)))
            elif attributes.type in (LINK, UNKNOWN) or attributes.size is None or attributes.mtime is None:
                unclear.append(name)
            else:
                found.append(Entry(text_of(name.filename), attributes.size, stamp_of(attributes)))
        for first in range(0, len(unclear), QUESTIONS_AT_ONCE):
            some = unclear[first : first + QUESTIONS_AT_ONCE]
            found += await asyncio.gather(*(self._looked_at(name) for name in some))
        return found

    async def _looked_at(self, listed: Any) -> Found | None:
        """Return what a link, or something that the server said too little of, is."""
        session, name = self.session, text_of(listed.filename)
        path, own = at(session.root, joined(self.folder, name)), listed.attrs
        if own.type == UNKNOWN or own.size is None or own.mtime is None:
            try:
                own = await session.ask(session.client.lstat(path))
            except asyncssh.SFTPError:
                # It is listed, so that it is told about; to read it will say why it cannot be.
                return Entry(name, own.size or 0, stamp_of(own))
        if own.type == FOLDER:
            return Subfolder(name)
        if own.type != LINK:
            return Entry(name, own.size or 0, stamp_of(own))
        target = await led_to(session, path)
        if target.attributes is None:
            return Entry(name, own.size or 0, f"{stamp_of(own)}.{stamp_of(own)}")
        if target.attributes.type == FOLDER:
            return None  # what it leads to is listed in its own place
        return Entry(name, target.attributes.size or 0, f"{stamp_of(target.attributes)}.{stamp_of(own)}")


class Walk:
    """The folders of one listing, from `first`. `waiting` is as it asks for them: the last one comes next."""

    def __init__(self, index: tuple[str, str] | None, odd: OddNames, most_names: int, first: str = "") -> None:
        self._index = index
        self._odd = odd
        self._most_names = most_names
        self._waiting: list[str] = [first]
        self._known: set[str] = set()
        self._begun: dict[str, FolderRead] = {}

    def comes_next(self, folder: str) -> bool:
        """Return whether the listing asks for `folder` now; others may be asked for beside it."""
        return bool(self._waiting) and self._waiting[-1] == folder

    def folder(self, session: Session, folder: str) -> FolderRead:
        """Return the reading of `folder`, which the listing takes up now, and begin the next ones."""
        self._known.clear()
        if self.comes_next(folder):
            self._waiting.pop()
        begun = self._begun.pop(folder, None)
        if begun is not None and begun.session is not session:
            begun = None  # of a connection that was lost
        read = begun or self._begin(session, folder)
        self._begin_next(session)
        return read

    def found(self, folder: str, part: Sequence[Found]) -> None:
        """Add the folders in `part` to those that come next; what is listed twice is asked for once."""
        below = {joined(folder, each.name): None for each in part if isinstance(each, Subfolder)}
        self._waiting += [each for each in below if each not in self._known]
        self._known.update(below)

    def stop(self) -> None:
        for read in self._begun.values():
            read.stop()
        self._begun = {}

    def _begin_next(self, session: Session) -> None:
        for folder in reversed(self._waiting[-FOLDERS_AT_ONCE:]):
            reads = self._begun.values()
            waiting = sum(read.waiting_parts for read in reads) * PART_NAMES
            under_way = sum(read.is_under_way for read in reads)
            if under_way >= FOLDERS_AT_ONCE or waiting >= PAGE_WINDOW_ENTRIES or len(reads) >= 4 * FOLDERS_AT_ONCE:
                return
            if folder not in self._begun:
                self._begun[folder] = self._begin(session, folder)

    def _begin(self, session: Session, folder: str) -> FolderRead:
        return FolderRead(session, folder, self._index, self._odd, self._most_names)
