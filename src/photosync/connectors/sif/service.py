"""Asking a SIF 3 service over REST: one object, or a collection page by page.

As SIF Infrastructure 3 has it: collections are named in the plural, zone and context stand in the address
(`PersonPictures;zoneId=...;contextId=...`), pages are asked for by the headers navigationPage and navigationPageSize,
and an answer without content (204) is behind the last page. Services differ in whether the first page is 0 or 1: both
are asked, and none is lost or read twice.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b, sha256
from http import HTTPStatus
from time import monotonic
from typing import Final, NamedTuple
from urllib.parse import quote

from photosync.connectors.http_sign_in import basic_authorization
from photosync.connectors.network import Endpoint, web_endpoint
from photosync.connectors.sif.xml_objects import BadXml, SifObject, Wanted, root_of, sif_objects
from photosync.connectors.silences import Silences
from photosync.core.errors import Refused, SourceUnavailable
from photosync.core.people import quoted
from photosync.outgoing.http import Answer, HttpClient, NoAnswer, TooLarge, checked_address

LARGEST_PAGE_BYTES: Final = 64_000_000
MOST_PAGES: Final = 100_000
XML: Final = "application/xml"
ASK_AGAIN: Final = "Run again later."
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""The RefId of no object."""
ONE_PAGE_OF_MANY: Final = "The service gives pages, so write a page_size, such as 50."
_ANSWERED: Final = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
_IS_AWAY: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_NO_SUCH_PAGE: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_NOT_GIVEN: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_WHAT_TO_DO: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: ("it did not accept the sign-in", "Check the way to sign in, the user and the secret."),
    HTTPStatus.FORBIDDEN: (
        "it does not allow this user to read that",
        "Ask who runs the service for the right to query it in this zone, or read less here.",
    ),
    HTTPStatus.NOT_FOUND: ("it has no such thing", "Check the address, the zone and the context."),
}
HMAC, BASIC, BEARER = "SIF_HMACSHA256", "Basic", "Bearer"


@dataclass(frozen=True, slots=True)
class SignIn:
    """`user` is the session token or application key that a service gave; with Bearer, `secret` alone counts."""

    way: str
    user: str = ""
    secret: str = field(default="", repr=False)

    def headers(self, now: datetime) -> dict[str, str]:
        if self.way == BEARER:
            return {"authorization": f"Bearer {self.secret}"}
        if self.way == BASIC:
            return {"authorization": basic_authorization(self.user, self.secret)}
        timestamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        signature = hmac.digest(self.secret.encode(), f"{self.user}:{timestamp}".encode(), sha256)
        token = _base64(f"{self.user}:{_base64(signature)}".encode())
        return {"authorization": f"{HMAC} {token}", "timestamp": timestamp}


class NotGiven(SourceUnavailable):
    """The service does not have what was asked for, or does not let this user read it."""


class Place(NamedTuple):
    """Where objects are asked for."""

    base: str
    zone: str = ""
    context: str = ""

    def of(self, name: str, ref_id: str = "") -> str:
        given = (("zoneId", self.zone), ("contextId", self.context))
        matrix = "".join(f";{key}={quote(value, safe='')}" for key, value in given if value)
        path = f"{name}/{quote(ref_id, safe='')}" if ref_id else name
        return f"{self.base.rstrip('/')}/{path}{matrix}"


