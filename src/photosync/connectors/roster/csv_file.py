"""The kind `csv`: a file of students or of staff that the school's system writes into a folder, again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Self

from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.roots import Sort
from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.registry import RosterKind
from photosync.connectors.roster.text import RosterText, encoding_of
from photosync.connectors.roster.whole_file import NOTHING, allowed_path, mark_of, unchanged
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import PersonKind

FILE = Sort("CSV file", "CSV file", "/srv/rosters/students.csv")


class CsvRoster:
    """The file is opened for each table, so that it may be written anew between two readings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.recognised = ""

    def table(self, kind: PersonKind) -> CsvTable:  # noqa: ARG002 - one table
        """Begin to read the file; whom it lists, students or staff, it does not say itself."""
        table = CsvTable(self._path)
        self.recognised = table.recognised
        return table

    def names_everyone(self, kind: PersonKind) -> bool:  # noqa: ARG002 - of either kind
        return True

    def warnings(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class CsvTable:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = mark_of(path, FILE.called)
        self.recognised = ""
        rows = self._read()
        header = next(rows)
        assert isinstance(header, Row)  # noqa: S101 - the first is always the header
        self.columns: Sequence[str] = header.cells
        self._rows = rows

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        for row in self._rows:
            if isinstance(row, Row) and len(row.cells) > len(self.columns):
                # Delimiters at the end of a line, beyond the last column.
                yield Row(row.line, row.cells[: len(self.columns)])
            else:
                yield row

    def _read(self) -> Iterator[Row | UnreadableLine]:
        """Yield the header, then the rows; the end is reached only where the file stayed as it was."""
        with unchanged(self._path, FILE.called):
            try:
                encoding = encoding_of(self._path, what=FILE.called)
                with self._path.open(encoding=encoding, newline="") as file:
                    text = RosterText(file, prefers=len, what=FILE.called)
                    self.recognised = text.recognised
                    yield Row(text.header_line, text.header)
                    yield from text
            except WrongUse as error:
                raise SourceUnavailable(error.message.replace("Nothing was imported.", NOTHING)) from error
            except UnicodeDecodeError as error:
                raise SourceUnavailable(
                    f"The CSV file {shown(str(self._path))} is neither UTF-8, UTF-16 nor Windows-1252 text. "
                    f"{NOTHING} Let the school's system write it in UTF-8."
                ) from error


def _open(options: Mapping[str, str], guard: Guard, _today: date) -> CsvRoster:
    return CsvRoster(allowed_path(options["path"], guard, FILE))


CSV_FILE = RosterKind(
    name="csv",
    title="CSV file",
    summary="A CSV file of students or of staff on this machine or mounted on it; its first line names the columns.",
    options=(Option("path", "absolute path of the file", required=True),),
    open=_open,
    has_one_table=True,
)
