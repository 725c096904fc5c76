"""A ZIP as a whole: no ZIP, cut off, split, wide, full, replaced or gone while it is read."""

import os
import struct
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photosync.connectors.archive import directory
from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.contract import Page, bucket_of
from photosync.connectors.testing.conformance import entries_of, fetched, listing, raised
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.archive.sent import opened
from tests.services.unprivileged import WITHOUT_PRIVILEGES

PAIR = (Zipped("1.jpg", b"one"), Zipped("2.jpg", b"two"))
WHOLE = zip_bytes(PAIR)
INNER = zip_bytes([Zipped("a.zip", zip_bytes(PAIR), 0), Zipped("2.jpg", b"two")])


def replaced(place: Path, content: bytes) -> None:
    """Replace the ZIP as programs do it: made beside it, and renamed."""
    (place / "new.zip").write_bytes(content)
    (place / "new.zip").rename(place / "photos.zip")


def unavailable(source: ArchiveSource) -> str:
    """Return what a listing, a fetch and the warnings say alike."""
    actions: list[Callable[[], object]] = [lambda: listing(source), lambda: fetched(source, "1.jpg"), source.warnings]
    (message,) = {raised(SourceUnavailable, action).message for action in actions}
    return message


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def told(place: Path, what: str, do: str) -> str:
    return f"The ZIP {place}/photos.zip {what}. Nothing was concluded from it, so nothing was changed. {do}"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"no photos here", "is not a ZIP but something else"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "is not a ZIP but a 7z archive"),
        (b"Rar!\x1a\x07\x01\x00", "is not a ZIP but a RAR archive"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "is not a ZIP but a JPEG picture"),
        (b"<!doctype html>", "is not a ZIP but a web page or XML document"),
        (WHOLE[:-1], "is not whole: the list of contents that every ZIP ends with is missing"),
        (WHOLE[:40], "is not whole: the list of contents that every ZIP ends with is missing"),
        (
            INNER[: INNER.index(b"PK\5\6") + 22],
            "is not whole: the list of contents that every ZIP ends with is missing",
        ),
        (WHOLE[:50] + WHOLE[60:], "is not whole: the list of contents that every ZIP ends with is missing"),
        (b"PK\7\x08" + WHOLE[4:50], "is one part of a ZIP that was split into several"),
        (WHOLE[:-18] + b"\1\0\1\0" + WHOLE[-14:], "is one part of a ZIP that was split into several"),
        (zip_bytes(PAIR, entry_count=3), "is damaged: its list of contents should have 3 files and has 2"),
        (
            WHOLE.replace(b"PK\1\2", b"PK\1\3").replace(b"PK\1\3", b"PK\1\2", 1),
            "is damaged: its list of contents breaks off after 1 files",
        ),
        (
            zip_bytes([PAIR[0], Zipped("2.jpg", b"two", size_bytes=0xFFFFFFFF)]).replace(
                struct.pack("<HHQ", 1, 24, 0xFFFFFFFF), struct.pack("<HHQ", 9, 24, 0xFFFFFFFF)
            ),
            "is damaged: file 2 of its list of contents has no size",
        ),
    ],
)
def test_zip_that_cannot_be_listed_says_why(place: Path, content: bytes, what: str) -> None:
    with opened(place, content) as source:
        message = unavailable(source)
        assert message.startswith(told(place, what, ""))
        assert message.endswith((".", ". Run again."))


def test_zip_that_is_cut_off_says_what_to_do(place: Path) -> None:
    with opened(place, WHOLE[:-1]) as source:
        assert unavailable(source) == told(
            place,
            "is not whole: the list of contents that every ZIP ends with is missing",
            "It may still be on its way: run again when the copying is finished. If it is finished, copy it again.",
        )


