"""Whose fault it is that a server falls silent at photos: at one it may be that photo's, at several the server's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

MOST_SILENCES: Final = 3
"""When the server fell silent at so many photos one after the other, it is no photo's fault."""


class Silences:
    """Counts how often in a row a server fell silent at photos. Use it from several threads.

    Silences that overlap count once: photos that were under way together when a server froze for a moment, or
    beside one another in the order, say no more of it than one does. `clock` gives monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._counted_s = float("-inf")
        """When the last silence that counts was over."""

    def heard(self) -> None:
        """A photo came, or the server said why not."""
        with self._lock:
            self._in_a_row = 0

    def are_the_servers(self, *, is_silence: bool, begun_s: float) -> bool:
        """Note how a photo failed; return whether the server has been silent at too many now.

        `begun_s` is when the photo was asked for, by the clock.
        """
        with self._lock:
            if not is_silence:
                self._in_a_row = 0
            elif begun_s >= self._counted_s:
                self._in_a_row += 1
                self._counted_s = self._clock()
            return self._in_a_row >= MOST_SILENCES
