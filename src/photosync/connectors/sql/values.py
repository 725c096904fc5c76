"""What a column holds, as Photo Sync takes it: identifiers as text, changes as stamps, years and sizes as numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from photosync.core.people import quoted
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR

LONGEST_STAMP = 100
LONGEST_CHANGED_BYTES = 64
"""A checksum has so many at the most; what is longer is the photo itself, which a listing does not move."""
MOST_SIZE = 1 << 53


class Unusable(Exception):
    """A value is not what its column is for. `reason` is the end of a sentence about the column."""

    def __init__(self, reason: str, do: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.do = do


def identifier_of(value: object) -> str:
    """Return the identifier as text, without the blanks that fill a CHAR column. Raises Unusable."""
    if isinstance(value, str):
        return value.rstrip(" ") or value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal | float):
        raise Unusable(
            f"holds {value}, a number that may have decimals, and codes are text",
            "Say in the query how it is written, for example CAST(code AS CHAR(20)) AS id.",
        )
    if value is None:
        raise Unusable("is empty (NULL) in a row", "Leave such rows out, with WHERE code IS NOT NULL.")
    raise Unusable(
        f"holds {_sort_of(value)}, and codes are text", "Choose the column with the code, or convert it to text."
    )


def cell_of(value: object) -> str:
    """Return what a person would read in the table; "" for NULL. Raises Unusable.

    A number that may have decimals is none of it: as a code it would be somebody else's.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.rstrip(" ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | UUID):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        raise Unusable(
            f"holds {value}, a number that may have decimals, and codes and year levels are text",
            "Leave the column out, or say in the query how it is written, for example "
            "CAST(code AS CHAR(20)) AS student_code.",
        )
    raise Unusable(f"holds {_sort_of(value)}, and not text", "Leave the column out, or convert it to text.")


def stamp_of(value: object) -> str | None:
    """Return what differs when the photo does; None where the row has no photo. Raises Unusable."""
    if value is None:
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        return _stamp_of_bytes(bytes(value))
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo is not None else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str | int | Decimal | float | UUID | timedelta):
        text = str(value).rstrip(" ")
        return text if len(text) <= LONGEST_STAMP and text.isprintable() else _digest(text)
    raise Unusable(f"holds {_sort_of(value)}", "Give a time stamp, a number or a checksum.")


def _stamp_of_bytes(value: bytes) -> str:
    if len(value) > LONGEST_CHANGED_BYTES:
        raise Unusable(
            f"holds {len(value):,} bytes, which looks like the photo itself",
            "Give a time stamp, a row version or a checksum that the server works out, so that no photo is moved to "
            "see whether it has changed.",
        )
    return value.hex()


def year_of(value: object) -> int | None:
    """Return the academic year; None where the row does not say it. Raises Unusable."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = str(value).strip()
    if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:9]) <= LAST_YEAR:
        return int(text)
    raise Unusable(
        f"holds {quoted(text[:40])}, which is no year", f"Give a year of four digits, {FIRST_YEAR} to {LAST_YEAR}."
    )


def size_of(value: object) -> int:
    """Return the size in bytes; 0 where the row does not say it, or says what cannot be."""
    if isinstance(value, int | Decimal | float) and 0 <= value <= MOST_SIZE:
        return int(value)
    return 0


def photo_of(row: Mapping[str, object]) -> bytes | None:
    """Return the bytes in the column photo; None where there are none. Raises Unusable."""
    value = row["photo"]
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    raise Unusable(
        f"holds {_sort_of(value)} and not the bytes of a picture",
        "Let the query turn it into bytes. Where it is the path of a file, call it path and fill in the folder.",
    )


def path_of(value: object) -> str | None:
    """Return a path with `/` between its parts; None where there is none. Raises Unusable."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unusable(f"holds {_sort_of(value)} and not a path", "Choose the column with the path of the file.")
    return value.strip().replace("\\", "/") or None


def _sort_of(value: object) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime | date | time | timedelta):
        return "a date or time"
    if isinstance(value, int | float | Decimal):
        return "a number"
    return f"a value of the type {type(value).__name__}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
