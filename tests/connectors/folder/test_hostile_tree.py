"""The folder source among nasty names, links leading out, and things that are no files."""

import os
import threading

import pytest

from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.conformance import entries_of, fetched
from photosync.connectors.testing.hostile import build_hostile_tree
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater


@pytest.fixture(params=[2_000, 0], ids=["in process", "with helpers"])
def hostile(request, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    tree = build_hostile_tree(root, tmp_path / "outside")
    return tree, FolderSource(os.path.realpath(root), small_source_entries=request.param)


def test_listing_of_a_hostile_tree_is_complete(hostile):
    tree, source = hostile
    assert set(entries_of(source)) == {*tree.readable, *tree.refused, *tree.unreadable}


def test_fetch_in_a_hostile_tree_gives_what_is_inside(hostile):
    tree, source = hostile
    assert {path: fetched(source, path) for path in tree.readable} == tree.readable


def test_fetch_in_a_hostile_tree_refuses_what_leads_out(hostile):
    tree, source = hostile
    codes = {}
    for path in tree.refused:
        with pytest.raises(ItemRejected) as caught:
            fetched(source, path)
        codes[path] = caught.value.code
    assert codes == tree.refused


def test_fetch_of_links_that_lead_nowhere_is_for_later(hostile):
    tree, source = hostile
    for path in tree.unreadable:
        with pytest.raises(TryLater):
            fetched(source, path)


@pytest.mark.parametrize(
    "path",
    ["../outside/secret.jpg", "nested/../../outside/secret.jpg", "/etc/passwd", "..", "", "a//b", "a\0b"],
)
def test_fetch_of_a_path_that_climbs_out(hostile, path):
    _, source = hostile
    folder, _, name = path.rpartition("/")
    with pytest.raises(ItemRejected, match="is not a name inside the source folder") as caught:
        source.fetch(folder, name, limit_bytes=100)
    assert caught.value.code == "outside_source"


def test_fetch_through_a_folder_link_is_refused(hostile):
    _, source = hostile
    with pytest.raises(TryLater, match="no longer there"):
        source.fetch("links/folder-out", "secret.jpg", limit_bytes=100)


def test_fetch_messages_say_what_to_do(hostile):
    _, source = hostile
    with pytest.raises(ItemRejected) as link:
        fetched(source, "links/file-out.jpg")
    assert link.value.message == (
        "links/file-out.jpg is a link that leads out of the source folder, so it was not followed. "
        "Put the file itself into the folder."
    )
    with pytest.raises(ItemRejected) as pipe:
        fetched(source, "pipe.jpg")
    assert pipe.value.message == ("pipe.jpg is not a file, so it was not opened. Remove it from the source folder.")
    with pytest.raises(ItemRejected) as large:
        source.fetch("", "two\nlines.jpg", limit_bytes=0)
    assert large.value.message == (
        "two\\nlines.jpg is larger than 0 MB, so it was not read. "
        "Save it smaller, or raise the limit in the settings."
    )


def test_link_changes_with_its_target(tmp_path):
    (tmp_path / "one.jpg").write_bytes(b"one")
    (tmp_path / "link.jpg").symlink_to("one.jpg")
    source = FolderSource(os.path.realpath(tmp_path))
    before = entries_of(source)["link.jpg"]
    (tmp_path / "one.jpg").write_bytes(b"longer")
    after = entries_of(source)["link.jpg"]
    assert (before.size_bytes, after.size_bytes) == (3, 6)
    assert before.stamp != after.stamp == source.fetch("", "link.jpg", limit_bytes=100).stamp


def test_file_that_changes_while_it_is_read(tmp_path):
    file = tmp_path / "busy.jpg"
    with file.open("wb") as opened:
        opened.truncate(200_000_000)
    source = FolderSource(os.path.realpath(tmp_path))
    stop, busy = threading.Event(), threading.Event()

    def keep_changing():
        while not stop.is_set():
            os.utime(file)
            busy.set()

    changer = threading.Thread(target=keep_changing)
    changer.start()
    try:
        busy.wait()
        with pytest.raises(TryLater) as caught:
            fetched(source, "busy.jpg", limit_bytes=300_000_000)
    finally:
        stop.set()
        changer.join()
    assert caught.value.message == (
        "busy.jpg changed while it was being read. It was left as it is; the next run reads it again."
    )


def test_file_whose_size_lies():
    source = FolderSource(f"/proc/{os.getpid()}")
    with pytest.raises(TryLater, match="status changed while it was being read"):
        fetched(source, "status")
    with pytest.raises(ItemRejected, match="larger than") as caught:
        fetched(source, "status", limit_bytes=10)
    assert caught.value.code == "too_many_bytes"


def test_change_that_keeps_size_and_time_is_noticed(tmp_path):
    file = tmp_path / "1.jpg"
    file.write_bytes(b"one")
    kept = file.stat()
    source = FolderSource(os.path.realpath(tmp_path))
    before = list(source.pages())
    file.write_bytes(b"two")
    os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert list(source.pages()) != before


def test_root_that_became_a_link_is_not_followed(tmp_path):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret.jpg").write_bytes(b"secret")
    source = FolderSource(os.path.realpath(root))
    root.rmdir()
    root.symlink_to(elsewhere)
    with pytest.raises(SourceUnavailable, match="is not a folder"):
        list(source.pages())
    with pytest.raises(SourceUnavailable, match="can no longer be opened"):
        fetched(source, "secret.jpg")
