"""A OneRoster service over HTTP: where it is, which version it speaks, and asking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import httpx

from photosync.connectors.http_api import Api, words_of
from photosync.connectors.http_sign_in import Client, ClientCredentials, ScopeRefused, SignIn, checked_secret
from photosync.connectors.http_signature import Method, Signature
from photosync.connectors.http_words import WEB_PAGE, is_good, is_web_page
from photosync.connectors.json_text import NotJson, read_json
from photosync.connectors.network import Words
from photosync.connectors.roster.oneroster.rest_kind import AUTO, NO_SCOPE, OAUTH2, SIGNED_SHA1, SIGNED_SHA256
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer, Limits, NoAnswer, checked_address

LARGEST_PAGE_BYTES: Final = 30_000_000
FINDING: Final = "Finding out which version of OneRoster there is"


class Version(NamedTuple):
    number: str
    path: str
    scope: str


V1_2: Final = Version(
    "1.2", "/ims/oneroster/rostering/v1p2", "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
)
V1_1: Final = Version(
    "1.1", "/ims/oneroster/v1p1", "https://purl.imsglobal.org/spec/or/v1p1/scope/roster-core.readonly"
)
NEWEST_FIRST: Final = (V1_2, V1_1)
_SHARED_PATHS: Final = ("/ims/oneroster/rostering", "/ims/oneroster")
_NOT_THERE: Final = frozenset({404, 405, 410, 501})
_ANOTHER_MAY_DO: Final = _NOT_THERE | {400, 401, 403}
"""A fault that passes is none of these: with it, a service of 1.2 must not be read as 1.1 for a night."""
_CODES: Final = frozenset(
    {
        *("invaliddata", "invalid_data", "unauthorisedrequest", "unauthorized", "forbidden", "unknownobject"),
        *("unknown_object", "server_busy", "internal_server_error", "invalid_filter_field", "invalid_sort_field"),
        *("invalid_selection_field", "invalid_uuid"),
    }
)
_DEEPEST: Final = 6
_WORDS: Final = {
    401: Words(
        "it does not accept the sign-in (401)", "Check the client ID, the client secret, the scope and the version."
    ),
    403: Words(
        "this client may not read it (403)",
        "Ask who runs the service to grant this client the scope roster-core.readonly.",
    ),
    404: Words("there is nothing at this address (404)", "Check the address and the version."),
}
_METHODS: Final = {SIGNED_SHA256: Method.SHA256, SIGNED_SHA1: Method.SHA1}
_SIGNED_WORDS: Final = {
    401: Words(
        "it does not accept the signature (401)",
        "Check the consumer key and the consumer secret, whether the service wants SHA-256 or SHA-1, and that the "
        "clock of this server is right.",
    ),
    403: Words("this consumer key may not read it (403)", "Ask who runs the service to let this key read it."),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A version of OneRoster at an address."""

    version: Version
    api: Api
    is_signed: bool = False

    def ask(self, url: httpx.URL, step: str) -> Answer:
        """Return the answer, whatever its status. Raises SourceUnavailable, Refused."""
        try:
            return self.api.ask(url, limit_bytes=LARGEST_PAGE_BYTES)
        except NoAnswer as error:
            raise self.api.unavailable(step, error) from error

    def words_for(self, answer: Answer) -> Words:
        """Return what is said of an answer that is not what was asked for, with the standard's code for it."""
        if is_good(answer) and is_web_page(answer):
            return WEB_PAGE
        known = _WORDS | _SIGNED_WORDS if self.is_signed else _WORDS
        reason, do = known.get(answer.status) or words_of(answer)
        code = code_of(answer.content)
        return Words(f"{reason}, {code}" if code else reason, do)


