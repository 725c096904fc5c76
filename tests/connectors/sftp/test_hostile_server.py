"""SFTP servers that lie, hide, never end or lead elsewhere: bounded, refused or told, never believed."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import asyncssh
import pytest

from photosync.connectors.sftp.listing import LONGEST_NAME_BYTES
from photosync.connectors.testing.conformance import entries_of, fetched, listing, raised
from photosync.connectors.testing.hostile import build_hostile_tree
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.sftp.served import source_on
from tests.services.sftp import Files, sftp_server

LATER = "It was left as it is; the next run"


class WholeMachine(Files):
    """Shows all of this machine, as a server does for a user who is not locked in."""

    def __init__(self, chan: asyncssh.SSHServerChannel) -> None:
        asyncssh.SFTPServer.__init__(self, chan)


def test_hostile_tree_is_listed_whole_and_read_where_it_may_be(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "root"
    root.mkdir()
    tree = build_hostile_tree(root, tmp_path / "outside")
    with sftp_server(root, files=WholeMachine) as server, source_on(server, folder=str(root)) as source:
        assert set(entries_of(source)) == {*tree.readable, *tree.refused, *tree.unreadable}
        assert {path: fetched(source, path) for path in tree.readable} == tree.readable
        codes = {path: raised(ItemRejected, lambda path=path: fetched(source, path)).code for path in tree.refused}
        assert codes == tree.refused
        for path in tree.unreadable:
            assert LATER in raised(TryLater, lambda path=path: fetched(source, path)).message
        entry = entries_of(source)["links/inside.jpg"]
        assert source.fetch("links", "inside.jpg", limit_bytes=100).stamp == entry.stamp


@pytest.mark.parametrize("path", ["../secret.jpg", "a/../../secret.jpg", "/etc/passwd", "..", "", "a//b", "a\0b"])
def test_fetch_of_a_path_that_climbs_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    with sftp_server(tmp_path) as server, source_on(server, folder="/root") as source:
        folder, _, name = path.rpartition("/")
        error = raised(ItemRejected, lambda: source.fetch(folder, name, limit_bytes=100))
        assert error.code == "outside_source"
        assert error.message.endswith("is not a name inside the source folder. It was not read.")


def test_messages_of_what_is_refused_say_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (root / "out.jpg").symlink_to("../secret.jpg")
    os.mkfifo(root / "pipe.jpg")
    (root / "large.jpg").write_bytes(b"12345")
    with sftp_server(tmp_path) as server, source_on(server, folder="root") as source:
        assert {path: raised(ItemRejected, lambda path=path: fetched(source, path, limit_bytes=4)).message for path in
                ("out.jpg", "pipe.jpg", "large.jpg")} == {
            "out.jpg": "out.jpg is a link that leads out of the source's folder, so it was not followed. Put the "
            "file itself into the folder.",
            "pipe.jpg": "pipe.jpg is not a file, so it was not opened. Remove it from the source folder.",
            "large.jpg": "large.jpg is larger than 4e-06 MB, so it was not read. Save it smaller, or raise the limit "
            "in the settings.",
        }  # fmt: skip
        assert raised(TryLater, lambda: fetched(source, "never.jpg")).message == (
            "never.jpg was no longer there when it was to be read. It was left as it is; the next run looks again."
        )


def test_folder_that_becomes_a_link_out_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "7A").mkdir(parents=True)
    outside.mkdir()
    for folder, content in ((root / "7A", b"inside"), (outside, b"secret")):
        (folder / "1.jpg").write_bytes(content)
    with sftp_server(tmp_path) as server, source_on(server, folder="/root") as source:
        assert set(entries_of(source)) == {"7A/1.jpg"}
        (root / "7A/1.jpg").unlink()
        (root / "7A").rmdir()
        (root / "7A").symlink_to(outside)
        assert raised(ItemRejected, lambda: fetched(source, "7A/1.jpg")).code == "outside_source"
        assert {path: entry.size_bytes > 0 for path, entry in entries_of(source).items()} == {"7A": True}


class OddNames(Files):
    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        plain = asyncssh.SFTPAttrs(type=1, size=3, permissions=stat.S_IFREG | 0o644, atime=5, mtime=5)
        for name in (
            b".",
            b"..",
            b"",
            b"a/b.jpg",
            b"../up.jpg",
            b"nul\0.jpg",
            b"x" * (LONGEST_NAME_BYTES + 1),
            b"1.jpg",
        ):
            yield asyncssh.SFTPName(name, b"", plain)
        if path.endswith(b"served"):
            below = asyncssh.SFTPAttrs(type=2, permissions=stat.S_IFDIR | 0o755, atime=5, mtime=5)
            for name in (b"../..", b"..", b"/", b"f", b"f"):
                yield asyncssh.SFTPName(name, b"", below)


def test_names_that_no_file_can_have_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with sftp_server(tmp_path, files=OddNames) as server, source_on(server, folder="served") as source:
        assert set(entries_of(source)) == {"1.jpg", "f/1.jpg"}
        list(source.pages({}))
        assert source.warnings() == [
            "The SFTP server listed 12 names that no file can have (, a/b.jpg, ../up.jpg, ...). They were left out. "
            "Ask whoever runs the server what they are."
        ]


class Endless(Files):
    """A folder without an end, of files or of folders."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        number = 0
        is_file = b"files" in path
        mode = stat.S_IFREG if is_file else stat.S_IFDIR
        while True:
            number += 1
            attributes = asyncssh.SFTPAttrs(
                type=1 if is_file else 2, size=1, permissions=mode | 0o755, atime=5, mtime=5
            )
            yield asyncssh.SFTPName(b"%d" % number, b"", attributes)


