"""Reading a list of people to its end, page after page: never half of it, never for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import httpx

from photosync.connectors.http_api import Api, next_in_header, words_of
from photosync.connectors.http_words import WEB_PAGE, is_good, is_web_page
from photosync.connectors.json_api.paths import MISSING, Unfit
from photosync.connectors.json_api.settings import Paging, Settings
from photosync.connectors.json_api.ways import Way
from photosync.connectors.json_text import NotJson, read_json, text_of
from photosync.connectors.network import Words
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import PersonKind
from photosync.outgoing.http import Answer, NoAnswer

PAGE_LIMIT_BYTES = 64_000_000
MOST_PAGES = 20_000
MOST_RECORDS = 200_000
MOST_EMPTY_PAGES = 10
TOO_LARGE = frozenset({408, 413, 500, 502, 503, 504})
"""What servers answer where too much was asked for at once."""
NO_SUCH_PAGE = frozenset({400, 404, 416})
BEHIND_THE_LAST = NO_SUCH_PAGE | {204, 410, 422}
"""What APIs answer behind their last page. Not 500: that may be the fault of a moment."""
USUAL_PAGES = frozenset({10, 20, 25, 30, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000})
RUN_AGAIN = "Run again."
PAGING = "Check the paging of the data source."
NOT_ONE = "The list comes page by page: choose link, or another way, as the paging of the data source."
SAME_AGAIN = (
    "Check the paging of the data source. Where the API gives its last page again and again, give the JSONPath of "
    "the number of records (total), so that the end is known."
)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. `asked` reads it again; `address` is where it came from, which links in it start from."""

    number: int
    asked: str
    address: str
    answer: Any
    records: list[Any]
    header_next: str | None = None


@dataclass
class Bulk:
    """Whether lists are asked for with all that is large in it. Once that failed, they are not, until the end."""

    parameters: tuple[tuple[str, str], ...] = ()
    failed: str = ""
    """The reason, as a part of a sentence."""

    @property
    def is_used(self) -> bool:
        return bool(self.parameters) and not self.failed


