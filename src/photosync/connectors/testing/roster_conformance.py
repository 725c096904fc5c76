"""The suite that every kind of roster passes. A new kind's test is a subclass of `RosterConformance`:

    class TestCsvFile(RosterConformance):
        def make(self, place, people): ...

Each test proves one rule of `connectors.roster.contract`. Nothing but pytest's `tmp_path` is needed.
"""
# ruff: noqa: S101

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from photosync.connectors.roster.contract import Roster, Row, Table
from photosync.core.errors import PhotoSyncError, SourceUnavailable
from photosync.core.people import PersonKind

Fields = Mapping[str, str]
MANY = 3_000
STUDENTS: Sequence[Fields] = (
    {"student_code": "002082", "given_name": "Mia", "family_name": "Chen", "username": "mchen"},
    {"student_code": "2082", "given_name": "Zoë", "family_name": "O'Neill, junior", "username": "zoneill"},
    {"student_code": "A;7", "given_name": 'Jo "J"', "family_name": "Nguyễn", "username": "jn"},
)
STAFF: Sequence[Fields] = (
    {"staff_code": "T01", "given_name": "Sam", "family_name": "Okafor", "username": "sokafor"},
)
Error = TypeVar("Error", bound=PhotoSyncError)


def read(table: Table) -> list[dict[str, str]]:
    """Return the rows by the names of their columns. A row that cannot be used is an error."""
    found = []
    for row in table:
        assert isinstance(row, Row), row
        assert len(row.cells) == len(table.columns)
        assert all(isinstance(cell, str) for cell in row.cells)
        found.append(dict(zip(table.columns, row.cells, strict=True)))
    return found


def asked(rows: Sequence[Fields], wanted: Sequence[Fields]) -> list[dict[str, str]]:
    """Return of each row the fields that were put in."""
    names = list(wanted[0]) if wanted else []
    return [{name: row[name] for name in names} for row in rows]


class RosterConformance(ABC):
    kinds: Sequence[PersonKind] = tuple(PersonKind)
    """Whom one roster can list."""
    tells_when_it_changes = True
    """Whether it is noticed that the roster changes while it is read."""

    @abstractmethod
    def make(self, place: Path, people: Mapping[PersonKind, Sequence[Fields]]) -> Roster:
        """Return a roster of these people, with the fields of STUDENTS and STAFF; it replaces the former one."""

    @abstractmethod
    def make_unavailable(self, place: Path, roster: Roster) -> None:
        """Let the roster not be there any more."""

    def break_off(self, place: Path, roster: Roster) -> None:
        """Let a reading that has begun not come to its end."""
        self.make_unavailable(place, roster)

    def test_everyone_is_named_with_their_fields_as_they_came(self, tmp_path: Path) -> None:
        for kind, people in self._some().items():
            with self.make(tmp_path, {kind: people}) as roster:
                assert asked(read(roster.table(kind)), people) == [dict(each) for each in people]

    def test_two_readings_are_the_same(self, tmp_path: Path) -> None:
        kind = self.kinds[0]
        with self.make(tmp_path, {kind: self._some()[kind]}) as roster:
            first = (list(roster.table(kind).columns), list(roster.table(kind)))
            assert (list(roster.table(kind).columns), list(roster.table(kind))) == first

    def test_lines_are_counted_up(self, tmp_path: Path) -> None:
        kind = self.kinds[0]
        with self.make(tmp_path, {kind: self._some()[kind]}) as roster:
            lines = [row.line for row in roster.table(kind)]
        assert lines == sorted(set(lines))
        assert lines[0] >= 1

    def test_roster_without_people_is_a_table_without_rows(self, tmp_path: Path) -> None:
        kind = self.kinds[0]
        with self.make(tmp_path, {kind: ()}) as roster:
            assert read(roster.table(kind)) == []
            assert roster.names_everyone(kind)
            assert all(roster.warnings())

    def test_roster_that_is_not_there_is_unavailable(self, tmp_path: Path) -> None:
        kind = self.kinds[0]
        roster = self.make(tmp_path, {kind: self._some()[kind]})
        self.make_unavailable(tmp_path, roster)
        with roster:
            error = self._raised(SourceUnavailable, lambda: read(roster.table(kind)))
        assert "nothing was changed" in error.message.lower()

    def test_reading_that_breaks_off_does_not_end_quietly(self, tmp_path: Path) -> None:
        kind = self.kinds[0]
        with self.make(tmp_path, {kind: self._many(kind)}) as roster:
            rows = iter(roster.table(kind))
            next(rows)
            self.break_off(tmp_path, roster)
            self._raised(SourceUnavailable, lambda: list(rows))

    def _some(self) -> Mapping[PersonKind, Sequence[Fields]]:
        every = {PersonKind.STUDENT: STUDENTS, PersonKind.STAFF: STAFF}
        return {kind: every[kind] for kind in self.kinds}

    def _many(self, kind: PersonKind) -> list[Fields]:
        code = "student_code" if kind is PersonKind.STUDENT else "staff_code"
        return [
            {code: f"{number:06d}", "given_name": "A" * 40, "family_name": "B" * 40, "username": f"u{number}"}
            for number in range(MANY)
        ]

    @staticmethod
    def _raised(expected: type[Error], act: Callable[[], object]) -> Error:
        try:
            act()
        except expected as error:
            return error
        raise AssertionError(f"{expected.__name__} was not raised")
