"""Signing in to an API by OAuth 1.0a with a consumer key and secret: each request is signed, none holds the secret.

RFC 5849, sections 3.1 and 3.4.2, without a token ("two-legged"); HMAC-SHA256 as RFC 5849 has HMAC-SHA1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import quote

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client

from photosync.connectors.http_sign_in import checked_secret
from photosync.core.errors import WrongUse
from photosync.outgoing.http import Sign

_AS_IT_IS: Final = "=&;:%+~,*@!()/?'$"
"""What the library takes in a query as it stands; the rest it wants encoded, also where the address has it plain."""


class Method(StrEnum):
    SHA256 = SIGNATURE_HMAC_SHA256
    SHA1 = SIGNATURE_HMAC_SHA1


class Signature:
    """A sign-in by signature. Use it from several threads: nothing of one request is kept for the next."""

    def __init__(self, key: str, secret: str, method: Method) -> None:
        """Raises WrongUse for a key or a secret that cannot be, without repeating the secret."""
        if not key.strip() or not key.isprintable():
            raise WrongUse("The consumer key is no text. Nothing was changed. Copy it again.")
        self._client = Client(key.strip(), checked_secret(secret, "consumer secret"), signature_method=method.value)
        self.headers: dict[str, str] = {}
        self.sign: Sign | None = self._signed

    def prepare(self) -> None:
        """Nothing to do."""

    def renew(self, used: str) -> bool:  # noqa: ARG002 - a request that was signed anew would be refused again
        return False

    def close(self) -> None:
        """Nothing to close."""

    def _signed(self, method: str, address: str) -> dict[str, str]:
        """Return the headers for one request, with a number and a time that no other has."""
        before, mark, query = address.partition("?")
        _, headers, _ = self._client.sign(before + mark + quote(query, safe=_AS_IT_IS), http_method=method)
        return {"authorization": headers["Authorization"]}
