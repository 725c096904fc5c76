"""The sum of a file's bytes as a server tells it beside them: one that was turned on the way is found by it.

TCP finds most such bytes and not all; over https none passes.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

ANOTHER_SUM: Final = "what came is not what it has, going by the checksum that it gives"
_AES256: Final = "AES256"
_MD5: Final = re.compile(r'"?([0-9a-f]{32})"?', re.IGNORECASE)
_ALGORITHMS: Final = {
    "md5": "md5",
    "sha": "sha1",
    "sha1": "sha1",
    "sha256": "sha256",
    "sha512": "sha512",
}


class Sum(NamedTuple):
    algorithm: str
    digest: bytes


class Arrival:
    """Sees in each try to read one file whether it came as the server has it."""

    def __init__(self) -> None:
        self._before = b""

    def is_whole(self, content: bytes, told: Sum | None) -> bool:
        """Whether `content` has the sum that was told, or came like that before.

        Twice the same is no fault of the line, but of what is told: of an object that is encrypted or was put
        together, or by whoever uploaded it.
        """
        if told is None:
            return True
        # The lock of the interpreter is free meanwhile: the next photo is decoded in another thread.
        found = hashlib.new(told.algorithm, content, usedforsecurity=False).digest()
        is_whole = found in (told.digest, self._before)
        self._before = found
        return is_whole


def sum_by_etag(headers: Mapping[str, str]) -> Sum | None:
    """Return the ETag of an S3 store: it is the MD5 of what was put there whole, without a key of its own."""
    if _is_packed(headers):
        return None
    for name, value in headers.items():
        by_store = name.lower().endswith("server-side-encryption") and value.strip() == _AES256
        if "server-side-encryption" in name.lower() and not by_store:
            return None
    found = _MD5.fullmatch(headers.get("etag", "").strip())
    return Sum("md5", bytes.fromhex(found[1])) if found else None


def sum_by_headers(headers: Mapping[str, str]) -> Sum | None:
    """Return the sum in the headers of ownCloud and Nextcloud, of Apache, or of RFC 9530 and what came before it."""
    if _is_packed(headers):
        return None
    return next(_sums(headers), None)


def _sums(headers: Mapping[str, str]) -> Iterator[Sum]:
    for part in headers.get("oc-checksum", "").split():
        name, _, text = part.partition(":")
        with_sum = re.fullmatch(r"(?:[0-9a-f]{2})+", text, re.IGNORECASE)
        yield from _sum(name, bytes.fromhex(text) if with_sum else b"")
    for header in ("repr-digest", "content-digest", "digest"):
        for part in headers.get(header, "").split(","):
            name, _, text = part.strip().partition("=")
            yield from _sum(name, _from_base64(text.strip(":")))
    yield from _sum("md5", _from_base64(headers.get("content-md5", "")))


def _sum(name: str, digest: bytes) -> Iterator[Sum]:
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if algorithm is not None and len(digest) == hashlib.new(algorithm, usedforsecurity=False).digest_size:
        yield Sum(algorithm, digest)


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except ValueError:
        return b""


def _is_packed(headers: Mapping[str, str]) -> bool:
    """Whether it came packed: nobody knows whether the sum is then that of the file."""
    return "gzip" in headers.get("content-encoding", "").lower()
