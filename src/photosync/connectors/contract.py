"""What a source is: the small interface that every connector implements.

The engine asks a source two things only: `pages()`, to learn what there is, and `fetch()`, to get
the bytes of one entry. A source never decides what a change means and never sees the library.

Rules that hold for every source, and that `connectors.testing.conformance` proves:

- `pages()` streams. It never holds more than a fixed window of entries in memory, whatever the
  size of the source. Each page's key is unique within one listing, and an entry always falls on
  the page of the same key as long as its page exists.
- Two listings of an unchanged source give the same pages with the same digests, in any order.
- A listing that cannot be finished raises `SourceUnavailable`. Ending quietly means: this was all.
  Nothing is ever withdrawn after a listing that raised.
- A single entry that cannot be read for its own sake (no permission, gone again) never breaks the
  listing; it is listed, and its `fetch()` fails.
- `fetch()` gives the bytes as they are now and the stamp they had while being read. Of a file that is the
  listed one as long as it has not changed: where an index says whose it is, no other is taken. It raises
  `TryLater` when the entry changed under the reader or is gone, `ItemRejected` when its bytes can never
  be accepted: `too_many_bytes`, `not_a_file`, `outside_source`. When the whole source
  is gone it raises `SourceUnavailable`. It never follows a link out of the source; such a link is
  listed, so that a person is told, and its `fetch()` is rejected.
- A source that rejects for reasons of its own has codes of its own, of 32 letters at the most. As
  what was rejected is not tried again, the entry then has another stamp than once it can be read.
- A record that is there without a photo is listed with the stamp `NO_PHOTO`; where only `fetch()` can tell, it raises
  `ItemRejected` with the code `no_photo`. Neither is a failure, and what was published from it before stays: a value
  that is missing never means delete. A record that says of no one whose it is has the stamp `NO_IDENTIFIER`.
- Names are text. A name that is not valid in the source's encoding is given with its bad bytes
  as lone surrogates (PEP 383), and `fetch()` takes it back unchanged.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self, runtime_checkable

from photosync.connectors.digests import BUCKETS, bucket_of, digest_of_sum, entry_digest

__all__ = [
    "BUCKETS",
    "NO_IDENTIFIER",
    "NO_PHOTO",
    "NO_PHOTO_CODE",
    "PAGE_WINDOW_ENTRIES",
    "Entry",
    "Fetched",
    "ListsOneByOne",
    "Page",
    "PageKey",
    "Source",
    "bucket_of",
    "digest_of_sum",
    "entry_digest",
    "every_entry",
    "listing_digest",
    "tells_nothing",
]

PAGE_WINDOW_ENTRIES = 20_000
"""A page holds about this many entries at the most; a larger folder is spread over several pages."""

NO_PHOTO = "photosync:no-photo"
"""Stamp of an entry that is a record without a photo. It is not fetched until it has another stamp."""
NO_IDENTIFIER = "photosync:no-identifier"
"""Stamp of an entry that is a record of someone unknown. While one is listed, no photo is withdrawn as gone."""
NO_PHOTO_CODE = "no_photo"
"""Code of ItemRejected where `fetch()` finds that there is no photo now. The next run asks again."""


class Entry(NamedTuple):
    """One file of a source as a listing shows it, without its bytes."""

    name: str
    """Name within its page's folder; never empty, never contains `/` or NUL."""
    size_bytes: int
    """0 for an empty file; also where the source does not say it (`ConnectorKind.omits_sizes`)."""
    stamp: str
    """What the source offers to notice a change: a time stamp, an ETag, a version. Compared, never parsed."""


