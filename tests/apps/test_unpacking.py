"""ZIPs that people send: what is in them is taken or refused in words, and is read as that of a data source is."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from photosync.apps.unpacking import FoundFile, ZipRules, files_in_zip, names_in_zip
from photosync.connectors.testing.zips import Zipped, deflated, zip_bytes

RULES = ZipRules(100_000_000, "too large", unpacks_to_more="unpacks to more", archive_inside="archive inside")
DAMAGED = "It is damaged in the ZIP. Make the ZIP again."
NOT_WHOLE = [("", "The ZIP cannot be read: it is damaged, or not whole. Make it again.")]
UNICODE_PATH = struct.pack("<HHBL", 0x7075, 11, 1, crc32(b"\x81.jpg")) + "ü.jpg".encode()


def sent(place: Path, content: bytes, rules: ZipRules = RULES) -> list[FoundFile]:
    (place / "sent.zip").write_bytes(content)
    with (place / "sent.zip").open("rb") as file:
        found = list(files_in_zip(file, rules))
        names = names_in_zip(file)
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
        (Zipped("a.jpg", b"x", flags=1), "It is encrypted in the ZIP. Make the ZIP without a password."),
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


def test_zip_that_holds_too_much_is_read_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where entries share their bytes: each counts with what it unpacks to."""
    monkeypatch.setattr("photosync.apps.unpacking.LARGEST_TOTAL_BYTES", 2_500)
    one = Zipped("1.jpg", b"1" * 1_000)
    shared = Zipped("2.jpg", b"1" * 1_000, offset=0, packed=b"", packed_bytes=len(deflated(one.content)))
    (tmp_path / "sent.zip").write_bytes(zip_bytes([one, shared, shared, shared]))
    with (tmp_path / "sent.zip").open("rb") as file:
        found = refusals(list(files_in_zip(file, RULES)))
    assert found == [("1.jpg", ""), ("2.jpg", ""), ("2.jpg", "The ZIP holds too much. Send it in parts.")]
