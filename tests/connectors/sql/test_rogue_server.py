"""A server that is none: it asks the client of MySQL for the password itself, or for a file of this machine."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from pymysql._auth import scramble_caching_sha2

from photosync.connectors.network import Endpoint
from photosync.connectors.sql.drivers import driver
from photosync.connectors.sql.login import Encryption, Limits, Login
from photosync.connectors.sql.session import Database
from photosync.connectors.sql.statements import Flavour, Statement
from photosync.connectors.testing.conformance import raised
from photosync.core.errors import SourceUnavailable
from tests.connectors.sql.schools import LOOPBACK

PASSWORD = "very secret"
SALT = b"saltsaltsaltsaltsalt"


def greeting(way: bytes) -> bytes:
    return (
        b"\x0a8.0.0-rogue\0"
        + struct.pack("<I", 7)
        + SALT[:8]
        + b"\0"
        + struct.pack("<HBHH", 0xF7DF, 45, 2, 0x00FF)
        + bytes((21,))
        + bytes(10)
        + SALT[8:]
        + b"\0"
        + way
        + b"\0"
    )


def asks_for(way: bytes, *more: bytes) -> bytes:
    """The server wants another way to sign in."""
    return b"\xfe" + b"\0".join((way, *more))


FINE = b"\0\0\0\x02\0\0\0"


@dataclass
class Rogue:
    """Sends `answers` one by one, each after something came; `heard` is all that came.

    One of several pieces is sent piece by piece without waiting.
    """

    answers: list[bytes | tuple[bytes, ...]]
    way: bytes
    heard: bytes = b""
    port: int = 0
    errors: list[Exception] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            with line:
                line.settimeout(2)
                line.sendall(struct.pack("<I", len(greeting(self.way))) + greeting(self.way))
                for answer in self.answers:
                    came = line.recv(65_536)
                    if not came:
                        return
                    self.heard += came
                    pieces = answer if isinstance(answer, tuple) else (answer,)
                    for number, piece in enumerate(pieces, came[3] + 1):
                        line.sendall(struct.pack("<I", len(piece))[:3] + bytes((number,)) + piece)
                while piece := line.recv(65_536):
                    self.heard += piece


@contextmanager
def rogue(*answers: bytes | tuple[bytes, ...], way: bytes = b"mysql_native_password") -> Iterator[Rogue]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Rogue(list(answers), way, port=listening.getsockname()[1])
        serving = threading.Thread(target=server.serve, args=(listening,), daemon=True)
        serving.start()
        yield server
        serving.join(10)


def asked(port: int) -> str:
    login = Login(Endpoint("MySQL server", "127.0.0.1", port), "school", "photos", PASSWORD, Encryption.NONE)
    limits = Limits(connect_s=2.0, answer_s=2.0, list_s=2.0)
    with Database(login, driver(Flavour.MYSQL), LOOPBACK, limits=limits, connections=1) as database:
        statement = Statement("students", "SELECT 1", frozenset())
        rows = database.rows(statement, checked=lambda _names: None, step="Asking")
        return raised(SourceUnavailable, lambda: list(rows)).message


@pytest.mark.parametrize(
    ("answers", "way"),
    [
        ((asks_for(b"mysql_clear_password", b"\x02Password: ", b""),), b"mysql_native_password"),
        ((asks_for(b"dialog", b"\x02Password: ", b""),), b"mysql_native_password"),
        ((asks_for(b"mysql_old_password", SALT[:8], b""),), b"mysql_native_password"),
        # What asks for the password under a key that comes with it, anyone can read.
        ((asks_for(b"sha256_password", SALT, b""),), b"mysql_native_password"),
        ((asks_for(b"caching_sha2_password", SALT, b""), b"\x01\x04"), b"mysql_native_password"),
        ((b"\x01\x04",), b"caching_sha2_password"),
    ],
)
def test_password_itself_is_not_given(answers, way):
    with rogue(*answers, way=way) as server:
        message = asked(server.port)
    assert PASSWORD.encode() not in server.heard
    assert b"photos" in server.heard
    assert len(server.heard) < 300
    assert message == refused(server.port)


def refused(port: int) -> str:
    return (
        f"Signing in as photos failed on the MySQL server 127.0.0.1 (port {port}): it asks for the password itself, "
        "and whether it is the server that is meant was not checked. Nothing was concluded from it, so nothing was "
        "changed. Choose encryption=verified; where the server has an authority of its own, paste that one's "
        "certificate (ca_pem)."
    )


def test_nothing_is_sent_to_who_wants_the_password_from_the_first():
    """Over a line that is encrypted, it would be the first thing that is sent."""
    with rogue(way=b"sha256_password") as server:
        message = asked(server.port)
    assert server.heard == b""
    assert message == refused(server.port)


@pytest.mark.parametrize("way", [b"mysql_native_password", b"caching_sha2_password"])
def test_server_that_has_seen_the_password_gets_the_proof_of_it(way):
    """It is asked no more than that, so MySQL can be read where its certificate is not checked."""
    proven = (b"\x01\x03", FINE)
    switch = (asks_for(b"caching_sha2_password", SALT, b""), proven)
    with rogue(*(switch if way == b"mysql_native_password" else (proven,)), FINE, way=way) as server:
        asked(server.port)
    assert scramble_caching_sha2(PASSWORD.encode(), SALT) in server.heard
    assert b"SET NAMES" in server.heard


def test_file_of_this_machine_is_not_given(tmp_path):
    """What is asked for is answered with a request for a file, as a rogue can do at any time."""
    (tmp_path / "secret").write_text("of this machine")
    with rogue(FINE, FINE, b"\xfb" + str(tmp_path / "secret").encode()) as server:
        message = asked(server.port)
    assert b"SET SESSION TRANSACTION READ ONLY" in server.heard
    assert b"of this machine" not in server.heard
    assert message.startswith(f"Signing in as photos failed on the MySQL server 127.0.0.1 (port {server.port}): ")
