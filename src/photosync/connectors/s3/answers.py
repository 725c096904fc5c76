"""What an S3 store answers, read from its XML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from photosync.connectors.etags import etag_stamp

MOST_CODE_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Listed:
    key: bytes
    size_bytes: int
    stamp: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One answer of a listing, of 1,000 keys at the most. `next_token` is None in the last one."""

    objects: list[Listed]
    prefixes: list[bytes]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a store did not do it. `code` is its own word, "" where it gave none; `region` is where the bucket is."""

    status: int
    code: str = ""
    region: str = ""


class NoList(Exception):
    """What was answered is no list of a bucket."""


def list_page(content: bytes) -> ListPage:
    """Return what an answer to ListObjectsV2 holds. Raises NoList."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
        if _local(root) != "ListBucketResult":
            raise NoList
        is_encoded = _text(root, "EncodingType") == "url"
        return ListPage(
            objects=[_listed(each, is_encoded=is_encoded) for each in root if _local(each) == "Contents"],
            prefixes=[
                _key(each, "Prefix", is_encoded=is_encoded) for each in root if _local(each) == "CommonPrefixes"
            ],
            next_token=_next_token(root),
        )
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NoList from error


def refusal(status: int, content: bytes, *, region: str = "") -> Refusal:
    """Return what an answer says that is none. `region` is that of its header."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return Refusal(status, region=_word(region))
    if _local(root) != "Error":
        return Refusal(status, region=_word(region))
    return Refusal(status, _word(_text(root, "Code")), _word(region or _text(root, "Region")))


def _listed(element: Element, *, is_encoded: bool) -> Listed:
    return Listed(
        key=_key(element, "Key", is_encoded=is_encoded),
        size_bytes=_size(_text(element, "Size")),
        stamp=etag_stamp(_text(element, "ETag"), _time(_text(element, "LastModified"))),
    )


def _key(element: Element, name: str, *, is_encoded: bool) -> bytes:
    text = _text(element, name)
    if not text:
        raise NoList
    # As forms are encoded: a space is a plus, and a plus is %2B.
    return unquote_to_bytes(text.replace("+", " ")) if is_encoded else text.encode("utf-8", "surrogatepass")


def _next_token(root: Element) -> str | None:
    is_truncated = _text(root, "IsTruncated").strip().lower()
    token = _text(root, "NextContinuationToken")
    # A list is whole only where the store says so: what is not on it counts as gone.
    if is_truncated == "false" and not token:
        return None
    if is_truncated != "true" or not token:
        raise NoList
    return token


def _size(text: str) -> int:
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    if size < 0:
        raise NoList
    return size


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    return next((each.text or "" for each in element if _local(each) == name), "")


def _word(text: str) -> str:
    """Return a word that a store says of itself, if it is one that can be shown."""
    text = text.strip()
    is_word = text.isascii() and text.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return text if is_word and len(text) <= MOST_CODE_CHARACTERS else ""
