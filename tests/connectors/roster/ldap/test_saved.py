"""A saved roster of a directory: people follow it, what breaks off changes nobody, and no secret goes elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.services import add_roster, change_roster
from photosync.apps.rosters.settings import RosterSettings, options_now
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import WrongUse
from tests.api.test_interface import client_of
from tests.apps.rosters.saved import NOW, became, read, statuses
from tests.connectors.roster.ldap.directories import LOOPBACK, STAFF, many, options, person
from tests.services.bad_network import Faults, bad_network
from tests.services.slapd import Slapd
from tests.web.pages import make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db: None, settings: Settings) -> School:
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    return add_school("HILL", "Hill School", "Australia/Sydney")


def saved(school: School, server: Slapd, **changes: str) -> SavedRoster:
    chosen = RosterSettings(kind="ldap", options=options(server, **changes), components=["students", "staff"])
    return add_roster(school, "Directory", chosen, now=NOW)


def test_people_follow_the_directory_and_what_breaks_off_changes_nobody(school: School, directory: Slapd) -> None:
    directory.fill(many(60) + person("T01", STAFF))
    with bad_network(directory.port) as network:
        roster = saved(school, directory, port=str(network.port), page_size="10")
        first = read(roster)
        assert (first.state, first.explanation) == ("done", "61 new, 0 unchanged.")
        names = Person.objects.get(code="0007").identifiers.filter(key="username")
        assert [each.value for each in names] == ["u0007"]

        network.disturb(down=Faults(cut_after=3_000))
        broken = read(roster)
        assert broken.state == RosterReading.State.FAILED
        assert "Nothing was concluded from it, so nothing was changed." in broken.explanation
        assert set(statuses().values()) == {"active"}

        network.mend()
        directory.fill(many(59) + person("T01", STAFF))
        again = read(roster)
        assert (again.explanation, became(again)) == ("1 marked as left, 60 unchanged.", [("0060", "absent")])


def test_size_limit_in_the_middle_makes_nobody_a_leaver(school: School, directory: Slapd) -> None:
    directory.fill(many(60) + person("T01", STAFF))
    roster = saved(school, directory)
    read(roster)
    directory.fill(many(60) + person("T01", STAFF), ["sizelimit size.soft=25 size.hard=25"])
    assert read(roster).state == RosterReading.State.FAILED
    assert set(statuses().values()) == {"active"}


@pytest.mark.parametrize(
    "moved",
    [{"host": "localhost"}, {"port": "390"}, {"encryption": "starttls"}, {"ca_pem": "CERTIFICATE"}],
)
def test_password_is_to_be_entered_again_where_it_would_go_elsewhere(
    school: School, directory: Slapd, certificate: Path, moved: dict[str, str]
) -> None:
    pem = certificate.read_text()
    moved = {
        name: pem[pem.index("-----BEGIN CERTIFICATE-----") :] if value == "CERTIFICATE" else value
        for name, value in moved.items()
    }
    roster = saved(school, directory)
    with pytest.raises(WrongUse, match="password"):
        change_roster(roster, RosterSettings(options=moved), now=NOW)
    roster = SavedRoster.objects.get()
    change_roster(roster, RosterSettings(options={**moved, "password": "another"}), now=NOW)
    assert options_now(SavedRoster.objects.get())["password"] == "another"


def test_password_stays_where_only_a_default_is_said(school: School, directory: Slapd) -> None:
    given = options(directory) | {"port": "636"}
    del given["encryption"], given["port"]
    chosen = RosterSettings(kind="ldap", options=given, components=["students"])
    roster = add_roster(school, "Directory", chosen, now=NOW)
    change_roster(roster, RosterSettings(options={"encryption": "ldaps", "page_size": "100"}), now=NOW)
    assert options_now(SavedRoster.objects.get())["password"] == directory.password


def test_password_stays_where_a_browser_sends_other_ends_of_lines(
    school: School, directory: Slapd, certificate: Path
) -> None:
    pem = certificate.read_text()
    pem = pem[pem.index("-----BEGIN CERTIFICATE-----") :]
    roster = saved(school, directory, ca_pem=pem)
    change_roster(roster, RosterSettings(options={"ca_pem": pem.strip().replace("\n", "\r\n")}), now=NOW)
    assert options_now(SavedRoster.objects.get())["password"] == directory.password


def test_password_is_stored_sealed_and_stands_in_no_record(school: School, directory: Slapd) -> None:
    directory.fill(many(1))
    roster = saved(school, directory)
    read(roster)
    everything = json.dumps([list(Entry.objects.values()), list(SavedRoster.objects.values())], default=str)
    everything += json.dumps(list(RosterReading.objects.values()), default=str)
    assert directory.password not in everything


def test_page_and_api_ask_for_the_password_again(school: School, directory: Slapd) -> None:
    directory.fill(many(3))
    roster = saved(school, directory, staff_base="")
    change_roster(roster, RosterSettings(components=["students"]), now=NOW)
    user = make_user("manager", Role.ADMINISTRATOR, school)
    client = signed_in(user)
    address = f"/data-management/rosters/{roster.pk}/change/"
    page = client.get(address).content.decode()
    assert directory.password not in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    given = {f"option-{name}": value for name, value in options(directory, staff_base="").items()}
    given |= {"kind": "ldap", "name": "Directory", "students": "on", "scope": "everyone", "seen": seen}
    given |= {"leave_share_percent": "5", "leave_number": "5", "when-sort": "demand", "option-password": ""}
    assert "3 students." in client.post(address, given | {"test": "1"}).content.decode()
    refused = client.post(address, given | {"save": "1", "option-port": "390"})
    assert (refused.status_code, options_now(SavedRoster.objects.get())["port"]) == (200, str(directory.port))
    by_api = _changed_by_api(client_of(user, Permission.DATA_MANAGE), roster, {"options": {"port": "390"}})
    assert (by_api[0], "password" in by_api[1]) == (400, True)
    assert options_now(SavedRoster.objects.get())["port"] == str(directory.port)
    assert client.post(address, given | {"save": "1", "option-page_size": "100"}).status_code == 302
    kept = options_now(SavedRoster.objects.get())
    assert (kept["password"], kept["page_size"]) == (directory.password, "100")


def _changed_by_api(client: Client, roster: SavedRoster, changes: dict[str, Any]) -> tuple[int, str]:
    answer = client.patch(f"/api/v1/rosters/{roster.pk}", json.dumps(changes), content_type="application/json")
    return answer.status_code, answer.content.decode()
