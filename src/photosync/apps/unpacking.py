"""The files inside a ZIP that someone sent, one level deep.

The list of contents and the entries are read as those of a ZIP that is a data source are (connectors/archive). What
differs is what people sent it for: it is unpacked once, as a whole, and each file of it is taken or refused in words.
A ZIP may be hostile. No entry is unpacked further than it says, and nothing is written to a path that one names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from photosync.connectors.archive.directory import (
    END_SIGN,
    LOCAL_SIGN,
    OTHER_ARCHIVES,
    Directory,
    Header,
    TooMany,
    Unreadable,
    find_directory,
    headers,
)
from photosync.connectors.archive.naming import ARCHIVE_SUFFIXES, AUTO, ENCRYPTED_FLAG, is_folder, name_text
from photosync.connectors.archive.unpacking import METHODS, Damage, most_unpacked_bytes, packed_at, unpacked

ZIP_HEADS = (LOCAL_SIGN, END_SIGN)
ARCHIVE_HEADS = (*ZIP_HEADS, *OTHER_ARCHIVES)
JUNK_FOLDERS = frozenset({"__MACOSX"})
JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
MOST_ENTRIES = 20_000
LARGEST_DIRECTORY_BYTES = 20_000_000
LARGEST_TOTAL_BYTES = 8_000_000_000
"""What all entries of one ZIP may hold once they are unpacked."""


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


def files_in_zip(file: BinaryIO, rules: ZipRules) -> Iterator[FoundFile]:
    """Yield every file of the ZIP under the name that it has there, which may be anything; no folders, no junk."""
    try:
        directory, entries = _entries(file)
    except TooMany:
        words = _("The ZIP lists more than %(number)d files. Send it in parts.") % {"number": MOST_ENTRIES}
        yield FoundFile("", refusal=words)
        return
    except (Unreadable, OSError):
        yield FoundFile("", refusal=_("The ZIP cannot be read: it is damaged, or not whole. Make it again."))
        return
    budget = LARGEST_TOTAL_BYTES
    for header, name in entries:
        found = _entry(file, directory, header, name, rules)
        budget -= len(found.content)
        if budget <= 0:
            yield FoundFile(name, refusal=_("The ZIP holds too much. Send it in parts."))
            return
        yield found


def names_in_zip(file: BinaryIO) -> list[str] | None:
    """Return the names of the files that `files_in_zip` yields, without reading any; None where it reads none."""
    try:
        return [name for _header, name in _entries(file)[1]]
    except (Unreadable, OSError):
        return None


def _entries(file: BinaryIO) -> tuple[Directory, list[tuple[Header, str]]]:
    """Return all entries at once: a list that breaks off in its midst is none. Raises Unreadable, OSError."""
    number = file.fileno()
    size_bytes = os.fstat(number).st_size
    directory = find_directory(
        number, size_bytes, most_entries=MOST_ENTRIES, most_directory_bytes=LARGEST_DIRECTORY_BYTES
    )
    named = ((header, name_text(header, AUTO)) for header in headers(number, directory, most_entries=MOST_ENTRIES))
    return directory, [(header, name) for header, name in named if not is_folder(header, name) and not is_junk(name)]


def _entry(file: BinaryIO, directory: Directory, header: Header, name: str, rules: ZipRules) -> FoundFile:
    if header.flags & ENCRYPTED_FLAG:
        return FoundFile(name, refusal=_("It is encrypted in the ZIP. Make the ZIP without a password."))
    if header.method not in METHODS:
        return FoundFile(name, refusal=_("It is packed in a way that is not known here. Make an ordinary ZIP."))
    if header.size_bytes > rules.largest_bytes:
        is_archive = name.lower().endswith(ARCHIVE_SUFFIXES)
        return FoundFile(name, refusal=rules.archive_inside if is_archive else rules.too_large)
    if header.size_bytes > most_unpacked_bytes(header.packed_bytes):
        return FoundFile(name, refusal=rules.unpacks_to_more)
    try:
        content = unpacked(file.fileno(), packed_at(header, directory), ends_before=directory.begins_at)
    except (Damage, OSError):
        return FoundFile(name, refusal=_("It is damaged in the ZIP. Make the ZIP again."))
    if content.startswith(ARCHIVE_HEADS):
        return FoundFile(name, refusal=rules.archive_inside)
    return FoundFile(name, content)
