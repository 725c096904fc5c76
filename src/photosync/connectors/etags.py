"""Stamps of what a web server holds: its ETag, and when it says that a file was changed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

_QUOTE: Final = '"'
LONGEST_TAG: Final = 150
"""What is longer is hashed: a stamp is stored in 200 characters."""


def etag_stamp(e_tag: str, changed: datetime | None) -> str:
    """Return the stamp of a file.

    Whether the ETag is weak does not count: some servers say so for a second after a change. Of the time, whole
    seconds do: a listing may know smaller parts, the header of an answer does not. Where there is neither, it is "."
    (`contract.tells_nothing`).
    """
    tag = e_tag.strip().removeprefix("W/").strip(_QUOTE)
    if len(tag) > LONGEST_TAG:
        tag = sha256(tag.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{tag}.{int(changed.timestamp())}" if changed else f"{tag}."


def http_time(text: str) -> datetime | None:
    """Return a time as headers have it, such as "Sat, 28 Nov 2026 20:43:07 GMT"; None where it is none."""
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # One without a zone is in UTC, wherever this server is.
    return time if time.tzinfo else time.replace(tzinfo=UTC)
