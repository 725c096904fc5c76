"""What every SQL Server says until it has let someone in, or not: a stand-in for its front door, and for no more.

There is no SQL Server for the tests. How the real client library signs in, whose certificate it believes and what it
makes of a refusal is shown with this; everything behind the door is not.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PRELOGIN, LOGIN, ANSWER = 0x12, 0x10, 0x04
LAST = 0x01
ENCRYPTED, NOT_SUPPORTED, REQUIRED = 0x01, 0x02, 0x03
ERROR, DONE = 0xAA, 0xFD


@dataclass
class TdsServer:
    """`logins` are the packets with which someone signed in, decrypted; nobody is let in."""

    port: int
    certificate: Path | None
    number: int
    said: str
    logins: list[bytes] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, suppress(OSError, ssl.SSLError, struct.error):
                line.settimeout(5)
                self._one(line)

    def _one(self, line: socket.socket) -> None:
        _received(line)
        encryption = REQUIRED if self.certificate is not None else NOT_SUPPORTED
        _send(line, ANSWER, _prelogin(encryption))
        if self.certificate is None:
            self.logins.append(_received(line))
            _send(line, ANSWER, self._refusal())
            return
        coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate)
        tls = context.wrap_bio(coming, going, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                if going.pending:
                    _send(line, PRELOGIN, going.read())
                coming.write(_received(line))
            else:
                break
        if going.pending:
            _send(line, PRELOGIN, going.read())
        self.logins.append(_decrypted(line, tls, coming))
        tls.write(_packet(ANSWER, self._refusal()))
        line.sendall(going.read())

    def _refusal(self) -> bytes:
        words, name = self.said.encode("utf-16-le"), "tests".encode("utf-16-le")
        body = (
            struct.pack("<IBB", self.number, 1, 14)
            + struct.pack("<H", len(self.said))
            + words
            + struct.pack("<B", len("tests"))
            + name
            + b"\0"
            + struct.pack("<I", 1)
        )
        return struct.pack("<BH", ERROR, len(body)) + body + struct.pack("<BHHQ", DONE, 0x0002, 0, 0)


@contextmanager
def tds_server(*, certificate: Path | None = None, number: int = 18456, said: str = "No.") -> Iterator[TdsServer]:
    """Yield the front door of a SQL Server, which refuses everyone with this error."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = TdsServer(listening.getsockname()[1], certificate, number, said)
    serving = threading.Thread(target=server.serve, args=(listening,), daemon=True)
    serving.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        serving.join(10)


def _packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBHHBB", kind, LAST, len(body) + 8, 0, 1, 0) + body


def _send(line: socket.socket, kind: int, body: bytes) -> None:
    line.sendall(_packet(kind, body))


def _received(line: socket.socket) -> bytes:
    """Return the body of the next message, of one packet or several."""
    body = b""
    while True:
        head = _exactly(line, 8)
        _, status, length = struct.unpack(">BBH", head[:4])
        body += _exactly(line, length - 8)
        if status & LAST:
            return body


def _exactly(line: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = line.recv(length - len(found))
        if not piece:
            raise ConnectionResetError
        found += piece
    return found


def _decrypted(line: socket.socket, tls: ssl.SSLObject, coming: ssl.MemoryBIO) -> bytes:
    while True:
        try:
            return tls.read(65_536)
        except ssl.SSLWantReadError:
            piece = line.recv(65_536)
            if not piece:
                raise ConnectionResetError from None
            coming.write(piece)


def _prelogin(encryption: int) -> bytes:
    version, flag = bytes((16, 0, 0, 0, 0, 0)), bytes((encryption,))
    at = 11
    return (
        struct.pack(">BHH", 0, at, len(version))
        + struct.pack(">BHH", 1, at + len(version), len(flag))
        + b"\xff"
        + version
        + flag
    )
