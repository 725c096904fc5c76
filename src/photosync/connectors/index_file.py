"""Reads an index file of two columns: which file belongs to which identifier; or a name map, which has more.

Formats: docs of the photographers' deliveries and of school systems, gathered in FORMATS.md under
"Two-column maps". Every variant is accepted, and the one that was recognised is named.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from photosync.connectors.index_text import decoded, unusable
from photosync.connectors.name_map import name_columns, read_name_map
from photosync.core.errors import SourceUnavailable
from photosync.core.keys import NoKey, index_name
from photosync.core.name_matching import Named, Said
from photosync.core.people import quoted

DELIMITERS = {"\t": "tab", "|": "|", ",": "comma", "\\": "\\", "/": "/"}
"""Tried in this order: the last two also occur inside file names with folders."""

PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".png", ".webp", ".heic", ".heif", ".hif",
    ".tif", ".tiff", ".bmp", ".dib", ".gif", ".pic",
)  # fmt: skip
"""What browsers, cameras and school systems write behind the names of pictures; what counts is the content."""

SAMPLE_ROWS = 50
MOST_PROBLEMS = 100

ListedAmong = Callable[[AbstractSet[str]], Collection[str]]
"""Returns which of some names (`listed_form`) a source has among its files, in whatever folder."""


def none_listed(_wanted: AbstractSet[str]) -> Collection[str]:
    return ()


def listed_form(name: str) -> str:
    """Return the form in which names of files are compared to tell which column of an index they are in."""
    return unicodedata.normalize("NFC", name).casefold()


def names_among(names: Iterable[str], wanted: AbstractSet[str]) -> set[str]:
    """Return which of the `wanted` (`listed_form`) are among `names`, which may be a million."""
    return {form for name in names if (form := listed_form(name)) in wanted}


def ways_to_list(folder: str, name: str, *, index_folder: str) -> Iterator[str]:
    """Yield how an index that lies in `index_folder` may give a file: see `IndexMap.by_file`."""
    path = index_name(f"{folder}/{name}" if folder else name)
    yield path
    yield index_name(name)
    if index_folder and path.startswith(beside := index_name(f"{index_folder}/")):
        yield path.removeprefix(beside)


@dataclass(frozen=True, slots=True)
class IndexMap:
    """What an index file says."""

    recognised_as: str
    """Which variant it was taken for, in words."""
    pairs: dict[str, str]
    """File as written in the index (with `/` between folders) -> identifier, as text."""
    problems: tuple[str, ...]
    """Sentences about rows that were left out: contradictions and rows without file or identifier."""
    named: dict[str, Said] = field(default_factory=dict)
    """Of a name map, which has no identifiers: file -> the names of the person on it, or why they are not certain."""

    def by_file(self, folder: str) -> dict[str, Said]:
        """Return what is said of each file, by its path below the source or its name alone, as `index_name`.

        Paths may count from the top of the source or from the index's own `folder`. Where that gives one file to
        two people, it is nobody's.
        """
        found = self.rows()
        if folder:
            for name, said in [each for each in found.items() if "/" in each[0]]:
                _say(found, index_name(f"{folder}/{name}"), said)
        return found

    def rows(self) -> dict[str, Said]:
        """Return what is said of each file, as it stands in the index (`index_name`)."""
        found: dict[str, Said] = {}
        for name, said in (*self.pairs.items(), *self.named.items()):
            _say(found, index_name(name), said)
        return found

    def key_for(self, folder: str, name: str) -> str | None:
        """Return the identifier for a file: by its path if the index gives that, else by its name alone."""
        path = f"{folder}/{name}" if folder else name
        return self.pairs.get(path, self.pairs.get(name))


def _say(found: dict[str, Said], name: str, said: Said) -> None:
    former = found.setdefault(name, said)
    if former is not said and _who(former) != _who(said):
        found[name] = NoKey(
            f"The index file has several rows for {quoted(name)} that do not agree on whose it is. A path counts "
            "from the top of the source, and from the folder of the index file. Correct the index file."
        )


def _who(said: Said) -> Said:
    """Return `said` without the line that it stands in."""
    return replace(said, where="") if isinstance(said, Named) else said


def read_index(content: bytes, *, file_name: str, listed_among: ListedAmong = none_listed) -> IndexMap:
    """Read an index file's bytes. `file_name` is for messages.

    Which column is the file shows by the endings of pictures; where no field has one, by the files that there are:
    `listed_among` is then asked once, for all that stands in the index. A single name of the other column that is
    one of a file too leaves it open which is which: leftovers may be named like codes.

    A file given with two different identifiers is left out and reported: it is never guessed.
    Raises SourceUnavailable when the file is not a map of two columns, saying why.
    """
    text, encoding = decoded(content, file_name)
    by_names = _name_map(text, encoding, file_name)
    if by_names is not None:
        return by_names
    delimiter = _delimiter(text, file_name)
    rows = list(_rows(text, delimiter, file_name))
    known = _known([row for _, row in rows], listed_among)
    file_column = _file_column([row for _, row in rows], known, file_name)
    has_header = _is_header(rows[0][1], file_column, known) and len(rows) > 1
    pairs, problems = _pairs(rows[1:] if has_header else rows, file_column, delimiter)
    recognised_as = (
        f"two columns separated by {DELIMITERS[delimiter]}, "
        f"{'file' if file_column == 0 else 'identifier'} first, "
        f"{'with' if has_header else 'without'} a header, {encoding}"
    )
    return IndexMap(recognised_as, pairs, tuple(problems))


def _name_map(text: str, encoding: str, file_name: str) -> IndexMap | None:
    """Return what a name map says; None where the first line is not the header of one."""
    for delimiter, called in DELIMITERS.items():
        try:
            _, header = next(_split(text, delimiter, file_name))
        except (SourceUnavailable, StopIteration):
            continue
        columns = name_columns(header)
        if columns is not None:
            rows = _split(text, delimiter, file_name, keeps_empty_ends=True)
            next(rows)
            read = read_name_map(columns, rows, file_name)
            told = f"{len(columns)} columns of names and the file, separated by {called}, {encoding}"
            return IndexMap(told, {}, tuple(_first_of(read.problems)), read.named)
    return None


def _rows(text: str, delimiter: str, file_name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and the two fields of every row that is not blank."""
    for line, fields in _split(text, delimiter, file_name):
        if len(fields) != 2:
            columns = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
            raise unusable(
                file_name,
                f"is not a map of two columns: line {line} has {columns} separated by {DELIMITERS[delimiter]}",
            )
        yield line, fields


