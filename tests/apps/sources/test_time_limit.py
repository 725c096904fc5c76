"""Test connection ends within its time, whatever it waits for, and says plainly what it found until then.

The servers here would keep it waiting for as long as every answer may take, which is many times as long.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.sources import choosing, time_limit, trying
from photosync.apps.sources.choosing import count_matches
from photosync.apps.sources.trying import Tried, TriedFile, try_profile
from photosync.connectors.attending import listed_within
from photosync.connectors.contract import Fetched
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import OutOfTime
from photosync.outgoing import AllowedRanges
from tests.connectors.photographer.volumes import columns, table
from tests.connectors.sql.schools import MariaDbSchool
from tests.services import mariadb, samba
from tests.services.bad_network import Faults, bad_network
from tests.services.people_api import TOKEN, people_api
from tests.services.sftp import PASSWORD, USERNAME, Files, SftpServer, sftp_server
from tests.services.sif import School as SifSchool
from tests.services.sif import school_server
from tests.services.web_server import Asked, Reply, web_server
from tests.web.pages import make_person, make_school

pytestmark = pytest.mark.django_db
NOTHING_CAME = (
    "Listing took longer than 1 seconds and was broken off before the first file or record came. Nothing was "
    "changed. Check the data source, or preview the sync: a run waits longer."
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    for module in (trying, choosing, time_limit):
        monkeypatch.setattr(module, "WITHIN_S", 1.0)


@pytest.fixture
def let() -> Iterator[threading.Event]:
    """Until this is set, a server of the test does not go on."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def school() -> School:
    made = make_school()
    person = make_person(made, "0001")
    Identifier.objects.create(
        school=made, person=person, key="student_code", value="0001", folded=FOLDED.form("0001")
    )
    return made


def tried(school: School, kind: str, **options: str) -> Tried:
    return try_profile(SyncProfile(school=school), ProfileSettings(source_kind=kind, options=options), anywhere=True)


def waiting(answer: Callable[[Asked], Reply], let: threading.Event, *, at: str) -> Callable[[Asked], Reply]:
    """Answer as `answer` does, but only once `let` is set where `at` is in what is asked for."""

    def answering(asked: Asked) -> Reply:
        if at in asked.path or asked.headers.get("navigationpage") == at:
            let.wait(60)
        return answer(asked)

    return answering


def test_records_that_came_in_time_are_told(school: School, let: threading.Event) -> None:
    with people_api(paged="page") as api:
        for number in range(1, 6):
            api.put(f"students/{number:04}", b"photo")
        with web_server(waiting(api.answer, let, at="page=2")) as web:
            found = tried(
                school,
                "json_api",
                address=f"{web.address}/v1",
                secret=TOKEN,
                students="students",
                records="$.data",
                photo="$.photo",
                paging="page",
                page_size="3",
            )
            let.set()
    assert (found.files, found.matched, found.is_whole, found.took_too_long) == (3, 1, False, True)
    assert found.sentence == (
        "Listing took longer than 1 seconds and was broken off. Of what had come by then, 3 photos: 1 matches a "
        "person; 3 are shown. A run has no such limit."
    )
    assert found.counted is not None
    assert found.counted.sentence == "Of the first 3 photos, 1 matches a person; 1 of 1 people have one."


def test_pictures_of_sif_are_known_once_all_are_read(school: School, let: threading.Event) -> None:
    server = school_server(SifSchool({f"students/2026/{number:04}": b"photo" for number in range(7)}))
    with web_server(waiting(server, let, at="2")) as web:
        found = tried(
            school,
            "sif_rest",
            address=f"{web.address}/requests",
            sign_in="Basic",
            user="a-session",
            secret="a secret",
            page_size="3",
        )
        let.set()
    assert found.sentence == (
        "Listing took longer than 1 seconds and was broken off after 6 files or records. Whom they match is known "
        "only once all are listed. Nothing was changed. Preview the sync: a run has no such limit."
    )
    assert (found.counted, found.document()["counted"]) == (None, None)


def test_database_that_works_on_the_list_is_not_waited_for(school: School) -> None:
    with mariadb.running() as server, MariaDbSchool.made(server) as database:
        database.put("0001", b"photo")
        query = database.listing("students") + " AND SLEEP(60) = 0"
        assert tried(school, "sql", **database.options(students=query)).sentence == NOTHING_CAME


