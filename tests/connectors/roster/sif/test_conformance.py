"""The suite of rosters, on XML files and on a service. SIF has no usernames."""

import zipfile

import pytest

from photosync.connectors.testing.roster_conformance import RosterConformance
from photosync.core.errors import SourceUnavailable
from tests.connectors.roster.sif.schools import objects_of, on_files, on_service, opened, server_of
from tests.services.sif import document
from tests.services.web_server import web_server


class SifConformance(RosterConformance):
    def _some(self):
        return {
            kind: [{name: value for name, value in each.items() if name != "username"} for each in people]
            for kind, people in super()._some().items()
        }

    def test_reading_that_breaks_off_does_not_end_quietly(self, tmp_path):
        """It is read to its end before its first row, so that it breaks off before that, or not at all."""
        for kind in self.kinds:
            many = self._many(kind)
            with self.make(tmp_path, {kind: many}) as roster:
                self.break_off(tmp_path, roster)
                self._raised(SourceUnavailable, lambda: roster.table(kind))  # noqa: B023 - called at once
            with self.make(tmp_path, {kind: many}) as roster:
                rows = iter(roster.table(kind))
                next(rows)
                self.make_unavailable(tmp_path, roster)
                assert len(list(rows)) == len(many) - 1


class TestSifFolder(SifConformance):
    kind = "sif_files"

    def make(self, place, people):
        folder = place / "sif"
        folder.mkdir(exist_ok=True)
        (folder / "all.xml").write_bytes(document("SIF_Objects", objects_of(people)))
        return on_files(folder)

    def make_unavailable(self, place, roster):
        (place / "sif" / "all.xml").unlink()
        (place / "sif").rmdir()

    def break_off(self, place, roster):
        path = place / "sif" / "all.xml"
        path.write_bytes(path.read_bytes()[:100_000])


class TestSifZip(SifConformance):
    kind = "sif_files"

    def make(self, place, people):
        with zipfile.ZipFile(place / "sif.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("all.xml", document("SIF_Objects", objects_of(people)))
        return opened("sif_files", place, path=str(place / "sif.zip"))

    def make_unavailable(self, place, roster):
        (place / "sif.zip").unlink()

    def break_off(self, place, roster):
        path = place / "sif.zip"
        path.write_bytes(path.read_bytes()[:-100])


class TestSifService(SifConformance):
    kind = "sif_rest"

    @pytest.fixture(autouse=True)
    def _service(self):
        self.objects = []
        self.server = server_of(lambda: self.objects)
        with web_server(self.server) as self.web:
            yield

    def make(self, place, people):
        self.objects, self.server.available = objects_of(people), True
        return on_service(self.web.address, page_size=1_000)

    def make_unavailable(self, place, roster):
        self.server.available = False
