"""The people of one kind as they were read, with their enrolments, in a temporary database until all are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from photosync.connectors.roster.sif.enrollments import Enrollment
from photosync.connectors.roster.sif.people import PersonRead
from photosync.connectors.sif.temporary import TemporaryDatabase, stored

MOST_OF_ONE: Final = 200
"""Enrolments of one student; more are a fault of the source."""
_TABLES: Final = """
CREATE TABLE person (line INTEGER PRIMARY KEY, ref TEXT NOT NULL, told TEXT NOT NULL, differs INTEGER NOT NULL);
CREATE INDEX person_ref ON person (ref);
CREATE TABLE alternate (value TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (value, line)) WITHOUT ROWID;
CREATE TABLE shared (value TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE enrollment (
    ref TEXT NOT NULL, student TEXT NOT NULL, school TEXT NOT NULL, told TEXT NOT NULL, is_now INTEGER NOT NULL
);
CREATE INDEX enrollment_ref ON enrollment (ref);
CREATE INDEX enrollment_student ON enrollment (student);
CREATE TABLE doubtful (student TEXT PRIMARY KEY, ref TEXT NOT NULL) WITHOUT ROWID;
"""


class Gathered(NamedTuple):
    line: int
    person: PersonRead
    differs: bool
    """Whether the same RefId was there with other data as well."""


class People:
    """Fill it with `add` and `add_enrollment`; then ask. Close it in every case."""

    def __init__(self) -> None:
        self.count = 0
        self.enrollments = 0
        self._database = TemporaryDatabase(_TABLES)

    def add(self, person: PersonRead) -> None:
        """Take in a person. The same object twice is one. Raises SourceUnavailable."""
        self.count += 1
        told = stored(person.told())
        with self._database.asking() as execute:
            if person.ref:
                former = execute("SELECT line, told FROM person WHERE ref = ?", (stored(person.ref),)).fetchone()
                if former is not None:
                    if former[1] != told:
                        execute("UPDATE person SET differs = 1 WHERE line = ?", (former[0],))
                    return
            execute("INSERT INTO person VALUES (?, ?, ?, 0)", (self.count, stored(person.ref), told))
            for value in person.alternates:
                execute("INSERT OR IGNORE INTO alternate VALUES (?, ?)", (stored(value), self.count))

    def add_enrollment(self, enrollment: Enrollment, today: date) -> None:
        """Take in an enrolment. The same object twice is one; with other data its student is doubtful."""
        self.enrollments += 1
        ref, student, told = stored(enrollment.ref), stored(enrollment.student), stored(enrollment.told())
        asked = "SELECT student, told FROM enrollment WHERE ref = ? ORDER BY rowid LIMIT 1"
        with self._database.asking() as execute:
            former = execute(asked, (ref,)).fetchone() if ref else None
            if former is not None and former[1] == told:
                return
            if former is not None:
                for each in (former[0], student):
                    execute("INSERT OR IGNORE INTO doubtful VALUES (?, ?)", (each, ref))
            execute(
                "INSERT INTO enrollment VALUES (?, ?, ?, ?, ?)",
                (ref, student, stored(enrollment.school), told, enrollment.is_now(today)),
            )

    def everyone(self) -> Iterator[Gathered]:
        for line, told, differs in self._database.rows("SELECT line, told, differs FROM person ORDER BY line"):
            yield Gathered(line, PersonRead.of(told), bool(differs))

    def enrollments_of(self, person: PersonRead) -> Sequence[Enrollment]:
        """Return the person's enrolments, different ones, up to one more than MOST_OF_ONE."""
        if not person.ref:
            return ()
        asked = "SELECT DISTINCT told FROM enrollment WHERE student = ? ORDER BY told LIMIT ?"
        with self._database.asking() as execute:
            rows = execute(asked, (stored(person.ref), MOST_OF_ONE + 1)).fetchall()
        return [Enrollment.of(told) for (told,) in rows]

    def doubtful_enrollment_of(self, person: PersonRead) -> str:
        """Return the RefId of an enrolment of the person that is there with different data, "" where none is."""
        if not person.ref:
            return ""
        with self._database.asking() as execute:
            found = execute("SELECT ref FROM doubtful WHERE student = ?", (stored(person.ref),)).fetchone()
        return str(found[0]) if found else ""

    def note_shared_alternates(self) -> int:
        """Find the identifiers that several people have, such as a family's; return how many those are."""
        with self._database.asking() as execute:
            execute("INSERT INTO shared SELECT value FROM alternate GROUP BY value HAVING count(*) > 1")
            return int(execute("SELECT count(*) FROM shared").fetchone()[0])

    def alternates_of(self, person: PersonRead) -> list[str]:
        """Return the person's other identifiers that are nobody else's, once those are noted."""
        with self._database.asking() as execute:
            return [
                value
                for value in person.alternates
                if execute("SELECT 1 FROM shared WHERE value = ?", (stored(value),)).fetchone() is None
            ]

    def enrolled_who_are_not_there(self, schools: Collection[str] | None) -> int:
        """Return how many have an enrolment of now, at one of `schools` or at none, and are not among the people."""
        asked = (
            "SELECT DISTINCT student, school FROM enrollment "
            "WHERE is_now AND student <> '' AND student NOT IN (SELECT ref FROM person)"
        )
        rows = self._database.rows(asked)
        return len({student for student, school in rows if schools is None or not school or school in schools})

    def close(self) -> None:
        self._database.close()
