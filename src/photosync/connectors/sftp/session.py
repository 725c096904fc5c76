"""One connection to an SFTP server: made within its time, given up when the server falls silent."""

from __future__ import annotations

import asyncio
import os
import posixpath
import socket
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import asyncssh

from photosync.connectors.folder.fetching import shown
from photosync.connectors.network import TIMED_OUT, Endpoint
from photosync.connectors.sftp.front_door import AGREEING, FrontDoor, another_key, not_confirmed
from photosync.connectors.sftp.host_keys import HOST_KEY_TYPES, HostKey
from photosync.connectors.sftp.login import Login, client_options, prepare_library
from photosync.core.errors import SourceUnavailable
from photosync.outgoing.hosts import reason_of
from photosync.outgoing.ranges import Address

T = TypeVar("T")
DISCONNECTED = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.DisconnectError)
GONE = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
LONGEST_WORDS = 200
GARBLED = "it answered with something that is not SFTP"
CLOSED = "the connection was closed"
CHECK_SERVER = "Check that the server runs and that host and port are right, then try again."
CHECK_SSH = (
    "Check that host and port are those of an SFTP server. If they are, ask whoever runs it to bring its SSH up to "
    "date."
)
CHECK_LINE = "Check the server and the line to it, then run again."
CHECK_FOLDER = "Check the name of the folder, then run again."
FILE, FOLDER, LINK, UNKNOWN = 1, 2, 3, 5
"""As SFTP numbers the sorts of files; 4 is what is none of them."""


class Lost(Exception):
    """The connection is gone; `reason` is a part of a sentence. After `is_silence` it is not worth another try."""

    def __init__(self, reason: str, *, is_silence: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_silence = is_silence


class _OtherHostKey(Exception):
    """The server showed `key`, which is not one that was entered."""

    def __init__(self, key: HostKey) -> None:
        super().__init__(str(key))
        self.key = key


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a server, and how to come in. `folder` is as it was entered; "" is where the login begins."""

    server: Endpoint
    login: Login
    host_keys: tuple[HostKey, ...]
    folder: str
    connect_within_s: float
    answer_within_s: float


def raw(path: str) -> bytes:
    """Return the bytes of a path: names that are not valid UTF-8 have them as lone surrogates (PEP 383)."""
    return path.encode("utf-8", "surrogateescape")


def text_of(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def said(error: BaseException) -> str:
    """Return what the server or the library said, in few words: whatever is in it, one line comes out."""
    words = " ".join(str(getattr(error, "reason", "") or error).split())
    return shown(words[:LONGEST_WORDS]).rstrip(".") or type(error).__name__


class Session:
    """`client` speaks SFTP; every question goes through `ask`. `root` is the real path of the source's folder."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        client: asyncssh.SFTPClient,
        root: bytes,
        answer_within_s: float,
    ) -> None:
        self.client = client
        self.root = root
        self._connection = connection
        self._within_s = answer_within_s
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._heard_s = self._loop.time()
        self._given_up = ""
        self._fell_silent = False
        self._watch: asyncio.TimerHandle | None = None

    @property
    def is_lost(self) -> bool:
        return bool(self._given_up) or self._connection.is_closed()

    async def ask(self, question: Awaitable[T]) -> T:
        """Return the answer. Raises Lost, and what the server answers with: SFTPError.

        The server is given up where it answers none of what is asked for so long: each answer shows that it lives.
        """
        if not self._waiting:
            self._heard_s = self._loop.time()
            if self._watch is None:
                self._watch = self._loop.call_later(self._within_s, self._look)
        self._waiting += 1
        try:
            return await question
        except (*DISCONNECTED, OSError) as error:
            raise self._lost(CLOSED) from error
        except asyncssh.SFTPError as error:
            if isinstance(error, asyncssh.SFTPBadMessage):
                self.give_up(GARBLED)
                raise self._lost(GARBLED) from error
            raise
        except (ValueError, LookupError) as error:
            # So the library says that it could not read an answer.
            self.give_up(GARBLED)
            raise self._lost(GARBLED) from error
        finally:
            self._waiting -= 1
            self._heard_s = self._loop.time()

    def give_up(self, why: str) -> None:
        """Break the connection off; everyone who waits for an answer is told."""
        self._given_up = self._given_up or why
        self._connection.abort()

    def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._connection.abort()

    def _look(self) -> None:
        self._watch = None
        if not self._waiting or self.is_lost:
            return
        left_s = self._heard_s + self._within_s - self._loop.time()
        if left_s <= 0:
            self._fell_silent = True
            self.give_up(TIMED_OUT.format(seconds=self._within_s))
        else:
            self._watch = self._loop.call_later(left_s, self._look)

    def _lost(self, otherwise: str) -> Lost:
        return Lost(self._given_up or otherwise, is_silence=self._fell_silent)


