"""SQL Server as far as it can be shown without one: what its client library is told, does and says at the door."""

import socket
import sqlite3

import pymssql
import pytest
import sqlalchemy

from photosync.connectors.network import Endpoint
from photosync.connectors.sql.drivers import driver
from photosync.connectors.sql.failures import Failure, Sort
from photosync.connectors.sql.login import Encryption, Limits, Login
from photosync.connectors.sql.session import Database
from photosync.connectors.sql.source import QuerySet, SqlSource
from photosync.connectors.sql.sqlserver import DRIVER, PLACES, arguments, settings_of
from photosync.connectors.sql.statements import Flavour, checked_statement
from photosync.connectors.testing.conformance import fetched, raised
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.core.people import PersonKind
from photosync.outgoing.ranges import addresses_of
from tests.connectors.sql.schools import LOOPBACK
from tests.services.tds_server import tds_server
from tests.services.web_server import made_certificate

(HERE,) = addresses_of(["127.0.0.1"])
SOON = Limits(connect_s=2.0, answer_s=1.0, list_s=1.0)
CONCLUDED = "Nothing was concluded from it, so nothing was changed."


def login(port=1433, host="localhost", encryption=Encryption.VERIFIED, ca_pem=""):
    return Login(Endpoint("SQL Server", host, port), "School", "photos", "pä ss", encryption, ca_pem)


def source(its):
    flavour = Flavour.SQLSERVER
    listing = checked_statement("SELECT code AS id, changed FROM photo", flavour, called="students")
    photo = checked_statement(
        "SELECT photo, changed FROM photo WHERE code = :id", flavour, called="student_photo", needed=("id",)
    )
    database = Database(its, driver(flavour), LOOPBACK, limits=SOON, connections=2)
    return SqlSource(database, flavour, [QuerySet(PersonKind.STUDENT, listing, photo)])


def said_at(its):
    with source(its) as opened:
        return raised(SourceUnavailable, lambda: list(opened.pages())).message


def certificate_text(pem):
    text = pem.read_text()
    return text[text.index("-----BEGIN CERTIFICATE-----") :]


def test_arguments_hold_it_to_reading_and_to_its_time(tmp_path):
    given = arguments(login(), HERE, "/etc/ssl/certs/ca-certificates.crt", SOON, 1.5)
    name = given.pop("server")
    assert name.startswith("photosync-")
    assert given == {
        "port": "1433",
        "user": "photos",
        "password": "pä ss",
        "database": "School",
        "appname": "Photo Sync",
        "login_timeout": 2,
        "timeout": 1,
        "encryption": "require",
        "tds_version": "7.4",
        "read_only": True,
        "autocommit": False,
        "conn_properties": "SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET ANSI_NULLS ON; "
        "SET ANSI_PADDING ON; "
        "SET ANSI_WARNINGS ON; SET QUOTED_IDENTIFIER ON; SET CURSOR_CLOSE_ON_COMMIT ON; SET XACT_ABORT ON; "
        "SET TEXTSIZE 4096",
    }
    assert PLACES.name_of(login(), HERE, "/etc/ssl/certs/ca-certificates.crt") == name


def test_settings_name_the_address_to_go_to_and_the_name_to_believe():
    assert settings_of(login(host="db.school.example"), HERE, "/ca.pem") == {
        "host": "127.0.0.1",
        "port": "1433",
        "tds version": "7.4",
        "client charset": "UTF-8",
        "encryption": "require",
        "ca file": "/ca.pem",
        "check certificate hostname": "yes",
        "certificate hostname": "db.school.example",
    }


def test_photo_is_held_to_its_size_by_the_server_and_the_query_stays_as_it_is():
    """Not every query can be put into another there: one with ORDER BY or WITH cannot."""
    query = "WITH p AS (SELECT 1 AS a) SELECT a FROM p ORDER BY a"
    assert DRIVER.within(query, 1_000, 2) == DRIVER.within(query, None, 2) == query


def test_statements_reach_the_library_with_their_parameters_bound():
    statement = checked_statement(
        "SELECT photo, changed FROM p WHERE code = :id AND note NOT LIKE '50%:x'",
        Flavour.SQLSERVER,
        called="x",
        needed=("id",),
    )
    compiled = sqlalchemy.text(statement.text).compile(sqlalchemy.create_engine("mssql+pymssql://"))
    assert str(compiled) == "SELECT photo, changed FROM p WHERE code = %(id)s AND note NOT LIKE '50%:x'"


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (
            pymssql.OperationalError(
                (18456, b"Login failed for user 'photos'.DB-Lib error message 20018, severity 14")
            ),
            Failure(Sort.SIGN_IN, "Login failed for user 'photos'."),
        ),
        (
            pymssql.OperationalError((4060, b'Cannot open database "School" requested by the login.')),
            Failure(Sort.DATABASE, 'Cannot open database "School" requested by the login.'),
        ),
        (
            pymssql.OperationalError((229, b"The SELECT permission was denied on the object 'photo'.")),
            Failure(Sort.DENIED, "The SELECT permission was denied on the object 'photo'."),
        ),
        (
            pymssql.ProgrammingError((207, b"Invalid column name 'cod'.")),
            Failure(Sort.QUERY, "Invalid column name 'cod'."),
        ),
        (
            pymssql.OperationalError((245, b"Conversion failed when converting the varchar value 'X0417'.")),
            Failure(Sort.DATA, "Conversion failed when converting the varchar value 'X0417'."),
        ),
        (
            pymssql.OperationalError((8114, b"Error converting data type varchar to numeric.")),
            Failure(Sort.DATA, "Error converting data type varchar to numeric."),
        ),
        (pymssql.OperationalError((1222, b"Lock request time out period exceeded.")), Failure(Sort.LOCKED)),
        (pymssql.OperationalError((20003, b"Adaptive Server connection timed out")), Failure(Sort.LOST, seconds=0)),
        (pymssql.OperationalError((20009, b"Unable to connect")), Failure(Sort.REFUSED)),
        (pymssql.OperationalError((20047, b"DBPROCESS is dead or not enabled")), Failure(Sort.LOST)),
        (pymssql.InterfaceError("Connection is closed."), Failure(Sort.LOST)),
        (
            pymssql.OperationalError((8134, b"Divide by zero error encountered.")),
            Failure(Sort.OTHER, "Divide by zero error encountered."),
        ),
    ],
)
def test_errors_of_the_library_in_words(error, failure):
    assert DRIVER.failure(error) == failure


