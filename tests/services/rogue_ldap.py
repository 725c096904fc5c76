"""A server that answers in LDAP what a test tells it to, well formed or not."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

BIND, SEARCH, EXTENDED, UNBIND = 0x60, 0x63, 0x77, 0x42
BOUND, FOUND, DONE, EXTENDED_DONE = 0x61, 0x64, 0x65, 0x78
PAGED_RESULTS = b"1.2.840.113556.1.4.319"
Answer = Callable[[int, int], Iterable[bytes]]
"""From the number of a question and which operation it is to the bytes that come back, one piece after the other."""


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def number(value: int, tag: int = 0x02) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(value: str | bytes) -> bytes:
    return tlv(0x04, value.encode() if isinstance(value, str) else value)


def message(asked: int, operation: bytes, controls: bytes = b"") -> bytes:
    return tlv(0x30, number(asked), operation, controls)


def result(asked: int, tag: int, code: int, said: str = "", controls: bytes = b"") -> bytes:
    return message(asked, tlv(tag, number(code, 0x0A), text(""), text(said)), controls)


def found(asked: int, name: str, **values: bytes) -> bytes:
    attributes = [tlv(0x30, text(key), tlv(0x31, text(value))) for key, value in values.items()]
    return message(asked, tlv(FOUND, text(name), tlv(0x30, *attributes)))


def done(asked: int, cookie: bytes = b"") -> bytes:
    """Return the end of a page; there are more where there is a cookie."""
    value = text(tlv(0x30, number(0), text(cookie)))
    return result(asked, DONE, 0, controls=tlv(0xA0, tlv(0x30, text(PAGED_RESULTS), value)))


@dataclass
class RogueServer:
    port: int
    asked: list[int] = field(default_factory=list)


@contextmanager
def rogue_ldap(answer: Answer, *, lets_in: bool = True) -> Iterator[RogueServer]:
    """Yield a server that answers with `answer`; whoever signs in is let in first, unless `lets_in` is False."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (question := _next(self.request)) is not None:
                    asked, operation = question
                    rogue.asked.append(operation)
                    if operation == UNBIND:
                        return
                    if operation == BIND and lets_in:
                        self.request.sendall(result(asked, BOUND, 0))
                        continue
                    for piece in answer(asked, operation):
                        self.request.sendall(piece)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        rogue = RogueServer(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield rogue
        finally:
            server.shutdown()
            thread.join()


def _next(line: socket.socket) -> tuple[int, int] | None:
    """Return the number and the operation of the next question; None at the end."""
    head = _exactly(line, 2)
    if not head:
        return None
    size = head[1]
    if size & 0x80:
        size = int.from_bytes(_exactly(line, size & 0x7F), "big")
    body = _exactly(line, size)
    width = body[1]
    return int.from_bytes(body[2 : 2 + width], "big"), body[2 + width]


def _exactly(line: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        if not (piece := line.recv(size - len(content))):
            return b""
        content += piece
    return content
