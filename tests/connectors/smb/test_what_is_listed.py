"""What a listing makes of names, links and folders: from the bytes of an answer, and from a real share."""

import struct

import pytest

from photosync.connectors.contract import Entry
from photosync.connectors.folderwise import Subfolder
from photosync.connectors.network import Endpoint
from photosync.connectors.smb.messages import Found, State, found_in
from photosync.connectors.smb.place import Place
from photosync.connectors.smb.transport import Garbled
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.smb.reaching import source
from tests.services import samba as servers

FILE, FOLDER, LINK = 0x20, 0x10, 0x400
SYMLINK, JUNCTION, DFS, UNIX_LINK = 0xA000000C, 0xA0000003, 0x8000000A, 0x80000014
DEDUPLICATED, IN_THE_CLOUD, IN_A_CLOUD_FOLDER = 0x80000013, 0x9000001A, 0x9000601A


def entry(name, *, attributes=FILE, tag=0, following=None, name_bytes=None):
    """Return one name of a page, padded to 8 bytes as servers do; `following` is where the next one begins."""
    raw = name.encode("utf-16-le", "surrogatepass")
    size = 80 + len(raw)
    padded = -(-size // 8) * 8
    if following is None:
        following = padded
    length = len(raw) if name_bytes is None else name_bytes
    head = struct.pack("<IIQQQQQQIIIIQ", following, 0, 1, 2, 0x10, 0x11, 7, 8, attributes, length, tag, 0, 0x12)
    return head + raw + bytes(padded - size)


def found(name="a.jpg", *, attributes=FILE, tag=0):
    return next(found_in(entry(name, attributes=attributes, tag=tag, following=0)))


def test_page_gives_names_sizes_and_what_stamps_are_made_of():
    page = entry("0001.jpg") + entry("Ünï.jpg", tag=99) + entry("2026", attributes=FOLDER, following=0)
    state = State(7, 0x10, 0x11)
    assert list(found_in(page)) == [
        Found("0001.jpg", FILE, 0, 0x12, state),
        Found("Ünï.jpg", FILE, 0, 0x12, state),
        Found("2026", FOLDER, 0, 0x12, state),
    ]
    assert found().stamp == "10.11.12"


def test_half_characters_make_the_way_into_names_and_back():
    name = "\ud800\udc00\ud83d.jpg"
    assert found(name).name == "\U00010000\ud83d.jpg"
    with_halves = source_path(found(name).name)
    assert with_halves == name.encode("utf-16-le", "surrogatepass")


def source_path(name):
    return Place(Endpoint("SMB server", "files", 445), "photos", "").path(name)


@pytest.mark.parametrize("tag", [SYMLINK, UNIX_LINK, JUNCTION, DFS, 0x12345678])
@pytest.mark.parametrize("attributes", [FILE, FOLDER])
def test_reparse_points_that_lead_elsewhere_are_links(tag, attributes):
    link = found(attributes=attributes | LINK, tag=tag)
    assert link.is_link
    assert link.stamp == f"10.11.12.{tag:x}"


@pytest.mark.parametrize("tag", [DEDUPLICATED, IN_THE_CLOUD, IN_A_CLOUD_FOLDER])
@pytest.mark.parametrize("attributes", [FILE, FOLDER])
def test_reparse_points_that_keep_their_own_bytes_are_files_and_folders(tag, attributes):
    """Else a school whose server deduplicates, or tiers into a cloud, would have no photos."""
    kept = found(attributes=attributes | LINK, tag=tag)
    assert not kept.is_link
    assert kept.stamp == "10.11.12"


def test_reparse_point_of_unknown_sort_is_a_link_where_it_is_a_folder():
    assert found(attributes=FOLDER | LINK).is_link
    assert not found(attributes=FILE | LINK).is_link


@pytest.mark.parametrize(
    "page",
    [
        b"",
        bytes(79),
        entry("a.jpg", following=8),
        entry("a.jpg", following=4_000_000_000) + entry("b.jpg", following=0),
        entry("a.jpg", following=0, name_bytes=200),
        entry("a.jpg", following=0, name_bytes=9),
        entry("a.jpg", name_bytes=20) + entry("b.jpg", following=0),
        entry("a.jpg"),
    ],
)
def test_page_that_does_not_fit_is_not_believed(page):
    with pytest.raises(Garbled):
        list(found_in(page))


@pytest.mark.parametrize("name", ["", "a/b.jpg", "../a.jpg", "a\0.jpg"])
def test_name_that_nothing_in_a_folder_has_is_not_believed(samba, name):
    with source(samba) as opened, pytest.raises(Garbled):
        opened._seen("2026", found(name))


def test_names_that_are_no_photos_and_ways_up_are_left_out(samba):
    with source(samba, index="2026/idlink.txt") as opened:
        left_out = [".", "..", "._1.jpg", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "IDLINK.TXT"]
        assert [opened._seen("2026", found(name)) for name in left_out] == [None] * len(left_out)
        assert opened._seen("2025", found("idlink.txt")) == Entry("idlink.txt", 7, "10.11.12")
        assert opened._seen("", found("2026", attributes=FOLDER)) == Subfolder("2026")


def listed(opened):
    return sorted(
        f"{page.folder}/{each.name}".lstrip("/")
        for page, entries in opened.entries(list(opened.pages()))
        for each in entries
    )


def test_index_file_is_not_listed_and_fetched_however_it_is_written(samba):
    folder = samba.files / "with an index"
    (folder / "lists").mkdir(parents=True)
    (folder / "lists/IDLINK.TXT").write_bytes(b"0001,1.jpg")
    (folder / "1.jpg").write_bytes(b"one")
    with source(samba, folder.name, index="lists/idlink.txt") as opened:
        assert listed(opened) == ["1.jpg"]
        for within, name in (("lists", "IDLINK.TXT"), ("lists", "idlink.txt"), ("", r"lists\idlink.txt")):
            assert opened.fetch(within, name, limit_bytes=100).content == b"0001,1.jpg"


def test_links_inside_the_share_that_lead_round_are_not_followed_without_end(samba):
    folder = samba.files / "round"
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/b/1.jpg").write_bytes(b"one")
    (folder / "up").symlink_to(".")
    (folder / "a/b/again").symlink_to("..")
    with source(samba, folder.name) as opened:
        assert listed(opened) == ["a/b/1.jpg"]


def test_links_out_of_the_share_give_nothing(samba, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    folder = samba.files / "leading out"
    folder.mkdir()
    (folder / "file.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "folder").symlink_to(tmp_path)
    with source(samba, folder.name) as opened:
        assert listed(opened) == []
        for within, name in (("", "file.jpg"), ("folder", "secret.jpg")):
            with pytest.raises(TryLater):
                opened.fetch(within, name, limit_bytes=100)


@pytest.mark.parametrize(
    "name", ["line\nbreak.jpg", "a:b.jpg", r"a\b.jpg", "what?.jpg", "half\ud83d.jpg", "..", "a//b.jpg"]
)
def test_names_that_cannot_be_asked_for_are_rejected(samba, name):
    """A colon would ask for something hidden beside the file, and a backslash for a file in a folder."""
    with source(samba) as opened, pytest.raises(ItemRejected) as raised:
        opened.fetch("", name, limit_bytes=100)
    shown = {"line\nbreak.jpg": r"line\nbreak.jpg", "half\ud83d.jpg": r"half\ud83d.jpg"}.get(name, name)
    assert (raised.value.code, raised.value.message) == (
        "unaskable_name",
        f"{shown} has a name that the server cannot be asked for. It was not read. Rename it, with letters, digits, "
        "spaces and hyphens alone.",
    )


def test_names_that_cannot_be_asked_for_are_listed(samba):
    folder = samba.files / "odd names"
    folder.mkdir()
    for name in ("line\nbreak.jpg", "a:b.jpg", r"a\b.jpg"):
        (folder / name).touch()
    with source(samba, folder.name) as opened:
        assert listed(opened) == ["a:b.jpg", r"a\b.jpg", "line\nbreak.jpg"]


@pytest.mark.parametrize("name", ["a:b", "half\ud83d"])
def test_folder_that_cannot_be_asked_for_breaks_the_listing(samba, name):
    folder = samba.files / f"unaskable {len(name)}"
    folder.mkdir()
    path = folder / "2026"
    path.mkdir()
    path.rename(folder / name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
    shown = name if name.isprintable() else ascii(f"{folder.name}/{name}")[1:-1].partition("/")[2]
    with source(samba, folder.name) as opened, pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    assert raised.value.message == (
        f"Listing the folder {folder.name}/{shown} of the share photos failed on the SMB server 127.0.0.1 (port "
        f"{samba.port}): it cannot be asked for a folder of this name, so what is in it is not known. Nothing was "
        "concluded from it, so nothing was changed. Have it renamed, with letters, digits, spaces and hyphens alone. "
        "Then run again."
    )


def test_folder_of_more_files_than_any_has_is_given_up(samba):
    folder = samba.files / "endless"
    folder.mkdir()
    for number in range(50):
        (folder / f"{number}.jpg").touch()
    with source(samba, folder.name, most_in_a_folder=40) as opened, pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    assert raised.value.message == (
        f"Listing the folder endless of the share photos failed on the SMB server 127.0.0.1 (port {samba.port}): it "
        "holds more files than any source of photos. Nothing was concluded from it, so nothing was changed. Choose "
        "the folder with the photos. If there are so many, spread them over several."
    )


def test_source_that_goes_while_it_is_listed_makes_no_listing(samba):
    """Every folder of it seems to be gone then; a listing without them would withdraw their photos."""
    folder = samba.files / "going"
    (folder / "7A").mkdir(parents=True)
    (folder / "0.jpg").touch()
    (folder / "7A/1.jpg").touch()
    with source(samba, folder.name) as opened:
        pages = opened.pages()
        assert next(pages).folder == ""
        folder.rename(folder.with_name("gone elsewhere"))
        with pytest.raises(SourceUnavailable) as raised:
            list(pages)
    assert raised.value.message == (
        f"Listing the folder going of the share photos failed on the SMB server 127.0.0.1 (port {samba.port}): there "
        "is no such folder in the share. Nothing was concluded from it, so nothing was changed. Check the folder's "
        "path, from the top of the share, and that it was not moved or renamed. Then run again."
    )


def test_folder_that_goes_while_the_source_is_listed_is_one_that_is_gone(samba):
    folder = samba.files / "staying"
    (folder / "7A").mkdir(parents=True)
    (folder / "0.jpg").touch()
    (folder / "7A/1.jpg").touch()
    with source(samba, folder.name) as opened:
        pages = opened.pages()
        assert next(pages).folder == ""
        (folder / "7A").rename(samba.files / "7A elsewhere")
        assert list(pages) == []


def test_file_larger_than_the_limit_is_not_read(samba):
    (samba.files / "huge.jpg").write_bytes(bytes(3_000_000))
    with source(samba) as opened, pytest.raises(ItemRejected) as raised:
        opened.fetch("", "huge.jpg", limit_bytes=2_000_000)
    assert (raised.value.code, raised.value.message) == (
        "too_many_bytes",
        "huge.jpg is larger than 2 MB, so it was not read. Save it smaller, or raise the limit in the settings.",
    )


def test_folder_where_a_file_was_expected_is_tried_later(samba):
    (samba.files / "was a file.jpg").mkdir()
    with source(samba) as opened, pytest.raises(TryLater) as raised:
        opened.fetch("", "was a file.jpg", limit_bytes=100)
    assert raised.value.message == (
        "was a file.jpg was no longer there when it was to be read. It was left as it is; the next run looks again."
    )


def test_server_that_gives_little_at_a_time_is_read_all_the_same():
    """64 KiB at once, and 8 credits, as small network disks have."""
    settings = {"smb2 max read": "65536", "smb2 max trans": "65536", "smb2 max credits": "8"}
    content = bytes(range(256)) * 1_500
    with servers.running(settings=settings) as small:
        for number in range(1_500):
            (small.files / f"{number:06}.jpg").touch()
        (small.files / "large.jpg").write_bytes(content)
        with source(small, window_entries=2_000) as opened:
            assert len(listed(opened)) == 1_501
            assert opened.fetch("", "large.jpg", limit_bytes=1_000_000).content == content
