"""Setting many documents at once: one process for each processor, while the caller does something else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from photosync.printing.many import ManyPress, SetDocument

MOST: Final = 4
"""More would take the memory and the processors that pages and runs need."""


def presses_of_this_computer() -> int:
    """Return how many processes set documents at once: one for each processor that this one may use, to `MOST`."""
    may_use = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, may_use)


@dataclass(slots=True)
class Presses:
    """Sets documents of `template` in the order in which they were asked for. To be used as a context manager.

    Whoever asks for documents without end has them all in memory: ask for some, take them, ask for the next.
    """

    template: str
    number: int = field(default_factory=presses_of_this_computer)
    _free: SimpleQueue[ManyPress] = field(default_factory=SimpleQueue)
    _opened: ExitStack = field(default_factory=ExitStack)
    _threads: ThreadPoolExecutor = field(init=False)

    def __enter__(self) -> Self:
        """Raises Refused without the extra `reports`, TryLater where the disk has no room."""
        with ExitStack() as opened:
            for _number in range(self.number):
                self._free.put(opened.enter_context(ManyPress(self.template)))
            self._opened = opened.pop_all()
        self._threads = ThreadPoolExecutor(self.number, thread_name_prefix="press")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._opened.close()

    def set(self, data: Mapping[str, object], pictures: Mapping[str, bytes]) -> Future[SetDocument]:
        """Ask for one document; its result raises what `ManyPress.set` raises."""
        return self._threads.submit(self._set, data, pictures)

    def made_with(self) -> str:
        """See `ManyPress.made_with`."""
        press = self._free.get()
        try:
            return press.made_with()
        finally:
            self._free.put(press)

    def _set(self, data: Mapping[str, object], pictures: Mapping[str, bytes]) -> SetDocument:
        press = self._free.get()
        try:
            return press.set(data, pictures)
        finally:
            self._free.put(press)
