"""How a source signs in to an API over HTTP: by a header that stays the same, or by OAuth 2.0 client credentials.

OAuth 2.0: RFC 6749, sections 2.3.1 and 4.4. The secret goes to the token address alone, the token to the API alone.
Signing each request, by OAuth 1.0a: `connectors.http_signature`.
"""

from __future__ import annotations

import re
import time
from base64 import b64encode
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol
from urllib.parse import quote_plus, urlencode

from photosync.connectors.http_words import is_good, words_for, words_for_silence
from photosync.connectors.json_text import NotJson, read_json
from photosync.connectors.network import Words, web_endpoint
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer, Asking, HttpClient, Limits, NoAnswer, Sign, checked_address

TOKEN_LIMIT_BYTES = 200_000
EARLIER_S = 30.0
"""A token is renewed so much before it runs out, so that none runs out on its way."""
UNTOLD_LIFE_S = 600.0
STEP = "Signing in"
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")
SCOPE_REFUSED = "invalid_scope"
_ERRORS = {
    "invalid_client": "it does not know this client ID, or the client secret is another",
    "unauthorized_client": "this client may not sign in by client credentials",
    SCOPE_REFUSED: "it does not grant the scope that is asked for",
    "unsupported_grant_type": "it does not offer client credentials",
}


class ScopeRefused(SourceUnavailable):
    """The server that gives tokens does not grant the scope; it may grant another."""


class SignIn(Protocol):
    @property
    def headers(self) -> dict[str, str]:
        """What goes with each request to the API; it may be another later."""
        ...

    @property
    def sign(self) -> Sign | None:
        """What signs each request to the API, where each has a signature of its own."""
        ...

    def prepare(self) -> None:
        """Be signed in. Raises SourceUnavailable, Refused."""
        ...

    def renew(self, used: str) -> bool:
        """Sign in anew after the API refused the header `used`; False where that cannot help."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class FixedSignIn:
    """Signs in with the same headers each time; without any, not at all."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    sign: Sign | None = None

    def prepare(self) -> None:
        """Nothing to do."""

    def renew(self, used: str) -> bool:  # noqa: ARG002 - there is no other
        return False

    def close(self) -> None:
        """Nothing to close."""


def bearer(token: str) -> FixedSignIn:
    """Return a sign-in by a token. Raises WrongUse for what no header can hold."""
    return FixedSignIn({"authorization": f"Bearer {checked_secret(token, 'token')}"})


def by_header(name: str, key: str) -> FixedSignIn:
    """Return a sign-in by a key in the header `name`. Raises WrongUse."""
    if not _HEADER_NAME.fullmatch(name) or name.lower() in (
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
    ):
        raise WrongUse(
            f"{quoted(name)} is not a name for a header that signs in. Nothing was changed. Write one such as "
            "X-API-Key."
        )
    return FixedSignIn({name.lower(): checked_secret(key, "key")})


def basic(user: str, password: str) -> FixedSignIn:
    """Return a sign-in by user name and password (RFC 7617). Raises WrongUse."""
    if ":" in user or not user.isprintable():
        raise WrongUse("A user name cannot have a colon or control characters. Nothing was changed. Correct it.")
    return FixedSignIn({"authorization": basic_authorization(user, password)})


def basic_authorization(user: str, password: str) -> str:
    """Return the value of the header `Authorization` (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def checked_secret(secret: str, called: str) -> str:
    """Return `secret` without white space around it. Raises WrongUse, which does not repeat it."""
    secret = secret.strip()
    if not _TOKEN.fullmatch(secret):
        raise WrongUse(
            f"The {called} has a space, a line break or letters that cannot be sent. Nothing was changed. Copy it "
            "again, without what stands before and after it."
        )
    return secret


@dataclass(frozen=True)
class Client:
    """A client as the server that gives tokens knows it."""

    token_address: str
    client_id: str
    secret: str = field(repr=False)
    scope: str = ""


class ClientCredentials:
    """Fetches a token with the credentials of `client`, keeps it while it is good, and renews it."""

    def __init__(
        self, client: Client, allowed: AllowedRanges, *, limits: Limits | None = None, ca_pem: str = ""
    ) -> None:
        url = checked_address(client.token_address)
        self._client = client
        self._endpoint = web_endpoint("token server", url)
        self._http = HttpClient(Asking(client.token_address), allowed, limits=limits, ca_pem=ca_pem)
        self._lock = Lock()
        self._good_until = 0.0
        self.headers: dict[str, str] = {}
        self.sign: Sign | None = None

    def prepare(self) -> None:
        with self._lock:
            if time.monotonic() >= self._good_until:
                self._fetch()

    def renew(self, used: str) -> bool:
        with self._lock:
            if self.headers.get("authorization") == used:
                self._fetch()
            return True

    def close(self) -> None:
        self._http.close()

    def _fetch(self) -> None:
        answer = self._ask(in_body=False)
        if answer.status in (400, 401) and _error_code(answer) != SCOPE_REFUSED:
            # Not every server takes the credentials in the header, which the RFC prefers.
            answer = self._ask(in_body=True)
        if not is_good(answer):
            failed = ScopeRefused if _error_code(answer) == SCOPE_REFUSED else SourceUnavailable
            raise failed(self._failed(_words(answer)).message)
        try:
            told = read_json(answer.content)
        except NotJson as error:
            raise self._failed(Words(f"it gave no token: its answer {error}", "Check the token address.")) from error
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise self._failed(Words("its answer has no access_token", "Check the token address."))
        if str(told.get("token_type") or "Bearer").lower() != "bearer":
            raise self._failed(Words("its token is not a bearer token", "Ask who runs the server for one."))
        self._good_until = time.monotonic() + max(_life_s(told.get("expires_in")) - EARLIER_S, EARLIER_S)
        self.headers["authorization"] = f"Bearer {token}"

    def _ask(self, *, in_body: bool) -> Answer:
        client = self._client
        form = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        if in_body:
            form |= {"client_id": client.client_id, "client_secret": client.secret}
        else:
            headers["authorization"] = basic_authorization(quote_plus(client.client_id), quote_plus(client.secret))
        try:
            return self._http.send(
                "POST",
                client.token_address,
                limit_bytes=TOKEN_LIMIT_BYTES,
                content=urlencode(form).encode(),
                headers=headers,
            )
        except NoAnswer as error:
            raise self._failed(words_for_silence(error)) from error

    def _failed(self, words: Words) -> SourceUnavailable:
        return self._endpoint.unavailable(STEP, *words)


def _error_code(answer: Answer) -> str:
    """Return the code of the RFC that says why there is no token; "" where there is none that is known."""
    try:
        told = read_json(answer.content)
    except NotJson:
        return ""
    code = told.get("error") if isinstance(told, dict) else None
    return code if isinstance(code, str) and code in _ERRORS else ""


def _words(answer: Answer) -> Words:
    if code := _error_code(answer):
        return Words(f"{_ERRORS[code]} ({code})", "Check the client ID, the client secret and the scope.")
    return words_for(answer)


def _life_s(told: object) -> float:
    try:
        life_s = float(str(told))
    except ValueError:
        return UNTOLD_LIFE_S
    return life_s if 0 < life_s < 1e9 else UNTOLD_LIFE_S
