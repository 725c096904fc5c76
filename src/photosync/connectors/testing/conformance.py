"""The suite that every source passes. A new connector's test is a subclass of `SourceConformance`:

    class TestMemory(SourceConformance):
        def make(self, place, files, *, window_entries):
            return MemorySource(files, window_entries=window_entries)

        def put(self, place, source, path, content):
            source.put(path, content)

        def remove(self, place, source, path):
            source.remove(path)

        def make_unavailable(self, place, source):
            source.available = False

For a source of records, subclass `RecordConformance`: a path is then `[students|staff/][year/]identifier`.
Each test proves one rule of `connectors.contract`. Nothing but pytest's `tmp_path` is needed.
"""
# ruff: noqa: S101

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from photosync.connectors.contract import (
    BUCKETS,
    NO_PHOTO,
    NO_PHOTO_CODE,
    Entry,
    Page,
    Source,
    bucket_of,
    listing_digest,
)
from photosync.core.errors import ItemRejected, PhotoSyncError, SourceUnavailable, TryLater
from photosync.core.record_names import record_name

WINDOW = 40
LIMIT = 1_000_000
NESTED = {"1.jpg": b"one", "students/2.jpg": b"two", "students/3.jpg": b"three", "students/2026/1.jpg": b"other one"}
LARGE = {f"{number:04d}.jpg": b"%d" % number for number in range(3 * WINDOW)}


Error = TypeVar("Error", bound=PhotoSyncError)


def listing(source: Source) -> dict[tuple[str, int | None], Page]:
    """Return a whole listing by key. A key that comes twice is an error."""
    found: dict[tuple[str, int | None], Page] = {}
    for page in source.pages():
        assert (page.folder, page.bucket) not in found
        found[page.folder, page.bucket] = page
    return found


def entries_of(source: Source) -> dict[str, Entry]:
    """Return every entry of a listing by its path."""
    pages = list(listing(source).values())
    return {
        f"{page.folder}/{entry.name}" if page.folder else entry.name: entry
        for page, entries in source.entries(pages)
        for entry in entries
    }


def fetched(source: Source, path: str, *, limit_bytes: int = LIMIT) -> bytes:
    folder, _, name = path.rpartition("/")
    return source.fetch(folder, name, limit_bytes=limit_bytes).content


def raised(kind: type[Error], action: Callable[[], object]) -> Error:
    """Return the error of exactly this kind that `action` raises."""
    try:
        action()
    except kind as error:
        caught = error
    else:
        raise AssertionError(f"{kind.__name__} was not raised")
    assert type(caught) is kind
    return caught


