"""A listing that cannot be finished raises, says why, and says what to do."""

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from photosync.connectors.contract import Page
from photosync.connectors.folder.source import FolderSource, unavailable
from photosync.connectors.folder.tree import Broken
from photosync.connectors.folder.walk import Walk
from photosync.core.errors import SourceUnavailable, TryLater

NOBODY = 65534


@contextlib.contextmanager
def without_special_rights():
    """Within it, permissions count, even where the tests are run by root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def root(tmp_path):
    above = Path(tempfile.gettempdir()).resolve()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(above) and folder != above:
            folder.chmod(0o755)  # pytest's own are closed to everyone else
    root = tmp_path / "photos"
    for path in ("1.jpg", "a/2.jpg", "b/3.jpg"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"photo")
    return root


def message_of(source):
    with pytest.raises(SourceUnavailable) as caught:
        list(source.pages())
    return caught.value.message


def test_folder_that_has_vanished(root):
    source = FolderSource(str(root))
    shutil.rmtree(root)
    assert message_of(source) == (
        f"{root} is not there, or was removed while it was read. The listing is incomplete, so nothing was "
        "changed. Check that the folder is there and mounted, then run again."
    )


def test_file_in_place_of_the_folder(root):
    assert message_of(FolderSource(str(root / "1.jpg"))) == (
        f"{root}/1.jpg is not a folder. The listing is incomplete, so nothing was changed. "
        "Check the source folder, then run again."
    )


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["closed", "readable but not to be entered"])
def test_subfolder_without_permission_is_named(root, mode):
    (root / "a").chmod(mode)
    try:
        with without_special_rights():
            message = message_of(FolderSource(str(root)))
    finally:
        (root / "a").chmod(0o755)
    assert message == (
        f"Photo Sync may not read {root}/a. The listing is incomplete, so nothing was changed. "
        "Allow it to read and enter that folder, then run again."
    )


def test_file_without_permission_is_listed_and_fails_alone(root):
    (root / "a/2.jpg").chmod(0)
    source = FolderSource(str(root))
    with without_special_rights():
        assert sum(page.entry_count for page in source.pages()) == 3
        with pytest.raises(TryLater) as caught:
            source.fetch("a", "2.jpg", limit_bytes=100)
    assert caught.value.message == (
        "a/2.jpg could not be read: Permission denied. It was left as it is; "
        "make it readable for Photo Sync, and the next run reads it."
    )
    assert type(caught.value) is TryLater


def test_folder_nested_too_deep(root):
    (root / "/".join(["d"] * 102)).mkdir(parents=True)
    for small in (2_000, 0):
        message = message_of(FolderSource(str(root), small_source_entries=small))
        assert "is nested more than 100 folders deep. The listing is incomplete" in message
        assert message.endswith("Move it up or out of the source folder.")


def test_broken_listing_leaves_nothing_open(root):
    (root / "/".join(["d"] * 102)).mkdir(parents=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for small in (2_000, 0):
        message_of(FolderSource(str(root), small_source_entries=small))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_disk_or_network_that_breaks_off():
    assert unavailable("/srv/photos", Broken(errno.ESTALE, "a")).message == (
        "Reading /srv/photos/a broke off: Stale file handle. The listing is incomplete, so nothing was "
        "changed. Check the disk or the network mount, then run again."
    )


def test_page_that_grew_far_beyond_the_window(root):
    for number in range(50):
        (root / f"a/{number}.jpg").touch()
    source = FolderSource(str(root), window_entries=10)
    with pytest.raises(SourceUnavailable) as caught:
        list(source.entries([Page("a", None, bytes(16), 1)]))
    assert caught.value.message == (
        f"{root}/a was being filled with many files while it was read. The listing is incomplete, so nothing "
        "was changed. Run again when the copying is finished."
    )


class RemovesTheOtherFolder:
    """Takes a walk's folders; with the first of `a` and `b` it removes the other, or the same one."""

    def __init__(self, root):
        self.root = root

    def whole(self, folder, digest, count, entries):
        if folder:
            shutil.rmtree(self.root / ("b" if folder == "a" else "a"))

    def spread(self, folder, sums, counts, parts_given):
        raise AssertionError(folder)

    def wanted(self, work):
        return False


def test_subfolder_removed_midway(root):
    with pytest.raises(Broken) as caught:
        Walk(str(root), None, RemovesTheOtherFolder(root)).folders([""])
    assert caught.value.reason == errno.ENOENT
    assert caught.value.folder in ("a", "b")


class RemovesTheFolderBeingRead(RemovesTheOtherFolder):
    def wanted(self, work):
        if (self.root / "b").exists():
            shutil.rmtree(self.root / "b")
        return False


def test_folder_removed_while_it_is_read(root):
    for path in root.iterdir():
        shutil.rmtree(path) if path.name == "a" else None
    for number in range(20):
        (root / f"b/{number}.jpg").touch()
    with pytest.raises(Broken) as caught:
        Walk(str(root), None, RemovesTheFolderBeingRead(root), 5).folders(["b"])
    assert (caught.value.reason, caught.value.folder) == (errno.ENOENT, "b")


def test_helper_that_ends_by_itself(root, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    source = FolderSource(str(root), small_source_entries=0)
    before = {process.pid for process in psutil.Process().children()}
    assert message_of(source) == (
        f"A process that was listing {root} was ended from outside, perhaps for lack of memory. "
        "The listing is incomplete, so nothing was changed. Run again."
    )
    with pytest.raises(SourceUnavailable, match="was ended from outside"):
        list(source.entries([Page("a", None, bytes(16), 1)]))
    assert {process.pid for process in psutil.Process().children()} == before
