"""What is filtered of the audit as a file: CSV for spreadsheets, JSON lines for programs; with little memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from photosync.apps.audit.documents import entry_document, view_document
from photosync.apps.audit.models import Entry
from photosync.apps.audit.queries import Told
from photosync.apps.audit.view_words import ViewTold
from photosync.core.spreadsheets import in_pieces, rows_csv


def entries_csv(rows: Iterable[Entry | Told], zone: ZoneInfo) -> Iterator[bytes]:
    headings = [_("time"), _("who"), _("via"), _("act"), _("school"), _("what"), _("sentence")]
    names = ("at", "actor", "via", "act", "school", "subject", "sentence")
    documents = (entry_document(row, zone) for row in rows)
    return rows_csv(headings, ([each[name] for name in names] for each in documents))


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
    return rows_csv(headings, ([each[name] for name in names] for each in map(view_document, rows)))


def entries_lines(rows: Iterable[Entry | Told], zone: ZoneInfo) -> Iterator[bytes]:
    return _lines(entry_document(row, zone) for row in rows)


def views_lines(rows: Iterable[ViewTold]) -> Iterator[bytes]:
    return _lines(map(view_document, rows))


def _lines(documents: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield from in_pieces(json.dumps(each, ensure_ascii=False) + "\n" for each in documents)
