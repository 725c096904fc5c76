"""Unpacks one entry of a ZIP as a stream, no further than its list of contents says that it goes.

Packing: APPNOTE.TXT, section 4.4.5. What is known here is what zlib-ng and Python's own bz2 and lzma unpack.
"""

from __future__ import annotations

import bz2
import lzma
import os
import struct
import threading
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from zlib_ng import zlib_ng

from photosync.connectors.archive.directory import LOCAL_SIGN, Directory, Header

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
METHODS = frozenset({STORED, DEFLATED, BZIP2, LZMA})
OTHER_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    10: "PKWARE DCL Implode",
    20: "Zstandard",
    93: "Zstandard",
    94: "MP3",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES",
}
READ_BYTES = 1 << 23
"""A photo is read and unpacked in one piece, which spares a copy of it. Each thread reads into the same memory again:
fresh memory for every photo costs a quarter as much as unpacking it."""
LOCAL_HEADER = struct.Struct("<4sHHHHHLLLHH")
LARGEST_LZMA_DICTIONARY_BYTES = 64_000_000
SMALLEST_LZMA_DICTIONARY_BYTES = 4_096
SPARE_BYTES = 65_536
RATIO_COUNTS_FROM_BYTES = 1_000_000
LARGEST_RATIO = 200


class Packed(NamedTuple):
    """Where an entry's bytes lie, and what they must be once they are unpacked."""

    offset: int
    """Of its local header, from the beginning of the file."""
    packed_bytes: int
    size_bytes: int
    crc: int
    method: int


def packed_at(header: Header, directory: Directory) -> Packed:
    return Packed(header.offset + directory.shift, header.packed_bytes, header.size_bytes, header.crc, header.method)


def most_unpacked_bytes(packed_bytes: int) -> int:
    """Return how much a photo or document of so many packed bytes may hold; what holds more is made to do harm."""
    return RATIO_COUNTS_FROM_BYTES + LARGEST_RATIO * packed_bytes


class Damage(Exception):
    """The entry's bytes are not what the list of contents says; the text goes on after the entry's name."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def unpack(self, piece: memoryview | bytes, most_bytes: int) -> bytes:
        """Return what can be unpacked now, at most so many bytes; `piece` is b"" for what was left over."""
        ...

    @property
    def wants_more(self) -> bool: ...


class _Stored:
    """Bytes that are not packed."""

    eof = True
    wants_more = True

    def unpack(self, piece: memoryview | bytes, most_bytes: int) -> bytes:  # noqa: ARG002 - there is never more than the piece
        return bytes(piece)


class _Deflated:
    def __init__(self) -> None:
        self._inner = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def wants_more(self) -> bool:
        return not self._inner.unconsumed_tail

    def unpack(self, piece: memoryview | bytes, most_bytes: int) -> bytes:
        return self._inner.decompress(piece or self._inner.unconsumed_tail, most_bytes)


class _Needing:
    """The decompressors of bz2 and lzma, which keep what they have not used yet."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def wants_more(self) -> bool:
        return self._inner.needs_input

    def unpack(self, piece: memoryview | bytes, most_bytes: int) -> bytes:
        return self._inner.decompress(piece, most_bytes)


def unpacked(file: int, packed: Packed, *, ends_before: int) -> bytes:
    """Return the entry's bytes, checked. No entry goes on beyond `ends_before`. Raises Damage, OSError."""
    if packed.packed_bytes > packed.size_bytes + packed.size_bytes // 16 + SPARE_BYTES:
        raise Damage("takes more room in the ZIP than its bytes can need")
    begins_at = _begin(file, packed, ends_before)
    try:
        content = _content(file, packed, begins_at)
    except (zlib_ng.error, lzma.LZMAError, OSError, EOFError, ValueError) as exc:  # type: ignore[misc]  # its stub gives an exception, not the class
        # bz2 says of damaged data that it is an OSError without a number; one of the disk has a number.
        if isinstance(exc, OSError) and exc.errno is not None:
            raise
        raise Damage("cannot be unpacked") from exc
    if len(content) != packed.size_bytes:
        raise Damage(f"has {len(content):,} bytes instead of {packed.size_bytes:,}")
    if zlib_ng.crc32(content) != packed.crc:
        raise Damage("does not match its checksum")
    return content


