"""The archive source: a ZIP file on this machine, read where it lies and never unpacked to the disk."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photosync.connectors.archive.contents import Contents
from photosync.connectors.archive.directory import MOST_ENTRIES, Directory, Unreadable, find_directory, was_replaced
from photosync.connectors.archive.naming import AUTO
from photosync.connectors.archive.unpacking import Damage, unpacked
from photosync.connectors.archive.words import rejection, warnings
from photosync.connectors.attending import heed
from photosync.connectors.contract import (
    PAGE_WINDOW_ENTRIES,
    Entry,
    Fetched,
    Page,
    PageKey,
    listing_digest,
)
from photosync.connectors.file_words import too_many_bytes
from photosync.connectors.folder.fetching import FILE_FLAGS, shown
from photosync.core.errors import SourceUnavailable, TryLater

FETCHES_AT_ONCE = 2
PASS_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""For the folders on the way: they need not be readable, where the system knows such a thing."""
Identity = tuple[int, int, int, int, int]


@dataclass(slots=True)
class _Opened:
    """One state of the ZIP that is being read; closed when it is the newest no longer and no one reads it."""

    file: int
    identity: Identity
    directory: Directory
    contents: Contents
    readers: int = 0
    is_newest: bool = True

    def close(self) -> None:
        self.contents.close()
        os.close(self.file)

    def was_written_to(self) -> bool:
        return _was_written_to(self.file, self.identity)


