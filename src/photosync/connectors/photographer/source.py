"""Reads a source as a photographer's delivery: what is no photo is not listed, and the index files are read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Self

from photosync.connectors.attending import heed
from photosync.connectors.contract import (
    Entry,
    Fetched,
    Page,
    PageKey,
    Source,
    digest_of_sum,
    entry_digest,
    every_entry,
    listing_digest,
)
from photosync.connectors.photographer.licence import MOST_BYTES as MOST_LICENCE_BYTES
from photosync.connectors.photographer.licence import Licence, licence_of
from photosync.connectors.photographer.papers import Paper, Sort, may_hold_papers, paper
from photosync.connectors.photographer.survey import (
    MOST_VOLUMES,
    Listed,
    Survey,
    chosen_indexes,
    no_index,
    read_volumes,
    too_many_volumes,
)
from photosync.connectors.photographer.volume_index import MOST_BYTES as MOST_INDEX_BYTES
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.people import quoted

SPOOL_IN_MEMORY_BYTES = 1 << 20
MOST_PAPERS = 1_000


class DeliverySource:
    """Implements `connectors.contract.Source` over another source, whose volumes may lie at its root or below.

    What lies at most `papers.DEEPEST` folders deep is looked at while it is listed; deeper pages go through as they
    are. One thread lists; `fetch` is the other source's. One that `omits_sizes` may give 0 for any file.
    """

    def __init__(self, source: Source, *, omits_sizes: bool = False) -> None:
        self._source = source
        self._omits_sizes = omits_sizes
        self.fetches_at_once = source.fetches_at_once
        self._papers: list[Paper] | None = None
        self._survey: Survey | None = None

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        """Yield the pages without the papers among them. Those that differ from `known` come with their entries."""
        papers: list[Paper] = []
        for page, entries in self._looked_at():
            if entries is None:
                yield _as_asked(page, known)
                continue
            found = _papers_among(page, entries)
            papers += (each for each, _ in found)
            _check_papers(papers)
            left = _without(page, entries, [entry for _, entry in found])
            if left is not None:
                yield _as_asked(left, known)
        self._papers = papers

    def _looked_at(self) -> Iterator[tuple[Page, Sequence[Entry] | None]]:
        """Yield every page; with its entries, where papers may lie among them."""
        spread: dict[str, list[Page]] = {}
        for page in self._source.pages({}):
            if not may_hold_papers(page.folder):
                yield page, None
            elif page.entries is not None:
                yield page, page.entries
            elif page.bucket is not None:
                spread.setdefault(page.folder, []).append(page)
            else:
                yield from self._read_anew([page])
        for pages in spread.values():
            yield from self._read_anew(pages)

    def _read_anew(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        for page, entries in self._source.entries(pages):
            # As it is now: it may have changed since it was listed.
            yield replace(page, digest=listing_digest(entries), entry_count=len(entries)), entries

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        asked = {(page.folder, page.bucket): page for page in pages}
        # A source may make room for as many entries as a page is said to have.
        whole = [replace(page, entry_count=page.entry_count + MOST_PAPERS) for page in pages]
        for page, entries in self._source.entries(whole):
            papers = {entry for _, entry in _papers_among(page, entries)}
            left = [entry for entry in entries if entry not in papers] if papers else entries
            yield asked[page.folder, page.bucket], left

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        return self._source.fetch(folder, name, limit_bytes=limit_bytes)

    def warnings(self) -> Sequence[str]:
        return self._source.warnings()

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def licences(self) -> list[Licence]:
        """Return the licences in the delivery, each text once. Raises SourceUnavailable."""
        if self._papers is None:
            for _ in self.pages():
                pass
        found: dict[str, Licence] = {}
        for each in sorted(each for each in self._papers or () if each.sort is Sort.LICENCE):
            licence = licence_of(each.path, self._read(each, MOST_LICENCE_BYTES))
            found.setdefault(licence.sha256, licence)
        return list(found.values())

    def survey(self) -> Survey:
        """Return what the delivery says of every photo, after listing it whole. Raises SourceUnavailable."""
        if self._survey is None:
            self._survey = self._surveyed()
        return self._survey

    def _surveyed(self) -> Survey:
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY_BYTES, mode="w+", encoding="utf-8") as spool:
            papers: list[Paper] = []
            count = 0
            seen: set[bytes] = set()
            for folder, entry in every_entry(self._source):
                found = paper(folder, entry.name)
                if found is None:
                    mark = _mark(folder, entry.name)
                    if mark in seen:
                        continue
                    seen.add(mark)
                    # ASCII alone: names with lone surrogates are no UTF-8.
                    spool.write(json.dumps((folder, entry.name, entry.size_bytes)) + "\n")
                    count += 1
                else:
                    papers.append(found)
                    _check_papers(papers)
            self._papers = papers
            # What is listed twice while a folder changes is one file.
            papers = list(dict.fromkeys(papers))
            chosen, told = chosen_indexes(papers)
            if not chosen and not count:
                return Survey("", (), {}, (), ())
            if not chosen:
                raise no_index()
            if len(chosen) > MOST_VOLUMES:
                raise too_many_volumes(len(chosen))
            # Each is fetched when it is its turn: all of them may be too much for memory.
            contents = ((each, self._read(each, MOST_INDEX_BYTES)) for each in chosen)
            volumes = read_volumes(papers, contents, told)
            listed = Listed.of(volumes, omits_sizes=self._omits_sizes)
            spool.seek(0)
            for line in spool:
                listed.take(*json.loads(line))
        return listed.survey()

    def _read(self, each: Paper, limit_bytes: int) -> bytes:
        # A delivery may have a thousand of them.
        heed(0)
        try:
            return self._source.fetch(each.folder, each.name, limit_bytes=limit_bytes).content
        except SourceUnavailable:
            raise
        except (ItemRejected, TryLater) as error:
            raise SourceUnavailable(
                f"{quoted(each.path)} of the photographer's delivery could not be read: {error.message} Nothing was "
                "published or withdrawn. Correct it, then run again."
            ) from error


def _mark(folder: str, name: str) -> bytes:
    """Return eight bytes that stand for a file, as names would fill the memory."""
    return blake2b(f"{folder}\0{name}".encode("utf-8", "surrogateescape"), digest_size=8).digest()


def _papers_among(page: Page, entries: Sequence[Entry]) -> list[tuple[Paper, Entry]]:
    found = ((paper(page.folder, entry.name), entry) for entry in entries)
    return [(each, entry) for each, entry in found if each is not None]


def _without(page: Page, entries: Sequence[Entry], papers: Sequence[Entry]) -> Page | None:
    """Return the page without the papers on it; None where nothing else is."""
    if not papers:
        return replace(page, entries=entries)
    among = set(papers)
    left = [entry for entry in entries if entry not in among]
    if not left:
        return None
    total = int.from_bytes(page.digest, "big") - sum(entry_digest(*entry) for entry in papers)
    return replace(page, digest=digest_of_sum(total), entry_count=len(left), entries=left)


def _as_asked(page: Page, known: Mapping[PageKey, bytes] | None) -> Page:
    if page.entries is None or (known is not None and known.get((page.folder, page.bucket)) != page.digest):
        return page
    return replace(page, entries=None)


def _check_papers(papers: Sequence[Paper]) -> None:
    if len(papers) > MOST_PAPERS:
        raise SourceUnavailable(
            f"The source holds more than {MOST_PAPERS:,} files that are called as the papers of a photographer's "
            "volume (INDEX, MASTER, COPYRIGHT, README). The listing was broken off, and nothing was changed. Put "
            "fewer volumes into one source."
        )
