"""A roster of a database is followed, nothing is concluded from half of it, and its password stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.documents import roster_document
from photosync.apps.rosters.models import SavedRoster
from photosync.apps.rosters.services import add_roster, change_roster
from photosync.apps.rosters.settings import RosterSettings
from photosync.apps.rosters.trying import try_roster
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import WrongUse
from tests.apps.rosters.saved import NOW, became, counted, read, statuses
from tests.connectors.roster.databases import options_on
from tests.connectors.sql.schools import LOOPBACK, MariaDbSchool
from tests.connectors.sql.schools import School as Database
from tests.services import ServiceMissing, mariadb
from tests.services.bad_network import Faults, bad_network

pytestmark = pytest.mark.django_db
QUERY = "SELECT code AS `Student No`, first AS given_name, last AS family_name, level AS year_level FROM pupil"
SETTINGS = RosterSettings(
    kind="sql",
    options={
        "host": "db.school.example",
        "database": "school",
        "username": "photosync",
        "password": "very secret",
        "students_query": "SELECT code AS student_code FROM pupil",
    },
    components=["students"],
)


@pytest.fixture(scope="module")
def server() -> Iterator[mariadb.MariaDb]:
    try:
        with mariadb.running() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def database(server: mariadb.MariaDb) -> Iterator[Database]:
    with MariaDbSchool.made(server) as made:
        made.run("CREATE TABLE pupil (code varchar(20), first varchar(40), last varchar(400), level int)")
        made.run("CREATE VIEW teacher AS SELECT 'T1' AS staff_code, 'Sam' AS given_name")
        yield made


@pytest.fixture
def school(db: None, settings: Settings) -> School:
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    return add_school("HILL", "Hill School", "Australia/Sydney")


def put(database: Database, *rows: tuple[str, str, str, int | None]) -> None:
    for row in rows:
        database.run("INSERT INTO pupil VALUES (%s, %s, %s, %s)", *row)


def saved(school: School, database: Database, *, port: int | None = None, **given: Any) -> SavedRoster:
    options = options_on(database, students_query=QUERY, port=str(port or database.port)) | given.pop("options", {})
    settings = RosterSettings(
        kind="sql", options=options, mapping={"Student No": "student_code"}, components=["students"]
    )
    return add_roster(school, "Students", replace(settings, **given), now=NOW)


def test_people_follow_the_tables_of_the_database(school: School, database: Database) -> None:
    put(database, ("002082", "Mia", "Chen", 7), ("2082", "Zoë", "O'Neill", None), ("417", "Bo", "Lee", 9))
    options = {"staff_query": "SELECT * FROM teacher"}
    roster = saved(school, database, options=options, components=["students", "staff"])
    first = read(roster)
    assert (first.state, counted(first), counted(first, "staff")) == (
        "done",
        {"rows": 3, "new": 3},
        {"rows": 1, "new": 1},
    )
    mia = Person.objects.get(code="002082")
    assert (mia.given_name, mia.family_name, mia.year_level) == ("Mia", "Chen", "7")

    database.run("UPDATE pupil SET level = 8 WHERE code = '002082'")
    database.run("DELETE FROM pupil WHERE code = '417'")
    assert sorted(became(read(roster))) == [("002082", "changed"), ("417", "absent")]
    assert statuses() == {"002082": "active", "2082": "active", "417": "left", "T1": "active"}
    assert counted(read(roster)) == {"rows": 2, "unchanged": 2}


def test_half_of_the_rows_makes_nobody_a_leaver(school: School, database: Database) -> None:
    put(database, *((f"{number:04d}", "Given", "Family", 7) for number in range(300)))
    long = {"students_query": QUERY.replace(" FROM", ", REPEAT('x', 300) AS note FROM")}
    with bad_network(database.port) as network:
        roster = saved(school, database, port=network.port, options=long)
        assert counted(read(roster))["new"] == 300
        database.run("DELETE FROM pupil WHERE code = '0000'")
        network.disturb(down=Faults(cut_after=40_000))
        failed = read(roster)
        assert failed.state == "failed"
        assert failed.explanation.startswith(
            f"Reading the students failed on the MySQL or MariaDB server 127.0.0.1 (port {network.port}): the "
            "connection broke off ("
        )
        assert failed.explanation.endswith(
            "). Nothing was concluded from it, so nothing was changed. Check the network and the server, then "
            "run again."
        )
        assert set(statuses().values()) == {"active"}
        network.mend()
        assert became(read(roster)) == [("0000", "absent")]


def test_row_whose_value_is_too_long_makes_nobody_a_leaver(school: School, database: Database) -> None:
    put(database, ("1", "A", "B", 7), ("2", "A", "B", 7))
    database.run("ALTER TABLE pupil MODIFY last text")
    roster = saved(school, database)
    read(roster)
    database.run("UPDATE pupil SET last = REPEAT('x', 1001) WHERE code = '2'")
    second = read(roster)
    assert second.refused == [["student", 2, "", 'Its cell "family_name" has more than 1000 characters.']]
    assert statuses() == {"1": "active", "2": "active"}


def test_query_without_an_end_makes_nobody_a_leaver(
    school: School, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, ("1", "A", "B", 7))
    roster = saved(school, database)
    read(roster)
    monkeypatch.setattr("photosync.apps.rosters.spool.MOST_ROWS", 1_000)
    endless = {"students_query": "SELECT seq AS `Student No` FROM seq_1_to_100000000"}
    failed = read(change_roster(roster, RosterSettings(options=endless), now=NOW))
    assert (failed.state, failed.explanation) == (
        "failed",
        "The roster has more than 1,000 rows. Nothing was concluded from it, so nothing was changed. See that it is "
        "the right one.",
    )
    assert statuses() == {"1": "active"}


def test_table_that_was_emptied_makes_nobody_a_leaver(school: School, database: Database) -> None:
    put(database, ("1", "A", "B", 7))
    roster = saved(school, database)
    read(roster)
    database.run("DELETE FROM pupil")
    assert read(roster).explanation.startswith("The roster names no students, and everyone would have left.")
    assert statuses() == {"1": "active"}


def test_trying_asks_the_database_and_saves_nothing(school: School, database: Database) -> None:
    put(database, ("1", "Mia", "Chen", 7))
    settings = RosterSettings(kind="sql", options=options_on(database, students_query=QUERY), components=["students"])
    (part,) = try_roster(SavedRoster(school=school), settings, now=NOW).parts
    assert part.header == ("Student No", "given_name", "family_name", "year_level")
    both = replace(settings, components=["students", "staff"])
    with pytest.raises(WrongUse, match="There is no query for staff"):
        try_roster(SavedRoster(school=school), both, now=NOW)
    assert SavedRoster.objects.count() == 0


@pytest.mark.parametrize(
    "moved",
    [
        {"host": "elsewhere.example"},
        {"port": "15432"},
        {"database_type": "mysql"},
        {"encryption": "unverified"},
        {"ca_pem": "another authority"},
    ],
)
def test_password_is_not_sent_to_another_place(school: School, moved: dict[str, str]) -> None:
    roster = add_roster(school, "Students", SETTINGS, now=NOW)
    change = RosterSettings(options=moved)
    for asked in (change_roster, try_roster):
        with pytest.raises(WrongUse) as raised:
            asked(roster, change, now=NOW)
        assert (raised.value.message, raised.value.command_line) == (
            "The roster would be at another place than the one that password was entered for. Nothing was saved. "
            "Enter it again for this place.",
            "--secret-file password=FILE",
        )
    roster.refresh_from_db()
    assert secrets_of(roster) == {"password": "very secret"}


def test_password_stays_where_the_place_stays_and_may_be_entered_again(school: School) -> None:
    roster = add_roster(school, "Students", SETTINGS, now=NOW)
    # As a form sends them: the usual values are written out.
    same = {"port": "", "encryption": "verified", "database_type": "postgresql", "ca_pem": "\r\n"}
    roster = change_roster(roster, RosterSettings(options=same | {"database": "other"}), now=NOW)
    assert secrets_of(roster) == {"password": "very secret"}
    again = {"host": "elsewhere.example", "password": "another secret"}
    roster = change_roster(roster, RosterSettings(options=again), now=NOW)
    assert (secrets_of(roster), roster.options["host"]) == ({"password": "another secret"}, "elsewhere.example")
    without = {"host": "third.example", "password": ""}
    assert secrets_of(change_roster(roster, RosterSettings(options=without), now=NOW)) == {}


def test_password_is_in_nothing_that_is_told(school: School) -> None:
    roster = add_roster(school, "Students", SETTINGS, now=NOW)
    told = repr(roster_document(roster, NOW)) + repr(list(Entry.objects.values()))
    assert "very secret" not in told
    assert roster_document(roster, NOW)["secrets"] == ["password"]


def test_another_kind_takes_over_what_may_be_its_own(school: School) -> None:
    roster = add_roster(school, "Students", SETTINGS, now=NOW)
    roster.kind, roster.options = "csv", {**roster.options, "encryption": "starttls", "path": "/srv/students.csv"}
    roster.save()
    changes = RosterSettings(kind="sql", options={"students_query": "SELECT 1 AS student_code"})
    changed = change_roster(roster, changes, now=NOW)
    assert (changed.options, secrets_of(changed)) == (
        {
            "host": "db.school.example",
            "database": "school",
            "username": "photosync",
            "students_query": "SELECT 1 AS student_code",
        },
        {},
    )
