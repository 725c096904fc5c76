"""A roster of a database: what its columns and values become, and what is said where they cannot be used."""

import subprocess
import sys
import tracemalloc
from datetime import date
from itertools import islice

import pytest

from photosync.connectors.registry import Guard
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.registry import kind_document, open_roster
from photosync.connectors.roster.sql import SQL_QUERY, SqlRoster
from photosync.connectors.sql.login import Limits
from photosync.connectors.sql.statements import Flavour
from photosync.connectors.testing.conformance import raised
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.core.people import PersonKind
from tests.connectors.roster.databases import make_people, options_on, roster_on
from tests.connectors.sql.schools import guard_of
from tests.services.bad_network import Faults, bad_network

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
TODAY = date(2026, 11, 24)
NOTHING = "Nothing was concluded from it, so nothing was changed."
SOON = Limits(connect_s=2.0, answer_s=1.0, list_s=1.0)
PLAIN = {
    "host": "db.school.example",
    "database": "school",
    "username": "photosync",
    "students_query": "SELECT code AS student_code FROM student",
}

ENDLESS = {
    Flavour.POSTGRESQL: (
        "WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n) SELECT seq AS student_code FROM n"
    ),
    Flavour.MYSQL: "SELECT seq AS student_code FROM seq_1_to_100000000",
}


def rows_of(school, query):
    with roster_on(school, students_query=query) as roster:
        table = roster.table(STUDENT)
        return list(table.columns), list(table)


def broken(school, query):
    """Return why the students of a roster cannot be read."""
    with roster_on(school, students_query=query) as roster:
        return raised(SourceUnavailable, lambda: list(roster.table(STUDENT))).message


def named(school, port=None):
    kind = "PostgreSQL server" if school.flavour is Flavour.POSTGRESQL else "MySQL or MariaDB server"
    return f"the {kind} 127.0.0.1 (port {port or school.port})"


def test_columns_are_those_of_the_query_and_values_are_text(school):
    school.run(
        "CREATE TABLE person"
        " (id int, code varchar(20), campus char(12), email varchar(50), born date, seen timestamp)"
    )
    school.run(
        "INSERT INTO person VALUES (2082, '002082', 'North', NULL, '2012-02-29', '2026-03-01 08:30:00'),"
        " (417, ' 417', 'Süd', 'zoë@school.example', NULL, '2026-03-02 09:00:05')"
    )
    columns, rows = rows_of(
        school, "SELECT code AS student_code, id AS Number, campus, email, born, seen FROM person ORDER BY code DESC"
    )
    # PostgreSQL writes what is not quoted in small letters.
    number = "number" if school.flavour is Flavour.POSTGRESQL else "Number"
    assert columns == ["student_code", number, "campus", "email", "born", "seen"]
    assert rows == [
        Row(1, ["002082", "2082", "North", "", "2012-02-29", "2026-03-01T08:30:00"]),
        Row(2, [" 417", "417", "Süd", "zoë@school.example", "", "2026-03-02T09:00:05"]),
    ]


def test_yes_and_no_of_postgresql_are_words(postgresql_school):
    _columns, rows = rows_of(postgresql_school, "SELECT '1' AS student_code, true AS active, false AS consent")
    assert rows == [Row(1, ["1", "yes", "no"])]


def test_row_without_a_code_is_given_as_it_is(school):
    """It may be anyone: what becomes of it is decided where people are."""
    assert rows_of(school, "SELECT NULL AS student_code, 'Mia' AS given_name") == (
        ["student_code", "given_name"],
        [Row(1, ["", "Mia"])],
    )


def test_students_and_staff_have_their_own_query(school):
    make_people(school, STUDENT, [])
    queries = {
        "students_query": "SELECT '1' AS student_code",
        "staff_query": "SELECT 'T1' AS staff_code, 'Sam' AS given_name",
    }
    with roster_on(school, **queries) as roster:
        begun = iter(roster.table(STUDENT))
        assert read(roster.table(STAFF)) == [{"staff_code": "T1", "given_name": "Sam"}]
        assert next(begun) == Row(1, ["1"])


@pytest.mark.parametrize("value", ["CAST(2082 AS decimal(10, 2))", "CAST(2082 AS decimal(10, 0))", "1.5e0"])
def test_number_that_may_have_decimals_is_refused(school, value):
    held = {"1.5e0": "1.5"}.get(value, "2082.00" if "2)" in value else "2082")
    assert broken(school, f"SELECT 'a' AS given_name, {value} AS code") == (
        f'In what students_query gives, the column "code" holds {held}, a number that may have decimals, and codes '
        f"and year levels are text. {NOTHING} Leave the column out, or say in the query how it is written, for "
        "example CAST(code AS CHAR(20)) AS student_code."
    )


