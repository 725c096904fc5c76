"""Days along the width of a drawing, in per cent, so that it needs no script and no style of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from photosync.core.wording import MONTHS

MOST_MONTH_LABELS = 8
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """`is_minor`: left out where the drawing is narrow."""

    x: str
    label: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are drawn, both inclusive."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Return where `day` begins, in per cent, kept inside the drawing."""
        share = (day - self.first).days / ((self.last - self.first).days + 1)
        return 100 * min(max(share, 0.0), 1.0)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def months(window: Window, most_labels: int = MOST_MONTH_LABELS) -> tuple[Month, ...]:
    """Return the months to name, `most_labels` of them at the most."""
    day = window.first.replace(day=1)
    firsts = [day] if day == window.first else []
    while (day := (day + timedelta(days=32)).replace(day=1)) <= window.last - timedelta(days=9):
        firsts.append(day)
    step = -(-len(firsts) // most_labels) or 1
    shown = firsts[::step]
    return tuple(
        Month(
            percent(window.x(day)),
            MONTHS[day.month - 1][:3] + (f" {day.year}" if n == 0 or day.month <= step else ""),
            is_minor=n % 2 == 1,
        )
        for n, day in enumerate(shown)
    )


def percent(value: float) -> str:
    return f"{value:.3f}%"
