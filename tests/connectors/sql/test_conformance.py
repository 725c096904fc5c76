"""A source on a database passes the suite, on PostgreSQL and on MariaDB, with photos in it and with paths."""

import os
from hashlib import sha256

import pytest

from photosync.connectors.sql.files import PhotoFolder
from photosync.connectors.sql.source import QuerySet, SqlSource
from photosync.connectors.sql.statements import checked_statement
from photosync.connectors.testing.conformance import NullConformance
from photosync.core.record_names import record_kind_and_year
from tests.connectors import on_disk
from tests.connectors.sql.schools import School


def whose_of(path: str) -> tuple[str, str, int | None]:
    folder, _, identifier = path.rpartition("/")
    kind, year = record_kind_and_year(folder)
    return identifier, kind.component if kind else "everyone", year


class OnDatabase(NullConformance):
    kind = "sql"
    any_name = False
    school: School

    def make(self, place, files, *, window_entries):
        for path, content in files.items():
            self.put(place, None, path, content)
        flavour = self.school.flavour
        query_sets = [
            QuerySet(
                record_kind_and_year(folder)[0],
                checked_statement(self.listing(kind), flavour, called=kind),
                checked_statement(self.photo(kind), flavour, called=kind, needed=("id",), known=("year",)),
            )
            for folder, kind in (("", "everyone"), ("students", "students"), ("staff", "staff"))
        ]
        folder = self.photo_folder(place)
        database = self.school.database_for()
        return SqlSource(database, flavour, query_sets, folder=folder, window_entries=window_entries)

    def photo_folder(self, place):
        return None

    def listing(self, kind):
        return self.school.listing(kind)

    def photo(self, kind):
        return self.school.photo(kind)

    def put(self, place, source, path, content):
        identifier, kind, year = whose_of(path)
        self.school.put(identifier, content, kind, year)

    def remove(self, place, source, path):
        self.school.remove(*whose_of(path))

    def put_null(self, place, source, path):
        self.put(place, source, path, None)

    def make_unavailable(self, place, source):
        self.school.run("DROP TABLE photo")


class TestPostgreSql(OnDatabase):
    @pytest.fixture(autouse=True)
    def _school(self, postgresql_school):
        self.school = postgresql_school


class TestMariaDb(OnDatabase):
    @pytest.fixture(autouse=True)
    def _school(self, mariadb_school):
        self.school = mariadb_school


class OnDatabaseWithPaths(OnDatabase):
    """The database names the photos by the paths of files, written as bytes in the column of photos."""

    path = "CONVERT_FROM(photo, 'UTF8')"

    def photo_folder(self, place):
        (place / "photos").mkdir(exist_ok=True)
        return PhotoFolder(os.path.realpath(place / "photos"))

    def listing(self, kind):
        return f"SELECT code AS id, {self.path} AS path, school_year AS year FROM photo WHERE kind = '{kind}'"

    def photo(self, kind):
        return (
            f"SELECT {self.path} AS path FROM photo WHERE kind = '{kind}' AND code = :id"
            " AND COALESCE(school_year, 0) = COALESCE(:year, 0)"
        )

    def put(self, place, source, path, content):
        """No name of a file is as long, or of as many letters, as identifiers may be."""
        name = f"{sha256(path.encode()).hexdigest()}.jpg"
        file = place / "photos" / name
        # The database may have forgotten where it is; the file is still the same.
        if not file.exists() or file.read_bytes() != content:
            on_disk.put(place / "photos", name, content)
        super().put(place, source, path, name.encode())

    def put_null(self, place, source, path):
        super().put(place, source, path, None)


class TestPathsInPostgreSql(OnDatabaseWithPaths, TestPostgreSql):
    pass


class TestPathsInMariaDb(OnDatabaseWithPaths, TestMariaDb):
    path = "CONVERT(photo USING utf8mb4)"
