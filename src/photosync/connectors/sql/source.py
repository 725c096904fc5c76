"""A source on a database: each row of a list is one person's photo, which another query reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, PAGE_WINDOW_ENTRIES, Fetched
from photosync.connectors.file_words import too_many_bytes
from photosync.connectors.recordwise import Record, RecordSource, Whose
from photosync.connectors.silences import Silences
from photosync.connectors.sql.drivers import CHECKSUMS
from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.files import PhotoFolder
from photosync.connectors.sql.session import Asked, Database, Names, Values
from photosync.connectors.sql.statements import Flavour, Statement
from photosync.connectors.sql.values import (
    Unusable,
    identifier_of,
    path_of,
    photo_of,
    size_of,
    stamp_of,
    year_of,
)
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.people import PersonKind, quoted
from photosync.core.record_names import record_folder

FETCHES_AT_ONCE = 4
CONNECTIONS = FETCHES_AT_ONCE + 1
MOST_ROWS = 5_000_000
"""Of one list. What gives more is a query gone wrong, and would fill memory and the disk."""
_ONE_PHOTO = (Sort.CANCELLED, Sort.DATA, Sort.DRIPS, Sort.LOCKED, Sort.OTHER, Sort.LOST)
"""Troubles that may concern the one photo that was asked for, and not the database: a code that is no number, a
damaged page of a table, or a photo at which the server breaks off. Where it is the database, the next question finds
no connection, or the run looks for itself.
"""
_MAY_BE_TIME = (Sort.CANCELLED, Sort.LOCKED)
"""Troubles that the server may have waited for to go away until its time was up."""


@dataclass(frozen=True, slots=True)
class QuerySet:
    """How the photos of one kind of people are read: a list of them, and the photo of one.

    Without a kind the list is of everyone, and does not say who is a student.
    """

    kind: PersonKind | None
    listing: Statement
    photo: Statement


class SqlSource(RecordSource):
    """Implements `connectors.contract.Source`. With a `folder`, the database gives paths of files in it."""

    fetches_at_once = FETCHES_AT_ONCE

    def __init__(
        self,
        database: Database,
        flavour: Flavour,
        query_sets: Sequence[QuerySet],
        *,
        folder: PhotoFolder | None = None,
        window_entries: int = PAGE_WINDOW_ENTRIES,
    ) -> None:
        super().__init__(window_entries=window_entries)
        self.database = database
        self._flavour = flavour
        self._query_sets = {each.kind: each for each in query_sets}
        self._folder = folder
        self._silences = Silences()
        self._without_identifier: dict[str, int] = {}
        """Rows by the list that gave them, as it was read last."""

    def records(self) -> Iterator[Record]:
        """Yield every row, also those without a photo or identifier: null never means delete."""
        for each in self._query_sets.values():
            if self._folder is None:
                yield from self._listed(each, None)
            else:
                with self._folder:
                    yield from self._listed(each, self._folder)

    def read_photo(self, whose: Whose, nth: int, *, limit_bytes: int) -> Fetched:
        shown = self._shown(whose)
        query_set = self._query_sets.get(whose.kind)
        if query_set is None:
            raise TryLater(f"{shown} is in no list of this data source any more. It was left as it is.")
        rows = self._asked(query_set, whose, shown, limit_bytes if self._folder is None else None)
        if not rows or nth > max(len(rows), 1):
            raise TryLater(
                f"{shown} was no longer in the database when it was to be read, or the query "
                f"{query_set.photo.called} does not find it. It was left as it is; the next run looks again."
            )
        if len(rows) > 1 or nth > 1:
            raise TryLater(
                f"The query {query_set.photo.called} gives more than one row for {shown}, so none was taken. "
                "Let it, and the list, give one row for each person; where there are photos of several years, use "
                ":year too. The next run looks again."
            )
        try:
            if self._folder is not None:
                return self._file(self._folder, rows[0]["path"], shown, limit_bytes)
            return _picture(rows[0], shown, limit_bytes)
        except Unusable as error:
            column = "path" if self._folder is not None else "photo"
            raise self._unusable(query_set.photo, column, error) from error

    def warnings(self) -> list[str]:
        """Return which lists have rows of nobody knows whom, or several of one person, as they were read last."""
        told = [
            f"Rows without an id that the query {called} gives: {number:,}. They were left out, and while there are "
            "any, no photo is withdrawn as gone. Have the id filled in, or leave such rows out, for example with "
            "WHERE code IS NOT NULL."
            for called, number in self._without_identifier.items()
            if number
        ]
        if self.repeated:
            people = "1 id has" if self.repeated == 1 else f"{self.repeated:,} ids have"
            told.append(
                f"{people} more than one row in the lists (such as {quoted(self.first_repeated)}). Where the query "
                "of the photo gives several rows too, none is taken; what was published stays. Let both give one row "
                "for each person: leave out rows whose photo is empty (NULL), or those of other years."
            )
        return told

    def close(self) -> None:
        self.database.close()

    def _listed(self, query_set: QuerySet, folder: PhotoFolder | None) -> Iterator[Record]:
        statement = query_set.listing
        names: list[str] = []

        def checked(found: Names) -> None:
            names[:] = [name.lower() for name in found]
            self._check_list_columns(statement, names)

        step = f"Reading the list {statement.called}"
        rows, with_photo = 0, 0
        self._without_identifier[statement.called] = 0
        for values in self.database.rows(statement, checked=checked, step=step):
            rows += 1
            if rows > MOST_ROWS:
                raise SourceUnavailable(
                    f"The query {statement.called} gives more than {MOST_ROWS:,} rows. The listing is incomplete, so "
                    "nothing was changed. Let it give one row for each person; perhaps it names two tables, and not "
                    "how they belong together."
                )
            record = self._record(query_set, dict(zip(names, values, strict=True)), folder)
            with_photo += record.stamp != NO_PHOTO
            self._without_identifier[statement.called] += record.stamp == NO_IDENTIFIER
            yield record
        if rows and not with_photo:
            column = "path" if folder is not None else "changed"
            raise SourceUnavailable(
                f"In all {rows:,} rows that the query {statement.called} gives, the column {column} "
                "is empty (NULL), as it is when a right is missing. Nothing was concluded from it, so nothing was "
                "changed. Check what the user may read; where there really is no photo, leave the query out."
            )

    def _record(self, query_set: QuerySet, row: Mapping[str, object], folder: PhotoFolder | None) -> Record:
        column = "id"
        try:
            identifier = "" if row["id"] is None else identifier_of(row["id"])
            column = "year"
            year = year_of(row.get("year"))
            column = "changed" if folder is None else "path"
            size_bytes, stamp = _size_and_stamp(row, folder)
        except Unusable as error:
            raise self._unusable(query_set.listing, column, error) from error
        if not identifier.strip():
            return Record(Whose("", query_set.kind, year), size_bytes, NO_IDENTIFIER)
        return Record(Whose(identifier, query_set.kind, year), size_bytes, stamp)

    def _asked(
        self, query_set: QuerySet, whose: Whose, shown: str, limit_bytes: int | None
    ) -> list[dict[str, object]]:
        statement = query_set.photo
        names: list[str] = []

        def checked(found: Names) -> None:
            names[:] = [name.lower() for name in found]
            self._check_photo_columns(statement, names)

        year = str(whose.academic_year) if whose.academic_year is not None else None
        begun_s = monotonic()
        try:
            rows: list[Values] = self.database.few(
                statement,
                {"id": whose.identifier, "year": year},
                checked=checked,
                most_rows=2,
                limit_bytes=limit_bytes,
            )
        except Asked as error:
            raise self._not_read(statement, shown, error.failure, begun_s) from error
        self._silences.heard()
        return [dict(zip(names, values, strict=True)) for values in rows]

    def _not_read(self, statement: Statement, shown: str, failure: Failure, begun_s: float) -> TryLater:
        """Return what to raise where one photo was not given. SourceUnavailable where it is the database's fault."""
        # The server's own limits end a query before ours do; a deadlock, or an operator, may do so at once.
        waited = failure.sort in _MAY_BE_TIME and monotonic() - begun_s >= self.database.limits.answer_s / 2
        is_silence = failure.is_silence or waited
        is_the_server = self._silences.are_the_servers(is_silence=is_silence, begun_s=begun_s)
        if failure.sort is Sort.DATA:
            do = (
                f"Let the query {statement.called} compare codes as text, or correct what is entered there for this "
                "person; the next run reads it again."
            )
            return self.database.login.endpoint.not_fetched(shown, failure.reason, do)
        if failure.sort in _ONE_PHOTO and not is_the_server:
            return self.database.login.endpoint.not_fetched(shown, failure.reason)
        do = failure.do
        if failure.sort is Sort.QUERY:
            do += f" The query {statement.called} must give {self._photo_columns}."
        return self.database.login.endpoint.unavailable(f"Reading the photo of {shown}", failure.reason, do)

    def _file(self, folder: PhotoFolder, value: object, shown: str, limit_bytes: int) -> Fetched:
        path = path_of(value)
        if path is None:
            raise _no_photo(shown)
        return folder.fetch(path, limit_bytes=limit_bytes)

    def _check_list_columns(self, statement: Statement, names: Sequence[str]) -> None:
        needed = ("id", "path") if self._folder is not None else ("id", "changed")
        known = (*needed, "year") if self._folder is not None else (*needed, "year", "size")
        if self._folder is None and "changed" not in names and "id" in names:
            raise self._columns(
                statement,
                "has no column changed, which says whether a photo has changed",
                "Name a column with the time of the last change, or let the server work it out, "
                "which moves no photo: "
                f"{CHECKSUMS[self._flavour]}.",
            )
        self._check_columns(statement, names, needed, known)

    def _check_photo_columns(self, statement: Statement, names: Sequence[str]) -> None:
        needed = ("path",) if self._folder is not None else ("photo", "changed")
        # The last is what the driver puts beside them.
        self._check_columns(statement, [name for name in names if name != "photo_bytes"], needed, needed)

    @property
    def _photo_columns(self) -> str:
        return "the column path" if self._folder is not None else "the columns photo and changed"

    def _check_columns(
        self, statement: Statement, names: Sequence[str], needed: Sequence[str], known: Sequence[str]
    ) -> None:
        for name in needed:
            if name not in names:
                found = ", ".join(quoted(each[:40]) for each in names[:10])
                raise self._columns(statement, f"has no column {name}; it has {found}", f"Write AS {name}.")
        for name in names:
            if name not in known:
                raise self._columns(
                    statement,
                    f"has the column {quoted(name[:40])}, which is not known here",
                    f"Name just what is needed: {', '.join(known)}.",
                )
            if names.count(name) > 1:
                raise self._columns(statement, f"has the column {name} twice", "Name it once.")

    def _columns(self, statement: Statement, what: str, do: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"What the query {statement.called} gives {what}. Nothing was concluded from it, so "
            f"nothing was changed. {do}"
        )

    def _unusable(self, statement: Statement, column: str, error: Unusable) -> SourceUnavailable:
        return SourceUnavailable(
            f"The column {column} of the query {statement.called} {error.reason}. Nothing was concluded from it, so "
            f"nothing was changed. {error.do}"
        )

    def _shown(self, whose: Whose) -> str:
        folder = record_folder(whose.kind, whose.academic_year)
        return quoted(f"{folder}/{whose.identifier}" if folder else whose.identifier)


