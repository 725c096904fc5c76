"""Writing views of photos: one row for each account, person and day of the school, however many processes write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import connection, transaction

from photosync.apps.audit.models import PhotoView
from photosync.apps.schools.models import School
from photosync.core.instants import local_date

QUARTER_HOUR_S: Final = 900
SCHOOL_ID, FIRST_AT, LAST_AT, TIMES, FULL_TIMES = range(5)

SeenKey = tuple[int, int, int]
"""Account, person, and quarter of an hour since 1970."""
Seen = list[Any]
"""School, first and last time (seconds since 1970), how often, how often in full."""

_COLUMNS = ("school_id", "account_id", "person_id_of", "day", "first_at", "last_at", "times", "full_times")
_UPSERT = """
INSERT INTO {table} ({columns}) VALUES ({values})
ON CONFLICT (person_id_of, day, account_id) DO UPDATE SET
    first_at = CASE WHEN excluded.first_at < {table}.first_at THEN excluded.first_at ELSE {table}.first_at END,
    last_at = CASE WHEN excluded.last_at > {table}.last_at THEN excluded.last_at ELSE {table}.last_at END,
    times = {table}.times + excluded.times,
    full_times = {table}.full_times + excluded.full_times
"""


def write_views(seen: Mapping[SeenKey, Seen]) -> None:
    """Add `seen` to the rows that there are, all of it or nothing. What is of a school that is gone is left out."""
    if not seen:
        return
    with transaction.atomic():
        schools = School.objects.in_bulk({each[SCHOOL_ID] for each in seen.values()})
        zones = {pk: school.zone for pk, school in schools.items()}
        # In one order everywhere, so that two processes never wait for each other crosswise.
        rows = sorted(
            _row(key, each, local_date(_instant(each[FIRST_AT]), zone))
            for key, each in seen.items()
            if (zone := zones.get(each[SCHOOL_ID])) is not None
        )
        with connection.cursor() as cursor:
            cursor.executemany(_statement(), [_adapted(row) for row in rows])


def _row(key: SeenKey, seen: Seen, day: date) -> tuple[Any, ...]:
    account_id, person_id, _quarter = key
    first_at, last_at = _instant(seen[FIRST_AT]), _instant(seen[LAST_AT])
    return (seen[SCHOOL_ID], account_id, person_id, day, first_at, last_at, seen[TIMES], seen[FULL_TIMES])


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _statement() -> str:
    quoted = connection.ops.quote_name(PhotoView._meta.db_table)
    return _UPSERT.format(table=quoted, columns=", ".join(_COLUMNS), values=", ".join(["%s"] * len(_COLUMNS)))


def _adapted(row: tuple[Any, ...]) -> list[Any]:
    """Return the values as the database takes them."""
    to_database = {date: connection.ops.adapt_datefield_value, datetime: connection.ops.adapt_datetimefield_value}
    return [to_database[type(value)](value) if type(value) in to_database else value for value in row]
