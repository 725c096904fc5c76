"""The bad network itself, before a server that sends back what it gets."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.services.bad_network import BadNetwork, Faults, bad_network

WITHIN_S = 10.0
SILENT_S = 1.0
SENT = bytes(range(100))


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while piece := self.request.recv(65_536):
            self.request.sendall(piece)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: connections are meant to break."""


@pytest.fixture
def network() -> Iterator[BadNetwork]:
    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        with bad_network(server.server_address[1]) as network:
            yield network
        server.shutdown()


def connected(network: BadNetwork) -> socket.socket:
    return socket.create_connection(("127.0.0.1", network.port), timeout=WITHIN_S)


def received(client: socket.socket, size_bytes: int) -> bytes:
    """Return what comes until so many bytes are there, or the connection ends."""
    got = b""
    while len(got) < size_bytes and (piece := client.recv(65_536)):
        got += piece
    return got


def echoed(client: socket.socket, sent: bytes = SENT) -> bytes:
    client.sendall(sent)
    return received(client, len(sent))


def echoed_anew(network: BadNetwork) -> bytes:
    """Return what comes back over a new connection; a reset may come as soon as it is made."""
    with connected(network) as client:
        return echoed(client)


def is_silent(client: socket.socket) -> bool:
    """Return whether nothing comes, no end either."""
    client.settimeout(SILENT_S)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    else:
        return False
    finally:
        client.settimeout(WITHIN_S)


def test_whole_network_passes_everything_and_counts_it(network: BadNetwork) -> None:
    with connected(network) as first, connected(network) as second:
        large = SENT * 20_000
        first.sendall(SENT)
        first.shutdown(socket.SHUT_WR)
        assert received(first, len(SENT) + 1) == SENT
        threading.Thread(target=second.sendall, args=(large,), daemon=True).start()
        assert received(second, len(large)) == large
        # Bytes are counted once they are through: whoever received them may be quicker.
        give_up_at = time.monotonic() + WITHIN_S
        while (network.up_bytes, network.down_bytes) != (2_000_100, 2_000_100) and time.monotonic() < give_up_at:
            time.sleep(0.01)
    assert [(each.number, each.up.passed_bytes, each.down.passed_bytes) for each in network.connections] == [
        (1, 100, 100),
        (2, 2_000_000, 2_000_000),
    ]
    assert (network.up_bytes, network.down_bytes) == (2_000_100, 2_000_100)


@pytest.mark.parametrize("size_bytes", [0, 1, 60])
def test_cut_gives_so_many_bytes_and_then_a_reset(network: BadNetwork, size_bytes: int) -> None:
    network.disturb(down=Faults(cut_after=size_bytes))
    with pytest.raises(ConnectionResetError):
        echoed_anew(network)
    assert network.down_bytes == size_bytes


def test_cut_on_the_way_up_lets_the_server_have_the_bytes_before(network: BadNetwork) -> None:
    network.disturb(up=Faults(end_after=60))
    with connected(network) as client:
        assert echoed(client) == SENT[:60]


def test_stall_is_silent_until_it_is_mended(network: BadNetwork) -> None:
    network.disturb(down=Faults(stall_after=60))
    with connected(network) as client:
        client.sendall(SENT)
        assert received(client, 60) == SENT[:60]
        assert is_silent(client)
        network.mend()
        assert received(client, 40) == SENT[60:]
        assert echoed(client) == SENT


def test_half_that_ends_leaves_the_other_open(network: BadNetwork) -> None:
    network.disturb(down=Faults(end_after=60))
    with connected(network) as client:
        assert echoed(client) == SENT[:60]
        assert client.recv(1) == b""
        client.sendall(SENT)
        while network.up_bytes < 2 * len(SENT):
            threading.Event().wait(0.01)


def test_flipped_bytes_arrive_turned_round(network: BadNetwork) -> None:
    network.disturb(up=Faults(flip_at=frozenset({0, 50})), down=Faults(flip_every=30))
    turned = {0, 50, 29, 59, 89}
    with connected(network) as client:
        assert echoed(client) == bytes(byte ^ 0xFF if at in turned else byte for at, byte in enumerate(SENT))


def test_flips_are_at_the_same_places_however_the_bytes_come(network: BadNetwork) -> None:
    faults = Faults(flip_at=frozenset({3, 61}), flip_every=7)
    whole = faults.spoiled(SENT, 0)
    assert b"".join(faults.spoiled(SENT[at : at + 9], at) for at in range(0, 100, 9)) == whole != SENT


def test_faults_are_of_one_connection(network: BadNetwork) -> None:
    network.disturb(down=Faults(end_after=10), connection=2)
    network.refuse(connection=3)
    with connected(network) as first, connected(network) as second:
        assert echoed(first) == SENT
        assert echoed(second) == SENT[:10]
    with pytest.raises(ConnectionResetError):
        echoed_anew(network)
    assert echoed_anew(network) == SENT
    assert len(network.connections) == 4


def test_faults_of_an_open_connection_count_from_when_they_are_set(network: BadNetwork) -> None:
    with connected(network) as client:
        assert echoed(client) == SENT
        network.disturb(down=Faults(end_after=10))
        assert echoed(client) == SENT[:10]


def test_refused_port_is_open_again_once_mended(network: BadNetwork) -> None:
    port = network.port
    with connected(network) as open_before:
        network.refuse()
        with pytest.raises(ConnectionRefusedError):
            connected(network)
        assert echoed(open_before) == SENT
    network.mend()
    assert echoed_anew(network) == SENT
    assert network.port == port


def test_line_is_lost_after_bytes_of_all_connections_together(network: BadNetwork) -> None:
    with connected(network) as first, connected(network) as second:
        network.lose_after(up_bytes=150)
        assert echoed(first) == SENT
        with pytest.raises(ConnectionResetError):
            echoed(second)
        with pytest.raises(ConnectionResetError):
            echoed(first)
    with pytest.raises(ConnectionRefusedError):
        connected(network)
    assert network.up_bytes == 150
    network.mend()
    assert echoed_anew(network) == SENT


def test_cut_now_ends_what_is_open_and_lets_new_ones_come(network: BadNetwork) -> None:
    with connected(network) as client:
        assert echoed(client) == SENT
        network.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert echoed_anew(network) == SENT


def test_slow_network_gives_a_part_at_a_time(network: BadNetwork) -> None:
    network.disturb(down=Faults(bytes_per_s=1_000))
    with connected(network) as client:
        client.sendall(SENT)
        assert client.recv(65_536) == SENT[:50]
        network.mend()
        assert received(client, 50) == SENT[50:]


def test_server_that_is_gone_resets_the_client() -> None:
    with socket.socket() as nothing_listens:
        nothing_listens.bind(("127.0.0.1", 0))
        with bad_network(nothing_listens.getsockname()[1]) as network, pytest.raises(ConnectionResetError):
            echoed_anew(network)
