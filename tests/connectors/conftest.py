"""Real databases: a PostgreSQL and a MariaDB for all tests here, and an empty school in each for a test."""

from collections.abc import Iterator

import pytest

from tests.connectors.sql.schools import MariaDbSchool, PostgreSqlSchool, School
from tests.services import ServiceMissing, mariadb, postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    try:
        with postgresql.running() as url:
            yield url
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[mariadb.MariaDb]:
    try:
        with mariadb.running() as server:
            yield server
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgresql_school(postgresql_url: str) -> Iterator[School]:
    with PostgreSqlSchool.made(postgresql_url) as school:
        yield school


@pytest.fixture
def mariadb_school(mariadb_server: mariadb.MariaDb) -> Iterator[School]:
    with MariaDbSchool.made(mariadb_server) as school:
        yield school


@pytest.fixture(params=["postgresql_school", "mariadb_school"])
def school(request: pytest.FixtureRequest) -> School:
    """The same school, in each of the databases."""
    found: School = request.getfixturevalue(request.param)
    return found
