"""ZIPs that lie, hide, overflow or are broken: each is read or refused with a word that says what to do."""

import os
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.testing.conformance import entries_of, fetched, listing, raised
from photosync.connectors.testing.zips import UTF_8_FLAG, Zipped, deflated, zip_bytes
from photosync.core.errors import ItemRejected, TryLater
from tests.connectors.archive.sent import opened

LIMIT = 1_000_000
LINK, FIFO = 0o120777 << 16, 0o010644 << 16
OTHER = "Such a ZIP may be meant to do harm: find out where it comes from, and make it again from the photos."


def zipped(place: Path, *entries: Zipped, **given: object) -> ArchiveSource:
    return opened(place, zip_bytes(entries, **given))  # type: ignore[arg-type]  # passed on as they are


def rejected(source: ArchiveSource, path: str) -> tuple[str, str]:
    error = raised(ItemRejected, lambda: fetched(source, path, limit_bytes=LIMIT))
    return error.code, error.message


# Names


@pytest.mark.parametrize(
    ("name", "host", "listed"),
    [
        ("../0417.jpg", 3, "../0417.jpg"),
        ("a/../../0417.jpg", 3, "a/../../0417.jpg"),
        ("/etc/0417.jpg", 3, "/etc/0417.jpg"),
        ("/0417.jpg", 3, "//0417.jpg"),
        ("C:/photos/0417.jpg", 0, "C:/photos/0417.jpg"),
        ("c:0417.jpg", 3, "c:0417.jpg"),
        ("C:\\photos\\0417.jpg", 0, "C:/photos/0417.jpg"),
        ("..\\..\\0417.jpg", 0, "../../0417.jpg"),
        ("..\\..\\0417.jpg", 3, "..\\..\\0417.jpg"),
        ("\\\\server\\share\\0417.jpg", 10, "//server/share/0417.jpg"),
        (b"0417.jpg\0.txt", 3, "0417.jpg\u2400.txt"),
        ("", 3, "(no name)"),
    ],
)
def test_name_that_leads_out_is_listed_and_refused(place: Path, name: str, host: int, listed: str) -> None:
    with zipped(place, Zipped(name, b"secret", host=host), Zipped("1.jpg", b"one")) as source:
        assert set(entries_of(source)) == {"1.jpg", listed}
        assert rejected(source, listed) == (
            "outside_source",
            f"{listed} has a name that leads to a place outside the ZIP. It was not read. {OTHER}",
        )
        assert fetched(source, "1.jpg") == b"one"
    assert list(place.iterdir()) == [place / "photos.zip"]


def test_harmless_oddities_of_names_are_read(place: Path) -> None:
    entries = [
        Zipped("./a//1.jpg", b"1"),
        Zipped("b\\2.jpg", b"2", host=0),
        Zipped("c\\3.jpg", b"3", host=3),
        Zipped("A.jpg", b"4"),
        Zipped("a.JPG", b"5"),
        Zipped("...", b"6"),
        Zipped("x..y/7.jpg", b"7"),
    ]
    with zipped(place, *entries) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {
            "a/1.jpg": b"1",
            "b/2.jpg": b"2",
            "c\\3.jpg": b"3",
            "A.jpg": b"4",
            "a.JPG": b"5",
            "...": b"6",
            "x..y/7.jpg": b"7",
        }
        assert source.warnings() == []


def test_folders_and_what_systems_add_are_left_out(place: Path) -> None:
    names = ["__MACOSX/._0417.jpg", "__macosx/1.jpg", "a/._2.jpg", "a/.DS_Store", "Thumbs.db", "a/THUMBS.DB"]
    folders = [Zipped("a/"), Zipped("b", attributes=0o40755 << 16), Zipped("c", host=0, attributes=0x10)]
    junk = [Zipped(name, b"junk") for name in [*names, "desktop.ini"]]
    with zipped(place, *junk, *folders, Zipped("a/1.jpg", b"one")) as source:
        assert set(entries_of(source)) == {"a/1.jpg"}


