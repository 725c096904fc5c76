"""The library's connection made strict: at an address that was checked, within time limits, and protected.

smbprotocol takes an answer that is not signed, or not encrypted, where it should be. On a line that somebody
else can write to, that is the same as no protection, so such an answer ends the connection here.
"""

from __future__ import annotations

import contextlib
import logging
import math
import socket
import struct
import threading
import time
import uuid
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.header import Commands, NtStatus, Smb2Flags

PIECE_BYTES = 1 << 20
"""What is asked for in one answer at the most."""
LARGEST_MESSAGE_BYTES = PIECE_BYTES + (1 << 16)
SMALLEST_MESSAGE_BYTES = 64
LONGEST_ANSWER = 10
"""So many times the limit on silence may one answer take as a whole, however steadily it drips."""
LOOKED_AFTER_EVERY_S = 1.0
GUEST = 0x0001
NOBODY = 0x0002
OF_FILES = 0x01
"""The type of a share that is neither a printer nor a service."""

# What the library logs, with its traceback, when a line breaks is told by the error that is raised here.
logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)


class Garbled(Exception):
    """What came is not what an SMB server sends, or was changed on its way."""


class TimedOut(Exception):
    """The server was silent for `seconds`; or, where it `is_late`, something had not come whole within them."""

    def __init__(self, seconds: float, *, is_late: bool = False) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.is_late = is_late


class Wire:
    """Messages on a connected socket; takes the place of the library's transport. One thread of it receives."""

    def __init__(self, connected: socket.socket, *, answer_within_s: float) -> None:
        self.connected = True
        self.heard_at_s = time.monotonic()
        """When something came last, by the monotonic clock."""
        self._socket = connected
        self._sending = threading.Lock()
        self._receiving = threading.RLock()
        whole, part = divmod(answer_within_s, 1)
        connected.settimeout(None)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(whole), int(part * 1e6)))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connect(self) -> None:
        """Nothing is left to do: the socket came connected."""

    def send(self, message: Any) -> None:
        """Send bytes, or a message of the library's that is still to be packed, as one that is encrypted is."""
        packed = message if isinstance(message, bytes) else message.pack()
        with self._sending:
            self._socket.sendall(struct.pack(">I", len(packed)) + packed)

    def recv(self, timeout: float) -> bytes:  # noqa: ARG002 - the library would send echoes to keep an idle line
        """Return the next message; nothing once the connection is over."""
        head = self._read(4)
        if not head:
            return b""
        size_bytes = int.from_bytes(head, "big")
        if not SMALLEST_MESSAGE_BYTES <= size_bytes <= LARGEST_MESSAGE_BYTES:
            raise Garbled
        return self._read(size_bytes)

    def _read(self, size_bytes: int) -> bytes:
        buffer = memoryview(bytearray(size_bytes))
        count = 0
        while count < size_bytes:
            with self._receiving:
                came = self._socket.recv_into(buffer[count:]) if self.connected else 0
            if not came:
                self.close()
                return b""
            self.heard_at_s = time.monotonic()
            count += came
        return bytes(buffer)

    def close(self) -> None:
        self.connected = False
        # Whoever waits in `_read` wakes up by this; only then may the number of the socket be given to another.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with self._receiving:
            self._socket.close()


class StrictConnection(Connection):  # type: ignore[misc]  # the library has no types
    """`ready_by_s` is the moment, by the monotonic clock, by which signing in must be done; None once it is."""

    def __init__(self, host: str, wire: Wire, *, answer_within_s: float, ready_by_s: float) -> None:
        self._wire = wire
        self.ready_by_s: float | None = ready_by_s
        self.answer_within_s = answer_within_s
        self.whole: tuple[float, float] | None = None
        """By which moment, and so within how many seconds, all that is read now must have come."""
        self.session_flags = 0
        self.share_type = 0
        super().__init__(uuid.uuid4(), host, require_signing=True)

    @property
    def transport(self) -> Wire:
        return self._wire

    @transport.setter
    def transport(self, made: object) -> None:
        """Keep the wire: the library makes one of its own, to a name and without limits."""

    @property
    def was_garbled(self) -> bool:
        """Whether the connection is over because of what came."""
        return self._t_exc is not None and not isinstance(self._t_exc, OSError)

    @property
    def credits(self) -> int:
        """How many credits are left: each lets 64 KiB be asked for."""
        return int(self.sequence_window["high"] - self.sequence_window["low"])

    def receive(
        self,
        request: Any,
        wait: bool = True,  # noqa: ARG002, FBT001, FBT002 - as the library has it
        timeout: float | None = None,  # noqa: ARG002
        resolve_symlinks: bool = True,  # noqa: ARG002, FBT001, FBT002
    ) -> Any:
        """Return the answer, which came in time. Links are never followed, whatever is asked for."""
        self._await(request)
        response = super().receive(request, resolve_symlinks=False)
        command = response["command"].get_value()
        # What the library reads of these answers and does not keep.
        if command == Commands.SMB2_SESSION_SETUP:
            self.session_flags = int.from_bytes(response["data"].get_value()[2:4], "little")
        elif command == Commands.SMB2_TREE_CONNECT:
            self.share_type = response["data"].get_value()[2]
        return response

    def _await(self, request: Any) -> None:
        """Return when the answer is there or the connection is over. Raises TimedOut."""
        begun_s = time.monotonic()
        until_s = begun_s + LONGEST_ANSWER * self.answer_within_s
        while True:
            silent_until_s = max(begun_s, self._wire.heard_at_s) + self.answer_within_s
            whole_by_s, whole_s = self.whole or (math.inf, 0.0)
            left_s = min(silent_until_s, until_s, whole_by_s, self.ready_by_s or math.inf) - time.monotonic()
            if left_s <= 0:
                if whole_by_s <= min(silent_until_s, until_s):
                    raise TimedOut(whole_s, is_late=True)
                if until_s < silent_until_s:
                    raise TimedOut(LONGEST_ANSWER * self.answer_within_s, is_late=True)
                raise TimedOut(self.answer_within_s)
            if request.response_event.wait(min(left_s, LOOKED_AFTER_EVERY_S)):
                with request.response_event_lock:
                    response = request.response
                    if response is None or response["status"].get_value() != NtStatus.STATUS_PENDING:
                        return
                    request.response_event.clear()
            elif not self._wire.connected:
                return

    def verify_signature(self, header: Any, session_id: Any, force: bool = False) -> None:  # noqa: FBT001, FBT002
        """Check the answer's signature. Raises what ends the connection where there is none and must be one."""
        if not force:
            self._refuse_unprotected(header, session_id)
        super().verify_signature(header, session_id, force=force)

    def _refuse_unprotected(self, header: Any, session_id: Any) -> None:
        """Called for answers that came without encryption."""
        asked = self.outstanding_requests[header["message_id"].get_value()].message
        command = asked["command"].get_value()
        if header["command"].get_value() != command:
            raise Garbled
        if command in (Commands.SMB2_NEGOTIATE, Commands.SMB2_SESSION_SETUP):
            return
        session = self.session_table[session_id]
        if session.encrypt_data:
            raise Garbled
        is_interim = header["status"].get_value() == NtStatus.STATUS_PENDING
        if not is_interim and not header["flags"].has_flag(Smb2Flags.SMB2_FLAGS_SIGNED):
            raise Garbled
