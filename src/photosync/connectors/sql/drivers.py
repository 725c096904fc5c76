"""What differs from database to database: making a connection, holding it to reading, and what its errors mean."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Protocol

from photosync.connectors.sql.failures import Failure
from photosync.connectors.sql.login import Limits, Login
from photosync.connectors.sql.statements import Flavour
from photosync.core.errors import Refused
from photosync.outgoing.ranges import Address


class Driver(Protocol):
    """One kind of database. Its connections are those of its library (DB-API 2), held to reading."""

    dialect: str
    """What SQLAlchemy calls it."""
    engine_options: Mapping[str, Any]

    def connect(self, login: Login, address: Address, authorities: str, limits: Limits, within_s: float) -> Any:
        """Return a connection to `address`. Raises what the library raises; `failure` tells it."""
        ...

    def begin(self, connection: Any, within_s: float) -> None:
        """Make ready for one statement, of a SQLAlchemy connection; its first answer comes within so long."""
        ...

    def answering(self, connection: Any, within_s: float) -> None:
        """The first rows have come; what follows comes within so long each."""
        ...

    def within(self, query: str, limit_bytes: int | None, most_rows: int) -> str:
        """Return a query of one record so that no more than so many rows come, where the library would keep them all.

        With `limit_bytes` it is the query for a photo: the server sends none that is larger, and its rows have the
        columns photo, changed and photo_bytes. Without, its columns are its own.
        """
        ...

    def hold(self, connection: Any, limit_bytes: int) -> None:
        """Do the same for the next statement of a connection, where that is how it is done."""
        ...

    def interrupt(self, connection: Any) -> None:
        """Let whoever waits on this connection, in another thread, fail at once."""
        ...

    def is_closed(self, connection: Any) -> bool: ...

    def abandon(self, connection: Any) -> None:
        """Let go of a connection in the midst of an answer, without reading the rest."""
        ...

    def failure(self, error: BaseException) -> Failure:
        """Return what an error of the library means."""
        ...


TITLES = {
    Flavour.POSTGRESQL: "PostgreSQL server",
    Flavour.MYSQL: "MySQL or MariaDB server",
    Flavour.SQLSERVER: "SQL Server",
}
PORTS = {Flavour.POSTGRESQL: 5432, Flavour.MYSQL: 3306, Flavour.SQLSERVER: 1433}
CHECKSUMS = {
    Flavour.POSTGRESQL: "md5(photo) AS changed, octet_length(photo) AS size",
    Flavour.MYSQL: "MD5(photo) AS changed, OCTET_LENGTH(photo) AS size",
    Flavour.SQLSERVER: "HASHBYTES('SHA2_256', photo) AS changed, DATALENGTH(photo) AS size",
}
"""What notices a change where the table has no column for it: the server reads the photos, but sends none of them."""
_LIBRARIES = {Flavour.POSTGRESQL: "psycopg", Flavour.MYSQL: "pymysql", Flavour.SQLSERVER: "pymssql"}
_MODULES = {Flavour.POSTGRESQL: "postgresql", Flavour.MYSQL: "mysql", Flavour.SQLSERVER: "sqlserver"}


def driver(flavour: Flavour) -> Driver:
    """Return the driver of a kind of database. Raises Refused where its library is not installed."""
    for library in ("sqlalchemy", _LIBRARIES[flavour]):
        try:
            importlib.import_module(library)
        except ImportError as error:
            raise Refused(
                f"Databases cannot be read by this installation: {library} is not installed. Nothing was changed. "
                "Let the operator of the server install Photo Sync with the extra sql.",
                command_line='pip install "photosync[sql]"',
            ) from error
    module = importlib.import_module(f"photosync.connectors.sql.{_MODULES[flavour]}")
    made: Driver = module.DRIVER
    return made
