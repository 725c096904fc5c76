"""What a roster is: the small interface that every kind of it implements.

A roster gives tables, one of students and one of staff: named columns, and a row for each person. It never decides
what a row means for the people who are stored, and never sees them. Rules that hold for every kind, and that
`connectors.testing.roster_conformance` proves:

- A table streams. It holds no more in memory than a window of rows, and what one person is made of.
- Ending quietly means: this was all. Whatever breaks off, or may have been half written, raises `SourceUnavailable`,
  also after many rows. Nothing is concluded then: nobody is new, and nobody has left.
- A row that cannot be used for its own sake is given as `UnreadableLine`, and the others follow.
- A row has one cell for each column. Cells are text as it came: an identifier is never made a number.
- A column that the source knows by a field of Photo Sync has that field's name (`student_code`, `year_level`). What
  columns of other names hold is said by the mapping of the saved roster.
- A column that the source says nothing of this time is left out, not given empty: an empty cell empties the field.
- Who is known to have left has `left` in a column `status`, and `active` who is known not to have. Of whom neither is
  known it says `unchanged`: who had left before stays so. An empty status is `active`, as is a row without one.
- Two readings of an unchanged roster give the same rows, in the same order.
- No message, and no row, has a secret option in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from photosync.core.people import PersonKind

UNCHANGED: Final = "unchanged"
"""A status that says nothing of who has left."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person. `line` is where a person finds it: the line of a file, or the number of a record, from 1 on."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    line: int
    reason: str


class Table(Protocol):
    """The rows of one kind of people. To be read once, from its beginning to its end."""

    @property
    def columns(self) -> Sequence[str]: ...

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        """Yield the rows. Raises SourceUnavailable where they break off."""
        ...


class Roster(Protocol):
    """A roster that is open. Use it as a context."""

    def table(self, kind: PersonKind) -> Table:
        """Begin to read the people of `kind`. Raises SourceUnavailable, WrongUse."""
        ...

    def names_everyone(self, kind: PersonKind) -> bool:
        """Whether who of `kind` is not in it is not there, once it has been read.

        False where it says of itself that it holds changes only, or where it is not sure of that kind.
        """
        ...

    @property
    def recognised(self) -> str:
        """What it was recognised as, for people, such as "OneRoster 1.2"; "" where there is one form only."""
        ...

    def warnings(self) -> Sequence[str]:
        """Return a sentence for each thing about the whole roster that a person is to know, once it has been read."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
