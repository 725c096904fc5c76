"""Sources at WebDAV servers of the tests, and answers that a test makes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from photosync.connectors.registry import Guard, check_options
from photosync.connectors.webdav.asking import LIMITS, Server
from photosync.connectors.webdav.place import place_of
from photosync.connectors.webdav.source import WebdavSource
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Limits
from tests.services.web_server import Reply
from tests.services.webdav_server import PASSWORD, USER

LOOPBACK = AllowedRanges.parse("127.0.0.0/8", setting="TEST")
GUARD = Guard(source_roots=(), data_folder=Path("/nowhere"), allowed_ranges=LOOPBACK)
CHANGED = "Sat, 28 Nov 2026 20:43:07 GMT"


def options(address: str, **given: str) -> dict[str, str]:
    return check_options("webdav", {"address": address, "user": USER, "password": PASSWORD} | given)


def source(
    address: str, *, window: int = 40, seconds: float = 5.0, most_in_a_folder: int = 1_000, **given: str
) -> Any:
    """Return a source that waits no longer than `seconds` for anything."""
    chosen = options(address, **given)
    server = Server(
        place_of(chosen),
        chosen["user"],
        chosen["password"],
        LOOPBACK,
        limits=Limits(seconds, seconds, LIMITS.whole_s),
    )
    return WebdavSource(
        server, index=chosen["index"] or None, window_entries=window, most_in_a_folder=most_in_a_folder
    )


def multistatus(*parts: str) -> Reply:
    text = f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">{"".join(parts)}</d:multistatus>'
    return Reply(207, text.encode(), {"Content-Type": "application/xml; charset=utf-8"})


def folder_at(href: str) -> str:
    return found(href, "<d:resourcetype><d:collection/></d:resourcetype>")


def file_at(href: str, *, size: int = 3, e_tag: str = '"abc"', changed: str = CHANGED) -> str:
    return found(
        href,
        f"<d:resourcetype/><d:getcontentlength>{size}</d:getcontentlength><d:getetag>{e_tag}</d:getetag>"
        f"<d:getlastmodified>{changed}</d:getlastmodified>",
    )


def found(href: str, properties: str) -> str:
    """As Nextcloud does it: what there is not comes in a part of its own."""
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><d:quota-used-bytes/></d:prop>"
        "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
    )


def without_properties(href: str, status: str = "404 Not Found") -> str:
    """What is there, and has no property that was asked for, or none that is given."""
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype/><d:getetag/></d:prop>"
        f"<d:status>HTTP/1.1 {status}</d:status></d:propstat><d:propstat><d:prop><d:getcontentlength/></d:prop>"
        "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
    )


def failed(href: str, status: str) -> str:
    return f"<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 {status}</d:status></d:response>"
