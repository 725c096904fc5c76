"""What was measured, as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that is to be at least or at most `limit`. `told` is the number with its unit."""

    name: str
    told: str
    limit: str
    reached: bool

    @classmethod
    def at_least(cls, name: str, number: float, limit: float) -> Goal:
        return cls(name, f"{number:.2f}", f"at least {limit:g}", number >= limit)

    @classmethod
    def at_most(cls, name: str, number: float, limit: float, unit: str = "") -> Goal:
        digits = 1 if unit else 2
        return cls(name, f"{number:.{digits}f}{unit}", f"at most {limit:g}{unit}", number <= limit)


@dataclass(slots=True)
class Section:
    """One kind of work: a table of programs, and the goals that come from it."""

    title: str
    about: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def markdown(self) -> str:
        tables = [markdown_table(self.header, self.rows)]
        if self.goals:
            rows = [(goal.name, goal.told, goal.limit, "yes" if goal.reached else "**no**") for goal in self.goals]
            tables.append(markdown_table(("goal", "measured", "asked for", "reached"), rows))
        return "\n\n".join((f"### {self.title}", self.about, *tables))


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(number: float) -> str:
    return f"{number:.2f} s"


def megabytes(number: float) -> str:
    return f"{number / 1_000_000:.0f} MB"
