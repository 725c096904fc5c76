"""A real SFTP server of the tests' own, on loopback: asyncssh in a thread, with a folder that is all it shows."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

USERNAME = "photos"
PASSWORD = "correct horse"


class Files(asyncssh.SFTPServer):
    """Shows `root` of its server and nothing above it. Hostile servers are subclasses."""

    root: Path

    def __init__(self, chan: asyncssh.SSHServerChannel) -> None:
        super().__init__(chan, chroot=os.fsencode(self.root))


@dataclass
class SftpServer:
    """`root` is what it shows as `/`. What it is set to holds for the next connection.

    `takes` are the ways to sign in, all of which are needed where `needs_all` is set: "password", "publickey",
    "keyboard-interactive". `asked` and `signed_in` are what came.
    """

    root: Path
    files: type[Files] = Files
    takes: tuple[str, ...] = ("password",)
    needs_all: bool = False
    host_key_types: tuple[str, ...] = ("ssh-ed25519",)
    password: str = PASSWORD
    password_has_expired: bool = False
    allows_sftp: bool = True
    prompts: tuple[tuple[str, bool], ...] = (("Kennwort: ", False),)
    client_key: asyncssh.SSHKey | None = None
    algorithms: dict[str, list[str]] = field(default_factory=dict)
    port: int = 0
    asked: list[str] = field(default_factory=list)
    signed_in: int = 0
    host_keys: list[asyncssh.SSHKey] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread = field(init=False)
    _acceptor: asyncssh.SSHAcceptor | None = None
    _connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.host_keys = [asyncssh.generate_private_key(each) for each in self.host_key_types]
        self._thread = threading.Thread(target=self._loop.run_forever, name="sftp server", daemon=True)
        self._thread.start()

    @property
    def host_key(self) -> str:
        """The public key as OpenSSH writes it."""
        return self.host_keys[0].export_public_key().decode().strip()

    @property
    def fingerprint(self) -> str:
        return self.host_keys[0].get_fingerprint()

    def start(self) -> None:
        """Listen, again on the same port where it did before; nothing where it does."""
        if self._acceptor is None:
            self._do(self._listen())

    def stop(self) -> None:
        """Close the port and every connection, as a server that is switched off."""
        self._do(self._close())

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)  # type: ignore[arg-type]  # a coroutine

    async def _listen(self) -> None:
        server = self

        class Shown(self.files):  # type: ignore[name-defined,misc]  # the class is the test's choice
            root = server.root

        self._acceptor = await asyncssh.create_server(
            lambda: _Door(self),
            "127.0.0.1",
            self.port,
            server_host_keys=self.host_keys,
            sftp_factory=Shown if self.allows_sftp else None,
            reuse_address=True,
            login_timeout=30,
            **self.algorithms,
        )
        self.port = self._acceptor.get_port()

    async def _close(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        for connection in list(self._connections):
            connection.abort()
            await connection.wait_closed()
        self._connections.clear()


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None
        self._passed: set[str] = set()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._server._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        self._server.asked.append(f"user {username}")
        return True

    def auth_completed(self) -> None:
        self._server.signed_in += 1

    def password_auth_supported(self) -> bool:
        return "password" in self._server.takes

    def validate_password(self, username: str, password: str) -> bool:
        self._server.asked.append("password")
        if self._server.password_has_expired:
            raise asyncssh.PasswordChangeRequired("Your password has expired.")
        return self._came("password", right=(username, password) == (USERNAME, self._server.password))

    def public_key_auth_supported(self) -> bool:
        return "publickey" in self._server.takes

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._server.asked.append("publickey")
        known = self._server.client_key
        return self._came(
            "publickey", right=username == USERNAME and known is not None and key == known.convert_to_public()
        )

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self._server.takes

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> asyncssh.KbdIntChallenge:
        return "", "", "", list(self._server.prompts)

    def validate_kbdint_response(self, username: str, responses: asyncssh.KbdIntResponse) -> bool:
        self._server.asked.append("keyboard-interactive")
        return self._came("keyboard-interactive", right=list(responses) == [self._server.password])

    def _came(self, way: str, *, right: bool) -> bool:
        if right:
            self._passed.add(way)
        return right and (not self._server.needs_all or self._passed == set(self._server.takes))


@contextmanager
def sftp_server(root: Path, **settings: object) -> Iterator[SftpServer]:
    """Yield a running server that shows `root`."""
    server = SftpServer(root, **settings)  # type: ignore[arg-type]  # passed on as they are
    server.start()
    try:
        yield server
    finally:
        server.end()
