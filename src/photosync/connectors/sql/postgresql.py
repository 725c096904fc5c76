"""PostgreSQL, through psycopg: read-only transactions, and no answer waited for longer than it may take."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import psycopg

from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.login import Encryption, Limits, Login, whole_seconds
from photosync.outgoing.ranges import Address

SERVERS_SHARE = 0.9
"""The server ends a query so much before its time is up, so that it can still say so."""
NO_FILE = f"{os.devnull}/none"
"""No file can be there: else libpq would look for one in the home folder."""
_SSL_MODES = {Encryption.VERIFIED: "verify-full", Encryption.UNVERIFIED: "require", Encryption.NONE: "disable"}
Value = TypeVar("Value")


class NoAnswer(psycopg.OperationalError):
    """The server has said nothing for too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} seconds")
        self.seconds = seconds


class WatchedConnection(psycopg.Connection[Any]):
    """A connection on which no silence lasts longer than `silent_s`; then it is closed."""

    silent_s: float = 30.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(_watched(gen, self.silent_s), interval=interval, timeout=timeout)
        except NoAnswer:
            self.pgconn.finish()
            raise


def _watched(gen: Generator[Any, Any, Value], silent_s: float) -> Generator[Any, Any, Value]:
    """Go on with `gen` as psycopg does, until it was not ready for so long."""
    heard = time.monotonic()
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready:
                heard = now
            elif now - heard >= silent_s:
                raise NoAnswer(silent_s)
            # What is not ready is told to the generator too; it then says again what it waits for, or nothing new.
            wanted = gen.send(ready) or wanted
    except StopIteration as end:
        value: Value = end.value
        return value


class _PostgreSQL:
    dialect = "postgresql+psycopg"
    engine_options: Mapping[str, Any] = {"use_native_hstore": False}

    def connect(
        self, login: Login, address: Address, authorities: str, limits: Limits, within_s: float
    ) -> psycopg.Connection[Any]:
        connection = WatchedConnection.connect(
            host=login.endpoint.host,
            hostaddr=str(address),
            port=login.endpoint.port,
            dbname=login.database,
            user=login.username,
            password=login.password or None,
            # Nothing is taken from the home folder or the environment of whoever runs the server.
            passfile=os.devnull,
            sslmode=_SSL_MODES[login.encryption],
            sslrootcert=authorities if login.encryption is Encryption.VERIFIED else NO_FILE,
            sslcertmode="disable",
            sslcrl="",
            gssencmode="disable",
            # Whoever is not known to be the server does not get to hear the password.
            require_auth=None if login.encryption is Encryption.VERIFIED else "!password",
            connect_timeout=whole_seconds(within_s),
            application_name="Photo Sync",
            client_encoding="UTF8",
            keepalives_idle=30,
            # A pool of connections between us and the server knows no statements that were prepared on another.
            prepare_threshold=None,
        )
        connection.silent_s = limits.answer_s
        connection.read_only = True
        return connection

    def begin(self, connection: Any, within_s: float) -> None:
        connection.connection.dbapi_connection.silent_s = within_s
        milliseconds = max(int(within_s * SERVERS_SHARE * 1000), 1)
        # For this transaction only: behind a pool of connections, other programs get the same session later.
        connection.exec_driver_sql(
            f"SELECT set_config('statement_timeout', '{milliseconds}', true),"
            f" set_config('lock_timeout', '{milliseconds}', true)"
        )

    def answering(self, connection: Any, within_s: float) -> None:
        connection.connection.dbapi_connection.silent_s = within_s

    def within(self, query: str, limit_bytes: int | None, most_rows: int) -> str:
        # Around a statement that was checked.
        if limit_bytes is None:
            return f"SELECT * FROM ({query}\n) AS p LIMIT {most_rows:d}"  # noqa: S608
        return (
            f"SELECT CASE WHEN octet_length(p.photo) <= {limit_bytes:d} THEN p.photo END AS photo,"  # noqa: S608
            f" p.changed AS changed, octet_length(p.photo) AS photo_bytes FROM ({query}\n) AS p LIMIT {most_rows:d}"
        )

    def hold(self, connection: Any, limit_bytes: int) -> None:
        """The query itself is held to it."""

    def interrupt(self, connection: psycopg.Connection[Any]) -> None:
        # A second handle of the same connection: the first is the waiting thread's own.
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.pgconn.socket)) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    def is_closed(self, connection: psycopg.Connection[Any]) -> bool:
        return bool(connection.closed)

    def abandon(self, connection: psycopg.Connection[Any]) -> None:
        connection.pgconn.finish()

    def failure(self, error: BaseException) -> Failure:
        if isinstance(error, NoAnswer):
            return Failure(Sort.LOST, seconds=error.seconds)
        state = getattr(error, "sqlstate", None) or ""
        said = getattr(getattr(error, "diag", None), "message_primary", None) or ""
        for beginning, sort in _STATES:
            if state.startswith(beginning):
                return Failure(sort, said or _last_words(error))
        if state:
            return Failure(Sort.OTHER, said or _last_words(error))
        return _without_state(error)


_STATES = (
    ("28", Sort.SIGN_IN),
    ("3D", Sort.DATABASE),
    ("42501", Sort.DENIED),
    ("25006", Sort.READ_ONLY),
    ("57014", Sort.CANCELLED),
    ("55P03", Sort.LOCKED),
    ("53300", Sort.FULL),
    ("42", Sort.QUERY),
    ("22", Sort.DATA),
    ("08", Sort.LOST),
    ("57P", Sort.LOST),
)
_WORDS = (
    ("password authentication failed", Sort.SIGN_IN),
    ("no password supplied", Sort.SIGN_IN),
    ("pg_hba.conf", Sort.SIGN_IN),
    ("authentication method requirement", Sort.SIGN_IN),
    ("does not support SSL", Sort.NOT_ENCRYPTED),
    ("certificate", Sort.CERTIFICATE),
    ("Connection refused", Sort.REFUSED),
    ("too many", Sort.FULL),
)


def _without_state(error: BaseException) -> Failure:
    """Return what an error of the connection means, for which there are words only; those of a server may be any."""
    words = str(error)
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return Failure(Sort.LOST, seconds=0)
    if 'database "' in words and "does not exist" in words:
        return Failure(Sort.DATABASE, _last_words(error))
    for part, sort in _WORDS:
        if part in words:
            return Failure(sort, "" if sort in (Sort.REFUSED, Sort.NOT_ENCRYPTED) else _last_words(error))
    return Failure(Sort.LOST if isinstance(error, psycopg.OperationalError) else Sort.OTHER, _last_words(error))


def _last_words(error: BaseException) -> str:
    """Return what the server said at last, without where it is: messages say that themselves."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].rpartition("FATAL:")[2].rpartition(" failed: ")[2].strip() if lines else ""


DRIVER = _PostgreSQL()
