"""The changes of a run as a CSV file, line by line, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.people.protected_names import ProtectedNames, may_be_protected, not_named
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.queries import files_in
from photosync.core.spreadsheets import safe_cell
from photosync.engine.names import joined_path

ROWS_AT_ONCE = 500


def changes_csv(run: Run, names: ProtectedNames) -> Iterator[bytes]:
    """Yield the file in pieces of ROWS_AT_ONCE lines. A byte-order mark lets spreadsheets read it as UTF-8.

    `names` are those that whoever asks may not read.
    """
    line = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + line.writerow(_headings()).encode()
    piece: list[str] = []
    for row in _rows(run, names):
        piece.append(line.writerow([safe_cell(cell) for cell in row]))
        if len(piece) == ROWS_AT_ONCE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def _headings() -> list[str]:
    return [
        _("action"),
        _("state"),
        _("kind"),
        _("code"),
        _("name"),
        _("year"),
        _("file"),
        _("reason"),
        _("doubt"),
        _("why it is doubtful"),
    ]


def _rows(run: Run, names: ProtectedNames) -> Iterator[list[object]]:
    items = run.items.select_related("person").order_by("pk")
    for item in items.iterator(chunk_size=ROWS_AT_ONCE):
        yield _item_row(item, names)
    for action in (ListedFile.State.UNMATCHED, ListedFile.State.REVIEW):
        files = files_in(run.profile_id, [action]).filter(noted_in_run=run.pk, person__isnull=True)
        for file in files.select_related("page").order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
            path, reason = joined_path(file.page.folder, file.name), file.reason
            if names.tell_of(path, reason):
                path, reason = not_named(), may_be_protected()
            yield [action, "", "", "", "", "", path, reason, "", ""]


def _item_row(item: PlanItem, names: ProtectedNames) -> list[object]:
    person = item.person
    if person is not None and person.protected:
        return [item.action, item.state, person.kind, "", _("A protected person"), item.academic_year, "", "", "", ""]
    who = ["", "", ""] if person is None else [person.kind, person.code, person.label]
    doubt = [item.doubt, " ".join(names.texts(item.doubt_reasons))]
    told = [names.path_of_matched(item.file_path), names.text(item.reason)]
    return [item.action, item.state, *who, item.academic_year, *told, *doubt]


class _Echo:
    """What the CSV writer writes to: it gives every line back."""

    def write(self, line: str) -> Any:
        return line
