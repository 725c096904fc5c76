"""SQL Server, through pymssql and FreeTDS: everything is rolled back, for there are no read-only sessions."""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymssql

from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.login import Encryption, Limits, Login, whole_seconds
from photosync.outgoing.ranges import Address

TIME_IS_UP = 20_003
"""The library's own time limit: the server said nothing, neither while signing in nor to a query."""
MOST_TEXT_BYTES = 4_096
"""Of one value of a list; a photo's limit is set for the statement that reads it."""
SETTINGS = (
    # What SQL Server's own programs set; indexed views and columns that are worked out need it.
    "SET ARITHABORT ON",
    "SET CONCAT_NULL_YIELDS_NULL ON",
    "SET ANSI_NULLS ON",
    "SET ANSI_PADDING ON",
    "SET ANSI_WARNINGS ON",
    "SET QUOTED_IDENTIFIER ON",
    "SET CURSOR_CLOSE_ON_COMMIT ON",
    # A statement that fails takes everything back with it.
    "SET XACT_ABORT ON",
    f"SET TEXTSIZE {MOST_TEXT_BYTES}",
)


class _Places:
    """FreeTDS is told in a file only whose certificate it is to find at an address, and who may have signed it.

    One file for the whole process: FreeTDS takes its name from the environment, which all threads share.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._sections: dict[str, str] = {}

    def name_of(self, login: Login, address: Address, authorities: str) -> str:
        """Return the name under which FreeTDS finds the server at `address`, with all that it is to check."""
        settings = settings_of(login, address, authorities)
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="photosync-freetds-"))
                atexit.register(_remove, self._folder, os.getpid())
            if login.encryption is Encryption.VERIFIED:
                settings["ca file"] = self._kept(authorities)
            lines = [f"\t{name} = {value}" for name, value in settings.items()]
            name = "photosync-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
            if name not in self._sections:
                self._sections[name] = "\n".join((f"[{name}]", *lines, ""))
                self._write()
        return name

    def _kept(self, authorities: str) -> str:
        """Return a copy of the authorities that stays: the section that names it does too."""
        assert self._folder is not None  # noqa: S101
        content = Path(authorities).read_bytes()
        kept = self._folder / f"{hashlib.sha256(content).hexdigest()[:16]}.pem"
        if not kept.exists():
            kept.write_bytes(content)
        return str(kept)

    def _write(self) -> None:
        assert self._folder is not None  # noqa: S101
        file, beside = self._folder / "freetds.conf", self._folder / "freetds.new"
        beside.write_text("\n".join(self._sections.values()), encoding="utf-8")
        beside.replace(file)
        os.environ["FREETDSCONF"] = str(file)


def _remove(folder: Path, of_process: int) -> None:
    """Remove the folder at the end of the process that made it; one that was split off has it too."""
    if os.getpid() == of_process:
        shutil.rmtree(folder, ignore_errors=True)


def settings_of(login: Login, address: Address, authorities: str) -> dict[str, str]:
    """Return what FreeTDS is told of the server: to go to the address, and to believe the name alone."""
    settings = {
        "host": str(address),
        "port": str(login.endpoint.port),
        "tds version": "7.4",
        "client charset": "UTF-8",
    }
    if login.encryption is Encryption.NONE:
        # The name and password are encrypted all the same, as every SQL Server can.
        return settings | {"encryption": "request"}
    settings["encryption"] = "require"
    if login.encryption is Encryption.VERIFIED:
        settings |= {
            "ca file": authorities,
            "check certificate hostname": "yes",
            "certificate hostname": login.endpoint.host,
        }
    return settings


PLACES = _Places()


class _SQLServer:
    dialect = "mssql+pymssql"
    # Given back, a connection takes back whatever a statement has done.
    engine_options: Mapping[str, Any] = {"pool_reset_on_return": "rollback"}

    def connect(
        self, login: Login, address: Address, authorities: str, limits: Limits, within_s: float
    ) -> pymssql.Connection:
        return pymssql.connect(**arguments(login, address, authorities, limits, within_s))

    def begin(self, connection: Any, within_s: float) -> None:
        connection.exec_driver_sql(f"SET LOCK_TIMEOUT {max(int(within_s * 900), 1)}; SET TEXTSIZE {MOST_TEXT_BYTES}")
        self.answering(connection, within_s)

    def answering(self, connection: Any, within_s: float) -> None:
        connection.connection.dbapi_connection._conn.query_timeout = whole_seconds(within_s)

    def within(self, query: str, limit_bytes: int | None, most_rows: int) -> str:  # noqa: ARG002 - as others
        """Return the query as it is: not every query can be put into another there.

        TEXTSIZE holds the size of its values, and rows that nobody takes stay with the server.
        """
        return query

    def hold(self, connection: Any, limit_bytes: int) -> None:
        # One byte more, so that what is too large is told from what just fits.
        connection.exec_driver_sql(f"SET TEXTSIZE {limit_bytes + 1:d}")

    def interrupt(self, connection: pymssql.Connection) -> None:
        """Nothing: FreeTDS is in the hands of the thread that waits, and ends by its own time limit."""

    def is_closed(self, connection: pymssql.Connection) -> bool:  # noqa: ARG002 - as above
        """True: none is kept to be interrupted."""
        return True

    def abandon(self, connection: pymssql.Connection) -> None:
        connection.close()

    def failure(self, error: BaseException) -> Failure:
        number, said = _told(error)
        if number == TIME_IS_UP:
            return Failure(Sort.LOST, seconds=0)  # who asked knows within which time
        if number in _NUMBERS:
            sort = _NUMBERS[number]
            return Failure(sort, said if sort in _WORTH_SAYING else "")
        words = str(error)
        for part, sort in _WORDS:
            if part in words:
                return Failure(sort)
        return Failure(Sort.OTHER, said)


def arguments(login: Login, address: Address, authorities: str, limits: Limits, within_s: float) -> dict[str, Any]:
    """Return what pymssql is called with."""
    return {
        "server": PLACES.name_of(login, address, authorities),
        "port": str(login.endpoint.port),
        "user": login.username,
        "password": login.password,
        "database": login.database,
        "appname": "Photo Sync",
        "login_timeout": whole_seconds(within_s),
        "timeout": whole_seconds(limits.answer_s),
        "encryption": "request" if login.encryption is Encryption.NONE else "require",
        "tds_version": "7.4",
        "read_only": True,
        "autocommit": False,
        "conn_properties": "; ".join(SETTINGS),
    }


def _told(error: BaseException) -> tuple[int, str]:
    """Return the number and words of an error of pymssql: it puts both into one argument, and the words in bytes.

    Where the server said nothing, the number is that of the library's own message: pymssql gives 18456 (a wrong
    password) for whatever befalls a connection that is being made.
    """
    told = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], tuple) else error.args
    number = told[0] if told and isinstance(told[0], int) else 0
    said = told[1] if len(told) > 1 else told[0] if told and not number else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    own = _OWN_MESSAGE.search(words)
    if own is not None and not words[: own.start()].strip():
        number = int(own[1])
    return number, words.partition("DB-Lib error message")[0].strip()


_OWN_MESSAGE = re.compile(r"DB-Lib error message (\d{1,9})")
_WORTH_SAYING = frozenset({Sort.SIGN_IN, Sort.DATABASE, Sort.DENIED, Sort.QUERY, Sort.DATA, Sort.OTHER})
_NUMBERS = {
    18456: Sort.SIGN_IN,
    18452: Sort.SIGN_IN,
    18470: Sort.SIGN_IN,
    18487: Sort.SIGN_IN,
    18488: Sort.SIGN_IN,
    4060: Sort.DATABASE,
    916: Sort.DATABASE,
    911: Sort.DATABASE,
    229: Sort.DENIED,
    230: Sort.DENIED,
    297: Sort.DENIED,
    102: Sort.QUERY,
    105: Sort.QUERY,
    156: Sort.QUERY,
    195: Sort.QUERY,
    207: Sort.QUERY,
    208: Sort.QUERY,
    209: Sort.QUERY,
    241: Sort.DATA,
    242: Sort.DATA,
    245: Sort.DATA,
    248: Sort.DATA,
    319: Sort.QUERY,
    8155: Sort.QUERY,
    8156: Sort.QUERY,
    8114: Sort.DATA,
    8115: Sort.DATA,
    1222: Sort.LOCKED,
    1205: Sort.LOCKED,
    3906: Sort.READ_ONLY,
    978: Sort.DATABASE,
    17809: Sort.FULL,
    20002: Sort.NO_TRUST,
    20004: Sort.LOST,
    20006: Sort.LOST,
    20009: Sort.REFUSED,
    20017: Sort.LOST,
    # What the server said meanwhile, pymssql has lost: it forgets all but the first of equal severity.
    20018: Sort.NOT_LET_IN,
    20047: Sort.LOST,
}
_WORDS = (
    ("certificate", Sort.CERTIFICATE),
    ("TLS", Sort.CERTIFICATE),
    ("SSL", Sort.CERTIFICATE),
    ("ncryption", Sort.NOT_ENCRYPTED),
    ("Connection is closed", Sort.LOST),
    ("Not connected", Sort.LOST),
    ("Adaptive Server", Sort.LOST),
    ("Unexpected EOF", Sort.LOST),
)
DRIVER = _SQLServer()
