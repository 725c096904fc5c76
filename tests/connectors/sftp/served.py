"""Sources on the tests' own SFTP server."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from photosync.connectors.network import Endpoint
from photosync.connectors.sftp.host_keys import host_keys_in
from photosync.connectors.sftp.login import Login
from photosync.connectors.sftp.session import Place
from photosync.connectors.sftp.source import SftpSource
from photosync.outgoing import AllowedRanges
from tests.services.sftp import PASSWORD, USERNAME, SftpServer

LOOPBACK = AllowedRanges((ip_network("127.0.0.1/32"),))
SOON_S = 0.5


def place_on(server: SftpServer, /, **changed: Any) -> Place:
    """Return the place of a source that trusts `server`, with patience enough for a busy machine."""
    given: dict[str, Any] = {
        "server": Endpoint("SFTP server", "127.0.0.1", server.port),
        "login": Login(USERNAME, PASSWORD),
        "host_keys": host_keys_in(server.host_key),
        "folder": "",
        "connect_within_s": 15.0,
        "answer_within_s": 15.0,
    }
    return Place(**(given | changed))


def source_on(server: SftpServer, /, *, port: int | None = None, **changed: Any) -> SftpSource:
    """Return a source on `server`. `port` is that of a network before it; the rest are fields of its place."""
    settings = {name: changed.pop(name) for name in ("index", "window_entries", "most_found") if name in changed}
    if port is not None:
        changed["server"] = Endpoint("SFTP server", "127.0.0.1", port)
    return SftpSource(place_on(server, **changed), LOOPBACK, **settings)
