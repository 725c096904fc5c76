"""Whoever reads a source attends it: is told how far it is, may break it off, and waits no longer than it has time.

A source calls `heed` between pieces of what it reads. What attends belongs to the thread that lists, and not to those
that it lets read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from photosync.connectors.contract import Source
from photosync.core.errors import OutOfTime, TryLater
from photosync.outgoing.time_left import everything_within, time_is_up

OUT_OF_TIME = "Reading it took longer than this may take, and was broken off. Nothing was changed. Run again."

_told: ContextVar[Callable[[int], None] | None] = ContextVar("told", default=None)


@contextmanager
def attended(told: Callable[[int], None]) -> Iterator[None]:
    """Have `told` called with how much was read, as often as sources do so. What it raises ends the reading."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def heed(count: int) -> None:
    """Say that `count` files or records were read so far. Raises OutOfTime, and what ends the reading."""
    told = _told.get()
    if told is not None:
        told(count)
    if time_is_up():
        raise OutOfTime(OUT_OF_TIME)


@contextmanager
def listed_within(source: Source, seconds: float | None) -> Iterator[None]:
    """Read `source` for so long; with None, as long as it takes. Raises OutOfTime then, for whatever breaks off.

    The source is closed when the time is up, which ends what it waits for; nothing can be asked of it after that.
    """
    if seconds is None:
        yield
        return
    until = time.monotonic() + seconds
    ending = threading.Timer(seconds, source.close)
    ending.daemon = True
    try:
        with everything_within(seconds):
            ending.start()
            yield
    except TryLater as error:
        if time.monotonic() < until:
            raise
        raise OutOfTime(OUT_OF_TIME) from error
    finally:
        ending.cancel()
        if ending.ident is not None:
            ending.join()