def test_zip_in_other_shapes_is_read(place: Path) -> None:
    program = b"MZ" + bytes(100)
    shapes = {
        "wide": zip_bytes(PAIR, zip64=True),
        "behind a program": zip_bytes(PAIR, before=program),
        "behind a program, offsets without it": zip_bytes(PAIR, before=program, shift=len(program)),
        "the same, wide": zip_bytes(PAIR, before=program, shift=len(program), zip64=True),
        "with a comment": zip_bytes(PAIR, comment=b"from the photographer"),
        "with a comment like an end": zip_bytes(PAIR, comment=b"PK\5\6" + bytes(30)),
        "padded": WHOLE + b"\r\n" + bytes(511),
    }
    for shape, content in shapes.items():
        with opened(place, content) as source:
            found = {path: fetched(source, path) for path in entries_of(source)}
            assert found == {"1.jpg": b"one", "2.jpg": b"two"}, shape


def test_empty_zip_holds_nothing(place: Path) -> None:
    with opened(place, zip_bytes([])) as source:
        assert (listing(source), source.warnings()) == ({}, [])


def test_more_than_65535_files_without_the_wide_form(place: Path) -> None:
    """Older programs write the number of files modulo 65,536."""
    content = bytearray(zip_bytes([Zipped(f"{number:05}.jpg") for number in range(65_540)]))
    end = content.rindex(b"PK\6\6")
    size, at = struct.unpack_from("<QQ", content, end + 40)
    content[end:] = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 4, 4, size, at, 0)
    with opened(place, bytes(content)) as source:
        assert sum(page.entry_count for page in source.pages()) == 65_540


def test_zip_with_too_many_files_is_refused(place: Path) -> None:
    do = "Unpack it into a folder and choose the data source Folder, or make several ZIPs of it."
    with opened(place, WHOLE, most_entries=1) as source:
        assert unavailable(source) == told(place, "lists 2 files, and 1 are the most that are read", do)
    hidden = zip_bytes([Zipped(f"{number:05}.jpg") for number in range(65_538)]).rpartition(b"PK\6\6")[0]
    at = hidden.index(b"PK\1\2")
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 2, 2, len(hidden) - at, at, 0)
    with opened(place, hidden + end, most_entries=100) as source:
        assert unavailable(source) == told(place, "lists 101 files, and 100 are the most that are read", do)


