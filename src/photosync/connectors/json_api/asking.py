"""Asking for one person's photo: by a link, or by the path of one person. And for its stamp, without the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from photosync.connectors.contract import NO_PHOTO, NO_PHOTO_CODE, Fetched
from photosync.connectors.file_words import too_many_bytes
from photosync.connectors.http_api import Api, words_of
from photosync.connectors.http_words import WEB_PAGE, is_good, is_web_page, may_be_cut, media_type
from photosync.connectors.json_api.mapping import Told, photo_of_one
from photosync.connectors.json_api.paths import MISSING, Unfit
from photosync.connectors.json_api.photos import (
    ABSENT,
    PhotoValue,
    Sort,
    stamp_of_answer,
    stamp_of_bytes,
    stamp_of_text,
)
from photosync.connectors.json_api.settings import Settings
from photosync.connectors.json_text import NotJson, read_json
from photosync.connectors.network import Endpoint, Words, photo_server
from photosync.connectors.recordwise import MOST_LETTERS
from photosync.connectors.silences import Silences
from photosync.core.errors import ItemRejected, Refused, SourceUnavailable, TryLater, WrongUse
from photosync.core.people import quoted
from photosync.outgoing.http import Answer, NoAnswer, TooLarge

PICTURE = "image/*, application/octet-stream;q=0.9, */*;q=0.5"
ONE = "application/json, image/*;q=0.9, */*;q=0.5"
GONE = frozenset({204, 404, 410})
"""What servers answer where there is no photo of a person."""
PROBE_LIMIT_BYTES = 50_000_000
MORE_THAN_PHOTO_BYTES = 2_000_000
"""What an answer with a photo as base64 may have besides."""
REFUSAL_BYTES = 500_000
"""So long may an answer be that says why there is no photo."""
UNREAD = "unread"
"""Stamp of what could not be looked at."""


class Probed(NamedTuple):
    stamp: str
    size_bytes: int = 0
    failure: Words | None = None
    server: Endpoint | None = None
    """Which server did not give it, where there is a failure."""


@dataclass(slots=True)
class PhotoAsker:
    """Use it from several threads."""

    api: Api
    settings: Settings
    knows_head: bool = True
    """False once the API said that it has no HEAD."""
    silences: Silences = field(default_factory=Silences)
    """At photos that were fetched."""

    def probe(self, told: Told) -> Probed:
        """Return the stamp of the photo of what is `told`. Raises SourceUnavailable where signing in fails.

        A photo that cannot be looked at now is UNREAD, with the reason, and not a failure of the listing.
        """
        return self._seen(lambda: self._probe(told), self.api.endpoint)

    def fetch(self, told: Told, *, limit_bytes: int) -> Fetched:
        """Return the photo of what is `told`. Raises as `connectors.contract.Source.fetch`."""
        name = _called(told)
        if told.photo.sort is not Sort.NONE:
            return self._photo(told.photo, name, told.changed, limit_bytes)
        address = self._address_of_one(told)
        if address is None:
            raise no_photo(name)
        return self._photo_of_one(address, name, told.changed, limit_bytes)

    def has_one(self, told: Told) -> bool:
        """Whether one person can be asked for."""
        is_id = 0 < len(told.person_id) <= MOST_LETTERS  # what is longer is none, and would make no address
        return bool(told.whose and is_id and self.settings.path_of_one(told.whose.kind, "1"))

    def _address_of_one(self, told: Told) -> str | None:
        if told.whose is None or not self.has_one(told) or told.person_id in (".", ".."):
            return None
        return str(self.api.address_of(self.settings.path_of_one(told.whose.kind, quote(told.person_id, safe=""))))

    # What changes when the photo does

    def _probe(self, told: Told) -> Probed:
        photo = told.photo
        if photo.sort is Sort.INLINE:
            content = photo.content
            return Probed(stamp_of_bytes(content), len(content))
        if photo.sort is Sort.UNFIT:
            return Probed(stamp_of_text("unfit", photo.text))
        if photo.sort is Sort.NONE and not self.has_one(told):
            return Probed(NO_PHOTO)
        if told.changed:
            return Probed(stamp_of_text("changed", told.changed))
        if photo.sort is Sort.LINK:
            return self._probe_link(photo.text)
        address = self._address_of_one(told)
        return self._probe_one(address) if address else Probed(NO_PHOTO)

    def _probe_link(self, link: str) -> Probed:
        url = self._linked(link)
        return self._seen(lambda: self._probe_photo_at(url), self._server_of(url))

    def _probe_photo_at(self, url: httpx.URL) -> Probed:
        head = self._head(url, PICTURE)
        if head is not None and (stamp := stamp_of_answer(head)):
            return Probed(stamp, _length(head))
        try:
            answer = self._ask(url, PROBE_LIMIT_BYTES, PICTURE)
        except TooLarge:
            return Probed("too-large")
        return self._probed_bytes(answer)

    def _head(self, url: httpx.URL | str, accept: str) -> Answer | None:
        """Return what a GET would be answered with, without the content; None where that cannot be learned so."""
        if not self.knows_head:
            return None
        head = self._ask(url, PROBE_LIMIT_BYTES, accept, method="HEAD")
        if head.status in (405, 501):
            self.knows_head = False
        return head if is_good(head) and head.status not in GONE and not is_web_page(head) else None

    def _probed_bytes(self, answer: Answer) -> Probed:
        if answer.status in GONE:
            return Probed(NO_PHOTO)
        if not is_good(answer):
            return Probed(UNREAD, failure=words_of(answer))
        if is_web_page(answer):
            return Probed(UNREAD, failure=WEB_PAGE)
        return Probed(stamp_of_answer(answer) or stamp_of_bytes(answer.content), len(answer.content))

    def _probe_one(self, address: str) -> Probed:
        head = self._head(address, ONE)
        if head is not None and media_type(head).startswith("image/") and (stamp := stamp_of_answer(head)):
            return Probed(stamp, _length(head))
        try:
            answer = self._ask(address, PROBE_LIMIT_BYTES, ONE)
        except TooLarge:
            return Probed("too-large")
        if not is_good(answer) or answer.status in GONE or not _is_json(answer):
            return self._probed_bytes(answer)
        photo, changed = self._told_of_one(answer)
        if photo.sort is Sort.LINK:
            if changed:
                return Probed(stamp_of_text("changed", changed))
            return self._probe_link(photo.text)
        return self._probe(Told(None, photo))

    def _seen(self, probe: Callable[[], Probed], server: Endpoint) -> Probed:
        """Return what `probe` gives, or why `server` gave nothing. Raises SourceUnavailable."""
        try:
            probed = probe()
        except (NoAnswer, TryLater, Refused) as error:
            if isinstance(error, SourceUnavailable):
                raise
            probed = Probed(UNREAD, failure=_words_of_error(error), server=self._server_asked(error, server))
        return probed._replace(server=server) if probed.failure and probed.server is None else probed

    # The photo

    def _photo(self, photo: PhotoValue, name: str, changed: str, limit_bytes: int) -> Fetched:
        if photo.sort is Sort.NONE:
            raise no_photo(name)
        if photo.sort is Sort.UNFIT:
            raise ItemRejected(
                f"What the API gives as the photo of {name} {photo.text}, so it was not used. Check the JSONPath of "
                "the photo, and what the API says of this person.",
                code="not_a_photo",
            )
        if photo.sort is Sort.INLINE:
            content = photo.content
            if len(content) > limit_bytes:
                raise too_many_bytes(f"The photo of {name}", limit_bytes)
            return Fetched(content, stamp_of_bytes(content))
        server, begun_s = self.api.endpoint, monotonic()
        try:
            url = self._linked(photo.text)
            server = self._server_of(url)
            answer = self._ask(url, max(limit_bytes, REFUSAL_BYTES), PICTURE)
        except TooLarge as error:
            self.silences.heard()
            raise too_many_bytes(f"The photo of {name}", limit_bytes) from error
        except (NoAnswer, Unread, Refused) as error:
            raise self._failed(name, error, server, begun_s) from error
        self.silences.heard()
        return self._bytes_of(answer, name, changed, limit_bytes)

    def _photo_of_one(self, address: str, name: str, changed: str, limit_bytes: int) -> Fetched:
        begun_s = monotonic()
        try:
            answer = self._ask(address, limit_bytes * 3 // 2 + MORE_THAN_PHOTO_BYTES, ONE)
        except TooLarge as error:
            self.silences.heard()
            raise too_many_bytes(f"The photo of {name}", limit_bytes) from error
        except (NoAnswer, Refused) as error:
            raise self._failed(name, error, self.api.endpoint, begun_s) from error
        self.silences.heard()
        if not is_good(answer) or answer.status in GONE or not _is_json(answer):
            return self._bytes_of(answer, name, changed, limit_bytes)
        try:
            photo, changed_here = self._told_of_one(answer)
        except Unread as error:
            raise self._not_fetched(name, error.words) from error
        return self._photo(photo, name, changed or changed_here, limit_bytes)

    def _failed(self, name: str, error: NoAnswer | Unread | Refused, server: Endpoint, begun_s: float) -> TryLater:
        """Return what to raise where a photo was not answered; SourceUnavailable after several silences in a row.

        What is silent elsewhere keeps nothing of the API's own back.
        """
        server = self._server_asked(error, server)
        is_home = server is self.api.endpoint
        if isinstance(error, NoAnswer) and self.silences.are_the_servers(
            is_silence=error.is_silence and is_home, begun_s=begun_s
        ):
            return self.api.unavailable(f"Reading the photo of {name}", error)
        return self._not_fetched(name, _words_of_error(error), server)

    def _bytes_of(self, answer: Answer, name: str, changed: str, limit_bytes: int) -> Fetched:
        if answer.status in GONE:
            raise no_photo(name)
        # The one that answered: the request may have been sent on.
        server = self._server_of(httpx.URL(answer.url))
        if not is_good(answer):
            raise self._not_fetched(name, words_of(answer), server)
        if is_web_page(answer):
            raise self._not_fetched(name, WEB_PAGE, server)
        if len(answer.content) > limit_bytes:
            raise too_many_bytes(f"The photo of {name}", limit_bytes)
        told = stamp_of_text("changed", changed) if changed else stamp_of_answer(answer)
        return Fetched(answer.content, told or stamp_of_bytes(answer.content), may_be_cut(answer))

    def _told_of_one(self, answer: Answer) -> tuple[PhotoValue, str]:
        """Return what the answer for one person says of the photo, and when it changed. Raises Unread."""
        try:
            record: Any = read_json(answer.content)
            if self.settings.person_record:
                record = self.settings.person_record.first(record)
            if isinstance(record, list) and len(record) == 1:
                record = record[0]
            if record is None or record is MISSING:
                return ABSENT, ""
            return photo_of_one(record, self.settings.mapped)
        except NotJson as error:
            raise Unread(Words(f"its answer {error}", "The next run reads it again.")) from error
        except Unfit as error:
            raise Unread(error.words) from error

    def _ask(self, url: httpx.URL | str, limit_bytes: int, accept: str, *, method: str = "GET") -> Answer:
        answer = self.api.ask(url, limit_bytes=limit_bytes, method=method, accept=accept)
        if answer.status == 401 and self.api.is_home(httpx.URL(answer.url)):
            raise self.api.unavailable("Reading a photo", answer)
        return answer

    def _linked(self, link: str) -> httpx.URL:
        """Return the address of a photo. What is no whole address goes on from the base address."""
        try:
            return self.api.linked(link, found_at=str(self.api.base))
        except WrongUse as error:
            do = "Check the JSONPath of the photo."
            raise Unread(Words(f"{quoted(link)} is no address of a photo", do)) from error

    def _not_fetched(self, name: str, words: Words, server: Endpoint | None = None) -> TryLater:
        return (server or self.api.endpoint).not_fetched(f"The photo of {name}", *words)

    def _server_asked(self, error: Exception, otherwise: Endpoint) -> Endpoint:
        """Return which server did not answer: the request may have been sent on."""
        return self._server_of(httpx.URL(error.url)) if isinstance(error, NoAnswer) and error.url else otherwise

    def _server_of(self, url: httpx.URL) -> Endpoint:
        return self.api.endpoint if self.api.is_home(url) else photo_server(url)


class Unread(TryLater):
    """A photo cannot be looked at now."""

    def __init__(self, words: Words) -> None:
        super().__init__(f"A photo could not be read: {words.reason}. {words.do}")
        self.words = words


def no_photo(name: str) -> ItemRejected:
    return ItemRejected(f"The API has no photo of {name} now. What was published from it stays.", code=NO_PHOTO_CODE)


def _called(told: Told) -> str:
    return quoted(told.whose.identifier) if told.whose else "a record"


def _words_of_error(error: NoAnswer | TryLater | Refused) -> Words:
    if isinstance(error, Unread):
        return error.words
    if isinstance(error, NoAnswer):
        return words_of(error)
    what, _, do = error.message.partition(". ")
    return Words(what[:1].lower() + what[1:], do)


def _is_json(answer: Answer) -> bool:
    told = media_type(answer)
    return "json" in told or (not told.startswith("image/") and answer.content[:1] in (b"{", b"["))


def _length(answer: Answer) -> int:
    told: str = answer.headers.get("content-length", "")
    plain = "content-encoding" not in answer.headers and told.isascii() and told.isdigit() and len(told) < 12
    return int(told) if plain else 0
