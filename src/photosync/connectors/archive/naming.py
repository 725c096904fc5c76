"""Where an entry of a ZIP stands in the source: its folder and name as text, and whether it can be read at all."""

from __future__ import annotations

import stat
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from photosync.connectors.archive.directory import Header
from photosync.connectors.archive.unpacking import METHODS, most_unpacked_bytes
from photosync.connectors.folder.tree import is_ignored

AUTO, UTF_8, CP437 = "auto", "utf-8", "cp437"
NAME_ENCODINGS = (AUTO, UTF_8, CP437)

LONGEST_NAME_BYTES = 255
LONGEST_PATH_BYTES = 1_024
DEEPEST = 64
BEGINNING_SHOWN = 100

ENCRYPTED_FLAG, UTF_8_FLAG = 0x1, 0x800
DOS_FOLDER = 0x10
DOS_HOSTS = frozenset({0, 10, 11, 14})
"""MS-DOS, NTFS, MVS and VFAT: programs there have written `\\` between folders."""
UNIX_HOSTS = frozenset({3, 19})
ARCHIVE_SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".cab")


class Refusal(StrEnum):
    """Why an entry is listed and never read. It is the code of the rejection, and stands in the stamp."""

    NONE = ""
    OUTSIDE = "outside_source"
    TOO_LONG = "name_too_long"
    NO_FILE = "not_a_file"
    ENCRYPTED = "encrypted"
    ARCHIVE = "archive_inside"
    METHOD = "unknown_packing"
    RATIO = "unpacks_too_far"
    OVERLAP = "overlapping"
    TWICE = "listed_twice"


class Placed(NamedTuple):
    folder: str
    name: str
    refusal: Refusal


def placed(header: Header, encoding: str) -> Placed | None:
    """Return where the entry stands; None for folders and for what systems put beside people's files."""
    text = name_text(header, encoding)
    slashed = text.replace("\\", "/")
    if header.host in DOS_HOSTS:
        text = slashed
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if is_folder(header, text) or any(is_ignored(part) for part in parts):
        return None
    if not parts or _leads_out(slashed):
        return Placed(*_written(text), Refusal.OUTSIDE)
    *folders, name = parts
    path_bytes = len("/".join(parts).encode("utf-8", "surrogatepass"))
    name_bytes = len(name.encode("utf-8", "surrogatepass"))
    if path_bytes > LONGEST_PATH_BYTES or name_bytes > LONGEST_NAME_BYTES or len(folders) > DEEPEST:
        return Placed("", _shortened(text), Refusal.TOO_LONG)
    return Placed("/".join(folders), name, _refusal(header, name))


def name_text(header: Header, encoding: str) -> str:
    """Return the name. Many programs write UTF-8 without saying so; what is no UTF-8 then is CP437."""
    raw = header.raw_name
    if raw.isascii():
        return raw.decode("ascii")
    if header.flags & UTF_8_FLAG:
        return raw.decode("utf-8", "surrogateescape")
    if header.unicode_name is not None and header.unicode_name_crc == crc32(raw):
        return header.unicode_name.decode("utf-8", "surrogateescape")
    if encoding == CP437:
        return raw.decode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape") if encoding == UTF_8 else raw.decode("cp437")


def is_folder(header: Header, text: str) -> bool:
    if text.endswith("/"):
        return True
    if header.host in UNIX_HOSTS and stat.S_ISDIR(header.attributes >> 16):
        return True
    return header.host in DOS_HOSTS and bool(header.attributes & DOS_FOLDER) and not header.size_bytes


def is_file(header: Header) -> bool:
    """Whether an entry that is no folder is a file: a link's bytes are where it leads to, and a device has none."""
    kind = stat.S_IFMT(header.attributes >> 16) if header.host in UNIX_HOSTS else 0
    return kind in (0, stat.S_IFREG)


def _leads_out(slashed: str) -> bool:
    """Whether a program that unpacks this name as it is written would write outside its folder."""
    has_drive = len(slashed) > 1 and slashed[1] == ":" and slashed[0].isascii() and slashed[0].isalpha()
    return slashed.startswith("/") or has_drive or "\0" in slashed or ".." in slashed.split("/")


def _written(text: str) -> tuple[str, str]:
    """Return folder and name of what leads out, as it is written: for people to see, never to be gone by."""
    text = text.replace("\0", "\u2400")
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_NAME_BYTES:
        return "", _shortened(text)
    folder, slash, name = text.rpartition("/")
    return folder or slash, name or "(no name)"


def _shortened(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    beginning = text[:BEGINNING_SHOWN].replace("/", "\u2215").replace("\0", "\u2400")
    return f"{beginning}\u2026 ({len(raw)} bytes, {crc32(raw):08x})"


def _refusal(header: Header, name: str) -> Refusal:
    if not is_file(header):
        return Refusal.NO_FILE
    if header.flags & ENCRYPTED_FLAG:
        return Refusal.ENCRYPTED
    if name.lower().endswith(ARCHIVE_SUFFIXES):
        return Refusal.ARCHIVE
    if header.method not in METHODS:
        return Refusal.METHOD
    if header.size_bytes > most_unpacked_bytes(header.packed_bytes):
        return Refusal.RATIO
    return Refusal.NONE
