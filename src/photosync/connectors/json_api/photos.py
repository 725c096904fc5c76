"""What a value of a record is: a photo as base64, a link to one, none at all, or nothing that can be used."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_to_bytes

from photosync.connectors.json_api.paths import MISSING
from photosync.connectors.json_api.ways import BASE64, LINK
from photosync.outgoing.http import Answer

LONGEST_LINK = 4_000
LONGEST_STAMP = 150
_SPACE = re.compile(r"\s+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_ADDRESS = re.compile(r"(?i)https?://")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


class Sort(StrEnum):
    NONE = "none"
    INLINE = "inline"
    LINK = "link"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class PhotoValue:
    sort: Sort
    text: str = ""
    """The base64 without white space, the link, or why the value cannot be used."""

    @property
    def content(self) -> bytes:
        """Return the bytes of what is INLINE; it was decoded once already."""
        return _decoded(self.text) or b""


ABSENT = PhotoValue(Sort.NONE)


def photo_value(value: Any, way: str) -> PhotoValue:
    """Return what the value is, read in the `way` that the option `photo_is` says."""
    if value is None or value is MISSING:
        return ABSENT
    if not isinstance(value, str):
        return PhotoValue(Sort.UNFIT, "is neither text nor null")
    text = value.strip()
    if not text:
        return ABSENT
    if text[:5].lower() == "data:":
        return _data_uri(text)
    if way == LINK or _ADDRESS.match(text):
        return _link(text)
    packed = _SPACE.sub("", text)
    content = _decoded(packed)
    if way == BASE64:
        return PhotoValue(Sort.UNFIT, "is not base64") if content is None else PhotoValue(Sort.INLINE, packed)
    if content is not None and (content.startswith(_PICTURES) or content[4:8] == b"ftyp" or len(text) > LONGEST_LINK):
        return PhotoValue(Sort.INLINE, packed)
    return _link(text)


def _link(text: str) -> PhotoValue:
    if len(text) > LONGEST_LINK:
        return PhotoValue(Sort.UNFIT, "is neither base64 nor a link")
    return PhotoValue(Sort.LINK, text)


def _data_uri(text: str) -> PhotoValue:
    """Read what RFC 2397 describes."""
    head, comma, rest = text.partition(",")
    if not comma:
        return PhotoValue(Sort.UNFIT, "begins with data: and has no data")
    if head.lower().endswith(";base64"):
        packed = _SPACE.sub("", rest)
        if _decoded(packed) is None:
            return PhotoValue(Sort.UNFIT, "is not base64")
        return PhotoValue(Sort.INLINE, packed)
    return PhotoValue(Sort.INLINE, _packed(unquote_to_bytes(rest)))


def _packed(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).decode()


def _decoded(packed: str) -> bytes | None:
    """Return the bytes of base64 in either alphabet, padded or not; None for what is none."""
    plain = packed.replace("-", "+").replace("_", "/").rstrip("=")
    if _NOT_BASE64.search(plain) or len(plain) % 4 == 1:
        return None
    try:
        return b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        return None


def stamp_of_bytes(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def stamp_of_text(sort: str, text: str) -> str:
    """Return a stamp that holds `text`, or its hash where it is long."""
    if len(text) > LONGEST_STAMP or not text.isprintable():
        text = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{sort}:{text}"


def stamp_of_answer(answer: Answer) -> str | None:
    """Return the stamp that the server gives what it answered with; None where it gives none."""
    if etag := answer.headers.get("etag", "").strip():
        return stamp_of_text("etag", etag)
    if modified := answer.headers.get("last-modified", "").strip():
        return stamp_of_text("modified", modified)
    return None
