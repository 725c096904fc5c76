"""Reads INDEX.TXT and MASTER.TXT of a photographer's volume, in every variant, and says which one it was.

Formats: FORMATS.md, "Photographer deliveries". Rows are read one line each, so that a quotation mark in the wrong
place costs its own row and no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photosync.connectors.index_text import decoded, field_text, unusable
from photosync.core.deliveries import DeliveredRow, Size
from photosync.core.errors import SourceUnavailable
from photosync.core.people import quoted

MOST_BYTES = 50_000_000
MOST_ROWS = 100_000
LONGEST_LINE = 8_000

_ALL = (
    *("volume", "folder", "file", "grade", "last", "first", "room"),
    *("period", "teacher", "track", "department", "title", "size"),
)
_SEVEN = ("volume", "folder", "file", "grade", "last", "first", "teacher_or_room")
_EIGHT = ("volume", "folder", "file", "grade", "last", "first", "teacher", "room")
_WITHOUT_HEADER = {7: _SEVEN, 8: _EIGHT, 13: _ALL}
_HEADERS = {
    "volume": ("volumename", "volume"),
    "folder": ("imagefolder", "folder"),
    "file": ("imagefilename", "imagefile", "filename", "file"),
    "grade": ("grade",),
    "last": ("lastname",),
    "first": ("firstname",),
    "room": ("homeroom",),
    "teacher": ("teachername", "teacher"),
    "teacher_or_room": ("teacherhomeroom", "teachernamehomeroom", "homeroomteacher"),
    "size": ("imagesize", "size"),
}
_COLUMNS = {word: column for column, words in _HEADERS.items() for word in words}
_NEEDED = ("folder", "file", "last", "first")
_SIZES = {"small": Size.SMALL, "large": Size.LARGE, "320x400": Size.SMALL, "640x800": Size.LARGE}


@dataclass(frozen=True, slots=True)
class VolumeIndex:
    """What one index file says. `problems` are sentences about rows that were left out."""

    recognised_as: str
    rows: tuple[DeliveredRow, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    delimiter: str
    columns: Sequence[str]
    has_header: bool

    def fields(self, line: str) -> dict[str, str]:
        """Return the fields of a line by column; a field that is not there is empty."""
        values = split(line, self.delimiter)
        return {column: value for column, value in zip(self.columns, values, strict=False) if column}


def read_volume_index(content: bytes, *, path: str, is_master: bool, most_rows: int = MOST_ROWS) -> VolumeIndex:
    """Read an index file's bytes; `path` is where it lies in the source. Raises SourceUnavailable, saying why."""
    text, encoding = decoded(content, path)
    lines = _lines(text, path, most_rows)
    layout = _layout(lines[0][1], path)
    rows: list[DeliveredRow] = []
    problems: list[str] = []
    for number, line in lines[1:] if layout.has_header else lines:
        read = _row(layout.fields(line), path=path, line=number, is_master=is_master)
        if isinstance(read, DeliveredRow):
            rows.append(read)
        else:
            problems.append(f"{path}, line {number}, {read}. It was left out.")
    words = "tab" if layout.delimiter == "\t" else "comma"
    header = "with" if layout.has_header else "without"
    told = f"{len(layout.columns)} columns separated by {words}, {header} a header, {encoding}"
    return VolumeIndex(told, tuple(rows), tuple(problems))


def _lines(text: str, path: str, most_rows: int) -> list[tuple[int, str]]:
    """Return the lines that are not blank, with their numbers. Raises SourceUnavailable for none or too many."""
    lines: list[tuple[int, str]] = []
    # One line at a time: a file of nothing but line ends has fifty million of them.
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if not line.strip():
            continue
        if len(lines) > most_rows:
            raise _too_many_rows(path, most_rows)
        if len(line.rstrip("\n")) > LONGEST_LINE:
            raise unusable(path, f"has a line of more than {LONGEST_LINE:,} characters, line {number}")
        lines.append((number, line.rstrip("\n")))
    if not lines:
        raise unusable(path, "is empty")
    return lines


def _too_many_rows(path: str, most_rows: int) -> SourceUnavailable:
    if most_rows == MOST_ROWS:
        return unusable(path, f"has more than {MOST_ROWS:,} rows")
    return SourceUnavailable(
        f"The index files of photographers' volumes in the source have more than {MOST_ROWS:,} rows in all, and "
        f"those are the most that are read; {quoted(path)} is the first that is too much. Nothing was changed. Put "
        "fewer volumes into one source."
    )


def split(line: str, delimiter: str) -> list[str]:
    """Return the fields of one line, trimmed; quotation marks around a field are optional."""
    line = line.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if line.count('"') % 2:
        # One of them opens a field that nothing closes: they are part of what is written.
        return [field.strip() for field in line.split(delimiter)]
    (fields,) = csv.reader([line], delimiter=delimiter)
    return [field.strip() for field in fields]


def _layout(first: str, path: str) -> _Layout:
    delimiter = "\t" if "\t" in first else ","
    fields = split(first, delimiter)
    header = [_COLUMNS.get("".join(char for char in field.casefold() if char.isalnum()), "") for field in fields]
    if all(column in header for column in _NEEDED):
        doubled = [column for column in _COLUMNS.values() if column and header.count(column) > 1]
        if doubled:
            raise unusable(path, "names a column twice in its first line")
        return _Layout(delimiter, header, has_header=True)
    columns = _WITHOUT_HEADER.get(len(fields))
    if columns is None:
        counted = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        raise unusable(
            path,
            f"is no index of a photographer's volume: its first line has {counted} and is no header; without a "
            "header there are 7, 8 or 13",
        )
    return _Layout(delimiter, columns, has_header=False)


def _row(fields: dict[str, str], *, path: str, line: int, is_master: bool) -> DeliveredRow | str:
    """Return the row, or what is wrong with it as the end of a sentence."""
    folder = path.rpartition("/")[0]
    if not fields.get("file", "").strip("\\/. "):
        return "names no image file"
    image = _inside(f"{fields.get('folder', '')}/{fields['file']}")
    if image is None:
        return f"leads out of the volume: {quoted(fields['file'])}"
    volume = fields.get("volume", "")
    either = "teacher_or_room" in fields and "room" not in fields
    return DeliveredRow(
        index=path,
        line=line,
        is_master=is_master,
        folder=folder,
        volume=volume,
        places=tuple(_places(folder, volume, image)),
        last_name=field_text(fields.get("last", "")),
        first_name=field_text(fields.get("first", "")),
        grade=field_text(fields.get("grade", "")),
        home_room=field_text(fields.get("teacher_or_room" if either else "room", "")),
        room_may_be_teacher=either,
        size=_SIZES.get("".join(fields.get("size", "").casefold().split()), Size.UNKNOWN),
    )


def _inside(path: str) -> str | None:
    """Return the path of an image in its volume, with `/` between parts; None where it leads out of there."""
    path = path.replace("\\", "/")
    parts = [part.strip() for part in path.split("/") if part.strip() not in ("", ".")]
    if ".." in parts or any(":" in part or "\N{REPLACEMENT CHARACTER}" in part for part in parts):
        return None
    return "/".join(parts)


def _places(folder: str, volume: str, image: str) -> Iterator[str]:
    """Yield where an image may lie: in the folder of the index, or in the one that is called as the volume."""
    yield _joined(folder, image)
    own = folder.rpartition("/")[2]
    named = _inside(volume)
    if named and "/" not in named and named.casefold() != own.casefold():
        yield _joined(folder, f"{named}/{image}")
        if folder:
            yield _joined(folder.rpartition("/")[0], f"{named}/{image}")


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