class SifService:
    """Reads objects; several threads may ask. `page_size` 0 asks for whole collections at once."""

    def __init__(
        self,
        client: HttpClient,
        place: Place,
        sign_in: SignIn,
        *,
        page_size: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        largest_page_bytes: int = LARGEST_PAGE_BYTES,
    ) -> None:
        self._client = client
        self._place = place
        self._sign_in = sign_in
        self._page_size = page_size
        self._clock = clock
        self._largest_page_bytes = largest_page_bytes
        self._silences = Silences()
        url = checked_address(place.base)
        self.endpoint = web_endpoint("SIF service", url)

    def collection(self, name: str, wanted: Wanted, *, optional: bool = False) -> Iterator[list[SifObject]]:
        """Yield the objects of the collection `name`, page by page. Raises SourceUnavailable where it cannot end.

        One that is `optional`, and that the service does not give, raises NotGiven.
        """
        if not self._page_size:
            answer = self._ask(name, {}, _step(name), optional=optional)
            objects = self._objects(name, answer, wanted, _step(name))
            _Paging(self.endpoint, name).take_all(answer, objects)
            yield objects
            return
        paging = _Paging(self.endpoint, name)
        headers = {"navigationPageSize": str(self._page_size)}
        for number in range(MOST_PAGES):
            step = _step(name, number)
            asked = {**headers, "navigationPage": str(number)}
            answer = self._ask(name, asked, step, may_miss=number == 0, optional=optional and paging.is_at_start)
            objects = self._objects(name, answer, wanted, step) if answer.status == HTTPStatus.OK else []
            told = paging.take(number, answer, objects)
            if told is _Told.END:
                return
            if told is _Told.NEW:
                yield objects
            if navigation_id := answer.headers.get("navigationId", "")[:200]:
                headers["navigationId"] = navigation_id
        raise paging.endless(f"there are more than {MOST_PAGES:,} pages")

    def one(self, name: str, ref_id: str, *, shown: str, limit_bytes: int) -> Answer | None:
        """Return the answer with one object, or None where there is none. `shown` is it in words.

        Raises TryLater where the service fails at this one alone; TooLarge, and SourceUnavailable where it answers
        nothing, or was silent at several one after the other.
        """
        step, begun_s = f"Reading one of {name}", monotonic()
        try:
            answer = self._answered(self._place.of(name, ref_id), {}, step, limit_bytes)
        except TooLarge:
            self._silences.heard()
            raise
        except NoAnswer as error:
            reason = error.reason
            if self._silences.are_the_servers(is_silence=error.is_silence, begun_s=begun_s):
                raise self.endpoint.unavailable(step, reason, ASK_AGAIN) from error
        else:
            self._silences.heard()
            if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.NO_CONTENT, HTTPStatus.GONE):
                return None
            if answer.status == HTTPStatus.OK:
                return answer
            if answer.status == HTTPStatus.UNAUTHORIZED:
                self._refuse_others(answer, step)
            reason = _WHAT_TO_DO.get(answer.status, (f"it answered {answer.status}", ""))[0]
        # Does the service answer at all? One picture that it cannot give keeps no other back.
        if self._page_size:
            self._ask(name, {"navigationPage": "1", "navigationPageSize": str(self._page_size)}, step)
        else:
            self._ask_for_nobody(name, step)
        raise self.endpoint.not_fetched(shown, reason)

    def check(self, name: str) -> None:
        """Ask for one object of the collection `name`. Raises SourceUnavailable where the service answers nothing."""
        if self._page_size:
            # Who counts from 0 may have no page 1.
            self._ask(name, {"navigationPage": "1", "navigationPageSize": "1"}, _step(name), may_miss=True)
        else:
            self._ask_for_nobody(name, _step(name))

    def _ask_for_nobody(self, name: str, step: str) -> None:
        """Ask for an object that there is not: a service without pages answers for a collection with all of it.

        Whatever the service says of it tells that it is there. Raises SourceUnavailable where a server before it
        answers that it is away, or it does not accept the sign-in.
        """
        try:
            answer = self._sent(self._place.of(name, NOBODY), {}, step, self._largest_page_bytes)
        except TooLarge:
            return
        if answer.status in _IS_AWAY or answer.status == HTTPStatus.UNAUTHORIZED:
            self._refuse_others(answer, step)

    @property
    def gives_pages(self) -> bool:
        return bool(self._page_size)

    def close(self) -> None:
        self._client.close()

    def _ask(
        self, name: str, headers: Mapping[str, str], step: str, *, may_miss: bool = False, optional: bool = False
    ) -> Answer:
        try:
            answer = self._sent(self._place.of(name), headers, step, self._largest_page_bytes)
        except TooLarge as error:
            raise self.endpoint.unavailable(
                step,
                f"a page is larger than {self._largest_page_bytes // 1_000_000} MB",
                "Choose a smaller page_size.",
            ) from error
        if not (may_miss and answer.status in _NO_SUCH_PAGE):
            self._refuse_others(answer, step, optional=optional)
        return answer

    def _sent(self, address: str, headers: Mapping[str, str], step: str, limit_bytes: int) -> Answer:
        try:
            return self._answered(address, headers, step, limit_bytes)
        except TooLarge:
            raise
        except NoAnswer as error:
            raise self.endpoint.unavailable(step, error.reason, ASK_AGAIN) from error

    def _answered(self, address: str, headers: Mapping[str, str], step: str, limit_bytes: int) -> Answer:
        """Return the answer of the service, whatever its status. Raises NoAnswer, TooLarge, SourceUnavailable."""
        sent = {"accept": XML, **headers, **self._sign_in.headers(self._clock())}
        try:
            answer = self._client.send("GET", address, limit_bytes=limit_bytes, headers=sent)
        except Refused as error:
            raise SourceUnavailable(error.message) from error
        if answer.url != str(checked_address(address)):
            raise self.endpoint.unavailable(
                step,
                "it sent the request on to another address, where neither the sign-in nor the paging would go along",
                "Ask who runs the service for the address of its requests, and write that one.",
            )
        return answer

    def _refuse_others(self, answer: Answer, step: str, *, optional: bool = False) -> None:
        if answer.status in _ANSWERED:
            return
        reason, do = _WHAT_TO_DO.get(answer.status, (f"it answered {answer.status}", ASK_AGAIN))
        error = self.endpoint.unavailable(step, reason, do)
        raise NotGiven(error.message) if optional and answer.status in _NOT_GIVEN else error

    def _objects(self, name: str, answer: Answer, wanted: Wanted, step: str) -> list[SifObject]:
        if answer.status == HTTPStatus.NO_CONTENT:
            return []
        do = "Ask who runs the service to have a look at what it answers."
        if not answer.content.strip():
            # That there is no more is said by 204; this may be an answer that got lost on its way.
            raise self.endpoint.unavailable(step, "its answer is empty", do)
        try:
            found = list(sif_objects([answer.content], wanted))
            root = "" if found else root_of(answer.content)
        except BadXml as error:
            raise self.endpoint.unavailable(step, f"its answer cannot be read, as {error.reason}", do) from error
        if root and root.casefold() != name.casefold():
            # A notice of some kind in between is not the end of the list.
            raise self.endpoint.unavailable(step, f"its answer is no list of {name}, but {quoted(root)}", do)
        return found


