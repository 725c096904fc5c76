"""Rosters over a line that turns bytes round: everyone as they are, or nobody and why; never half of a name."""

import pytest

from photosync.connectors.roster.oneroster.rest import OneRosterRest
from photosync.connectors.sql.login import Limits as DatabaseLimits
from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind
from photosync.outgoing.http import Limits
from tests.connectors.roster.databases import make_people, roster_on
from tests.connectors.roster.services import fill, opened, student
from tests.connectors.sql.schools import School
from tests.services.bad_network import Faults, bad_network
from tests.services.oneroster_service import OneRosterService, oneroster_service

SOON = Limits(connect_s=5.0, silent_s=2.0, whole_s=20.0)
SOON_OF_A_DATABASE = DatabaseLimits(connect_s=5.0, answer_s=2.0, list_s=5.0)
FAULTS = [
    Faults(flip_every=997),
    Faults(flip_every=6_007),
    *(Faults(flip_at=frozenset({at})) for at in (3, 150, 900, 2_500, 9_001)),
]


def whole_or_told(read_all, everyone):
    """Check that what is read is `everyone`, or that it is refused in words."""
    told, found = "", everyone
    try:
        found = read_all()
    except SourceUnavailable as error:
        told = error.message
    assert found == everyone
    assert not told or "nothing was" in told.lower()


@pytest.mark.parametrize("faults", FAULTS)
def test_service_is_read_whole_or_not_at_all(faults: Faults) -> None:
    with oneroster_service(most_on_a_page=40) as service:
        fill(service)
        service.records["users"] = [student(number) for number in range(100)]

        def students() -> list[str]:
            with opened_over(service, network.port) as roster:
                return [row["student_code"] for row in read(roster.table(PersonKind.STUDENT))]

        everyone = [f"{number:05d}" for number in range(100)]
        with bad_network(service.web.port) as network:
            network.disturb(down=faults)
            whole_or_told(students, everyone)
            network.mend()
            assert students() == everyone


def opened_over(service: OneRosterService, port: int) -> OneRosterRest:
    at = f"http://127.0.0.1:{port}"
    return opened(service, limits=SOON, address=at, token_address=f"{at}/token")


@pytest.mark.parametrize("faults", FAULTS)
def test_database_is_read_whole_or_not_at_all(school: School, faults: Faults) -> None:
    rows = [
        {"student_code": f"{n:05d}", "given_name": "Zoë", "family_name": "Nguyễn", "username": f"z{n}"}
        for n in range(500)
    ]
    make_people(school, PersonKind.STUDENT, rows)
    query = {"students_query": "SELECT * FROM students ORDER BY student_code"}

    with bad_network(school.port) as network:

        def students() -> list[dict[str, str]]:
            with roster_on(school, limits=SOON_OF_A_DATABASE, port=network.port, **query) as roster:
                return read(roster.table(PersonKind.STUDENT))

        network.disturb(down=faults)
        whole_or_told(students, rows)
        network.mend()
        assert students() == rows
