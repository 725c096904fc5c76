"""What a delivery says of every photo, put beside what really lies there."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from photosync.connectors.index_file import PICTURE_SUFFIXES
from photosync.connectors.photographer.papers import Paper, Sort
from photosync.connectors.photographer.volume_index import MOST_ROWS, VolumeIndex, read_volume_index
from photosync.core.deliveries import DeliveredRow, said_by
from photosync.core.errors import SourceUnavailable
from photosync.core.name_matching import Named, Said, place_form
from photosync.core.people import quoted, quoted_path

MOST_VOLUMES = 100
MOST_FILES = 20_000
"""Of so many files a survey keeps the names."""
MOST_OF_A_SORT = 5
"""So many things of one sort are named in a warning."""
SIZE_UNKNOWN = -1
"""Size of an image that is there, in a source that says no sizes."""


@dataclass(frozen=True, slots=True)
class SurveyedRow:
    """A row of an index, and what was found of its image: `size_bytes` is None where it is missing.

    It may be SIZE_UNKNOWN.
    """

    row: DeliveredRow
    path: str
    """Where the image lies in the source; where it should lie, if it is missing."""
    size_bytes: int | None
    counts: bool
    """False for a row of an INDEX file beside a MASTER file."""

    @property
    def place(self) -> str:
        return place_form("", self.path)


@dataclass(slots=True)
class Survey:
    """A whole delivery."""

    stamp: str
    """Changes with its index files, before the dot; and when an image that they list comes or goes, behind it."""
    rows: Sequence[SurveyedRow]
    said: dict[str, Said]
    """What is said of each file, by its place (`name_matching.place_form`)."""
    notes: Sequence[str]
    """Sentences about what was read and how; nothing is wrong with it."""
    warnings: Sequence[str]
    files: Sequence[tuple[str, str]] = ()
    """Folder and name of the first files that are no papers, MOST_FILES at the most."""
    file_count: int = 0
    """How many files there are in all."""


@dataclass(slots=True)
class Volumes:
    """The index files of a delivery, read."""

    papers: Sequence[Paper]
    stamp: str
    indexes: list[tuple[Paper, VolumeIndex]]
    notes: list[str]
    warnings: list[str]

    def places(self) -> dict[str, int | None]:
        """Return every place where an image may lie; nothing has been found there yet."""
        return {place_form("", place): None for row in self.rows() for place in row.places}

    def rows(self) -> Iterator[DeliveredRow]:
        for _, index in self.indexes:
            yield from index.rows

    def folders(self) -> set[str]:
        return {paper.folder for paper, _ in self.indexes}


def chosen_indexes(papers: Iterable[Paper]) -> tuple[list[Paper], list[str]]:
    """Return the index files that are read, and a sentence for each that is not, because another one is."""
    by_name: dict[tuple[str, Sort], list[Paper]] = {}
    for each in papers:
        if each.sort in (Sort.INDEX, Sort.MASTER):
            by_name.setdefault((each.folder, each.sort), []).append(each)
    chosen: list[Paper] = []
    told: list[str] = []
    for key in sorted(by_name):
        first, *others = sorted(by_name[key], key=lambda each: each.suffix_rank)
        chosen.append(first)
        told += [
            f"{each.path} was not read, because {first.path} was. Remove the one that is wrong." for each in others
        ]
    return chosen, told


def read_volumes(papers: Sequence[Paper], contents: Iterable[tuple[Paper, bytes]], told: list[str]) -> Volumes:
    """Read the index files, one after another. Raises SourceUnavailable where one cannot be read, or is too much."""
    left = MOST_ROWS
    digest = sha256()
    indexes: list[tuple[Paper, VolumeIndex]] = []
    notes: list[str] = []
    warnings: list[str] = []
    for each, content in contents:
        index = read_volume_index(content, path=each.path, is_master=each.sort is Sort.MASTER, most_rows=left)
        left -= len(index.rows)
        indexes.append((each, index))
        rows = "1 row" if len(index.rows) == 1 else f"{len(index.rows):,} rows"
        notes.append(f"{each.path} was read as {index.recognised_as}: {rows}.")
        warnings += _first_of(index.problems)
        digest.update(f"{each.path}\0{sha256(content).hexdigest()}\0".encode("utf-8", "surrogatepass"))
    return Volumes(papers, digest.hexdigest(), indexes, notes, warnings + told)


def too_many_volumes(count: int) -> SourceUnavailable:
    return SourceUnavailable(
        f"The source holds {count} index files of photographers' volumes, and {MOST_VOLUMES} are the most that are "
        "read. Nothing was changed. Put fewer volumes into one source."
    )


def no_index() -> SourceUnavailable:
    return SourceUnavailable(
        "No index of a photographer's volume was found: an INDEX.TXT or MASTER.TXT at the root of the source, or one "
        "or two folders below it. The files cannot be matched without it, so nothing was changed. Deliver the whole "
        "volume, or match files in another way."
    )


@dataclass(slots=True)
class Listed:
    """Takes in what lies in the source, file by file, and keeps what the volumes ask about."""

    volumes: Volumes
    found: dict[str, int | None]
    folders: set[str]
    omits_sizes: bool = False
    not_listed: int = 0
    not_listed_named: list[str] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    @classmethod
    def of(cls, volumes: Volumes, *, omits_sizes: bool = False) -> Listed:
        return cls(volumes, volumes.places(), volumes.folders(), omits_sizes)

    def take(self, folder: str, name: str, size_bytes: int) -> None:
        self.count += 1
        if self.count <= MOST_FILES:
            self.files.append((folder, name))
        place = place_form(folder, name)
        if place in self.found:
            self.found[place] = size_bytes
        elif name.casefold().endswith(PICTURE_SUFFIXES) and self._in_a_volume(folder):
            self.not_listed += 1
            # The first by name, in whatever order they are listed: the same warning run after run.
            insort(self.not_listed_named, f"{folder}/{name}" if folder else name)
            del self.not_listed_named[MOST_OF_A_SORT:]

    def _in_a_volume(self, folder: str) -> bool:
        return any(not each or folder == each or folder.startswith(f"{each}/") for each in self.folders)

    def survey(self) -> Survey:
        if self.omits_sizes and not any(self.found.values()):
            # Rather than that each image is empty, the source says no sizes. What really is empty shows when read.
            self.found = {place: None if size is None else SIZE_UNKNOWN for place, size in self.found.items()}
        master = {paper.folder for paper, _ in self.volumes.indexes if paper.sort is Sort.MASTER}
        rows = [self._surveyed(row, counts=row.is_master or row.folder not in master) for row in self.volumes.rows()]
        # What is missing or empty takes the place of nothing.
        said, problems = said_by([(each.place, each.row) for each in rows if each.size_bytes])
        for each in rows:
            said.setdefault(each.place, each.row.named)
        counting = [each for each in rows if each.counts]
        warnings = [
            *self.volumes.warnings,
            *_first_of(problems),
            *_otherwise_named(counting),
            *_told("is listed and missing", "are listed and missing", _shown(counting, missing=True)),
            *_told("is listed and empty", "are listed and empty", _shown(counting, missing=False)),
            *_told("is in no index", "are in no index", self.not_listed_named, self.not_listed),
        ]
        return Survey(
            _stamp(self.volumes.stamp, rows),
            rows,
            said,
            [*self.volumes.notes, *_set_aside(said)],
            warnings,
            self.files,
            self.count,
        )

    def _surveyed(self, row: DeliveredRow, *, counts: bool) -> SurveyedRow:
        for path in row.places:
            size_bytes = self.found[place_form("", path)]
            if size_bytes is not None:
                return SurveyedRow(row, path, size_bytes, counts)
        return SurveyedRow(row, row.places[0], None, counts)


def _stamp(of_indexes: str, rows: Iterable[SurveyedRow]) -> str:
    digest = sha256()
    for each in rows:
        digest.update(f"\0{each.path}\0{bool(each.size_bytes)}".encode("utf-8", "surrogatepass"))
    return f"{of_indexes}.{digest.hexdigest()}"


def _shown(rows: Iterable[SurveyedRow], *, missing: bool) -> list[str]:
    return list(dict.fromkeys(each.path for each in rows if each.size_bytes == (None if missing else 0)))


def _otherwise_named(rows: Iterable[SurveyedRow]) -> list[str]:
    """Return a sentence for each volume that its rows call otherwise than its folder is called."""
    seen: dict[tuple[str, str], str] = {}
    for each in rows:
        own = each.row.folder.rpartition("/")[2]
        if own and each.row.volume and each.row.volume.casefold() != own.casefold():
            seen.setdefault((each.row.folder, each.row.volume), each.row.index)
    told = [
        f"{index} calls its volume {quoted(volume)}, and it lies in the folder {quoted(folder)}."
        for (folder, volume), index in seen.items()
    ]
    return _first_of(told)


def _set_aside(said: Mapping[str, Said]) -> list[str]:
    count = sum(isinstance(each, Named) and bool(each.superseded) for each in said.values())
    why = "because another one of the same person counts: LARGE before SMALL, in a MASTER file the later row."
    if not count:
        return []
    return [f"1 picture is set aside, {why}" if count == 1 else f"{count:,} pictures are set aside, {why}"]


def _told(one: str, many: str, named: Sequence[str], count: int | None = None) -> list[str]:
    count = len(named) if count is None else count
    if not count:
        return []
    shown = ", ".join(quoted_path(name) for name in named[:MOST_OF_A_SORT])
    more = f" and {count - MOST_OF_A_SORT:,} more" if count > MOST_OF_A_SORT else ""
    return [f"{count:,} image {one}: {shown}." if count == 1 else f"{count:,} images {many}: {shown}{more}."]


def _first_of(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - MOST_OF_A_SORT
    return [*sentences[:MOST_OF_A_SORT], *([f"And {more:,} more of that sort."] if more > 0 else [])]
