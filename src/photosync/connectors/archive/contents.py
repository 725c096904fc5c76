"""What is in a ZIP, in a temporary database: a ZIP of a million files takes room on the disk, not in memory.

SQLite keeps a database without a name in memory as long as it is small, then in a file that nobody else can open and
that is gone when it is closed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

from photosync.connectors.archive.directory import (
    MOST_ENTRIES,
    Directory,
    Header,
    Unreadable,
    headers,
    was_replaced,
)
from photosync.connectors.archive.naming import Refusal, placed
from photosync.connectors.archive.unpacking import LOCAL_HEADER, Packed
from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, bucket_of

ROWS_AT_ONCE = 1_000
NAMES_SHOWN = 3
NOT_LISTED = -1
"""The bucket of the index file: it can be read, and is not shown."""

TABLE = """
CREATE TABLE entry (
    folder BLOB NOT NULL, bucket INTEGER NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, crc INTEGER NOT NULL,
    refusal TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, packed INTEGER NOT NULL,
    method INTEGER NOT NULL
)
"""
LISTED_TWICE = """
UPDATE entry SET refusal = ? WHERE (folder, bucket, name) IN
    (SELECT folder, bucket, name FROM entry GROUP BY folder, bucket, name HAVING COUNT(*) > 1)
"""
OVERLAPPING = """
UPDATE entry SET refusal = ? WHERE refusal = '' AND rowid IN (
    SELECT id FROM (
        SELECT rowid AS id, at, until, LEAD(at) OVER (ORDER BY at, rowid) AS next,
               MAX(until) OVER (ORDER BY at, rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM entry
    ) WHERE at < before OR next < until
)
"""


class Found(NamedTuple):
    """One entry as `fetch` needs it."""

    packed: Packed
    stamp: str
    refusal: Refusal


class Refused(NamedTuple):
    """How many files are not read for one reason, and the first paths of them."""

    refusal: Refusal
    files: int
    paths: tuple[str, ...]


def _attended(found: Iterator[Header]) -> Iterator[Header]:
    for number, header in enumerate(found):
        heed(number)
        yield header


class Contents:
    """The entries of one state of a ZIP. Several threads may ask; close it in every case."""

    def __init__(
        self,
        file: int,
        directory: Directory,
        *,
        encoding: str,
        index: tuple[str, str] | None,
        most_entries: int = MOST_ENTRIES,
        most_on_a_page: int = PAGE_WINDOW_ENTRIES,
    ) -> None:
        self._most_on_a_page = most_on_a_page
        self._lock = threading.Lock()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            with self._asking():
                found = headers(file, directory, most_entries=most_entries)
                self._fill(_attended(found), directory, encoding, index)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _fill(self, found: Iterator[Header], directory: Directory, encoding: str, index: object) -> None:
        execute = self._database.execute
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8192"):
            execute(f"PRAGMA {pragma}")
        execute(TABLE)
        execute("BEGIN")
        rows = _Rows(found, directory.shift, encoding, index)
        iterator = iter(rows)
        while batch := list(islice(iterator, ROWS_AT_ONCE)):
            self._database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", batch)
        if rows.may_overlap:
            execute(OVERLAPPING, (Refusal.OVERLAP,))
        execute("CREATE INDEX place ON entry (folder, bucket, name)")
        execute(LISTED_TWICE, (Refusal.TWICE,))
        execute("COMMIT")

    def folders(self) -> Iterator[tuple[str, int]]:
        """Yield each folder that holds a file, with the number of its entries."""
        asked = "SELECT folder, COUNT(*) FROM entry WHERE bucket <> ? GROUP BY folder ORDER BY folder"
        for folder, count in self._rows(asked, (NOT_LISTED,)):
            yield _text(folder), count

    def buckets(self, folder: str) -> list[int]:
        """Return the buckets that the entries of `folder` fall into."""
        asked = "SELECT DISTINCT bucket FROM entry WHERE folder = ? AND bucket <> ? ORDER BY bucket"
        return [bucket for (bucket,) in self._rows(asked, (_blob(folder), NOT_LISTED))]

    def entries(self, folder: str, bucket: int | None) -> list[Entry]:
        """Return the entries of a folder or of one bucket of it; a name that is there twice is one entry."""
        asked = "SELECT name, size, crc, refusal FROM entry WHERE folder = ? AND bucket "
        asked += "<> ? ORDER BY bucket, name, rowid" if bucket is None else "= ? ORDER BY name, rowid"
        rows = self._rows(asked, (_blob(folder), NOT_LISTED if bucket is None else bucket))
        found: list[Entry] = []
        for name, alike in groupby(rows, key=itemgetter(0)):
            _, size_bytes, crc, refusal = next(alike)
            if refusal == Refusal.TWICE:
                # One for all of them, and another one as soon as one of them is another.
                for _, other_bytes, other_crc, _ in alike:
                    size_bytes, crc = max(size_bytes, other_bytes), crc32(b"%d" % other_crc, crc)
            found.append(Entry(_text(name), size_bytes, _stamp(crc, refusal)))
            if len(found) > self._most_on_a_page:
                raise self._too_many_on_a_page(bucket)
        return found

    def _too_many_on_a_page(self, bucket: int | None) -> Unreadable:
        """A whole folder was within the window when it was listed; a bucket always is, if names are not made up."""
        if bucket is None:
            return was_replaced()
        return Unreadable(
            f"has more than {self._most_on_a_page:,} files in one folder whose names were chosen to slow "
            "programs down",
            "Find out where it comes from, and have it made again from the photos.",
        )

    def find(self, folder: str, name: str) -> Found | None:
        """Return the entry of this name; of a name that is there twice, a refused one."""
        asked = "SELECT at, packed, size, crc, method, refusal FROM entry "
        asked += "WHERE folder = ? AND bucket IN (?, ?) AND name = ?"
        rows = list(self._rows(asked, (_blob(folder), bucket_of(name), NOT_LISTED, _blob(name))))
        if not rows:
            return None
        at, packed_bytes, size_bytes, crc, method, refusal = rows[0]
        return Found(Packed(at, packed_bytes, size_bytes, crc, method), _stamp(crc, refusal), Refusal(refusal))

    def refused(self) -> list[Refused]:
        """Return what is in the ZIP and is not read, by reason."""
        counted = "SELECT refusal, COUNT(*) FROM entry WHERE refusal <> '' GROUP BY refusal ORDER BY refusal"
        shown = "SELECT DISTINCT folder, name FROM entry WHERE refusal = ? ORDER BY folder, name LIMIT ?"
        return [
            Refused(
                Refusal(refusal), count, tuple(_path(*each) for each in self._rows(shown, (refusal, NAMES_SHOWN)))
            )
            for refusal, count in list(self._rows(counted, ()))
        ]

    def _rows(self, asked: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        with self._asking():
            cursor = self._database.execute(asked, values)
        while True:
            with self._asking():
                rows = cursor.fetchmany(ROWS_AT_ONCE)
            if not rows:
                return
            yield from rows

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as exc:
                raise Unreadable(
                    f"cannot be listed: its list of contents found no room among the temporary files ({exc})",
                    "Make room in the folder for temporary files, then run again.",
                ) from exc


class _Rows:
    """The rows of the table, from the headers. `may_overlap` is for whoever has taken all of them."""

    def __init__(self, found: Iterator[Header], shift: int, encoding: str, index: object) -> None:
        self._found = found
        self._shift = shift
        self._encoding = encoding
        self._index = index
        self.may_overlap = False

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        reached = 0
        for header in self._found:
            at = header.offset + self._shift
            until = at + LOCAL_HEADER.size + len(header.raw_name) + header.packed_bytes
            if at < reached:
                self.may_overlap = True
            reached = max(reached, until)
            place = placed(header, self._encoding)
            if place is None:
                continue
            folder, name, refusal = place
            bucket = NOT_LISTED if (folder, name) == self._index else bucket_of(name)
            yield (
                _blob(folder),
                bucket,
                _blob(name),
                header.size_bytes,
                header.crc,
                refusal,
                at,
                until,
                header.packed_bytes,
                header.method,
            )


def _stamp(crc: int, refusal: str) -> str:
    """Return the checksum of the bytes, and why they are not read: made readable, they are to be looked at again."""
    return f"{crc:08x}.{refusal}" if refusal else f"{crc:08x}"


def _blob(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogatepass")


def _path(folder: bytes, name: bytes) -> str:
    return _text(folder + b"/" + name if folder else name)
