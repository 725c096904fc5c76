"""A roster file's bytes as rows of text with line numbers: encoding, delimiter, quotation marks.

Files come from many programs and may be damaged. A line that cannot be read becomes an UnreadableLine
and the next ones go on. Memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import stat
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

LARGEST_FILE_MB = 200
LONGEST_LINE = 20_000
LONGEST_FIELD = 1_000
MOST_COLUMNS = 300
MOST_LINES_OF_A_ROW = 20
DELIMITERS = (",", ";", "\t", "|")
_DELIMITERS_CALLED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_ENCODINGS_CALLED = {
    **dict.fromkeys(("utf-8", "utf-8-sig"), "UTF-8"),
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "UTF-16"),
    "cp1252": "Windows-1252",
}
_READ_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_file(path: Path, *, what: str = "roster") -> None:
    """Raise WrongUse unless `path` is a file of a size that a roster can have. `what` is what it is called."""
    try:
        status = path.stat()
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or "the name is not well formed"
        raise WrongUse(f"The {what} {quoted(str(path))} cannot be read ({why}). Nothing was imported.") from exc
    if not stat.S_ISREG(status.st_mode):
        raise WrongUse(f"The {what} {quoted(str(path))} is not a file. Nothing was imported. Name a CSV file.")
    if status.st_size > LARGEST_FILE_MB * 1_000_000:
        raise WrongUse(
            f"The {what} {quoted(str(path))} is larger than {LARGEST_FILE_MB} MB. Nothing was imported. "
            "Split it into several files."
        )


def encoding_of(path: Path, *, what: str = "roster") -> str:
    """Return the encoding: by its mark, UTF-16 by its zeros, UTF-8 if all of it is, else Windows-1252.

    Reads the file once. Raises WrongUse for a file that is no text at all.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
            for bom, encoding in _BOMS:
                if start.startswith(bom):
                    return encoding
            if start.startswith(b"PK\x03\x04"):
                raise WrongUse(
                    f"{quoted(path.name)} is a zip file or a spreadsheet, not text. Nothing was imported. "
                    "Save the sheet as CSV, then import that."
                )
            if (wide := _utf16_without_mark(start)) is not None:
                return wide
            file.seek(0)
            return "utf-8" if _is_utf8(file.read) else "cp1252"
    except OSError as exc:
        raise WrongUse(
            f"The {what} {quoted(str(path))} cannot be read ({exc.strerror}). Nothing was imported."
        ) from exc


