"""What every source that is reached over a network shares: where its server is, and how its failures are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from photosync.core.errors import SourceUnavailable, TryLater, WrongUse
from photosync.core.people import quoted
from photosync.outgoing import AllowedRanges, check_host
from photosync.outgoing.ranges import Address

if TYPE_CHECKING:
    import httpx

CONNECT_WITHIN_S = 15.0
"""From the first packet until the server has let Photo Sync in."""
ANSWER_WITHIN_S = 30.0
"""How long a server may stay silent in the midst of one answer. What is longer counts as broken off."""
LARGEST_PORT = 65_535
WEB_PORTS: Final = {"http": 80, "https": 443}
TIMED_OUT = "there was no answer within {seconds:g} seconds"
_HOST = re.compile(r"[^\s/@:\\\x00-\x1f\x7f]{1,253}|\[?[0-9A-Fa-f:.]+\]?")


class Words(NamedTuple):
    """`reason` goes on after "failed on the API api.school.example (port 443): "; `do` is a whole sentence."""

    reason: str
    do: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server as a person names it. `service` is what it is called in sentences, such as "SFTP server"."""

    service: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"the {self.service} {self.host} (port {self.port})"

    def addresses(self, allowed: AllowedRanges) -> tuple[Address, ...]:
        """Return the addresses to connect to, all of them allowed. Raises Refused, SourceUnavailable."""
        try:
            return check_host(self.host, self.port, allowed)
        except TryLater as error:
            raise SourceUnavailable(error.message) from error

    def unavailable(self, step: str, reason: str, do: str) -> SourceUnavailable:
        """Return what to raise where `step` ("Listing the folder 2026", "Signing in as photos") could not be done.

        `reason` says why, as a part of a sentence; `do` is a whole sentence.
        """
        return SourceUnavailable(
            f"{step} failed on {self}: {reason}. Nothing was concluded from it, so nothing was changed. {do}"
        )

    def not_fetched(self, path: str, reason: str, do: str = "The next run reads it again.") -> TryLater:
        """Return what to raise where one file could not be read; `path` is as people may see it."""
        return TryLater(f"{path} could not be read from {self}: {reason}. It was left as it is. {do}")


def web_port(url: httpx.URL) -> int:
    return url.port or WEB_PORTS[url.scheme]


def web_endpoint(service: str, url: httpx.URL) -> Endpoint:
    """Return the server of an address of http or https."""
    return Endpoint(service, url.host, web_port(url))


def photo_server(url: httpx.URL) -> Endpoint:
    """Return where a photo lies that a link leads to, elsewhere than with the service that gave the link."""
    return web_endpoint("server of the photos", url)


def endpoint(service: str, options: Mapping[str, str], *, default_port: int) -> Endpoint:
    """Return the server that the options `host` and `port` name. Raises WrongUse."""
    host, port = options["host"].strip(), options["port"].strip()
    if not _HOST.fullmatch(host):
        raise WrongUse(
            f"{quoted(host)} is not the name of a host. Nothing was changed. Write its name or address alone, such "
            "as files.school.example, without a path or a port.",
            option="host",
        )
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len(str(LARGEST_PORT)) else 0
    if port and not 1 <= number <= LARGEST_PORT:
        raise WrongUse(
            f"{quoted(port)} is not a port. Nothing was changed. Write a number from 1 to {LARGEST_PORT}, or leave "
            f"it empty for {default_port}.",
            option="port",
        )
    return Endpoint(service, host.strip("[]"), number or default_port)
