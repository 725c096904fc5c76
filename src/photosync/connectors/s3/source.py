"""The S3 source: objects of a bucket, with the parts of their keys as folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, Page, PageKey
from photosync.connectors.etags import etag_stamp, http_time
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.tree import is_ignored, joined
from photosync.connectors.http_files import HttpFileSource, reading_step
from photosync.connectors.http_sums import Arrival, sum_by_etag
from photosync.connectors.http_words import may_be_cut
from photosync.connectors.network import Words
from photosync.connectors.s3.answers import Listed
from photosync.connectors.s3.asking import Refusing, Store
from photosync.connectors.s3.in_order import pages_in_order
from photosync.connectors.s3.words import OF_THE_WHOLE, object_words, words_of
from photosync.core.errors import ItemRejected, SourceUnavailable
from photosync.outgoing.http import Answer

FETCHES_AT_ONCE: Final = 8
MOST_OBJECTS: Final = 10_000_000
SLASH: Final = b"/"


class S3Source(HttpFileSource):
    """Lists and reads the objects below the prefix of a bucket.

    A key is taken apart at its last `/`; what is before it is the folder, as it is. Where a key begins with `/`, its
    folder has one more in front than the key, so that it is not the root.
    """

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        store: Store,
        *,
        index: str | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
        most_objects: int = MOST_OBJECTS,
    ) -> None:
        super().__init__(store.place.endpoint, index=index, window_entries=window_entries)
        self._store = store
        self._most_objects = most_objects
        self._prefix = _bytes(store.place.prefix)

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        return pages_in_order(self._everything(), window=self._window, known=known)

    def listed(self) -> Iterator[tuple[str, Entry]]:
        for _, folder, entry in self._everything():
            yield folder, entry

    def read_folder(self, folder: str) -> Iterator[Entry]:
        """Yield the objects of one folder; the folders in it are not asked for, as `pages` needs none."""
        start = self._prefix + _start_of(folder)
        step = self._step(folder)
        for each in self._objects(start, step, delimiter=SLASH):
            if SLASH in each.key[len(start) :]:
                raise self._store.unavailable(step, _OTHER_KEYS)
            entry = self._entry(folder, each, start)
            if entry is not None:
                yield entry

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = joined(folder, name)
        key = _start_of(folder) + _bytes(name)
        if any(part in (b".", b"..") for part in key.split(SLASH)):
            raise ItemRejected(
                f"{shown(path)} has a part . or .. in its key, which servers on the way may change into another key. "
                "It was not read. Give the object another key.",
                code="outside_source",
            )
        return self._tried(path, lambda arrival: self._fetched(key, path, arrival, limit_bytes), self._store.check)

    def warnings(self) -> Sequence[str]:
        if not self._left_out:
            return []
        objects = "1 object has" if self._left_out == 1 else f"{self._left_out:,} objects have"
        return [f"{objects} a zero byte in the key and could not be read. Use other keys for what is to be read."]

    def close(self) -> None:
        super().close()
        self._store.close()

    def _everything(self) -> Iterator[tuple[bytes, str, Entry]]:
        """Yield everything below the prefix in the order of keys. Raises SourceUnavailable."""
        step = self._step("")
        self._left_out = 0
        is_empty = True
        for each in self._objects(self._prefix, step):
            is_empty = False
            self._left_out += b"\0" in each.key
            start = each.key[len(self._prefix) : each.key.rfind(SLASH) + 1]
            folder = _folder_of(start)
            entry = None if _is_junk(folder) else self._entry(folder, each, self._prefix + start)
            if entry is not None:
                yield start, folder, entry
        if is_empty and self._prefix:
            raise self._store.unavailable(step, Words("there is nothing there", "Check the prefix."))

    def _objects(self, start: bytes, step: str, *, delimiter: bytes = b"") -> Iterator[Listed]:
        """Yield what begins with `start` in the order of keys, up to a number. Raises SourceUnavailable."""
        last, listed = b"", 0
        for page in self._store.listed(start, step=step, delimiter=delimiter):
            for each in page.objects:
                listed += 1
                heed(listed)
                if each.key <= last or listed > self._most_objects:
                    raise self._no_order(step, is_too_much=listed > self._most_objects)
                if not each.key.startswith(start):
                    raise self._store.unavailable(step, _OTHER_KEYS)
                last = each.key
                yield each

    def _entry(self, folder: str, listed: Listed, start: bytes) -> Entry | None:
        """Return the entry of an object; None for the mark of a folder, the index, and what is ignored."""
        name = listed.key.removeprefix(start).decode("utf-8", "surrogateescape")
        if not name or "\0" in name or is_ignored(name) or joined(folder, name) == self._index:
            return None
        return Entry(name, listed.size_bytes, listed.stamp)

    def _read(self, key: bytes, path: str, into: BinaryIO, limit_bytes: int) -> Answer:
        """Read an object. Raises TryLater, SourceUnavailable, NoAnswer."""
        place = self._store.place
        try:
            return self._store.read(self._prefix + key, into, limit_bytes=limit_bytes)
        except Refusing as error:
            if error.why.code in OF_THE_WHOLE or 300 <= error.why.status < 400:
                raise self._store.unavailable(reading_step(path), words_of(error.why, place)) from error
            raise place.endpoint.not_fetched(shown(path), *object_words(error.why)) from error

    def _fetched(self, key: bytes, path: str, arrival: Arrival, limit_bytes: int) -> Fetched:
        """Read an object, and ask for what its own answer does not tell. Raises as `_tried`, and NoAnswer."""
        content, answer = self._whole(
            path,
            lambda into: self._read(key, path, into, limit_bytes),
            arrival,
            sum_told=sum_by_etag,
            limit_bytes=limit_bytes,
        )

        def listed_bytes() -> int | None:
            listed = self._listed_now(key, path)
            return listed.size_bytes if listed else None

        self._see_that_it_is_the_file(path, content, answer, listed_bytes)
        return Fetched(content, self._stamp(key, answer, path), may_be_cut(answer))

    def _stamp(self, key: bytes, answer: Answer, path: str) -> str:
        """Return the stamp of what was read. Raises TryLater, SourceUnavailable, NoAnswer.

        Proxies in front of a store drop headers: then it is asked for how it lists the object. After the reading, so
        that one which is replaced meanwhile has another stamp than was listed.
        """
        changed = http_time(answer.headers.get("last-modified", ""))
        told = etag_stamp(answer.headers.get("etag", ""), changed)
        if changed is not None and "etag" in answer.headers:
            return told
        listed = self._listed_now(key, path)
        return listed.stamp if listed else told

    def _listed_now(self, key: bytes, path: str) -> Listed | None:
        """Return how the store lists an object now. Raises TryLater, SourceUnavailable, NoAnswer."""
        try:
            return self._store.listed_now(self._prefix + key)
        except Refusing as error:
            self._store.check(reading_step(path))
            raise self._store.place.endpoint.not_fetched(shown(path), *object_words(error.why)) from error

    def _step(self, folder: str) -> str:
        place = self._store.place
        path = shown(f"{place.prefix}{folder}".rstrip("/"))
        return f"Listing {path} in the bucket {place.bucket}" if path else f"Listing the bucket {place.bucket}"

    def _no_order(self, step: str, *, is_too_much: bool) -> SourceUnavailable:
        if is_too_much:
            return self._store.unavailable(
                step,
                Words(
                    f"it holds more than {self._most_objects:,} objects", "Write the folder of the photos as prefix."
                ),
            )
        return self._store.unavailable(
            step,
            Words(
                "it does not give the keys in their order, as S3 stores do",
                "Use a bucket for general purposes, or another kind of source.",
            ),
        )


_OTHER_KEYS: Final = Words("it listed keys that were not asked for", "Check the prefix, and ask who runs the store.")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _folder_of(start: bytes) -> str:
    """Return the folder of the keys that begin with `start`, which is empty or ends in `/`."""
    folder = start[:-1].decode("utf-8", "surrogateescape")
    return f"/{folder}" if start.startswith(SLASH) else folder


def _start_of(folder: str) -> bytes:
    """Return what the keys in `folder` begin with, below the prefix."""
    if not folder:
        return b""
    return _bytes(folder.removeprefix("/")) + SLASH


def _is_junk(folder: str) -> bool:
    return any(is_ignored(part) for part in folder.split("/"))
