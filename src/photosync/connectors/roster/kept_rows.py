"""The rows of a table, kept on disk until all of them are there.

Where a source leaves out what a record does not have, only all records together show which fields it says anything
of. What nobody has is no column: it would empty the field of everyone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import IO

from photosync.connectors.roster.contract import Row, UnreadableLine


class KeptRows:
    """Give each row to `add`; then `columns` are known, and the rows can be read."""

    def __init__(self, columns: Sequence[str], optional: Collection[str], spool: IO[str]) -> None:
        """`optional` are the columns that are left out where nobody has a value. `spool` is closed by its owner."""
        self._every = columns
        self._spool = spool
        self._said = {place for place, name in enumerate(columns) if name not in optional}

    def add(self, item: Row | UnreadableLine) -> None:
        """Keep a row, with a cell for each of the columns."""
        if isinstance(item, UnreadableLine):
            told = [item.line, item.reason]
        else:
            told = [item.line, list(item.cells)]
            self._said.update(place for place, cell in enumerate(item.cells) if cell)
        self._spool.write(json.dumps(told) + "\n")

    @property
    def columns(self) -> list[str]:
        return [self._every[place] for place in sorted(self._said)]

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        said = sorted(self._said)
        self._spool.seek(0)
        for text in self._spool:
            line, told = json.loads(text)
            if isinstance(told, str):
                yield UnreadableLine(line, told)
            else:
                yield Row(line, [told[place] for place in said])
