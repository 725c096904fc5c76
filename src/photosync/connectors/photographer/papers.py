"""What lies in a delivery beside the photos: index files, the licence and the read-me. None of them is a photo."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

DEEPEST = 2
"""So many folders below the source's root a volume may lie."""
_INDEX_SUFFIXES = ("txt", "tsv", "csv")
"""The first that there is of one name is read."""


class Sort(StrEnum):
    INDEX = "index"
    MASTER = "master"
    LICENCE = "copyright"
    READ_ME = "readme"


class Paper(NamedTuple):
    folder: str
    name: str
    sort: Sort

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def suffix_rank(self) -> tuple[int, str]:
        """Which of two index files of one name comes first."""
        return _INDEX_SUFFIXES.index(self.name.casefold().rpartition(".")[2]), self.name


def may_hold_papers(folder: str) -> bool:
    return not folder or folder.count("/") < DEEPEST


def paper(folder: str, name: str) -> Paper | None:
    """Return what the file is where it is no photo but a paper of the delivery; letter case makes no difference."""
    if not may_hold_papers(folder):
        return None
    stem, _, suffix = name.casefold().rpartition(".")
    if suffix not in _INDEX_SUFFIXES or stem not in set(Sort):
        return None
    sort = Sort(stem)
    if sort in (Sort.LICENCE, Sort.READ_ME) and suffix != "txt":
        return None
    return Paper(folder, name, sort)


def licences_beside_an_index(files: Iterable[tuple[str, str]]) -> list[tuple[Paper, Paper]]:
    """Return each licence among the `files` (folder, name) with an index of its volume, by folder."""
    found = [each for each in (paper(folder, name) for folder, name in files) if each is not None]
    indexes: dict[str, Paper] = {}
    for each in sorted(found):
        if each.sort in (Sort.INDEX, Sort.MASTER):
            indexes.setdefault(each.folder, each)
    licences = (each for each in sorted(found) if each.sort is Sort.LICENCE)
    return [(each, indexes[each.folder]) for each in licences if each.folder in indexes]
