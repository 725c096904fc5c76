"""A OneRoster ZIP: its manifest, and its CSV files as rows of text, read where they lie."""

from __future__ import annotations

import codecs
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from photosync.connectors.folder.fetching import shown
from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.oneroster.records import Record
from photosync.connectors.roster.text import RosterText
from photosync.connectors.roster.whole_file import NOTHING
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import quoted

MANIFEST: Final = "manifest.csv"
USERS: Final = "users.csv"
VERSIONS: Final = ("1.1", "1.2")
BULK, DELTA, ABSENT = "bulk", "delta", "absent"
LARGEST_MEMBER_MB: Final = 1_000
WHAT: Final = "OneRoster file"
_READ_BYTES: Final = 1 << 20
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


class Package:
    """The ZIP, open. `modes` says of each file, by its name, whether it is bulk, delta or absent."""

    def __init__(self, path: Path) -> None:
        """Raises SourceUnavailable for what is no OneRoster ZIP."""
        self._path = path
        with self._told():
            self._zip = zipfile.ZipFile(path)
        try:
            self._members = self._found()
            self.version, self.modes, self.has_manifest = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def mode(self, name: str) -> str:
        """Return bulk, delta or absent; a file that is not in the ZIP is absent, whatever the manifest says."""
        if name not in self._members:
            return ABSENT
        return self.modes.get(name, ABSENT if self.has_manifest else BULK)

    def columns(self, name: str) -> frozenset[str]:
        """Return the columns of a file that is there, in small letters."""
        with self._text(name) as text:
            return frozenset(column.lower() for column in text.header)

    def records(self, name: str) -> Iterator[Record | UnreadableLine]:
        """Yield the lines of a file that is there. Raises SourceUnavailable where they break off."""
        with self._text(name) as text:
            names = [column.lower() for column in text.header]
            for row in text:
                if isinstance(row, UnreadableLine):
                    yield row
                else:
                    yield Record(row.line, dict(zip(names, row.cells, strict=False)))

    def records_if_any(self, name: str) -> Iterator[Record | UnreadableLine]:
        """Yield the lines of a file; none where it is absent."""
        if self.mode(name) != ABSENT:
            yield from self.records(name)

    def missing(self, name: str) -> SourceUnavailable:
        return self._unavailable(
            f"has no {name}, or its manifest does not name it", "Export it again, with its users"
        )

    def _found(self) -> dict[str, zipfile.ZipInfo]:
        """Return the CSV files by their names in small letters: those of the folder that has the users."""
        named: dict[tuple[str, str], zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            folder, _, name = info.filename.rpartition("/")
            # Of a damaged ZIP, a name may be empty.
            if not info.filename or info.is_dir() or "__MACOSX" in folder.split("/") or name.startswith("._"):
                continue
            named[folder, name.lower()] = info
        folders = {folder for folder, name in named if name in (USERS, MANIFEST)}
        if len(folders) != 1:
            why = "holds no manifest.csv and no users.csv" if not folders else "holds more than one OneRoster export"
            raise self._unavailable(why, "See that it is the OneRoster CSV export of the school's system")
        (folder,) = folders
        return {name: info for (place, name), info in named.items() if place == folder}

    def _manifest(self) -> tuple[str, dict[str, str], bool]:
        if MANIFEST not in self._members:
            return "1.1", {}, False
        said = {}
        for record in self.records(MANIFEST):
            if not isinstance(record, UnreadableLine):
                said[record["propertyname"].lower()] = record["value"]
        version = said.get("oneroster.version", "")
        if version not in VERSIONS:
            raise self._unavailable(
                f"says that it is OneRoster {quoted(version)}; Photo Sync reads {' and '.join(VERSIONS)}",
                "Choose one of those where the school's system exports it",
            )
        modes = {
            f"{name.removeprefix('file.')}.csv": value.lower()
            for name, value in said.items()
            if name.startswith("file.")
        }
        return version, modes, True

    @contextmanager
    def _text(self, name: str) -> Iterator[RosterText]:
        info = self._members[name]
        self._check(name, info)
        with self._told():
            with self._zip.open(info) as member:
                encoding = "utf-8-sig" if _is_utf8(member) else "cp1252"
            with self._zip.open(info) as member:
                text = io.TextIOWrapper(member, encoding=encoding, newline="")
                yield RosterText(text, prefers=len, what=f"file {name}")

    def _check(self, name: str, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & 1:
            raise self._unavailable(f"is encrypted ({name})", "Export it without a password")
        if info.file_size > LARGEST_MEMBER_MB * 1_000_000:
            raise self._unavailable(
                f"unpacks to more than {LARGEST_MEMBER_MB} MB ({name})", "See that it is the right file"
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGED as error:
            raise self._unavailable(
                "is no ZIP that can be read: it is damaged, or not written to its end", "Export it again"
            ) from error
        except UnicodeDecodeError as error:
            raise self._unavailable("has text in no known encoding", "Export it again, in UTF-8") from error
        except WrongUse as error:
            raise SourceUnavailable(error.message.replace("Nothing was imported.", NOTHING)) from error

    def _unavailable(self, why: str, do: str) -> SourceUnavailable:
        return SourceUnavailable(f"The {WHAT} {shown(str(self._path))} {why}. {NOTHING} {do}.")


def _is_utf8(member: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := member.read(_READ_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
