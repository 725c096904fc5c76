"""What this process may do from now on: connect to allowed addresses, read its own program, and nothing else.

It is held by Python's audit events, which are raised before each of these is done, whatever library does it. What a
library does in C by itself raises none; so only what connects through Python's sockets may be called in here.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address
from typing import Any, Final, NoReturn

from photosync.outgoing.hosts import forbidden
from photosync.outgoing.ranges import AllowedRanges

_CONNECTING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_STARTING: Final = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn", "pty.spawn"}
)
_CHANGING: Final = frozenset(
    {"os.remove", "os.rename", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.truncate"}
)
_READABLE: Final = (
    "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/mime.types", "/etc/localtime", "/usr/lib", "/usr/share",
    "/usr/local/lib", "/usr/local/share", "/dev/null", "/dev/urandom",
)  # fmt: skip
_LOOKED_FOR: Final = frozenset({".netrc", "_netrc"})
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NO_FILES: Final = "This address would read or write a file of the server. That is not allowed, so nothing was sent."
NO_PROGRAMS: Final = "This address would start a program on the server. That is not allowed, so nothing was sent."
NO_OTHER_SOCKETS: Final = "This address leads to something else than a host on a network, so nothing was sent."


class Forbidden(PermissionError):
    """Raised where it was tried. It is an OSError, so that libraries take it for a connection that failed."""


class Guard:
    """`stopped` holds the sentences of what was tried and not done, in its order."""

    def __init__(self, allowed: AllowedRanges) -> None:
        self.stopped: list[str] = []
        self._allowed = allowed
        places = (sys.prefix, sys.base_prefix, *sys.path, *_READABLE)
        self._readable = tuple({os.path.realpath(place) for place in places if place})

    def begin(self) -> None:
        """Guard this process until it ends: an audit hook cannot be taken away."""
        sys.addaudithook(self._look)

    def _look(self, event: str, given: tuple[Any, ...]) -> None:
        if event in _CONNECTING:
            self._connecting(given[0], given[1])
        elif event == "open":
            self._opening(given[0], given[2])
        elif event in _STARTING:
            self._stop(NO_PROGRAMS)
        elif event in _CHANGING:
            self._stop(NO_FILES)

    def _connecting(self, used: socket.socket, address: Any) -> None:
        if address is None:  # goes where it is connected to, which was looked at
            return
        if used.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            self._stop(NO_OTHER_SOCKETS)
        try:
            meant = ip_address(address[0])
        except ValueError:
            # A name, or one of the old ways to write an address: the system would look it up after we have looked.
            self._stop(forbidden(str(address[0]), "an address that is not known beforehand"))
        if not self._allowed.allow(meant):
            self._stop(forbidden("", str(meant)))

    def _opening(self, path: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        real = os.path.realpath(os.fsdecode(path))
        writes = isinstance(flags, int) and flags & _WRITING
        if real == os.devnull or (not writes and any(_lies_in(real, place) for place in self._readable)):
            return
        if not writes and (not os.path.exists(real) or os.path.basename(real) in _LOOKED_FOR):  # noqa: PTH110, PTH119
            raise Forbidden(NO_FILES)  # libraries look for files of settings, and do without
        self._stop(NO_FILES)

    def _stop(self, why: str) -> NoReturn:
        self.stopped.append(why)
        raise Forbidden(why)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
