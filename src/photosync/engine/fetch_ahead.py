"""Fetching ahead: while pictures are decoded, the next ones come over the network, several at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait

from photosync.connectors.attending import attended
from photosync.connectors.contract import Fetched, Source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.engine.ports import FileToFetch

AHEAD_BYTES = 64_000_000
"""What is fetched and not taken yet holds so much at the most, besides one file for each fetch that goes on.

What a source says of sizes decides how many are asked for, and what came decides how many begin: it may say too
little.
"""
AHEAD_OF_EACH = 4
"""Files on their way or waiting, for each fetch that may go on at the same time."""

LOOKED_UP_EVERY_S = 0.5
"""Whoever waits for a file looks up so often."""

Outcome = Fetched | TryLater | ItemRejected


def fetched_ahead(
    source: Source, files: Iterable[FileToFetch], limit_bytes: int, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[tuple[FileToFetch, Outcome]]:
    """Yield every file in order with its bytes, or why there are none. Raises SourceUnavailable.

    `meanwhile` is called now and then while one is waited for; what it raises ends the fetching.
    """
    if source.fetches_at_once <= 1:
        for file in files:
            with attended(lambda _: meanwhile()):
                outcome = _fetch(source, file, limit_bytes)
            yield file, outcome
        return
    pool = ThreadPoolExecutor(source.fetches_at_once, "fetch")
    shelf = _Shelf()
    try:
        for file, future in _in_order(pool, shelf, source, iter(files), limit_bytes):
            yield file, _awaited(future, shelf, meanwhile)
    finally:
        shelf.leave()
        # Whoever stops does not wait for what was asked for ahead; closing the source ends what is on its way.
        pool.shutdown(wait=False, cancel_futures=True)


class _Shelf:
    """What was fetched and is not taken yet. Where it is full, only the file that is taken next is fetched."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._bytes = 0
        self._taken = 0
        self._is_left = False

    def wait_for_room(self, number: int) -> None:
        """Return when the file of this number, in their order, may be fetched. Raises CancelledError: no more is."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_left or self._bytes < AHEAD_BYTES or number == self._taken)
            if self._is_left:
                raise CancelledError

    def put(self, outcome: Outcome) -> None:
        with self._changed:
            self._bytes += _bytes_of(outcome)

    def take(self, outcome: Outcome) -> None:
        with self._changed:
            self._bytes -= _bytes_of(outcome)
            self._taken += 1
            self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self._is_left = True
            self._changed.notify_all()


def _bytes_of(outcome: Outcome) -> int:
    return len(outcome.content) if isinstance(outcome, Fetched) else 0


def _in_order(
    pool: ThreadPoolExecutor, shelf: _Shelf, source: Source, files: Iterator[FileToFetch], limit_bytes: int
) -> Iterator[tuple[FileToFetch, Future[Outcome]]]:
    under_way: deque[tuple[FileToFetch, Future[Outcome]]] = deque()
    ahead_bytes = asked_for = 0
    most = source.fetches_at_once * AHEAD_OF_EACH
    while True:
        while len(under_way) < most and (not under_way or ahead_bytes < AHEAD_BYTES):
            coming = next(files, None)
            if coming is None:
                break
            under_way.append((coming, pool.submit(_shelved, shelf, asked_for, source, coming, limit_bytes)))
            asked_for += 1
            ahead_bytes += coming.size_bytes
        if not under_way:
            return
        file, future = under_way.popleft()
        ahead_bytes -= file.size_bytes
        yield file, future


def _awaited(future: Future[Outcome], shelf: _Shelf, meanwhile: Callable[[], None]) -> Outcome:
    while not (future.done() or wait([future], LOOKED_UP_EVERY_S).done):
        # A photo may be on its way for long, and before the first a source may read its whole list again.
        meanwhile()
    outcome = future.result()
    shelf.take(outcome)
    return outcome


def _shelved(shelf: _Shelf, number: int, source: Source, file: FileToFetch, limit_bytes: int) -> Outcome:
    shelf.wait_for_room(number)
    outcome = _fetch(source, file, limit_bytes)
    shelf.put(outcome)
    return outcome


def _fetch(source: Source, file: FileToFetch, limit_bytes: int) -> Outcome:
    try:
        return source.fetch(file.folder, file.name, limit_bytes=limit_bytes)
    except SourceUnavailable:
        raise
    except (TryLater, ItemRejected) as error:
        return error
