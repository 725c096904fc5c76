"""From the server's requests to Django's: builds WSGI environments and runs Django in a pool of threads."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from photosync.web.downloads import Download

LARGEST_BODY_BYTES = 2_621_440
"""As Django's DATA_UPLOAD_MAX_MEMORY_SIZE: what a form sends."""
LARGEST_FILE_BYTES = 30_000_000
LARGEST_UPLOAD_BYTES = LARGEST_FILE_BYTES + 1_000_000
"""What a form sends that takes a file: the file, with room for a somewhat larger one to be refused by its page."""
LARGEST_REPORTS_BYTES = 2_000_000_000
"""What may be sent at once to become reports: PDFs, or a ZIP of them. It is kept on the disk, not in memory."""
WRITTEN_TOGETHER_BYTES = 1 << 20
SMALL_FILE_BYTES = 2_000_000
"""A file that says it is not larger (a style sheet, a script) is answered from memory."""

Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)


class Scope(Protocol):
    """What the bridge reads of a request (Granian's RSGI scope)."""

    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    server: str
    http_version: str

    @property
    def headers(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class PageAnswer:
    status: int
    headers: Headers
    body: bytes


class BodyTooLarge(Exception):
    """The request's body is larger than it may be; it was not read further."""


class BodyBrokenOff(Exception):
    """The connection ended, or made no sense, before the whole body had come."""


async def read_body(scope: Scope, chunks: Any, *, largest: int = LARGEST_BODY_BYTES) -> bytes:
    """Return the request's whole body.

    Raises BodyTooLarge, where the length is declared before a byte is read, and BodyBrokenOff: half a roster must not
    pass for a whole one, in which everyone else has left.
    """
    body = bytearray()
    async for chunk in whole_body(scope, chunks, largest=largest):
        body += chunk
    return bytes(body)


async def whole_body(scope: Scope, chunks: Any, *, largest: int) -> AsyncIterator[bytes]:
    """Yield the request's body as it comes. Raises BodyTooLarge and BodyBrokenOff, the latter at the end."""
    length = scope.headers.get("content-length")
    declared = length or "0"
    if not declared.isdecimal() or len(declared) > 12 or int(declared) > largest:
        raise BodyTooLarge
    received = empty_chunks = 0
    async for chunk in chunks:
        received += len(chunk)
        empty_chunks += not chunk
        if received > largest:
            raise BodyTooLarge
        yield chunk
    # Granian raises nothing: it ends every body with an empty chunk, and one that broke off with one more.
    if empty_chunks > 1 or (length is not None and received != int(declared)):
        raise BodyBrokenOff


async def body_in_file(scope: Scope, chunks: Any, folder: Path, threads: Executor, *, largest: int) -> IO[bytes]:
    """Return a file without a name in `folder` that holds the request's whole body, to be read from its beginning.

    The memory stays small however large it is. Raises BodyTooLarge, BodyBrokenOff, OSError.
    """
    loop = asyncio.get_running_loop()
    file = tempfile.TemporaryFile(dir=folder, prefix="upload-")  # noqa: SIM115 - whoever gets it closes it
    try:
        piece = bytearray()
        async for chunk in whole_body(scope, chunks, largest=largest):
            piece += chunk
            if len(piece) >= WRITTEN_TOGETHER_BYTES:
                await loop.run_in_executor(threads, file.write, bytes(piece))
                piece.clear()
        await loop.run_in_executor(threads, file.write, bytes(piece))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def wsgi_environ(scope: Scope, body: bytes | IO[bytes]) -> dict[str, Any]:
    """Return the WSGI environment. Header names with an underscore are dropped: they could pose as others."""
    host, _, port = scope.server.rpartition(":")
    stream, length = (io.BytesIO(body), len(body)) if isinstance(body, bytes) else (body, _size_of(body))
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": stream,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name or name in ("content-length", "proxy", *_OF_THE_CONNECTION):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        joined = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{joined}{value}" if key in environ else value
    return environ


def _size_of(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def run_pages(application: Wsgi, environ: dict[str, Any]) -> PageAnswer | Download:
    """Return what the application answers: whole; or, where it comes piece by piece, not begun yet."""
    started: list[tuple[str, Headers]] = []

    def start_response(
        status: str,
        headers: Headers,
        _exc_info: tuple[type[BaseException], BaseException, TracebackType] | None = None,
    ) -> Callable[[bytes], None]:
        started.append((status, headers))
        return written.append

    written: list[bytes] = []
    chunks = application(environ, start_response)
    close = getattr(chunks, "close", _nothing)
    if getattr(chunks, "streaming", False) and environ.get("REQUEST_METHOD") != "HEAD":
        status, headers = _status_and_headers(started)
        if not _says_it_is_small(headers):
            return Download(status, headers, chunks, close, copy_context())
    try:
        if environ.get("REQUEST_METHOD") != "HEAD":
            written.extend(chunks)
    finally:
        close()
    return PageAnswer(*_status_and_headers(started), b"".join(written))


def _nothing() -> None:
    pass


def _status_and_headers(started: list[tuple[str, Headers]]) -> tuple[int, Headers]:
    status, headers = started[-1]
    kept = [(name.lower(), value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]
    return int(status.split(" ", 1)[0]), kept


def _says_it_is_small(headers: Headers) -> bool:
    declared = next((value for name, value in headers if name == "content-length"), "")
    return declared.isdecimal() and int(declared) <= SMALL_FILE_BYTES
