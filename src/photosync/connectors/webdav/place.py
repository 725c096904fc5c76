"""Where the folder on a WebDAV server is, and where the things in it are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from photosync.connectors.network import Endpoint, web_endpoint
from photosync.core.errors import WrongUse, about_option
from photosync.core.people import quoted
from photosync.outgoing.http import checked_address

SERVICE: Final = "WebDAV server"
Parts = tuple[bytes, ...]


class Elsewhere(Exception):
    """An address that a server gave is not one of its own, or not in the folder that was asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    origin: str
    """Scheme, host and port, such as https://cloud.school.example."""
    path: str
    """Percent-encoded, and ending in `/`."""
    endpoint: Endpoint

    def address(self, folder: str, name: str = "") -> str:
        """Return the address of a folder, which ends in `/`, or of a file in it."""
        path = "".join(f"{_encoded(part)}/" for part in folder.split("/") if folder)
        return f"{self.origin}{self.path}{path}{_encoded(name)}"

    def parts(self, folder: str) -> Parts:
        return (*parts_of(self.path), *(_bytes(part) for part in folder.split("/") if folder))

    def parts_of_href(self, href: str, folder: str) -> Parts:
        """Return the parts of an address that the server gave for something in `folder`. Raises Elsewhere."""
        scheme, is_whole, rest = href.partition("://")
        if is_whole and "/" not in scheme:
            host, _, path = rest.partition("/")
            if not self._is_ours(f"{scheme}://{host}"):
                raise Elsewhere
            return parts_of(path)
        return parts_of(href) if href.startswith("/") else (*self.parts(folder), *parts_of(href))

    def _is_ours(self, origin: str) -> bool:
        try:
            given, ours = checked_address(origin), checked_address(self.origin)
        except WrongUse:
            return False
        return (given.scheme, given.host, given.port) == (ours.scheme, ours.host, ours.port)


def place_of(options: Mapping[str, str]) -> Place:
    """Return where the option `address` leads. Raises WrongUse."""
    given = options["address"].strip()
    with about_option("address"):
        url = checked_address(given if "://" in given else f"https://{given}")
    if url.query or url.fragment:
        raise WrongUse(
            f"{quoted(given)} is the address of a page, and not of a folder. Nothing was changed. Write the WebDAV "
            "address; at Nextcloud it is in the settings of Files, and looks like "
            "https://cloud.school.example/remote.php/dav/files/USER/FOLDER.",
            option="address",
        )
    netloc = url.netloc.decode("ascii")
    path = url.raw_path.decode("ascii").strip("/")
    return Place(
        origin=f"{url.scheme}://{netloc}",
        path=f"/{path}/" if path else "/",
        endpoint=web_endpoint(SERVICE, url),
    )


def parts_of(path: str) -> Parts:
    """Return the parts of an encoded path as bytes."""
    return tuple(unquote_to_bytes(part) for part in path.strip("/").split("/") if part)


def text_of(part: bytes) -> str:
    return part.decode("utf-8", "surrogateescape")


def _encoded(part: str) -> str:
    return quote(_bytes(part), safe="-_.~")


def _bytes(part: str) -> bytes:
    return part.encode("utf-8", "surrogateescape")
