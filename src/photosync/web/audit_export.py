"""What is filtered of the audit as a file: CSV for spreadsheets, JSON lines for programs; with little memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from photosync.apps.audit.documents import entry_document, view_document
from photosync.apps.audit.models import Entry
from photosync.apps.audit.queries import Told
from photosync.apps.audit.view_words import ViewTold
from photosync.core.spreadsheets import safe_cell

LINES_AT_ONCE = 500
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def entries_csv(rows: Iterable[Entry | Told], zone: ZoneInfo) -> Iterator[bytes]:
    headings = [_("time"), _("who"), _("via"), _("act"), _("school"), _("what"), _("sentence")]
    names = ("at", "actor", "via", "act", "school", "subject", "sentence")
    documents = (entry_document(row, zone) for row in rows)
    return _csv(headings, ([each[name] for name in names] for each in documents))


def views_csv(rows: Iterable[ViewTold]) -> Iterator[bytes]:
    headings = [
        _("day"),
        _("who"),
        _("whose photo"),
        _("school"),
        _("first"),
        _("last"),
        _("times"),
        _("in full size"),
    ]
    names = ("day", "viewer", "person", "school", "first_at", "last_at", "times", "full_times")
    return _csv(headings, ([each[name] for name in names] for each in map(view_document, rows)))


def entries_lines(rows: Iterable[Entry | Told], zone: ZoneInfo) -> Iterator[bytes]:
    return _lines(entry_document(row, zone) for row in rows)


def views_lines(rows: Iterable[ViewTold]) -> Iterator[bytes]:
    return _lines(map(view_document, rows))


def _lines(documents: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield from _pieces(json.dumps(each, ensure_ascii=False) + "\n" for each in documents)


def rows_csv(headings: list[str], rows: Iterable[list[object]]) -> Iterator[bytes]:
    """Return rows under their headings as the bytes of a CSV file, piece by piece."""
    return _csv(headings, rows)


def _csv(headings: list[str], rows: Iterable[list[object]]) -> Iterator[bytes]:
    line = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + line.writerow(headings).encode()
    yield from _pieces(line.writerow([safe_cell(cell) for cell in row]) for row in rows)


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
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
