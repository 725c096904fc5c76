"""The files inside a ZIP that someone sent, one level deep.

A ZIP may be hostile. It is read entry by entry, each only as far as a file may be long; nothing is written to a path
that an entry names, and no entry is believed about its size.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

ARCHIVE_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b")
ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
JUNK_FOLDERS = frozenset({"__MACOSX"})
JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
MOST_ENTRIES = 20_000
LARGEST_DIRECTORY_BYTES = 20_000_000
LARGEST_TOTAL_BYTES = 8_000_000_000
"""What all entries of one ZIP may hold once they are unpacked."""
LARGEST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 1_000_000
CHUNK_BYTES = 1 << 18
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_BYTES, _LOCATOR_BYTES, _LONGEST_COMMENT = 22, 20, 65_535
_BROKEN_ZIP = (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file with its bytes; or, with `refusal`, why it is not read. Without a name, the ZIP as a whole is not."""

    name: str
    content: bytes = b""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ZipRules:
    """How large one file may be, and the words for one that is larger, unpacks to far more, or is an archive."""

    largest_bytes: int
    too_large: str
    unpacks_to_more: str
    archive_inside: str


def is_junk(name: str) -> bool:
    """Whether it is what systems put beside people's files without being asked."""
    path = PurePosixPath(name.replace("\\", "/"))
    last = path.name.casefold()
    return bool(JUNK_FOLDERS & set(path.parts)) or last.startswith("._") or last in JUNK_NAMES


def files_in_zip(file: IO[bytes], rules: ZipRules) -> Iterator[FoundFile]:
    """Yield every file of the ZIP under the name that it has there, which may be anything; no folders, no junk."""
    if refusal := _too_many(file):
        yield FoundFile("", refusal=refusal)
        return
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN_ZIP:
        yield FoundFile("", refusal=_("The ZIP cannot be read: it is damaged, or not whole. Make it again."))
        return
    with archive:
        budget = LARGEST_TOTAL_BYTES
        for entry, name in _entries(archive):
            found = _entry(archive, entry, name, rules, min(rules.largest_bytes, budget))
            budget -= len(found.content)
            if budget <= 0:
                yield FoundFile(name, refusal=_("The ZIP holds too much. Send it in parts."))
                return
            yield found


def names_in_zip(file: IO[bytes]) -> list[str] | None:
    """Return the names of the files that `files_in_zip` yields, without reading any; None where it reads none."""
    if _too_many(file):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return [name for _entry, name in _entries(archive)]
    except _BROKEN_ZIP:
        return None


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    for entry in archive.infolist():
        name = _name_of(entry)
        if not entry.is_dir() and not is_junk(name):
            yield entry, name


def _entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, rules: ZipRules, largest_bytes: int
) -> FoundFile:
    if entry.flag_bits & _ENCRYPTED:
        return FoundFile(name, refusal=_("It is encrypted in the ZIP. Make the ZIP without a password."))
    content = bytearray()
    try:
        with archive.open(entry) as opened:
            while chunk := opened.read(CHUNK_BYTES):
                content += chunk
                if len(content) > largest_bytes:
                    return FoundFile(name, refusal=rules.too_large)
                if len(content) > RATIO_COUNTS_FROM_BYTES + LARGEST_RATIO * entry.compress_size:
                    return FoundFile(name, refusal=rules.unpacks_to_more)
                if content.startswith(ARCHIVE_HEADS):
                    return FoundFile(name, refusal=rules.archive_inside)
    except NotImplementedError:
        return FoundFile(name, refusal=_("It is packed in a way that is not known here. Make an ordinary ZIP."))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, RuntimeError):
        return FoundFile(name, refusal=_("It is damaged in the ZIP. Make the ZIP again."))
    return FoundFile(name, bytes(content))


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return the entry's name. Many programs write UTF-8 without saying so; what is not UTF-8 is CP437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _too_many(file: IO[bytes]) -> str:
    """Return why the list of entries is not read: it would be held in memory as a whole; "" where it may be."""
    size = file.seek(0, 2)
    start = max(size - _LONGEST_COMMENT - _END_BYTES - _LOCATOR_BYTES, 0)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        return ""  # damaged: whoever opens it says so
    count, directory_bytes = struct.unpack_from("<HL", tail, at + 10)
    locator = at - _LOCATOR_BYTES
    if locator >= 0 and tail[locator : locator + 4] == _LOCATOR_64:
        (place,) = struct.unpack_from("<Q", tail, locator + 8)
        file.seek(min(place, size))
        record = file.read(56)
        if record[:4] == _END_64 and len(record) == 56:
            count, directory_bytes = struct.unpack_from("<QQ", record, 32)
        else:
            return _("The ZIP cannot be read: it is damaged, or not whole. Make it again.")
    file.seek(0)
    if count > MOST_ENTRIES or directory_bytes > LARGEST_DIRECTORY_BYTES:
        return _("The ZIP lists more than %(number)d files. Send it in parts.") % {"number": MOST_ENTRIES}
    return ""
