"""Removing what has been kept for long enough, in small batches: no one else waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model, QuerySet

from photosync.apps.audit.models import Entry, PhotoView

ROWS_AT_ONCE = 2_000
EARLIEST_ZONE = timedelta(hours=14)
"""So far ahead of UTC is a day of a school at most."""


def remove_entries_before(instant: datetime) -> int:
    """Remove the entries of acts before `instant`; return how many. What is removed when it fails stays removed."""
    return _remove(Entry.objects.filter(at__lt=instant).order_by("at", "pk"))


def remove_views_before(instant: datetime) -> int:
    """Remove what was last seen before `instant`; return how many rows. A day that reaches beyond it stays whole."""
    rows = PhotoView.objects.filter(day__lte=(instant + EARLIEST_ZONE).date(), last_at__lt=instant)
    return _remove(rows.order_by("day", "pk"))


def _remove(rows: QuerySet[Entry] | QuerySet[PhotoView]) -> int:
    model: type[Model] = rows.model
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            count += model._default_manager.filter(pk__in=ids).delete()[0]  # Django's own name for it
    return count
