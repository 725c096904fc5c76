"""Where a path of an SFTP server really leads. A link is never followed out of the source's folder."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Any

import asyncssh

from photosync.connectors.sftp.session import LINK, Session, is_inside


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to. `attributes` and `path` are None where that is not there, or outside."""

    attributes: Any = None
    path: bytes | None = None
    leads_out: bool = False


async def led_to(session: Session, link: bytes) -> Target:
    """Return what the link leads to. Raises Lost."""
    client = session.client
    try:
        path = await session.ask(client.realpath(link))
    except asyncssh.SFTPError:
        return await _unresolved(session, link)
    if not is_inside(session.root, path):
        return Target(leads_out=True)
    try:
        attributes = await session.ask(client.lstat(path))
    except asyncssh.SFTPError:
        return Target()
    # Still a link: it goes round in circles, or the server does not resolve it. It is not followed blindly.
    return Target(attributes, path) if attributes.type != LINK else await _unresolved(session, link)


async def _unresolved(session: Session, link: bytes) -> Target:
    """Return what can be said of a link that the server does not resolve: whether it names a place outside."""
    try:
        text = await session.ask(session.client.readlink(link))
    except asyncssh.SFTPError:
        return Target()
    named = posixpath.normpath(posixpath.join(posixpath.dirname(link), text))
    return Target(leads_out=not is_inside(session.root, named))
