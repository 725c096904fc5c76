"""Removing what has been kept for as long as the schools have set, in small batches: no one else waits for it.

Rule: docs/decisions/0006, "Retention".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model, QuerySet

from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.schools.models import School
from photosync.core.instants import first_instant_of, local_date
from photosync.core.retention import day_years_before

ROWS_AT_ONCE = 2_000
MOST_ROWS = 100_000
"""Of each kind in one go: housekeeping comes again in some hours, and the worker's tick waits for it."""
EARLIEST_ZONE = timedelta(hours=14)
"""So far ahead of UTC is a day of a school at most."""


@dataclass(frozen=True, slots=True)
class Removed:
    entries: int
    views: int


def remove_what_is_over(now: datetime) -> Removed:
    """Remove what every school's setting lets go by `now`, up to `MOST_ROWS` of each kind; the rest goes next time.

    Entries of the installation, which have no school, are kept for as long as the school that keeps longest;
    without a school they are kept.
    """
    entries = views = 0
    schools = list(School.objects.all())
    for school in schools:
        if before := _kept_since(school, school.audit_years, now):
            entries += remove_entries_before(before, school=school, most=MOST_ROWS - entries)
        if before := _kept_since(school, school.photo_views_years, now):
            views += remove_views_before(before, school=school, most=MOST_ROWS - views)
    limits = [_kept_since(school, school.audit_years, now) for school in schools]
    known = [each for each in limits if each is not None]
    if known and len(known) == len(limits):
        entries += remove_entries_before(min(known), school=None, most=MOST_ROWS - entries)
    return Removed(entries, views)


def _kept_since(school: School, years: int | None, now: datetime) -> datetime | None:
    """Return the first instant of which everything is kept; None where all of it is."""
    if years is None:
        return None
    return first_instant_of(day_years_before(local_date(now, school.zone), years), school.zone)


def remove_entries_before(instant: datetime, *, school: School | None, most: int = MOST_ROWS) -> int:
    """Remove the entries of `school` (None: of the installation) from before `instant`; return how many.

    What is removed when it fails stays removed.
    """
    return _remove(Entry.objects.filter(school=school, at__lt=instant).order_by("at", "pk"), most)


def remove_views_before(instant: datetime, *, school: School, most: int = MOST_ROWS) -> int:
    """Remove what was last seen before `instant`; return how many rows. A day that reaches beyond it stays whole."""
    latest_day = (instant + EARLIEST_ZONE).date()
    rows = PhotoView.objects.filter(school=school, day__lte=latest_day, last_at__lt=instant)
    return _remove(rows.order_by("day", "pk"), most)


def _remove(rows: QuerySet[Entry] | QuerySet[PhotoView], most: int) -> int:
    model: type[Model] = rows.model
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[: min(ROWS_AT_ONCE, most - count)]):
        with transaction.atomic():
            count += model._default_manager.filter(pk__in=ids).delete()[0]  # Django's own name for it
    return count
