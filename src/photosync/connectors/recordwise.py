"""A source of records, such as a database or an API: each record is one person's photo.

A connector says which records there are (`RecordSource.records`) and reads the photo of one (`read_photo`); names,
pages, buckets and digests are made here. Records are listed under names that `core.record_names` makes of their
identifiers, which are matched in the mode `column`. Listing holds a window of entries for each kind of person and
academic year, and eight bytes of every identifier, to tell a second record of the same one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, Protocol, Self, runtime_checkable

from photosync.connectors.attending import heed
from photosync.connectors.contract import PAGE_WINDOW_ENTRIES, Entry, Fetched, Page, PageKey
from photosync.connectors.paging import FolderSums, Spool
from photosync.core.consent import Consent, Purpose
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.core.people import PersonKind, quoted
from photosync.core.record_names import record_folder, record_identifier, record_kind_and_year, record_name

MOST_FOLDERS = 100
"""Kinds of people times academic years in one source; a source of more is broken, and would fill memory."""
MOST_LETTERS = 300


class Whose(NamedTuple):
    """Which person a record is of, as its source says it; what is None it does not say."""

    identifier: str
    """Text, whatever it is in the source: `002082` and `2082` differ."""
    kind: PersonKind | None = None
    academic_year: int | None = None


class Record(NamedTuple):
    """One record of a listing. `stamp` differs when the photo does."""

    whose: Whose
    size_bytes: int
    """Of the photo; 0 where the source does not tell it."""
    stamp: str


@runtime_checkable
class ReportsConsent(Protocol):
    """A source that also says for which purposes its photos may be used."""

    def consents(self) -> Iterator[tuple[Whose, Mapping[Purpose, Consent]]]:
        """Yield what is said of each person, whatever the academic year; nothing of who is not spoken of.

        Raises SourceUnavailable.
        """
        ...


class RecordSource(ABC):
    """Implements `connectors.contract.Source` for a source that is read record by record."""

    fetches_at_once = 1

    def __init__(self, *, window_entries: int = PAGE_WINDOW_ENTRIES) -> None:
        self._window = window_entries
        self.repeated = 0
        """How many identifiers of the last listing have more than one record."""
        self.first_repeated = ""

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """Yield every record, in any order. Raises SourceUnavailable where it cannot end.

        One that has no photo now, as far as the source tells without reading it, has the stamp `NO_PHOTO`; one that
        does not say whose it is has the stamp `NO_IDENTIFIER` (`connectors.contract`), and as identifier "" or words
        that say so.
        """

    @abstractmethod
    def read_photo(self, whose: Whose, nth: int, *, limit_bytes: int) -> Fetched:
        """Return the photo of the `nth` record (from 1) of `whose`, counted in the order of `records`.

        Raises as `connectors.contract.Source.fetch`; for a record without a photo, ItemRejected with the code
        `no_photo`. The stamp is the one that `records` would give it now.
        """

    def warnings(self) -> Sequence[str]:
        """Return what a person is to know of the whole source; nothing, unless a connector has more to say."""
        return []

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages, after the last record was read. Those that differ from `known` come with their entries."""
        folders: dict[str, FolderSums] = {}
        for folder, entry in self.listed():
            sums = folders.get(folder)
            if sums is None:
                if len(folders) == MOST_FOLDERS:
                    raise SourceUnavailable(
                        f"The source has records of more than {MOST_FOLDERS} academic years. The listing is "
                        "incomplete, so nothing was changed. Check which column is given for the academic year."
                    )
                sums = folders[folder] = FolderSums(self._window, keeps=known is not None)
            sums.add(entry)
        for folder, sums in folders.items():
            yield from sums.pages(folder, known)

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        if not pages:
            return
        with Spool(pages) as spool:
            for folder, entry in self.listed():
                spool.add(folder, entry)
            for page in pages:
                yield page, spool.entries(page)

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        try:
            kind, academic_year = record_kind_and_year(folder)
        except ValueError as error:
            raise TryLater(
                f"There are no records under {quoted(folder)} any more. It was left as it is; the next run looks "
                "again."
            ) from error
        identifier, nth = record_identifier(name)
        return self.read_photo(Whose(identifier, kind, academic_year), nth, limit_bytes=limit_bytes)

    def listed(self) -> Iterator[tuple[str, Entry]]:
        """See `connectors.contract.ListsOneByOne`."""
        seen: set[bytes] = set()
        again: Counter[bytes] = Counter()
        self.repeated, self.first_repeated = 0, ""
        heed(0)
        for number, (whose, size_bytes, stamp) in enumerate(self.records(), 1):
            heed(number)
            folder, nth = record_folder(whose.kind, whose.academic_year), 1
            # What is cut is longer than any code, so that it is told as nobody's.
            identifier = whose.identifier[:MOST_LETTERS]
            mark = _mark(folder, identifier)
            if mark in seen:
                again[mark] += 1
                if identifier.strip():
                    self.first_repeated = self.first_repeated or identifier
                    self.repeated += again[mark] == 1
                nth += again[mark]
            else:
                seen.add(mark)
            yield folder, Entry(record_name(identifier, nth), size_bytes, stamp)


def _mark(folder: str, identifier: str) -> bytes:
    return blake2b(f"{folder}\0{identifier}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
