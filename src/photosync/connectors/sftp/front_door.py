"""The way in: whether this is the server that is meant, and only then who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncssh

from photosync.connectors.network import Endpoint
from photosync.connectors.sftp.host_keys import HostKey, fingerprint_of
from photosync.connectors.sftp.login import Login
from photosync.core.errors import Refused

AGREEING = "Agreeing on how to encrypt"


class FrontDoor(asyncssh.SSHClient):
    """One attempt to come in: `step` is what is going on, `shown` the host key that the server showed."""

    def __init__(self, login: Login, keys: Sequence[HostKey]) -> None:
        self.step = "Connecting"
        self.shown: HostKey | None = None
        self.password_has_expired = False
        self._username = login.username
        self._password_left = login.password
        self._keys = keys

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:  # noqa: ARG002 - the library's signatures
        self.step = AGREEING

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.shown = HostKey(fingerprint_of(key.public_data), (key.get_algorithm(),))
        return any(self.shown.fingerprint == each.fingerprint for each in self._keys)

    def begin_auth(self, username: str) -> None:  # noqa: ARG002
        self.step = f"Signing in as {self._username}"

    def auth_completed(self) -> None:
        self.step = "Starting SFTP"

    def password_auth_requested(self) -> str | None:
        """Return the password the first time, then None: it is never tried twice, so that nobody is locked out."""
        password, self._password_left = self._password_left, ""
        return password or None

    def password_change_requested(self, prompt: str, lang: str) -> Any:  # noqa: ARG002
        self.password_has_expired = True
        return NotImplemented

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password_left else None

    def kbdint_challenge_received(self, *told: Any) -> list[str] | None:
        """Return the password where one thing is asked for that is not shown while it is typed."""
        *_, prompts = told
        if not prompts:
            return []
        password = self.password_auth_requested() if len(prompts) == 1 and not prompts[0][1] else None
        return None if password is None else [password]


def not_confirmed(server: Endpoint, shown: HostKey) -> Refused:
    """Return what is said where no host key was entered yet."""
    return Refused(
        f"It is not confirmed yet that {server} is the right one, so nothing was sent to it: no user name, no "
        f"password. It showed the host key {shown}. Ask whoever runs the server whether this is its fingerprint. If "
        "not, this is another server; if it is, enter it as the host key.",
        command_line=f'--option "host_key={shown}"',
    )


def another_key(server: Endpoint, shown: HostKey, keys: tuple[HostKey, ...]) -> Refused:
    """Return what is said where the server has another host key than those that were entered."""
    expected = " or ".join(map(str, keys))
    return Refused(
        f"Another host key than the one that was entered was shown by {server}, so nothing was sent to it: no user "
        f"name, no password. It showed {shown}; entered was {expected}. It may be another server that pretends to be "
        "this one, or the server was set up anew. Ask whoever runs it; enter the new key only if they confirm it."
    )
