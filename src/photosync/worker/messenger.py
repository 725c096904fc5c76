"""Telling people: decides what is to be told, sends it and calls ping addresses, in threads beside the tick."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from django.db import connections
from django.utils import timezone

from photosync.apps.notifications.deciding import decide_on_days, decide_on_runs
from photosync.apps.notifications.pings import call_due, note_good_runs
from photosync.apps.notifications.roster_deciding import decide_on_rosters
from photosync.apps.notifications.sending import send_waiting

log = structlog.get_logger(__name__)

LOOKS_EVERY_S = 5.0
DAYS_LOOKED_AT_EVERY_S = 60.0
STOPS_WITHIN_S = 2.0


class Messenger:
    """Two threads: one decides and calls ping addresses, one sends. Neither holds up a run, or the other.

    One that is in the middle when the process ends is left: its claim runs out, and another worker goes on.
    """

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._days_looked_at_s: float | None = None
        self._threads = [
            threading.Thread(target=self._repeat, args=(do,), name=name, daemon=True)
            for name, do in (("deciding", self._decide), ("sending", self._send))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:  # it has been started
                thread.join(timeout=STOPS_WITHIN_S)

    def _repeat(self, do: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                do()
            except Exception:
                # Whatever is wrong now, people must go on being told: the next look tries again.
                log.exception("telling failed")
            finally:
                connections.close_all()
            self._stop.wait(LOOKS_EVERY_S)

    def _decide(self) -> None:
        now = timezone.now()
        decide_on_runs(now)
        decide_on_rosters(now)
        clock_s = time.monotonic()
        if self._days_looked_at_s is None or clock_s - self._days_looked_at_s >= DAYS_LOOKED_AT_EVERY_S:
            self._days_looked_at_s = clock_s
            decide_on_days(now)
        note_good_runs(now)
        call_due(timezone.now)

    def _send(self) -> None:
        while send_waiting(timezone.now) and not self._stop.is_set():
            pass