def _utf16_without_mark(start: bytes) -> str | None:
    pairs = len(start) // 2
    if pairs < 4:
        return None
    if start[1::2].count(0) > pairs * 0.7 and start[0::2].count(0) == 0:
        return "utf-16-le"
    if start[0::2].count(0) > pairs * 0.7 and start[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _is_utf8(read: Callable[[int], bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := read(_READ_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class RosterText:
    """The rows of an open roster. `header` is its first row that is not empty; iterate for the others."""

    def __init__(
        self,
        file: TextIO,
        *,
        prefers: Callable[[list[str]], int],
        what: str = "roster",
        longest_field: int = LONGEST_FIELD,
    ) -> None:
        """`prefers` says how many column names of a header are known; it decides between delimiters."""
        self._file = file
        self._what = what
        self._longest_field = longest_field
        self._waiting: deque[tuple[int, str]] = deque()
        self._line = 0
        self.delimiter = ","
        self.header_line, self.header = self._read_header(prefers)

    @property
    def recognised(self) -> str:
        """Return for instance "CSV with semicolons, Windows-1252"."""
        delimiter = _DELIMITERS_CALLED.get(self.delimiter) or f"{quoted(self.delimiter)} between its cells"
        return f"CSV with {delimiter}, {_ENCODINGS_CALLED.get(self._file.encoding, self._file.encoding)}"

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        while (numbered := self._next_line()) is not None:
            number, line = numbered
            row = self._row(number, line)
            if isinstance(row, UnreadableLine) or any(cell.strip() for cell in row.cells):
                yield row

    def _read_header(self, prefers: Callable[[list[str]], int]) -> tuple[int, list[str]]:
        given: str | None = None
        while (numbered := self._next_line()) is not None:
            number, line = numbered
            if not line.strip():
                continue
            if given is None and line.strip().lower().startswith("sep=") and len(line.strip()) == 5:
                given = line.strip()[4]
                continue
            header = self._best_header(number, line, DELIMITERS if given is None else (given,), prefers)
            if isinstance(header, UnreadableLine):
                raise WrongUse(f"Line {number}, which names the columns: {header.reason} Nothing was imported.")
            return number, [cell.strip() for cell in header.cells]
        raise WrongUse(f"The {self._what} is empty. Nothing was imported. Its first line must name the columns.")

    def _best_header(
        self, number: int, line: str, delimiters: tuple[str, ...], prefers: Callable[[list[str]], int]
    ) -> Row | UnreadableLine:
        best: tuple[tuple[int, int], str, Row] | None = None
        worst: Row | UnreadableLine = Row(number, [line])
        for delimiter in delimiters:
            row = self._parsed(number, line, delimiter)
            if not isinstance(row, Row):
                worst = row or UnreadableLine(number, _LONE_QUOTE)
                continue
            rank = (prefers(list(row.cells)), len(row.cells))
            if best is None or rank > best[0]:
                best = rank, delimiter, row
        # With a wrong delimiter a broken line may still look like one whole cell.
        if best is None or (best[0] == (0, 1) and isinstance(worst, UnreadableLine)):
            return worst
        self.delimiter = best[1]
        return best[2]

    def _row(self, number: int, line: str) -> Row | UnreadableLine:
        """Return the row that begins with `line`, reading on where a cell goes over several lines."""
        joined = line
        more: list[tuple[int, str]] = []
        while True:
            row = self._parsed(number, joined, self.delimiter)
            if row is not None:
                if more and (isinstance(row, UnreadableLine) or len(row.cells) != len(self.header)):
                    break
                return self._fitting(row) if isinstance(row, Row) else row
            following = self._next_line() if len(more) < MOST_LINES_OF_A_ROW else None
            if following is None:
                break
            more.append(following)
            joined += following[1]
        self._waiting.extendleft(reversed(more))
        return UnreadableLine(number, _LONE_QUOTE)

    def _fitting(self, row: Row) -> Row | UnreadableLine:
        surplus = len(row.cells) - len(self.header)
        if surplus > 0 and any(cell.strip() for cell in row.cells[len(self.header) :]):
            return UnreadableLine(
                row.line, f"It has {len(row.cells)} cells, but there are {len(self.header)} columns."
            )
        if surplus < 0 and any(cell.strip() for cell in row.cells):
            cells = "1 cell" if len(row.cells) == 1 else f"{len(row.cells)} cells"
            return UnreadableLine(row.line, f"It has only {cells}, but there are {len(self.header)} columns.")
        return row

    def _parsed(self, number: int, line: str, delimiter: str) -> Row | UnreadableLine | None:
        """Return the row, why it is none, or None where it goes on in the next line."""
        if "\0" in line:
            return UnreadableLine(number, "It has a NUL byte in it, which no text has.")
        if len(line) > LONGEST_LINE:
            return UnreadableLine(number, f"It is longer than {LONGEST_LINE} characters.")
        if '"' not in line:
            cells = line.rstrip("\r\n").split(delimiter)
        else:
            try:
                cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
            except csv.Error as exc:
                if "unexpected end of data" in str(exc):
                    return None
                return UnreadableLine(number, _LONE_QUOTE)
        if len(cells) > MOST_COLUMNS:
            return UnreadableLine(number, f"It has more than {MOST_COLUMNS} cells.")
        if any(len(cell) > self._longest_field for cell in cells):
            return UnreadableLine(number, f"It has a cell with more than {self._longest_field} characters.")
        return Row(number, cells)

    def _next_line(self) -> tuple[int, str] | None:
        """Return the next line and its number; of a line that is far too long only its beginning."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._file.readline(LONGEST_LINE + 2)
        if not line:
            return None
        self._line += 1
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._file.readline(LONGEST_LINE)
        return self._line, line


_LONE_QUOTE = "A quotation mark in it is opened and not closed, or stands in the middle of a cell."