class _Told(Enum):
    NEW = "new"
    AGAIN = "again"
    END = "end"


class _Paging:
    """Watches that the pages of a collection come to their end, and that none of them is missing."""

    def __init__(self, service: Endpoint, name: str) -> None:
        self._service = service
        self._name = name
        self._seen: set[bytes] = set()
        self._objects = 0
        self._count: int | None = None
        self._last_page = 0

    @property
    def is_at_start(self) -> bool:
        return not self._objects

    def take(self, number: int, answer: Answer, objects: list[SifObject]) -> _Told:
        """Return whether a page has new objects, is the first one again, or is behind the last. Raises."""
        if answer.status in _ANSWERED:
            self._note(answer)
        if not objects:
            if number == 0:
                # Who counts from 1 has no page 0. That there is nothing at all is said by page 1.
                return _Told.AGAIN
            self._see_that_all_came()
            return _Told.END
        told = "\n".join(each.ref_id for each in objects)
        digest = blake2b(told.encode("utf-8", "replace"), digest_size=16).digest()
        if digest in self._seen:
            if number == 1:
                return _Told.AGAIN
            raise self.endless("it answers with a page that it gave before")
        self._seen.add(digest)
        self._objects += len(objects)
        return _Told.NEW

    def take_all(self, answer: Answer, objects: list[SifObject]) -> None:
        """Take an answer that is to be the whole collection. Raises where the service says that it is not."""
        if objects:
            self.take(1, answer, objects)
        else:
            self._note(answer)
        self._see_that_all_came(ONE_PAGE_OF_MANY)

    def endless(self, reason: str) -> SourceUnavailable:
        do = "Ask who runs the service whether it gives pages; if it does not, write page_size=0."
        return self._service.unavailable(_step(self._name), reason, do)

    def _note(self, answer: Answer) -> None:
        # Behind the last page, some say that there is nothing, and mean that page.
        count = _number(answer, "navigationCount") or None
        if None not in (count, self._count) and count != self._count:
            raise self._service.unavailable(_step(self._name), "its content changed meanwhile", ASK_AGAIN)
        self._count = count if count is not None else self._count
        self._last_page = max(self._last_page, _number(answer, "navigationLastPage") or 0)

    def _see_that_all_came(self, do: str = ASK_AGAIN) -> None:
        """Raise where less came than the service said. Some count the last page from 0, others from 1."""
        if self._objects < (self._count or 0):
            reason = f"only {self._objects:,} of {self._count:,} objects came"
        elif len(self._seen) < self._last_page:
            reason = f"only {len(self._seen):,} of {self._last_page:,} pages came"
        else:
            return
        raise self._service.unavailable(_step(self._name), reason, do)


def _step(name: str, number: int | None = None) -> str:
    return f"Listing {name}" if number is None else f"Listing {name}, page {number}"


def _number(answer: Answer, header: str) -> int | None:
    text = answer.headers.get(header, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
