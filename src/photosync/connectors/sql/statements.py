"""What may be asked of a database: one statement that reads, with no parameters but those that are known.

The server is what holds it (a read-only session, one statement at a time), as far as it can. This says it before
anything is saved, and for SQL Server, which has no read-only sessions, it is what holds beside the user's own rights.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from photosync.core.errors import WrongUse
from photosync.core.people import quoted

MOST_LETTERS = 100_000
_BEGINNINGS = frozenset({"SELECT", "WITH"})
_WORD = re.compile(r"[^\W\d][\w$]*")
_PARAMETER = re.compile(r"(?<![:\w\\]):([^\W\d]\w*)(?!:)")
_CAST_PARAMETER = re.compile(r"(?<![:\w\\])(:[^\W\d]\w*)::")


class Flavour(StrEnum):
    """Which database a statement is for."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLSERVER = "sqlserver"


_COMMON = r"(?P<line>--[^\n]*)|(?P<block>/\*)|(?P<quote>'(?:[^']|'')*')"
_PIECES = {
    Flavour.POSTGRESQL: re.compile(
        r"(?P<escaped>(?<![\w$])[eE]'(?:[^'\\]|''|\\.)*')"
        r"|(?P<dollar>(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)"
        rf"|{_COMMON}"
        r'|(?P<name>"(?:[^"]|"")*")',
        re.DOTALL,
    ),
    Flavour.MYSQL: re.compile(
        r"(?P<hash>\#[^\n]*)|(?P<line>--(?=[\s\x00-\x1f]|\Z)[^\n]*)|(?P<block>/\*)"
        r"""|(?P<quote>'(?:[^'\\]|''|\\.)*')|(?P<double>"(?:[^"\\]|""|\\.)*")|(?P<name>`(?:[^`]|``)*`)""",
        re.DOTALL,
    ),
    Flavour.SQLSERVER: re.compile(rf'{_COMMON}|(?P<double>"(?:[^"]|"")*")|(?P<name>\[(?:[^\]]|\]\])*\])', re.DOTALL),
}
_OPENING = {
    Flavour.POSTGRESQL: frozenset("'\""),
    Flavour.MYSQL: frozenset("'\"`"),
    Flavour.SQLSERVER: frozenset("'\"["),
}
# fmt: off
_TRANSACT_SQL = frozenset({
    "ALTER", "BACKUP", "BEGIN", "BULK", "COMMIT", "CREATE", "DBCC", "DECLARE", "DELETE",
    "DENY", "DROP", "EXEC", "EXECUTE", "GRANT", "INSERT", "INTO", "KILL", "MERGE",
    "OPENDATASOURCE", "OPENQUERY", "OPENROWSET", "RECONFIGURE", "RESTORE", "REVOKE", "ROLLBACK", "SAVE", "SET",
    "SHUTDOWN", "TRUNCATE", "UPDATE", "UPDATETEXT", "USE", "WAITFOR", "WRITETEXT",
})
# fmt: on
_FORBIDDEN = {
    Flavour.POSTGRESQL: frozenset[str](),
    # It writes files on the server, and a read-only session allows it.
    Flavour.MYSQL: frozenset({"INTO"}),
    # Statements need no semicolon between them there, and there are no read-only sessions. All are reserved words, so
    # that no column is called like them without brackets.
    Flavour.SQLSERVER: _TRANSACT_SQL,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A checked statement. In `text` every colon that is no parameter's is written as SQLAlchemy's `text()` wants."""

    called: str
    """What it is called in messages: the option it stands in."""
    text: str
    parameters: frozenset[str]


def checked_statement(
    text: str,
    flavour: Flavour,
    *,
    called: str,
    needed: Collection[str] = (),
    known: Collection[str] = (),
) -> Statement:
    """Return the one statement in `text`. `needed` parameters must be in it, and none beside those and `known`.

    Raises WrongUse.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text or len(text) > MOST_LETTERS:
        raise _wrong(called, f"is longer than {MOST_LETTERS:,} characters, or has characters that are not text")
    # A parameter that is cast (:id::int) is told from its cast by a blank, here and by SQLAlchemy.
    pieces = [
        (piece if is_quoted else _CAST_PARAMETER.sub(r"\1 ::", piece), is_quoted)
        for piece, is_quoted in _pieces(text, flavour, called)
    ]
    code = "".join(" " if is_quoted else piece for piece, is_quoted in pieces)
    _check_code(code, flavour, called)
    parameters = frozenset(_PARAMETER.findall(code))
    _check_parameters(parameters, called, needed, known)
    written = "".join(piece.replace(":", "\\:") if is_quoted else piece for piece, is_quoted in pieces)
    return Statement(called, written.strip().removesuffix(";").rstrip(), parameters)


def _check_code(code: str, flavour: Flavour, called: str) -> None:
    plain = code.strip()
    if ";" in plain.removesuffix(";"):
        raise _wrong(called, "has more than one statement", "Write one, without a semicolon inside.")
    words = [word.upper() for word in _WORD.findall(plain)]
    if not plain.lstrip("( \n\t").upper().startswith(tuple(_BEGINNINGS)) or words[0] not in _BEGINNINGS:
        raise _wrong(called, "does not begin with SELECT or WITH", "Photo Sync only reads.")
    for word in words:
        if word in _FORBIDDEN[flavour]:
            raise _wrong(
                called,
                f"has the word {word}",
                "Photo Sync only reads, and this word can change something. A column of that name is written in "
                "quotes or brackets.",
            )


def _check_parameters(
    parameters: frozenset[str], called: str, needed: Collection[str], known: Collection[str]
) -> None:
    for name in needed:
        if name not in parameters:
            raise _wrong(called, f"does not say :{name}", f"Write for example WHERE code = :{name}.")
    for name in sorted(parameters - {*needed, *known}):
        which = " and ".join(f":{each}" for each in (*needed, *known)) or "none"
        raise _wrong(called, f"has the parameter {quoted(f':{name}')}", f"Known here: {which}.")


def _pieces(text: str, flavour: Flavour, called: str) -> Iterator[tuple[str, bool]]:
    """Yield `text` in pieces, each with whether it is quoted or a comment."""
    at = 0
    found = _PIECES[flavour].search(text, at)
    while found is not None:
        yield from _plain(text[at : found.start()], flavour, called)
        at = found.end()
        if found.lastgroup == "block":
            at = _end_of_block(text, found.start(), flavour, called)
        # A comment is one blank; so nothing that is in it can be taken for anything else.
        is_comment = found.lastgroup in ("line", "hash", "block")
        yield (" ", False) if is_comment else (text[found.start() : at], True)
        found = _PIECES[flavour].search(text, at)
    yield from _plain(text[at:], flavour, called)


def _plain(piece: str, flavour: Flavour, called: str) -> Iterator[tuple[str, bool]]:
    if _OPENING[flavour] & set(piece):
        raise _wrong(called, "has a quote that is not closed")
    yield piece, False


def _end_of_block(text: str, start: int, flavour: Flavour, called: str) -> int:
    if flavour is Flavour.MYSQL:
        if text.startswith(("/*!", "/*M!"), start):
            raise _wrong(called, "has a comment that the server would execute (/*!)")
        end = text.find("*/", start + 2)
        if end < 0:
            raise _wrong(called, "has a comment that is not closed")
        return end + 2
    depth, at = 1, start + 2
    while depth:
        mark = re.compile(r"/\*|\*/").search(text, at)
        if mark is None:
            raise _wrong(called, "has a comment that is not closed")
        depth += 1 if mark[0] == "/*" else -1
        at = mark.end()
    return at


def _wrong(called: str, what: str, do: str = "Correct it.") -> WrongUse:
    return WrongUse(f"The query {called} {what}. Nothing was changed. {do}", option=called)