PageKey = tuple[str, int | None]
"""Folder and bucket of a page, which it has to itself within one listing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing: the entries of one folder, or of one bucket of a large folder."""

    folder: str
    """Path of the folder from the source's root with `/` between parts; "" is the root itself."""
    bucket: int | None
    """Which of the `BUCKETS` parts of a large folder this is; None when the page is the whole folder."""
    digest: bytes
    """`listing_digest` of the page's entries: 16 bytes, equal exactly when the entries are equal."""
    entry_count: int
    entries: Sequence[Entry] | None = field(default=None, compare=False, repr=False)
    """The entries, where the source had them at hand while listing; None: ask `entries()` for them.

    Those of a large folder may lie on the disk, and are read from there whenever they are asked for, or counted.
    """


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of one entry, with the size and stamp that they had while being read."""

    content: bytes
    stamp: str
    may_be_cut: bool = False
    """Whether the source could not tell that the bytes came whole. If they are no photo, that concludes nothing."""

    def is_as_listed(self, size_bytes: int, stamp: str) -> bool:
        """Whether these are the bytes of the entry that was listed with this size and stamp.

        A stamp alone may be a time in whole seconds. A size of 0 is one too: a file that is just being sent has it.
        """
        return not tells_nothing(stamp) and (size_bytes, stamp) == (len(self.content), self.stamp)


def tells_nothing(stamp: str) -> bool:
    """Whether every file has `stamp` at a server that tells neither when a file was changed nor its version.

    What follows the mark of SFTP is the time of a link, and not of the file that it leads to.
    """
    return stamp in ("", ".") or stamp.partition(".")[0] == "?"


class Source(Protocol):
    """A place that photos come from. Open it with its connector's `open_source`; use it as a context."""

    fetches_at_once: int
    """How many `fetch` calls may go on at the same time, from as many threads; 1 where that gains nothing."""

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield every page of the source that holds at least one entry. Raises SourceUnavailable.

        `known` are the digests of all pages as they were recorded last. A page whose digest is another may
        come with its entries, where that is cheaper than to read them later; with None, no page does.
        """
        ...

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        """Yield the entries of each of `pages`, read anew, in any order, one page at a time.

        The entries may differ from what the page's digest was made of, when the source changed
        meanwhile; a page that has vanished is given with no entries. Raises SourceUnavailable.
        """
        ...

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        """Return the bytes of one entry. Raises TryLater, ItemRejected (over `limit_bytes`)."""
        ...

    def warnings(self) -> Sequence[str]:
        """Return a sentence for each thing about the whole source that a person is to know. Raises SourceUnavailable.

        They are shown with each run and with Test connection: what happened, what was not done, what to do.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


@runtime_checkable
class ListsOneByOne(Protocol):
    """A source that can also give what it holds as it comes, before it knows its pages."""

    def listed(self) -> Iterator[tuple[str, Entry]]:
        """Yield folder and entry of all there is, in any order; what is listed twice comes twice.

        Raises SourceUnavailable.
        """
        ...


@runtime_checkable
class AnswersForLess(Protocol):
    """A source that reads much before it can give its first entry, and can tell for less whether it is there."""

    def see_that_it_answers(self) -> None:
        """Ask one thing. Raises SourceUnavailable where nothing can be read now."""
        ...


def see_that_it_is_there(source: Source) -> None:
    """Ask `source` for as little as tells whether anything can be read now. Raises SourceUnavailable."""
    if isinstance(source, AnswersForLess):
        source.see_that_it_answers()
        return
    entries = every_entry(source)
    next(entries, None)
    if isinstance(entries, Generator):
        # What is on its way is not waited for.
        entries.close()


def every_entry(source: Source) -> Iterator[tuple[str, Entry]]:
    """Yield folder and entry of all that is in `source`, as early as it can tell. Raises SourceUnavailable."""
    if isinstance(source, ListsOneByOne):
        yield from source.listed()
        return
    parts: list[Page] = []
    for page in source.pages({}):
        # The parts of a large folder are asked for together: it is read once.
        if parts and parts[0].folder != page.folder:
            yield from _named(source.entries(parts))
            parts = []
        if page.entries is not None:
            yield from _named([(page, page.entries)])
        else:
            parts.append(page)
    yield from _named(source.entries(parts) if parts else ())


def _named(pages: Iterable[tuple[Page, Sequence[Entry]]]) -> Iterator[tuple[str, Entry]]:
    for page, entries in pages:
        for entry in entries:
            yield page.folder, entry


def listing_digest(entries: Sequence[Entry]) -> bytes:
    """Return the 16-byte digest of `entries`, whatever their order; names within a page are unique."""
    return digest_of_sum(sum(entry_digest(*entry) for entry in entries))
