"""A small pool of worker processes, so that a hostile picture costs itself and nothing else.

One thread of the parent hands pictures out and takes renditions in. A worker that crashes or takes too long
is replaced. Pictures that need much memory wait until the others leave enough of the budget.
"""

import os
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar

from photosync.core.errors import ItemRejected
from photosync.imaging.dispatcher import Dispatcher
from photosync.imaging.header import memory_cost_estimate, read_header
from photosync.imaging.process import SLOTS_PER_WORKER, Job
from photosync.imaging.settings import Rendered, RenderSettings

Key = TypeVar("Key")

_MOST_PROCESSES = 8
_MEMORY_BUDGET_BYTES = 400_000_000
"""With the workers' own 2 x 60 MB this keeps a pool of two under 600 MB above the idle parent."""
_MEMORY_PER_FURTHER_PROCESS_BYTES = 60_000_000


class RenderPool:
    """Workers start with the first picture and end after half a minute without one; idle, it costs nothing.

    `processes` defaults to one for each core that this process may use, at most 8.

    Threads of one process may share a pool. Use it as a context manager or call `close`; a parent that is
    killed takes its workers with it.
    """

    def __init__(
        self,
        processes: int | None = None,
        *,
        time_limit_s: float = 60.0,
        idle_workers_end_after_s: float = 30.0,
        memory_budget_bytes: int | None = None,
    ) -> None:
        self.processes = processes or min(_cores(), _MOST_PROCESSES)
        self._lock = threading.Lock()
        self._closed = False
        self._dispatcher: Dispatcher | None = None
        self._new_dispatcher = partial(
            Dispatcher,
            processes=self.processes,
            time_limit_s=time_limit_s,
            idle_workers_end_after_s=idle_workers_end_after_s,
            memory_budget_bytes=memory_budget_bytes or _memory_budget_bytes(self.processes),
        )

    def submit(self, content: bytes, settings: RenderSettings) -> "Future[Rendered | ItemRejected]":
        """Return a future of the result; a picture that is refused is a result too, not an exception.

        What the header alone refuses is answered at once, without a worker. The future raises TryLater if no
        worker can be started.
        """
        future: Future[Rendered | ItemRejected] = Future()
        try:
            cost = memory_cost_estimate(read_header(content, settings), settings)
        except ItemRejected as rejection:
            future.set_result(rejection)
            return future
        self._running_dispatcher().add(Job(content, settings, cost, future))
        return future

    def imap(
        self, items: Iterable[tuple[Key, bytes]], settings: RenderSettings, *, window: int | None = None
    ) -> Iterator[tuple[Key, Rendered | ItemRejected]]:
        """Yield (key, result) in the order of completion; at most `window` items are held at any time.

        `items` is read no further than that. Closing the iterator drops what is not begun.
        """
        most = window or SLOTS_PER_WORKER * self.processes
        done: queue.SimpleQueue[Future[Rendered | ItemRejected]] = queue.SimpleQueue()
        keys: dict[Future[Rendered | ItemRejected], Key] = {}
        source = iter(items)
        try:
            while True:
                for key, content in islice(source, most - len(keys)):
                    future = self.submit(content, settings)
                    keys[future] = key
                    future.add_done_callback(done.put)
                    del content  # or the last one would stay in memory beyond its turn
                if not keys:
                    return
                future = done.get()
                yield keys.pop(future), future.result()
        finally:
            for future in keys:
                future.cancel()

    def worker_pids(self) -> list[int]:
        """Return the process ids of the workers that run now."""
        return [] if self._dispatcher is None else self._dispatcher.worker_pids()

    def close(self) -> None:
        """End the workers; what is not done yet is cancelled or fails. The pool cannot be used again."""
        with self._lock:
            self._closed = True
        if self._dispatcher is not None:
            self._dispatcher.stop()

    def _running_dispatcher(self) -> Dispatcher:
        with self._lock:
            if self._closed:
                raise RuntimeError("this pool is closed")
            if self._dispatcher is None or not self._dispatcher.is_alive():
                self._dispatcher = self._new_dispatcher()
                self._dispatcher.start()
            return self._dispatcher

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_budget_bytes(processes: int) -> int:
    return _MEMORY_BUDGET_BYTES + max(0, processes - 2) * _MEMORY_PER_FURTHER_PROCESS_BYTES