@pytest.mark.parametrize("folder", ["files", "folders"])
def test_listing_without_an_end_is_given_up(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    with sftp_server(tmp_path, files=Endless) as server, source_on(server, folder=folder, most_found=5_000) as source:
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Listing the folder {folder} failed on the SFTP server 127.0.0.1 (port {server.port}): it holds more "
            "than 5,000 files and folders. Nothing was concluded from it, so nothing was changed. Choose the folder "
            "that holds the photos alone."
        )


class EndlessOddNames(Files):
    """A folder without an end, of what is never listed."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        attributes = asyncssh.SFTPAttrs(type=1, size=1, permissions=stat.S_IFREG | 0o644, atime=5, mtime=5)
        while True:
            for name in (b".", b"._1.jpg", b"a/b.jpg"):
                yield asyncssh.SFTPName(name, b"", attributes)


def test_listing_without_an_end_of_names_that_are_left_out_is_given_up(tmp_path: Path) -> None:
    with sftp_server(tmp_path, files=EndlessOddNames) as server, source_on(server, most_found=2_000) as source:
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Listing the folder that the user begins in failed on the SFTP server 127.0.0.1 (port {server.port}): "
            "it holds more than 2,000 files and folders. Nothing was concluded from it, so nothing was changed. "
            "Choose the folder that holds the photos alone."
        )


class InCircles(Files):
    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        attributes = asyncssh.SFTPAttrs(type=2, permissions=stat.S_IFDIR | 0o755, atime=5, mtime=5)
        yield asyncssh.SFTPName(b"again", b"", attributes)


def test_folders_in_circles_are_given_up(tmp_path: Path) -> None:
    with sftp_server(tmp_path, files=InCircles) as server, source_on(server) as source:
        assert "is nested more than 64 folders deep" in raised(SourceUnavailable, lambda: listing(source)).message


class Silent(Files):
    """Says nothing of its files but their names; to ask for `bad.jpg` fails."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for name in super().scandir(path):
            yield asyncssh.SFTPName(name.filename, b"", asyncssh.SFTPAttrs())

    def lstat(self, path: bytes) -> object:
        if path.endswith(b"bad.jpg"):
            raise asyncssh.SFTPFailure("no such luck\n\x1b[2J")
        return super().lstat(path)


def test_what_the_listing_leaves_out_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for path in ("1.jpg", "bad.jpg", "a/2.jpg"):
        (tmp_path / path).write_bytes(b"123")
    with sftp_server(tmp_path, files=Silent) as server, source_on(server) as source:
        found = entries_of(source)
        assert {path: entry.size_bytes for path, entry in found.items()} == {"1.jpg": 3, "a/2.jpg": 3, "bad.jpg": 0}
        assert source.fetch("", "1.jpg", limit_bytes=9).stamp == found["1.jpg"].stamp
        assert raised(TryLater, lambda: fetched(source, "bad.jpg")).message == (
            f"bad.jpg could not be read from the SFTP server 127.0.0.1 (port {server.port}): the server answered "
            '"no such luck \\x1b[2J". It was left as it is. Make it readable for this user on the server, and the '
            "next "
            "run reads it."
        )


