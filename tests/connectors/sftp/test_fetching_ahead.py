"""Several photos are on their way at the same time, over the one line to an SFTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from photosync.connectors.sftp.source import FETCHES_AT_ONCE
from photosync.connectors.testing.conformance import fetched
from photosync.engine.fetch_ahead import fetched_ahead
from photosync.engine.ports import FileToFetch
from tests.connectors.sftp.served import source_on
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.sftp import Files, SftpServer, sftp_server


class Noting(Files):
    """Notes what it is asked for, whatever the question."""

    asked: set[str] = set()

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        self.asked.add(path.decode().lstrip("/"))
        return super().open(path, pflags, attrs)

    def lstat(self, path: bytes) -> Any:
        self.asked.add(path.decode().lstrip("/"))
        return super().lstat(path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    for number in range(2 * FETCHES_AT_ONCE):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number)
    with sftp_server(tmp_path, files=Noting) as server:
        yield server


@pytest.fixture
def network(server: SftpServer) -> Iterator[BadNetwork]:
    with bad_network(server.port) as network:
        yield network


def test_photos_are_fetched_ahead_of_one_another(server: SftpServer, network: BadNetwork) -> None:
    """No answer comes before as many are asked for as the source reads at the same time."""
    files = [FileToFetch(number, "", f"{number}.jpg", 1, "") for number in range(2 * FETCHES_AT_ONCE)]
    with source_on(server, port=network.port) as source, ThreadPoolExecutor(1) as pool:
        assert source.fetches_at_once == FETCHES_AT_ONCE >= 4
        assert fetched(source, "0.jpg") == b"0"
        Noting.asked.clear()
        network.disturb(down=Faults(stall_after=0))
        coming = pool.submit(list, fetched_ahead(source, files, 99))
        while len(Noting.asked) < FETCHES_AT_ONCE and not coming.done():
            threading.Event().wait(0.01)
        network.mend()
        outcomes = [outcome for _, outcome in coming.result()]
    assert [getattr(each, "content", each) for each in outcomes] == [b"%d" % file.file_id for file in files]