def test_refusal_at_the_door(tmp_path):
    """The login went encrypted, to the one whose certificate was checked."""
    pem = made_certificate(tmp_path, "localhost")
    with tds_server(certificate=pem, said="Login failed for user 'photos'.") as server:
        assert said_at(login(server.port, ca_pem=certificate_text(pem))) == (
            f"Signing in as photos failed on the SQL Server localhost (port {server.port}): it "
            "did not accept the user "
            f"name and password (Login failed for user 'photos'). {CONCLUDED} Check both."
        )
        (packet,) = server.logins
        assert "photos".encode("utf-16-le") in packet
        assert "Photo Sync".encode("utf-16-le") in packet


@pytest.mark.parametrize("case", ["other name", "other authority"])
def test_server_whose_certificate_is_not_its_own(tmp_path, case):
    """Nobody signs in there."""
    (tmp_path / "other").mkdir()
    pem = made_certificate(tmp_path, "db.other.example" if case == "other name" else "localhost")
    believed = pem if case == "other name" else made_certificate(tmp_path / "other", "localhost")
    with tds_server(certificate=pem) as server:
        message = said_at(login(server.port, ca_pem=certificate_text(believed)))
        assert server.logins == []
    assert message == not_trusted(server.port)


def not_trusted(port):
    return (
        f"Signing in as photos failed on the SQL Server localhost (port {port}): it does not "
        "encrypt, its certificate "
        f"is not to be trusted, or it is no such server. {CONCLUDED} Check the host, its port and its certificate; "
        "where it has an authority of its own, paste that one's certificate (ca_pem)."
    )


def test_server_that_does_not_encrypt():
    with tds_server() as server:
        assert said_at(login(server.port)) == not_trusted(server.port)
        assert server.logins == []


def test_server_that_does_not_encrypt_where_that_is_allowed():
    """At an address that the operator named, and only with encryption=none."""
    with tds_server() as server:
        assert said_at(login(server.port, encryption=Encryption.UNVERIFIED)) == not_trusted(server.port)
        assert server.logins == []
        said_at(login(server.port, encryption=Encryption.NONE))
        assert len(server.logins) == 1


def test_server_that_is_not_checked_at_an_address_that_the_operator_named(tmp_path):
    pem = made_certificate(tmp_path, "db.other.example")
    with tds_server(certificate=pem) as server:
        message = said_at(login(server.port, encryption=Encryption.UNVERIFIED))
        assert "it did not accept the user name and password" in message or "it did not let Photo Sync in" in message
        assert len(server.logins) == 1


class SilentOnceLetIn(type(DRIVER)):
    """Signs in, and then runs into the library's own time limit at every query, as with a server that is stuck."""

    dialect = "sqlite"
    engine_options = {"poolclass": sqlalchemy.QueuePool}

    def connect(self, *_):
        return sqlite3.connect(":memory:", check_same_thread=False)

    def begin(self, *_):
        raise sqlalchemy.exc.OperationalError("", None, pymssql.OperationalError((20003, b"It timed out")))


def test_photos_of_a_server_that_is_stuck_end_the_run():
    its = login()
    with source(its) as usual:
        query_sets = usual._query_sets.values()
    limits = Limits(connect_s=2.0, answer_s=30.0, list_s=120.0)
    database = Database(its, SilentOnceLetIn(), LOOPBACK, limits=limits, connections=2)
    with SqlSource(database, Flavour.SQLSERVER, list(query_sets)) as opened:
        told = "there was no answer within 30 seconds"
        for _ in range(2):
            assert raised(TryLater, lambda: fetched(opened, "students/1")).message == (
                f'"students/1" could not be read from the SQL Server localhost (port 1433): {told}. It was left as '
                "it is. The next run reads it again."
            )
        assert raised(SourceUnavailable, lambda: fetched(opened, "students/1")).message == (
            f'Reading the photo of "students/1" failed on the SQL Server localhost (port 1433): {told}. {CONCLUDED} '
            "Check the network and the server, then run again."
        )
        assert raised(SourceUnavailable, lambda: list(opened.pages())).message == (
            "Reading the list students failed on the SQL Server localhost (port 1433): there was no answer within "
            f"120 seconds. {CONCLUDED} Check the network and the server, then run again."
        )


def test_port_that_accepts_and_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert said_at(login(port, encryption=Encryption.NONE)) == (
            f"Signing in as photos failed on the SQL Server localhost (port {port}): there was no answer within 2 "
            f"seconds. {CONCLUDED} Check the network and the server, then run again."
        )


def test_port_where_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert said_at(login(port, encryption=Encryption.NONE)) == (
        f"Signing in as photos failed on the SQL Server localhost (port {port}): the connection was refused. "
        f"{CONCLUDED} Check that the database is running, and the port."
    )
