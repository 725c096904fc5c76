"""A bad network for tests: it lies before the port of a real server and breaks, stalls, garbles or slows what passes.

    with bad_network(server.port) as network:
        client.connect("127.0.0.1", network.port)
        network.disturb(down=Faults(cut_after=100_000))
        ...
        network.mend()

Connections are numbered from 1 in the order in which they come. `up` is from the client to the server.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
PIECE_BYTES = 65_536
PIECES_A_SECOND = 20
"""In so many pieces the bytes of a slow way come."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What befalls one direction of a connection. Bytes are counted from when the faults were set, or from its start.

    Several may be set together; what comes first in the stream happens first.
    """

    cut_after: int | None = None
    """After so many bytes the connection is gone, in both directions."""
    end_after: int | None = None
    """After so many this direction alone ends; the other goes on."""
    stall_after: int | None = None
    """After so many nothing more comes, and no end either; 0 is a server that accepts and says nothing."""
    flip_at: frozenset[int] = frozenset()
    """The bytes at these offsets arrive with every bit turned round."""
    flip_every: int = 0
    """So does every n-th byte; 0 is none."""
    bytes_per_s: int = 0
    """No more than so many come in a second; 0 is no limit."""

    def left_bytes(self, passed_bytes: int) -> int | None:
        """Return how many bytes may pass until something happens; None where nothing will."""
        ends = [each for each in (self.cut_after, self.end_after, self.stall_after) if each is not None]
        return max(min(ends) - passed_bytes, 0) if ends else None

    def spoiled(self, piece: bytes, offset: int) -> bytes:
        """Return `piece`, which begins at `offset`, with the bytes turned that arrive so."""
        end = offset + len(piece)
        turned = {at for at in self.flip_at if offset <= at < end}
        if self.flip_every:
            first = offset + (-(offset + 1)) % self.flip_every
            turned |= set(range(first, end, self.flip_every))
        spoiled = bytearray(piece)
        for at in turned:
            spoiled[at - offset] ^= 0xFF
        return bytes(spoiled)


WHOLE = Faults()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Faults):
    """No fault: what passes is written down, so that a test can count what was asked for in plain text."""

    pieces: list[bytes] = field(default_factory=list)

    def spoiled(self, piece: bytes, offset: int) -> bytes:
        self.pieces.append(piece)
        return piece

    def photos_got(self) -> list[str]:
        """Return the address of every photo that was asked for by HTTP since this was asked last."""
        asked = re.findall(rb"GET (\S+\.jpg)(?:\?\S*)? HTTP/1", b"".join(self.pieces))
        self.pieces.clear()
        return sorted(each.decode() for each in asked)


@dataclass(slots=True)
class Way:
    """One direction of a connection; `passed_bytes` are those that have arrived at the other end."""

    faults: Faults = WHOLE
    passed_bytes: int = 0
    since_bytes: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, faults: Faults) -> None:
        self.faults = faults
        self.since_bytes = self.passed_bytes
        self.changed.set()

    @property
    def offset(self) -> int:
        return self.passed_bytes - self.since_bytes


@dataclass(slots=True)
class Connection:
    """One connection that came, with what passed in each direction."""

    number: int
    up: Way = field(default_factory=Way)
    down: Way = field(default_factory=Way)
    ends: list[socket.socket] = field(default_factory=list)

    def close(self, *, reset: bool = False) -> None:
        for end in self.ends:
            if reset:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            end.close()
        self.ends = []


@dataclass(frozen=True, slots=True)
class _Plan:
    up: Faults = WHOLE
    down: Faults = WHOLE
    refuses: bool = False


@dataclass
class BadNetwork:
    """The network before `server_port`. What it is told holds at once when the call returns."""

    server_port: int
    port: int = 0
    connections: list[Connection] = field(default_factory=list)
    """Every connection that came, also those that were refused by number; none while the port is closed."""
    _plan: _Plan = _Plan()
    _plans: dict[int, _Plan] = field(default_factory=dict)
    _left_bytes: dict[str, int] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _listening: socket.socket = field(init=False)
    _is_open: bool = False
    _thread: threading.Thread = field(init=False)

    @property
    def up_bytes(self) -> int:
        """How many bytes went up, on all connections together."""
        return sum(connection.up.passed_bytes for connection in self.connections)

    @property
    def down_bytes(self) -> int:
        return sum(connection.down.passed_bytes for connection in self.connections)

    def disturb(self, *, up: Faults = WHOLE, down: Faults = WHOLE, connection: int | None = None) -> None:
        """Set the faults of the connection of this number, or of every one, those that are open included."""

        def set_them() -> None:
            if connection is None:
                self._plan = _Plan(up, down)
            else:
                self._plans[connection] = _Plan(up, down)
            for each in self.connections:
                if each.number == connection or (connection is None and each.number not in self._plans):
                    each.up.set(up)
                    each.down.set(down)

        self._do(set_them)

    def refuse(self, *, connection: int | None = None) -> None:
        """Reset the connection of this number when it comes, or close the port to every new one."""

        def set_it() -> None:
            if connection is None:
                self._close_port()
            else:
                self._plans[connection] = _Plan(refuses=True)

        self._do(set_it)

    def lose_after(self, *, up_bytes: int | None = None, down_bytes: int | None = None) -> None:
        """Lose the line once so many bytes more have passed on all connections together: see `lose`."""

        def set_it() -> None:
            given = {"up": up_bytes, "down": down_bytes}
            self._left_bytes = {way: left for way, left in given.items() if left is not None}

        self._do(set_it)

    def lose(self) -> None:
        """End every connection now, and refuse new ones."""
        self._do(self._lose)

    def cut(self) -> None:
        """End every connection now, by a reset; new ones may come."""
        self._do(self._cut)

    def mend(self) -> None:
        """Let everything pass again. What is stalled goes on; what was cut stays so."""

        def mend_it() -> None:
            self._plan, self._plans, self._left_bytes = _Plan(), {}, {}
            for each in self.connections:
                each.up.set(WHOLE)
                each.down.set(WHOLE)
            self._open_port()

        self._do(mend_it)

    def start(self) -> None:
        self._listening = _bound(0)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="bad network", daemon=True)
        self._thread.start()
        self._do(self._open_port)

    def stop(self) -> None:
        async def end() -> None:
            self._close_port()
            self._listening.close()
            self._cut()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result()

    def _open_port(self) -> None:
        if not self._is_open:
            self._listening.listen()
            self._loop.add_reader(self._listening, self._accept)
            self._is_open = True

    def _close_port(self) -> None:
        """Refuse new connections as a host does where nothing listens, and keep the port from others."""
        if self._is_open:
            self._accept()
            self._is_open = False
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self._listening = _bound(self.port)

    def _lose(self) -> None:
        self._left_bytes = {}
        self._close_port()
        self._cut()

    def _cut(self) -> None:
        for connection in self.connections:
            self._end(connection, reset=True)

    def _end(self, connection: Connection, *, reset: bool = False) -> None:
        for end in connection.ends:
            self._loop.remove_reader(end)
            self._loop.remove_writer(end)
        connection.close(reset=reset)
        connection.up.changed.set()
        connection.down.changed.set()

    def _accept(self) -> None:
        """Take up every connection that has come."""
        while True:
            try:
                client, _ = self._listening.accept()
            except BlockingIOError:
                return
            client.setblocking(False)
            connection = Connection(len(self.connections) + 1, ends=[client])
            self.connections.append(connection)
            task = self._loop.create_task(self._serve(connection, client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection, client: socket.socket) -> None:
        plan = self._plans.get(connection.number, self._plan)
        connection.up.set(plan.up)
        connection.down.set(plan.down)
        if plan.refuses:
            self._end(connection, reset=True)
            return
        server = socket.socket()
        server.setblocking(False)
        connection.ends.append(server)
        try:
            await self._loop.sock_connect(server, (LOOPBACK, self.server_port))
        except OSError:
            self._end(connection, reset=True)
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(
            self._pass_on(connection, client, server, "up"), self._pass_on(connection, server, client, "down")
        )
        self._end(connection)

    async def _pass_on(self, connection: Connection, of: socket.socket, to: socket.socket, name: str) -> None:
        """Pass on what comes until one side ends it; that is passed on too."""
        way = connection.up if name == "up" else connection.down
        waiting = b""
        while connection.ends:
            way.changed.clear()
            most = way.faults.left_bytes(way.offset)
            if most == 0:
                if not await self._reached(connection, way, to):
                    return
            elif waiting:
                passed = await self._pass(connection, to, name, waiting[:most])
                waiting = waiting[passed:]
            else:
                waiting = await _received(self._loop, of)
                if not waiting:
                    _end_writing(to)
                    return

    async def _reached(self, connection: Connection, way: Way, to: socket.socket) -> bool:
        """Do what was to happen here, and return whether the way may go on after that."""
        if way.faults.cut_after is not None and way.offset >= way.faults.cut_after:
            self._end(connection, reset=True)
            return False
        if way.faults.end_after is not None and way.offset >= way.faults.end_after:
            _end_writing(to)
            return False
        await way.changed.wait()
        return True

    async def _pass(self, connection: Connection, to: socket.socket, name: str, piece: bytes) -> int:
        """Send what may pass of `piece` now, and return its length."""
        way = connection.up if name == "up" else connection.down
        faults, left = way.faults, self._left_bytes.get(name)
        if faults.bytes_per_s:
            piece = piece[: max(faults.bytes_per_s // PIECES_A_SECOND, 1)]
        piece = piece[:left]
        if piece:
            with suppress(OSError):
                await self._loop.sock_sendall(to, faults.spoiled(piece, way.offset))
            way.passed_bytes += len(piece)
        if left is not None and name in self._left_bytes:
            self._left_bytes[name] -= len(piece)
            if self._left_bytes[name] <= 0:
                self._lose()
        if faults.bytes_per_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(way.changed.wait(), len(piece) / faults.bytes_per_s)
        return len(piece)


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    bound.setblocking(False)
    return bound


async def _received(loop: asyncio.AbstractEventLoop, of: socket.socket) -> bytes:
    try:
        return await loop.sock_recv(of, PIECE_BYTES)
    except OSError:
        return b""


def _end_writing(to: socket.socket) -> None:
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


@contextmanager
def bad_network(server_port: int) -> Iterator[BadNetwork]:
    """Yield a network before the server on this port of loopback, whole at first; gone at the end."""
    network = BadNetwork(server_port)
    network.start()
    try:
        yield network
    finally:
        network.stop()
