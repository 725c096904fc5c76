"""A table of a roster as it came, kept on disk until all of it is there: what breaks off is never half used."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Self

from photosync.connectors.roster.contract import Roster, Row, UnreadableLine
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind

MOST_ROWS = 1_000_000


def _file_without_name() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@dataclass(slots=True)
class Spool:
    """Whole once `take` has returned. Iterate as often as needed; close it, or use it as a context."""

    kind: PersonKind
    columns: Sequence[str] = ()
    rows: int = 0
    _file: IO[str] = field(default_factory=_file_without_name)

    def take(self, roster: Roster) -> None:
        """Read the whole table. Raises SourceUnavailable where it breaks off, or has no end."""
        table = roster.table(self.kind)
        self.columns = tuple(table.columns)
        for row in table:
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise SourceUnavailable(
                    f"The roster has more than {MOST_ROWS:,} rows. Nothing was concluded from it, so nothing was "
                    "changed. See that it is the right one."
                )
            if isinstance(row, Row):
                json.dump([row.line, list(row.cells)], self._file)
            else:
                json.dump([row.line, row.reason], self._file)
            self._file.write("\n")

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        self._file.seek(0)
        for text in self._file:
            line, said = json.loads(text)
            yield UnreadableLine(line, said) if isinstance(said, str) else Row(line, said)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
