"""Somebody on the line who forges what a server answers.

Signatures are taken off, and bytes of files changed. What is encrypted is replaced by an answer in plain text: that
there is no such share.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SESSION_SETUP, TREE_CONNECT, READ = 1, 3, 8
NO_SUCH_SHARE = 0xC00000CC
FOURTH = 3
"""The number of the message that asks for the share: one agrees on a version, and two sign in."""
SIGNED = 0x08
HEADER_BYTES, READ_ANSWER_BYTES = 64, 16


def forged(message: bytes) -> bytes:
    """Return what comes instead of an answer, which may be several at once."""
    if message[:4] == b"\xfdSMB":
        head = struct.pack(
            "<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, NO_SUCH_SHARE, TREE_CONNECT, 1, 1, 0, FOURTH, 0, 0, 0, bytes(16)
        )
        return head + struct.pack("<HBBIB", 9, 0, 0, 0, 0)
    parts, rest = [], message
    while rest:
        (following,) = struct.unpack_from("<I", rest, 20)
        part = bytearray(rest[: following or len(rest)])
        rest = rest[len(part) :]
        (command,) = struct.unpack_from("<H", part, 12)
        if command != SESSION_SETUP:
            part[16] &= ~SIGNED
            part[48:HEADER_BYTES] = bytes(16)
        if command == READ and len(part) > HEADER_BYTES + READ_ANSWER_BYTES:
            part[HEADER_BYTES + READ_ANSWER_BYTES] ^= 0xFF
        parts.append(bytes(part))
    return b"".join(parts)


def _passed_on(of: socket.socket, to: socket.socket, *, forges: bool) -> None:
    with suppress(OSError), of.makefile("rb") as stream:
        while len(head := stream.read(4)) == 4:
            message = stream.read(int.from_bytes(head, "big"))
            came = forged(message) if forges else message
            to.sendall(struct.pack(">I", len(came)) + came)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


@contextmanager
def forging_line(server_port: int) -> Iterator[int]:
    """Yield the port of a line to the server on which every answer is forged."""
    listening = socket.create_server(("127.0.0.1", 0))
    ends = [listening]
    threads = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", server_port))
                ends.extend((client, server))
                for of, to, forges in ((client, server, False), (server, client, True)):
                    thread = threading.Thread(target=_passed_on, args=(of, to), kwargs={"forges": forges})
                    thread.start()
                    threads.append(thread)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in (accepting, *threads):
            thread.join()
        for end in ends:
            end.close()
