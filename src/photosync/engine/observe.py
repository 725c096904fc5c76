"""Observe: list the source against what was seen last.

A page whose digest is the recorded one costs a look-up and nothing else. Only the pages that differ
are read entry by entry, and only what differs on them is written. Memory holds one window of pages and
one bit for each page of the listing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from photosync.connectors.attending import attended
from photosync.connectors.contract import (
    PAGE_WINDOW_ENTRIES,
    Entry,
    Page,
    Source,
    digest_of_sum,
    entry_digest,
    listing_digest,
)
from photosync.engine.ports import KnownPage, ObserveLedger, PageChange, Progress, Recorded, Rein

PAGES_AT_ONCE = 64
"""Few, so that pages which differ are compared while the source is still being listed."""
PAGES_SAID_TO_THE_SOURCE = 20_000
"""Of a listing of up to so many pages the source is told the digests, so that it may give entries at once."""
PAGES_DROPPED_AT_ONCE = 400
FILES_PER_WRITE = 2_000

T = TypeVar("T")


@dataclass(slots=True)
class Observation:
    """What one complete listing found. `changed_files` counts added, changed and vanished files."""

    observed: int = 0
    changed_files: int = 0


class _SeenPages:
    """One bit for each page ordinal of a listing."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.count = 0

    def add(self, ordinal: int) -> None:
        byte, bit = divmod(ordinal, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits)))
        if not self._bits[byte] >> bit & 1:
            self._bits[byte] |= 1 << bit
            self.count += 1

    def __contains__(self, ordinal: int) -> bool:
        byte, bit = divmod(ordinal, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)


def observe(source: Source, ledger: ObserveLedger, rein: Rein) -> Observation:
    """List `source` to its end and record what differs.

    Raises SourceUnavailable when the listing breaks off: what was recorded until then holds, but nothing
    is concluded from what was not listed.
    """
    observation = Observation()
    listed = 0

    def told(count: int) -> None:
        nonlocal listed
        listed = max(listed, count)
        rein.checkpoint(Progress("observe", listed))

    with attended(told):
        seen = _recorded(source, ledger, observation, lambda: told(observation.observed))
    observation.changed_files += _drop_unseen_pages(ledger, seen)
    ledger.finish_listing(observed=observation.observed)
    return observation


def _recorded(
    source: Source, ledger: ObserveLedger, observation: Observation, between: Callable[[], None]
) -> _SeenPages:
    """Record what differs, window by window; return which of the recorded pages are there."""
    seen = _SeenPages()
    writer = _Writer(ledger, seen)
    for pages in _windows(source.pages(ledger.recorded_digests(most=PAGES_SAID_TO_THE_SOURCE))):
        known = ledger.known_pages(pages)
        differing = []
        for page, record in zip(pages, known, strict=True):
            if record is not None and record.digest == page.digest:
                seen.add(record.ordinal)
                observation.observed += page.entry_count
            else:
                differing.append(page)
        if differing:
            records = {(p.folder, p.bucket): r for p, r in zip(pages, known, strict=True)}
            for page, entries in _entries(source, differing):
                change = _compare(page, entries, records[page.folder, page.bucket], ledger)
                observation.observed += len(entries)
                observation.changed_files += len(change.added) + len(change.changed) + len(change.vanished)
                writer.add(change)
                between()
        between()
    writer.flush()
    return seen


def _windows(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Yield pages in lists that hold a window of entries at the most, besides those of their last page.

    The pages of a large folder that come without entries stay together: it is then read once for all of them.
    """
    gathered: list[Page] = []
    entry_count = 0
    for page in pages:
        is_one_of_many = page.bucket is not None and page.entries is None
        if len(gathered) >= PAGES_AT_ONCE and not (is_one_of_many and gathered[-1].folder == page.folder):
            yield gathered
            gathered, entry_count = [], 0
        gathered.append(page)
        entry_count += page.entry_count if page.entries is not None else 0
        if entry_count >= PAGE_WINDOW_ENTRIES or (len(gathered) >= PAGES_AT_ONCE and not is_one_of_many):
            yield gathered
            gathered, entry_count = [], 0
    if gathered:
        yield gathered


def _entries(source: Source, pages: Sequence[Page]) -> Iterator[tuple[Page, Sequence[Entry]]]:
    """Yield the entries of each page: as they came with it, or asked of the source."""
    to_ask = []
    for page in pages:
        if page.entries is None:
            to_ask.append(page)
        else:
            yield page, [*iter(page.entries)]
    if to_ask:
        yield from source.entries(to_ask)


def _compare(page: Page, entries: Sequence[Entry], known: KnownPage | None, ledger: ObserveLedger) -> PageChange:
    if known is None:
        files = ledger.files_on_other_pages(page, [entry.name for entry in entries])
        moved = list(files.values())
    else:
        files = ledger.known_files(known)
        moved = []
    # Most entries of a page that differs are the recorded ones still: whole entries first, then what is left by name.
    different = [entry for entry in entries if files.pop(entry, None) is None]
    digest = _digest(page, known, entries, gone=files, come=different)
    left = {name: file_id for (name, _, _), file_id in files.items()}
    added: list[Entry] = []
    changed: list[tuple[int, Entry]] = []
    for entry in different:
        file_id = left.pop(entry.name, None)
        if file_id is None:
            added.append(entry)
        else:
            changed.append((file_id, entry))
    return PageChange(page, known, digest, len(entries), added, changed, list(left.values()), moved)


def _digest(
    page: Page, known: KnownPage | None, entries: Sequence[Entry], *, gone: Iterable[Recorded], come: Iterable[Entry]
) -> bytes:
    """Return the `listing_digest` of `entries`, from the recorded one and what differs, where that gives the page's.

    It gives the page's only if the recorded one was of what is recorded and nothing has changed since the listing.
    """
    if known is not None:
        total = int.from_bytes(known.digest, "big")
        total += sum(entry_digest(*entry) for entry in come) - sum(entry_digest(*entry) for entry in gone)
        if digest_of_sum(total) == page.digest:
            return page.digest
    return listing_digest(entries)


class _Writer:
    """Gathers page changes, so that many small pages share a transaction."""

    def __init__(self, ledger: ObserveLedger, seen: _SeenPages) -> None:
        self._ledger = ledger
        self._seen = seen
        self._changes: list[PageChange] = []
        self._files = 0

    def add(self, change: PageChange) -> None:
        self._changes.append(change)
        self._files += len(change.added) + len(change.changed) + len(change.vanished) + 1
        if self._files >= FILES_PER_WRITE:
            self.flush()

    def flush(self) -> None:
        if self._changes:
            for ordinal in self._ledger.write_pages(self._changes):
                self._seen.add(ordinal)
        self._changes = []
        self._files = 0


def _drop_unseen_pages(ledger: ObserveLedger, seen: _SeenPages) -> int:
    """Forget the pages that the listing no longer has; return how many there were."""
    if seen.count == ledger.page_count():
        return 0
    gone = [page_id for page_id, ordinal in ledger.page_ordinals() if ordinal not in seen]
    for ids in batches(gone, PAGES_DROPPED_AT_ONCE):
        ledger.drop_pages(ids)
    return len(gone)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield `items` in lists of `size`; the last may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