def test_names_in_every_encoding(place: Path) -> None:
    raw = "é".encode("cp437") + b".jpg"
    unicode_path = "ü.jpg".encode()
    field = struct.pack("<HHBL", 0x7075, 5 + len(unicode_path), 1, zlib.crc32(b"\x81.jpg")) + unicode_path
    stale = struct.pack("<HHBL", 0x7075, 5 + len(unicode_path), 1, 12345) + unicode_path
    entries = [
        Zipped(raw, b"CP437"),
        Zipped("à.jpg".encode(), b"UTF-8 that does not say so", flags=0),
        Zipped("名前.jpg", b"UTF-8 that says so"),
        Zipped(b"\x81.jpg", b"field", extra=field),
        Zipped(b"a\x81.jpg", b"field of another name", extra=stale),
        Zipped(b"caf\xe9.jpg", b"not the UTF-8 that it says", flags=UTF_8_FLAG),
    ]
    with zipped(place, *entries) as source:
        found = {"é.jpg", "à.jpg", "名前.jpg", "ü.jpg", "aü.jpg", "caf\udce9.jpg"}
        assert set(entries_of(source)) == found
        assert {fetched(source, path) for path in found} == {each.content for each in entries}


def test_encoding_of_names_can_be_chosen(place: Path) -> None:
    content = zip_bytes([Zipped("é.jpg".encode(), b"1", flags=0), Zipped(b"\x82.jpg", b"2")])
    with opened(place, content, encoding="cp437") as source:
        assert set(entries_of(source)) == {"├⌐.jpg", "é.jpg"}
    with opened(place, content, encoding="utf-8") as source:
        assert set(entries_of(source)) == {"é.jpg", "\udc82.jpg"}


def test_name_that_is_too_long_is_shown_shortened(place: Path) -> None:
    long, deep = "x" * 300 + ".jpg", "d/" * 70 + "1.jpg"
    with zipped(place, Zipped(long, b"1"), Zipped(deep, b"2"), Zipped("y" * 251 + ".jpg", b"3")) as source:
        shown = {path for path in entries_of(source) if "\u2026" in path}
        assert {path[:3] for path in shown} == {"xxx", "d\u2215d"}
        path = next(path for path in shown if path.startswith("x"))
        assert path == f"{'x' * 100}\u2026 (304 bytes, {zlib.crc32(long.encode()):08x})"
        assert rejected(source, path) == (
            "name_too_long",
            f"{path} has a name that is too long or lies too many folders deep. It was not read. "
            "Use shorter names, then make the ZIP again.",
        )


def test_same_path_twice_is_neither(place: Path) -> None:
    twice = [Zipped("a/0417.jpg", b"one"), Zipped("1.jpg", b"x"), Zipped("a//0417.jpg", b"another")]
    with zipped(place, *twice) as source:
        entry = entries_of(source)["a/0417.jpg"]
        assert {key: page.entry_count for key, page in listing(source).items()} == {("", None): 1, ("a", None): 1}
        assert rejected(source, "a/0417.jpg") == (
            "listed_twice",
            "a/0417.jpg is in the ZIP more than once, so it is not known which one is meant. It was not read. "
            "Make the ZIP again with each file once.",
        )
        assert source.warnings() == [
            "2 files are in the ZIP under a name that another of them has, so it is not known which ones are meant "
            "(a/0417.jpg, ...). They were not read. Make the ZIP again with each file once."
        ]
    with zipped(place, Zipped("a/0417.jpg", b"ONE"), *twice[1:]) as source:
        assert entries_of(source)["a/0417.jpg"].stamp != entry.stamp
    with zipped(place, *twice[:2]) as source:
        assert fetched(source, "a/0417.jpg") == b"one"
        assert entries_of(source)["a/0417.jpg"].stamp != entry.stamp


# Entries that cannot be read