class Liar(Files):
    """Claims sizes: `claimed` for every file, to whoever asks by name or by the open file."""

    claimed: int

    def fstat(self, file_obj: object) -> object:
        attributes = asyncssh.SFTPAttrs.from_local(super().fstat(file_obj))
        attributes.size = self.claimed
        return attributes


class Smaller(Liar):
    claimed = 2


class Larger(Liar):
    claimed = 2_000


class Huge(Liar):
    claimed = 1 << 60


@pytest.mark.parametrize("files", [Smaller, Larger])
def test_size_that_is_not_true_is_no_photo(tmp_path: Path, files: type[Files]) -> None:
    (tmp_path / "1.jpg").write_bytes(b"12345")
    with sftp_server(tmp_path, files=files) as server, source_on(server) as source:
        assert raised(TryLater, lambda: fetched(source, "1.jpg")).message == (
            "1.jpg changed while it was being read. It was left as it is; the next run reads it again."
        )


def test_size_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"12345")
    with sftp_server(tmp_path, files=Huge) as server, source_on(server) as source:
        assert raised(ItemRejected, lambda: fetched(source, "1.jpg")).code == "too_many_bytes"


class NoSize(Files):
    """Tells no size, and gives bytes without an end for `endless.jpg`."""

    def fstat(self, file_obj: object) -> object:
        attributes = asyncssh.SFTPAttrs.from_local(super().fstat(file_obj))
        attributes.size = None
        return attributes

    def read(self, file_obj: object, offset: int, size: int) -> object:
        return b"x" * size if b"endless" in file_obj.name else super().read(file_obj, offset, size)  # type: ignore[attr-defined]  # an open file


def test_file_without_a_size_is_read_to_its_end_or_the_limit(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"12345" * 20_000)
    (tmp_path / "endless.jpg").write_bytes(b"1")
    with sftp_server(tmp_path, files=NoSize) as server, source_on(server) as source:
        assert fetched(source, "1.jpg") == b"12345" * 20_000
        assert fetched(source, "1.jpg", limit_bytes=100_000) == b"12345" * 20_000
        for path, limit_bytes in (("1.jpg", 99_999), ("endless.jpg", 300_000)):
            error = raised(ItemRejected, lambda path=path, most=limit_bytes: fetched(source, path, limit_bytes=most))
            assert error.code == "too_many_bytes"


class Drops(Files):
    """Gives a few bytes at a time, whatever is asked for."""

    def read(self, file_obj: object, offset: int, size: int) -> object:
        return super().read(file_obj, offset, min(size, 1_000))


