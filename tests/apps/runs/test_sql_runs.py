"""Runs from a database over a network that breaks: nothing is concluded from half a list."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy

from photosync.apps.profiles.source_secrets import set_secrets
from photosync.apps.runs.preflight import preflight_of
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts, portrait
from tests.connectors.sql.schools import LOOPBACK, MariaDbSchool, School
from tests.services import ServiceMissing, mariadb
from tests.services.bad_network import BadNetwork, Faults, bad_network

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[mariadb.MariaDb]:
    try:
        with mariadb.running() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def database(server: mariadb.MariaDb) -> Iterator[School]:
    with MariaDbSchool.made(server) as school:
        yield school


@pytest.fixture
def network(scene: Scene, database: School, settings: Any) -> Iterator[BadNetwork]:
    """Let the profile of the scene read the database, through this network."""
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    with bad_network(database.port) as between:
        options = database.options(port=str(between.port))
        secrets = {"password": options.pop("password")}
        scene.set(source_kind="sql", options=options | {"match": "column"})
        set_secrets(scene.profile, secrets)
        scene.profile.save()
        yield between


@pytest.fixture
def photos_read() -> Iterator[list[str]]:
    """Return the statements that read photos, as any engine sends them."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "photo_bytes" in statement:
            statements.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    yield statements
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


def put(scene: Scene, database: School, code: str, seed: int) -> None:
    scene.names[sha256(portrait(seed)).hexdigest()] = str(seed)
    database.put(code, portrait(seed))


def test_run_without_a_change_reads_no_photo(
    scene: Scene, database: School, network: BadNetwork, photos_read: list[str]
) -> None:
    for number, code in enumerate(scene.everyone(3), 1):
        put(scene, database, code, number)

    first = scene.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=3, added=3))
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}, "0003": {2026: "3"}}
    assert len(photos_read) == 3
    photos_read.clear()

    assert scene.run().counts == counts(observed=3, unchanged=3)
    assert photos_read == []

    put(scene, database, "0002", 22)
    assert scene.run().counts == counts(observed=3, unchanged=2, replaced=1)
    assert len(photos_read) == 1


def test_list_that_breaks_off_withdraws_nothing_and_the_next_run_goes_on(
    scene: Scene, database: School, network: BadNetwork
) -> None:
    scene.set(when_missing="withdraw")
    for number, code in enumerate(scene.everyone(6), 1):
        put(scene, database, code, number)
    scene.run()
    whole = scene.library()
    database.remove("0006")
    put(scene, database, "0001", 11)

    network.disturb(down=Faults(cut_after=800))
    broken = scene.run()

    assert broken.state == RunState.FAILED
    assert f"on the MySQL or MariaDB server 127.0.0.1 (port {network.port})" in broken.explanation
    assert "Nothing was concluded from it, so nothing was changed." in broken.explanation
    assert scene.library() == whole

    network.mend()
    run = scene.run()

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=5, unchanged=4, replaced=1, withdrawn=1))
    assert scene.library()["0001"] == {2026: "11"}


def test_photo_that_becomes_null_does_not_delete(scene: Scene, database: School, network: BadNetwork) -> None:
    scene.set(when_missing="withdraw")
    for number, code in enumerate(scene.everyone(2), 1):
        put(scene, database, code, number)
    scene.run()
    whole = scene.library()

    database.put("0001", None)
    assert scene.run().counts == counts(observed=2, unchanged=2)
    assert scene.withdrawn() == set()
    database.put("0002", None)
    broken = scene.run()

    assert broken.state == RunState.FAILED
    assert "In all 2 rows that the query students gives, the column changed is empty (NULL)" in broken.explanation
    assert scene.library() == whole


REPEATED = (
    '1 id has more than one row in the lists (such as "0001"). Where the query of the photo gives several rows too, '
    "none is taken; what was published stays. Let both give one row for each person: leave out rows whose photo is "
    "empty (NULL), or those of other years."
)


def test_second_row_without_a_photo_never_takes_one_away(scene: Scene, database: School, network: BadNetwork) -> None:
    """Behind the row with the photo or before it, as the server likes; and alone, once the other is gone."""
    scene.set(when_missing="withdraw", withdraw_share_percent=100, withdraw_number=1000)
    for number, code in enumerate(scene.everyone(2), 1):
        put(scene, database, code, number)
    scene.run()
    whole = scene.library()

    database.run("INSERT INTO photo VALUES ('students', NULL, '0001', NULL)")
    behind = scene.run()
    put(scene, database, "0001", 1)
    database.run("DELETE FROM photo WHERE code = '0001'")
    for photo in (None, portrait(1)):
        database.run("INSERT INTO photo VALUES ('students', NULL, '0001', %s)", photo)
    before = scene.run()
    database.run("DELETE FROM photo WHERE code = '0001' AND photo IS NOT NULL")
    alone = scene.run()

    assert (behind.state, behind.counts) == (RunState.DONE, counts(observed=3, unchanged=3))
    assert (before.state, before.counts) == (RunState.DONE_WITH_FAILURES, counts(observed=3, unchanged=2, failed=1))
    assert (alone.state, alone.counts) == (RunState.DONE, counts(observed=2, unchanged=2))
    assert [behind.warnings, before.warnings, alone.warnings] == [[REPEATED], [REPEATED], []]
    assert (scene.library(), scene.withdrawn()) == (whole, set())


def test_new_photo_beside_a_row_without_one_is_not_taken(scene: Scene, database: School, network: BadNetwork) -> None:
    for number, code in enumerate(scene.everyone(2), 1):
        put(scene, database, code, number)
    database.run("INSERT INTO photo VALUES ('students', NULL, '0001', NULL)")

    run = scene.run()

    assert (run.counts, run.warnings) == (counts(observed=3, unchanged=1, added=1, failed=1), [REPEATED])
    assert scene.library() == {"0002": {2026: "2"}}


def test_line_that_is_lost_while_photos_are_read(scene: Scene, database: School, network: BadNetwork) -> None:
    for number, code in enumerate(scene.everyone(8), 1):
        put(scene, database, code, number)

    network.lose_after(down_bytes=3 * len(portrait(1)))
    broken = scene.run()

    assert broken.state == RunState.FAILED
    assert f"(port {network.port})" in broken.explanation

    network.mend()
    run = scene.run()

    assert (run.state, run.counts["added"]) == (RunState.DONE, 8)
    assert scene.library() == {f"{number:04d}": {2026: str(number)} for number in range(1, 9)}


def test_photos_whose_size_the_list_does_not_say_are_not_told_as_empty(
    scene: Scene, database: School, network: BadNetwork
) -> None:
    put(scene, database, *scene.everyone(1), 1)
    database.put("0002", portrait(2))
    students = f"SELECT code AS id, {database.checksum} AS changed FROM photo WHERE kind = 'students'"
    scene.set(options=scene.profile.options | {"students": students})
    assert scene.run().counts == counts(observed=2, added=1, unmatched=1)

    report = preflight_of(scene.profile, scene.now)

    assert [(str(group.problem), group.count) for group in report.groups] == [("small", 1), ("unmatched", 1)]