def _size_and_stamp(row: Mapping[str, object], folder: PhotoFolder | None) -> tuple[int, str]:
    """Return what a row of a list says of its photo. Raises Unusable."""
    if folder is not None:
        path = path_of(row["path"])
        return (0, NO_PHOTO) if path is None else folder.size_and_stamp(path)
    changed = stamp_of(row["changed"])
    return (0, NO_PHOTO) if changed is None else (size_of(row.get("size")), changed)


def _picture(row: Mapping[str, object], shown: str, limit_bytes: int) -> Fetched:
    photo, size_bytes = photo_of(row), row.get("photo_bytes")
    if (photo is not None and len(photo) > limit_bytes) or (
        photo is None and isinstance(size_bytes, int) and size_bytes > limit_bytes
    ):
        raise too_many_bytes(shown, limit_bytes)
    if photo is None:
        raise _no_photo(shown)
    if isinstance(size_bytes, int) and size_bytes != len(photo):
        # Of what a line without encryption garbles, a driver may leave out what it does not understand.
        raise TryLater(
            f"{shown} came with {len(photo):,} bytes, and the database has {size_bytes:,}: it was damaged on the "
            "way. It was left as it is. The next run reads it again; with encryption, nothing is damaged unnoticed."
        )
    try:
        stamp = stamp_of(row["changed"])
    except Unusable:
        stamp = None
    return Fetched(photo, stamp or "")


def _no_photo(shown: str) -> ItemRejected:
    return ItemRejected(
        f"{shown} is in the list, but has no photo in the database (NULL). What Photo Sync has was kept. Leave rows "
        "without a photo out of the list, for example with WHERE photo IS NOT NULL.",
        code="no_photo",
    )
