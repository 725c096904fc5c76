"""A database is only read, within its time, and every trouble with it is told in words."""

import threading
import time
from functools import partial
from ipaddress import ip_network

import pymysql
import pytest

from photosync.connectors.sql.failures import Sort
from photosync.connectors.sql.login import Limits
from photosync.connectors.sql.session import Asked, Database
from photosync.connectors.sql.statements import Flavour, Statement
from photosync.connectors.testing.conformance import entries_of, fetched, raised
from photosync.core.errors import Refused, SourceUnavailable, TryLater
from photosync.outgoing import AllowedRanges
from tests.connectors.sql.schools import School
from tests.services.bad_network import Faults, bad_network

CONCLUDED = "Nothing was concluded from it, so nothing was changed."
SOON = Limits(connect_s=2.0, answer_s=1.0, list_s=1.0)


def named(school: School, port: int | None = None) -> str:
    kind = "PostgreSQL server" if school.flavour == "postgresql" else "MySQL or MariaDB server"
    return f"the {kind} 127.0.0.1 (port {port or school.port})"


def anything(_names: object) -> None:
    """Any columns are welcome."""


def ask(database: Database, query: str) -> list[tuple[object, ...]]:
    """Ask what the checks of statements would never let through."""
    return list(database.rows(Statement("students", query, frozenset()), checked=anything, step="Asking"))


def test_session_cannot_change_anything(school):
    """Also where the user may: the reader here owns a table."""
    if school.flavour is Flavour.POSTGRESQL:
        school.run(f"GRANT ALL ON photo TO {school.reader}")
        school.run(
            "CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS $$ DELETE FROM photo RETURNING 1 $$",
        )
        said = "cannot execute DELETE in a read-only transaction"
    else:
        school.run(f"GRANT ALL ON {school.database}.* TO {school.reader}")
        school.run("SET GLOBAL log_bin_trust_function_creators = 1")
        school.run("CREATE FUNCTION spoil() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM photo; RETURN 1; END")
        said = "Cannot execute statement in a READ ONLY transaction"
    school.put("1", b"one")
    with school.source(students="SELECT spoil() AS id, 1 AS changed") as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Reading the list students failed on {named(school)}: the query would change something, and Photo Sync "
            f"only reads ({said}). {CONCLUDED} Write a query that reads only."
        )
    for statement in ("DELETE FROM photo", "DROP TABLE photo", "CREATE TABLE more (a int)"):
        with school.database_for() as database:
            raised(SourceUnavailable, partial(ask, database, statement))
    assert len(school.run("SELECT 1 FROM photo")) == 1


def test_server_takes_one_statement_at_a_time(school):
    """What would get around the check of statements does not get around the server."""
    with school.database_for() as database:
        error = raised(SourceUnavailable, lambda: ask(database, "SELECT 1; SELECT 2"))
    assert "it cannot work out the query" in error.message


def test_session_of_postgresql_leaves_nothing_behind(postgresql_school):
    """Behind a pool of connections, another program gets the same session next."""
    with postgresql_school.database_for() as database:
        ask(database, "SELECT 1")
        with database.engine.connect() as connection:
            for name, value in (("statement_timeout", "0"), ("lock_timeout", "0")):
                assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value
            assert connection.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "off"


def test_mariadb_gets_no_file_of_this_machine(mariadb_school, tmp_path):
    """Neither when it is asked for one, nor when the server asks by itself."""
    mariadb_school.run(f"GRANT ALL ON {mariadb_school.database}.* TO {mariadb_school.reader}")
    (tmp_path / "secret").write_text("secret")
    with mariadb_school.database_for() as database:
        raised(
            SourceUnavailable, lambda: ask(database, f"LOAD DATA LOCAL INFILE '{tmp_path}/secret' INTO TABLE photo")
        )
    assert mariadb_school.run("SELECT 1 FROM photo") == []


SLEEPS = {Flavour.POSTGRESQL: "SELECT CAST(pg_sleep(30) AS text) AS id, 1 AS changed"}


