"""Pictures that lie elsewhere: a PictureSource with an address."""

from __future__ import annotations

import threading
from http import HTTPStatus

from photosync.connectors.contract import Fetched
from photosync.connectors.http_words import (
    NOTHING_FOR_A_FILE,
    PAGE_FOR_A_FILE,
    begins_as_web_page,
    is_web_page,
    may_be_cut,
)
from photosync.connectors.network import photo_server
from photosync.connectors.sif.photo_bytes import too_many_bytes
from photosync.core.errors import ItemRejected, Refused, TryLater, WrongUse
from photosync.outgoing.http import Asking, HttpClient, Limits, NoAnswer, TooLarge, checked_address
from photosync.outgoing.ranges import AllowedRanges

AGAIN = "It was left as it is; the next run asks again."


class Links:
    """Reads pictures at addresses that may be reached, without any sign-in. Several threads may ask."""

    def __init__(self, allowed: AllowedRanges, *, limits: Limits | None = None, ca_pem: str = "") -> None:
        self._allowed = allowed
        self._limits = limits
        self._ca_pem = ca_pem
        self._lock = threading.Lock()
        self._client: HttpClient | None = None

    def read(self, address: str, path: str, stamp: str, *, limit_bytes: int) -> Fetched:
        """Return what lies at `address`, with that stamp; `path` begins the sentences. Raises ItemRejected, TryLater.

        What is no photo for sure, such as a page to sign in, is for later: the link says nothing of what lies there.
        """
        try:
            server = photo_server(checked_address(address))
            asked = self._asked(address)
        except WrongUse as error:
            raise ItemRejected(
                f"{path} is to be at an address that is no web address. It was not read. Ask who runs the system it "
                "comes from to correct its PictureSource.",
                code="not_an_address",
            ) from error
        try:
            answer = asked.get(address, limit_bytes=limit_bytes, accept="image/*")
        except TooLarge as error:
            raise too_many_bytes(path, limit_bytes) from error
        except Refused as error:
            raise TryLater(f"{path} lies at an address that may not be asked: {error.message} {AGAIN}") from error
        except NoAnswer as error:
            raise server.not_fetched(path, error.reason) from error
        # The one that answered: the request may have been sent on.
        server = photo_server(checked_address(answer.url))
        if answer.status != HTTPStatus.OK:
            raise server.not_fetched(path, f"it answered {answer.status}")
        if not answer.content:
            raise server.not_fetched(path, *NOTHING_FOR_A_FILE)
        if begins_as_web_page(answer):
            raise server.not_fetched(path, *PAGE_FOR_A_FILE)
        # What is only called a page may be a photo all the same. If it is none, that concludes nothing.
        return Fetched(answer.content, stamp, may_be_cut(answer) or is_web_page(answer))

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _asked(self, address: str) -> HttpClient:
        with self._lock:
            if self._client is None:
                self._client = HttpClient(Asking(address), self._allowed, limits=self._limits, ca_pem=self._ca_pem)
            return self._client
