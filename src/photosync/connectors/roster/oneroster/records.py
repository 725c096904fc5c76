"""A record of OneRoster, whichever way it came: its values by the names that the CSV files give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from photosync.connectors.roster.contract import UnreadableLine

GAPS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a CSV file, or one object of a service. Names are in small letters; what is not there is empty."""

    line: int
    cells: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where lists came as such; in a cell of a CSV file they have commas between them."""

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def listed(self, name: str) -> tuple[str, ...]:
        if name in self.lists:
            return self.lists[name]
        return tuple(part.strip() for part in self[name].split(",") if part.strip())


class Gaps:
    """What could not be used of the tables beside the users. Nothing is concluded from a table that has a gap."""

    def __init__(self, one: str) -> None:
        """`one` is what one of them is called: a line, a record."""
        self._one = one
        self._found: dict[str, list[UnreadableLine]] = {}

    def readable(self, name: str, records: Iterable[Record | UnreadableLine], *needed: str) -> Iterator[Record]:
        """Yield the records of the table `name` that can be used: those that have every value that is `needed`."""
        for record in records:
            if isinstance(record, UnreadableLine):
                self._note(name, record)
            elif missing := next((each for each in needed if not record[each.lower()]), ""):
                self._note(name, UnreadableLine(record.line, f"It has no {missing}."))
            else:
                yield record

    def are_in(self, *names: str) -> bool:
        return any(name in self._found for name in names)

    def sentences(self, consequences: Mapping[str, str]) -> list[str]:
        """Return a sentence on each table with gaps, and what was not concluded: by its name in `consequences`."""
        return [self._sentence(name, lines, consequences[name]) for name, lines in self._found.items()]

    def _note(self, name: str, line: UnreadableLine) -> None:
        self._found.setdefault(name, []).append(line)

    def _sentence(self, name: str, lines: Sequence[UnreadableLine], consequence: str) -> str:
        number = f"1 {self._one}" if len(lines) == 1 else f"{len(lines):,} {self._one}s"
        named = "; ".join(f"{self._one} {each.line}: {each.reason.rstrip('.')}" for each in lines[:GAPS_NAMED])
        more = f"; and {len(lines) - GAPS_NAMED:,} more" if len(lines) > GAPS_NAMED else ""
        return f"{number} of {name} cannot be used ({named}{more}). {consequence}"
