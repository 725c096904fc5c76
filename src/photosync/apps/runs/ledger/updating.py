"""Many rows in one statement each few hundred: to insert them, or to give each of them values of its own.

Django's `bulk_update` writes one CASE per column, which the database searches from its beginning for every row,
and its `bulk_create` makes an object of every row. Listing 100,000 files took them 145 s of processor time, and
takes these 8 s (docs/decisions/0005-speed.md). To be called in a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import CharField, Field, Model, TextField

from photosync.engine.observe import batches

ROWS_AT_ONCE = 400

Row = tuple[Any, ...]


def insert_rows(
    model: type[Model], fields: Sequence[str], rows: Iterable[Row], constants: Mapping[str, object]
) -> None:
    """Insert `rows`, each a value for each of `fields`, plain or binary. `constants` are the same for all of them.

    All other columns but the primary key get the default of their field.
    """
    columns = _fields(model, fields)
    others = [f for f in model._meta.concrete_fields if not f.primary_key and f not in columns]
    told = {**{f.name: f.get_default() for f in others}, **constants}
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(_column(f)) for f in (*columns, *others))
    found = ", ".join([f"new.column{i}" for i in range(1, len(columns) + 1)] + [_cast(f) for f in others])
    begin = f"INSERT INTO {quoted(model._meta.db_table)} ({names}) SELECT {found} FROM"
    _execute_each(begin, "", columns, rows, [told[f.name] for f in others])


def update_each(objects: Iterable[Model], fields: Sequence[str]) -> None:
    """Write `fields` of each of `objects`, which are of one model and have primary keys."""
    objects = list(objects)
    if objects:
        model = type(objects[0])
        names = [field.attname for field in _fields(model, fields)]
        update_rows(model, fields, ((each.pk, *(getattr(each, n) for n in names)) for each in objects))


def update_rows(model: type[Model], fields: Sequence[str], rows: Iterable[Row]) -> None:
    """Write `rows`, each of them a primary key and then a value for each of `fields`, plain or binary.

    No row may come twice.
    """
    columns = _fields(model, ("id", *fields))
    quoted = connection.ops.quote_name
    table = quoted(model._meta.db_table)
    assignments = ", ".join(f"{quoted(_column(f))} = new.column{i}" for i, f in enumerate(columns[1:], 2))
    where = f" WHERE {table}.{quoted(_column(columns[0]))} = new.column1"
    begin = f"UPDATE {table} SET {assignments} FROM"  # noqa: S608  # names of our own models, no value
    _execute_each(begin, where, columns, rows, [])


def _fields(model: type[Model], names: Sequence[str]) -> list[Field[Any, Any]]:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in names]


def _column(field: Field[Any, Any]) -> str:
    return field.column or field.name


def _execute_each(
    begin: str, end: str, columns: Sequence[Field[Any, Any]], rows: Iterable[Row], first_values: Sequence[Any]
) -> None:
    """Execute `begin (VALUES ...) AS new end` for every few hundred rows."""
    # The first row says of what types the columns are; PostgreSQL would take a column of nulls for text.
    first = ", ".join(map(_cast, columns))
    more = f", ({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for batch in batches(rows, ROWS_AT_ONCE):
            values = f"({first}){more * (len(batch) - 1)}"
            cursor.execute(f"{begin} (VALUES {values}) AS new{end}", [*first_values, *chain.from_iterable(batch)])


def _cast(field: Field[Any, Any]) -> str:
    # "varchar(10)" would cut off in silence what is too long; as text, the column itself refuses it.
    text = isinstance(field, CharField | TextField)
    return f"CAST(%s AS {'text' if text else field.cast_db_type(connection)})"
