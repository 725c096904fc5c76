"""Both kinds of SIF source pass the suite.

In SIF it is always said whether a picture is of a student or of staff, so nothing lies at the root, as in the suite.
Here the students stand for the root, the staff for the students, and students of a year for the rest.
"""

import zipfile
from dataclasses import replace
from ipaddress import ip_network

import pytest

from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.sif.documents import FolderDocuments, PackedDocuments
from photosync.connectors.sif.files import SifFilesSource
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PersonId
from photosync.connectors.sif.rest import SifRestSource
from photosync.connectors.sif.service import Place, SifService, SignIn
from photosync.connectors.testing.conformance import WINDOW, RecordConformance, entries_of, fetched
from photosync.outgoing.http import Asking, HttpClient
from photosync.outgoing.ranges import AllowedRanges
from tests.services.sif import School, school_server
from tests.services.web_server import web_server

LOOPBACK = AllowedRanges((ip_network("127.0.0.0/8"),))
FOLDERS = {"": "students", "students": "staff", "students/2026": "staff/2026", "staff": "students/1999"}
SHOWN = {there: here for here, there in FOLDERS.items()}
RECOGNISED = "The objects were read as SIF AU 3.4."


def there(path):
    folder, _, name = path.rpartition("/")
    return f"{FOLDERS[folder]}/{name}"


class Shown:
    """A source whose folders have the names that the suite gives them."""

    def __init__(self, source, school):
        self.source = source
        self.school = school

    def pages(self, known=None):
        known = known if known is None else {(self._there(key[0]), key[1]): known[key] for key in known}
        for page in self.source.pages(known):
            yield replace(page, folder=SHOWN[page.folder])

    def entries(self, pages):
        asked = {self._there(page.folder): page.folder for page in pages}
        for page, entries in self.source.entries([replace(page, folder=self._there(page.folder)) for page in pages]):
            yield replace(page, folder=asked[page.folder]), entries

    def fetch(self, folder, name, *, limit_bytes):
        return self.source.fetch(FOLDERS[folder], name, limit_bytes=limit_bytes)

    def warnings(self):
        return self.source.warnings()

    def close(self):
        self.source.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _there(self, folder):
        return FOLDERS.get(folder, f"unknown {folder}")


class SifConformance(RecordConformance):
    any_name = False

    def make(self, place, files, *, window_entries):
        school = School({there(path): content for path, content in files.items()})
        return Shown(self.opened(place, school, window_entries), school)

    def put(self, place, source, path, content):
        source.school.photos[there(path)] = content
        self.written(place, source.school)

    def remove(self, place, source, path):
        del source.school.photos[there(path)]
        self.written(place, source.school)

    def written(self, place, school):
        """The school has changed."""

    def test_plain_files_need_no_warning(self, tmp_path):
        """What was recognised is said, and nothing else."""
        with self.make(tmp_path, {"1.jpg": b"one"}, window_entries=WINDOW) as source:
            assert list(source.warnings()) == [RECOGNISED]

    def test_names_of_every_sort_make_the_round_trip(self, tmp_path):
        """What XML can hold. An identifier of blanks alone is none, for values are trimmed."""
        names = ["two\nlines.jpg", "-rf.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "\u202egpj.jpg", "a%b#2"]
        files = {name: name.encode() for name in names}
        with self.make(tmp_path, files, window_entries=WINDOW) as source:
            assert {path: fetched(source, path) for path in entries_of(source)} == {
                self.listed_as(path): content for path, content in files.items()
            }


class TestSifFolder(SifConformance):
    kind = "sif_files"

    def opened(self, place, school, window_entries):
        self.written(place, school)
        return SifFilesSource(
            FolderDocuments(str(place / "sif")), Links(LOOPBACK), PersonId(), window_entries=window_entries
        )

    def written(self, place, school):
        folder = place / "sif"
        folder.mkdir(exist_ok=True)
        (folder / "all.xml").write_bytes(school.document())

    def make_unavailable(self, place, source):
        (place / "sif").rename(place / "elsewhere")


class TestSifFile(TestSifFolder):
    def opened(self, place, school, window_entries):
        self.written(place, school)
        return SifFilesSource(
            FolderDocuments(str(place / "sif"), only="all.xml"),
            Links(LOOPBACK),
            PersonId(),
            window_entries=window_entries,
        )


class TestSifZip(SifConformance):
    kind = "sif_files"

    def opened(self, place, school, window_entries):
        self.written(place, school)
        return SifFilesSource(
            PackedDocuments(ArchiveSource(str(place / "sif.zip"))),
            Links(LOOPBACK),
            PersonId(),
            window_entries=window_entries,
        )

    def written(self, place, school):
        with zipfile.ZipFile(place / "new.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("export/all.xml", school.document())
        (place / "new.zip").rename(place / "sif.zip")

    def make_unavailable(self, place, source):
        (place / "sif.zip").unlink()


class TestSifRest(SifConformance):
    kind = "sif_rest"

    @pytest.fixture(autouse=True)
    def _servers(self, request):
        self.finish = request.addfinalizer

    def opened(self, place, school, window_entries):
        self.server = school_server(school)
        serving = web_server(self.server)
        web = serving.__enter__()
        self.finish(lambda: serving.__exit__(None, None, None))
        base = f"{web.address}/requests"
        service = SifService(
            HttpClient(Asking(base), LOOPBACK),
            Place(base, "Zone A", "DEFAULT"),
            SignIn("SIF_HMACSHA256", "a-session", "a secret"),
            page_size=50,
        )
        return SifRestSource(service, Links(LOOPBACK), PersonId(), window_entries=window_entries)

    def make_unavailable(self, place, source):
        self.server.available = False
