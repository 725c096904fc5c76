"""What may be asked of a database."""

import pytest
import sqlalchemy
from sqlalchemy.dialects import postgresql

from photosync.connectors.sql.statements import Flavour, checked_statement
from photosync.connectors.testing.conformance import raised
from photosync.core.errors import WrongUse

POSTGRESQL, MYSQL, SQLSERVER = Flavour


def refusal(text, flavour=POSTGRESQL, **given):
    error = raised(WrongUse, lambda: checked_statement(text, flavour, called="students", **given))
    begin, end = "The query students ", " Nothing was changed. "
    assert error.message.startswith(begin)
    return tuple(error.message.removeprefix(begin).split(end))


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SELECT a FROM b", "SELECT a FROM b"),
        ("  select a from b ;\r\n", "select a from b"),
        ("(SELECT a) UNION (SELECT b)", "(SELECT a) UNION (SELECT b)"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
        ("-- all; of them\nSELECT a", "SELECT a"),
        ("SELECT a /* one; two */ FROM b -- end; :x", "SELECT a   FROM b"),
        ("SELECT ';', 'it''s; one', '10:30' FROM b", r"SELECT ';', 'it''s; one', '10\:30' FROM b"),
        ("SELECT '/*', '--' FROM b", "SELECT '/*', '--' FROM b"),
    ],
)
def test_one_statement_that_reads(flavour, text, written):
    statement = checked_statement(text, flavour, called="students")
    assert (statement.text, statement.parameters) == (written, frozenset())


@pytest.mark.parametrize(
    ("flavour", "text", "written"),
    [
        (POSTGRESQL, "SELECT $$;$$, $a$ $$; :x $a$, E'\\'; :x', \"a;b\"", None),
        (POSTGRESQL, "SELECT a::text, b[1:2] FROM c /* a /* nested; */ comment; */", "SELECT a::text, b[1:2] FROM c"),
        (MYSQL, "SELECT 'it\\'s; one', \"two; :x\", `three;` FROM b # end; :x", None),
        (MYSQL, "SELECT 1--1", "SELECT 1--1"),
        (SQLSERVER, "SELECT [a;]]b], 'x;' FROM [set] WHERE [update] = \"delete\"", None),
    ],
)
def test_quotes_and_comments_of_each_database(flavour, text, written):
    statement = checked_statement(text, flavour, called="students")
    assert statement.parameters == frozenset()
    assert written in (None, statement.text)


def test_parameter_that_is_cast_is_one():
    text = "SELECT a::text FROM b WHERE code = :id::int AND year = :year::text::int AND c = ':id::int'"
    statement = checked_statement(text, POSTGRESQL, called="students", needed=("id",), known=("year",))
    assert statement.parameters == {"id", "year"}
    assert str(sqlalchemy.text(statement.text).compile(dialect=postgresql.dialect())) == (
        "SELECT a::text FROM b WHERE code = %(id)s ::int AND year = %(year)s ::text::int AND c = ':id::int'"
    )


@pytest.mark.parametrize(
    ("flavour", "text"),
    [
        *((flavour, "SELECT 1; SELECT 2") for flavour in Flavour),
        *((flavour, "SELECT 1; DROP TABLE a;") for flavour in Flavour),
        (POSTGRESQL, "SELECT 1 -- ;\n; DELETE FROM a"),
        (POSTGRESQL, "SELECT '\\'; DELETE FROM a -- '"),
        (POSTGRESQL, "SELECT $a$ $b$ $a$; DELETE FROM a"),
        (MYSQL, "SELECT 1--; DELETE FROM a"),
        (SQLSERVER, "SELECT [a]]b]; DELETE FROM a"),
    ],
)
def test_second_statement(flavour, text):
    assert refusal(text, flavour) == ("has more than one statement.", "Write one, without a semicolon inside.")


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize(
    "text", ["DELETE FROM a", "", "  -- nothing\n", "EXEC photos", "SELECTED", "(DELETE FROM a)", "1"]
)
def test_statement_that_does_not_read(flavour, text):
    assert refusal(text, flavour) == ("does not begin with SELECT or WITH.", "Photo Sync only reads.")


@pytest.mark.parametrize(
    ("flavour", "text", "word"),
    [
        (SQLSERVER, "SELECT 1 DELETE FROM a", "DELETE"),
        (SQLSERVER, "SELECT 1 commit update a set b = 1", "COMMIT"),
        (SQLSERVER, "SELECT 1 EXEC xp_cmdshell 'dir'", "EXEC"),
        (SQLSERVER, "WITH x AS (SELECT 1 AS a) DELETE FROM x", "DELETE"),
        (SQLSERVER, "SELECT * INTO copy FROM a", "INTO"),
        (SQLSERVER, "SELECT * FROM OPENROWSET('x', 'y', 'z')", "OPENROWSET"),
        (MYSQL, "SELECT a INTO OUTFILE '/tmp/x' FROM b", "INTO"),
        (MYSQL, "SELECT a INTO/**/DUMPFILE '/tmp/x' FROM b", "INTO"),
    ],
)
def test_word_that_can_change_something(flavour, text, word):
    assert refusal(text, flavour) == (
        f"has the word {word}.",
        "Photo Sync only reads, and this word can change something. A column of that name is written in quotes or "
        "brackets.",
    )


@pytest.mark.parametrize(
    ("flavour", "text", "what"),
    [
        *((flavour, "SELECT 'open", "has a quote that is not closed.") for flavour in Flavour),
        *((flavour, "SELECT 1 /* open", "has a comment that is not closed.") for flavour in Flavour),
        (POSTGRESQL, "SELECT 1 /* /* */", "has a comment that is not closed."),
        (MYSQL, "SELECT `open", "has a quote that is not closed."),
        (SQLSERVER, "SELECT [open", "has a quote that is not closed."),
        (MYSQL, "SELECT 1 /*!50000 INTO OUTFILE 'x' */", "has a comment that the server would execute (/*!)."),
        (MYSQL, "SELECT 1 /*M! INTO OUTFILE 'x' */", "has a comment that the server would execute (/*!)."),
        (POSTGRESQL, "SELECT '\0'", "is longer than 100,000 characters, or has characters that are not text."),
    ],
)
def test_statement_that_is_not_whole(flavour, text, what):
    assert refusal(text, flavour) == (what, "Correct it.")


def test_parameters():
    statement = checked_statement(
        "SELECT photo FROM p WHERE code=:id AND y = :year AND t <> ':id'",
        POSTGRESQL,
        called="x",
        needed=("id",),
        known=("year",),
    )
    assert statement.parameters == {"id", "year"}
    given = {"needed": ("id",), "known": ("year",)}
    assert refusal("SELECT photo FROM p WHERE code = ':id'", **given) == (
        "does not say :id.",
        "Write for example WHERE code = :id.",
    )
    assert refusal("SELECT photo FROM p WHERE code = :id AND a = :other", **given) == (
        'has the parameter ":other".',
        "Known here: :id and :year.",
    )
    assert refusal("SELECT a FROM p WHERE changed > :since") == ('has the parameter ":since".', "Known here: none.")
