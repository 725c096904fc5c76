"""Texts that are to be opened in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINES_AT_ONCE = 500
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """Return `value` as text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def rows_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield rows under their headings as the bytes of a CSV file that spreadsheets read as UTF-8, piece by piece."""
    line = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + line.writerow(headings).encode()
    yield from in_pieces(line.writerow([safe_cell(cell) for cell in row]) for row in rows)


def in_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield lines as bytes, many at once."""
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) == LINES_AT_ONCE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


class _Echo:
    """What the CSV writer writes to: it gives every line back."""

    def write(self, line: str) -> Any:
        return line
