"""The journal of erasures, beside the database: it survives the database, and a restored backup is held against it.

`erasures.jsonl` in the data folder; lines are only ever added, each durable before the next. A later line of the same
mark says what changed since. Names and codes stand in none.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from photosync.apps.erasing.models import Erasure, Scope
from photosync.core.errors import WrongUse

AT_ONCE = 500
NAME = "erasures.jsonl"
_TEXTS = ("mark", "scope", "kind", "who", "why", "note", "by", "allowed_by")
_NUMBERS = ("versions", "pictures", "pictures_kept", "blobs", "size_bytes", "unarchived_reports")


def journal_path() -> Path:
    return Path(settings.PHOTOSYNC_DATA) / NAME


def key_mark() -> str:
    """Return by what it is seen whether two records were hashed with the same key; the key is not in it."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"which key of erasures", "sha256").hex()[:16]


def line_of(erasure: Erasure) -> dict[str, Any]:
    """Return the record as it stands in the journal and in a backup."""
    return {
        **{name: str(getattr(erasure, name)) for name in _TEXTS},
        **{name: getattr(erasure, name) for name in _NUMBERS},
        "key": key_mark(),
        "school": erasure.school.code,
        "at": erasure.at.isoformat(),
        "archived": erasure.archived,
        "allowed_at": None if erasure.allowed_at is None else erasure.allowed_at.isoformat(),
    }


def write_down() -> int:
    """Write every record to the journal that is not there yet; return how many lines that were."""
    count = 0
    rows = Erasure.objects.filter(is_journaled=False).select_related("school").order_by("pk")
    while batch := list(rows[:AT_ONCE]):
        append([line_of(each) for each in batch])
        for each in batch:
            # One that was changed again meanwhile is written once more.
            same = Erasure.objects.filter(pk=each.pk, allowed_at=each.allowed_at)
            same.update(is_journaled=True)
        count += len(batch)
    return count


def append(lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines to the journal, durably; a half line that a killed process left is ended first."""
    body = b"".join(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n" for line in lines)
    if not body:
        return
    path = journal_path()
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
            body = b"\n" + body
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True)
class Noted:
    """A record of the journal, the latest of its mark."""

    line: Mapping[str, Any]

    @property
    def mark(self) -> str:
        return str(self.line["mark"])

    @property
    def who(self) -> str:
        return str(self.line["who"])

    def row(self) -> Erasure:
        """Return the record as it was, not stored, without school, person and counts."""
        allowed = self.line.get("allowed_at")
        return Erasure(
            mark=self.mark,
            scope=Scope(self.line["scope"]),
            why=self.line["why"],
            note=self.line["note"],
            by=self.line["by"],
            at=datetime.fromisoformat(self.line["at"]),
            allowed_at=None if allowed is None else datetime.fromisoformat(allowed),
            allowed_by=self.line["allowed_by"],
        )

    def add_counts(self, row: Erasure) -> None:
        """Let the record of an erasure that is applied again tell what was erased the first time too."""
        for name in _NUMBERS:
            setattr(row, name, max(getattr(row, name), int(self.line[name])))
        row.archived = row.archived or list(self.line["archived"])


def read_journal(path: Path) -> dict[str, Noted]:
    """Return the latest record of each mark; of a file that is not there, none.

    A last line that was cut off by a crash is left out: its erasure is still in the database. Raises WrongUse for a
    file that is no journal.
    """
    found: dict[str, Noted] = {}
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                if not text.strip():
                    continue
                noted = _noted(text)
                if noted is None:
                    if not text.endswith(b"\n") or number > 1:
                        continue
                    raise WrongUse(f"{path} is no journal of erasures. Nothing was done. Give an erasures.jsonl.")
                found[noted.mark] = noted
    except FileNotFoundError:
        return {}
    return found


def _noted(text: bytes) -> Noted | None:
    needed = {*_TEXTS, *_NUMBERS, "key", "school", "at", "archived", "allowed_at"}
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return Noted(line) if isinstance(line, dict) and needed <= line.keys() else None
