"""A collection of a OneRoster service, page by page, in which nobody is missed unnoticed.

The standard has `limit` and `offset`, recommends the headers `X-Total-Count` and `Link`, and leaves it to the service
how many records a page has at most. Pages are asked for by the link where there is one, else by the offset. The count
must stay the same and fit what came. Where there is neither, each page begins with the last record of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import urlencode

import httpx

from photosync.connectors.http_api import next_in_header
from photosync.connectors.http_words import is_good, is_web_page
from photosync.connectors.json_text import NotJson, read_json, text_of
from photosync.connectors.network import Words
from photosync.connectors.roster.oneroster.rest_records import SOURCED_ID
from photosync.connectors.roster.oneroster.rest_service import Spoken, code_of
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.outgoing.http import Answer

MOST_RECORDS: Final = 2_000_000
MOST_PAGES: Final = 25_000
LARGEST_COUNT_DIGITS: Final = 9
NOT_GIVEN: Final = frozenset({403, 404, 501})
AGAIN: Final = (
    "It is read again the next time. If this comes back, choose a time at which nobody works with the school's "
    "system."
)
ASK_THEM: Final = "If this comes back, ask who runs the service to correct it."
CHECK: Final = "Check the address and the version."
CHANGED: Final = Words("the list changed while it was read", AGAIN)
TWICE: Final = Words("a record came twice, so that others may be missing", f"{AGAIN} {ASK_THEM}")
EMPTY: Final = Words("an empty page says that more follows", ASK_THEM)
PROMISED: Final = Words("the page that was to follow is empty", ASK_THEM)
ENDLESS: Final = Words("there is no end to the list", "See that it is the right service.")


class Collection(NamedTuple):
    """`path` is where it is, `key` what its list is called in an answer, `fields` what is used of its records."""

    path: str
    key: str
    called: str
    fields: tuple[str, ...]


_USER_FIELDS: Final = (
    *(SOURCED_ID, "status", "username", "userIds", "givenName", "familyName", "identifier", "email", "grades"),
)
_USERS_1_1: Final = (*_USER_FIELDS, "role", "orgs")
_USERS_1_2: Final = (*_USER_FIELDS, "userMasterIdentifier", "preferredFirstName", "primaryOrg", "roles")
ORGS: Final = Collection("orgs", "orgs", "orgs", (SOURCED_ID, "status", "name", "type", "identifier"))
SESSIONS: Final = Collection(
    "academicSessions",
    "academicSessions",
    "academic sessions",
    (SOURCED_ID, "status", "title", "type", "startDate", "endDate"),
)
CLASSES: Final = Collection(
    "classes", "classes", "classes", (SOURCED_ID, "status", "title", "classCode", "classType", "terms")
)
ENROLLMENTS: Final = Collection(
    "enrollments",
    "enrollments",
    "enrollments",
    (SOURCED_ID, "status", "role", "user", "class", "beginDate", "endDate"),
)


def users(version: str, path: str) -> Collection:
    """Return the collection of users at `path`, "users" or "students"."""
    return Collection(path, "users", path, _USERS_1_1 if version == "1.1" else _USERS_1_2)


class Manner(NamedTuple):
    """How a page is asked for. A service that refuses one is asked in the next."""

    limit: int
    by_standard: bool
    """Sorted, so that pages follow one another, and with the fields alone that are used."""


MANNERS: Final = (Manner(1_000, by_standard=True), Manner(100, by_standard=True), Manner(100, by_standard=False))
_REFUSES_MANNER: Final = frozenset({400, 413, 422})


class NotGiven(SourceUnavailable):
    """The service has no such collection, or not for this client."""


class _Page(NamedTuple):
    records: list[object]
    total: int | None
    following: httpx.URL | None
    """Where the header Link says that the next page is."""


class _Next(NamedTuple):
    url: httpx.URL
    overlaps: bool = False
    """Whether the page begins with the last record of the one before."""


class Listing:
    """The records of a collection. To be read once, from its beginning to its end."""

    def __init__(self, spoken: Spoken, collection: Collection) -> None:
        self._spoken, self._collection = spoken, collection
        self._step = f"Reading {collection.called}"
        self._manner = MANNERS[0]
        self._total: int | None = None
        self._came = 0
        self._seen: set[bytes] = set()
        self._last = b""
        self._has_links = False

    def __iter__(self) -> Iterator[object]:
        """Yield the records as JSON has them. Raises SourceUnavailable where they break off, NotGiven, Refused."""
        page = self._page(self._first())
        for _ in range(MOST_PAGES):
            yield from self._taken(page.records, page.total)
            following = self._following(page)
            if following is None:
                if self._total is not None and self._came != self._total:
                    raise self._miscounted()
                return
            page = self._page(self._spoken.ask(following.url, self._step))
            if following.overlaps:
                page = self._without_overlap(page)
        raise self._failed(ENDLESS)

    def _first(self) -> Answer:
        answer = self._spoken.ask(self._at(0), self._step)
        for manner in MANNERS[1:]:
            if answer.status in _REFUSES_MANNER:
                self._manner = manner
                answer = self._spoken.ask(self._at(0), self._step)
        if answer.status in NOT_GIVEN:
            raise NotGiven(self._failed(self._spoken.words_for(answer)).message)
        return answer

    def _at(self, offset: int) -> httpx.URL:
        asked = {"limit": str(self._manner.limit), "offset": str(offset)}
        if self._manner.by_standard:
            asked |= {"sort": SOURCED_ID, "orderBy": "asc", "fields": ",".join(self._collection.fields)}
        return self._spoken.api.address_of(f"{self._collection.path}?{urlencode(asked)}")

    def _page(self, answer: Answer) -> _Page:
        if answer.status == 204:
            return _Page([], _count_in(answer), None)
        if not is_good(answer) or is_web_page(answer):
            raise self._failed(self._spoken.words_for(answer))
        try:
            told = read_json(answer.content)
        except NotJson as error:
            raise self._failed(Words(f"its answer {error}", CHECK)) from error
        records = told.get(self._collection.key) if isinstance(told, dict) else None
        if not isinstance(records, list):
            code = code_of(answer.content)
            reason = f"its answer has no list {self._collection.key}"
            raise self._failed(Words(f"{reason}, {code}" if code else reason, CHECK))
        return _Page(records, _count_in(answer), self._linked(answer))

    def _linked(self, answer: Answer) -> httpx.URL | None:
        link = next_in_header(answer)
        if link is None:
            return None
        try:
            url = self._spoken.api.linked(link, found_at=answer.url)
        except WrongUse as error:
            raise self._failed(Words("the link to its next page is no web address", ASK_THEM)) from error
        if not self._spoken.api.is_home(url):
            raise self._failed(Words("its next page is said to be on another host", ASK_THEM))
        return url

    def _taken(self, records: list[object], total: int | None) -> list[object]:
        """Return the records of a page, once they are counted and none of them is there again."""
        if total is not None:
            if self._total not in (None, total):
                raise self._failed(CHANGED)
            self._total = total
        for record in records:
            identity = _identity(record)
            if identity in self._seen:
                raise self._failed(TWICE)
            if identity:
                self._seen.add(identity)
            self._last = identity
        self._came += len(records)
        if self._total is not None and self._came > self._total:
            raise self._miscounted()
        if self._came > MOST_RECORDS:
            raise self._failed(ENDLESS)
        return records

    def _following(self, page: _Page) -> _Next | None:
        """Return where the next page is; None where that was the last."""
        came_by_link = self._has_links
        self._has_links = came_by_link or page.following is not None
        if not page.records:
            if self._has_links and self._total is None:
                # Nothing tells the end of the list from an answer that broke.
                raise self._failed(PROMISED if came_by_link else EMPTY)
            return None
        if page.following is not None:
            return _Next(page.following)
        if self._has_links:
            return None
        if self._total is not None:
            return None if self._came >= self._total else _Next(self._at(self._came))
        # Without a count, only a page that begins where the last one ended tells that nothing moved.
        return _Next(self._at(self._came - 1), overlaps=True) if self._last else _Next(self._at(self._came))

    def _without_overlap(self, page: _Page) -> _Page:
        if not page.records or _identity(page.records[0]) != self._last:
            raise self._failed(CHANGED)
        return page._replace(records=page.records[1:])

    def _miscounted(self) -> SourceUnavailable:
        reason = f"it says that there are {self._total:,} records (X-Total-Count), and {self._came:,} came"
        return self._failed(Words(reason, f"{AGAIN} {ASK_THEM}"))

    def _failed(self, words: Words) -> SourceUnavailable:
        return self._spoken.api.unavailable(self._step, words)


def _identity(record: object) -> bytes:
    """Return what stands for the sourcedId of a record; b"" where it has none."""
    sourced_id = text_of(record.get(SOURCED_ID)) if isinstance(record, dict) else None
    return blake2b(sourced_id.encode(), digest_size=12).digest() if sourced_id else b""


def _count_in(answer: Answer) -> int | None:
    told = answer.headers.get("x-total-count", "").strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) <= LARGEST_COUNT_DIGITS else None
