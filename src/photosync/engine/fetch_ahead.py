"""Fetching ahead: while pictures are decoded, the next ones come over the network, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from photosync.connectors.contract import Fetched, Source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.engine.ports import FileToFetch

AHEAD_BYTES = 64_000_000
"""What is fetched and not taken yet holds about so much at the most, besides one file."""
AHEAD_OF_EACH = 4
"""Files on their way or waiting, for each fetch that may go on at the same time."""

Outcome = Fetched | TryLater | ItemRejected


def fetched_ahead(
    source: Source, files: Iterable[FileToFetch], limit_bytes: int
) -> Iterator[tuple[FileToFetch, Outcome]]:
    """Yield every file in order with its bytes, or why there are none. Raises SourceUnavailable."""
    if source.fetches_at_once <= 1:
        for file in files:
            yield file, _fetch(source, file, limit_bytes)
        return
    pool = ThreadPoolExecutor(source.fetches_at_once, "fetch")
    try:
        yield from _in_order(pool, source, iter(files), limit_bytes)
    finally:
        # Whoever stops does not wait for what was asked for ahead; closing the source ends what is on its way.
        pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    pool: ThreadPoolExecutor, source: Source, files: Iterator[FileToFetch], limit_bytes: int
) -> Iterator[tuple[FileToFetch, Outcome]]:
    under_way: deque[tuple[FileToFetch, Future[Outcome]]] = deque()
    ahead_bytes = 0
    most = source.fetches_at_once * AHEAD_OF_EACH
    while True:
        while len(under_way) < most and (not under_way or ahead_bytes < AHEAD_BYTES):
            coming = next(files, None)
            if coming is None:
                break
            under_way.append((coming, pool.submit(_fetch, source, coming, limit_bytes)))
            ahead_bytes += coming.size_bytes
        if not under_way:
            return
        file, outcome = under_way.popleft()
        ahead_bytes -= file.size_bytes
        yield file, outcome.result()


def _fetch(source: Source, file: FileToFetch, limit_bytes: int) -> Outcome:
    try:
        return source.fetch(file.folder, file.name, limit_bytes=limit_bytes)
    except SourceUnavailable:
        raise
    except (TryLater, ItemRejected) as error:
        return error
