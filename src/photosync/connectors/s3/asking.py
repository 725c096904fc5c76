"""Asking an S3 store: one signed request at a time, never sent on to another host."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S, Words
from photosync.connectors.s3.answers import Listed, ListPage, NoList, Refusal, list_page, refusal
from photosync.connectors.s3.place import Place
from photosync.connectors.s3.signing import Keys, encoded_query, signed_headers
from photosync.connectors.s3.words import words_of
from photosync.core.errors import SourceUnavailable
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer, Asking, HttpClient, Limits, NoAnswer

KEYS_AT_ONCE: Final = 1_000
LIST_BYTES: Final = 8_000_000
"""An answer with 1,000 keys of the longest sort has 4 MB."""
LIMITS: Final = Limits(CONNECT_WITHIN_S, ANSWER_WITHIN_S, whole_s=300.0)
MOST_EMPTY_ANSWERS: Final = 1_000
GOOD: Final = 200
NOT_A_STORE: Final = Words(
    "what it answered is no list of a bucket",
    "Check the endpoint: it is the address of the store itself, and not that of its web pages.",
)


class Refusing(Exception):
    """The store did not give it."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class Store:
    """The store of one bucket; use it from several threads."""

    def __init__(
        self,
        place: Place,
        keys: Keys,
        allowed: AllowedRanges,
        *,
        ca_pem: str = "",
        limits: Limits = LIMITS,
    ) -> None:
        self.place = place
        self._keys = keys
        self._http = HttpClient(Asking(place.origin), allowed, limits=limits, ca_pem=ca_pem)

    def close(self) -> None:
        self._http.close()

    def listed(self, prefix: bytes, *, step: str, delimiter: bytes = b"") -> Iterator[ListPage]:
        """Yield what is below `prefix`, 1,000 keys at a time. Raises SourceUnavailable naming `step`, Refused."""
        token, empty = "", 0
        while True:
            page = self._list_page(prefix, delimiter, token, step)
            yield page
            empty = 0 if page.objects or page.prefixes else empty + 1
            if page.next_token is None:
                return
            if page.next_token == token or empty > MOST_EMPTY_ANSWERS:
                raise self.unavailable(step, Words("its list has no end", "Ask who runs the store."))
            token = page.next_token

    def check(self, step: str) -> None:
        """Raise SourceUnavailable where the bucket cannot be listed now."""
        self._list_page(self.place.prefix.encode(), b"", "", step, most=1)

    def read(self, key: bytes, into: BinaryIO, *, limit_bytes: int) -> Answer:
        """Write an object `into` a file, and return its headers. Raises Refusing, NoAnswer, TooLarge."""
        return self._get(self.place.object_path(key), "", into=into, limit_bytes=limit_bytes)

    def listed_now(self, key: bytes) -> Listed | None:
        """Return how the store lists an object; None where it lists no such one.

        Raises Refusing, and NoAnswer, also for what cannot be understood: is it of this object alone?
        """
        try:
            page = self._page(key, b"", "", most=1)
        except NoList as error:
            raise NoAnswer(self.place.endpoint.host, NOT_A_STORE.reason) from error
        first = next(iter(page.objects), None)
        return first if first is not None and first.key == key else None

    def unavailable(self, step: str, words: Words) -> SourceUnavailable:
        return self.place.endpoint.unavailable(step, words.reason, words.do)

    def _list_page(
        self, prefix: bytes, delimiter: bytes, token: str, step: str, *, most: int = KEYS_AT_ONCE
    ) -> ListPage:
        try:
            return self._page(prefix, delimiter, token, most=most)
        except Refusing as error:
            raise self.unavailable(step, words_of(error.why, self.place)) from error
        except NoList as error:
            raise self.unavailable(step, NOT_A_STORE) from error
        except NoAnswer as error:
            do = "Check the endpoint and the network; the next run tries again."
            raise self.unavailable(step, Words(error.reason, do)) from error

    def _page(self, prefix: bytes, delimiter: bytes, token: str, *, most: int) -> ListPage:
        """Raise Refusing, NoList, NoAnswer."""
        params = {"list-type": b"2", "encoding-type": b"url", "max-keys": b"%d" % most, "prefix": prefix}
        if delimiter:
            params["delimiter"] = delimiter
        if token:
            params["continuation-token"] = token.encode()
        answer = self._get(self.place.bucket_path, encoded_query(params), limit_bytes=LIST_BYTES)
        return list_page(answer.content)

    def _get(self, path: str, query: str, *, limit_bytes: int, into: BinaryIO | None = None) -> Answer:
        place = self.place
        headers = signed_headers(
            "GET", place.netloc, path, query, keys=self._keys, region=place.region, now=datetime.now(UTC)
        )
        answer = self._http.send(
            "GET",
            f"{place.origin}{path}{'?' if query else ''}{query}",
            headers=headers | {"accept-encoding": "identity"},
            limit_bytes=limit_bytes,
            into=into,
            follow=False,
        )
        if answer.status != GOOD:
            region = answer.headers.get("x-amz-bucket-region", "")
            raise Refusing(refusal(answer.status, answer.content, region=region))
        return answer
