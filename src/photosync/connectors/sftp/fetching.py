"""Reads one file of an SFTP server, in pieces that are asked for ahead, and sees whether it held still meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import asyncssh

from photosync.connectors.contract import Fetched
from photosync.connectors.file_words import changed, gone, not_a_file, not_inside, too_many_bytes
from photosync.connectors.folder.fetching import shown
from photosync.connectors.folder.tree import joined
from photosync.connectors.network import Endpoint
from photosync.connectors.sftp.links import Target, led_to
from photosync.connectors.sftp.listing import stamp_of
from photosync.connectors.sftp.session import FILE, GONE, LINK, UNKNOWN, Session, is_inside, said
from photosync.connectors.sftp.session import joined as at
from photosync.core.errors import ItemRejected, TryLater

ASKED_AHEAD_BYTES = 1 << 20
LARGEST_PIECE_BYTES = 1 << 18
PIECE_BYTES = 1 << 15
"""So much every server gives at once; one that gives more says so."""
WITHIN_S = 600.0
"""A photo that has not come by then is left for the next run: a server that sends drop by drop holds nobody up."""


class TooSlow(TryLater):
    """A file had not come whole when its time was up."""

    def __init__(self, server: Endpoint, path: str) -> None:
        self.reason = f"it did not come within {WITHIN_S / 60:g} minutes"
        super().__init__(server.not_fetched(path, self.reason).message)


async def fetched(session: Session, server: Endpoint, folder: str, name: str, limit_bytes: int) -> Fetched:
    """Return the bytes of one file. Raises ItemRejected, TryLater, Lost."""
    path = joined(folder, name)
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise not_inside(shown(path))
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _fetched(session, path, limit_bytes)
    except TimeoutError as error:
        raise TooSlow(server, shown(path)) from error
    except GONE as error:
        raise gone(shown(path)) from error
    except asyncssh.SFTPError as error:
        do = "Make it readable for this user on the server, and the next run reads it."
        raise server.not_fetched(shown(path), f'the server answered "{said(error)}"', do) from error


async def _fetched(session: Session, path: str, limit_bytes: int) -> Fetched:
    real, link_stamp = await _real(session, path)
    file = await session.ask(session.client.open(real, "rb", block_size=0))
    try:
        before = await session.ask(file.stat())
        if before.type not in (FILE, UNKNOWN):
            raise not_a_file(shown(path))
        if (before.size or 0) > limit_bytes:
            raise too_many_bytes(shown(path), limit_bytes)
        content = await _content(session, file, before.size, limit_bytes)
        if len(content) > limit_bytes:
            raise too_many_bytes(shown(path), limit_bytes)
        after = await session.ask(file.stat())
    finally:
        await _closed(session, file)
    if (before.size, before.mtime) != (after.size, after.mtime) or before.size not in (None, len(content)):
        raise changed(shown(path))
    return Fetched(content, stamp_of(before) + link_stamp)


async def _real(session: Session, path: str) -> tuple[bytes, str]:
    """Return the path to open, all links in it resolved, and what a link adds to the stamp."""
    named = at(session.root, path)
    own = await session.ask(session.client.lstat(named))
    if own.type == LINK:
        target = await led_to(session, named)
    else:
        real = await session.ask(session.client.realpath(named))
        target = Target(own, real, leads_out=not is_inside(session.root, real))
    if target.leads_out:
        raise ItemRejected(
            f"{shown(path)} is a link that leads out of the source's folder, so it was not followed. "
            "Put the file itself into the folder.",
            code="outside_source",
        )
    if target.path is None:
        raise gone(shown(path))
    if target.attributes.type not in (FILE, UNKNOWN):
        raise not_a_file(shown(path))
    return target.path, f".{stamp_of(own)}" if own.type == LINK else ""


async def _content(session: Session, file: Any, size_bytes: int | None, limit_bytes: int) -> bytes:
    """Return what is in the file, a byte more than `limit_bytes` at the most; the pieces are asked for ahead."""
    piece_bytes = min(max(session.client.limits.max_read_len, PIECE_BYTES), LARGEST_PIECE_BYTES)
    # A byte more than it claims: where that comes, the file has grown. Where nothing is claimed, all is a surprise.
    most_bytes = limit_bytes + 1 if size_bytes is None else size_bytes + 1
    ahead = ASKED_AHEAD_BYTES // piece_bytes if size_bytes is not None else 1
    under_way: deque[tuple[int, asyncio.Task[bytes]]] = deque()
    pieces: list[bytes] = []
    asked_bytes = 0
    loop = asyncio.get_running_loop()
    try:
        while True:
            while len(under_way) < ahead and asked_bytes < most_bytes:
                # The last byte apart: what comes before it is then never waited for twice.
                end = most_bytes - 1 if asked_bytes < most_bytes - 1 else most_bytes
                length = min(piece_bytes, end - asked_bytes)
                under_way.append((length, loop.create_task(_piece(session, file, asked_bytes, length))))
                asked_bytes += length
            if not under_way:
                return b"".join(pieces)
            length, task = under_way.popleft()
            piece = await task
            pieces.append(piece)
            if len(piece) < length:
                return b"".join(pieces)
    finally:
        for _, task in under_way:
            if not task.cancel() and not task.cancelled():
                task.exception()  # it is known already that this file does not come


async def _piece(session: Session, file: Any, offset: int, length: int) -> bytes:
    """Return `length` bytes, fewer only at the end of the file: a server may give less than it was asked for."""
    piece = b""
    while len(piece) < length:
        more = await session.ask(file.read(length - len(piece), offset + len(piece)))
        if not more:
            break
        piece += more
    return piece[:length]


async def _closed(session: Session, file: Any) -> None:
    if not session.is_lost:
        # What was read is there; a server that cannot close it changes nothing.
        with suppress(asyncssh.SFTPError):
            await session.ask(file.close())
