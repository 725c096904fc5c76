"""Reads a ZIP's list of contents, the central directory, from front to back, a window at a time.

Format: APPNOTE.TXT of PKWARE, sections 4.3 and 4.5. The list at the end of the file is what counts; nothing else in
the file is believed, and of the list only what a reader needs is looked at.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MOST_ENTRIES = 1_000_000
MOST_DIRECTORY_BYTES = 1_000_000_000
READ_BYTES = 1 << 20
LONGEST_COMMENT = 65_535
PADDING = b"\0\r\n"
"""What copying leaves behind the end of a file now and then; anything else there is none of the ZIP's."""

LOCAL_SIGN, HEADER_SIGN, SIGNATURE_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x05"
END_SIGN, END_64_SIGN, LOCATOR_64_SIGN, PART_SIGN = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
_HEADER = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQHHLLQQQQ")
LARGEST_NUMBER = 1 << 62
"""No file is so long; a larger number is as wrong as this one, and fits into a database."""
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_ZIP64_FIELD, _UNICODE_PATH_FIELD = 0x0001, 0x7075

OTHER_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x1f\x8b": "a gzip archive",
}
OTHER_KINDS = (
    *OTHER_ARCHIVES.items(),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"%PDF", "a PDF document"),
    (b"<", "a web page or XML document"),
)


LONGEST_SIGN = max(len(sign) for sign, _ in OTHER_KINDS)


class Unreadable(Exception):
    """The ZIP as a whole cannot be read: what is wrong with it, and what to do. Both are for people."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what, do)
        self.what = what
        self.do = do


class TooMany(Unreadable):
    """It lists more than is read."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the list of contents lies, and what the end of the file says of it."""

    begins_at: int
    size_bytes: int
    entry_count: int
    shift: int
    """How much stands before the ZIP in its file, a program that unpacks it perhaps; added to every offset."""
    is_zip64: bool


class Header(NamedTuple):
    """One entry of the list as it is written there, sizes and offset in full."""

    raw_name: bytes
    unicode_name: bytes | None
    """The Unicode path field (0x7075), where there is one that belongs to `raw_name`'s checksum."""
    unicode_name_crc: int
    host: int
    attributes: int
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int


def damaged(what: str) -> Unreadable:
    return Unreadable(f"is damaged: {what}", "Copy it again, or have it made again, then run again.")


def cut_off() -> Unreadable:
    return Unreadable(
        "is not whole: the list of contents that every ZIP ends with is missing",
        "It may still be on its way: run again when the copying is finished. If it is finished, copy it again.",
    )


def was_replaced() -> Unreadable:
    return Unreadable("was replaced or written to while it was read", "Run again when the copying is finished.")


def in_parts() -> Unreadable:
    return Unreadable("is one part of a ZIP that was split into several", "Join them into one ZIP, then run again.")


def too_many(entry_count: int, most_entries: int) -> TooMany:
    return TooMany(
        f"lists {entry_count:,} files, and {most_entries:,} are the most that are read",
        "Unpack it into a folder and choose the data source Folder, or make several ZIPs of it.",
    )