def _begin(file: int, packed: Packed, ends_before: int) -> int:
    """Return where the packed bytes begin, after the local header."""
    header = os.pread(file, LOCAL_HEADER.size, packed.offset)
    if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL_SIGN):
        raise Damage("is not where the list of contents says it is")
    *_, name_length, extra_length = LOCAL_HEADER.unpack(header)
    begins_at: int = packed.offset + LOCAL_HEADER.size + name_length + extra_length
    if begins_at + packed.packed_bytes > ends_before:
        raise Damage("goes on where the list of contents begins")
    return begins_at


def _content(file: int, packed: Packed, at: int) -> bytes:
    left = packed.packed_bytes
    unpacker: _Unpacker
    if packed.method == LZMA:
        unpacker, head_bytes = _lzma(file, at, left)
        at, left = at + head_bytes, left - head_bytes
    elif packed.method == BZIP2:
        unpacker = _Needing(bz2.BZ2Decompressor())
    else:
        unpacker = _Stored() if packed.method == STORED else _Deflated()
    found: list[bytes] = []
    size_bytes = 0
    for read in _pieces(file, at, left):
        piece: memoryview | bytes = read
        while True:
            # One byte more than there should be is enough to see that there are too many.
            part = unpacker.unpack(piece, packed.size_bytes - size_bytes + 1)
            found.append(part)
            size_bytes += len(part)
            if size_bytes > packed.size_bytes:
                raise Damage(f"has more bytes than the {packed.size_bytes:,} that the list of contents says")
            piece = b""
            if unpacker.wants_more or unpacker.eof:
                break
        if unpacker.eof and packed.method != STORED:
            break
    if not unpacker.eof and not (packed.method == LZMA and size_bytes == packed.size_bytes):
        # An LZMA stream may go without a mark at its end.
        raise Damage("breaks off before its end")
    return found[0] if len(found) == 1 else b"".join(found)


def _pieces(file: int, at: int, left: int) -> Iterator[memoryview]:
    """Yield the bytes, each piece in the memory of the one before."""
    room = _room(min(READ_BYTES, left))
    while left:
        read_bytes = os.preadv(file, [room[:left]], at)
        if not read_bytes:
            raise Damage("breaks off before its end")
        yield room[:read_bytes]
        at += read_bytes
        left -= read_bytes


def _room(size_bytes: int) -> memoryview:
    """Return this thread's memory for reading, of at least so many bytes and at most READ_BYTES."""
    room: memoryview | None = getattr(_of_thread, "room", None)
    if room is None or len(room) < size_bytes:
        # Half as much again, so that it does not grow with every photo that is a little larger.
        room = _of_thread.room = memoryview(bytearray(min(READ_BYTES, size_bytes + size_bytes // 2)))
    return room


_of_thread = threading.local()


def _lzma(file: int, at: int, left: int) -> tuple[_Unpacker, int]:
    """Return what unpacks LZMA, by the properties that stand before it, and how long these are."""
    head = os.pread(file, 9, at)
    if len(head) < 9 or left < 9 or head[2:4] != b"\x05\x00" or head[4] >= 9 * 5 * 5:
        raise Damage("cannot be unpacked")
    rest, lc = divmod(head[4], 9)
    pb, lp = divmod(rest, 5)
    dictionary_bytes = int.from_bytes(head[5:9], "little")
    if dictionary_bytes > LARGEST_LZMA_DICTIONARY_BYTES:
        raise Damage(f"would need {dictionary_bytes / 1e6:,.0f} MB of memory to be unpacked")
    way = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary_bytes, SMALLEST_LZMA_DICTIONARY_BYTES),
        "lc": lc,
        "lp": lp,
        "pb": pb,
    }
    return _Needing(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[way])), 9