class Service:
    """The service that the options describe. Nothing is sent before `spoken` is called; close it."""

    def __init__(self, options: Mapping[str, str], allowed: AllowedRanges, *, limits: Limits | None = None) -> None:
        """Raises WrongUse."""
        self._options, self._allowed, self._limits = options, allowed, limits
        first, *self._others = places_of(options["address"], _version_wanted(options))
        self._candidates = [self._open(first)]
        self._found: Spoken | None = None

    def spoken(self, path: str) -> Spoken:
        """Return the newest version that there is, as the answer for the collection `path` shows.

        Raises SourceUnavailable, Refused.
        """
        if self._found is None:
            self._found = self._find(path) if self._others else self._candidates[0]
        return self._found

    def close(self) -> None:
        for each in self._candidates:
            each.api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _open(self, place: tuple[Version, str]) -> Spoken:
        version, address = place
        sign_in = _sign_in(version, self._options, self._allowed, self._limits)
        try:
            api = Api(address, sign_in, self._allowed, limits=self._limits, ca_pem=self._options["ca_pem"])
        except BaseException:
            sign_in.close()
            raise
        return Spoken(version, api, is_signed=self._options["sign_in"] != OAUTH2)

    def _every(self) -> Iterator[Spoken]:
        yield from self._candidates
        for place in self._others[len(self._candidates) - 1 :]:
            self._candidates.append(self._open(place))
            yield self._candidates[-1]

    def _find(self, path: str) -> Spoken:
        failures: list[SourceUnavailable] = []
        for each in self._every():
            try:
                answer = each.ask(each.api.address_of(f"{path}?limit=1&offset=0"), FINDING)
            except ScopeRefused as error:
                failures.append(error)
                continue
            if is_good(answer) and not is_web_page(answer):
                return each
            failure = each.api.unavailable(FINDING, each.words_for(answer))
            if answer.status not in _ANOTHER_MAY_DO and not is_good(answer):
                raise failure
            if answer.status not in _NOT_THERE:
                failures.append(failure)
        if failures:
            raise failures[0]
        raise self._candidates[0].api.unavailable(
            FINDING,
            Words(
                "there is neither OneRoster 1.2 nor 1.1 at this address (404)",
                "Check the address. If the service is at another path, write all of it, up to v1p1 or v1p2.",
            ),
        )


def places_of(address: str, wanted: str) -> Sequence[tuple[Version, str]]:
    """Return each version that may be there with its whole address, the newest first. Raises WrongUse.

    `address` may be whole already, or end before /ims/oneroster, or within it.
    """
    url = checked_address(address)
    path = url.path.rstrip("/")
    named = next((each for each in NEWEST_FIRST if path.lower().endswith(each.path[-5:])), None)
    if named is not None:
        if wanted not in (AUTO, named.number):
            raise WrongUse(
                f"The address {quoted(address.strip())} is that of OneRoster {named.number}, and the version is "
                f"{wanted}. Nothing was changed. Choose the version {named.number}, or leave {named.path[-4:]} away."
            )
        return [(named, address)]
    shared = next((each for each in _SHARED_PATHS if path.lower().endswith(each)), "")
    root = path[: len(path) - len(shared)]
    return [
        (each, str(url.copy_with(path=root + each.path))) for each in NEWEST_FIRST if wanted in (AUTO, each.number)
    ]


def code_of(content: bytes) -> str:
    """Return the code with which OneRoster says why something failed; "" where there is none that it knows."""
    told: object = None
    with suppress(NotJson):
        told = read_json(content)
    return next((each for each in _codes(told, _DEEPEST) if each in _CODES), "")


def _codes(told: object, deep: int) -> Iterator[str]:
    """Yield the texts beneath names such as imsx_codeMinor, which the versions nest and spell in several ways."""
    inside: Iterator[tuple[str, object]] = iter(())
    if isinstance(told, dict):
        inside = iter(told.items())
    elif isinstance(told, list):
        inside = (("", each) for each in told[:_DEEPEST])
    for name, value in inside:
        if isinstance(value, str):
            if name.lower().startswith("imsx_codeminor"):
                yield value.lower()
        elif deep:
            yield from _codes(value, deep - 1)


def _version_wanted(options: Mapping[str, str]) -> str:
    """Return the version that is asked for; with OAuth 1.0a that is 1.1, which alone has it. Raises WrongUse."""
    wanted = options["version"]
    if options["sign_in"] == OAUTH2:
        return wanted
    if wanted not in (AUTO, V1_1.number):
        raise WrongUse(
            f"OneRoster {wanted} has no OAuth 1.0a. Nothing was changed. Choose the version {V1_1.number}, or sign "
            "in by OAuth 2.0."
        )
    return V1_1.number


def _sign_in(version: Version, options: Mapping[str, str], allowed: AllowedRanges, limits: Limits | None) -> SignIn:
    client_id, secret = options["client_id"].strip(), options["secret"]
    if options["sign_in"] != OAUTH2:
        return Signature(client_id, secret, _METHODS[options["sign_in"]])
    if not options["token_address"].strip():
        raise WrongUse(
            "Signing in by OAuth 2.0 needs the token address. Nothing was changed. Enter it, or choose OAuth 1.0a "
            "where the service has no tokens.",
            command_line="--option token_address=ADDRESS",
        )
    scope = options["scope"].strip() or version.scope
    client = Client(
        options["token_address"].strip(),
        client_id,
        checked_secret(secret, "client secret"),
        "" if scope == NO_SCOPE else scope,
    )
    return ClientCredentials(client, allowed, limits=limits, ca_pem=options["ca_pem"])