class ArchiveSource:
    """Lists and reads what is in the ZIP at `path`, which is a real path (no links in it).

    `index` is the path of the index file inside the ZIP, which is not listed; `fetch()` still gives it.
    `encoding` is of names that do not say theirs. The ZIP may be replaced at any time: what is read next is read
    from the new one.
    """

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        path: str,
        *,
        index: str | None = None,
        encoding: str = AUTO,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_entries: int = MOST_ENTRIES,
    ) -> None:
        self.path = path
        self._encoding = encoding
        self._window = window_entries
        self._most_entries = most_entries
        folder, _, name = (index or "").rpartition("/")
        self._index = (folder, name) if index else None
        # A listing that was left halfway may be cleared away at any time, in the midst of another step too.
        self._lock = threading.RLock()
        self._newest: _Opened | None = None
        self._is_closed = False

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages. Those that differ from `known` come with their entries."""
        with self._reading() as opened:
            listed = 0
            for folder, bucket in self._keys(opened.contents):
                heed(listed)
                entries = opened.contents.entries(folder, bucket)
                digest = listing_digest(entries)
                differs = known is not None and known.get((folder, bucket)) != digest
                listed += len(entries)
                yield Page(folder, bucket, digest, len(entries), entries if differs else None)
            if self._identity() != opened.identity:
                raise self._unavailable(was_replaced())

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        with self._reading() as opened:
            for page in pages:
                yield page, opened.contents.entries(page.folder, page.bucket)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = f"{folder}/{name}" if folder else name
        with self._reading() as opened:
            found = opened.contents.find(folder, name)
            if found is None:
                raise TryLater(
                    f"{shown(path)} was no longer in the ZIP when it was to be read. "
                    "It was left as it is; the next run looks again."
                )
            if found.refusal:
                raise rejection(path, found.refusal, found.packed.method)
            if found.packed.size_bytes > limit_bytes:
                raise too_many_bytes(shown(path), limit_bytes)
            content, damage = b"", ""
            try:
                content = unpacked(opened.file, found.packed, ends_before=opened.directory.begins_at)
            except Damage as exc:
                damage = str(exc)
            except OSError as exc:
                raise TryLater(
                    f"{shown(path)} could not be read: {os.strerror(exc.errno or errno.EIO)}. It was left as it is; "
                    "check the disk that the ZIP is on. The next run reads it again."
                ) from exc
            # Before the damage is told: it may be that of a ZIP that is only half written.
            if opened.was_written_to():
                raise TryLater(
                    f"The ZIP was being written while {shown(path)} was read. It was left as it is; "
                    "the next run reads it again."
                )
        if damage:
            raise TryLater(
                f"{shown(path)} is damaged in the ZIP: it {damage}. It was left as it is. "
                "Have the ZIP copied or made again; the next run reads it again."
            )
        return Fetched(content, found.stamp)

    def warnings(self) -> list[str]:
        """Return a sentence for each reason why files in the ZIP are not read."""
        with self._reading() as opened:
            return warnings(opened.contents.refused())

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._retire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _keys(self, contents: Contents) -> Iterator[PageKey]:
        for folder, count in contents.folders():
            if count <= self._window:
                yield folder, None
            else:
                for bucket in contents.buckets(folder):
                    yield folder, bucket

    @contextmanager
    def _reading(self) -> Iterator[_Opened]:
        """Give the ZIP as it is now. Raises SourceUnavailable, also for what the body finds unreadable."""
        try:
            opened = self._take()
            try:
                yield opened
            finally:
                with self._lock:
                    opened.readers -= 1
                    if not opened.readers and not opened.is_newest:
                        opened.close()
        except Unreadable as exc:
            raise self._unavailable(exc) from exc

    def _take(self) -> _Opened:
        with self._lock:
            if self._is_closed:
                raise Unreadable("is no longer being read", "Run again.")
            if self._newest is None or self._newest.identity != self._identity():
                self._retire()
                self._newest = self._open()
            self._newest.readers += 1
            return self._newest

    def _retire(self) -> None:
        """Let go of the state that was the newest; who still reads it may do so to the end."""
        if self._newest is not None:
            self._newest.is_newest = False
            if not self._newest.readers:
                self._newest.close()
            self._newest = None

    def _identity(self) -> Identity:
        try:
            return _identity_of(Path(self.path).lstat())
        except OSError as exc:
            raise _not_opened(exc) from exc

    def _open(self) -> _Opened:
        try:
            file = self._opened_file()
        except OSError as exc:
            raise _not_opened(exc) from exc
        try:
            identity = _checked_identity(file)
            try:
                directory = find_directory(file, identity[2], most_entries=self._most_entries)
                contents = Contents(
                    file,
                    directory,
                    encoding=self._encoding,
                    index=self._index,
                    most_entries=self._most_entries,
                    most_on_a_page=max(self._window, PAGE_WINDOW_ENTRIES),
                )
            except (Unreadable, OSError) as exc:
                if _was_written_to(file, identity):
                    raise was_replaced() from exc
                if isinstance(exc, OSError):
                    raise _not_opened(exc) from exc
                raise
            if _was_written_to(file, identity):
                contents.close()
                raise was_replaced()
        except BaseException:
            os.close(file)
            raise
        return _Opened(file, identity, directory, contents)

    def _opened_file(self) -> int:
        """Open the file part by part, following no link: the real path was checked, and must still be one."""
        *folders, name = self.path.strip("/").split("/")
        within = os.open("/", PASS_FLAGS)
        try:
            for folder in folders:
                outer, within = within, os.open(folder, PASS_FLAGS, dir_fd=within)
                os.close(outer)
            return os.open(name, FILE_FLAGS, dir_fd=within)
        finally:
            os.close(within)

    def _unavailable(self, exc: Unreadable) -> SourceUnavailable:
        return SourceUnavailable(
            f"The ZIP {shown(self.path)} {exc.what}. Nothing was concluded from it, so nothing was changed. {exc.do}"
        )


def _identity_of(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _was_written_to(file: int, identity: Identity) -> bool:
    """Whether the open file is not as it was. One that lost its name to a new ZIP has another change time only."""
    return _identity_of(os.fstat(file))[:-1] != identity[:-1]


def _checked_identity(file: int) -> Identity:
    status = os.fstat(file)
    if stat.S_ISDIR(status.st_mode):
        raise _is_a_folder()
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("is not a file", "Name the ZIP file itself.")
    return _identity_of(status)


def _is_a_folder() -> Unreadable:
    return Unreadable("is a folder", "Name the ZIP file inside it, or choose the data source Folder.")


def _not_opened(exc: OSError) -> Unreadable:
    if exc.errno == errno.ENOENT:
        return Unreadable("is not there", "Check its name, and that its folder is there and mounted, then run again.")
    if exc.errno == errno.EISDIR:
        return _is_a_folder()
    if exc.errno in (errno.ENOTDIR, errno.ELOOP):
        return Unreadable(
            "lies behind a link that was not there before", "Give the path that it really has, then run again."
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return Unreadable(
            "may not be read by Photo Sync", "Allow it to read that file and its folder, then run again."
        )
    return Unreadable(
        f"could not be read: {os.strerror(exc.errno or errno.EIO)}",
        "Check the disk or the network mount, then run again.",
    )
