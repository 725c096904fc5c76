"""A directory behind a network that refuses, stalls and cuts: nothing hangs, and nothing ends quietly."""

import pytest

from photosync.connectors.testing.roster_conformance import read
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind
from tests.connectors.roster.ldap.directories import many, options, roster
from tests.services.bad_network import Faults, bad_network

STUDENT = PersonKind.STUDENT
CONCLUDED = "Nothing was concluded from it, so nothing was changed."
QUICK = {"connect_s": 0.5, "answer_s": 0.5}
PEOPLE = 60


@pytest.fixture(scope="module")
def filled(directory):
    directory.fill(many(PEOPLE))
    return directory


@pytest.fixture
def network(filled):
    with bad_network(filled.port) as between:
        yield between


def opened(filled, network, **changes):
    return roster(options(filled, port=str(network.port), page_size="10", **changes), **QUICK)


def told(act, network):
    with pytest.raises(SourceUnavailable) as raised:
        act()
    return raised.value.message.replace(f"the LDAP directory 127.0.0.1 (port {network.port})", "IT")


def test_connection_that_is_refused_is_told(filled, network):
    network.refuse()
    with opened(filled, network) as source:
        assert told(lambda: source.table(STUDENT), network) == (
            f"Connecting failed on IT: there is no connection (Connection refused). {CONCLUDED} Check that the "
            "directory is running, and the port."
        )


@pytest.mark.parametrize(
    ("encryption", "step"),
    [
        ("none", "Signing in as cn=photosync,dc=school,dc=example"),
        ("starttls", "Starting encryption"),
        ("ldaps", "Connecting"),
    ],
)
def test_server_that_says_nothing_is_not_waited_for(filled, network, encryption, step):
    network.disturb(down=Faults(stall_after=0))
    with opened(filled, network, encryption=encryption) as source:
        assert told(lambda: source.table(STUDENT), network) == (
            f"{step} failed on IT: there was no answer within 0.5 seconds. {CONCLUDED} Check the network and the "
            "server, then read again."
        )


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(stall_after=1_000), "there was no answer within 0.5 seconds"),
        (Faults(cut_after=1_000), "the connection broke off"),
        (Faults(end_after=1_000), "the connection broke off"),
    ],
)
def test_list_that_breaks_off_does_not_end_quietly_and_the_next_is_whole(filled, network, faults, reason):
    with opened(filled, network) as source:
        rows = iter(source.table(STUDENT))
        next(rows)
        network.disturb(down=faults)
        assert told(lambda: list(rows), network) == (
            f"Searching for students failed on IT: {reason}. {CONCLUDED} Check the network and the server, then read "
            "again."
        )
        network.mend()
        assert len(read(source.table(STUDENT))) == PEOPLE


def test_list_that_is_cut_anywhere_does_not_end_quietly(filled, network):
    with opened(filled, network) as source:
        before = network.down_bytes
        whole = len(read(source.table(STUDENT)))
        size = network.down_bytes - before
        for cut in range(200, size - 1, size // 12):
            network.disturb(down=Faults(cut_after=cut))
            assert CONCLUDED in told(lambda: read(source.table(STUDENT)), network)
        network.mend()
        assert len(read(source.table(STUDENT))) == whole == PEOPLE


def test_encrypted_list_that_is_garbled_does_not_end_quietly(filled, certificate):
    pem = certificate.read_text()
    with bad_network(filled.tls_port) as network:
        own = {"ca_pem": pem[pem.index("-----BEGIN CERTIFICATE-----") :], "encryption": "ldaps", "host": "localhost"}
        with opened(filled, network, **own) as source:
            rows = iter(source.table(STUDENT))
            next(rows)
            network.disturb(down=Faults(flip_at=frozenset({200})))
            with pytest.raises(SourceUnavailable) as raised:
                list(rows)
    assert "Searching for students failed on the LDAP directory localhost" in raised.value.message


def test_slow_line_is_read_to_its_end(filled, network):
    network.disturb(down=Faults(bytes_per_s=40_000))
    with opened(filled, network) as source:
        assert len(read(source.table(STUDENT))) == PEOPLE