def test_query_that_takes_too_long_is_ended_by_the_server(school):
    query = SLEEPS.get(school.flavour, "SELECT SLEEP(30) AS id, 1 AS changed FROM photo")
    school.put("1", b"one")
    with school.source(limits=SOON, students=query) as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert message.startswith(
        f"Reading the list students failed on {named(school)}: the query was ended because it took too long ("
    )
    assert message.endswith(
        f"). {CONCLUDED} Make it quicker, for example with an index, or run again when the server has less to do."
    )


def test_photo_that_takes_too_long_is_read_later(school):
    sleep = "pg_sleep(30)" if school.flavour is Flavour.POSTGRESQL else "SLEEP(30)"
    school.put("1", b"one")
    query = f"SELECT photo, CONCAT('a', {sleep}) AS changed FROM photo WHERE code = :id"
    with school.source(limits=SOON, student_photo=query) as source:
        message = raised(TryLater, lambda: fetched(source, "students/1")).message
    assert message.startswith(
        f'"students/1" could not be read from {named(school)}: the query was ended because it took too long ('
    )
    assert message.endswith("). It was left as it is. The next run reads it again.")


def test_rows_that_another_program_keeps_locked(postgresql_school):
    school = postgresql_school
    school.run("BEGIN")
    school.run("LOCK TABLE photo IN ACCESS EXCLUSIVE MODE")
    with school.source(limits=SOON) as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    school.run("ROLLBACK")
    assert "took too long" in message or "another program kept the rows locked for too long" in message


def test_wrong_password(school):
    with school.source(password="a wrong one") as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
        assert raised(SourceUnavailable, lambda: fetched(source, "students/1")).message == message
    said = (
        f'password authentication failed for user "{school.reader}"'
        if school.flavour is Flavour.POSTGRESQL
        else f"Access denied for user '{school.reader}'@'127.0.0.1' (using password: YES)"
    )
    assert message == (
        f"Signing in as {school.reader} failed on {named(school)}: it did not accept the user name and password "
        f"({said}). {CONCLUDED} Check both."
    )


def test_password_of_every_letter(school):
    password = "pä ss'w\"ör\\d €%:@/"
    if school.flavour is Flavour.POSTGRESQL:
        school.run(f"ALTER ROLE {school.reader} PASSWORD 'pä ss''w\"ör\\d €%:@/'")
    else:
        school.run(f"SET PASSWORD FOR {school.reader} = PASSWORD(%s)", password)
    school.put("1", b"one")
    with school.source(password=password) as source:
        assert fetched(source, "students/1") == b"one"


def test_database_that_is_not_there(school):
    with school.source(database="nowhere") as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    said = (
        'database "nowhere" does not exist'
        if school.flavour is Flavour.POSTGRESQL
        else f"Access denied for user '{school.reader}'@'%' to database 'nowhere'"
    )
    assert message == (
        f"Signing in as {school.reader} failed on {named(school)}: it has no such database, or this user may not use "
        f"it ({said}). {CONCLUDED} Check the name of the database and the rights of the user."
    )


def test_table_that_may_not_be_read(school):
    if school.flavour is Flavour.POSTGRESQL:
        school.run(f"REVOKE SELECT ON photo FROM {school.reader}")
        said = "permission denied for table photo"
    else:
        school.run("CREATE TABLE secret (a int)")
        school.run(f"REVOKE SELECT ON {school.database}.* FROM {school.reader}")
        school.run(f"GRANT SELECT ON {school.database}.secret TO {school.reader}")
        said = f"SELECT command denied to user '{school.reader}'@'127.0.0.1' for table `{school.database}`.`photo`"
    with school.source() as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Reading the list students failed on {named(school)}: the user may not read what the query asks for "
            f"({said}). {CONCLUDED} Let the user SELECT from those tables or views."
        )


def test_query_that_the_database_cannot_work_out(school):
    said = (
        'column "cod" does not exist' if school.flavour is Flavour.POSTGRESQL else "Unknown column 'cod' in 'SELECT'"
    )
    with school.source(students="SELECT cod AS id, 1 AS changed FROM photo") as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Reading the list students failed on {named(school)}: it cannot work out the query "
            f"({said}). {CONCLUDED} "
            "Correct the query; try it in the database first."
        )


