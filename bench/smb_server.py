"""A Samba on loopback that shares a folder: the one of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import samba


@contextmanager
def smb_server(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the options of a source that reads `folder` over SMB; the server ends with the context."""
    with samba.running(shares={"portraits": {"path": str(folder), "read only": "yes"}}) as server:
        yield {
            "host": "127.0.0.1",
            "port": str(server.port),
            "share": "portraits",
            "username": samba.USER,
            "password": server.password,
        }
