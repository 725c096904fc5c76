"""Walking along many rows from the newest to older ones, a page at a time, with a bounded amount of looking.

A page goes on where the one before ended (its last row's time and id), so that the thousandth is as quick as the
first. One condition leads along an index. Where there are others, at most LOOKED_AT rows of that index are looked
at for one page; the page then says how far back it looked, and the next one goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Concat

LOOKED_AT = 50_000

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the time (or day) and id of its last row."""

    at: datetime | date
    row_id: int


@dataclass(frozen=True, slots=True)
class Walked(Generic[Row]):
    """`goes_on` is where older rows are to be looked for, None at the end. `looked_back_to` is None where nothing
    was left out because of the bound."""

    rows: tuple[Row, ...]
    goes_on: Place | None
    looked_back_to: datetime | date | None = None


def walk(led: QuerySet[Row], others: QuerySet[Row] | None, key: str, place: Place | None, size: int) -> Walked[Row]:
    """Return up to `size` rows after `place`. `led` has the conditions of the index; `others` all conditions,
    None where there are no further ones."""
    order = (f"-{key}", "-pk")
    bound = None
    if others is not None:
        ends = _after(led, key, place).order_by(*order).values_list(key, "pk")[LOOKED_AT - 1 : LOOKED_AT]
        bound = next((Place(*each) for each in ends), None)
    rows = _after(led if others is None else others, key, place)
    if bound is not None:
        rows = rows.filter(Q(**{f"{key}__gt": bound.at}) | Q(**{key: bound.at, "pk__gte": bound.row_id}))
        rows = rows.filter(**{f"{key}__gte": bound.at})
    found = list(rows.order_by(*order)[: size + 1])
    if len(found) > size:
        last = found[size - 1]
        return Walked(tuple(found[:size]), Place(getattr(last, key), last.pk))
    return Walked(tuple(found), bound, None if bound is None else bound.at)


def _after(rows: QuerySet[Row], key: str, place: Place | None) -> QuerySet[Row]:
    if place is None:
        return rows
    earlier = Q(**{f"{key}__lt": place.at}) | Q(**{key: place.at, "pk__lt": place.row_id})
    # Said twice, so that the database sees where in the index to begin.
    return rows.filter(earlier, **{f"{key}__lte": place.at})


def unled(rows: QuerySet[Any], **conditions: Any) -> QuerySet[Any]:
    """Return `rows` with conditions for which the database does not leave the index that leads."""
    for name, value in conditions.items():
        plain = F(name) + 0 if isinstance(value, int) else Concat(F(name), Value(""))
        rows = rows.alias(**{f"unled_{name}": plain}).filter(**{f"unled_{name}": value})
    return rows
