"""Noting who saw whose photo: thousands a second in memory, and every two seconds a few rows in the database.

A process that serves photos lets a thread of its own write (`start_noting`, `stop_noting`); where there is none, each
view is written as it is noted. What is not written yet when a process is killed is lost: at most the views of the
last WRITTEN_EVERY_S and of the writing under way. Rule: docs/decisions/0011-audit.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from django.db import connections
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import ITSELF, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.audit.view_rows import FULL_TIMES, LAST_AT, QUARTER_HOUR_S, TIMES, Seen, SeenKey, write_views

WRITTEN_EVERY_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0
ENDS_WITHIN_S: Final = 3.0
WRITTEN_AT_ONCE_FROM: Final = 20_000
MOST_KEPT: Final = 200_000
"""So many (account, person) are kept while nothing can be written: some 100 MB."""
BY_LINK: Final = 0
"""The account of whoever holds a signed link."""

log = structlog.get_logger(__name__)


class ViewNotes:
    """Views that are not written yet. May be used from any thread; `note` never waits for the database."""

    def __init__(
        self, write: Callable[[Mapping[SeenKey, Seen]], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._write = write
        self._clock = clock
        self._seen: dict[SeenKey, Seen] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._users = 0
        self._writer: _Writer | None = None
        self._lost = 0

    def __len__(self) -> int:
        return len(self._seen)

    def note(self, account_id: int, person_id: int, school_id: int, *, full: bool) -> None:
        now = self._clock()
        # By the quarter of an hour: no day of any school begins within one.
        key = (account_id, person_id, int(now // QUARTER_HOUR_S))
        with self._lock:
            seen = self._seen.get(key)
            if seen is None:
                self._note_new(key, [school_id, now, now, 1, int(full)])
            else:
                seen[LAST_AT] = now
                seen[TIMES] += 1
                seen[FULL_TIMES] += full
        if self._writer is None:
            self.write()

    def _note_new(self, key: SeenKey, seen: Seen) -> None:
        if len(self._seen) >= MOST_KEPT:
            self._lost += 1
            return
        self._seen[key] = seen
        if len(self._seen) >= WRITTEN_AT_ONCE_FROM and self._writer is not None:
            self._writer.wake.set()

    def write(self) -> bool:
        """Write what was noted; return whether it could be. What could not be is kept for the next time."""
        with self._writing:
            with self._lock:
                seen, self._seen = self._seen, {}
                lost, self._lost = self._lost, 0
            if not seen and not lost:
                return True
            try:
                self._write(seen)
                seen = {}
                if lost:
                    _record_lost(lost)
            except Exception as error:  # noqa: BLE001  # whatever it is, no photo may fail for it
                log.error("views of photos could not be written; it is tried again", reason=str(error))  # noqa: TRY400
                self._keep(seen, lost)
                return False
            return True

    def _keep(self, unwritten: dict[SeenKey, Seen], lost: int) -> None:
        """Put back what could not be written, with what was noted since."""
        with self._lock:
            later, self._seen = self._seen, unwritten
            self._lost += lost
            for key, seen in later.items():
                earlier = unwritten.get(key)
                if earlier is None:
                    self._note_new(key, seen)
                else:
                    earlier[LAST_AT] = seen[LAST_AT]
                    earlier[TIMES] += seen[TIMES]
                    earlier[FULL_TIMES] += seen[FULL_TIMES]

    def start(self) -> None:
        """Let a thread write from now on. Every start needs its stop."""
        with self._lock:
            self._users += 1
            if self._writer is None:
                self._writer = _Writer(self.write)
                self._writer.thread.start()

    def stop(self) -> None:
        """End the thread once it has written everything, or cannot; wait a few seconds for it at most."""
        with self._lock:
            self._users -= 1
            if self._users or self._writer is None:
                return
            writer, self._writer = self._writer, None
        if not writer.end():
            log.error("the last views of photos could not be written", views=len(self._seen))


class _Writer:
    """The thread that writes every WRITTEN_EVERY_S, when it is woken, and a last time at its end."""

    def __init__(self, write: Callable[[], bool]) -> None:
        self.wake = threading.Event()
        self.thread = threading.Thread(target=self._write_on, name="views", daemon=True)
        self._write = write
        self._ended = threading.Event()
        self._wrote_last = False

    def end(self) -> bool:
        """Return whether everything is written."""
        self._ended.set()
        self.wake.set()
        self.thread.join(ENDS_WITHIN_S)
        return self._wrote_last

    def _write_on(self) -> None:
        wait_s = WRITTEN_EVERY_S
        while not self._ended.is_set():
            self.wake.wait(wait_s)
            self.wake.clear()
            wait_s = WRITTEN_EVERY_S if self._written() else min(wait_s * 2, LONGEST_WAIT_S)
        # Once more: what was noted while the last writing was under way.
        self._wrote_last = self._written()

    def _written(self) -> bool:
        try:
            return self._write()
        finally:
            connections.close_all()


def _record_lost(number: int) -> None:
    with acting_as(ITSELF):
        told = _("The database could not be written, and there were too many views to keep.")
        record(Act.VIEWS_LOST, "", school=None, changes=[("views", None, str(number))], note=told)


_notes = ViewNotes(write_views)


def note_view(account_id: int | None, person_id: int, *, school_id: int, full: bool = False) -> None:
    """Note that an account sees a person's photo now; None is whoever holds a signed link.

    To be called once for each photo that is shown, also where the browser has it already (304). `full` says that
    it is the largest size. Never fails, and where a thread writes, never waits.
    """
    _notes.note(BY_LINK if account_id is None else account_id, person_id, school_id, full=full)


def start_noting() -> None:
    _notes.start()


def stop_noting() -> None:
    _notes.stop()
