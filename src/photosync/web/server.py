"""Serving the pages: one Granian event loop per process, the photo gate on it, Django in threads behind it.

Granian's embedded server is used where the pages share a process with the scheduler and the worker; it
speaks RSGI only, which is also what lets the gate answer without a thread. Why not waitress, measured:
docs/decisions/0008-serving-pages.md
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
import threading
import time
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server as ProcessesServer
from granian.server.embed import Server as EmbeddedServer

from photosync.core.errors import PhotoSyncError, Refused
from photosync.web.front_door import FrontDoor

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
STARTS_WITHIN_S = 15.0
STOPS_WITHIN_S = 4.0
REQUESTS_AT_ONCE = 256
HTTP1 = HTTP1Settings(header_read_timeout=10_000, keep_alive=True, max_buffer_size=32_768)
APPLICATION = "photosync.project.pages:front_door"

_SERVER_SETTINGS: dict[str, Any] = {
    "interface": Interfaces.RSGI,
    "http": HTTPModes.http1,
    "http1_settings": HTTP1,
    "websockets": False,
    "backpressure": REQUESTS_AT_ONCE,
    "log_level": LogLevels.error,
    # What the server tells goes the way of everything else that is told.
    "log_dictconfig": {
        "formatters": {},
        "handlers": {},
        "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
    },
}


class PageServer:
    """The pages, served from a thread of this process until `stop`.

    `start` returns once the pages can be asked for. Raises Refused where the address cannot be had.
    """

    def __init__(self, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
        self.host = host
        self.port = port or _free_port(host)
        self._thread = threading.Thread(target=self._run, name="pages", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: EmbeddedServer | None = None
        self._failure: BaseException | None = None

    @property
    def address(self) -> str:
        return f"http://{_in_address(self.host)}:{self.port}/"

    def start(self) -> None:
        check_address_is_free(self.host, self.port)
        self._thread.start()
        give_up_at = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < give_up_at:
            if _is_answering(self.host, self.port):
                return
            if not self._thread.is_alive():
                break
            time.sleep(0.02)
        self.stop()
        raise PhotoSyncError(
            f"The pages could not be served at {self.address} ({self._failure or 'no answer'}). Nothing is served. "
            "Run photosync doctor."
        ) from self._failure

    def stop(self) -> None:
        """Take no new requests, let those under way finish for a few seconds, and end. Harmless if repeated."""
        if self._loop is not None and self._server is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._server.stop)
        if self._thread.ident is not None:
            self._thread.join(STOPS_WITHIN_S + 1)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the pages are no longer served; return whether that is so."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:  # noqa: BLE001  # told by `start`, or in the log
            self._failure = exc

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = EmbeddedServer(FrontDoor(), address=self.host, port=self.port, **_SERVER_SETTINGS)
        self._server.workers_kill_timeout = int(STOPS_WITHIN_S)
        with suppress(TimeoutError):  # a request that does not end within the time is left behind
            await self._server.serve()


def serve_pages(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, *, workers: int = 1) -> None:
    """Serve the pages until SIGTERM or SIGINT: from this process, or from as many more as `workers` says.

    To be called in the main thread. Raises Refused where the address cannot be had.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")
    if workers > 1:
        _serve_from_processes(host, port, workers)
        return
    server = PageServer(host, port)
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    server.start()
    while not asked_to_stop.wait(1.0) and not server.wait(0):
        pass
    server.stop()


def _serve_from_processes(host: str, port: int, workers: int) -> None:
    check_address_is_free(host, port)
    server = ProcessesServer(
        APPLICATION,
        address=host,
        port=port,
        workers=workers,
        workers_kill_timeout=int(STOPS_WITHIN_S),
        respawn_failed_workers=True,
        **_SERVER_SETTINGS,
    )
    with tempfile.TemporaryDirectory(prefix="photosync-metrics-") as folder:
        # Read when a process first counts something, which this one never does.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        server.serve()


def check_address_is_free(host: str, port: int) -> None:
    """Raise Refused where something listens there, or the address is not this machine's.

    Granian shares a port with whoever has it already (SO_REUSEPORT), so this must be asked before.
    """
    try:
        with socket.create_server((host, port), family=_family(host)):
            return
    except OSError as exc:
        reason = os.strerror(exc.errno) if exc.errno is not None and exc.errno > 0 else exc
        raise Refused(
            f"The pages cannot be served at {host}, port {port}: {reason}. Nothing was started. "
            "Stop what uses that port, or choose another with --port (and an address of this machine with --host)."
        ) from exc


def _free_port(host: str) -> int:
    with socket.create_server((host, 0), family=_family(host)) as probe:
        return int(probe.getsockname()[1])


def _is_answering(host: str, port: int) -> bool:
    reached_at = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    try:
        with socket.create_connection((reached_at, port), timeout=1) as connection:
            connection.sendall(b"HEAD /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