async def opened(place: Place, addresses: Sequence[Address]) -> Session:
    """Return a session with the server at one of `addresses`. Raises SourceUnavailable, Refused."""
    prepare_library()
    tried: list[HostKey] = []
    first_type: str | None = None
    while True:
        door = FrontDoor(place.login, place.host_keys)
        try:
            async with asyncio.timeout(place.connect_within_s):
                return await _come_in(place, addresses, door, first_type)
        except TimeoutError as error:
            reason = TIMED_OUT.format(seconds=place.connect_within_s)
            raise place.server.unavailable(door.step, reason, CHECK_SERVER) from error
        except _OtherHostKey as other:
            shown_key = other.key
        if not place.host_keys:
            raise not_confirmed(place.server, shown_key)
        # A fingerprint alone does not say of which of the server's keys it is: it is asked to show the others too.
        tried.append(shown_key)
        first_type = _next_type(place.host_keys, tried, first_type)
        if first_type is None:
            raise another_key(place.server, tried[0], place.host_keys)


def _next_type(keys: tuple[HostKey, ...], shown_keys: list[HostKey], last: str | None) -> str | None:
    """Return the next type of host key to ask for, where a fingerprint may be of it; None where there is none."""
    if all(key.has_known_type for key in keys):
        return None
    seen = {key.types[0] for key in shown_keys}
    after = HOST_KEY_TYPES.index(last) + 1 if last else 0
    return next((each for each in HOST_KEY_TYPES[after:] if each not in seen), None)


async def _come_in(place: Place, addresses: Sequence[Address], door: FrontDoor, first_type: str | None) -> Session:
    socket_ = await _connected(place, addresses)
    options = client_options(place.login, place.host_keys, first_type)
    connection = None
    try:
        connection = await asyncssh.connect(
            place.server.host, place.server.port, sock=socket_, client_factory=lambda: door, **options
        )
        client = await connection.start_sftp_client(path_encoding=None)
        door.step = f"Opening {called(place.folder)}"
        root = await client.realpath(raw(place.folder) or b".")
        session = Session(connection, client, root, place.answer_within_s)
    except BaseException as error:
        if connection is not None:
            connection.abort()
        socket_.close()
        if not isinstance(error, Exception):
            raise
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and door.shown is not None:
            raise _OtherHostKey(door.shown) from error
        raise _not_opened(place, door, error) from error
    return session


async def _connected(place: Place, addresses: Sequence[Address]) -> socket.socket:
    """Connect to the first of `addresses` that answers; they share the time."""
    loop = asyncio.get_running_loop()
    problem: OSError | None = None
    for address in addresses:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        made = socket.socket(family, socket.SOCK_STREAM)
        made.settimeout(0)
        try:
            async with asyncio.timeout(place.connect_within_s / len(addresses)):
                await loop.sock_connect(made, (str(address), place.server.port))
        except TimeoutError as error:
            made.close()
            problem = error
        except OSError as error:
            made.close()
            problem = error
        except BaseException:
            made.close()
            raise
        else:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    if problem is None or isinstance(problem, TimeoutError):
        raise TimeoutError
    reason = os.strerror(problem.errno) if problem.errno else reason_of(problem)
    raise place.server.unavailable("Connecting", reason, CHECK_SERVER) from problem


def _not_opened(place: Place, door: FrontDoor, error: Exception) -> Exception:
    """Return what to raise where `error` ended the way in."""
    server, step = place.server, door.step
    if isinstance(error, SourceUnavailable):
        return error
    if isinstance(error, asyncssh.PermissionDenied):
        if door.password_has_expired:
            return server.unavailable(step, "the server wants a new password first", "Set one there, then enter it.")
        return server.unavailable(
            step,
            f"the server did not accept {place.login.called}",
            "Check the user name and what signs in, on the server too.",
        )
    if isinstance(error, asyncssh.ChannelOpenError):
        return server.unavailable(
            step, f"the server does not let this user use SFTP ({said(error)})", "Ask whoever runs it to allow that."
        )
    if isinstance(error, (*GONE, asyncssh.SFTPPermissionDenied)):
        return not_there(place, error)
    if isinstance(error, ValueError | LookupError):
        return server.unavailable(step, GARBLED, CHECK_SERVER)
    reason = reason_of(error) if isinstance(error, OSError) else said(error)
    return server.unavailable(step, reason, CHECK_SSH if step == AGREEING else CHECK_SERVER)


def not_there(place: Place, error: Exception) -> SourceUnavailable:
    """Return what to raise where the source's own folder cannot be opened."""
    forbidden = isinstance(error, asyncssh.SFTPPermissionDenied)
    reason = "the server does not let this user read it" if forbidden else "it is not there"
    do = "Check the name of the folder and what the user may read, on the server." if forbidden else CHECK_FOLDER
    return place.server.unavailable(f"Opening {called(place.folder)}", reason, do)


def called(folder: str) -> str:
    return f"the folder {shown(folder)}" if folder else "the folder that the user begins in"


def is_inside(root: bytes, path: bytes) -> bool:
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


def joined(root: bytes, path: str) -> bytes:
    return posixpath.join(root, raw(path)) if path else root
