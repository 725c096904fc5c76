"""An event loop in a thread of its own: the library is asynchronous, the contract of sources is not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
MOST_CANCELLED = 10
CANCELLED_AGAIN_S = 0.2


class Stopped(Exception):
    """The thread was stopped, so what was to be done in it was not, or not to the end."""


class LoopThread:
    """`run` may be called from any thread but its own. Stop it in every case: it owns a thread."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in the loop and return what it returns. Raises what it raises, and Stopped."""
        with self._lock:
            if self._is_stopped:
                work.close()
                raise Stopped
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise Stopped from None
        except BaseException:
            future.cancel()
            raise

    def call(self, function: Callable[[], object]) -> None:
        """Let `function` be called in the loop some time soon; not where it is stopped."""
        with self._lock:
            if not self._is_stopped:
                self._loop.call_soon_threadsafe(function)

    def stop(self) -> None:
        """End all that goes on in the loop, and the thread."""
        with self._lock:
            if self._is_stopped:
                return
            self._is_stopped = True
        asyncio.run_coroutine_threadsafe(_end_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_all() -> None:
    """Cancel what goes on, again and again: the library may wait for an answer in the midst of ending too."""
    for _ in range(MOST_CANCELLED):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if not tasks:
            break
        for task in tasks:
            task.cancel()
        done, _ = await asyncio.wait(tasks, timeout=CANCELLED_AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()  # whoever asked has been told
    for ending in (
        asyncio.get_running_loop().shutdown_asyncgens(),
        asyncio.get_running_loop().shutdown_default_executor(),
    ):
        with suppress(TimeoutError):
            await asyncio.wait_for(ending, CANCELLED_AGAIN_S)
