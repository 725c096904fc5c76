"""How HTTP goes out: every connection to a checked address, and every wait within the time that the caller has."""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

import httpcore
import httpx

from photosync.core.errors import Refused
from photosync.core.people import quoted
from photosync.outgoing.hosts import check_host
from photosync.outgoing.ranges import AllowedRanges
from photosync.outgoing.time_left import time_left

NOT_ENCRYPTED: Final = (
    "The address http://{host} is not encrypted, so whoever is on the way could read what is sent. Nothing was sent. "
    "Use an address that begins with https://."
)


def _left(timeout: float | None) -> float | None:
    left = time_left(math.inf if timeout is None else timeout)
    if left <= 0:
        raise httpcore.ReadTimeout
    return None if left == math.inf else left


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends when the caller's time does."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        """Close it, and end what another thread waits for on it."""
        connection = self._inner.get_extra_info("socket")
        if isinstance(connection, socket.socket):
            # Not the method of an SSLSocket, which would have the other thread go on without encryption.
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, never to a name: it cannot change its address in between."""

    def __init__(self, allowed: AllowedRanges, *, is_encrypted: bool) -> None:
        self._allowed = allowed
        self._is_encrypted = is_encrypted
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = check_host(host, port, self._allowed)
        if not self._is_encrypted and not all(self._allowed.allow_expressly(address) for address in addresses):
            raise Refused(NOT_ENCRYPTED.format(host=quoted(host)[1:-1]))
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                return _Stream(
                    self._inner.connect_tcp(str(address), port, _left(timeout), local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise NotImplementedError


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class CheckedTransport(httpx.BaseTransport):
    """Carries requests of one scheme. Raises Refused, TryLater, and what httpcore raises."""

    def __init__(self, allowed: AllowedRanges, tls: ssl.SSLContext | None, *, connections: int) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=60.0,
            network_backend=_CheckedBackend(allowed, is_encrypted=tls is not None),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()
