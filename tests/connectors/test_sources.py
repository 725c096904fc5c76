"""Every source passes the suite that is shipped with the product."""

import os
import shutil
from pathlib import Path

from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.conformance import SourceConformance
from photosync.connectors.testing.memory import MemorySource


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
        file = Path(place, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def remove(self, place, source, path):
        file = Path(place, path)
        file.unlink()
        if not any(file.parent.iterdir()):
            file.parent.rmdir()

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
