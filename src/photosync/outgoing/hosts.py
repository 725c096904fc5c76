"""The addresses of a host, checked before anything is sent to it."""

from __future__ import annotations

import socket

from photosync.core.errors import Refused, TryLater
from photosync.core.people import quoted
from photosync.outgoing.ranges import Address, AllowedRanges, addresses_of

SETTING = "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"
FORBIDDEN = (
    "{host} is at {address}, an address inside this server's own network, so nothing was sent. Use an address on the "
    "public internet, or ask the operator of the server to allow this one with {setting}."
)
"""`host` is as it was entered, or empty words where only the address is known."""
UNKNOWN = (
    "The host {host} cannot be found ({reason}), so nothing was sent. Check how it is written, or try again later."
)


def check_host(host: str, port: int, allowed: AllowedRanges) -> tuple[Address, ...]:
    """Return every address of `host`, all of them allowed; to connect to one of these, and not to the name.

    Waits for the name server as long as the system does. Raises Refused where one may not be reached, TryLater where
    there is no such host now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryLater(UNKNOWN.format(host=quoted(host), reason=reason_of(error))) from error
    addresses = addresses_of(str(each[4][0]) for each in found)
    for address in addresses:
        if not allowed.allow(address):
            raise Refused(forbidden(host, str(address)))
    return addresses


def forbidden(host: str, address: str) -> str:
    return FORBIDDEN.format(host=quoted(host) if host else "What was asked for", address=address, setting=SETTING)


def reason_of(error: Exception) -> str:
    """Return what the system says went wrong, in a few words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
