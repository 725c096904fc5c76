"""Asking a server over HTTP: bounded in time, size and redirects, at allowed addresses only."""

from __future__ import annotations

import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple, Self

import httpcore
import httpx

from photosync.core.errors import Refused, TryLater, WrongUse
from photosync.core.people import quoted
from photosync.outgoing.http_transport import CheckedTransport
from photosync.outgoing.ranges import AllowedRanges
from photosync.outgoing.time_left import everything_within, time_left

MOST_REDIRECTS: Final = 5
MOST_CONNECTIONS: Final = 8
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WORTH_ANOTHER_TRY: Final = frozenset({429, 502, 503, 504})
_PAUSES_S: Final = (0.5, 2.0)
_LONGEST_PAUSE_S: Final = 20.0
_GZIP_WINDOW: Final = 31
_PLAIN_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_PLAIN: Final = ("", "identity", "aws-chunked")
"""The last says how an object was once uploaded, which some S3 stores repeat with each answer; it is not packed."""
_PIECE_BYTES: Final = 1 << 20
_REFUSAL_BYTES: Final = 65_536
"""So much is read of an answer that says why there is none, where the answer itself was to go elsewhere."""
NOT_AN_ADDRESS: Final = (
    "{address} is not a web address. Nothing was sent. Write one such as https://api.school.example/v1, without a "
    "user name or password in it."
)
TO_PLAIN: Final = (
    "{host} sent the request on to an address that is not encrypted ({target}), so it was not followed. Ask who runs "
    "the server to correct that."
)


class NoAnswer(TryLater):
    """There was no whole answer. `reason` is a part of a sentence: "the connection was refused".

    With `is_silence` the time for it was up.
    """

    def __init__(self, host: str, reason: str, *, is_silence: bool = False) -> None:
        super().__init__(f"There is no whole answer from {host}: {reason}. Try again later.")
        self.reason = reason
        self.is_silence = is_silence
        self.url = ""
        """What was being asked: after redirects, that may be another server's. Empty where nobody was."""


class TooLarge(NoAnswer):
    """The answer is longer than what was asked for; it was not read to its end."""

    def __init__(self, host: str, limit_bytes: int) -> None:
        super().__init__(host, f"the answer is longer than {limit_bytes:,} bytes")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    content: bytes
    url: str
    """Where it came from in the end, after redirects."""


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds. `whole_s` is for one request with its redirects and repetitions."""

    connect_s: float = 15.0
    silent_s: float = 30.0
    whole_s: float = 120.0


Sign = Callable[[str, str], Mapping[str, str]]
"""Returns the headers that sign a request of a method to a whole address. Each try and each redirect is another.

