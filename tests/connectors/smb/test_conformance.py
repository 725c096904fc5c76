"""A share passes the suite of all sources: encrypted with SMB 3.1.1, and signed with SMB 2.1."""

import shutil

import pytest

from photosync.connectors.testing.conformance import SourceConformance
from tests.connectors import on_disk
from tests.connectors.smb.reaching import source


class TestSmb(SourceConformance):
    kind = "smb"
    any_name = False
    control_characters = False

    @pytest.fixture(autouse=True)
    def server(self, samba):
        self.samba = samba

    def folder(self, place):
        return self.samba.files / type(self).__name__ / place.name

    def make(self, place, files, *, window_entries):
        self.folder(place).mkdir(parents=True)
        for path, content in files.items():
            self.put(place, None, path, content)
        within = self.folder(place).relative_to(self.samba.files)
        return source(self.samba, str(within), window_entries=window_entries)

    def put(self, place, source, path, content):
        on_disk.put(self.folder(place), path, content)

    def remove(self, place, source, path):
        on_disk.remove(self.folder(place), path)

    def make_unavailable(self, place, source):
        shutil.rmtree(self.folder(place))


class TestSmbSigned(TestSmb):
    @pytest.fixture(autouse=True)
    def server(self, old_samba):
        self.samba = old_samba