@pytest.mark.parametrize(
    ("entry", "code", "message"),
    [
        (
            Zipped("1.jpg", b"photo", flags=1),
            "encrypted",
            "1.jpg is protected by a password in the ZIP. It was not read. Make the ZIP again without a password.",
        ),
        (
            Zipped("1.jpg", b"photo", flags=1, method=99),
            "encrypted",
            "1.jpg is protected by a password in the ZIP. It was not read. Make the ZIP again without a password.",
        ),
        (
            Zipped("1.jpg", b"photo", method=9),
            "unknown_packing",
            "1.jpg is packed in a way that is not known here (Deflate64). It was not read. "
            "Make an ordinary ZIP (Deflate).",
        ),
        (
            Zipped("1.jpg", b"photo", method=77),
            "unknown_packing",
            "1.jpg is packed in a way that is not known here (number 77). It was not read. "
            "Make an ordinary ZIP (Deflate).",
        ),
        (
            Zipped("9A.ZIP", b"PK\3\4"),
            "archive_inside",
            "9A.ZIP is an archive inside the ZIP, and archives in archives are not opened. It was not read. "
            "Unpack what is inside, and put the photos themselves into the ZIP.",
        ),
        (
            Zipped("1.jpg", b"../../etc/passwd", attributes=LINK),
            "not_a_file",
            "1.jpg is a link or device inside the ZIP and not a file. It was not read. "
            "Make the ZIP again with the files themselves.",
        ),
        (
            Zipped("1.jpg", b"", attributes=FIFO),
            "not_a_file",
            "1.jpg is a link or device inside the ZIP and not a file. It was not read. "
            "Make the ZIP again with the files themselves.",
        ),
        (
            Zipped("1.bmp", bytes(5_000_000)),
            "unpacks_too_far",
            "1.bmp would unpack to more than 200 times its size, which no photo does. It was not read. "
            "Make the ZIP again from the photos.",
        ),
        (
            Zipped("1.jpg", b"photo", size_bytes=(1 << 64) - 1),
            "unpacks_too_far",
            "1.jpg would unpack to more than 200 times its size, which no photo does. It was not read. "
            "Make the ZIP again from the photos.",
        ),
        (
            Zipped("1.jpg", os.urandom(LIMIT + 1)),
            "too_many_bytes",
            "1.jpg is larger than 1 MB, so it was not read. Save it smaller, or raise the limit in the settings.",
        ),
    ],
)
def test_entry_that_is_never_read_is_listed_and_refused(place: Path, entry: Zipped, code: str, message: str) -> None:
    name = str(entry.name)
    said = "" if code == "too_many_bytes" else re.sub(r" \((Deflate64|number 77)\)", "", message)
    with zipped(place, entry, Zipped("2.jpg", b"two")) as source:
        assert set(entries_of(source)) == {name, "2.jpg"}
        assert rejected(source, name) == (code, message)
        assert fetched(source, "2.jpg") == b"two"
        assert source.warnings() == [said] * bool(said)


def test_file_that_is_made_readable_is_another(place: Path) -> None:
    """The same checksum and size: only the password is gone. It must be looked at again."""
    with zipped(place, Zipped("1.jpg", b"photo", flags=1)) as source:
        before = entries_of(source)["1.jpg"]
    with zipped(place, Zipped("1.jpg", b"photo")) as source:
        assert entries_of(source)["1.jpg"] == before._replace(stamp=before.stamp.removesuffix(".encrypted"))


def test_entries_that_share_their_bytes_are_refused(place: Path) -> None:
    """The trick of the smallest bombs: many files in the list, and one heap of bytes for all of them."""
    shared = [Zipped(f"{number}.jpg", b"photo" * 100, offset=0) for number in range(5)]
    alone = Zipped("alone.jpg", b"alone")
    with zipped(place, *shared, alone) as source:
        assert {rejected(source, f"{number}.jpg")[0] for number in range(5)} == {"overlapping"}
        assert fetched(source, "alone.jpg") == b"alone"
        assert source.warnings() == [
            "5 files share their places in the ZIP with other files (0.jpg, 1.jpg, 2.jpg, ...). They were not read. "
            "Make the ZIP again from the photos."
        ]


