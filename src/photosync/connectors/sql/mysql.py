"""MySQL and MariaDB, through PyMySQL: read-only sessions, and no file of this machine given away."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pymysql
from pymysql._auth import caching_sha2_password_auth, scramble_caching_sha2
from pymysql.connections import Connection
from pymysql.constants import CR, ER

from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.login import Encryption, Limits, Login
from photosync.outgoing.ranges import Address

SERVERS_SHARE = 0.9
"""The server ends a query so much before its time is up, so that it can still say so."""
MOST_CONNECTION_BYTES = 256_000
"""Of one piece of an answer to a statement that gives no photo."""
TOO_LARGE = -1
NO_LIMIT = (1 << 64) - 1
"""Of rows: a server may be set to leave out what comes after so many, and does not say so."""
# What it does is not public, and its stubs are silent on it: the version is locked, and tests hold it.
_Connection: Any = Connection
_FULL_SIGN_IN = b"\x01\x04"
"""With this caching_sha2_password asks for the password itself, or for it under a key that anyone may have made."""


class _PasswordWanted(pymysql.err.OperationalError):
    """Whoever answers wants the password itself, and may not be the server."""


class _NoPassword:
    """Stands for the ways to sign in that give the password away, as it is or so that it can be worked out."""

    def __init__(self, _connection: object) -> None:
        pass

    def authenticate(self, _packet: object) -> None:
        raise _PasswordWanted


class _ProofAlone:
    """caching_sha2_password as far as it proves that the password is known, to a server that has seen it lately.

    One that has not asks for the password itself.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def authenticate(self, packet: Any) -> Any:
        own = self._connection
        if own.password and packet.is_auth_switch_request():
            own.salt = packet.read_all().removesuffix(b"\0")
            own.write_packet(scramble_caching_sha2(own.password, own.salt))
            packet = own._read_packet()
            packet.check_error()
        if packet.get_all_data()[:2] == _FULL_SIGN_IN:
            raise _PasswordWanted
        return caching_sha2_password_auth(own, packet)


_UNVERIFIED = {
    **dict.fromkeys((b"mysql_clear_password", b"dialog", b"sha256_password", b"mysql_old_password"), _NoPassword),
    b"caching_sha2_password": _ProofAlone,
}


