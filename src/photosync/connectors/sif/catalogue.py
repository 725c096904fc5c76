"""What one reading of a SIF source found, in a temporary database: people, their pictures, and which of them count.

No picture is in it, only what tells one from another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, NamedTuple

from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO
from photosync.connectors.recordwise import Record, Whose
from photosync.connectors.sif.choosing import Candidate, chosen
from photosync.connectors.sif.objects import KINDS, OBJECT_NAMES, PICTURE, PersonId, person_of, picture_of
from photosync.connectors.sif.permissions import stricter
from photosync.connectors.sif.photo_bytes import is_nothing, size_of, stamp_of, type_of
from photosync.connectors.sif.temporary import TemporaryDatabase, stored
from photosync.connectors.sif.words import Notes
from photosync.connectors.sif.xml_objects import SifObject
from photosync.core.consent import Consent, Purpose
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind

MOST_OBJECTS: Final = 5_000_000
MOST_OF_ONE: Final = 200
"""Pictures of one person and year that are looked at; more are a fault of the source."""
_TABLES: Final = """
CREATE TABLE person (ref TEXT NOT NULL, kind TEXT NOT NULL, identifier TEXT NOT NULL, PRIMARY KEY (ref, kind));
CREATE TABLE picture (
    ref TEXT NOT NULL, parent TEXT NOT NULL, kind TEXT, year INTEGER, type TEXT NOT NULL, changed TEXT NOT NULL,
    size INTEGER NOT NULL, stamp TEXT NOT NULL, permissions TEXT NOT NULL,
    document INTEGER NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL
);
CREATE TABLE listed (
    identifier TEXT NOT NULL, kind TEXT, year INTEGER, picture INTEGER NOT NULL, whose TEXT NOT NULL,
    permissions TEXT NOT NULL
);
"""
_INDEX: Final = "CREATE INDEX whose ON picture (parent, kind, year, ref)"
_NO_PERSON: Final = "{object} is not in the source"
_UNNAMED: Final = "{object} has no {identifier}"
_TWO_PEOPLE: Final = "{object} is there twice, with different identifiers"
_AMBIGUOUS: Final = "\0"
"""Stands for the identifier of a RefId that two people claim."""

Answers = dict[Purpose, Consent]


class Known(StrEnum):
    """Whether it is known whose a picture is."""

    NAMED = "named"
    UNNAMED = "unnamed"
    """The person is there without an identifier, or with two: it may be of anyone who seems to be gone."""
    ABSENT = "absent"


class Located(NamedTuple):
    """One listed picture: what fetching it needs."""

    ref_id: str
    parent_ref_id: str
    academic_year: int | None
    type_code: str
    changed_at: str
    stamp: str
    document: int
    begins_at: int
    ends_at: int


class Catalogue:
    """Fill it with `add`, then `finish`; after that several threads may ask. Close it in every case."""

    def __init__(self, person_id: PersonId, *, people: Sequence[str] = tuple(KINDS)) -> None:
        """`people` are the objects of whom pictures are used."""
        self.notes = Notes(person_id.words)
        self._person_id = person_id
        self._people = people
        self.objects = 0
        self._database = TemporaryDatabase(_TABLES)

    def add(self, found: SifObject, document: int = 0) -> None:
        """Take in an object that was read from the `document` of this number. Raises SourceUnavailable."""
        self.objects += 1
        if self.objects > MOST_OBJECTS:
            raise SourceUnavailable(
                f"The source has more than {MOST_OBJECTS:,} SIF objects. The listing is incomplete, so nothing was "
                "changed. Take out what is not needed."
            )
        self.notes.versions[found.version] += 1
        if found.name == PICTURE:
            self._add_picture(found, document)
        else:
            self._add_person(found)

    def _add_person(self, found: SifObject) -> None:
        person = person_of(found, self._person_id)
        self.notes.people[person.kind] += 1
        with self._database.asking() as execute:
            rows = execute("SELECT identifier FROM person WHERE ref = ? AND kind = ?", (person.ref_id, person.kind))
            former = rows.fetchone()
            identifier = stored(person.identifier)
            if former is not None and former[0] != identifier:
                identifier = _AMBIGUOUS
            execute("INSERT OR REPLACE INTO person VALUES (?, ?, ?)", (person.ref_id, person.kind, identifier))

    def _add_picture(self, found: SifObject, document: int) -> None:
        picture = picture_of(found)
        kind = KINDS.get(picture.parent_object)
        if picture.parent_object and picture.parent_object not in self._people:
            self.notes.not_used[picture.parent_object] += 1
            return
        self.notes.odd_years += picture.has_odd_year
        changed = picture.changed_at.isoformat() if picture.changed_at else ""
        row = (
            picture.ref_id,
            picture.parent_ref_id,
            kind,
            picture.academic_year,
            picture.source.type_code,
            changed,
            size_of(picture.source),
            stamp_of(picture.source, changed),
            json.dumps(picture.permissions),
            document,
            picture.source.begins_at,
            picture.source.ends_at,
        )
        self.notes.pictures[kind] += 1
        with self._database.asking() as execute:
            execute("INSERT INTO picture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def finish(self) -> None:
        """Decide which pictures count, and whose they are. Raises SourceUnavailable for what says nothing."""
        with self._database.asking() as execute:
            execute("COMMIT")
            self._refuse_without_people(execute)
            execute(_INDEX)
            execute("BEGIN")
            asked = (
                "SELECT rowid, parent, kind, year, ref, type, changed, stamp, size, permissions FROM picture "
                "ORDER BY parent, kind, year, ref, document, begins"
            )
            for (parent, kind, year), rows in groupby(execute(asked), key=lambda row: row[1:4]):
                self._list(execute, parent, kind, year, rows)
            execute("CREATE INDEX place ON listed (identifier, kind, year)")
            execute("COMMIT")

    def _refuse_without_people(self, execute: Any) -> None:
        """Pictures of which nobody can be named are a source that is not whole: its people were left out."""
        for kind, count in self.notes.pictures.items():
            if kind is None or not count:
                continue
            named = execute("SELECT 1 FROM person WHERE kind = ? AND identifier <> '' LIMIT 1", (kind,)).fetchone()
            if named is None:
                raise SourceUnavailable(self.notes.nobody_named(PersonKind(kind), self._person_id.words))

    def _list(self, execute: Any, parent: str, kind: str | None, year: int | None, rows: Iterator[Any]) -> None:
        found: list[Candidate] = []
        answers: Answers = {}
        pictures = 0
        for rowid, _, _, _, ref, type_code, changed, stamp, size_bytes, permissions in rows:
            pictures += 1
            # What a picture says counts, whether or not it is the one that is shown.
            _note(answers, permissions)
            if pictures <= MOST_OF_ONE:
                is_usable = type_of(type_code) != "pdf" and not is_nothing(stamp, size_bytes)
                found.append(Candidate(rowid, ref, is_usable, changed, stamp.split(".")[1]))
        count = chosen(found)
        self.notes.older += pictures - len(count)
        identifier, of_kind, known = self._identifier(execute, parent, kind)
        self.notes.whose[known] += len(count)
        for each in count:
            row = (identifier, of_kind, year, each.row, known, json.dumps(list(answers.items())))
            execute("INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?)", row)

    def _identifier(self, execute: Any, parent: str, kind: str | None) -> tuple[str, str | None, Known]:
        """Return the identifier of who has the RefId `parent`, and the kind; for nobody, words that say so."""
        rows = execute(
            "SELECT kind, identifier FROM person WHERE ref = ? AND kind = coalesce(?, kind)", (parent, kind)
        ).fetchall()
        words = OBJECT_NAMES[PersonKind(kind)] if kind else "its person"
        if len(rows) == 1 and rows[0][1] not in ("", _AMBIGUOUS):
            return rows[0][1], rows[0][0], Known.NAMED
        why = _NO_PERSON
        if rows:
            why = _UNNAMED if rows[0][1] == "" and len(rows) == 1 else _TWO_PEOPLE
        told = why.format(object=words, identifier=self._person_id.words)
        return f"RefId {parent or 'that is missing'} ({told})", kind, Known.UNNAMED if rows else Known.ABSENT

    def records(self) -> Iterator[Record]:
        """Yield what is listed. The order of what has the same identifier, kind and year is always the same."""
        asked = (
            "SELECT listed.identifier, listed.kind, listed.year, picture.size, picture.stamp, listed.whose "
            "FROM listed JOIN picture ON picture.rowid = listed.picture ORDER BY listed.rowid"
        )
        for identifier, kind, year, size_bytes, stamp, whose in self._database.rows(asked, ()):
            told = NO_PHOTO if is_nothing(stamp, size_bytes) else stamp
            if whose == Known.UNNAMED:
                told = NO_IDENTIFIER
            yield Record(Whose(identifier, PersonKind(kind) if kind else None, year), size_bytes, told)

    def find(self, whose: Whose, nth: int) -> Located | None:
        asked = (
            "SELECT ref, parent, picture.year, type, changed, stamp, document, begins, ends FROM listed "
            "JOIN picture ON picture.rowid = listed.picture "
            "WHERE listed.identifier = ? AND listed.kind IS ? AND listed.year IS ? "
            "ORDER BY listed.rowid LIMIT 1 OFFSET ?"
        )
        values = (stored(whose.identifier), whose.kind, whose.academic_year, max(nth - 1, 0))
        with self._database.asking() as execute:
            row = execute(asked, values).fetchone()
        return Located(*row) if row else None

    def consents(self) -> Iterator[tuple[Whose, Mapping[Purpose, Consent]]]:
        """Yield what each person's pictures of the latest year say, where they say anything; the stricter counts."""
        asked = (
            "SELECT identifier, kind, year, permissions FROM listed WHERE whose = 'named' "
            "ORDER BY kind, identifier, coalesce(year, 9999) DESC"
        )
        for (identifier, kind), rows in groupby(self._database.rows(asked, ()), key=lambda row: row[:2]):
            answers: Answers = {}
            latest: int | None = None
            for place, (_, _, year, permissions) in enumerate(rows):
                latest = year if place == 0 else latest
                if year == latest:
                    _note(answers, permissions)
            if answers:
                yield Whose(identifier, PersonKind(kind)), answers

    def close(self) -> None:
        self._database.close()


def _note(answers: Answers, permissions: str) -> None:
    """Add what a picture says to the answers; the stricter counts."""
    for purpose, answer in json.loads(permissions):
        said = Purpose(purpose), Consent(answer)
        answers[said[0]] = stricter(filter(None, (answers.get(said[0]), said[1])))
