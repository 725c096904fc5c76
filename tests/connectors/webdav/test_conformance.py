"""WebDAV against the suite that every source passes, at Apache."""

import shutil

import pytest

from photosync.connectors.testing.conformance import SourceConformance
from tests.connectors import on_disk
from tests.connectors.webdav.opened import source


class TestWebdav(SourceConformance):
    kind = "webdav"

    @pytest.fixture(autouse=True)
    def _at(self, server, folder):
        self.server, self.folder = server, folder

    def make(self, place, files, *, window_entries):
        for path, content in files.items():
            self.put(place, None, path, content)
        return source(f"{self.server.address}{self.folder.name}", window=window_entries)

    def put(self, place, source, path, content):
        on_disk.put(self.folder, path, content)

    def remove(self, place, source, path):
        on_disk.remove(self.folder, path)

    def make_unavailable(self, place, source):
        shutil.rmtree(self.folder)