class NoAnswer(pymysql.err.OperationalError):
    """The server has said nothing for too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(CR.CR_SERVER_LOST, f"no answer within {seconds:g} seconds")
        self.seconds = seconds


class WatchedConnection(_Connection):  # type: ignore[misc]  # as it is, for mypy, anything
    """A connection whose answers are waited for, and are as large, as it is told."""

    _result: Any
    within_s: float = 0.0
    server_within_s: float = 0.0
    most_bytes: int = MOST_CONNECTION_BYTES
    is_verified: bool = True

    def wait_at_most(self, seconds: float) -> None:
        self.within_s = self._read_timeout = self._write_timeout = seconds

    def _read_bytes(self, num_bytes: int) -> bytes:
        # So large are the pieces that the server announces; what is announced is not waited for.
        if num_bytes > self.most_bytes:
            self._force_close()
            raise pymysql.err.OperationalError(TOO_LARGE, f"a piece of {num_bytes:,} bytes")
        try:
            data: bytes = super()._read_bytes(num_bytes)
        except pymysql.err.OperationalError as error:
            if isinstance(error.__context__, TimeoutError):
                raise NoAnswer(self.within_s) from error
            raise
        return data

    def _get_server_information(self) -> None:
        super()._get_server_information()
        # With this one PyMySQL sends the password in its first answer, before any handler is asked.
        if not self.is_verified and self._auth_plugin_name == "sha256_password":
            raise _PasswordWanted

    def _force_close(self) -> None:
        """Close at once. A cursor that is in the midst of an answer has nothing more to read then."""
        super()._force_close()
        if self._result is not None:
            self._result.unbuffered_active = False
            self._result = None


class _MySQL:
    dialect = "mysql+pymysql"
    # Each statement is a transaction of its own, which the session holds to reading.
    engine_options: Mapping[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "pool_reset_on_return": None,
    }

    def connect(
        self, login: Login, address: Address, authorities: str, limits: Limits, within_s: float
    ) -> WatchedConnection:
        line = socket.create_connection((str(address), login.endpoint.port), within_s)
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection = WatchedConnection(
                # The name, which the certificate is compared with; the line leads to the address.
                host=login.endpoint.host,
                port=login.endpoint.port,
                user=login.username,
                # What is no text of the first 256 letters, PyMySQL would not take.
                password=login.password.encode(),
                database=login.database,
                charset="utf8mb4",
                local_infile=False,
                autocommit=True,
                defer_connect=True,
                program_name="Photo Sync",
                **_encryption(login, authorities),
            )
            connection.is_verified = login.encryption is Encryption.VERIFIED
            connection.wait_at_most(within_s)
            connection.connect(line)
        except BaseException:
            line.close()
            raise
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
        except BaseException:
            connection._force_close()
            raise
        connection.wait_at_most(limits.answer_s)
        return connection

    def begin(self, connection: Any, within_s: float) -> None:
        own: WatchedConnection = connection.connection.dbapi_connection
        own.most_bytes = MOST_CONNECTION_BYTES
        own.wait_at_most(within_s)
        if own.server_within_s != within_s:
            _let_server_end(own, within_s * SERVERS_SHARE)
            own.server_within_s = within_s

    def answering(self, connection: Any, within_s: float) -> None:
        connection.connection.dbapi_connection.wait_at_most(within_s)

    def within(self, query: str, limit_bytes: int | None, most_rows: int) -> str:
        # Around a statement that was checked.
        if limit_bytes is None:
            return f"SELECT * FROM ({query}\n) AS p LIMIT {most_rows:d}"  # noqa: S608
        return (
            f"SELECT CASE WHEN OCTET_LENGTH(p.photo) <= {limit_bytes:d} THEN p.photo END AS photo,"  # noqa: S608
            f" p.changed AS changed, OCTET_LENGTH(p.photo) AS photo_bytes FROM ({query}\n) AS p LIMIT {most_rows:d}"
        )

    def hold(self, connection: Any, limit_bytes: int) -> None:
        connection.connection.dbapi_connection.most_bytes = limit_bytes + MOST_CONNECTION_BYTES

    def interrupt(self, connection: WatchedConnection) -> None:
        line = connection._sock  # it has no other name
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def is_closed(self, connection: WatchedConnection) -> bool:
        return not connection.open

    def abandon(self, connection: WatchedConnection) -> None:
        connection._force_close()

    def failure(self, error: BaseException) -> Failure:
        if isinstance(error, NoAnswer):
            return Failure(Sort.LOST, seconds=error.seconds)
        if isinstance(error, _PasswordWanted):
            return Failure(Sort.GIVES_AWAY)
        cause = error if isinstance(error, OSError) else getattr(error, "original_exception", error.__context__)
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        said = str(error.args[1]) if len(error.args) > 1 else ""
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure(Sort.CERTIFICATE, cause.verify_message)
        if isinstance(cause, TimeoutError):
            return Failure(Sort.LOST, seconds=0)  # while signing in: who asked knows within which time
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return Failure(Sort.REFUSED)
        if code == TOO_LARGE:
            return Failure(Sort.OTHER, said)
        if code in _CODES:
            sort = _CODES[code]
            return Failure(sort, "" if sort is Sort.NOT_ENCRYPTED else said)
        if isinstance(error, pymysql.err.InterfaceError | OSError):
            return Failure(Sort.LOST)
        return Failure(Sort.OTHER, said)


def _encryption(login: Login, authorities: str) -> dict[str, Any]:
    if login.encryption is Encryption.NONE:
        return {"ssl_disabled": True, "auth_plugin_map": _UNVERIFIED}
    # The authorities of the certificate alone, where it was given.
    context = ssl.create_default_context(cafile=authorities)
    if login.encryption is Encryption.UNVERIFIED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return {"ssl": context, "auth_plugin_map": _UNVERIFIED}
    return {"ssl": context}


def _let_server_end(connection: WatchedConnection, seconds: float) -> None:
    """Tell the server how long a query may take, which MariaDB and MySQL call by two names, and to give every row."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SET SESSION max_statement_time = %s", (round(max(seconds, 0.001), 3),))
        except pymysql.err.Error as error:
            if error.args[0] != ER.UNKNOWN_SYSTEM_VARIABLE:
                raise
            cursor.execute("SET SESSION max_execution_time = %s", (max(int(seconds * 1000), 1),))
        whole = max(int(seconds), 1)
        cursor.execute(
            "SET SESSION lock_wait_timeout = %s, innodb_lock_wait_timeout = %s, sql_select_limit = %s",
            (whole, whole, NO_LIMIT),
        )


_CODES = {
    ER.ACCESS_DENIED_ERROR: Sort.SIGN_IN,
    ER.DBACCESS_DENIED_ERROR: Sort.DATABASE,
    ER.BAD_DB_ERROR: Sort.DATABASE,
    ER.TABLEACCESS_DENIED_ERROR: Sort.DENIED,
    ER.COLUMNACCESS_DENIED_ERROR: Sort.DENIED,
    ER.SPECIFIC_ACCESS_DENIED_ERROR: Sort.DENIED,
    1370: Sort.DENIED,
    ER.PARSE_ERROR: Sort.QUERY,
    ER.NO_SUCH_TABLE: Sort.QUERY,
    ER.BAD_FIELD_ERROR: Sort.QUERY,
    1305: Sort.QUERY,
    1248: Sort.QUERY,
    ER.DUP_FIELDNAME: Sort.QUERY,
    1264: Sort.DATA,
    1267: Sort.DATA,  # letters that the other side of a comparison cannot have
    1292: Sort.DATA,
    1365: Sort.DATA,
    1366: Sort.DATA,
    1411: Sort.DATA,
    1690: Sort.DATA,
    1792: Sort.READ_ONLY,
    1290: Sort.READ_ONLY,
    ER.LOCK_WAIT_TIMEOUT: Sort.LOCKED,
    3024: Sort.CANCELLED,
    1969: Sort.CANCELLED,
    1317: Sort.CANCELLED,
    ER.CON_COUNT_ERROR: Sort.FULL,
    1203: Sort.FULL,
    1226: Sort.FULL,
    1053: Sort.LOST,
    1927: Sort.LOST,
    CR.CR_CONN_HOST_ERROR: Sort.LOST,
    CR.CR_SERVER_GONE_ERROR: Sort.LOST,
    CR.CR_SERVER_LOST: Sort.LOST,
    CR.CR_SSL_CONNECTION_ERROR: Sort.NOT_ENCRYPTED,
}
DRIVER = _MySQL()
