"""A saved roster of SIF: people follow it, what breaks off changes nobody, and no secret goes elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.people.services import mark_left
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.services import add_roster, change_roster
from photosync.apps.rosters.settings import RosterSettings, roster_seen
from photosync.apps.rosters.trying import try_roster
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import WrongUse
from tests.api.test_interface import API, client_of
from tests.api.test_notifications import patch
from tests.apps.rosters.saved import NOW, became, read, statuses
from tests.connectors.roster.sif.schools import (
    LOOPBACK,
    MIA,
    MIA_NOW,
    SAM,
    SCHOOLS,
    SECRET,
    everyone,
    options_of,
    server_of,
)
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.services.sif import SifServer, document, enrollment, guid, student
from tests.services.web_server import WebServer, web_server
from tests.web.pages import make_user, signed_in

AGAIN = (
    "The roster would be at another place than the one that secret was entered for. Nothing was saved. Enter it "
    "again for this place."
)
ELSEWHERE = "https://elsewhere.example/requests"


@dataclass
class Service:
    web: WebServer
    network: BadNetwork
    server: SifServer
    objects: list[str] = field(default_factory=list)

    def options(self, **changes: str) -> dict[str, str]:
        return options_of(f"http://127.0.0.1:{self.network.port}", **changes)


@pytest.fixture
def school(db: None, settings: Settings) -> School:
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def service() -> Iterator[Service]:
    objects: list[str] = []
    server = server_of(lambda: objects, counts=False)
    with web_server(server) as web, bad_network(web.port) as network:
        yield Service(web, network, server, objects)


def saved(school: School, service: Service, **settings: Any) -> SavedRoster:
    chosen = {"kind": "sif_rest", "options": service.options(), "components": ["students", "staff"], **settings}
    return add_roster(school, "SIS", RosterSettings(**chosen), now=NOW)


def from_files(school: School, folder: Path, **settings: Any) -> SavedRoster:
    chosen = {"kind": "sif_files", "options": {"path": str(folder)}, "components": ["students"], **settings}
    return add_roster(school, "SIF", RosterSettings(**chosen), now=NOW, anywhere=True)


def test_people_follow_the_service_and_what_breaks_off_changes_nobody(school: School, service: Service) -> None:
    service.objects += [*SCHOOLS, MIA, MIA_NOW, SAM, *everyone(40)]
    roster = saved(school, service)
    first = read(roster)
    assert (first.state, first.explanation, first.recognised) == ("done", "42 new, 0 unchanged.", "SIF AU 3.4")
    mia = Person.objects.get(code="002082")
    told = (mia.given_name, mia.preferred_name, mia.year_level, mia.roll_group, mia.house, mia.campus)
    assert told == ("Mia", "Mimi", "7", "7A", "Banksia", "Hill Campus")
    assert {each.value for each in mia.identifiers.filter(key="alternate_id")} == {
        "ABC 123",
        "7788",
        "FAM-1",
        "CARD-9",
    }

    for faults in (Faults(cut_after=30_000), Faults(flip_every=9_000)):
        service.network.disturb(down=faults)
        broken = read(roster)
        assert broken.state == RosterReading.State.FAILED
        assert f"failed on the SIF service 127.0.0.1 (port {service.network.port}): " in broken.explanation
        assert "Nothing was concluded from it, so nothing was changed." in broken.explanation
        assert set(statuses().values()) == {"active"}

    service.network.mend()
    del service.objects[-2:]
    service.objects[service.objects.index(MIA_NOW)] = MIA_NOW.replace("7A", "7C")
    again = read(roster)
    assert again.explanation == "1 changed, 1 marked as left, 40 unchanged."
    assert sorted(became(again)) == [("002082", "changed"), ("0039", "absent")]


def test_whoever_exits_has_left_and_too_many_at_once_are_held(school: School, tmp_path: Path) -> None:
    exits = [enrollment(guid(f"e{each}"), guid(f"s{each}"), ExitDate="2026-08-02") for each in range(40)]

    def write(exited: int) -> None:
        objects = everyone(40)
        for each in range(exited):
            objects[each * 2 + 1] = exits[each]
        (tmp_path / "all.xml").write_bytes(document("All", objects))

    write(0)
    roster = from_files(school, tmp_path)
    assert read(roster).explanation == "40 new, 0 unchanged."
    write(2)
    second = read(roster)
    assert (second.explanation, became(second)) == (
        "2 marked as left, 38 unchanged.",
        [("0000", "left"), ("0001", "left")],
    )
    write(20)
    held = read(roster)
    assert (held.state, sum(each == "left" for each in statuses().values())) == (RosterReading.State.HELD, 2)
    write(0)
    assert read(roster).explanation == "2 back again, 38 unchanged."


def test_who_has_left_and_of_whom_enrolments_say_nothing_more_stays_so(school: School, tmp_path: Path) -> None:
    objects = everyone(8)
    (tmp_path / "all.xml").write_bytes(document("All", objects))
    roster = from_files(school, tmp_path)
    read(roster)
    mark_left(Person.objects.get(code="0000"), now=NOW)
    closed = {"ExitDate": "2026-08-02", "RecordClosureReason": "EndOfYear"}
    objects[1] = enrollment(guid("e0"), guid("s0"), **closed)
    objects[3] = enrollment(guid("e1"), guid("s1"), **closed)
    (tmp_path / "all.xml").write_bytes(document("All", objects))

    night = read(roster)

    assert (night.explanation, became(night)) == (
        "2 changed, 6 unchanged.",
        [("0000", "changed"), ("0001", "changed")],
    )
    assert (statuses()["0000"], statuses()["0001"]) == ("left", "active")


def test_half_a_list_of_students_makes_nobody_a_leaver(school: School, tmp_path: Path) -> None:
    """Each half is well-formed: that it is one is seen from enrolments of students who are not there."""
    objects = everyone(60)
    (tmp_path / "students.xml").write_bytes(document("StudentPersonals", objects[0::2]))
    (tmp_path / "enrolments.xml").write_bytes(document("StudentSchoolEnrollments", objects[1::2]))
    roster = from_files(school, tmp_path)
    read(roster)
    (tmp_path / "students.xml").write_bytes(document("StudentPersonals", objects[0:118:2]))

    half = read(roster)

    assert (half.state, half.explanation) == ("done", "Nothing changed, 59 unchanged.")
    assert half.warnings == [
        "Students with a StudentSchoolEnrollment, but without a StudentPersonal: 1. So others may be missing as "
        "well, and no one was taken to have left by not being in the roster. Have every StudentPersonal given."
    ]
    assert set(statuses().values()) == {"active"}


def test_nobody_leaves_while_someone_has_no_local_id(school: School, tmp_path: Path) -> None:
    objects = everyone(5)
    (tmp_path / "all.xml").write_bytes(document("All", objects))
    roster = from_files(school, tmp_path)
    read(roster)
    objects[0] = objects[0].replace("<LocalId>0000</LocalId>", "<LocalId/>")
    (tmp_path / "all.xml").write_bytes(document("All", objects))

    reading = read(roster)

    assert [each[3] for each in reading.refused] == ["It has no student code."]
    assert set(statuses().values()) == {"active"}


def test_connection_is_tried_before_anything_is_saved(school: School, service: Service) -> None:
    service.objects += [MIA, MIA_NOW, SAM, student(guid("x"), "")]
    wanted = RosterSettings(kind="sif_rest", options=service.options(), components=["students", "staff"])
    tried = try_roster(SavedRoster(school=school), wanted, now=NOW)
    assert (tried.sentence, tried.recognised) == ("1 student, 1 staff; 1 row cannot be used.", "SIF AU 3.4")
    assert [row.reason or row.person for row in tried.shown] == [
        "It has no student code.",
        "Mimi Chen (002082)",
        "Sam Okafor (T01)",
    ]
    assert not SavedRoster.objects.exists()


def test_secret_is_sealed_and_stands_in_no_record(school: School, service: Service) -> None:
    service.objects += everyone(1)
    roster = saved(school, service, components=["students"])
    read(roster)
    assert secrets_of(SavedRoster.objects.get()) == {"secret": SECRET}
    everything = json.dumps([list(Entry.objects.values()), list(SavedRoster.objects.values())], default=str)
    everything += json.dumps(list(RosterReading.objects.values()), default=str)
    assert SECRET not in everything


@pytest.mark.parametrize("moved", [{"address": ELSEWHERE}, {"ca_pem": "another authority"}])
def test_secret_is_entered_again_where_it_would_go_elsewhere(
    school: School, service: Service, moved: dict[str, str]
) -> None:
    roster = saved(school, service)
    changes = RosterSettings(options=moved)
    for act in (
        lambda: change_roster(roster, changes, seen=roster_seen(roster), now=NOW),
        lambda: try_roster(roster, changes, now=NOW),
    ):
        with pytest.raises(WrongUse) as caught:
            act()
        assert caught.value.message == AGAIN
    assert service.web.asked == []


def test_page_and_api_save_it_and_ask_for_the_secret_again(school: School, service: Service) -> None:
    service.objects += [MIA, MIA_NOW, SAM]
    user = make_user("manager", Role.ADMINISTRATOR, school)
    client = signed_in(user)
    given = {f"option-{name}": value for name, value in service.options().items()}
    given |= {"kind": "sif_rest", "name": "SIS", "students": "on", "staff": "on", "scope": "everyone"}
    given |= {"leave_share_percent": "5", "leave_number": "5", "when-sort": "demand"}
    given |= {"option-sign_in": "SIF_HMACSHA256", "option-identifier": "LocalId", "option-enrollments": "exits"}
    new = "/data-management/rosters/new/"
    page = client.post(new, given | {"test": "1"}).content.decode()
    assert "Mimi Chen (002082)" in page
    for words in (
        "Address of the requests",
        "Session token or application key",
        "Leavers by enrolment",
        "School in it",
    ):
        assert words in page
    assert client.post(new, given | {"save": "1"}).status_code == 302
    roster = SavedRoster.objects.get()
    assert secrets_of(roster) == {"secret": SECRET}

    change = f"/data-management/rosters/{roster.pk}/change/"
    page = client.get(change).content.decode()
    assert SECRET not in page
    kept = given | {"seen": page.split('name="seen" value="')[1].split('"')[0], "option-secret": ""}
    moved = client.post(change, kept | {"option-address": ELSEWHERE, "save": "1"}).content.decode()
    assert AGAIN in moved
    api = client_of(user, Permission.DATA_MANAGE)
    kinds = {each["kind"]: each["title"] for each in api.get(f"{API}/roster-kinds").json()["items"]}
    assert (kinds["sif_files"], kinds["sif_rest"]) == ("SIF AU files", "SIF AU service")
    path = f"{API}/rosters/{roster.pk}"
    tag = {"if-match": api.get(path).headers["ETag"]}
    by_api = patch(api, path, {"options": {"address": ELSEWHERE}}, **tag)
    assert (by_api.status_code, by_api.json()["detail"]) == (400, AGAIN)
    assert client.post(change, kept | {"option-enrollments": "required", "save": "1"}).status_code == 302
    roster.refresh_from_db()
    assert (roster.options["enrollments"], secrets_of(roster)) == ("required", {"secret": SECRET})


def test_program_saves_and_reads_it(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    folder = tmp_path / "sif"
    folder.mkdir()
    (folder / "all.xml").write_bytes(document("All", [*SCHOOLS, MIA, MIA_NOW, SAM]))
    place = ("--kind", "sif_files", "--option", f"path={folder}", "--components", "students,staff")
    added = program.ask("roster", "add", "SIF", *place)
    assert (added["kind"], added["options"]) == ("sif_files", {"path": str(folder)})
    assert program.ask("roster", "read", "SIF")["explanation"] == "2 new, 0 unchanged."