def test_memory_does_not_grow_with_the_zip(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only of what Python holds; the database of the contents has a fixed room in memory besides."""

    def peak_bytes(count: int) -> int:
        with opened(place, zip_bytes([Zipped(f"{n // 500}/{n}.jpg", method=0) for n in range(count)])) as source:
            tracemalloc.start()
            assert sum(page.entry_count for page in source.pages()) == count
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return peak

    monkeypatch.setattr(directory, "READ_BYTES", 1 << 16)
    few, many = peak_bytes(3_000), peak_bytes(12_000)
    assert many < few + 1_000_000  # an object of each entry would be 5 MB more


def test_names_chosen_to_fall_together_are_refused(place: Path) -> None:
    """A page of a large folder is a part of it by a hash of the name; a page holds a window, whatever the names."""
    names = (f"{number}.jpg" for number in range(10_000_000))
    alike = [name for _, name in zip(range(21_000 * 256), names, strict=False) if bucket_of(name) == 7][:20_001]
    with opened(place, zip_bytes([Zipped(name, method=0) for name in alike])) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == told(
            place,
            "has more than 20,000 files in one folder whose names were chosen to slow programs down",
            "Find out where it comes from, and have it made again from the photos.",
        )


def test_zip_that_is_not_there_or_no_file(place: Path) -> None:
    source = ArchiveSource(str(place / "photos.zip"))
    assert unavailable(source) == told(
        place, "is not there", "Check its name, and that its folder is there and mounted, then run again."
    )
    (place / "photos.zip").mkdir()
    assert unavailable(source) == told(
        place, "is a folder", "Name the ZIP file inside it, or choose the data source Folder."
    )
    (place / "photos.zip").rmdir()
    os.mkfifo(place / "photos.zip")
    assert unavailable(source) == told(place, "is not a file", "Name the ZIP file itself.")


def test_rights_of_the_file_count_and_folders_on_the_way_need_not_be_readable(place: Path) -> None:
    (place / "photos.zip").write_bytes(WHOLE)
    program = (
        "import sys; from photosync.connectors.archive.source import ArchiveSource\n"
        "try: print([page.entry_count for page in ArchiveSource(sys.argv[1]).pages()])\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    def answer() -> str:
        words = [*WITHOUT_PRIVILEGES, sys.executable, "-c", program, str(place / "photos.zip")]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    place.chmod(0o111)
    assert answer() == "[2]"
    (place / "photos.zip").chmod(0)
    said = answer()
    place.chmod(0o700)
    assert said == "SourceUnavailable " + told(
        place, "may not be read by Photo Sync", "Allow it to read that file and its folder, then run again."
    )


def test_link_that_took_the_place_of_file_or_folder_is_not_followed(place: Path) -> None:
    outside = place / "outside"
    outside.mkdir()
    (outside / "photos.zip").write_bytes(WHOLE)
    said = told(
        place, "lies behind a link that was not there before", "Give the path that it really has, then run again."
    )
    with opened(place, WHOLE) as source:
        listing(source)
        (place / "photos.zip").unlink()
        (place / "photos.zip").symlink_to(outside / "photos.zip")
        assert unavailable(source) == said
    within = place / "within"
    within.symlink_to(outside)
    with ArchiveSource(str(within / "photos.zip")) as source:
        assert unavailable(source) == said.replace(f"{place}/photos.zip", f"{within}/photos.zip")


def test_zip_that_is_replaced_while_it_is_listed_ends_no_listing(place: Path) -> None:
    with opened(place, zip_bytes([Zipped("a/1.jpg", b"one"), Zipped("b/2.jpg", b"two")])) as source:
        pages = source.pages()
        first = next(pages)
        replaced(place, zip_bytes([Zipped("a/1.jpg", b"one")]))
        assert [[entry.name for entry in entries] for _, entries in source.entries([first])] == [["1.jpg"]]
        message = raised(SourceUnavailable, lambda: list(pages)).message
        assert message == told(
            place, "was replaced or written to while it was read", "Run again when the copying is finished."
        )
        assert set(entries_of(source)) == {"a/1.jpg"}


def test_whole_folder_that_has_grown_beyond_a_page_since_it_was_listed(place: Path) -> None:
    with opened(place, WHOLE, window_entries=20_000) as source:
        (page,) = source.pages()
        replaced(place, zip_bytes([Zipped(f"{number}.jpg", method=0) for number in range(20_001)]))
        message = raised(SourceUnavailable, lambda: list(source.entries([page]))).message
        assert "was replaced or written to while it was read" in message


def test_replaced_zip_is_read_anew_and_repacked_bytes_are_no_change(place: Path) -> None:
    with opened(place, WHOLE) as source:
        before = listing(source)
        replaced(
            place, zip_bytes([Zipped("2.jpg", b"two", method=0), Zipped("1.jpg", b"one", method=12)], zip64=True)
        )
        assert listing(source) == before
        replaced(place, zip_bytes([Zipped("1.jpg", b"ONE"), PAIR[1]]))
        assert fetched(source, "1.jpg") == b"ONE"
        assert listing(source) != before
        replaced(place, zip_bytes([PAIR[1]]))
        assert raised(TryLater, lambda: fetched(source, "1.jpg")).message == (
            "1.jpg was no longer in the ZIP when it was to be read. It was left as it is; the next run looks again."
        )
        assert list(source.entries([Page("gone", None, bytes(16), 1)])) == [(Page("gone", None, bytes(16), 1), [])]


def test_zip_that_is_written_while_it_is_listed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with half of it is nobody's fault: it is still being written."""
    read = os.pread

    def written_meanwhile(file: int, size: int, at: int) -> bytes:
        with (place / "photos.zip").open("ab") as growing:
            growing.write(b"more")
        return read(file, size, at)

    for content in (WHOLE, WHOLE[:-9]):
        with opened(place, content) as source:
            monkeypatch.setattr(os, "pread", written_meanwhile)
            message = raised(SourceUnavailable, lambda: list(source.pages())).message
            monkeypatch.setattr(os, "pread", read)
            assert "was replaced or written to while it was read" in message


def test_zip_that_is_written_while_a_file_is_fetched(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.pread

    def written_meanwhile(file: int, size: int, at: int) -> bytes:
        with (place / "photos.zip").open("r+b") as growing:
            growing.seek(40)
            growing.write(b"??")
        os.utime(place / "photos.zip", (1, 1))
        return read(file, size, at)

    with opened(place, WHOLE) as source:
        listing(source)
        monkeypatch.setattr(os, "pread", written_meanwhile)
        assert raised(TryLater, lambda: fetched(source, "1.jpg")).message == (
            "The ZIP was being written while 1.jpg was read. It was left as it is; the next run reads it again."
        )


def test_many_threads_read_while_the_zip_is_replaced(place: Path) -> None:
    """Each gets whole bytes of the old or the new one, and no file stays open."""
    contents = [zip_bytes([Zipped(f"{n}.jpg", b"%d-%d" % (n, turn) * 9_000) for n in range(20)]) for turn in (0, 1)]
    whole = {b"%d-%d" % (n, turn) * 9_000 for n in range(20) for turn in (0, 1)}
    before = open_files()
    done = threading.Event()

    def read(number: int) -> set[bytes]:
        found = set()
        while not done.is_set():
            found.add(fetched(source, f"{number}.jpg"))
        return found

    with opened(place, contents[0]) as source, ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(read, number) for number in range(4)]
        for turn in range(40):
            replaced(place, contents[turn % 2])
            list(source.pages())
        done.set()
        assert set().union(*(answer.result() for answer in answers)) <= whole
    assert open_files() == before


def test_source_that_is_closed_is_not_opened_again(place: Path) -> None:
    source = opened(place, WHOLE)
    pages = source.pages()
    next(pages)
    source.close()
    assert list(pages) == []
    assert unavailable(source) == told(place, "is no longer being read", "Run again.")


def test_index_file_is_not_listed_and_can_be_fetched(place: Path) -> None:
    content = zip_bytes([Zipped("maps/idlink.txt", b"0417,1.jpg"), *PAIR, Zipped("maps/3.jpg", b"three")])
    with opened(place, content, index="maps/idlink.txt") as source:
        assert set(entries_of(source)) == {"1.jpg", "2.jpg", "maps/3.jpg"}
        assert fetched(source, "maps/idlink.txt") == b"0417,1.jpg"
        assert (
            raised(ItemRejected, lambda: fetched(source, "maps/idlink.txt", limit_bytes=3)).code == "too_many_bytes"
        )


ENTRIES = (
    Zipped("a/1.jpg", b"one" * 400),
    Zipped("2.jpg", b"two", method=0),
    Zipped("é.jpg", b"three" * 90, method=12),
    Zipped("4.jpg", b"four", method=14),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wide=st.booleans(),
    changes=st.lists(st.tuples(st.integers(0, 1_200), st.binary(min_size=1, max_size=9)), max_size=4),
    cut=st.integers(0, 30),
)
def test_whatever_is_broken_in_a_zip_no_wrong_bytes_come_out(
    place: Path, *, wide: bool, changes: list[tuple[int, bytes]], cut: int
) -> None:
    """Bytes come out as the checksum says, or an error that is ours; never anything else."""
    content = bytearray(zip_bytes(ENTRIES, zip64=wide))
    for at, other in changes:
        at %= len(content)
        content[at : at + len(other)] = other
    with opened(place, bytes(content[: len(content) - cut])) as source:
        entries = {}
        with suppress(SourceUnavailable):
            entries = entries_of(source)
        for path, entry in entries.items():
            with suppress(TryLater, ItemRejected):
                found = fetched(source, path, limit_bytes=10_000)
                assert (len(found), f"{crc32(found):08x}") == (entry.size_bytes, entry.stamp)
