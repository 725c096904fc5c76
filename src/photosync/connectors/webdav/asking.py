"""Asking a WebDAV server for what is in a folder, one level deep, and for files."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from photosync.connectors.http_sign_in import basic
from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S, Words
from photosync.connectors.webdav.multistatus import NoMultistatus, Resource, resources
from photosync.connectors.webdav.place import Place
from photosync.connectors.webdav.words import MULTISTATUS, NO_ANSWER_DO, NO_WEBDAV, NOT_LISTED, words_of
from photosync.core.errors import SourceUnavailable
from photosync.core.people import quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer, Asking, HttpClient, Limits, NoAnswer

LISTING_BYTES: Final = 500_000_000
"""What a server may answer for one folder: about a million files."""
ONE_FILE_BYTES: Final = 1_000_000
SPOOL_IN_MEMORY_BYTES: Final = 1 << 20
LIMITS: Final = Limits(CONNECT_WITHIN_S, ANSWER_WITHIN_S, whole_s=600.0)
GONE: Final = 404
ASKED: Final = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/>'
    b"</D:prop></D:propfind>"
)


class Server:
    """The server of one folder; use it from several threads."""

    def __init__(
        self,
        place: Place,
        user: str,
        password: str,
        allowed: AllowedRanges,
        *,
        ca_pem: str = "",
        limits: Limits = LIMITS,
    ) -> None:
        """Raise WrongUse for a user or certificate that can be none."""
        self.place = place
        self._has_user = bool(user)
        asking = Asking(place.origin, secret_headers=basic(user, password).headers if user else {})
        self._http = HttpClient(asking, allowed, limits=limits, ca_pem=ca_pem)

    def close(self) -> None:
        self._http.close()

    def listed(self, folder: str, *, step: str) -> Iterator[Resource]:
        """Yield the folder itself and what is in it; nothing where it is gone. Raises SourceUnavailable, Refused.

        The answer waits in a temporary file: it may be as long as the folder is large.
        """
        with SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY_BYTES) as file:
            into = cast("BinaryIO", file)
            answer = self._find(self.place.address(folder), "1", into, LISTING_BYTES, step)
            if answer.status == GONE and folder:
                # Is it this folder alone?
                self.check(BytesIO(), step=step)
                return
            self._check(answer, step)
            described = self._described(into, step)
            first = next(described, None)
            if first is None:
                raise self.unavailable(step, NOT_LISTED)
            yield first
            yield from described

    def described(self, folder: str, name: str, into: BinaryIO, *, step: str) -> Resource:
        """Return what the server says of one file, or with which status it says nothing.

        Raises NoAnswer, also for one that cannot be understood: is it of this file alone? SourceUnavailable where it
        sends the request on.
        """
        answer = self._found(self.place.address(folder, name), "0", into, ONE_FILE_BYTES, step)
        if answer.status != MULTISTATUS:
            return Resource("", answer.status)
        into.seek(0)
        try:
            return next(iter(resources(into)), Resource("", GONE))
        except NoMultistatus as error:
            raise NoAnswer(self.place.endpoint.host, NO_WEBDAV.reason) from error

    def check(self, into: BinaryIO, *, step: str) -> None:
        """Raise SourceUnavailable where the folder of the source cannot be listed now."""
        self._check(self._find(self.place.address(""), "0", into, ONE_FILE_BYTES, step), step)

    def read(self, folder: str, name: str, into: BinaryIO, *, limit_bytes: int) -> Answer:
        """Write a file `into` another, and return the answer, whatever its status. Raises NoAnswer, TooLarge."""
        # Packed for the way, it would have another ETag at some servers.
        headers = {"accept-encoding": "identity"}
        address = self.place.address(folder, name)
        return self._http.send("GET", address, headers=headers, limit_bytes=limit_bytes, into=into, follow=False)

    def unavailable(self, step: str, words: Words) -> SourceUnavailable:
        return self.place.endpoint.unavailable(step, words.reason, words.do)

    def _find(self, address: str, depth: str, into: BinaryIO, limit_bytes: int, step: str) -> Answer:
        try:
            return self._found(address, depth, into, limit_bytes, step)
        except NoAnswer as error:
            raise self.unavailable(step, Words(error.reason, NO_ANSWER_DO)) from error

    def _found(self, address: str, depth: str, into: BinaryIO, limit_bytes: int, step: str) -> Answer:
        """As `_find`. Raises NoAnswer, and SourceUnavailable where the request is sent on."""
        headers = {"depth": depth, "content-type": "application/xml; charset=utf-8"}
        answer = self._http.send(
            "PROPFIND", address, content=ASKED, headers=headers, limit_bytes=limit_bytes, into=into
        )
        if answer.url.rstrip("/") != address.rstrip("/"):
            reason = f"it sent the request on to {quoted(answer.url)}"
            raise self.unavailable(step, Words(reason, "If that is where the folder is now, write that address."))
        return answer

    def _check(self, answer: Answer, step: str) -> None:
        if answer.status != MULTISTATUS:
            raise self.unavailable(step, words_of(answer.status, has_user=self._has_user))

    def _described(self, file: BinaryIO, step: str) -> Iterator[Resource]:
        file.seek(0)
        try:
            yield from resources(file)
        except NoMultistatus as error:
            raise self.unavailable(step, NO_WEBDAV) from error
