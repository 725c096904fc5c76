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
from photosync.connectors.archive.naming import ARCHIVE_SUFFIXES, AUTO, ENCRYPTED_FLAG, is_file, is_folder, name_text
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
    """Yield every file of the ZIP under the name that it has there, which may be anything; no folders, no junk.

    Where not all of it can be read, the last one has no name and says why: what came before is a part only.
    """
    try:
        directory, entries = _entries(file, rules)
        for header, name in entries:
            yield _entry(file, directory, header, name, rules)
    except TooMany:
        words = _("The ZIP lists more than %(number)d files. Send it in parts.") % {"number": MOST_ENTRIES}
        yield FoundFile("", refusal=words)
    except _HoldsTooMuch:
        words = _("The ZIP unpacks to more than %(most)d GB. Make several ZIPs of it.")
        yield FoundFile("", refusal=words % {"most": LARGEST_TOTAL_BYTES // 1_000_000_000})
    except (Unreadable, OSError):
        yield FoundFile("", refusal=_("The ZIP cannot be read: it is damaged, or not whole. Make it again."))


def names_in_zip(file: BinaryIO, rules: ZipRules) -> list[str] | None:
    """Return the names of the files that `files_in_zip` yields, without reading any; None where it reads none."""
    try:
        return [name for _header, name in _entries(file, rules)[1]]
    except (Unreadable, OSError):
        return None


class _HoldsTooMuch(Unreadable):
    """It would unpack to more than LARGEST_TOTAL_BYTES."""


def _entries(file: BinaryIO, rules: ZipRules) -> tuple[Directory, list[tuple[Header, str]]]:
    """Return all entries at once: a list that breaks off in its midst is none. Raises Unreadable, OSError.

    What they hold is known before one is unpacked, for none is unpacked further than it says. Where entries share
    their bytes, each counts with what it unpacks to.
    """
    number = file.fileno()
    size_bytes = os.fstat(number).st_size
    directory = find_directory(
        number, size_bytes, most_entries=MOST_ENTRIES, most_directory_bytes=LARGEST_DIRECTORY_BYTES
    )
    named = ((header, name_text(header, AUTO)) for header in headers(number, directory, most_entries=MOST_ENTRIES))
    found = [(header, name) for header, name in named if not is_folder(header, name) and not is_junk(name)]
    if sum(header.size_bytes for header, name in found if not _refusal(header, name, rules)) > LARGEST_TOTAL_BYTES:
        raise _HoldsTooMuch("unpacks to too much", "Make several ZIPs of it.")
    return directory, found


def _refusal(header: Header, name: str, rules: ZipRules) -> str:
    """Return why the list of contents alone says that the entry is not read, or ""."""
    if not is_file(header):
        return _(
            "It is a link or device inside the ZIP and not a file. Make the ZIP again with the files themselves."
        )
    if header.flags & ENCRYPTED_FLAG:
        return _("It is encrypted in the ZIP. Make the ZIP without a password.")
    if header.method not in METHODS:
        return _("It is packed in a way that is not known here. Make an ordinary ZIP.")
    if header.size_bytes > rules.largest_bytes:
        return rules.archive_inside if name.lower().endswith(ARCHIVE_SUFFIXES) else rules.too_large
    if header.size_bytes > most_unpacked_bytes(header.packed_bytes):
        return rules.unpacks_to_more
    return ""


def _entry(file: BinaryIO, directory: Directory, header: Header, name: str, rules: ZipRules) -> FoundFile:
    """Return the entry with its bytes, or why it is not read. Raises OSError where the disk does not give them."""
    why = _refusal(header, name, rules)
    if why:
        return FoundFile(name, refusal=why)
    try:
        content = unpacked(file.fileno(), packed_at(header, directory), ends_before=directory.begins_at)
    except Damage:
        return FoundFile(name, refusal=_("It is damaged in the ZIP. Make the ZIP again."))
    if content.startswith(ARCHIVE_HEADS):
        return FoundFile(name, refusal=rules.archive_inside)
    return FoundFile(name, content)
