"""The line to a directory: a socket as ldap3 uses it, with limits that ldap3 has not.

ldap3's own limits do not do: a time for receiving that is no whole number of seconds fails, each single byte begins
it anew, and what a server sends is kept without end.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress

from photosync.connectors.network import TIMED_OUT
from photosync.connectors.roster.ldap.results import CERTIFICATE, LOST, Failure, not_answered
from photosync.outgoing.ranges import Address

LARGEST_ANSWER_BYTES = 16 << 20
"""Of one page with everyone on it; the attributes that are asked for are short."""
LONGEST_ANSWER = 10
"""A whole answer takes so many times as long, at the most, as the server may stay silent."""
MOST_ADDRESSES = 3
TOO_MUCH = Failure(
    f"one answer is larger than {LARGEST_ANSWER_BYTES >> 20} MB",
    "Choose a smaller page_size, and attributes that are short text.",
)


class LineFailed(Exception):
    """There is no line. The failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Line:
    """A connected socket. `fault` says why it broke, whatever ldap3 makes of that."""

    def __init__(self, connected: socket.socket, silent_s: float) -> None:
        self._socket = connected
        self._silent_s = silent_s
        self._ends = 0.0
        self._bytes = 0
        self.fault: Failure | None = None
        self.begin()

    def begin(self) -> None:
        """A question begins: what was counted for the last one is over."""
        self._ends = time.monotonic() + self._silent_s * LONGEST_ANSWER
        self._bytes = 0

    def encrypt(self, context: ssl.SSLContext, host: str, within_s: float) -> None:
        """Speak TLS from now on, with whoever can prove to be `host`. Raises LineFailed."""
        self._socket.settimeout(within_s)
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise LineFailed(CERTIFICATE.saying(error.verify_message)) from error
        except TimeoutError as error:
            raise LineFailed(not_answered(within_s)) from error
        except (OSError, ValueError) as error:
            raise LineFailed(
                Failure(
                    "it does not speak TLS there",
                    "Check the port and encryption: ldaps is usually at 636, starttls at 389.",
                )
            ) from error

    def recv(self, size: int) -> bytes:
        left = self._ends - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(min(left, self._silent_s))
            data = self._socket.recv(size)
            if not data:
                raise ConnectionResetError
        except TimeoutError:
            self.fault = not_answered(self._silent_s if left >= self._silent_s else self._silent_s * LONGEST_ANSWER)
            raise
        except OSError:
            self.fault = LOST
            raise
        self._bytes += len(data)
        if self._bytes > LARGEST_ANSWER_BYTES:
            self.fault = TOO_MUCH
            raise OSError(TOO_MUCH.reason)
        return data

    def sendall(self, data: bytes) -> None:
        try:
            self._socket.settimeout(self._silent_s)
            self._socket.sendall(data)
        except TimeoutError:
            self.fault = not_answered(self._silent_s)
            raise
        except OSError:
            self.fault = LOST
            raise

    def shutdown(self, how: int) -> None:
        self._socket.shutdown(how)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()


def connected(addresses: Sequence[Address], port: int, within_s: float) -> socket.socket:
    """Return a connection to the first of the addresses that answers, all within `within_s`. Raises LineFailed."""
    ends = time.monotonic() + within_s
    tried = list(addresses[:MOST_ADDRESSES])
    failure = LOST
    for place, address in enumerate(tried):
        # Each has its part of the time that is left.
        left = max(ends - time.monotonic(), 0.01) / (len(tried) - place)
        try:
            return socket.create_connection((str(address), port), timeout=left)
        except TimeoutError:
            failure = Failure(TIMED_OUT.format(seconds=within_s), "Check the host, its port, and the network.")
        except OSError as error:
            why = error.strerror or type(error).__name__
            failure = Failure(f"there is no connection ({why})", "Check that the directory is running, and the port.")
    raise LineFailed(failure)
