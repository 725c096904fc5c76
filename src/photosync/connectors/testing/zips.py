"""ZIPs as programs make them, and as no program does: every field can be told to lie."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

FULL_32 = 0xFFFFFFFF
UTF_8_FLAG = 0x800
FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Zipped:
    """One entry. What is None is what it should be; `packed` are the bytes that lie in the ZIP for it."""

    name: str | bytes
    content: bytes = b""
    method: int = 8
    packed: bytes | None = None
    host: int = 3
    attributes: int = FILE_MODE
    flags: int | None = None
    extra: bytes = b""
    crc: int | None = None
    size_bytes: int | None = None
    packed_bytes: int | None = None
    offset: int | None = None
    local_name: bytes | None = None

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode("utf-8", "surrogateescape")

    @property
    def own_flags(self) -> int:
        if self.flags is not None:
            return self.flags
        return 0 if isinstance(self.name, bytes) or self.name.isascii() else UTF_8_FLAG

    @property
    def payload(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method == 8:
            return deflated(self.content)
        if self.method == 12:
            return bz2.compress(self.content)
        return _lzma(self.content) if self.method == 14 else self.content


def zip_bytes(
    entries: Sequence[Zipped],
    *,
    before: bytes = b"",
    comment: bytes = b"",
    zip64: bool = False,
    entry_count: int | None = None,
    shift: int = 0,
) -> bytes:
    """Return a ZIP of `entries`. `shift` is added to no offset: with it, `before` counts for nothing in them."""
    parts = [before]
    at = len(before) - shift
    listed = []
    for entry in entries:
        payload, name = entry.payload, entry.raw_name if entry.local_name is None else entry.local_name
        crc = zlib.crc32(entry.content) if entry.crc is None else entry.crc
        size = len(entry.content) if entry.size_bytes is None else entry.size_bytes
        packed_bytes = len(payload) if entry.packed_bytes is None else entry.packed_bytes
        local = struct.pack(
            "<4sHHHHHLLLHH", b"PK\3\4", 20, entry.own_flags, entry.method, 0, 33, crc,
            min(packed_bytes, FULL_32), min(size, FULL_32), len(name), 0,
        )  # fmt: skip
        offset = at if entry.offset is None else entry.offset
        listed.append(_listed(entry, (size, packed_bytes, offset), crc, zip64=zip64))
        parts += [local, name, payload]
        at += len(local) + len(name) + len(payload)
    directory = b"".join(listed)
    count = len(entries) if entry_count is None else entry_count
    parts += [directory, _end(count, len(directory), at, comment, zip64=zip64)]
    return b"".join(parts)


def _listed(entry: Zipped, numbers: tuple[int, int, int], crc: int, *, zip64: bool) -> bytes:
    size, packed_bytes, offset = numbers
    extra = entry.extra
    if zip64 or max(numbers) >= FULL_32:
        extra = struct.pack("<HHQQQ", 1, 24, *numbers) + extra
        size = packed_bytes = offset = FULL_32
    head = struct.pack(
        "<4sBBHHHHHLLLHHHHHLL", b"PK\1\2", 20, entry.host, 20, entry.own_flags, entry.method, 0, 33, crc,
        packed_bytes, size, len(entry.raw_name), len(extra), 0, 0, 0, entry.attributes, offset,
    )  # fmt: skip
    return head + entry.raw_name + extra


def _end(count: int, size: int, at: int, comment: bytes, *, zip64: bool) -> bytes:
    wide = b""
    if zip64 or count > 0xFFFF:
        wide = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
        wide += struct.pack("<4sLQL", b"PK\6\7", 0, at + size, 1)
        count, size, at = 0xFFFF, FULL_32, FULL_32
    return wide + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, size, at, len(comment)) + comment


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _lzma(content: bytes) -> bytes:
    way = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
    head = bytes([9, 4, 5, 0, 93]) + (1 << 16).to_bytes(4, "little")
    return head + lzma.compress(content, lzma.FORMAT_RAW, filters=[way])