def test_list_in_another_order_than_the_files_is_no_overlap(place: Path) -> None:
    first, second = Zipped("1.jpg", b"one"), Zipped("2.jpg", b"two")
    at = len(b"PK\3\4") + 26 + 5 + len(deflated(b"one"))
    swapped = (
        Zipped("2.jpg", b"two", offset=at, packed=first.payload, packed_bytes=len(second.payload)),
        Zipped("1.jpg", b"one", offset=0, packed=second.payload, packed_bytes=len(first.payload)),
    )
    with zipped(place, *swapped) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {"1.jpg": b"one", "2.jpg": b"two"}


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (Zipped("1.jpg", b"photo", crc=1), "does not match its checksum"),
        (Zipped("1.jpg", b"photo", size_bytes=4), "has more bytes than the 4 that the list of contents says"),
        (Zipped("1.jpg", b"photo", size_bytes=6), "has 5 bytes instead of 6"),
        (Zipped("1.jpg", b"photo", packed=b"\xff\xff\xff"), "cannot be unpacked"),
        (Zipped("1.jpg", b"photo" * 50, packed=deflated(os.urandom(250))[:200]), "breaks off before its end"),
        (
            Zipped("1.jpg", b"photo", method=0, size_bytes=3),
            "has more bytes than the 3 that the list of contents says",
        ),
        (Zipped("1.jpg", b"photo", method=12, packed=b"BZh9 no"), "cannot be unpacked"),
        (Zipped("1.jpg", b"photo", method=14, packed=b"\x09\x04\x05\x00\xff\xff\xff\xff\xff"), "cannot be unpacked"),
        (
            Zipped("1.jpg", b"photo", method=14, packed=b"\x09\x04\x05\x00\x5d\xff\xff\xff\xff"),
            "would need 4,295 MB of memory to be unpacked",
        ),
        (Zipped("1.jpg", b"photo", offset=3), "is not where the list of contents says it is"),
        (Zipped("1.jpg", b"photo", offset=1 << 61), "is not where the list of contents says it is"),
        (Zipped("1.jpg", b"photo", packed_bytes=900), "goes on where the list of contents begins"),
        (Zipped("1.jpg", b"photo", packed_bytes=99_000), "takes more room in the ZIP than its bytes can need"),
    ],
)
def test_entry_that_is_damaged_is_tried_again(place: Path, entry: Zipped, what: str) -> None:
    """Its whole copy has the same checksum and size: refused for good, it would never be read again."""
    with zipped(place, entry) as source:
        error = raised(TryLater, lambda: fetched(source, "1.jpg"))
        assert error.message == (
            f"1.jpg is damaged in the ZIP: it {what}. It was left as it is. "
            "Have the ZIP copied or made again; the next run reads it again."
        )


def test_bomb_that_lies_about_its_size_is_not_unpacked(place: Path) -> None:
    bomb = Zipped("1.jpg", b"x", packed=deflated(bytes(50_000_000)), size_bytes=9_000_000)
    with zipped(place, bomb) as source:
        error = raised(TryLater, lambda: fetched(source, "1.jpg", limit_bytes=10_000_000))
        assert "has more bytes than the 9,000,000 that the list of contents says" in error.message


@pytest.mark.parametrize("method", [0, 8, 12, 14])
@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_every_known_packing_is_read(place: Path, method: int, size: int) -> None:
    content = os.urandom(size // 2) + bytes(size - size // 2)
    with zipped(place, Zipped("1.jpg", content, method)) as source:
        assert fetched(source, "1.jpg", limit_bytes=size) == content


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_another_program_packs_is_read(place: Path, packing: int) -> None:
    content = os.urandom(1_000) * 300
    with zipfile.ZipFile(place / "photos.zip", "w", packing) as made:
        made.writestr("é/1.jpg", content)
        made.mkdir("empty")
        made.comment = b"PK\5\6 is in this comment, and is no end of anything"
    with ArchiveSource(str(place / "photos.zip")) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {"é/1.jpg": content}
