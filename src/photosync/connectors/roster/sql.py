"""The kind `sql`: a database of the school, asked one query for its students and one for its staff.

The columns of a query are the columns of the table. A statement sees the tables as they were when it began, where the
database can do that, and nothing is concluded before its last row has come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Self

from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.registry import RosterKind
from photosync.connectors.roster.text import LONGEST_FIELD, MOST_COLUMNS
from photosync.connectors.roster.whole_file import NOTHING
from photosync.connectors.sql.login import Limits
from photosync.connectors.sql.place import DATABASE_OPTIONS, database_of
from photosync.connectors.sql.session import Database, Names, Values
from photosync.connectors.sql.statements import Flavour, Statement, checked_statement
from photosync.connectors.sql.values import Unusable, cell_of
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import PersonKind, quoted

QUERIES = {PersonKind.STUDENT: "students_query", PersonKind.STAFF: "staff_query"}
CONNECTIONS = len(QUERIES)
ROWS_AT_ONCE = 100
LONGEST_NAME = 200
"""Of a column, in letters."""


class SqlRoster:
    """Each table is a question of its own; nothing is connected before the first."""

    recognised = ""

    def __init__(self, database: Database, queries: Mapping[PersonKind, Statement]) -> None:
        self.database = database
        self._queries = queries

    def table(self, kind: PersonKind) -> SqlTable:
        """Ask, and wait for the first row. Raises SourceUnavailable, Refused, and WrongUse without a query."""
        query = self._queries.get(kind)
        if query is None:
            raise WrongUse(
                f"There is no query for {kind.component}. Nothing was changed. Write one, or take {kind.component} "
                "out of what is read from this roster.",
                command_line=f"--option {QUERIES[kind]}=QUERY",
            )
        return SqlTable(self.database, query, f"Reading the {kind.component}")

    def names_everyone(self, kind: PersonKind) -> bool:  # noqa: ARG002 - of either kind
        return True

    def warnings(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class SqlTable:
    """The rows of one query. They are numbered as they come."""

    def __init__(self, database: Database, query: Statement, step: str) -> None:
        self._query = query
        self.columns: Sequence[str] = ()
        self._values = database.rows(query, checked=self._check_columns, step=step, rows_at_once=ROWS_AT_ONCE)
        # The names of the columns come with the first row, or with the word that there is none.
        self._first = next(self._values, None)

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        with closing(self._values):
            if self._first is None:
                return
            yield self._row(1, self._first)
            for line, values in enumerate(self._values, start=2):
                yield self._row(line, values)

    def _row(self, line: int, values: Values) -> Row | UnreadableLine:
        cells = []
        for name, value in zip(self.columns, values, strict=True):
            try:
                cell = cell_of(value)
            except Unusable as error:
                raise self._wrong(f"the column {quoted(name[:40])} {error.reason}", error.do) from error
            if len(cell) > LONGEST_FIELD:
                return UnreadableLine(line, f"Its cell {quoted(name[:40])} has more than {LONGEST_FIELD} characters.")
            if "\0" in cell:
                return UnreadableLine(line, f"Its cell {quoted(name[:40])} has a NUL byte in it, which no text has.")
            cells.append(cell)
        return Row(line, cells)

    def _check_columns(self, names: Names) -> None:
        if len(names) > MOST_COLUMNS:
            raise self._wrong(f"there are more than {MOST_COLUMNS} columns", "Name just those that are needed.")
        plain = [name.casefold() for name in names if name]
        for name in names:
            if len(name) > LONGEST_NAME or not name.isprintable():
                raise self._wrong(
                    f"there is a column whose name is no text or has more than {LONGEST_NAME} letters",
                    "Write AS and another name.",
                )
            if plain.count(name.casefold()) > 1:
                raise self._wrong(
                    f"there is the column {quoted(name[:40])} twice", "Name it once, or write AS and another name."
                )
        self.columns = tuple(names)

    def _wrong(self, what: str, do: str) -> SourceUnavailable:
        return SourceUnavailable(f"In what {self._query.called} gives, {what}. {NOTHING} {do}")


def queries_of(options: Mapping[str, str]) -> dict[PersonKind, Statement]:
    """Return the query for each kind of people that has one. Raises WrongUse, also where none has."""
    flavour = Flavour(options["database_type"])
    found = {
        kind: checked_statement(options[name], flavour, called=name)
        for kind, name in QUERIES.items()
        if options[name].strip()
    }
    if not found:
        raise WrongUse(
            "There is no query. Nothing was changed. Write one for students, one for staff, or both.",
            command_line=f"--option {QUERIES[PersonKind.STUDENT]}=QUERY",
            option=QUERIES[PersonKind.STUDENT],
        )
    return found


def _open(options: Mapping[str, str], guard: Guard, _today: date) -> SqlRoster:
    queries = queries_of(options)
    return SqlRoster(database_of(options, guard, limits=Limits(), connections=CONNECTIONS), queries)


SQL_QUERY = RosterKind(
    name="sql",
    title="Database (SQL)",
    summary="Queries to a database of the school: PostgreSQL, MySQL, MariaDB or SQL Server; students and staff.",
    options=(
        *DATABASE_OPTIONS,
        Option("students_query", "a row for each student; its columns are those of the roster", long=True),
        Option("staff_query", "the same for staff", long=True),
    ),
    open=_open,
    # Whoever answers, and who vouches for them: not only at which address.
    secrets_go_to=("database_type", "host", "port", "encryption", "ca_pem"),
)
