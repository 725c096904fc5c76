"""A source of records passes the suite, and says what is wrong with its records."""

import pytest

from photosync.connectors.contract import NO_PHOTO, NO_PHOTO_CODE, Entry, Fetched, listing_digest
from photosync.connectors.recordwise import MOST_FOLDERS, Record, RecordSource, Whose
from photosync.connectors.testing.conformance import NullConformance, entries_of, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.people import PersonKind
from photosync.core.record_names import record_kind_and_year


class MemoryRecords(RecordSource):
    def __init__(self, held, **given):
        super().__init__(**given)
        self.held = held
        self.available = True

    def records(self):
        for whose, content in list(self.held):
            self._check()
            yield Record(whose, len(content or b""), NO_PHOTO if content is None else repr(content))
        self._check()

    def read_photo(self, whose, nth, *, limit_bytes):
        self._check()
        found = [content for each, content in self.held if each == whose][nth - 1 :]
        if not found:
            raise TryLater("It is gone.")
        if found[0] is None:
            raise ItemRejected("It has no photo.", code=NO_PHOTO_CODE)
        if len(found[0]) > limit_bytes:
            raise ItemRejected("It is too large.", code="too_many_bytes")
        return Fetched(found[0], repr(found[0]))

    def close(self):
        pass

    def _check(self):
        if not self.available:
            raise SourceUnavailable("It is away.")


def whose_of(path):
    folder, _, identifier = path.rpartition("/")
    return Whose(identifier, *record_kind_and_year(folder))


class TestRecords(NullConformance):
    def make(self, place, files, *, window_entries):
        held = [(whose_of(path), content) for path, content in files.items()]
        return MemoryRecords(held, window_entries=window_entries)

    def put(self, place, source, path, content):
        self.remove(place, source, path)
        source.held.append((whose_of(path), content))

    def remove(self, place, source, path):
        source.held = [each for each in source.held if each[0] != whose_of(path)]

    def put_null(self, place, source, path):
        self.put(place, source, path, None)

    def make_unavailable(self, place, source):
        source.available = False


def test_second_record_of_an_identifier_has_a_name_of_its_own():
    source = MemoryRecords([(Whose("7"), b"one"), (Whose("7"), b"two"), (Whose("7", PersonKind.STAFF), b"three")])
    assert {path: entry.size_bytes for path, entry in entries_of(source).items()} == {"7": 3, "7#2": 3, "staff/7": 5}
    assert source.fetch("", "7#2", limit_bytes=9).content == b"two"


def test_identifier_without_end_is_cut():
    source = MemoryRecords([(Whose("x" * 5_000), b"one"), (Whose("x" * 5_001), b"two")])
    assert set(entries_of(source)) == {"x" * 300, "x" * 300 + "#2"}


def test_records_of_any_number_of_years_are_refused():
    source = MemoryRecords([(Whose("7", None, 1900 + number), b"one") for number in range(MOST_FOLDERS + 1)])
    assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
        "The source has records of more than 100 academic years. The listing is incomplete, so nothing was changed. "
        "Check which column is given for the academic year."
    )


def test_fetch_from_a_folder_of_no_records():
    assert raised(TryLater, lambda: MemoryRecords([]).fetch("parents", "7", limit_bytes=9)).message == (
        'There are no records under "parents" any more. It was left as it is; the next run looks again.'
    )


def test_order_of_records_does_not_matter():
    held = [(Whose(str(number)), b"x") for number in range(100)]
    (one,), (other,) = MemoryRecords(held).pages(), MemoryRecords(held[::-1]).pages()
    assert one == other
    assert one.digest == listing_digest([Entry(whose.identifier, 1, "b'x'") for whose, _ in held])


@pytest.mark.parametrize("window_entries", [5, 200])
def test_entries_of_one_year_among_others(window_entries):
    held = [(Whose(str(number), PersonKind.STUDENT, 2025 + number % 2), b"x") for number in range(40)]
    source = MemoryRecords(held, window_entries=window_entries)
    wanted = [page for page in source.pages() if page.folder == "students/2026"]
    found = {entry.name for _, entries in source.entries(wanted) for entry in entries}
    assert found == {str(number) for number in range(1, 40, 2)}