def test_photo_query_without_its_columns(school):
    school.put("1", b"one")
    said = "Unknown column 'p.changed' in 'SELECT'"
    if school.flavour is Flavour.POSTGRESQL:
        said = "column p.changed does not exist"
    with school.source(student_photo="SELECT photo FROM photo WHERE code = :id") as source:
        assert raised(SourceUnavailable, lambda: fetched(source, "students/1")).message == (
            f'Reading the photo of "students/1" failed on {named(school)}: it cannot work out the query ({said}). '
            f"{CONCLUDED} Correct the query; try it in the database first. The "
            "query student_photo must "
            "give the columns photo and changed."
        )


def test_connection_that_was_lost_between_two_questions_is_made_again(school):
    school.put("1", b"one")
    with bad_network(school.port) as network, school.source(port=str(network.port)) as source:
        assert set(entries_of(source)) == {"students/1"}
        network.cut()
        assert fetched(source, "students/1") == b"one"
        network.cut()
        assert set(entries_of(source)) == {"students/1"}


def test_server_that_went_away(school):
    school.put("1", b"one")
    with bad_network(school.port) as network, school.source(port=str(network.port)) as source:
        assert fetched(source, "students/1") == b"one"
        network.lose()
        for action in (lambda: list(source.pages()), lambda: fetched(source, "students/1")):
            assert raised(SourceUnavailable, action).message == (
                f"Signing in as {school.reader} failed on {named(school, network.port)}: the connection was refused. "
                f"{CONCLUDED} Check that the database is running, and the port."
            )
        network.mend()
        assert fetched(source, "students/1") == b"one"


def test_server_that_accepts_and_says_nothing(school):
    with bad_network(school.port) as network:
        network.disturb(down=Faults(stall_after=0))
        with school.source(limits=SOON, port=str(network.port)) as source:
            assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
                f"Signing in as {school.reader} failed on {named(school, network.port)}: there "
                "was no answer within 2 "
                f"seconds. {CONCLUDED} Check the network and the server, then run again."
            )


@pytest.mark.parametrize("faults", [Faults(stall_after=40_000), Faults(cut_after=40_000), Faults(end_after=40_000)])
def test_list_that_breaks_off_in_the_middle(school, faults):
    """It raises, whatever befalls it, and is read again once the network is mended."""
    for number in range(100):
        school.put(f"{number:0300d}", b"%d" % number)
    number = "generate_series(1, 40)" if school.flavour is Flavour.POSTGRESQL else "seq_1_to_40"
    students = f"SELECT code AS id, 1 AS changed FROM photo, {number} AS n"
    reason = "there was no answer within 1 seconds" if faults.stall_after else "the connection broke off"
    with (
        bad_network(school.port) as network,
        school.source(limits=SOON, port=str(network.port), students=students) as source,
    ):
        network.disturb(down=faults)
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
        assert message.startswith(f"Reading the list students failed on {named(school, network.port)}: {reason}")
        network.mend()
        assert sum(page.entry_count for page in source.pages()) == 4_000


@pytest.mark.parametrize("faults", [Faults(stall_after=100_000), Faults(cut_after=100_000)])
def test_photo_that_breaks_off_in_the_middle(school, faults):
    content = bytes(range(256)) * 2_000
    school.put("1", content)
    with (
        bad_network(school.port) as network,
        school.source(limits=SOON, port=str(network.port)) as source,
    ):
        assert set(entries_of(source)) == {"students/1"}
        network.disturb(down=faults)
        reason = "there was no answer within 1 seconds" if faults.stall_after else "the connection broke off"
        message = later(source, "students/1")
        assert message.startswith(f'"students/1" could not be read from {named(school, network.port)}: {reason}')
        network.mend()
        assert fetched(source, "students/1") == content


def later(source, path: str) -> str:
    """Return why the photo was left for the next run, which goes on with the others."""
    error = raised(TryLater, lambda: fetched(source, path))
    assert type(error) is TryLater
    return error.message


