"""Every source passes the suite that is shipped with the product."""

import os
import shutil
from pathlib import Path

from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.conformance import SourceConformance
from photosync.connectors.testing.memory import MemorySource
from photosync.connectors.testing.zips import Zipped, zip_bytes
from tests.connectors import on_disk


class TestMemory(SourceConformance):
    def make(self, place, files, *, window_entries):
        return MemorySource(files, window_entries=window_entries)

    def put(self, place, source, path, content):
        source.put(path, content)

    def remove(self, place, source, path):
        source.remove(path)

    def make_unavailable(self, place, source):
        source.available = False


class TestMemoryWithEntriesAtHand(TestMemory):
    def make(self, place, files, *, window_entries):
        return MemorySource(files, window_entries=window_entries, at_hand=True)


class TestFolder(SourceConformance):
    kind = "folder"
    small_source_entries = 2_000

    def make(self, place, files, *, window_entries):
        for path, content in files.items():
            self.put(place, None, path, content)
        return FolderSource(
            os.path.realpath(place),
            window_entries=window_entries,
            small_source_entries=self.small_source_entries,
        )

    def put(self, place, source, path, content):
        on_disk.put(place, path, content)

    def remove(self, place, source, path):
        on_disk.remove(place, path)

    def make_unavailable(self, place, source):
        shutil.rmtree(place)

    def test_folder_that_differs_comes_with_its_entries(self, tmp_path):
        """Links among them, and without what is in the folders beneath."""
        with self.make(tmp_path, {"a/1.jpg": b"1", "a/b/2.jpg": b"2", "c/3.jpg": b"3"}, window_entries=40) as source:
            known = {(page.folder, page.bucket): page.digest for page in source.pages()}
            (tmp_path / "a/link.jpg").symlink_to("1.jpg")
            came = {page.folder: page.entries for page in source.pages(known) if page.entries is not None}
            assert {folder: sorted(entry.name for entry in entries) for folder, entries in came.items()} == {
                "a": ["1.jpg", "link.jpg"]
            }


class TestFolderWithHelpers(TestFolder):
    small_source_entries = 0


class TestArchive(SourceConformance):
    """The ZIP is replaced as programs do it: the new one is made beside it and takes its name."""

    kind = "archive"

    method = 8

    def make(self, place, files, *, window_entries):
        source = ArchiveSource(os.path.realpath(place / "photos.zip"), window_entries=window_entries)
        source.held = dict(files)
        self._write(source)
        return source

    def put(self, place, source, path, content):
        source.held[path] = content
        self._write(source)

    def remove(self, place, source, path):
        del source.held[path]
        self._write(source)

    def make_unavailable(self, place, source):
        (place / "photos.zip").unlink()

    def _write(self, source):
        content = zip_bytes([Zipped(path, held, self.method) for path, held in source.held.items()])
        beside = Path(source.path).with_suffix(".new")
        beside.write_bytes(content)
        beside.rename(source.path)


class TestArchiveCutOff(TestArchive):
    """Not packed, in the wide form, and unavailable because its copying is not finished."""

    method = 0

    def make_unavailable(self, place, source):
        whole = (place / "photos.zip").read_bytes()
        (place / "photos.zip").write_bytes(whole[: len(whole) - 30])

    def _write(self, source):
        content = zip_bytes([Zipped(path, held, self.method) for path, held in source.held.items()], zip64=True)
        beside = Path(source.path).with_suffix(".new")
        beside.write_bytes(content)
        beside.rename(source.path)
