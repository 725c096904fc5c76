"""Long work beside runs: each kind waits in the database, and has a thread of the worker of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog
from django.db import connections
from django.utils import timezone

from photosync.apps.long_work import ClaimedWork
from photosync.apps.runs.models import Worker

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
ENDS_WITHIN_S = 5.0


Work = TypeVar("Work", bound=ClaimedWork[Any])


@dataclass(frozen=True, slots=True)
class Queue(Generic[Work]):
    """One sort of long work."""

    name: str
    work: type[Work]
    execute: Callable[[Work], None]

    def queued(self) -> list[int]:
        return self.work.queued()

    def take_back(self, now: datetime, is_gone: Callable[[Worker], bool]) -> list[int]:
        return self.work.take_back(now, is_gone)

    def do(self, number: int, worker: Worker) -> None:
        """Do what waits under this number, unless someone else took it."""
        claimed = self.work.claim(number, worker, timezone.now)
        if claimed is not None:
            self.execute(claimed)


class QueueThread:
    """Takes queued work, one at a time, until it is stopped. What it leaves, the next worker goes on with."""

    def __init__(self, worker: Worker, queue: Queue[Any]) -> None:
        self._worker = worker
        self._queue = queue
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work_on, name=queue.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=ENDS_WITHIN_S)

    def _work_on(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                for number in self._queue.queued():
                    if self._stop.is_set():
                        return
                    self._queue.do(number, self._worker)
            except Exception:
                # The database is away, or as bad. Work must not stop silently: it is looked again.
                log.exception("long work could not be looked for", queue=self._queue.name)
            finally:
                connections.close_all()