def find_directory(
    file: int,
    size_bytes: int,
    *,
    most_entries: int = MOST_ENTRIES,
    most_directory_bytes: int = MOST_DIRECTORY_BYTES,
) -> Directory:
    """Return where the list of contents of the open `file` lies. Raises Unreadable, OSError."""
    if size_bytes == 0:
        raise Unreadable("is empty", "It may still be on its way: run again when the copying is finished.")
    head = os.pread(file, LONGEST_SIGN, 0)
    tail_at = max(size_bytes - LONGEST_COMMENT - _END.size - READ_BYTES // 16, 0)
    tail = _read(file, tail_at, size_bytes - tail_at)
    at = len(tail)
    while (at := tail.rfind(END_SIGN, 0, at + 3 if at < len(tail) else at)) >= 0:
        found = _directory_of(file, head, tail, tail_at, at)
        if found is not None:
            return _checked(found, most_entries, most_directory_bytes)
    raise _no_zip(head, has_end=END_SIGN in tail)


def _no_zip(head: bytes, *, has_end: bool) -> Unreadable:
    if head.startswith(PART_SIGN):
        return in_parts()
    if head.startswith((LOCAL_SIGN, b"PK00")):
        return cut_off()
    if has_end:
        return damaged("its list of contents is not where the end of the file says it is")
    other = next((name for sign, name in OTHER_KINDS if head.startswith(sign)), "something else")
    return Unreadable(f"is not a ZIP but {other}", "Make a ZIP of the photos, or choose the right file.")


def _directory_of(file: int, head: bytes, tail: bytes, tail_at: int, at: int) -> Directory | None:
    """Return what the end record at `tail[at:]` speaks of, or None: it is none, only looks like one."""
    if at + _END.size > len(tail):
        return None
    _, disk, first_disk, here, entry_count, size, offset, comment = _END.unpack_from(tail, at)
    end = at + _END.size + comment
    if end > len(tail) or tail[end:].strip(PADDING):
        return None
    ends_at = tail_at + at
    wide = _zip64_of(file, ends_at)
    if wide is not None:
        ends_at, disk, first_disk, here, entry_count, size, offset = wide
    if disk not in (0, _FULL_16, _FULL_32) or first_disk not in (0, _FULL_16, _FULL_32) or here != entry_count:
        raise in_parts()
    begins_at = ends_at - size
    shift = begins_at - offset
    if shift < 0 or (shift and (not entry_count or head.startswith(LOCAL_SIGN))):
        # That of a ZIP which lies whole inside this one, while this one has lost its own; or it only looks like one.
        return None
    if entry_count and os.pread(file, 4, begins_at) != HEADER_SIGN:
        return None
    return Directory(begins_at, size, entry_count, shift, wide is not None)


def _zip64_of(file: int, end_at: int) -> tuple[int, int, int, int, int, int, int] | None:
    """Return place and fields of the ZIP64 end record before the end record at `end_at`, if there is one."""
    if end_at < _LOCATOR_64.size + _END_64.size:
        return None
    locator_at = end_at - _LOCATOR_64.size
    sign, _, said_at, disks = _LOCATOR_64.unpack(_read(file, locator_at, _LOCATOR_64.size))
    if sign != LOCATOR_64_SIGN:
        return None
    if disks > 1:
        raise in_parts()
    for at in (said_at, locator_at - _END_64.size):
        if at <= locator_at - _END_64.size:
            fields = _END_64.unpack(_read(file, at, _END_64.size))
            if fields[0] == END_64_SIGN:
                return at, *fields[4:]
    raise damaged("the record of its size is not where it should be")


def _checked(found: Directory, most_entries: int, most_directory_bytes: int) -> Directory:
    if found.entry_count > most_entries:
        raise too_many(found.entry_count, most_entries)
    if found.size_bytes > most_directory_bytes:
        raise TooMany(
            f"has a list of contents of {found.size_bytes / 1e6:,.0f} MB, and "
            f"{most_directory_bytes / 1e6:,.0f} MB are the most that is read",
            "Make the ZIP again, with the photos only.",
        )
    return found


def headers(file: int, directory: Directory, *, most_entries: int = MOST_ENTRIES) -> Iterator[Header]:
    """Yield every entry of the list. Raises Unreadable where it does not end as it says it does, and OSError."""
    buffer, at = b"", 0
    read_at, left = directory.begins_at, directory.size_bytes
    count = 0
    while True:
        if len(buffer) - at < _HEADER.size + 3 * LONGEST_COMMENT and left:
            piece = _read(file, read_at, min(READ_BYTES, left))
            buffer, at = buffer[at:] + piece, 0
            read_at, left = read_at + len(piece), left - len(piece)
        if at == len(buffer) or buffer.startswith(SIGNATURE_SIGN, at):
            break
        header, at = _header(buffer, at, count)
        count += 1
        if count > most_entries:
            raise too_many(count, most_entries)
        yield header
    said = directory.entry_count
    if count != said and (directory.is_zip64 or count % 65_536 != said):
        raise damaged(f"its list of contents should have {said:,} files and has {count:,}")


def _header(buffer: bytes, at: int, number: int) -> tuple[Header, int]:
    """Return the entry at `buffer[at:]` and where the next one begins."""
    if len(buffer) - at < _HEADER.size or not buffer.startswith(HEADER_SIGN, at):
        raise damaged(f"its list of contents breaks off after {number:,} files")
    _, _, host, _, flags, method, _, _, crc, packed, size, *rest = _HEADER.unpack_from(buffer, at)
    name_length, extra_length, comment_length, disk, _, attributes, offset = rest
    name_at = at + _HEADER.size
    extra_at = name_at + name_length
    end = extra_at + extra_length + comment_length
    if end > len(buffer):
        raise damaged(f"its list of contents breaks off after {number:,} files")
    if disk not in (0, _FULL_16):
        raise in_parts()
    name = buffer[name_at:extra_at]
    unicode_name, name_crc = None, 0
    if extra_length and (_FULL_32 in (packed, size, offset) or not name.isascii()):
        fields = _fields(buffer[extra_at : extra_at + extra_length])
        if _FULL_32 in (packed, size, offset):
            size, packed, offset = _wide(fields.get(_ZIP64_FIELD, b""), (size, packed, offset), number)
        unicode_path = fields.get(_UNICODE_PATH_FIELD, b"")
        if len(unicode_path) > 5 and unicode_path[0] == 1:
            name_crc, unicode_name = int.from_bytes(unicode_path[1:5], "little"), unicode_path[5:]
    found = Header(name, unicode_name, name_crc, host, attributes, flags, method, crc, packed, size, offset)
    return found, end


def _fields(extra: bytes) -> dict[int, bytes]:
    """Return the extra fields by their number, the first of each; what follows a broken one is left out."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length > len(extra):
            break
        found.setdefault(number, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _wide(field: bytes, narrow: tuple[int, int, int], number: int) -> tuple[int, int, int]:
    """Return size, packed size and offset: those that are full stand in the ZIP64 field, in this order."""
    wide: list[int] = []
    at = 0
    for value in narrow:
        if value == _FULL_32:
            if at + 8 > len(field):
                raise damaged(f"file {number + 1:,} of its list of contents has no size")
            value = min(int.from_bytes(field[at : at + 8], "little"), LARGEST_NUMBER)
            at += 8
        wide.append(value)
    return wide[0], wide[1], wide[2]


def _read(file: int, at: int, size_bytes: int) -> bytes:
    """Return so many bytes. Raises Unreadable where the file ends before."""
    pieces: list[bytes] = []
    while size_bytes:
        piece = os.pread(file, size_bytes, at)
        if not piece:
            raise cut_off()
        pieces.append(piece)
        at += len(piece)
        size_bytes -= len(piece)
    return b"".join(pieces)
