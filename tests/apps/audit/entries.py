"""What is recorded, as tests compare it."""

from __future__ import annotations

from typing import Any

from photosync.apps.audit.models import Entry

Told = tuple[str, str, list[tuple[str, str | None, str | None]], str]


def told(entry: Entry) -> Told:
    """Return (act, subject, changes, note)."""
    changes: list[Any] = [tuple(change) for change in entry.changes]
    return entry.act, entry.subject, changes, entry.note


def take_told() -> list[Told]:
    """Return what was recorded since this was last asked, the first act first."""
    entries = list(Entry.objects.order_by("pk"))
    Entry.objects.all().delete()
    return [told(entry) for entry in entries]