class SourceConformance(ABC):
    """Subclass it in a test module; `place` is an empty folder of the test's own."""

    any_name = True
    """False for a source that cannot hold names that are invalid in its encoding."""
    control_characters = True
    """False for a source that cannot hold names with line breaks and the like."""

    blank_names = True
    """False for a source to which a name of blanks alone is none."""
    composed_names = False
    """True for a source to which names are one that differ in how their letters are composed only."""

    def listed_as(self, path: str) -> str:
        """Return how the file that was put at `path` is listed."""
        return path

    @abstractmethod
    def make(self, place: Path, files: Mapping[str, bytes], *, window_entries: int) -> Any:
        """Return an open source that holds `files`, with a page window of `window_entries`."""

    @abstractmethod
    def put(self, place: Path, source: Any, path: str, content: bytes) -> None:
        """Add or replace a file in it."""

    @abstractmethod
    def remove(self, place: Path, source: Any, path: str) -> None:
        """Take a file away, and its folder when that is empty then."""

    @abstractmethod
    def make_unavailable(self, place: Path, source: Any) -> None:
        """Bring it into a state in which it cannot be listed."""

    def test_pages_when_empty(self, tmp_path: Path) -> None:
        with self.make(tmp_path, {}, window_entries=WINDOW) as source:
            assert listing(source) == {}
            assert list(source.entries([])) == []

    def test_pages_nested_are_folders(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            found = {key: page.entry_count for key, page in listing(source).items()}
            assert found == {("", None): 1, ("students", None): 2, ("students/2026", None): 1}

    def test_entries_are_what_was_put(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            found = {path: entry.size_bytes for path, entry in entries_of(source).items()}
            assert found == {path: len(content) for path, content in (NESTED | LARGE).items()}

    def test_pages_twice_unchanged_are_equal(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            assert listing(source) == listing(source)

    def test_digest_is_that_of_the_entries(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            pages = list(listing(source).values())
            made = {(page, listing_digest(entries), len(entries)) for page, entries in source.entries(pages)}
            assert made == {(page, page.digest, page.entry_count) for page in pages}

    def test_entries_that_come_with_a_page_are_its_own(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            came = {}
            for page in source.pages({}):
                if page.entries is not None:
                    assert listing_digest(page.entries) == page.digest
                    assert len(page.entries) == page.entry_count
                    assert all(type(entry) is Entry for entry in page.entries)
                    came[page] = list(page.entries)
            # All at once: a source of records reads its whole list anew for each call.
            assert dict(source.entries(list(came))) == came

    def test_no_entries_come_with_a_page_that_is_known(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            known = {key: page.digest for key, page in listing(source).items()}
            assert [page for page in source.pages(known) if page.entries is not None] == []
            assert [page for page in source.pages() if page.entries is not None] == []
            self.put(tmp_path, source, "students/2.jpg", b"longer than before")
            came = {(page.folder, page.bucket) for page in source.pages(known) if page.entries is not None}
            assert came <= {("students", None)}

    def test_digest_does_not_depend_on_order(self, tmp_path: Path) -> None:
        with self.make(tmp_path, LARGE, window_entries=len(LARGE)) as source:
            (page,) = listing(source).values()
            entries = list(entries_of(source).values())
            assert listing_digest(entries[::-1]) == listing_digest(sorted(entries)) == page.digest

    def test_change_of_size_changes_only_its_page(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            before = listing(source)
            self.put(tmp_path, source, "students/2.jpg", b"longer than before")
            assert self._changed(before, listing(source)) == {("students", None)}

    def test_change_of_bytes_changes_the_digest(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            before = listing(source)
            self.put(tmp_path, source, "students/2.jpg", NESTED["students/2.jpg"][::-1])
            assert self._changed(before, listing(source)) == {("students", None)}

    def test_file_that_comes_and_goes_changes_its_page(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            before = listing(source)
            self.put(tmp_path, source, "students/2026/new.jpg", b"new")
            between = listing(source)
            self.remove(tmp_path, source, "students/2026/new.jpg")
            assert self._changed(before, between) == {("students/2026", None)}
            assert self._changed(before, listing(source)) == set()

    def test_folder_that_is_emptied_has_no_page(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            self.remove(tmp_path, source, "students/2026/1.jpg")
            assert set(listing(source)) == {("", None), ("students", None)}

    def test_large_folder_is_spread_by_name(self, tmp_path: Path) -> None:
        with self.make(tmp_path, LARGE, window_entries=WINDOW) as source:
            pages = listing(source)
            assert {folder for folder, _ in pages} == {""}
            assert {bucket for _, bucket in pages} == {bucket_of(name) for name in LARGE}
            for page, entries in source.entries(list(pages.values())):
                assert {bucket_of(entry.name) for entry in entries} == {page.bucket}

    def test_folder_as_large_as_the_window_is_one_page(self, tmp_path: Path) -> None:
        files = dict(list(LARGE.items())[:WINDOW])
        with self.make(tmp_path, files, window_entries=WINDOW) as source:
            assert {key: page.entry_count for key, page in listing(source).items()} == {("", None): WINDOW}

    def test_change_in_a_large_folder_changes_one_page(self, tmp_path: Path) -> None:
        with self.make(tmp_path, LARGE, window_entries=WINDOW) as source:
            before = listing(source)
            self.put(tmp_path, source, "0007.jpg", b"changed")
            assert self._changed(before, listing(source)) == {("", bucket_of("0007.jpg"))}

    def test_entries_of_chosen_pages_only(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            pages = listing(source)
            chosen = [pages["students", None], pages["", bucket_of("0007.jpg")]]
            answers = {page: {entry.name for entry in entries} for page, entries in source.entries(chosen)}
            assert set(answers) == set(chosen)
            assert answers[chosen[0]] == {"2.jpg", "3.jpg"}
            assert "0007.jpg" in answers[chosen[1]]

    def test_entries_of_a_page_that_has_vanished(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            page = listing(source)["students/2026", None]
            self.remove(tmp_path, source, "students/2026/1.jpg")
            unknown = [Page("never", None, bytes(16), 1), Page("never", BUCKETS - 1, bytes(16), 1)]
            assert list(source.entries([page, *unknown])) == [(asked, []) for asked in [page, *unknown]]

    def test_listing_that_cannot_be_made_raises(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            pages = list(listing(source).values())
            self.make_unavailable(tmp_path, source)
            assert raised(SourceUnavailable, lambda: list(source.pages())).message
            assert raised(SourceUnavailable, lambda: list(source.entries(pages))).message
            assert raised(SourceUnavailable, lambda: fetched(source, "1.jpg")).message

    def test_fetch_gives_bytes_and_the_listed_stamp(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            assert {path: fetched(source, path) for path in NESTED} == NESTED
            entry = entries_of(source)["students/2026/1.jpg"]
            assert source.fetch("students/2026", "1.jpg", limit_bytes=LIMIT).stamp == entry.stamp

    def test_fetch_gives_the_bytes_of_now(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            old = entries_of(source)["1.jpg"]
            self.put(tmp_path, source, "1.jpg", b"now")
            new = source.fetch("", "1.jpg", limit_bytes=LIMIT)
            assert new.content == b"now"
            assert new.stamp == entries_of(source)["1.jpg"].stamp != old.stamp

    def test_fetch_of_what_is_gone(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            self.remove(tmp_path, source, "students/2026/1.jpg")
            assert raised(TryLater, lambda: fetched(source, "students/2026/1.jpg")).message
            assert raised(TryLater, lambda: fetched(source, "students/never.jpg")).message

    def test_fetch_up_to_the_limit(self, tmp_path: Path) -> None:
        with self.make(tmp_path, {"1.jpg": b"12345", "empty.jpg": b""}, window_entries=WINDOW) as source:
            assert fetched(source, "1.jpg", limit_bytes=5) == b"12345"
            assert fetched(source, "empty.jpg", limit_bytes=0) == b""
            error = raised(ItemRejected, lambda: fetched(source, "1.jpg", limit_bytes=4))
            assert error.code == "too_many_bytes"

    def test_names_of_every_sort_make_the_round_trip(self, tmp_path: Path) -> None:
        names = ["-rf.jpg", *[" "] * self.blank_names, "caf\u00e9.jpg", "\u202egpj.jpg"]
        names += ["cafe\u0301.jpg"] * (not self.composed_names)
        if self.control_characters:
            names += ["two\nlines.jpg"]
        if self.any_name:
            names += ["caf\udce9.jpg", "\udcff\udcfe"]
        files = {folder + name: name.encode("utf-8", "replace") for name in names for folder in ("", "staff/")}
        with self.make(tmp_path, files, window_entries=WINDOW) as source:
            found = entries_of(source)
            assert {path: fetched(source, path) for path in found} == {
                self.listed_as(path): content for path, content in files.items()
            }

    def test_plain_files_need_no_warning(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            assert list(source.warnings()) == []
            listing(source)
            assert list(source.warnings()) == []

    def test_close_twice(self, tmp_path: Path) -> None:
        source = self.make(tmp_path, NESTED, window_entries=WINDOW)
        listing(source)
        source.close()
        source.close()

    def test_listing_left_halfway_can_be_made_again(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED | LARGE, window_entries=WINDOW) as source:
            whole = listing(source)
            half = source.pages()
            next(half)
            half.close()
            assert listing(source) == whole

    @staticmethod
    def _changed(
        before: Mapping[tuple[str, int | None], Page], after: Mapping[tuple[str, int | None], Page]
    ) -> set[tuple[str, int | None]]:
        return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


class RecordConformance(SourceConformance):
    """The suite for a source of records: the files are photos of records, under their identifiers."""

    blank_names = False

    def listed_as(self, path: str) -> str:
        folder, slash, identifier = path.rpartition("/")
        return folder + slash + record_name(identifier)


class NullConformance(RecordConformance):
    """The suite for a source whose records may be without a photo: null never means delete."""

    @abstractmethod
    def put_null(self, place: Path, source: Any, path: str) -> None:
        """Add a record without a photo, or take the photo away from one."""

    def test_record_that_loses_its_photo_stays_listed(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            before = entries_of(source)
            self.put_null(tmp_path, source, "students/2.jpg")
            after = entries_of(source)
            lost = self.listed_as("students/2.jpg")
            assert set(after) == set(before)
            assert {path for path in after if after[path] != before[path]} == {lost}
            assert (after[lost].size_bytes, after[lost].stamp) == (0, NO_PHOTO)

    def test_fetch_of_a_record_without_a_photo(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            self.put_null(tmp_path, source, "students/2.jpg")
            error = raised(ItemRejected, lambda: fetched(source, self.listed_as("students/2.jpg")))
            assert error.code == NO_PHOTO_CODE
            assert fetched(source, self.listed_as("students/3.jpg")) == b"three"

    def test_photo_that_comes_back_has_the_stamp_that_it_had(self, tmp_path: Path) -> None:
        with self.make(tmp_path, NESTED, window_entries=WINDOW) as source:
            before = listing(source)
            self.put_null(tmp_path, source, "students/2.jpg")
            self.put(tmp_path, source, "students/2.jpg", NESTED["students/2.jpg"])
            assert listing(source) == before
