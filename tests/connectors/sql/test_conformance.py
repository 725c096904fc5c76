"""A source on a database passes the suite, on PostgreSQL and on MariaDB."""

import pytest

from photosync.connectors.sql.source import QuerySet, SqlSource
from photosync.connectors.sql.statements import checked_statement
from photosync.connectors.testing.conformance import NullConformance
from photosync.core.record_names import record_kind_and_year
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
                checked_statement(self.school.listing(kind), flavour, called=kind),
                checked_statement(self.school.photo(kind), flavour, called=kind, needed=("id",), known=("year",)),
            )
            for folder, kind in (("", "everyone"), ("students", "students"), ("staff", "staff"))
        ]
        return SqlSource(self.school.database_for(), flavour, query_sets, window_entries=window_entries)

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
