"""What the rows of a photographer's delivery mean together: which picture of a person counts, which row a file has.

The guideline of school photographers says that MASTER.TXT includes retakes and is preferred. It does not say how a
retake is marked, so the order counts: of several pictures of one person in a MASTER.TXT, the one listed last.
INDEX.TXT is not said to include retakes: there, two pictures of one person stay two, and a person decides. Of a SMALL
and a LARGE picture, the LARGE one counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from photosync.core.keys import NoKey, stem_of
from photosync.core.name_matching import Named, Said
from photosync.core.names import name_form, school_year
from photosync.core.people import quoted


class Size(StrEnum):
    SMALL = "SMALL"
    LARGE = "LARGE"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredRow:
    """One row of an index of a volume, as it stands there."""

    index: str
    """Path of the index file in the source."""
    line: int
    is_master: bool
    folder: str
    """The folder that the index lies in, which is the volume; "" is the root of the source."""
    volume: str
    """The name of the volume, as the row gives it."""
    places: tuple[str, ...]
    """Where the picture may lie in the source, the likeliest first."""
    last_name: str
    first_name: str
    grade: str = ""
    home_room: str = ""
    room_may_be_teacher: bool = False
    size: Size = Size.UNKNOWN

    @property
    def where(self) -> str:
        shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in self.index)
        return f"{shown}, line {self.line},"

    @property
    def file(self) -> str:
        return self.places[0].rpartition("/")[2]

    @property
    def named(self) -> Named:
        return Named(
            last_name=self.last_name,
            first_name=self.first_name,
            grade=self.grade,
            home_room=self.home_room,
            room_may_be_teacher=self.room_may_be_teacher,
            where=self.where,
        )

    @property
    def person(self) -> tuple[str, ...]:
        """What is equal for the rows of one person, as far as rows can tell."""
        names = (name_form(self.last_name), name_form(self.first_name))
        return (*names, school_year(self.grade)[0], name_form(self.home_room))


Placed = tuple[str, DeliveredRow]
"""A row with the place (`name_matching.place_form`) of the file that it is about."""


def said_by(rows: Sequence[Placed]) -> tuple[dict[str, Said], list[str]]:
    """Return what is said of each place, and a sentence for each row that is left out.

    `rows` are in the order of their files and lines. In a volume that has a MASTER.TXT, its INDEX.TXT counts no more.
    """
    with_master = {row.folder for _, row in rows if row.is_master}
    counting = [(place, row) for place, row in rows if row.is_master or row.folder not in with_master]
    found, problems = _once_each(counting)
    others = superseded(list(found.values()))
    said: dict[str, Said] = {}
    for place, row in found.items():
        other = others.get(row.where)
        said[place] = row.named if other is None else replace(row.named, superseded=other.why, is_copy=other.is_copy)
    said |= _contradicted(counting, found)
    masters = {(row.folder, row.person): row for row in found.values() if row.is_master}
    for place, row in rows:
        if place not in said:
            said[place] = _not_in_master(row, masters.get((row.folder, row.person)))
    return said, problems


def _once_each(rows: Iterable[Placed]) -> tuple[dict[str, DeliveredRow], list[str]]:
    """Return the row of each place. A place that two rows give to different people has none."""
    found: dict[str, DeliveredRow] = {}
    contradicted: set[str] = set()
    problems: list[str] = []
    for place, row in rows:
        former = found.setdefault(place, row)
        if former is row:
            continue
        if former.person == row.person:
            problems.append(f"{row.where} repeats line {former.line} of {former.index}: {quoted(row.file)}.")
        else:
            contradicted.add(place)
            problems.append(
                f"{row.where} gives {quoted(row.file)} to someone else than line {former.line} of {former.index}. "
                "Neither was used."
            )
    for place in contradicted:
        del found[place]
    return found, problems


def _contradicted(rows: Iterable[Placed], found: dict[str, DeliveredRow]) -> dict[str, Said]:
    contradicted: dict[str, list[DeliveredRow]] = defaultdict(list)
    for place, row in rows:
        if place not in found:
            contradicted[place].append(row)
    return {
        place: NoKey(
            f"{several[-1].where} and another line give {quoted(several[-1].file)} to different people.",
            tuple(row.named for row in several),
        )
        for place, several in contradicted.items()
    }


def _not_in_master(row: DeliveredRow, master: DeliveredRow | None) -> Said:
    if master is None:
        who = row.named.details
        told = f"{row.where} has {who}, but the MASTER file beside it, which counts, has no picture of them."
        return NoKey(told, (row.named,))
    told = f"Superseded: {master.where} has the picture of {row.named.shown} that counts, {quoted(master.file)}."
    return replace(row.named, superseded=told)


class Superseded(NamedTuple):
    """Why a row does not count, as a sentence; `is_copy` where it is the same picture in another size."""

    why: str
    is_copy: bool


def superseded(rows: Sequence[DeliveredRow]) -> dict[str, Superseded]:
    """Return each row that does not count, by its `where`, with what counts instead."""
    people: dict[tuple[str, ...], list[DeliveredRow]] = defaultdict(list)
    for row in rows:
        people[row.person].append(row)
    found: dict[str, Superseded] = {}
    for pictures in people.values():
        if len(pictures) > 1:
            found |= _of_one_person(pictures)
    return found


def _of_one_person(rows: Sequence[DeliveredRow]) -> dict[str, Superseded]:
    large = {_stem(row): row for row in rows if row.size is Size.LARGE}
    small = [row for row in rows if row.size is Size.SMALL]
    is_paired = any(_stem(row) in large for row in small)
    found: dict[str, Superseded] = {}
    for row in small:
        # A SMALL one alone among pairs is another picture, perhaps the retake: it is no copy of theirs. Neither is
        # one of another name in another volume.
        beside = [each for each in large.values() if each.folder == row.folder]
        other = large.get(_stem(row)) if is_paired else next(reversed(beside), None)
        if other is not None:
            told = f"Superseded: the LARGE picture of {row.named.shown} counts, {quoted(other.file)}."
            found[row.where] = Superseded(told, is_copy=is_paired)
    last = {row.index: row for row in rows if row.where not in found}
    for row in rows:
        later = last.get(row.index)
        if row.is_master and row.where not in found and later is not None and later is not row:
            told = f"{row.named.shown} is listed again in {later.where} which counts: {quoted(later.file)}."
            found[row.where] = Superseded(f"Superseded: {told}", is_copy=False)
    return found


def _stem(row: DeliveredRow) -> str:
    return name_form(stem_of(row.file))
