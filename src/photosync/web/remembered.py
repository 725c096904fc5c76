"""What took long to find out is remembered for a while: a hundred times as long as it took."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

REMEMBERED_FACTOR = 100
QUICK_S = 0.05
"""What is found out within this is asked anew each time, and so is never old."""
MOST_REMEMBERED = 200

Value = TypeVar("Value")


@dataclass(slots=True)
class _Known(Generic[Value]):
    value: Value
    until_s: float


@dataclass
class Remembered(Generic[Value]):
    """By key, for all threads of this process; one of them asks at a time, others wait for its answer."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[Hashable, _Known[Value]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """Let everything be asked anew."""
        with self._lock:
            self._known.clear()

    def get(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        known = self._known.get(key)
        if known is not None and self.clock() < known.until_s:
            return known.value
        with self._lock:
            known = self._known.get(key)
            if known is not None and self.clock() < known.until_s:
                return known.value
            begun_s = self.clock()
            value = ask()
            took_s = self.clock() - begun_s
            self._known.pop(key, None)
            if took_s > QUICK_S:
                if len(self._known) >= MOST_REMEMBERED:
                    self._known.clear()
                self._known[key] = _Known(value, self.clock() + took_s * REMEMBERED_FACTOR)
            return value
