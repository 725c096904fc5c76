"""Changes many rows to values of their own in one statement each few hundred.

Django's `bulk_update` writes one CASE per column, which the database searches from its beginning for every row:
100,000 matched files took it 140 s, and take this 3 s (docs/decisions/0005-speed.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import CharField, Field, Model, TextField

from photosync.engine.observe import batches

ROWS_AT_ONCE = 400


def update_each(objects: Iterable[Model], fields: Sequence[str]) -> None:
    """Write `fields` of each of `objects`, which are of one model and have primary keys."""
    objects = list(objects)
    if objects:
        model = type(objects[0])
        columns = [model._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]  # no relations back
        update_rows(model, fields, ((each.pk, *(getattr(each, c) for c in columns)) for each in objects))


def update_rows(model: type[Model], fields: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write `rows`, each of them a primary key and then a value for each of `fields`, a plain or binary one.

    No row may come twice. To be called in a transaction.
    """
    meta = model._meta
    columns = [meta.pk, *(meta.get_field(name) for name in fields)]
    quoted = connection.ops.quote_name
    table = quoted(meta.db_table)
    assignments = ", ".join(f"{quoted(f.column)} = new.column{i}" for i, f in enumerate(columns[1:], 2))
    # The first row says of what type the columns are; PostgreSQL would take a column of nulls for text.
    first = ", ".join(f"CAST(%s AS {_type_of(field)})" for field in columns)
    more = f", ({', '.join(['%s'] * len(columns))})"
    end = f") AS new WHERE {table}.{quoted(columns[0].column)} = new.column1"
    with connection.cursor() as cursor:
        for batch in batches(rows, ROWS_AT_ONCE):
            values = f"({first}){more * (len(batch) - 1)}"
            cursor.execute(
                f"UPDATE {table} SET {assignments} FROM (VALUES {values}{end}",  # noqa: S608  # names of our models
                list(chain.from_iterable(batch)),
            )


def _type_of(field: Field[Any, Any]) -> str:
    # "varchar(10)" would cut off in silence what is too long; as text, the column itself refuses it.
    return "text" if isinstance(field, CharField | TextField) else str(field.cast_db_type(connection))