def test_picture_in_a_column_is_refused(school):
    school.put("1", b"a picture")
    assert broken(school, "SELECT code AS student_code, photo FROM photo") == (
        f'In what students_query gives, the column "photo" holds bytes, and not text. {NOTHING} '
        "Leave the column out, or convert it to text."
    )


def test_column_that_is_there_twice(school):
    assert broken(school, "SELECT '1' AS code, '2' AS CODE") == (
        f'In what students_query gives, there is the column "code" twice. {NOTHING} Name it once, or write AS '
        "and another name."
    )


def test_column_whose_name_is_no_text(school):
    quote = '"' if school.flavour is Flavour.POSTGRESQL else "`"
    assert broken(school, f"SELECT '1' AS code, 'a' AS {quote}given\nname{quote}") == (
        "In what students_query gives, there is a column whose name is no text or has more than 200 letters. "
        f"{NOTHING} Write AS and another name."
    )


def test_more_columns_than_a_roster_has(school):
    many = ", ".join(f"1 AS c{number}" for number in range(301))
    assert broken(school, f"SELECT {many}") == (
        f"In what students_query gives, there are more than 300 columns. {NOTHING} Name just those that are needed."
    )


def test_value_that_is_too_long_is_a_row_that_cannot_be_used(school):
    query = "SELECT '1' AS student_code, REPEAT('x', 1001) AS note UNION ALL SELECT '2', 'short'"
    assert rows_of(school, query)[1] == [
        UnreadableLine(1, 'Its cell "note" has more than 1000 characters.'),
        Row(2, ["2", "short"]),
    ]


def test_value_with_a_nul_byte_is_a_row_that_cannot_be_used(mariadb_school):
    assert rows_of(mariadb_school, "SELECT CONCAT('1', CHAR(0 USING utf8mb4)) AS student_code")[1] == [
        UnreadableLine(1, 'Its cell "student_code" has a NUL byte in it, which no text has.')
    ]


def test_value_larger_than_a_list_may_send_is_not_waited_for(mariadb_school):
    assert broken(mariadb_school, "SELECT REPEAT('x', 400000) AS student_code") == (
        f"Reading the students failed on {named(mariadb_school)}: it could not answer (a piece of 400,004 bytes). "
        f"{NOTHING} Look into what it says, then run again."
    )


def test_query_without_an_end_is_held_in_no_memory(school):
    with roster_on(school, students_query=ENDLESS[school.flavour]) as roster:
        rows = iter(roster.table(STUDENT))
        next(rows)
        tracemalloc.start()
        assert [row.line for row in islice(rows, 20_000)][-1] == 20_001
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        rows.close()
    assert most < 5_000_000


def test_server_that_is_set_to_give_the_first_rows_only_gives_all(mariadb_school):
    """Else everyone who comes after them would have left."""
    mariadb_school.run("SET GLOBAL sql_select_limit = 2")
    try:
        _columns, rows = rows_of(mariadb_school, "SELECT seq AS student_code FROM seq_1_to_5")
    finally:
        mariadb_school.run("SET GLOBAL sql_select_limit = DEFAULT")
    assert [row.cells for row in rows] == [["1"], ["2"], ["3"], ["4"], ["5"]]


def test_query_that_would_change_something(school):
    make_people(school, STUDENT, [])
    for query, said in (
        ("DELETE FROM students", "does not begin with SELECT or WITH. Nothing was changed. Photo Sync only reads."),
        (
            "SELECT 1 AS student_code; SELECT 2 AS student_code",
            "has more than one statement. Nothing was changed. Write one, without a semicolon inside.",
        ),
    ):
        error = raised(WrongUse, lambda query=query: roster_on(school, students_query=query))
        assert error.message == f"The query students_query {said}"
    if school.flavour is Flavour.POSTGRESQL:
        school.run(f"GRANT ALL ON students TO {school.reader}")
        school.run("CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS $$ DELETE FROM students RETURNING 1 $$")
        assert broken(school, "SELECT spoil() AS student_code") == (
            f"Reading the students failed on {named(school)}: the query would change something, and Photo Sync only "
            f"reads (cannot execute DELETE in a read-only transaction). {NOTHING} Write a query that reads only."
        )


def test_query_that_the_database_cannot_work_out(school):
    said = (
        'column "cod" does not exist' if school.flavour is Flavour.POSTGRESQL else "Unknown column 'cod' in 'SELECT'"
    )
    assert broken(school, "SELECT cod AS student_code FROM photo") == (
        f"Reading the students failed on {named(school)}: it cannot work out the query ({said}). {NOTHING} Correct "
        "the query; try it in the database first."
    )


