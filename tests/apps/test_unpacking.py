"""ZIPs that people send: what is in them is taken or refused in words, and is read as that of a data source is."""

import errno
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from photosync.apps.unpacking import FoundFile, ZipRules, files_in_zip, names_in_zip
from photosync.connectors.archive.naming import Refusal
from photosync.connectors.archive.words import REASONS
from photosync.connectors.testing.zips import Zipped, zip_bytes

RULES = ZipRules(100_000_000, "too large", unpacks_to_more="unpacks to more", archive_inside="archive inside")
DAMAGED = "It is damaged in the ZIP. Make the ZIP again."
ENCRYPTED = "It is encrypted in the ZIP. Make the ZIP without a password."
LINK = "It is a link or device inside the ZIP and not a file. Make the ZIP again with the files themselves."
NOT_WHOLE = [("", "The ZIP cannot be read: it is damaged, or not whole. Make it again.")]
UNICODE_PATH = struct.pack("<HHBL", 0x7075, 11, 1, crc32(b"\x81.jpg")) + "ü.jpg".encode()


def sent(place: Path, content: bytes, rules: ZipRules = RULES) -> list[FoundFile]:
    (place / "sent.zip").write_bytes(content)
    with (place / "sent.zip").open("rb") as file:
        found = list(files_in_zip(file, rules))
        names = names_in_zip(file, rules)
    assert names == (None if found and not found[0].name else [each.name for each in found])
    return found


def refusals(found: Sequence[FoundFile]) -> list[tuple[str, str]]:
    return [(each.name, each.refusal) for each in found]


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_every_way_of_packing_that_a_data_source_knows_is_read(tmp_path: Path, method: int) -> None:
    content = os.urandom(300_000)
    assert sent(tmp_path, zip_bytes([Zipped("1.jpg", content, method)])) == [FoundFile("1.jpg", content)]


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        (Zipped("a.jpg", b"more than it says", size_bytes=4), DAMAGED),
        (Zipped("a.jpg", b"\0" * 50_000_000, size_bytes=900), DAMAGED),
        (Zipped("a.jpg", b"less than it says", size_bytes=40), DAMAGED),
        (Zipped("a.jpg", b"other bytes", crc=7), DAMAGED),
        (Zipped("a.jpg", b"far away", offset=5_000), DAMAGED),
        (Zipped("a.jpg", b"", size_bytes=90_000_000), "unpacks to more"),
        (Zipped("a.jpg", b"", size_bytes=100_000_001), "too large"),
        (Zipped("a.ZIP", b"", size_bytes=100_000_001), "archive inside"),
        (Zipped("a.jpg", zip_bytes([Zipped("b.jpg", b"b")])), "archive inside"),
        (Zipped("a.jpg", b"Rar!\x1a\x07"), "archive inside"),
        (Zipped("a.jpg", b"x", flags=1), ENCRYPTED),
        (Zipped("a.jpg", b"x", 9), "It is packed in a way that is not known here. Make an ordinary ZIP."),
    ],
)
def test_entry_that_lies_is_refused_and_the_next_is_read(tmp_path: Path, entry: Zipped, refusal: str) -> None:
    found = sent(tmp_path, zip_bytes([entry, Zipped("z.jpg", b"z")]))
    assert refusals(found) == [(entry.name, refusal), ("z.jpg", "")]


def test_names_are_those_that_a_data_source_shows(tmp_path: Path) -> None:
    entries = [
        Zipped(b"\x81.jpg", b"1", extra=UNICODE_PATH),
        Zipped("ë.jpg".encode(), b"2"),
        Zipped("folder/", b""),
        Zipped("folder", b"", host=0, attributes=0x10),
        Zipped("__MACOSX/._1.jpg", b"3"),
        Zipped(b"\xff.jpg", b"4", flags=0x800),
    ]
    assert [each.name for each in sent(tmp_path, zip_bytes(entries))] == ["ü.jpg", "ë.jpg", "\udcff.jpg"]


def test_list_that_breaks_off_is_no_list_and_nothing_of_it_is_read(tmp_path: Path) -> None:
    whole = zip_bytes([Zipped("1.jpg", b"one"), Zipped("2.jpg", b"two")])
    second = whole.rindex(b"PK\1\2")
    assert refusals(sent(tmp_path, whole[:second] + b"????" + whole[second + 4 :])) == NOT_WHOLE
    assert refusals(sent(tmp_path, whole[:-30])) == NOT_WHOLE
    assert refusals(sent(tmp_path, b"")) == NOT_WHOLE


def test_list_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [("", "The ZIP lists more than 20000 files. Send it in parts.")]
    entries = [Zipped(f"{number}.jpg", packed=b"") for number in range(20_001)]
    assert refusals(sent(tmp_path, zip_bytes(entries))) == told
    monkeypatch.setattr("photosync.apps.unpacking.LARGEST_DIRECTORY_BYTES", 90)
    assert refusals(sent(tmp_path, zip_bytes(entries[:2]))) == told


@pytest.mark.parametrize("files", [80, 81])
def test_zip_that_holds_too_much_is_refused_as_a_whole_before_anything_is_read(tmp_path: Path, files: int) -> None:
    """Also where entries share their bytes: each counts with what it unpacks to, what is not read with nothing."""
    shared = Zipped("2.jpg", b"", 0, size_bytes=100_000_000, packed_bytes=100_000_000, offset=0)
    not_read = [
        Zipped("film.mov", b"", 0, size_bytes=3_000_000_000, packed_bytes=3_000_000_000),
        Zipped("secret.jpg", b"x", flags=1, size_bytes=90_000_000),
    ]
    found = refusals(sent(tmp_path, zip_bytes([*not_read, *[shared] * files])))
    if files == 80:  # 8 GB to the byte
        assert found[:3] == [("film.mov", "too large"), ("secret.jpg", ENCRYPTED), ("2.jpg", DAMAGED)]
    else:
        assert found == [("", "The ZIP unpacks to more than 8 GB. Make several ZIPs of it.")]


def test_disk_that_gives_up_in_the_midst_of_a_zip_is_told_of_the_zip_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sent.zip").write_bytes(zip_bytes([Zipped(f"{number}.jpg", b"x") for number in range(3)]))
    given = iter([b"x"])

    def read(*_args: object, **_named: object) -> bytes:
        for content in given:
            return content
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("photosync.apps.unpacking.unpacked", read)
    with (tmp_path / "sent.zip").open("rb") as file:
        assert refusals(list(files_in_zip(file, RULES))) == [("0.jpg", ""), *NOT_WHOLE]


@pytest.mark.parametrize(
    ("host", "mode", "refusal"),
    [
        (3, stat.S_IFLNK | 0o777, LINK),
        (19, stat.S_IFLNK | 0o777, LINK),
        (3, stat.S_IFCHR | 0o666, LINK),
        (3, stat.S_IFIFO | 0o666, LINK),
        (0, stat.S_IFLNK | 0o777, ""),
        (3, stat.S_IFREG | 0o644, ""),
        (3, 0, ""),
    ],
)
def test_link_or_device_is_no_file(tmp_path: Path, host: int, mode: int, refusal: str) -> None:
    entry = Zipped("1.jpg", b"../../etc/passwd", host=host, attributes=mode << 16)
    assert refusals(sent(tmp_path, zip_bytes([entry, Zipped("z.jpg", b"z")]))) == [("1.jpg", refusal), ("z.jpg", "")]


def test_links_are_told_in_the_words_of_a_data_source() -> None:
    what, _several, do = REASONS[Refusal.NO_FILE]
    assert f"It {what}. {do}" == LINK