def test_photos_that_stall_one_after_the_other_end_the_run(school):
    """One may be at fault itself; three are not, and each of a thousand would be waited for."""
    school.put("1", bytes(range(256)) * 2_000)
    school.put("2", b"two")
    with bad_network(school.port) as network, school.source(limits=SOON, port=str(network.port)) as source:
        for _ in range(2):
            network.disturb(down=Faults(stall_after=100_000))
            later(source, "students/1")
        network.mend()
        assert fetched(source, "students/2") == b"two"
        network.disturb(down=Faults(stall_after=100_000))
        for _ in range(2):
            later(source, "students/1")
        assert raised(SourceUnavailable, lambda: fetched(source, "students/1")).message == (
            f'Reading the photo of "students/1" failed on {named(school, network.port)}: there was no answer within '
            f"1 seconds. {CONCLUDED} Check the network and the server, then run again."
        )


@pytest.mark.parametrize("by", ["a slow query", "another program"])
def test_photos_that_the_server_gives_up_one_after_the_other_end_the_run(school, by):
    """As where a table is locked: each of thousands would be waited for."""
    school.put("1", b"one")
    sleep = "pg_sleep(30)" if school.flavour is Flavour.POSTGRESQL else "SLEEP(30)"
    if by == "a slow query":
        query = f"SELECT photo, CONCAT('a', {sleep}) AS changed FROM photo WHERE code = :id"
    elif school.flavour is Flavour.POSTGRESQL:
        query = "SELECT photo, 1 AS changed FROM photo WHERE code = :id"
        school.run("BEGIN")
        school.run("LOCK TABLE photo IN ACCESS EXCLUSIVE MODE")
    else:
        query = "SELECT photo, 1 AS changed FROM photo WHERE code = :id"
        school.run("LOCK TABLES photo WRITE")
    with school.source(limits=SOON, student_photo=query) as source:
        for _ in range(2):
            later(source, "students/1")
        message = raised(SourceUnavailable, lambda: fetched(source, "students/1")).message
    school.run("ROLLBACK" if school.flavour is Flavour.POSTGRESQL else "UNLOCK TABLES")
    assert message.startswith(f'Reading the photo of "students/1" failed on {named(school)}: ')
    quicker = "Make it quicker, for example with an index, or run again when the server has less to do."
    assert message.endswith((f"). {CONCLUDED} {quicker}", f"). {CONCLUDED} Run again later."))


def test_photos_that_the_server_refuses_at_once_are_no_silence(postgresql_school):
    """As in a deadlock, or where a program asks for rows that are not locked alone."""
    school = postgresql_school
    school.put("1", b"one")
    school.run(
        "CREATE FUNCTION locked() RETURNS int LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'No.' USING ERRCODE = '55P03'; END $$"
    )
    with school.source(student_photo="SELECT photo, locked() AS changed FROM photo WHERE code = :id") as source:
        for _ in range(4):
            assert later(source, "students/1") == (
                f'"students/1" could not be read from {named(school)}: another program kept the rows locked for too '
                "long (No). It was left as it is. The next run reads it again."
            )


def test_photo_that_comes_drop_by_drop_is_read_later(school):
    """Never is there silence; it would take 25 seconds."""
    school.put("1", bytes(500_000))
    limits = Limits(connect_s=2.0, answer_s=1.0, list_s=1.0, whole_s=1.5)
    with bad_network(school.port) as network, school.source(limits=limits, port=str(network.port)) as source:
        assert set(entries_of(source)) == {"students/1"}
        network.disturb(down=Faults(bytes_per_s=20_000))
        begun = time.monotonic()
        assert later(source, "students/1") == (
            f'"students/1" could not be read from {named(school, network.port)}: it had not come whole '
            "when its time was up (1.5 seconds). It was left as it is. The next run reads it again."
        )
        assert time.monotonic() - begun < 10
        network.mend()
        assert len(fetched(source, "students/1")) == 500_000


