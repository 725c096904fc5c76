"""The files in an upload: those that were sent as they are, and those inside a ZIP, one level deep.

A ZIP may be hostile. It is read entry by entry, each only as far as a report may be long; nothing is written to a
path that an entry names, and no entry is believed about its size.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from photosync.apps.reports.pdf_check import too_large
from photosync.apps.reports.uploads import shown_name

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
    """One file with its bytes; or, with `refusal`, why it is not read."""

    name: str
    content: bytes = b""
    refusal: str = ""


def found_files(files: Sequence[tuple[str, Path]], *, largest_bytes: int) -> Iterator[FoundFile]:
    """Yield every file of an upload, those in ZIPs too; each under a name of its own."""
    taken: set[str] = set()
    for name, path in files:
        for found in _found_in(name, path, largest_bytes):
            own = _own_name(found.name, taken)
            taken.add(own)
            yield FoundFile(own, found.content, found.refusal)


def names_in(files: Sequence[tuple[str, Path]]) -> Iterator[str]:
    """Yield the name of every file that `found_files` yields, without reading any: to know how many there are."""
    for name, path in files:
        if is_junk(name):
            continue
        with path.open("rb") as file:
            entries = _entries_listed(file)
        yield from (name,) if entries is None else entries


def _entries_listed(file: IO[bytes]) -> list[str] | None:
    """Return the names of the entries that are read of a ZIP; None where it is none, or none is read of it."""
    if file.read(4) not in ZIP_HEADS or _too_many(file):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return [name for _entry, name in _entries(archive)]
    except _BROKEN_ZIP:
        return None


def is_junk(name: str) -> bool:
    """Whether it is what systems put beside people's files without being asked."""
    path = PurePosixPath(name.replace("\\", "/"))
    last = path.name.casefold()
    return bool(JUNK_FOLDERS & set(path.parts)) or last.startswith("._") or last in JUNK_NAMES


def _own_name(name: str, taken: set[str]) -> str:
    own, number = name, 1
    while own in taken:
        number += 1
        own = f"{name[:480]} ({number})"
    return own


def _found_in(name: str, path: Path, largest_bytes: int) -> Iterator[FoundFile]:
    if is_junk(name):
        return
    with path.open("rb") as file:
        if file.read(4) in ZIP_HEADS:
            yield from _in_zip(name, file, largest_bytes)
            return
        file.seek(0)
        content = file.read(largest_bytes + 1)
    if len(content) > largest_bytes:
        yield FoundFile(name, refusal=too_large(largest_bytes))
    elif content.startswith(ARCHIVE_HEADS):
        yield FoundFile(name, refusal=_("It is an archive of another kind than ZIP. Send a ZIP, or the PDFs."))
    else:
        yield FoundFile(name, content)


def _in_zip(name: str, file: IO[bytes], largest_bytes: int) -> Iterator[FoundFile]:
    if refusal := _too_many(file):
        yield FoundFile(name, refusal=refusal)
        return
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN_ZIP:
        yield FoundFile(name, refusal=_("The ZIP cannot be read: it is damaged, or not whole. Make it again."))
        return
    with archive:
        budget = LARGEST_TOTAL_BYTES
        for entry, entry_name in _entries(archive):
            found = _entry(archive, entry, entry_name, min(largest_bytes, budget))
            budget -= len(found.content)
            if budget <= 0:
                yield FoundFile(entry_name, refusal=_("The ZIP holds too much. Send it in parts."))
                return
            yield found


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    for entry in archive.infolist():
        name = shown_name(_name_of(entry))
        if not entry.is_dir() and not is_junk(name):
            yield entry, name


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, largest_bytes: int) -> FoundFile:
    if entry.flag_bits & _ENCRYPTED:
        return FoundFile(name, refusal=_("It is encrypted in the ZIP. Make the ZIP without a password."))
    content = bytearray()
    try:
        with archive.open(entry) as opened:
            while chunk := opened.read(CHUNK_BYTES):
                content += chunk
                if len(content) > largest_bytes:
                    return FoundFile(name, refusal=too_large(largest_bytes))
                if len(content) > RATIO_COUNTS_FROM_BYTES + LARGEST_RATIO * entry.compress_size:
                    return FoundFile(name, refusal=_("It unpacks to far more than any report. It was not read."))
                if content.startswith(ARCHIVE_HEADS):
                    return FoundFile(name, refusal=_("It is an archive inside the ZIP. Put the PDFs in directly."))
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
