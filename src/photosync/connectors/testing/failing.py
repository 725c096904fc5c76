"""A source that breaks on purpose, at a call that the test chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from photosync.connectors.contract import Entry, Fetched, Page, PageKey, Source

Operation = Literal["pages", "entries", "fetch"]


class FailingSource:
    """Passes everything on to `source`, but raises `error` instead of its n-th answer.

    Counted from 1 over the life of this object: pages given, pages' entries given, or fetches; with
    `at` beyond the last one, a listing raises at its end. `repeats` keeps on failing from there.
    """

    def __init__(
        self, source: Source, operation: Operation, *, at: int, error: Exception, repeats: bool = False
    ) -> None:
        self._source = source
        self._operation = operation
        self._at = at
        self._error = error
        self._repeats = repeats
        self.fetches_at_once = source.fetches_at_once
        self.calls = {"pages": 0, "entries": 0, "fetch": 0}

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        for page in self._source.pages(known):
            self._count("pages")
            yield page
        self._end("pages")

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        for answer in self._source.entries(pages):
            self._count("entries")
            yield answer
        self._end("entries")

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        self._count("fetch")
        return self._source.fetch(folder, name, limit_bytes=limit_bytes)

    def warnings(self) -> Sequence[str]:
        return self._source.warnings()

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _count(self, operation: Operation) -> None:
        self.calls[operation] += 1
        calls = self.calls[operation]
        if operation == self._operation and (calls == self._at or (self._repeats and calls > self._at)):
            raise self._error

    def _end(self, operation: Operation) -> None:
        if operation == self._operation and self.calls[operation] < self._at:
            self.calls[operation] = self._at
            raise self._error
