"""A network that cuts, stalls, garbles or refuses: no hang, no half a list, and words that say where and what."""

from collections.abc import Iterator

import pytest

from photosync.connectors.roster.sif.roster import SifRoster
from photosync.core.errors import SourceUnavailable
from photosync.outgoing.http import Limits
from tests.connectors.roster.sif.schools import everyone, on_service, rows, server_of
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.web_server import web_server

SHORT = Limits(connect_s=2.0, silent_s=0.5, whole_s=3)
NUMBER = 12
STALLED = "there was no whole answer within 0.5 seconds of silence or 3 in all"
BROKEN = "the connection broke off, or what came is not HTTP"
CUT = "connection reset by peer"
NOTHING = "Nothing was concluded from it, so nothing was changed."


@pytest.fixture
def network() -> Iterator[BadNetwork]:
    with web_server(server_of(everyone(NUMBER), counts=False)) as web, bad_network(web.port) as network:
        yield network


@pytest.fixture
def roster(network: BadNetwork) -> Iterator[SifRoster]:
    with on_service(f"http://127.0.0.1:{network.port}", limits=SHORT, page_size=5) as roster:
        yield roster


def message_of(roster: SifRoster) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        rows(roster)
    return caught.value.message


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(cut_after=0), CUT),
        (Faults(cut_after=3_000), CUT),
        (Faults(end_after=3_000), BROKEN),
        (Faults(stall_after=0), STALLED),
        (Faults(stall_after=3_000), STALLED),
        (Faults(bytes_per_s=40), STALLED),
        (Faults(flip_at=frozenset(range(12))), BROKEN),
    ],
)
def test_list_that_breaks_concludes_nothing_and_the_next_reading_has_everyone(
    roster: SifRoster, network: BadNetwork, faults: Faults, reason: str
) -> None:
    network.disturb(down=faults)
    step, _, rest = message_of(roster).partition(f" failed on the SIF service 127.0.0.1 (port {network.port}): ")
    assert step.startswith(("Listing SchoolInfos", "Listing StudentSchoolEnrollments", "Listing StudentPersonals"))
    assert rest == f"{reason}. {NOTHING} Run again later."
    network.mend()
    assert len(rows(roster)) == NUMBER


def test_wherever_the_line_breaks_the_list_is_whole_or_none(network: BadNetwork) -> None:
    """At each of many places in what comes: nobody is ever missing in a list that is said to be whole."""
    with on_service(f"http://127.0.0.1:{network.port}", limits=SHORT, page_size=5) as roster:
        assert len(rows(roster)) == NUMBER
    whole = network.down_bytes
    outcomes, messages = set(), []
    for after in range(0, whole + whole // 8, whole // 8):
        with on_service(f"http://127.0.0.1:{network.port}", limits=SHORT, page_size=5) as roster:
            network.lose_after(down_bytes=after)
            try:
                outcomes.add(len(rows(roster)))
            except SourceUnavailable as error:
                outcomes.add(0)
                messages.append(error.message)
            network.mend()
    assert outcomes == {0, NUMBER}
    assert all(NOTHING in message for message in messages)


@pytest.mark.parametrize("every", [1_000, 2_500])
def test_garbled_list_concludes_nothing(roster: SifRoster, network: BadNetwork, every: int) -> None:
    network.disturb(down=Faults(flip_every=every))
    message = message_of(roster)
    assert f"failed on the SIF service 127.0.0.1 (port {network.port}): " in message
    assert NOTHING in message


def test_service_that_is_away(roster: SifRoster, network: BadNetwork) -> None:
    network.refuse()
    assert message_of(roster) == (
        f"Listing SchoolInfos, page 0 failed on the SIF service 127.0.0.1 (port {network.port}): the connection was "
        f"refused. {NOTHING} Run again later."
    )