def test_value_that_does_not_fit_the_query_costs_one_photo(school):
    """One person has a code with a letter, and the query compares numbers."""
    for code in ("1", "X0417", "3"):
        school.put(code, b"photo " + code.encode())
    if school.flavour is Flavour.POSTGRESQL:
        where, said = "code = (:id::int)::text", 'invalid input syntax for type integer: "X0417"'
    else:
        where, said = "code = :id AND CAST(:id AS UNSIGNED) - 1 >= 0", "BIGINT UNSIGNED value is out of range in"
    photo = f"SELECT photo, {school.checksum} AS changed FROM photo WHERE {where}"
    with school.source(student_photo=photo) as source:
        assert len(entries_of(source)) == 3
        assert fetched(source, "students/1") == b"photo 1"
        message = later(source, "students/X0417")
        assert fetched(source, "students/3") == b"photo 3"
    assert message.startswith(
        f'"students/X0417" could not be read from {named(school)}: a value there does not fit what the query does '
        f"with it ({said}"
    )
    assert message.endswith(
        "). It was left as it is. Let the query student_photo compare codes as text, or correct what is entered "
        "there for this person; the next run reads it again."
    )


def test_value_that_does_not_fit_the_list_is_told(postgresql_school):
    postgresql_school.put("X0417", b"one")
    with postgresql_school.source(students="SELECT code::int AS id, 1 AS changed FROM photo") as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Reading the list students failed on {named(postgresql_school)}: a value there does not fit what the "
            f'query does with it (invalid input syntax for type integer: "X0417"). {CONCLUDED} Correct that value, '
            "or let the query take any, for example by comparing codes as text."
        )


def test_photo_that_the_server_stumbles_over_keeps_no_other_back(school):
    """A damaged page of a table, say: the next run, and the one after it, would not come past it otherwise."""
    for code in ("1", "2", "3"):
        school.put(code, b"photo " + code.encode())
    if school.flavour is Flavour.POSTGRESQL:
        school.run(
            "CREATE FUNCTION damaged() RETURNS bytea LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'invalid page' USING ERRCODE = 'XX001'; END $$"
        )
        said = "invalid page"
    else:
        school.run("SET GLOBAL log_bin_trust_function_creators = 1")
        school.run(
            "CREATE FUNCTION damaged() RETURNS blob BEGIN"
            " SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1194, MESSAGE_TEXT = 'table crashed'; RETURN ''; END"
        )
        school.run(f"GRANT EXECUTE ON {school.database}.* TO {school.reader}")
        said = "table crashed"
    photo = (
        f"SELECT CASE WHEN code = '2' THEN damaged() ELSE photo END AS photo, {school.checksum} AS changed FROM photo"
        " WHERE code = :id"
    )
    with school.source(student_photo=photo) as source:
        assert len(entries_of(source)) == 3
        assert fetched(source, "students/1") == b"photo 1"
        told = raised(TryLater, lambda: fetched(source, "students/2")).message
        assert told.startswith(f'"students/2" could not be read from {named(school)}: it could not answer ({said}')
        assert told.endswith("It was left as it is. The next run reads it again.")
        assert fetched(source, "students/3") == b"photo 3"


@pytest.mark.parametrize("every", [7, 101, 1_009, 5_003])
def test_answers_that_are_garbled(school, every):
    """Whatever the library makes of it, it is an incomplete listing and no fault of ours."""
    for number in range(100):
        school.put(f"{number:0100d}", b"%d" % number)
    with bad_network(school.port) as network, school.source(limits=SOON, port=str(network.port)) as source:
        list(source.pages())
        network.disturb(down=Faults(flip_every=every))
        error = raised(SourceUnavailable, lambda: list(source.pages()))
        assert f"failed on {named(school, network.port)}: " in error.message
        network.mend()
        assert sum(page.entry_count for page in source.pages()) == 100


def test_turned_byte_of_a_photo(school):
    """PostgreSQL gives bytes as text, and its library drops what is none; at MariaDB nothing but TLS tells it."""
    photo = b"photo" * 8_000
    school.put("7", photo)
    with bad_network(school.port) as network, school.source(limits=SOON, port=str(network.port)) as source:
        assert fetched(source, "students/7") == photo
        network.disturb(down=Faults(flip_at=frozenset({20_000})))
        if school.flavour == "postgresql":
            assert raised(TryLater, lambda: fetched(source, "students/7")).message == (
                '"students/7" came with 39,999 bytes, and the database has 40,000: it was damaged on the way. It was '
                "left as it is. The next run reads it again; with encryption, nothing is damaged unnoticed."
            )
        else:
            damaged = fetched(source, "students/7")
            assert sum(was != now for was, now in zip(photo, damaged, strict=True)) == 1
        network.mend()
        assert fetched(source, "students/7") == photo


