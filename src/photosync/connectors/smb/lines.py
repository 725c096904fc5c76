"""The lines of one source: opened as they are needed, kept while they are good, never shared with another source."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from photosync.connectors.smb.line import Full, Line
from photosync.core.errors import SourceUnavailable


class Lines:
    """Thread-safe. Whoever takes a line has it alone until it is given back."""

    def __init__(self, open_line: Callable[[], Line], *, wait_s: float) -> None:
        self._open_line = open_line
        self._wait_s = wait_s
        self._changed = threading.Condition()
        self._idle: list[Line] = []
        self._taken: set[Line] = set()
        self._is_closed = False

    def take(self, *, fresh: bool = False) -> Line:
        """Return a line: one that was used before, or with `fresh` a new one. Raises SourceUnavailable, Refused.

        Where the server lets no more in, it is waited for a line that is given back.
        """
        with self._changed:
            self._check()
            if fresh:
                self._let_go()
            line = self._good_one()
        try:
            return line or self._opened()
        except Full:
            return self._given_back() or self._opened()

    def give(self, line: Line) -> None:
        """Take `line` back. One that is over is dropped."""
        with self._changed:
            self._taken.discard(line)
            if self._is_closed:
                line.close()
            elif line.is_alive:
                self._idle.append(line)
            self._changed.notify()

    def close(self) -> None:
        """End every line, also those in use: who waits for an answer there gets none."""
        with self._changed:
            self._is_closed = True
            self._let_go()
            for line in self._taken:
                line.close()
            self._changed.notify_all()

    def _opened(self) -> Line:
        line = self._open_line()
        with self._changed:
            if self._is_closed:
                line.close()
            self._check()
            self._taken.add(line)
        return line

    def _given_back(self) -> Line | None:
        """Wait for a line that others here have; None where nobody gives one back in time."""
        until_s = monotonic() + self._wait_s
        with self._changed:
            while True:
                self._check()
                line = self._good_one()
                left_s = until_s - monotonic()
                if line is not None or not self._taken or left_s <= 0:
                    return line
                self._changed.wait(left_s)

    def _good_one(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.is_alive:
                self._taken.add(line)
                return line
        return None

    def _let_go(self) -> None:
        for line in self._idle:
            line.close()
        self._idle = []

    def _check(self) -> None:
        if self._is_closed:
            raise SourceUnavailable(
                "The share is no longer being read. Nothing was concluded from it, so nothing was changed. Run again."
            )