A % in the query of that address always encodes something.
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """What goes with the requests to a server. `secret_headers` and signatures go to the origin of `base` alone."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sign: Sign | None = field(default=None, repr=False)


class _Taking(NamedTuple):
    """What is done with an answer."""

    limit_bytes: int
    into: BinaryIO | None = None
    follow: bool = True


class HttpClient:
    """Asks servers at allowed addresses; use it from several threads; close it, or use it as a context.

    `ca_pem` holds certificates that are trusted beside the system's. Certificates are always checked.
    """

    def __init__(
        self, asking: Asking, allowed: AllowedRanges, *, limits: Limits | None = None, ca_pem: str = ""
    ) -> None:
        self._asking = asking
        self._limits = limits or Limits()
        self._origin = _origin(checked_address(asking.base))
        timeout = httpx.Timeout(self._limits.silent_s, connect=self._limits.connect_s)
        self._client = httpx.Client(
            mounts={
                "https://": CheckedTransport(allowed, _tls(ca_pem), connections=MOST_CONNECTIONS),
                "http://": CheckedTransport(allowed, None, connections=MOST_CONNECTIONS),
            },
            timeout=timeout,
            trust_env=False,
            headers={"accept-encoding": "gzip", "user-agent": "PhotoSync"},
        )

    def get(
        self, address: str, *, limit_bytes: int, params: Mapping[str, str] | None = None, accept: str = "*/*"
    ) -> Answer:
        """Return the answer, whatever its status, once it is whole; a busy server is asked up to three times.

        Raises Refused, WrongUse for what is no address, NoAnswer, TooLarge.
        """
        url = checked_address(address)
        if params:
            url = url.copy_merge_params(dict(params))
        request = self._client.build_request("GET", url, headers={"accept": accept})
        return self._ask(request, _Taking(limit_bytes))

    def send(
        self,
        method: str,
        address: str,
        *,
        limit_bytes: int,
        content: bytes = b"",
        headers: Mapping[str, str],
        into: BinaryIO | None = None,
        follow: bool = True,
    ) -> Answer:
        """As `get`, with another method and a body. It is sent again where the server says that it was busy.

        What a good answer (2xx) holds is written `into` a file as it comes, where one is given; of another answer the
        beginning is its `content` then. Without `follow`, an answer that sends the request on is returned as it is.
        """
        request = self._client.build_request(
            method, checked_address(address), headers=dict(headers), content=content or None
        )
        return self._ask(request, _Taking(limit_bytes, into, follow))

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _ask(self, request: httpx.Request, taking: _Taking) -> Answer:
        with everything_within(self._limits.whole_s):
            for pause_s in (*_PAUSES_S, None):
                answer = self._follow(request, taking)
                if answer.status not in _WORTH_ANOTHER_TRY or pause_s is None:
                    return answer
                pause_s = max(pause_s, _asked_pause_s(answer.headers))
                if pause_s > time_left(_LONGEST_PAUSE_S):
                    return answer
                time.sleep(pause_s)
        raise AssertionError

    def _follow(self, request: httpx.Request, taking: _Taking) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._once(request, taking)
            except NoAnswer as error:
                error.url = str(request.url)
                raise
            target = answer.headers.get("location") if taking.follow else None
            if answer.status not in _REDIRECTS or not target or request.method not in ("GET", "HEAD", "PROPFIND"):
                return answer
            request = self._redirected(request, target)
        raise NoAnswer(request.url.host, f"it sent the request on more than {MOST_REDIRECTS} times")

    def _redirected(self, request: httpx.Request, target: str) -> httpx.Request:
        try:
            url = checked_address(str(request.url.join(target)))
        except (httpx.InvalidURL, WrongUse) as error:
            raise NoAnswer(request.url.host, "it sent the request on to what is no web address") from error
        if request.url.scheme == "https" and url.scheme != "https":
            raise Refused(TO_PLAIN.format(host=request.url.host, target=quoted(url.host)))
        return self._client.build_request(
            request.method, url, headers=_plain_headers(request), content=request.content
        )

    def _once(self, request: httpx.Request, taking: _Taking) -> Answer:
        request.headers.update(self._asking.headers)
        if _origin(request.url) == self._origin:
            request.headers.update(self._asking.secret_headers)
            if self._asking.sign is not None:
                request.url = _signable(request.url)
                request.headers.update(self._asking.sign(request.method, str(request.url)))
        host = request.url.host
        if self._client.is_closed:
            raise NoAnswer(host, "it is no longer being asked")
        try:
            answer = self._client.send(request, stream=True, follow_redirects=False)
            try:
                content = _taken(host, answer, taking)
            finally:
                answer.close()
        except NoAnswer:
            raise
        except RuntimeError as error:
            # Closed by another thread since it was asked.
            if self._client.is_closed:
                raise NoAnswer(host, "it is no longer being asked") from error
            raise
        except TryLater as error:
            raise NoAnswer(host, f"the host cannot be found ({_reason(error)})") from error
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise NoAnswer(host, _time_is_up(error, self._limits), is_silence=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError, ssl.SSLError, OSError) as error:
            raise NoAnswer(host, _reason(error)) from error
        return Answer(answer.status_code, answer.headers, content, str(request.url))


def checked_address(address: str) -> httpx.URL:
    """Return `address` as a URL of http or https without credentials. Raises WrongUse."""
    try:
        url = httpx.URL(address.strip())
        if url.scheme in ("http", "https") and url.host and not url.userinfo and url.port != 0:
            return url
    except (httpx.InvalidURL, ValueError, UnicodeError):
        pass
    # A user name and a password, which may stand in it, are not repeated.
    raise WrongUse(NOT_AN_ADDRESS.format(address="This" if "@" in address else quoted(address)))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _signable(url: httpx.URL) -> httpx.URL:
    """Return it with each % of its query that encodes nothing encoded itself, as %25: servers read both alike."""
    query = _PLAIN_PERCENT.sub(b"%25", url.query)
    return url if query == url.query else url.copy_with(query=query)


def _plain_headers(request: httpx.Request) -> dict[str, str]:
    """Return what a request may carry to wherever it is sent on: nothing that was meant for one server."""
    kept = ("accept", "content-type", "depth")
    return {name: request.headers[name] for name in kept if name in request.headers}


def _tls(ca_pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_pem.strip():
        try:
            # Beside the certificates, comments and the mark of an editor at the beginning may be in any letters.
            context.load_verify_locations(cadata=ca_pem.encode("ascii", "ignore").decode())
        except (ssl.SSLError, ValueError) as error:
            raise WrongUse(
                "The certificate of the authority cannot be read. Nothing was sent. Paste it as text that begins "
                "with -----BEGIN CERTIFICATE-----.",
                option="ca_pem",
            ) from error
    return context


def _taken(host: str, answer: httpx.Response, taking: _Taking) -> bytes:
    """Read the answer to its end, and return what was not to go elsewhere."""
    if taking.into is None:
        return b"".join(_pieces(host, answer, taking.limit_bytes))
    if answer.is_success:
        for piece in _pieces(host, answer, taking.limit_bytes):
            taking.into.write(piece)
        return b""
    found = bytearray()
    for piece in _as_it_was(host, answer):
        found += piece
        if len(found) > _REFUSAL_BYTES:
            break
    return bytes(found[:_REFUSAL_BYTES])


def _pieces(host: str, answer: httpx.Response, limit_bytes: int) -> Iterator[bytes]:
    announced = answer.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and len(announced) < 19 and int(announced) > limit_bytes:
        raise TooLarge(host, limit_bytes)
    came_bytes = 0
    for piece in _as_it_was(host, answer):
        came_bytes += len(piece)
        if came_bytes > limit_bytes:
            raise TooLarge(host, limit_bytes)
        yield piece


def _as_it_was(host: str, answer: httpx.Response) -> Iterator[bytes]:
    """Yield the answer as it was before it was packed for the way."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in _PLAIN and coding not in ("gzip", "x-gzip"):
        raise NoAnswer(host, f"the answer is packed as {quoted(coding)}, which was not asked for")
    return answer.iter_raw() if coding in _PLAIN else _unpacked(host, answer.iter_raw())


def _unpacked(host: str, packed: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what was packed with gzip in pieces of bounded size, so that a bomb is found before it fills memory."""
    unpacker, came = zlib.decompressobj(_GZIP_WINDOW), False
    try:
        for piece in packed:
            came = True
            while piece:
                yield unpacker.decompress(piece, _PIECE_BYTES)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise NoAnswer(host, "the answer is damaged: it cannot be unpacked") from error
    if came and not unpacker.eof:
        raise NoAnswer(host, "the answer broke off")


def _asked_pause_s(headers: httpx.Headers) -> float:
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0.0


def _time_is_up(error: Exception, limits: Limits) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return f"there was no connection within {limits.connect_s:g} seconds"
    return f"there was no whole answer within {limits.silent_s:g} seconds of silence or {limits.whole_s:g} in all"


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted ({cause.verify_message})"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.strerror:
            return cause.strerror[0].lower() + cause.strerror[1:]
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.RemoteProtocolError | httpx.RemoteProtocolError):
        return "the connection broke off, or what came is not HTTP"
    return "the connection broke off"