def test_closing_ends_what_is_under_way(school):
    query = SLEEPS.get(school.flavour, "SELECT SLEEP(30)")
    source = school.source(limits=Limits(5.0, 25.0, 25.0))
    database = source.database
    begun, errors = threading.Event(), []

    def wait_long() -> None:
        try:
            with database.engine.connect() as connection:
                begun.set()
                connection.exec_driver_sql(query)
        except Exception as error:  # noqa: BLE001 - what it is depends on the library
            errors.append(error)

    waiting = threading.Thread(target=wait_long)
    waiting.start()
    begun.wait(10)
    threading.Event().wait(0.3)
    source.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(errors) == 1


def test_address_that_the_operator_did_not_allow(school):
    with school.source() as source:
        source.database._allowed = AllowedRanges()
        assert raised(Refused, lambda: list(source.pages())).message == (
            '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network, so nothing was sent. Use an '
            "address on the public internet, or ask the operator of the server to allow this one with "
            "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
        )


@pytest.mark.parametrize("encryption", ["unverified", "none"])
def test_connection_without_a_checked_certificate_to_an_address_that_is_not_named(school, encryption):
    """A public address: whoever lies between could be the server."""
    with school.source(encryption=encryption, host="203.0.113.7") as source:
        source.database._allowed = AllowedRanges((ip_network("127.0.0.1/32"),))
        error = raised(Refused, lambda: list(source.pages()))
    assert error.message.startswith('"203.0.113.7" is at 203.0.113.7, an address inside')
    with school.source(encryption=encryption, host="1.1.1.1") as source:
        assert raised(Refused, lambda: list(source.pages())).message == (
            "1.1.1.1 is at 1.1.1.1, which the operator of the server has not named in "
            ""
            "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES. Nothing was sent: elsewhere the connection "
            "must be encrypted and the "
            "certificate checked (encryption=verified)."
        )


def test_host_that_is_not_there(school):
    with school.source(host="db.school.invalid") as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert message.startswith('The host "db.school.invalid" cannot be found (')


def test_list_of_a_server_that_announces_more_than_a_row_may_have(mariadb_school):
    """A row of a list is short; what is announced as large is not waited for."""
    with mariadb_school.database_for() as database:
        error = raised(SourceUnavailable, lambda: ask(database, "SELECT REPEAT('x', 400000)"))
    assert error.message == (
        f"Asking failed on {named(mariadb_school)}: it could not answer (a piece of 400,004 bytes). {CONCLUDED} Look "
        "into what it says, then run again."
    )


@pytest.mark.parametrize("encryption", ["verified", "unverified"])
def test_server_that_offers_no_encryption(school, encryption):
    with school.source(encryption=encryption) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Signing in as {school.reader} failed on {named(school)}: it offers no encryption. "
            f"{CONCLUDED} Let whoever "
            "runs it switch encryption on. Without it, only addresses can be read that the operator of this server "
            "named, with encryption=none."
        )


def test_more_connections_than_the_server_has(mariadb_school):
    school = mariadb_school
    school.run(f"ALTER USER {school.reader} WITH MAX_USER_CONNECTIONS 1")
    other = pymysql.connect(
        host="127.0.0.1", port=school.port, user=school.reader, password=school.password, ssl_disabled=True
    )
    with other, school.source() as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert "it has too many connections already (" in message


def test_failure_of_a_single_question_is_told_to_who_asks(school):
    with school.database_for() as database:
        with pytest.raises(Asked) as caught:
            database.few(Statement("x", "SELECT nothing", frozenset()), {}, checked=anything, most_rows=1)
        assert caught.value.failure.sort is Sort.QUERY
