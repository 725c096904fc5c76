"""A line to a server that breaks: passes bytes on until so many have gone up, then cuts every connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE_BYTES = 16_384


@dataclass
class CutLine:
    """`left_bytes` may still go up; None is as many as there are. While cut, connections are closed at once."""

    server_port: int
    left_bytes: int | None = None
    port: int = 0
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut_after(self, size_bytes: int) -> None:
        with self._lock:
            self.left_bytes = size_bytes

    def mend(self) -> None:
        with self._lock:
            self.left_bytes = None

    def start(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        # Its thread waits in accept(), which a close alone does not end.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._cut()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listening.accept()
            except OSError:
                return
            if self.left_bytes == 0:
                browser.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.server_port))
            with self._lock:
                self._open += [browser, server]
            threading.Thread(target=self._pass_on, args=(browser, server), kwargs={"up": True}, daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, browser), kwargs={"up": False}, daemon=True).start()

    def _pass_on(self, of: socket.socket, to: socket.socket, *, up: bool) -> None:
        with suppress(OSError):
            while piece := of.recv(PIECE_BYTES):
                allowed = self._allowed(len(piece)) if up else len(piece)
                to.sendall(piece[:allowed])
                if allowed < len(piece):
                    self._cut()
                    return
        for each in (of, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _allowed(self, size_bytes: int) -> int:
        with self._lock:
            if self.left_bytes is None:
                return size_bytes
            allowed = min(self.left_bytes, size_bytes)
            self.left_bytes -= allowed
            return allowed

    def _cut(self) -> None:
        with self._lock:
            cut, self._open = self._open, []
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def cut_line(server_port: int) -> Iterator[CutLine]:
    """Yield a line to the server on this port, whole at first; closed at the end."""
    line = CutLine(server_port)
    line.start()
    try:
        yield line
    finally:
        line.stop()
