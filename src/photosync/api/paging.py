"""Lists in parts: at most `limit` items, and the place after the last one as `next`. Nothing is counted."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from photosync.core.errors import WrongUse

Row = TypeVar("Row", bound=Model)
USUAL, MOST = 100, 1_000
LONGEST_CURSOR = 200
LARGEST = 2**63 - 1

Limit = Annotated[int, Query(USUAL, ge=1, le=MOST, description="At most so many items.")]
After = Annotated[
    str | None,
    Query(None, max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$", description="The `next` of the part before."),
]


def part(
    rows: QuerySet[Row],
    shown: Callable[[list[Row]], Iterable[dict[str, Any]]],
    *,
    after: str | None,
    limit: int,
    newest_first: bool = False,
) -> dict[str, Any]:
    """Return {items, next} of `rows` in the order of their ids, or from the newest back. Two rows are never skipped
    or repeated, whatever is added or deleted in between.
    """
    if after is not None:
        (last,) = place_of(after, 1)
        rows = rows.filter(pk__lt=last) if newest_first else rows.filter(pk__gt=last)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    page = found[:limit]
    return {"items": list(shown(page)), "next": cursor(page[-1].pk) if len(found) > limit else None}


def cursor(*place: int) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(text: str, numbers: int) -> tuple[int, ...]:
    """Return the numbers of a cursor. Raises WrongUse for what no answer has given."""
    try:
        place = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (NotBase64, ValueError, RecursionError):
        place = None
    if (
        not isinstance(place, list)
        or len(place) != numbers
        or any(type(each) is not int or not 0 <= each <= LARGEST for each in place)
    ):
        raise WrongUse(_("This `after` is not the `next` of an answer. Nothing was done. Begin again without it."))
    return tuple(place)
