"""Rosters on real databases."""

from photosync.connectors.roster.sql import CONNECTIONS, SQL_QUERY, SqlRoster, queries_of
from photosync.connectors.sql.login import Limits
from photosync.core.people import PersonKind
from tests.connectors.sql.schools import QUICK, School


def options_on(school: School, **given: str) -> dict[str, str]:
    """Return the options of a roster on the school's database; a query is given as `students_query`."""
    known = {option.name for option in SQL_QUERY.options}
    there = {name: value for name, value in school.options().items() if name in known}
    return there | given


def roster_on(school: School, *, limits: Limits = QUICK, port: int | None = None, **queries: str) -> SqlRoster:
    """Return a roster that gives up soon; `port` is that of a proxy before the database."""
    options = SQL_QUERY.check(options_on(school, **queries))
    database = school.database_for(limits=limits, port=str(port or school.port))
    assert database.engine.pool.size() >= CONNECTIONS  # type: ignore[attr-defined]  # a pool that has a size
    return SqlRoster(database, queries_of(options))


def make_people(school: School, kind: PersonKind, rows: list[dict[str, str]]) -> None:
    """Let the table `students` or `staff` hold just these people."""
    code = "student_code" if kind is PersonKind.STUDENT else "staff_code"
    table = kind.component
    school.run(f"DROP TABLE IF EXISTS {table}")
    school.run(
        f"CREATE TABLE {table} ({code} varchar(64), given_name varchar(100), family_name varchar(100),"
        " username varchar(100))"
    )
    names = (code, "given_name", "family_name", "username")
    for begin in range(0, len(rows), 500):
        part = rows[begin : begin + 500]
        values = ", ".join(["(%s, %s, %s, %s)"] * len(part))
        school.run(f"INSERT INTO {table} VALUES {values}", *(row[name] for row in part for name in names))
