"""What requests may hold: texts, numbers and days, with their bounds; all else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Path, Query, Schema
from pydantic import ConfigDict, Field

from photosync.apps.accounts.permissions import Permission
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

LARGEST = 2**63 - 1
NO_NUL = r"^[^\x00]*$"

Id = Annotated[int, Path(ge=1, le=LARGEST)]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Year = Annotated[int, Field(ge=1900, le=9998)]
Flag = Literal["true", "false"]
SchoolCode = Annotated[
    str | None,
    Query(
        None,
        max_length=16,
        pattern=NO_NUL,
        description="The code of the school; may be left out where the token has only one.",
    ),
]


ShortText = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
LongText = Annotated[str, Field(max_length=2_000, pattern=NO_NUL)]
OptionText = Annotated[str, Field(max_length=4_096, pattern=NO_NUL)]
"""A query, a key or a certificate is no short text; pages take as much."""
AskedText = Annotated[str | None, Query(None, max_length=200, pattern=NO_NUL)]
DayText = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"}, description="YYYY-MM-DD")
]


class Body(Schema):
    """A body of JSON: no member that is not known, and no value of another type than it should be."""

    model_config = ConfigDict(extra="forbid", strict=True)


def day(value: str, name: str) -> date:
    """Return the day. Raises WrongUse for one that there is not."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise WrongUse(
            _("{value} is not a date for {name}. Nothing was done. Write it as YYYY-MM-DD.").format(
                value=quoted(value), name=name
            )
        ) from error


def any_of(needs: Sequence[Permission]) -> str:
    """Return for instance "SYNC: VIEW or SYNC: DELIVER"."""
    return " or ".join(each.value for each in needs)


def told(
    needs: Permission | Sequence[Permission] | None, *, if_match: bool = False, once: bool = False
) -> dict[str, Any]:
    """Return what the schema says of an operation: the permission it needs (any of several), the headers it takes."""
    permission = None if needs is None else any_of((needs,) if isinstance(needs, Permission) else needs)
    return {"x-permission": permission, "x-if-match": if_match, "x-idempotent": once}