@dataclass
class PeopleList:
    """The list at `path` of the API. Read it from one thread."""

    api: Api
    settings: Settings
    path: str
    kind: PersonKind | None
    bulk: Bulk
    most_pages: int = MOST_PAGES
    most_records: int = MOST_RECORDS
    lone_page: ListPage | None = None
    """The first page, where it looks full, leads to no next one, and nothing says how many records there are."""
    _totals: set[int] = field(default_factory=set)
    _has_all: bool = False
    """Whether as many came as the API says there are, and it is only seen that this is not the number on one page."""

    @property
    def called(self) -> str:
        return f"the list of {self.kind.component if self.kind else 'people'}"

    def pages(self) -> Iterator[ListPage]:
        """Yield every page. Raises SourceUnavailable where the list cannot be read to its end, or has none."""
        asked: str | None = self._first()
        seen: set[str] = set()
        marks: set[bytes] = set()
        received = empty = 0
        number = 0
        self._totals = set()
        self.lone_page = None
        self._has_all = False
        while asked is not None:
            number += 1
            if asked in seen or number > self.most_pages or empty > MOST_EMPTY_PAGES:
                raise self._broken(number, "its pages go round in circles, or have no end", PAGING)
            seen.add(asked)
            page = self.page(asked, number)
            mark = _mark(page.records)
            if page.records and mark in marks:
                if self._has_all:
                    break
                raise self._broken(number, "it has the same records as an earlier page", SAME_AGAIN)
            marks.add(mark)
            received += len(page.records)
            empty = 0 if page.records else empty + 1
            if received > self.most_records:
                raise self._broken(number, f"it has more than {self.most_records:,} records", PAGING)
            yield page
            asked = self._following(page, received)
        self._check_total(number, received)

    def page(self, asked: str, number: int) -> ListPage:
        """Return the page at the address `asked`. Raises SourceUnavailable, Refused."""
        if self.bulk.is_used:
            try:
                return self._read(str(_with(asked, self.bulk.parameters)), asked, number)
            except _TooMuch as error:
                self.bulk.failed = error.words.reason
        try:
            return self._read(asked, asked, number)
        except _TooMuch as error:
            raise self.api.unavailable(self._step(number), error.words) from error

    def _read(self, address: str, asked: str, number: int) -> ListPage:
        try:
            answer = self.api.ask(address, limit_bytes=PAGE_LIMIT_BYTES)
        except NoAnswer as error:
            raise _TooMuch(words_of(error)) from error
        if answer.status in TOO_LARGE:
            raise _TooMuch(words_of(answer))
        is_behind = self._has_all and number > 1
        if is_behind and answer.status in BEHIND_THE_LAST:
            return ListPage(number, asked, answer.url, None, [])
        if not is_good(answer):
            raise self.api.unavailable(self._step(number), self._words(answer, number))
        if is_web_page(answer):
            raise self.api.unavailable(self._step(number), WEB_PAGE)
        try:
            told = read_json(answer.content)
        except NotJson as error:
            raise _TooMuch(Words(f"its answer {error}", "Check the path, and ask for smaller pages.")) from error
        try:
            records = self.settings.records.records(told)
        except Unfit as error:
            if is_behind:
                return ListPage(number, asked, answer.url, told, [])
            raise self.api.unavailable(self._step(number), error.words) from error
        if records or not self._has_all:
            self._note_total(told, number)
        return ListPage(number, asked, answer.url, told, records, next_in_header(answer))

    def _first(self) -> str:
        paging, url = self.settings.paging, self.api.address_of(self.path)
        if paging.way is Way.NONE:
            return str(url)
        begins = {Way.PAGE: paging.first, Way.OFFSET: 0}.get(paging.way)
        return self._at(url, begins)

    def _at(self, url: httpx.URL, place: int | str | None) -> str:
        paging: Paging = self.settings.paging
        parameters = []
        if paging.size and paging.size_name:
            parameters.append((paging.size_name, str(paging.size)))
        if place is not None:
            parameters.append((paging.place_name, str(place)))
        return str(_with(str(url), tuple(parameters)))

    def _following(self, page: ListPage, received: int) -> str | None:
        """Return the address of the next page; None after the last.

        A page that is shorter than was asked for is no end: the API may give no more than so many at once.
        """
        paging = self.settings.paging
        if paging.way is Way.NONE:
            if page.header_next:
                raise self._broken(page.number, "its header Link has a next page, which would not be read", NOT_ONE)
            if paging.total is None and self._looks_full(page):
                self.lone_page = page
            return None
        if paging.way in (Way.PAGE, Way.OFFSET):
            is_total = received in self._totals
            if not page.records or (is_total and not (page.number == 1 and self._looks_full(page))):
                return None
            self._has_all = is_total
            place = received if paging.way is Way.OFFSET else paging.first + page.number
            return self._at(self.api.address_of(self.path), place)
        found = page.header_next if paging.way is Way.LINK else self._told_next(page)
        if found is None and page.number == 1 and paging.total is None and self._looks_full(page):
            self.lone_page = page
        if not found:
            return None
        if paging.way is Way.NEXT and paging.place_name:
            return self._at(self.api.address_of(self.path), found)
        return self._linked(found, page)

    def _looks_full(self, page: ListPage) -> bool:
        """Whether there are as many records as were asked for, or as many as APIs usually give at once."""
        count, paging = len(page.records), self.settings.paging
        return count in USUAL_PAGES or bool(count and paging.size_name and count == paging.size)

    def _told_next(self, page: ListPage) -> str | None:
        """Return what leads to the next page; "" where the answer says that there is none, None where nothing."""
        path = self.settings.paging.next
        try:
            value = path.first(page.answer) if path else None
        except Unfit as error:
            raise self.api.unavailable(self._step(page.number), error.words) from error
        if value is MISSING:
            return None
        if value is None or value is False or (isinstance(value, str) and not value.strip()):
            return ""
        text = (text_of(value) or "").strip()
        if not text:
            raise self._broken(page.number, "what it gives as its next page is no text", PAGING)
        return text

    def _linked(self, link: str, page: ListPage) -> str:
        try:
            url = self.api.linked(link, found_at=page.address)
        except WrongUse as error:
            raise self._broken(page.number, "what it gives as its next page is no address", PAGING) from error
        if not self.api.is_home(url):
            raise self._broken(
                page.number, f"it gives a next page on another host ({url.host}), which is not asked", PAGING
            )
        return str(_without(url, self.bulk.parameters))

    def _note_total(self, told: Any, number: int) -> None:
        path = self.settings.paging.total
        if path is None:
            return
        try:
            text = text_of(path.first(told)) or ""
        except Unfit as error:
            raise self.api.unavailable(self._step(number), error.words) from error
        if text.isascii() and text.isdigit() and len(text) < 10:
            self._totals.add(int(text))

    def _check_total(self, number: int, received: int) -> None:
        """See that as many came as the API says there are: a list that changes while it is read may lose some."""
        if self.settings.paging.total is None or self._totals == {received}:
            return
        if not self._totals:
            do = f"Check the option total ({self.settings.paging.total.text})."
            raise self._broken(number, "it does not say how many records there are", do)
        if number > 1 and received > max(self._totals):
            reason = f"it says that there are {max(self._totals):,} records, and {received:,} came"
            do = (
                f"Check the option total ({self.settings.paging.total.text}): it may give the number on one page. "
                "Run again if the list was changed meanwhile."
            )
            raise self._broken(number, reason, do)
        if len(self._totals) > 1:
            raise self._broken(number, "the list changed while it was read", RUN_AGAIN)
        (total,) = self._totals
        do = PAGING if self.settings.paging.way is Way.NONE else f"{PAGING[:-1]}, or run again if it was changed."
        raise self._broken(number, f"the list has {total:,} records, and {received:,} came", do)

    def _words(self, answer: Answer, number: int) -> Words:
        words = words_of(answer)
        if answer.status in NO_SUCH_PAGE and number > 1 and self.settings.paging.way in (Way.PAGE, Way.OFFSET):
            do = (
                "If that is how this API says that there are no more pages, give the JSONPath of the number of "
                "records (total), so that the end is known."
            )
            return Words(words.reason, do)
        return words

    def _step(self, number: int) -> str:
        return f"Reading page {number} of {self.called}" if number > 1 else f"Reading {self.called}"

    def _broken(self, number: int, reason: str, do: str) -> SourceUnavailable:
        return self.api.unavailable(self._step(number), Words(reason, do))


class _TooMuch(Exception):
    """The answer did not come whole; a smaller one may."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.reason)
        self.words = words


def _mark(records: list[Any]) -> bytes:
    mark = blake2b(digest_size=16)
    for record in records:
        mark.update(json.dumps(record, sort_keys=True).encode())
    return mark.digest()


def _with(address: str, parameters: tuple[tuple[str, str], ...]) -> httpx.URL:
    url = httpx.URL(address)
    names = {name for name, _ in parameters}
    if not names:
        return url
    kept = [(name, value) for name, value in url.params.multi_items() if name not in names]
    return url.copy_with(params=[*kept, *parameters])


def _without(url: httpx.URL, parameters: tuple[tuple[str, str], ...]) -> httpx.URL:
    names = {name for name, _ in parameters}
    if not names:
        return url
    return url.copy_with(params=[(name, value) for name, value in url.params.multi_items() if name not in names])
