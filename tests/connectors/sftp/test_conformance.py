"""The SFTP source passes the suite that every source passes, on a real server."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.connectors.testing.conformance import SourceConformance
from tests.connectors import on_disk
from tests.connectors.sftp.served import source_on
from tests.services.sftp import SftpServer, sftp_server

SECONDS = itertools.count(1_700_000_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with sftp_server(tmp_path_factory.mktemp("served")) as server:
        yield server


class TestSftp(SourceConformance):
    """Each test has a folder of its own on one server. Its files are a second apart, as SFTP tells no less."""

    kind = "sftp"

    @pytest.fixture(autouse=True)
    def _served(self, server: SftpServer) -> None:
        self.server = server

    def make(self, place, files, *, window_entries):
        self.server.start()
        self.folder = Path(self.server.root, place.name)
        self.folder.mkdir(exist_ok=True)
        for path, content in files.items():
            self.put(place, None, path, content)
        return source_on(self.server, folder=f"/{place.name}", window_entries=window_entries)

    def put(self, place, source, path, content):
        file = on_disk.put(self.folder, path, content)
        now_s = next(SECONDS)
        os.utime(file, (now_s, now_s))

    def remove(self, place, source, path):
        on_disk.remove(self.folder, path)

    def make_unavailable(self, place, source):
        self.server.stop()
