"""An API over HTTP as sources read it: signed in, and its failures told with host, step and what to do."""

from __future__ import annotations

from typing import Final

import httpx

from photosync.connectors.http_sign_in import FixedSignIn, SignIn
from photosync.connectors.http_words import words_for, words_for_silence
from photosync.connectors.network import Words, web_endpoint, web_port
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer, Asking, HttpClient, Limits, NoAnswer, checked_address

JSON: Final = "application/json"


class Api:
    """Asks the API at `base`, whose path every relative path is below. Use it from several threads; close it.

    What signs in goes to the origin of `base` alone, whatever else is asked and wherever a request is sent on.
    Raises WrongUse where `base` is no address.
    """

    def __init__(
        self,
        base: str,
        sign_in: SignIn,
        allowed: AllowedRanges,
        *,
        limits: Limits | None = None,
        ca_pem: str = "",
    ) -> None:
        url = checked_address(base)
        if url.query or url.fragment:
            raise WrongUse(
                "The base address cannot have a ? or # in it. Nothing was changed. Write it up to the part that all "
                "paths share, such as https://api.school.example/v1, and what follows the ? with the path.",
                option="address",
            )
        self.base = url.copy_with(path=url.path.rstrip("/") + "/")
        self.endpoint = web_endpoint("API", url)
        self._sign_in = sign_in
        self._client = HttpClient(
            Asking(str(self.base), secret_headers=sign_in.headers, sign=sign_in.sign),
            allowed,
            limits=limits,
            ca_pem=ca_pem,
        )

    def address_of(self, path: str) -> httpx.URL:
        """Return the address of a path below the base, or of a whole address of the same host. Raises WrongUse."""
        try:
            if "://" not in path.partition("?")[0]:
                return checked_address(str(self.base) + path.strip().lstrip("/"))
            url = checked_address(path)
        except (httpx.InvalidURL, ValueError) as error:
            raise WrongUse(
                f"{quoted(path)} is not a path of an API. Nothing was changed. Write one such as students."
            ) from error
        if not self.is_home(url):
            raise WrongUse(
                f"{quoted(path)} is on another host than the base address. Nothing was changed. Write the path alone."
            )
        return url

    def is_home(self, url: httpx.URL) -> bool:
        """Whether `url` is of the base's origin, which alone is signed in to."""
        return (url.scheme, url.host, web_port(url)) == (self.base.scheme, self.base.host, web_port(self.base))

    def linked(self, link: str, *, found_at: str) -> httpx.URL:
        """Return the address that a link in the answer of `found_at` leads to. Raises WrongUse for what is none.

        Behind a proxy, many servers write http where they are reached by https: for the base's own host the
        base's is taken.
        """
        try:
            url = checked_address(str(httpx.URL(found_at).join(link.strip())))
        except (httpx.InvalidURL, ValueError) as error:
            raise WrongUse(f"{quoted(link)} is no web address.") from error
        if url.scheme == "http" and self.base.scheme == "https" and url.host == self.base.host and url.port is None:
            return url.copy_with(scheme="https", port=self.base.port)
        return url

    def ask(self, url: httpx.URL | str, *, limit_bytes: int, method: str = "GET", accept: str = JSON) -> Answer:
        """Return the answer, whatever its status; where the API refuses a token that can be renewed, it is renewed.

        Raises NoAnswer, TooLarge, Refused, and SourceUnavailable where signing in fails.
        """
        self._sign_in.prepare()
        used = self._sign_in.headers.get("authorization", "")
        answer = self._once(str(url), limit_bytes, method, accept)
        if answer.status == 401 and self.is_home(httpx.URL(answer.url)) and self._sign_in.renew(used):
            answer = self._once(str(url), limit_bytes, method, accept)
        return answer

    def unavailable(self, step: str, failure: Answer | NoAnswer | Words) -> SourceUnavailable:
        """Return what to raise where `step`, such as "Reading the list of students", could not be done."""
        return self.endpoint.unavailable(step, *words_of(failure))

    def close(self) -> None:
        self._client.close()
        self._sign_in.close()

    def _once(self, address: str, limit_bytes: int, method: str, accept: str) -> Answer:
        if method == "GET":
            return self._client.get(address, limit_bytes=limit_bytes, accept=accept)
        return self._client.send(method, address, limit_bytes=limit_bytes, headers={"accept": accept})


def words_of(failure: Answer | NoAnswer | Words) -> Words:
    if isinstance(failure, Words):
        return failure
    return words_for_silence(failure) if isinstance(failure, NoAnswer) else words_for(failure)


def open_to_all() -> SignIn:
    """Return how an API is read that asks for no sign-in."""
    return FixedSignIn()


def next_in_header(answer: Answer) -> str | None:
    """Return the address of the next page as the header Link gives it (RFC 8288), or None."""
    told = answer.headers.get("link")
    if not told:
        return None
    links = httpx.Response(200, headers={"link": told}).links
    return next((link["url"] for rel, link in links.items() if rel and "next" in rel.lower().split()), None)
