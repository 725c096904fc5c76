"""A OneRoster service as a saved roster: what breaks off makes no leavers, and its secret goes nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.documents import roster_document
from photosync.apps.rosters.models import SavedRoster
from photosync.apps.rosters.services import add_roster, change_roster
from photosync.apps.rosters.settings import RosterSettings, roster_seen
from photosync.apps.rosters.trying import try_roster
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import WrongUse
from photosync.outgoing import AllowedRanges
from tests.apps.rosters.saved import NOW, read
from tests.connectors.roster.services import school as service_of
from tests.connectors.roster.services import student
from tests.services.oneroster_service import SECRET, OneRosterService, oneroster_service
from tests.services.web_server import Reply

pytestmark = pytest.mark.django_db
AGAIN = (
    "The roster would be at another place than the one that secret was entered for. Nothing was saved. Enter it "
    "again for this place."
)


@pytest.fixture
def service(settings: Settings) -> Iterator[OneRosterService]:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    with service_of(most_on_a_page=10) as service:
        service.records["users"] = [student(number) for number in range(40)]
        yield service


@pytest.fixture
def roster(db: None, service: OneRosterService) -> SavedRoster:
    school: School = add_school("HILL", "Hill School", "Australia/Sydney")
    settings = RosterSettings(
        kind="oneroster_rest", options=service.options(), components=["students", "staff"], leave_share_percent=100
    )
    return add_roster(school, "SIS", settings, now=NOW, anywhere=False)


def active() -> int:
    return Person.objects.filter(status=Person.Status.ACTIVE).count()


def test_list_that_breaks_off_makes_no_leavers_and_the_next_reading_goes_on(
    service: OneRosterService, roster: SavedRoster
) -> None:
    first = read(roster)
    assert (first.state, first.recognised, active()) == ("done", "OneRoster 1.2", 40)
    del service.records["users"][5]
    service.replies["students"] = [None, None, Reply(500)]
    broken = read(roster)
    assert (broken.state, active()) == ("failed", 40)
    assert "Reading students failed on the API 127.0.0.1" in broken.explanation
    service.replies["users"] = [None, Reply(200, b'{"users": [')]
    assert (read(roster).state, active()) == ("failed", 40)
    assert (read(roster).state, active()) == ("done", 39)


def test_secret_is_kept_apart_and_never_told(service: OneRosterService, roster: SavedRoster) -> None:
    read(roster)
    roster.refresh_from_db()
    assert secrets_of(roster) == {"secret": SECRET}
    told = repr([roster.options, roster_document(roster, NOW), list(Entry.objects.values())])
    assert SECRET not in told


@pytest.mark.parametrize("moved", ["address", "token_address"])
def test_secret_is_not_sent_to_an_address_that_it_was_not_entered_for(
    service: OneRosterService, roster: SavedRoster, moved: str
) -> None:
    with oneroster_service() as other:
        place = {moved: other.options()[moved]}
        changes = RosterSettings(options=place)
        with pytest.raises(WrongUse) as saved:
            change_roster(roster, changes, seen=roster_seen(roster), now=NOW, anywhere=False)
        with pytest.raises(WrongUse) as tried:
            try_roster(roster, changes, now=NOW)
        assert (saved.value.message, tried.value.message) == (AGAIN, AGAIN)
        with pytest.raises(WrongUse, match="needs the option secret"):
            try_roster(roster, RosterSettings(options={**place, "secret": ""}), now=NOW)
        assert other.web.asked == []
        entered = RosterSettings(options={**place, "secret": SECRET})
        change_roster(roster, entered, seen=roster_seen(roster), now=NOW, anywhere=False)
        roster.refresh_from_db()
        assert roster.options[moved] == place[moved]


def test_connection_is_tried_before_anything_is_saved(service: OneRosterService, roster: SavedRoster) -> None:
    tried = try_roster(roster, RosterSettings(), now=NOW)
    assert (tried.sentence, tried.recognised) == ("40 students, 0 staff; 10 are shown.", "OneRoster 1.2")