class Slow(Files):
    """Lists the folder 8A only once the test lets it."""

    let = threading.Event()

    async def scandir(self, path: bytes):  # type: ignore[no-untyped-def]  # as the library's
        if path.endswith(b"8A"):
            await asyncio.get_running_loop().run_in_executor(None, self.let.wait, 60)
        async for name in super().scandir(path):
            yield name


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "8A").mkdir()
    (tmp_path / "0001.jpg").write_bytes(b"photo")
    (tmp_path / "8A/0002.jpg").write_bytes(b"photo")
    Slow.let.clear()
    with sftp_server(tmp_path, files=Slow) as server:
        yield server
        Slow.let.set()


def on(server: SftpServer, port: int = 0, **options: str) -> dict[str, str]:
    given = {"host": "127.0.0.1", "port": str(port or server.port), "host_key": server.host_key}
    return {**given, "username": USERNAME, "password": PASSWORD, **options}


def test_files_of_folders_that_came_in_time_are_told(school: School, sftp: SftpServer) -> None:
    found = tried(school, "sftp", **on(sftp))
    assert (found.shown, found.took_too_long) == ((TriedFile("0001.jpg", "Ada Nguyen 0001 (0001)", ""),), True)


def test_server_that_says_nothing_is_not_waited_for(school: School, sftp: SftpServer) -> None:
    with bad_network(sftp.port) as network:
        network.disturb(down=Faults(stall_after=0))
        assert tried(school, "sftp", **on(sftp, network.port)).sentence == NOTHING_CAME


def test_delivery_that_is_slow_to_list_says_how_far_it_came(school: School, sftp: SftpServer, tmp_path: Path) -> None:
    (tmp_path / "INDEX.TXT").write_text(table(columns("0001.jpg", "Chen", "Mia")))
    with pytest.raises(OutOfTime) as raised:
        tried(school, "sftp", **on(sftp, match="photographer"))
    assert raised.value.message == (
        "Listing took longer than 1 seconds and was broken off after 2 files or records. Whom they match is known "
        "only once all are listed. Nothing was changed. Preview the sync: a run has no such limit."
    )
    wanted = ProfileSettings(source_kind="sftp", options=on(sftp, match="photographer"))
    profile = SyncProfile(school=school)
    tried(school, "sftp", **on(sftp))
    with pytest.raises(OutOfTime) as raised:
        count_matches(profile, wanted)
    assert "was broken off after 2 files or records" in raised.value.message


@pytest.mark.parametrize("passes", [300, 2_000])
def test_share_that_falls_silent_is_not_waited_for(school: School, smbd: str, passes: int) -> None:
    """On the way in, and in the midst of a folder."""
    with samba.running() as server, bad_network(server.port) as network:
        for number in range(300):
            (server.files / f"{number:04}.jpg").touch()
        network.disturb(down=Faults(stall_after=passes))
        options: dict[str, Any] = {"host": "127.0.0.1", "port": str(network.port), "share": samba.SHARE}
        found = tried(school, "smb", **options, username=samba.USER, password=server.password)
    assert (found.sentence, found.is_whole) == (NOTHING_CAME, False)


class SlowLicence(MemorySource):
    """Lists all in time; the licence in it is asked for when the time is up."""

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if name == "COPYRIGHT.TXT":
            time.sleep(0.3)
            raise OutOfTime("too slow")
        return super().fetch(folder, name, limit_bytes=limit_bytes)

    def warnings(self) -> list[str]:
        return ["Rows without an id: 1."]


def test_listing_that_came_whole_is_whole_although_what_comes_after_it_is_slow() -> None:
    files = {"Vol/COPYRIGHT.TXT": b"Yearbook pages only.", "Vol/IMAGES/0001.jpg": b"mia"}
    listing = time_limit.Listing(DeliverySource(SlowLicence(files, window_entries=40)))
    with listed_within(listing.source, 0.2):
        assert list(listing) == [("Vol/IMAGES", "0001.jpg")]
        assert listing.told() == (["Rows without an id: 1."], ())
    assert (listing.is_whole, listing.took_too_long) == (True, False)
