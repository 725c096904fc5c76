"""How much time is left to whoever asked: no wait for another machine goes on beyond it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def everything_within(seconds: float) -> Iterator[None]:
    """Let no wait of this thread go on beyond `seconds` from now, nor beyond what was said around it."""
    until = time.monotonic() + seconds
    around = _until.get()
    token = _until.set(until if around is None else min(until, around))
    try:
        yield
    finally:
        _until.reset(token)


def time_left(limit_s: float) -> float:
    """Return how long may be waited, `limit_s` at the most; 0 where the time is up."""
    until = _until.get()
    return limit_s if until is None else max(min(until - time.monotonic(), limit_s), 0.0)


def time_is_up() -> bool:
    until = _until.get()
    return until is not None and time.monotonic() >= until
