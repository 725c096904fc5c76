"""A roster that comes as one file: CSV, or a OneRoster ZIP."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.oneroster.kind import ONEROSTER_ZIP, OneRosterZip
from photosync.connectors.roster.oneroster.package import USERS
from photosync.connectors.roster.text import RosterText, check_file, encoding_of
from photosync.core.people import PersonKind

Opened = tuple[Sequence[str], Iterable[Row | UnreadableLine]]


@dataclass(slots=True)
class RosterFile:
    """`encoding` is None for a OneRoster ZIP, which is read as on the day `today`.

    What it says of itself is known once it was opened, and read to its end.
    """

    path: Path
    encoding: str | None
    today: date
    recognised: str = ""
    """For instance "CSV with semicolons, Windows-1252"."""
    holds_changes_only: bool = False
    names_everyone: bool = True
    """Whether who is not in it is not there: a CSV file does not say otherwise."""
    warnings: tuple[str, ...] = ()

    @property
    def is_oneroster(self) -> bool:
        return self.encoding is None

    @contextmanager
    def opened(self, kind: PersonKind, prefers: Callable[[list[str]], int]) -> Iterator[Opened]:
        """Yield the columns and the rows of `kind`. Raises WrongUse, SourceUnavailable, UnicodeDecodeError."""
        if self.is_oneroster:
            with self._export() as roster:
                table = roster.table(kind)
                yield table.columns, table
                self.recognised, self.holds_changes_only = roster.recognised, not roster.is_bulk
                self.names_everyone, self.warnings = roster.names_everyone(kind), tuple(roster.warnings())
            return
        with self.path.open(encoding=self.encoding, newline="") as file:
            text = RosterText(file, prefers=prefers)
            self.recognised = text.recognised
            yield text.header, text

    def _export(self) -> OneRosterZip:
        return OneRosterZip(self.path, ONEROSTER_ZIP.check({"path": str(self.path)}), self.today)


def roster_file(path: Path, today: date) -> RosterFile:
    """Return the file as what it is. Raises WrongUse for one that is no roster."""
    check_file(path)
    return RosterFile(path, None if _is_oneroster(path) else encoding_of(path), today)


def _is_oneroster(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.rpartition("/")[2].lower() == USERS for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False
