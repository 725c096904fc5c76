"""Reads a name map: `Last_Name, First_Name, [Middle_Name], [Grade_Level]`, then the file in a last column without a
header. Format: FORMATS.md, "Two-column maps".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from photosync.connectors.index_text import field_text
from photosync.core.keys import NoKey
from photosync.core.name_matching import Named, Said
from photosync.core.people import quoted

_COLUMNS = {
    "lastname": "last_name",
    "firstname": "first_name",
    "middlename": "middle_name",
    "gradelevel": "grade",
}


@dataclass(frozen=True, slots=True)
class NameMap:
    named: dict[str, Said]
    """File as written in the map (with `/` between folders) -> who is on it, or why that is not certain."""
    problems: list[str]


def name_columns(header: list[str]) -> tuple[str, ...] | None:
    """Return what the columns of a name map with this first line say, without the file's; None: it is no name map."""
    words = ["".join(char for char in field.casefold() if char.isalnum()) for field in header]
    while words and not words[-1]:
        words.pop()
    columns = tuple(_COLUMNS.get(word, "") for word in words)
    is_one = {"last_name", "first_name"} <= set(columns) and all(columns) and len(set(columns)) == len(columns)
    return columns if is_one else None


def read_name_map(columns: tuple[str, ...], rows: Iterable[tuple[int, list[str]]], file_name: str) -> NameMap:
    """Return who is on which file. A file that is given to different people is nobody's, and reported."""
    named: dict[str, Named] = {}
    contradicted: dict[str, tuple[Named, ...]] = {}
    problems: list[str] = []
    for line, row in rows:
        file = row[len(columns)].replace("\\", "/").removeprefix("./") if len(row) == len(columns) + 1 else ""
        said: Mapping[str, str] = dict(zip(columns, map(field_text, row), strict=False))
        who = Named(
            last_name=said.get("last_name", ""),
            first_name=said.get("first_name", ""),
            middle_name=said.get("middle_name", ""),
            grade=said.get("grade", ""),
            where=f"{file_name}, line {line},",
        )
        if not file:
            problems.append(f"Line {line} has no file in its last column; it was left out.")
        elif not who.sought:
            problems.append(f"Line {line} has no name; it was left out.")
        elif _person(named.setdefault(file, who)) != _person(who):
            contradicted[file] = (*contradicted.get(file, (named[file],)), who)
            told = f"{named[file].where} and line {line} give {quoted(file)} to different people"
            problems.append(f"{told}; it was left out.")
    several: dict[str, Said] = {
        file: NoKey(f"Several lines of {file_name} give {quoted(file)} to different people.", people)
        for file, people in contradicted.items()
    }
    return NameMap({**named, **several}, problems)


def _person(named: Named) -> tuple[str, ...]:
    return named.last_name, named.first_name, named.middle_name, named.grade
