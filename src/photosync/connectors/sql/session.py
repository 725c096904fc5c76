"""Asking a database: read-only, within its time, row by row, over a small pool of connections.

What reads records of any sort from a database (photos, rosters) does it through `Database`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from photosync.connectors.sql.drivers import Driver
from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.login import AuthorityFile, Limits, Login, whole_seconds
from photosync.connectors.sql.statements import Statement
from photosync.core.errors import PhotoSyncError, SourceUnavailable
from photosync.outgoing import AllowedRanges
from photosync.outgoing.time_left import time_left

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

ROWS_AT_ONCE = 1_000
BEYOND_S = 5.0
"""So much longer than there is time may a query take: where it can be interrupted it is, and else it ends then."""
MOST_ADDRESSES = 3
"""Of a host that has many, so many are tried."""

Names = Sequence[str]
Values = tuple[Any, ...]


class Asked(Exception):
    """A database could not do what it was asked. The caller says what that means for it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Database:
    """A database that is read. Thread-safe; nothing is connected before the first question."""

    def __init__(
        self,
        login: Login,
        driver: Driver,
        allowed: AllowedRanges,
        *,
        limits: Limits,
        connections: int,
    ) -> None:
        import sqlalchemy

        self.login = login
        self.limits = limits
        self._driver = driver
        self._allowed = allowed
        self._lock = threading.Lock()
        self._live: list[Any] = []
        self._is_closed = False
        self.engine: Engine = sqlalchemy.create_engine(
            f"{driver.dialect}://",
            creator=self._connect,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=limits.connect_s + limits.list_s,
            pool_use_lifo=True,
            hide_parameters=True,
            **driver.engine_options,
        )
        self._authorities = AuthorityFile(login.ca_pem)

    def rows(
        self,
        statement: Statement,
        *,
        checked: Callable[[Names], None],
        step: str,
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> Generator[Values]:
        """Yield every row of `statement` as it comes. `checked` sees the names of the columns before the first.

        No more than `rows_at_once` are held. Raises SourceUnavailable where it cannot be read to its end, and what
        `checked` raises.
        """
        try:
            yield from self._again(
                lambda: self._stream(
                    statement.text, {}, self.limits.list_s, checked, most_rows=None, rows_at_once=rows_at_once
                )
            )
        except Asked as error:
            raise self.unavailable(step, error.failure) from error.__cause__

    def few(
        self,
        statement: Statement,
        parameters: Mapping[str, str | None],
        *,
        checked: Callable[[Names], None],
        most_rows: int,
        limit_bytes: int | None = None,
    ) -> list[Values]:
        """Return at most `most_rows` rows. With `limit_bytes`, each has the photo of `Driver.within`, or NULL.

        Raises Asked, what `checked` raises, and SourceUnavailable where there is no connection.
        """
        query = self._driver.within(statement.text, limit_bytes, most_rows)
        named = {name: parameters[name] for name in statement.parameters}
        with _Ending(self._driver, self.limits.whole_s) as ending:
            return list(
                self._again(
                    lambda: self._stream(
                        query,
                        named,
                        self.limits.answer_s,
                        checked,
                        most_rows=most_rows,
                        limit_bytes=limit_bytes,
                        begun=ending.begun,
                    )
                )
            )

    def unavailable(self, step: str, failure: Failure) -> SourceUnavailable:
        return self.login.endpoint.unavailable(step, failure.reason, failure.do)

    def close(self) -> None:
        """End what is under way in other threads, and close every connection."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            live = list(self._live)
        self.engine.dispose()
        for connection in live:
            self._driver.interrupt(connection)
        self._authorities.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _again(self, ask: Callable[[], Iterator[Values]]) -> Iterator[Values]:
        """Ask; where the line was lost since the last question, and no row has come, ask once more."""
        begun = time.monotonic()
        rows = ask()
        try:
            first = next(rows, None)
        except _LostBetween as error:
            # A server that was silent for long is not waited for twice.
            if time.monotonic() - begun > self.limits.answer_s / 2:
                raise Asked(error.failure) from error.__cause__
            rows = ask()
            first = next(rows, None)
        if first is not None:
            yield first
            yield from rows

    def _stream(
        self,
        query: str,
        parameters: Mapping[str, str | None],
        within_s: float,
        checked: Callable[[Names], None],
        *,
        most_rows: int | None,
        limit_bytes: int | None = None,
        rows_at_once: int = ROWS_AT_ONCE,
        begun: Callable[[Any], None] = lambda _: None,
    ) -> Iterator[Values]:
        import sqlalchemy
        from sqlalchemy.types import NullType

        # Of no type: PostgreSQL then compares it with a number as well as with text.
        typed = [sqlalchemy.bindparam(name, type_=NullType()) for name in parameters]
        waiting = _Waiting(_within(within_s))
        with self._connection(waiting) as connection:
            begun(connection.connection.dbapi_connection)
            self._driver.begin(connection, waiting.within_s)
            if limit_bytes is not None:
                self._driver.hold(connection, limit_bytes)
            connection = connection.execution_options(stream_results=most_rows is None, max_row_buffer=rows_at_once)
            result = connection.execute(sqlalchemy.text(query).bindparams(*typed), dict(parameters))
            try:
                checked([str(name) for name in result.keys()])  # noqa: SIM118 - a result is no mapping
                rows = result if most_rows is None else result.fetchmany(most_rows)
                for number, row in enumerate(rows):
                    if not number:
                        waiting.within_s = _within(self.limits.answer_s)
                        self._driver.answering(connection, waiting.within_s)
                    yield tuple(row)
            except BaseException:
                # First the line: a cursor that is closed in the midst of an answer would read it to its end.
                self._drop(connection)
                raise
            finally:
                with suppress(Exception):
                    result.close()

    @contextmanager
    def _connection(self, waiting: _Waiting) -> Iterator[Connection]:
        """Give a connection of the pool. Whatever ends the body early ends the connection too. Raises Asked."""
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        was_used = True
        connection: Connection | None = None
        try:
            connection = self.engine.connect()
            was_used = connection.info.get("was_used", False)
            yield connection
            connection.info["was_used"] = True
        except DBAPIError as error:
            failure = self._driver.failure(error.orig or error)
            if failure.seconds == 0:
                failure = failure._replace(seconds=whole_seconds(waiting.within_s))
            self._drop(connection)
            if was_used and connection is not None and (error.connection_invalidated or failure.sort is Sort.LOST):
                raise _LostBetween(failure) from error
            raise Asked(failure) from error
        except SQLAlchemyError as error:
            self._drop(connection)
            raise Asked(Failure(Sort.OTHER, str(error.args[0] if error.args else error))) from error
        except PhotoSyncError:
            self._drop(connection)
            raise
        except Exception as error:
            # What came is nothing that the library can read: it was changed on its way, or is no such server.
            self._drop(connection)
            raise Asked(Failure(Sort.LOST, f"what came could not be understood: {type(error).__name__}")) from error
        except BaseException:
            self._drop(connection)
            raise
        finally:
            if connection is not None:
                with suppress(SQLAlchemyError):
                    connection.close()

    def _drop(self, connection: Connection | None) -> None:
        """Let go of a connection that may be in the midst of an answer, which is not read to its end for that."""
        from sqlalchemy.exc import SQLAlchemyError

        if connection is None or connection.invalidated or connection.closed:
            return
        raw = connection.connection.dbapi_connection
        if raw is not None:
            self._driver.abandon(raw)
        with suppress(SQLAlchemyError):
            connection.invalidate()

    def _connect(self) -> Any:
        """Return a connection to one of the addresses of the host. Raises Refused, SourceUnavailable."""
        until = time.monotonic() + time_left(self.limits.connect_s)
        failure = Failure(Sort.LOST)
        for address in self.login.addresses(self._allowed)[:MOST_ADDRESSES]:
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                made = self._driver.connect(self.login, address, self._authorities.path, self.limits, left)
            except PhotoSyncError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a library raises of a server that is not one
                failure = self._driver.failure(error)
                if failure.seconds is not None:
                    failure = failure._replace(seconds=self.limits.connect_s)
                continue
            self._keep(made)
            return made
        raise self.unavailable(self.login.step, failure)

    def _keep(self, made: Any) -> None:
        with self._lock:
            self._live = [each for each in self._live if not self._driver.is_closed(each)]
            self._live.append(made)
            is_closed = self._is_closed
        if is_closed:
            self._driver.interrupt(made)


def _within(limit_s: float) -> float:
    return min(limit_s, time_left(math.inf) + BEYOND_S)


@dataclass(slots=True)
class _Waiting:
    """How long the driver waits for the server now, for those that do not say it with their errors."""

    within_s: float


class _Ending:
    """Ends what is asked on a connection when so many seconds are over, however much of the answer has come.

    Waits are for silence: a server that sends drop by drop would hold a run up for hours at one photo.
    """

    def __init__(self, driver: Driver, seconds: float) -> None:
        self._driver = driver
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._connection: Any = None
        self._is_over = False

    def begun(self, connection: Any) -> None:
        with self._lock:
            self._connection = connection

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise Asked where it was ended."""
        self._timer.cancel()
        with self._lock:
            self._connection = None
        if self._is_over and isinstance(error, Asked):
            raise Asked(Failure(Sort.DRIPS, f"{self._seconds:g} seconds")) from error

    def _end(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._is_over = True
                self._driver.interrupt(self._connection)


class _LostBetween(Asked):
    """The line was lost since the last question."""