def _split(
    text: str, delimiter: str, file_name: str, *, keeps_empty_ends: bool = False
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for row in reader:
            fields = [field.strip() for field in row]
            while not keeps_empty_ends and len(fields) > 2 and not fields[-1]:
                fields.pop()
            if any(fields):
                yield reader.line_num, fields
    except csv.Error as exc:
        raise unusable(file_name, f"has a quotation mark in the wrong place in line {reader.line_num}") from exc


def _delimiter(text: str, file_name: str) -> str:
    if not text.strip():
        raise unusable(file_name, "is empty")
    widths: dict[str, list[int]] = {}
    for delimiter in DELIMITERS:
        widths[delimiter] = []
        try:
            for _, fields in _split(text, delimiter, file_name):
                widths[delimiter].append(len(fields))
                if len(widths[delimiter]) == SAMPLE_ROWS:
                    break
        except SourceUnavailable:
            continue
        if set(widths[delimiter]) == {2}:
            return delimiter
    # None fits every row. The one that fits most of them gives the clearest message.
    return max(DELIMITERS, key=lambda delimiter: (widths[delimiter].count(2), text.count(delimiter)))


def _known(rows: list[list[str]], listed_among: ListedAmong) -> Collection[str]:
    """Return names of files in the source, where the names in `rows` do not show that they are of pictures."""
    if any(_looks_like_file(field, ()) for row in rows for field in row):
        return ()
    return listed_among({_last_part(field) for row in rows for field in row})


def _looks_like_file(field: str, known: Collection[str]) -> bool:
    return field.casefold().endswith(PICTURE_SUFFIXES) or _last_part(field) in known


def _last_part(path: str) -> str:
    return listed_form(path.replace("\\", "/").rpartition("/")[2])


def _file_column(rows: list[list[str]], known: Collection[str], file_name: str) -> int:
    first, second = (sum(_looks_like_file(row[column], known) for row in rows) for column in (0, 1))
    if known and first and second:
        # The majority is not asked: of a delivery that is just arriving, leftovers may be more than its own photos.
        found = " and ".join(_first_known(rows, column, known) for column in (0, 1))
        raise unusable(
            file_name,
            "does not show which of its columns is the file: no name has an ending such as .jpg, and both columns "
            f"hold names of files in the source, as {found}; take out of the source what is left over there",
        )
    if first == second:
        raise unusable(
            file_name,
            "does not show which of its columns is the file: "
            + ("neither holds" if first == 0 else "both hold")
            + " names of pictures, or of files in the source",
        )
    return 0 if first > second else 1


def _first_known(rows: list[list[str]], column: int, known: Collection[str]) -> str:
    return next(quoted(row[column]) for row in rows if _looks_like_file(row[column], known))


def _is_header(row: list[str], file_column: int, known: Collection[str]) -> bool:
    return not _looks_like_file(row[file_column], known) and not any(
        char.isdigit() for field in row for char in field
    )


def _pairs(rows: list[tuple[int, list[str]]], file_column: int, delimiter: str) -> tuple[dict[str, str], list[str]]:
    pairs: dict[str, str] = {}
    lines: dict[str, int] = {}
    contradicted: set[str] = set()
    problems: list[str] = []
    for line, row in rows:
        file, key = row[file_column], row[1 - file_column]
        if delimiter != "\\":
            file = file.replace("\\", "/")
        file = file.removeprefix("./")
        if not file or not key:
            problems.append(f"Line {line} has no {'identifier' if file else 'file'}; it was left out.")
        elif pairs.setdefault(file, key) != key:
            contradicted.add(file)
            problems.append(
                f"{file} is given as {pairs[file]} in line {lines[file]} and as {key} in line {line}; "
                "it was left out."
            )
        else:
            lines.setdefault(file, line)
    for file in contradicted:
        del pairs[file]
    return pairs, _first_of(problems)


def _first_of(problems: list[str]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    return [*problems[:MOST_PROBLEMS], f"And {more} more."] if more > 0 else problems
