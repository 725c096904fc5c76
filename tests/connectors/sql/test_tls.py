"""Whose certificate a database must have. The line leads to an address; what is believed is the name."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from photosync.connectors.testing.conformance import entries_of, raised
from photosync.core.errors import SourceUnavailable
from tests.connectors.sql.schools import MariaDbSchool, PostgreSqlSchool
from tests.services import ServiceMissing, mariadb
from tests.services.web_server import made_certificate

CONCLUDED = "Nothing was concluded from it, so nothing was changed."


def certificate_text(pem):
    text = pem.read_text()
    return text[text.index("-----BEGIN CERTIFICATE-----") :]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of localhost; 127.0.0.1 is not in it."""
    return made_certificate(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture(scope="module")
def encrypting_mariadb(certificate):
    try:
        with mariadb.running(certificate=certificate, key=certificate) as server:
            yield server
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def encrypting_postgresql(certificate, postgresql_url):
    """The PostgreSQL of the other tests, which takes up encryption while it runs."""
    import psycopg

    with psycopg.connect(postgresql_url, autocommit=True) as server:
        (folder,) = server.execute("SHOW data_directory").fetchone()
        for name in ("server.crt", "server.key"):
            shutil.copyfile(certificate, f"{folder}/{name}")
            Path(folder, name).chmod(0o600)
            if os.geteuid() == 0:
                account = pwd.getpwnam("postgres")
                os.chown(f"{folder}/{name}", account.pw_uid, account.pw_gid)
        server.execute("ALTER SYSTEM SET ssl = on")
        server.execute("SELECT pg_reload_conf()")
    yield postgresql_url
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute("ALTER SYSTEM RESET ssl")
        server.execute("SELECT pg_reload_conf()")


@pytest.fixture(params=["postgresql", "mariadb"])
def encrypting_school(request):
    if request.param == "mariadb":
        with MariaDbSchool.made(request.getfixturevalue("encrypting_mariadb")) as school:
            yield school
    else:
        with PostgreSqlSchool.made(request.getfixturevalue("encrypting_postgresql")) as school:
            yield school


def cipher_of(source):
    """Return what the server says the line is encrypted with; empty where it is not."""
    query = "SHOW STATUS LIKE 'Ssl_cipher'"
    if source.database.engine.dialect.name == "postgresql":
        query = "SELECT 'cipher', cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    with source.database.engine.connect() as connection:
        return connection.exec_driver_sql(query).fetchone()[1] or ""


def test_certificate_of_the_name_is_believed(encrypting_school, certificate):
    encrypting_school.put("1", b"one")
    believed = {"encryption": "verified", "host": "localhost", "ca_pem": certificate_text(certificate)}
    with encrypting_school.source(**believed) as source:
        assert set(entries_of(source)) == {"students/1"}
        assert cipher_of(source) != ""


def test_certificate_of_another_name_is_not(encrypting_school, certificate):
    believed = {"encryption": "verified", "ca_pem": certificate_text(certificate)}
    with encrypting_school.source(**believed) as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert "127.0.0.1 (port " in message
    assert "): its certificate is not to be trusted (" in message
    assert message.endswith(
        f"). {CONCLUDED} Check the name of the host, or paste the certificate of the authority that issued it "
        "(ca_pem)."
    )


@pytest.mark.parametrize("other", [True, False])
def test_certificate_of_an_authority_that_is_not_known(encrypting_school, tmp_path, other):
    """Neither where another was given, nor where those of the system count."""
    given = certificate_text(made_certificate(tmp_path, "localhost")) if other else ""
    believed = {"encryption": "verified", "host": "localhost", "ca_pem": given}
    with encrypting_school.source(**believed) as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert "): its certificate is not to be trusted (" in message


def test_encrypted_without_a_look_at_the_certificate(encrypting_school):
    encrypting_school.put("1", b"one")
    with encrypting_school.source(encryption="unverified") as source:
        assert set(entries_of(source)) == {"students/1"}
        assert cipher_of(source) != ""
    with encrypting_school.source() as source:
        assert cipher_of(source) == ""


def test_password_itself_is_not_given_to_whoever_asks(postgresql_school):
    """Without a certificate that was checked, a server that wants the password as it is does not get it."""
    with postgresql_school.database_for() as database, database.engine.connect() as connection:
        parameters = connection.connection.dbapi_connection.info.get_parameters()
    assert parameters["require_auth"] == "!password"