def test_query_that_takes_too_long(school):
    sleep = "CAST(pg_sleep(30) AS text)" if school.flavour is Flavour.POSTGRESQL else "SLEEP(30)"
    school.put("1", b"one")
    with roster_on(school, limits=SOON, students_query=f"SELECT {sleep} AS student_code FROM photo") as roster:
        message = raised(SourceUnavailable, lambda: roster.table(STUDENT)).message
    assert message.startswith(
        f"Reading the students failed on {named(school)}: the query was ended because it took too long ("
    )


def test_wrong_password(school, tmp_path):
    options = options_on(school, students_query="SELECT 1 AS student_code", password="a wrong one")
    with open_roster("sql", options, guard=guard_of(tmp_path), today=TODAY) as roster:
        message = raised(SourceUnavailable, lambda: roster.table(STUDENT)).message
    assert message.startswith(
        f"Signing in as {school.reader} failed on {named(school)}: it did not accept the user name and password ("
    )
    assert message.endswith(f"). {NOTHING} Check both.")
    assert "a wrong one" not in message


@pytest.mark.parametrize("faults", [Faults(stall_after=40_000), Faults(cut_after=40_000), Faults(end_after=40_000)])
def test_line_that_breaks_off_in_the_middle(school, faults):
    """It raises, whatever befalls it, and is read again once the network is mended."""
    series = "generate_series(1, 4000) AS n(seq)" if school.flavour is Flavour.POSTGRESQL else "seq_1_to_4000"
    query = f"SELECT seq AS student_code, REPEAT('x', 200) AS given_name FROM {series}"
    reason = "there was no answer within 1 seconds" if faults.stall_after else "the connection broke off"
    with (
        bad_network(school.port) as network,
        roster_on(school, limits=SOON, port=network.port, students_query=query) as roster,
    ):
        network.disturb(down=faults)
        rows = iter(roster.table(STUDENT))
        assert next(rows).line == 1
        message = raised(SourceUnavailable, lambda: list(rows)).message
        assert message.startswith(f"Reading the students failed on {named(school, network.port)}: {reason}")
        network.mend()
        assert len(read(roster.table(STUDENT))) == 4_000


def test_kind_of_people_without_a_query(tmp_path):
    with open_roster("sql", PLAIN, guard=guard_of(tmp_path), today=TODAY) as roster:
        assert isinstance(roster, SqlRoster)
        error = raised(WrongUse, lambda: roster.table(STAFF))
    assert (error.message, error.command_line) == (
        "There is no query for staff. Nothing was changed. Write one, or take staff out of what is read from this "
        "roster.",
        "--option staff_query=QUERY",
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"students_query": ""},
            "There is no query. Nothing was changed. Write one for students, one for staff, or both.",
        ),
        (
            {"students_query": "SELECT code FROM student WHERE code = :id"},
            'The query students_query has the parameter ":id". Nothing was changed. Known here: none.',
        ),
        (
            {"host": ""},
            "A roster of kind sql needs the option host (name or address of the server). Nothing was changed; fill "
            "it in.",
        ),
        (
            {"database_type": "oracle"},
            "The option database_type of a roster of kind sql cannot be 'oracle'. Nothing was changed; it is one of "
            "postgresql, mysql, sqlserver.",
        ),
    ],
)
def test_options_that_do_not_fit(tmp_path, changed, message):
    with pytest.raises(WrongUse) as caught:
        open_roster("sql", PLAIN | changed, guard=guard_of(tmp_path), today=TODAY)
    assert caught.value.message == message


def test_address_that_the_operator_did_not_allow(tmp_path):
    guard = Guard((), tmp_path)
    with open_roster("sql", PLAIN | {"host": "127.0.0.1"}, guard=guard, today=TODAY) as roster:
        message = raised(Refused, lambda: roster.table(STUDENT)).message
    assert message.startswith('"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network')


def test_password_is_shown_nowhere(tmp_path):
    shown = {option["name"]: option["secret"] for option in kind_document(SQL_QUERY)["options"]}
    assert [name for name, is_secret in shown.items() if is_secret] == ["password"]
    with open_roster("sql", PLAIN | {"password": "very secret"}, guard=guard_of(tmp_path), today=TODAY) as roster:
        assert "very secret" not in repr(vars(roster)) + repr(roster.database.login)


def test_password_goes_to_whom_these_options_name():
    assert SQL_QUERY.secrets_go_to == ("database_type", "host", "port", "encryption", "ca_pem")


def test_listing_the_kinds_loads_no_database_library():
    code = (
        "import sys; from photosync.connectors.roster.registry import kinds; kinds(); "
        "print([name for name in ('sqlalchemy', 'pymysql', 'pymssql', 'psycopg') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_extra_that_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(Refused) as caught:
        open_roster("sql", PLAIN, guard=guard_of(tmp_path), today=TODAY)
    assert caught.value.message == (
        "Databases cannot be read by this installation: sqlalchemy is not installed. Nothing was changed. Let the "
        "operator of the server install Photo Sync with the extra sql."
    )