def test_server_that_gives_less_than_was_asked_for_is_asked_again(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1_500
    (tmp_path / "1.jpg").write_bytes(content)
    with sftp_server(tmp_path, files=Drops) as server, source_on(server) as source:
        assert fetched(source, "1.jpg") == content


class Growing(Files):
    """Each read finds the file longer than before, as one that is being uploaded."""

    def read(self, file_obj: object, offset: int, size: int) -> object:
        with Path(os.fsdecode(self.root), "1.jpg").open("ab") as file:
            file.write(b"more")
        return super().read(file_obj, offset, size)


def test_file_that_grows_while_it_is_read_is_left_for_later(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"12345")
    with sftp_server(tmp_path, files=Growing) as server, source_on(server) as source:
        assert "changed while it was being read" in raised(TryLater, lambda: fetched(source, "1.jpg")).message


class Garbage(Files):
    """Answers the question for what a file is with what no program can read."""

    def lstat(self, path: bytes) -> object:
        class Unreadable(asyncssh.SFTPAttrs):
            def encode(self, sftp_version: int) -> bytes:
                return b"\xff\xff"

        return Unreadable()


def test_answer_that_is_not_sftp_gives_no_photo_and_is_no_silence(tmp_path: Path) -> None:
    """Nobody waits for it: whether the server is there at all, the run sees for itself after many."""
    (tmp_path / "1.jpg").write_bytes(b"12345")
    with sftp_server(tmp_path, files=Garbage) as server, source_on(server) as source:
        told = [raised(TryLater, lambda: fetched(source, "1.jpg")).message for _ in range(4)]
        where = f"the SFTP server 127.0.0.1 (port {server.port})"
    reason = "it answered with something that is not SFTP"
    later = f"1.jpg could not be read from {where}: {reason}. It was left as it is. The next run reads it again."
    assert told == [later] * 4


class Locked(Files):
    """Has a folder that this user may not read, and a photo too."""

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if path.endswith(b"locked"):
            raise asyncssh.SFTPPermissionDenied("No")
        return super().scandir(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        raise asyncssh.SFTPPermissionDenied("No")


def test_folder_that_may_not_be_read_makes_no_listing(tmp_path: Path) -> None:
    (tmp_path / "photos/locked").mkdir(parents=True)
    (tmp_path / "photos/1.jpg").write_bytes(b"1")
    with sftp_server(tmp_path, files=Locked) as server, source_on(server, folder="photos") as source:
        where = f"the SFTP server 127.0.0.1 (port {server.port})"
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Listing the folder photos/locked failed on {where}: the server does not let this user read it. Nothing "
            "was concluded from it, so nothing was changed. Let this user read and enter that folder, on the server, "
            "then run again."
        )
        assert raised(TryLater, lambda: fetched(source, "1.jpg")).message == (
            f'1.jpg could not be read from {where}: the server answered "No". It was left as it is. Make it readable '
            "for this user on the server, and the next run reads it."
        )


@pytest.mark.parametrize("folder", ["never", "/never/there"])
def test_folder_that_is_not_there_is_told(tmp_path: Path, folder: str) -> None:
    with sftp_server(tmp_path) as server, source_on(server, folder=folder) as source:
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Opening the folder {folder} failed on the SFTP server 127.0.0.1 (port {server.port}): it is not there. "
            "Nothing was concluded from it, so nothing was changed. Check the name of the folder, then run again."
        )


class Unmounted(Files):
    """Loses all that it serves once a folder in it is asked for."""

    def lose(self) -> None:
        with suppress(FileNotFoundError):
            Path(os.fsdecode(self.root), "photos").rename(Path(os.fsdecode(self.root), "elsewhere"))

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if not path.endswith(b"photos"):
            self.lose()
        async for name in super().scandir(path):
            yield name


def test_source_that_goes_while_it_is_listed_makes_no_listing(tmp_path: Path) -> None:
    """Every folder of it seems to be gone then; a listing without them would withdraw their photos."""
    for folder in ("7A", "7B"):
        (tmp_path / "photos" / folder).mkdir(parents=True)
        (tmp_path / "photos" / folder / "1.jpg").write_bytes(b"1")
    with sftp_server(tmp_path, files=Unmounted) as server, source_on(server, folder="photos") as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"Opening the folder photos failed on the SFTP server 127.0.0.1 (port {server.port}): it is not there. "
            "Nothing was concluded from it, so nothing was changed. Check the name of the folder, then run again."
        )


def test_photo_of_a_source_that_is_gone_makes_it_unavailable(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/1.jpg").write_bytes(b"1")
    with sftp_server(tmp_path) as server, source_on(server, folder="photos") as source:
        assert fetched(source, "1.jpg") == b"1"
        (tmp_path / "photos").rename(tmp_path / "elsewhere")
        assert raised(SourceUnavailable, lambda: fetched(source, "1.jpg")).message == (
            f"Opening the folder photos failed on the SFTP server 127.0.0.1 (port {server.port}): it is not there. "
            "Nothing was concluded from it, so nothing was changed. Check the name of the folder, then run again."
        )


class Counted(Files):
    """Counts how often each folder is listed."""

    listed: list[str] = []

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self.listed.append(path.decode())
        return super().scandir(path)


def test_entries_that_are_asked_for_while_the_listing_waits_are_no_part_of_it(tmp_path: Path) -> None:
    for path in (*(f"{number}.jpg" for number in range(40)), "a/1.jpg", "b/1.jpg"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"1")
    Counted.listed.clear()
    with (
        sftp_server(tmp_path, files=Counted) as server,
        source_on(server, window_entries=10, most_found=50) as source,
    ):
        pages = source.pages({})
        in_parts = [next(pages) for _ in range(5)]
        assert {page.folder for page in in_parts} == {""}
        for page, entries in source.entries(in_parts):
            assert page.entry_count == len(entries)
        rest = list(pages)
    assert sorted(page.folder for page in rest if page.folder) == ["a", "b"]
    assert sorted(Counted.listed) == ["/", "/", "/a", "/b"]
