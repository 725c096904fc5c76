"""A school's photos in a real database, and a reader of it who may do nothing but read."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import sqlalchemy
from psycopg import sql

from photosync.connectors.network import endpoint
from photosync.connectors.registry import Guard, check_options
from photosync.connectors.sql.drivers import PORTS, TITLES, driver
from photosync.connectors.sql.kind import query_sets_of
from photosync.connectors.sql.login import Encryption, Limits, Login
from photosync.connectors.sql.session import Database
from photosync.connectors.sql.source import CONNECTIONS, SqlSource
from photosync.connectors.sql.statements import Flavour
from photosync.outgoing import AllowedRanges
from tests.services.mariadb import MariaDb

LOOPBACK = AllowedRanges((ip_network("127.0.0.1/32"),))
QUICK = Limits(connect_s=5.0, answer_s=5.0, list_s=5.0)


class School:
    """`reader` may SELECT from its one table of photos; `run` is the owner's."""

    flavour: Flavour
    blob: str
    checksum = "md5(photo)"

    def __init__(self, port: int, database: str, reader: str, password: str) -> None:
        self.port = port
        self.database = database
        self.reader = reader
        self.password = password

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Do what the owner may, and return the rows."""
        raise NotImplementedError

    def set_up(self) -> None:
        self.run(f"CREATE TABLE photo (kind varchar(10), school_year int, code varchar(400), photo {self.blob})")

    def put(self, code: str, photo: bytes | None, kind: str = "students", year: int | None = None) -> None:
        self.remove(code, kind, year)
        self.run("INSERT INTO photo VALUES (%s, %s, %s, %s)", kind, year, code, photo)

    def remove(self, code: str, kind: str = "students", year: int | None = None) -> None:
        self.run(
            "DELETE FROM photo WHERE kind = %s AND code = %s AND COALESCE(school_year, 0) = %s", kind, code, year or 0
        )

    def listing(self, kind: str) -> str:
        return (
            f"SELECT code AS id, {self.checksum} AS changed, school_year AS year, octet_length(photo) AS size"
            f" FROM photo WHERE kind = '{kind}'"
        )

    def photo(self, kind: str) -> str:
        return (
            f"SELECT photo, {self.checksum} AS changed FROM photo WHERE kind = '{kind}' AND code = :id"
            " AND COALESCE(school_year, 0) = COALESCE(:year, 0)"
        )

    def options(self, **changed: str) -> dict[str, str]:
        """Return the options of a source on it, with what is given instead."""
        given = {
            "database_type": str(self.flavour),
            "host": "127.0.0.1",
            "port": str(self.port),
            "database": self.database,
            "username": self.reader,
            "password": self.password,
            "encryption": "none",
            "students": self.listing("students"),
            "student_photo": self.photo("students"),
        }
        return {name: value for name, value in (given | changed).items() if value}

    def database_for(self, *, limits: Limits = QUICK, **changed: str) -> Database:
        options = check_options("sql", self.options(**changed))
        flavour = Flavour(options["database_type"])
        login = Login(
            endpoint(TITLES[flavour], options, default_port=PORTS[flavour]),
            options["database"],
            options["username"],
            options["password"],
            Encryption(options["encryption"]),
            options["ca_pem"],
        )
        return Database(login, driver(flavour), LOOPBACK, limits=limits, connections=CONNECTIONS)

    def source(self, *, limits: Limits = QUICK, **changed: str) -> SqlSource:
        """Return an open source on it, which gives up soon."""
        query_sets = query_sets_of(check_options("sql", self.options(**changed)))
        return SqlSource(self.database_for(limits=limits, **changed), self.flavour, query_sets)


class PostgreSqlSchool(School):
    flavour = Flavour.POSTGRESQL
    blob = "bytea"

    def __init__(self, url: str, *given: Any) -> None:
        super().__init__(*given)
        self._owner = psycopg.connect(url, autocommit=True)

    @classmethod
    @contextmanager
    def made(cls, url: str) -> Iterator[Self]:
        """A schema and a role of its own: to make a database takes half a second."""
        name, password = f"school_{secrets.token_hex(4)}", secrets.token_hex(8)
        names = {"name": sql.Identifier(name), "password": password}
        school = cls(url, urlsplit(url).port, "postgres", name, password)
        for statement in (
            "CREATE ROLE {name} LOGIN PASSWORD {password}",
            "CREATE SCHEMA {name}",
            "GRANT USAGE ON SCHEMA {name} TO {name}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT ON TABLES TO {name}",
            "ALTER ROLE {name} SET search_path TO {name}",
            "SET search_path TO {name}",
        ):
            school._owner.execute(sql.SQL(statement).format(**names))
        school.set_up()
        yield school
        school._owner.execute(sql.SQL("DROP SCHEMA {name} CASCADE").format(**names))
        school._owner.execute(sql.SQL("DROP OWNED BY {name}").format(**names))
        school._owner.execute(sql.SQL("DROP ROLE {name}").format(**names))
        school._owner.close()

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self._owner.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


class MariaDbSchool(School):
    flavour = Flavour.MYSQL
    blob = "longblob"

    def __init__(self, server: MariaDb, *given: Any) -> None:
        super().__init__(*given)
        self._owner = server.connect(self.database)

    @classmethod
    @contextmanager
    def made(cls, server: MariaDb) -> Iterator[Self]:
        name, password = f"school_{secrets.token_hex(4)}", secrets.token_hex(8)
        with server.connect() as owner, owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
            cursor.execute(f"CREATE USER {name} IDENTIFIED BY '{password}'")
            cursor.execute(f"GRANT SELECT ON {name}.* TO {name}")
        school = cls(server, server.port, name, name, password)
        try:
            school.set_up()
            yield school
        finally:
            school._owner.close()
            with server.connect() as owner, owner.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")
                cursor.execute(f"DROP USER {name}")

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._owner.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []


class Asked:
    """Which statements an engine has sent, as it tells its own events."""

    def __init__(self, source: SqlSource) -> None:
        self.statements: list[str] = []
        sqlalchemy.event.listen(source.database.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.statements.append(statement)

    def photos(self) -> list[str]:
        """Return those that read photos."""
        return [each for each in self.statements if "photo_bytes" in each]


def guard_of(tmp_path: Path, allowed: AllowedRanges = LOOPBACK) -> Guard:
    (tmp_path / "roots").mkdir(exist_ok=True)
    return Guard(source_roots=(tmp_path / "roots",), data_folder=tmp_path / "data", allowed_ranges=allowed)
