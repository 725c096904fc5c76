"""A delivery passes the suite of every source: the papers among the files are neither listed nor counted."""

from photosync.connectors.photographer.source import DeliverySource
from tests.connectors import test_sources as kinds
from tests.connectors.photographer.volumes import columns, table

MIA = table(columns("0001.jpg", "Chen", "Mia", grade="7", room="7A")).encode()
PAPERS = {
    "INDEX.TXT": MIA,
    "COPYRIGHT.TXT": b"Yearbook pages only.",
    "students/readme.txt": b"Thank you.",
    "students/2026/Master.tsv": MIA,
    "Vol/INDEX.TXT": MIA,
}
AT_THE_ROOT = sum("/" not in path for path in PAPERS)


class TestDeliveryInMemory(kinds.TestMemory):
    kind = "photographer"

    def make(self, place, files, *, window_entries):
        """The window is that of the source within, where the papers take room too."""
        inner = super().make(place, PAPERS | files, window_entries=window_entries + AT_THE_ROOT)
        source = DeliverySource(inner)
        source.inner = inner
        return source

    def put(self, place, source, path, content):
        source.inner.put(path, content)

    def remove(self, place, source, path):
        source.inner.remove(path)

    def make_unavailable(self, place, source):
        source.inner.available = False


class TestDeliveryInMemoryWithEntriesAtHand(TestDeliveryInMemory, kinds.TestMemoryWithEntriesAtHand):
    pass


class TestDeliveryInAFolder(kinds.TestFolder):
    kind = "photographer"

    def make(self, place, files, *, window_entries):
        return DeliverySource(super().make(place, PAPERS | files, window_entries=window_entries + AT_THE_ROOT))


class TestDeliveryInAFolderWithHelpers(TestDeliveryInAFolder, kinds.TestFolderWithHelpers):
    pass


class TestDeliveryInAnArchive(kinds.TestArchive):
    kind = "photographer"

    def make(self, place, files, *, window_entries):
        inner = super().make(place, PAPERS | files, window_entries=window_entries + AT_THE_ROOT)
        source = DeliverySource(inner)
        source.inner = inner
        return source

    def put(self, place, source, path, content):
        super().put(place, source.inner, path, content)

    def remove(self, place, source, path):
        super().remove(place, source.inner, path)
