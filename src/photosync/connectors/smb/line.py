"""A line to a share: connected, signed in, and used by one thread at a time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from smbprotocol import Dialects
from smbprotocol.exceptions import SMBAuthenticationError, SMBResponseException
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from photosync.connectors.smb import words
from photosync.connectors.smb.messages import PAGE_BYTES
from photosync.connectors.smb.place import Place
from photosync.connectors.smb.statuses import FULL, SESSION_IS_OVER, Status
from photosync.connectors.smb.transport import (
    GUEST,
    NOBODY,
    OF_FILES,
    PIECE_BYTES,
    Garbled,
    StrictConnection,
    TimedOut,
    Wire,
)
from photosync.core.errors import SourceUnavailable
from photosync.outgoing import AllowedRanges
from photosync.outgoing.time_left import time_left

CREDIT_BYTES = 1 << 16
CREDITS_FOR_THE_REST = 3
"""What opening a file and asking about it costs, beside reading it."""
MOST_AT_ONCE = 3
"""Pieces of one file on their way at the same time."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who signs in where, and within which limits."""

    place: Place
    username: str
    password: str = field(repr=False)
    needs_encryption: bool
    allowed: AllowedRanges
    connect_within_s: float
    answer_within_s: float


class Lost(Exception):
    """The line is of no use any more. `reason` is a part of a sentence."""

    def __init__(self, reason: str, *, is_silence: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_silence = is_silence


class Full(SourceUnavailable):
    """The server lets no more connections in."""


class Answer(NamedTuple):
    status: int
    body: bytes


class Line:
    """Made by `open_line`."""

    def __init__(self, connection: StrictConnection, session: Any, tree: Any) -> None:
        self._connection = connection
        self._session = session
        self._tree = tree

    @property
    def is_encrypted(self) -> bool:
        return bool(self._session.encrypt_data)

    @property
    def is_alive(self) -> bool:
        return self._connection.transport.connected

    @property
    def piece_bytes(self) -> int:
        """How many bytes of a file can be asked for at once now."""
        return min(PIECE_BYTES, self._credit_bytes, int(self._connection.max_read_size))

    @property
    def page_bytes(self) -> int:
        """How many bytes of a folder's content can be asked for at once now."""
        return min(PAGE_BYTES, self._credit_bytes, int(self._connection.max_transact_size))

    @property
    def _credit_bytes(self) -> int:
        """What the credits that there are allow; older servers give no more than 64 KiB at once."""
        if not self._connection.supports_multi_credit:
            return CREDIT_BYTES
        return max(self._connection.credits - CREDITS_FOR_THE_REST, 1) * CREDIT_BYTES

    @property
    def pieces_at_once(self) -> int:
        charge = -(-self.piece_bytes // CREDIT_BYTES)
        return max(min(MOST_AT_ONCE, (self._connection.credits - CREDITS_FOR_THE_REST) // charge), 1)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All that is asked meanwhile must have come within `seconds`, or the line is Lost."""
        self._connection.whole = time.monotonic() + seconds, seconds
        try:
            yield
        finally:
            self._connection.whole = None

    def ask(self, *messages: Any) -> list[Answer]:
        """Send `messages` together, each about what the one before it opened; return their answers. Raises Lost."""
        return self._asked([messages])

    def ask_each(self, messages: Sequence[Any]) -> list[Answer]:
        """Send `messages` one after the other without waiting; return their answers in order. Raises Lost."""
        return self._asked([(message,) for message in messages])

    def _asked(self, together: Sequence[Sequence[Any]]) -> list[Answer]:
        try:
            sent = [
                request
                for messages in together
                for request in self._connection.send_compound(
                    list(messages), self._session.session_id, self._tree.tree_connect_id, related=len(messages) > 1
                )
            ]
            answers = [self._answer(request) for request in sent]
        except Exception as exc:
            # Of every kind: what the library stumbles over in a garbled answer ends its thread, and comes here.
            raise self._lost(exc) from exc
        # What follows something that failed fails in ways that say nothing.
        failed = next((answer.status for answer in answers if answer.status), Status.SUCCESS)
        if failed in SESSION_IS_OVER:
            self.close()
            raise Lost("the server has ended the session")
        return answers

    def _answer(self, request: Any) -> Answer:
        try:
            response = self._connection.receive(request)
        except SMBResponseException as error:
            response = error.header
        return Answer(response["status"].get_value(), response["data"].get_value())

    def _lost(self, error: Exception) -> Lost:
        reason = reason_of(error, self._connection)
        self.close()
        return Lost(reason, is_silence=isinstance(error, TimedOut))

    def close(self) -> None:
        """End the connection without a word; servers take that for the end of the session."""
        self._connection.disconnect(close=False)


def open_line(reached: Reached) -> Line:
    """Connect and sign in. Raises SourceUnavailable (Full where no more are let in), Refused for the address."""
    ready_by_s = time.monotonic() + time_left(reached.connect_within_s)
    wire = Wire(_connected(reached, ready_by_s), answer_within_s=reached.answer_within_s)
    connection = StrictConnection(
        reached.place.endpoint.host, wire, answer_within_s=reached.answer_within_s, ready_by_s=ready_by_s
    )
    try:
        _agree(connection, reached)
        session = _signed_in(connection, reached)
        tree = _share_opened(session, reached)
    except BaseException:
        connection.disconnect(close=False)
        raise
    connection.ready_by_s = None
    return Line(connection, session, tree)


def _connected(reached: Reached, ready_by_s: float) -> socket.socket:
    """Return a socket to the first address of the host that takes one; all of them may be reached."""
    where = reached.place.endpoint
    addresses = where.addresses(reached.allowed)
    last: OSError = OSError()
    for tried, address in enumerate(addresses):
        left_s = max(ready_by_s - time.monotonic(), 0.001) / (len(addresses) - tried)
        try:
            return socket.create_connection((str(address), where.port), timeout=left_s)
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        told = (words.lost(TimedOut(reached.connect_within_s)), words.NOT_REACHED[1])
    else:
        told = words.CLOSED if isinstance(last, ConnectionError) else words.NOT_REACHED
    raise where.unavailable("Connecting", *told) from last


def _agree(connection: StrictConnection, reached: Reached) -> None:
    """Agree on a version of SMB. Raises SourceUnavailable where it is too old."""
    where = reached.place.endpoint
    try:
        connection.connect(timeout=reached.connect_within_s)
    except SMBResponseException as error:
        told = words.TOO_OLD if error.status == Status.NOT_SUPPORTED else words.sign_in(error.status)
        raise where.unavailable("Connecting", *told) from error
    except TimedOut as error:
        reason = words.lost(TimedOut(reached.connect_within_s))
        raise where.unavailable("Connecting", reason, words.LOOK_AT_THE_LINE) from error
    except Exception as error:
        # Of every kind: whatever else may listen there says what it likes.
        raise where.unavailable("Connecting", *words.NO_SMB) from error
    if connection.dialect < Dialects.SMB_2_1_0:
        raise where.unavailable("Connecting", *words.TOO_OLD)
    if reached.needs_encryption and not connection.supports_encryption:
        raise where.unavailable("Connecting", *words.NOT_ENCRYPTED)


def _signed_in(connection: StrictConnection, reached: Reached) -> Any:
    """Sign in, never as a guest; encrypted where the server can, signed in any case."""
    step, where = f"Signing in as {reached.username}", reached.place.endpoint
    session = Session(
        connection, reached.username, reached.password, require_encryption=bool(connection.supports_encryption)
    )
    try:
        session.connect()
    except SMBAuthenticationError as error:
        raise where.unavailable(step, "the two found no way of signing in that both know", words.ENTER_IT) from error
    except SMBResponseException as error:
        raise _refused(reached, step, error.status, words.sign_in(error.status)) from error
    except Exception as error:
        if connection.session_flags & (GUEST | NOBODY):
            raise where.unavailable(step, *words.GUEST) from error
        raise _broke_off(reached, connection, step, error) from error
    return session


def _share_opened(session: Any, reached: Reached) -> Any:
    step = f"Opening the share {reached.place.share}"
    tree = TreeConnect(session, reached.place.unc)
    try:
        tree.connect()
    except SMBResponseException as error:
        raise _refused(reached, step, error.status, words.share(error.status)) from error
    except Exception as error:
        raise _broke_off(reached, session.connection, step, error) from error
    if session.connection.share_type != OF_FILES:
        raise reached.place.endpoint.unavailable(step, *words.NO_FILES)
    # Paths stay those of this share: what leads to another server is then refused instead of followed.
    tree.is_dfs_share = False
    return tree


def _refused(reached: Reached, step: str, status: int, told: words.Told) -> SourceUnavailable:
    error = reached.place.endpoint.unavailable(step, *told)
    return Full(error.message) if status in FULL else error


def _broke_off(reached: Reached, connection: StrictConnection, step: str, error: Exception) -> SourceUnavailable:
    told = TimedOut(reached.connect_within_s) if isinstance(error, TimedOut) else error
    return reached.place.endpoint.unavailable(step, reason_of(told, connection), words.LOOK_AT_THE_LINE)


def reason_of(error: Exception, connection: StrictConnection) -> str:
    """Return why a connection is over: it ended, nothing came, or what came was not what was sent."""
    return words.lost(Garbled() if connection.was_garbled and not isinstance(error, TimedOut) else error)
