"""How a process that serves is ended: SIGTERM and SIGINT ask it to, from its first moment on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_listening: list[threading.Event] = []


@contextmanager
def until_signalled() -> Iterator[threading.Event]:
    """Give an event that SIGTERM or SIGINT sets, and put the former handlers back afterwards.

    Within another of its kind it gives the same event: what was asked while the process was starting still counts.
    Starting is never broken off in the middle of a step, where locks would be left behind; whoever starts looks at
    the event between the steps. To be called in the main thread.
    """
    if _listening:
        yield _listening[0]
        return
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    _listening.append(stopped)
    try:
        yield stopped
    finally:
        _listening.clear()
        for number, handler in before.items():
            signal.signal(number, handler)
