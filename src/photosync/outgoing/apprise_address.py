"""Apprise addresses: which of them are taken, and sending to one. Called apart (`call_apart`), and only there."""

from __future__ import annotations

import logging
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise

from photosync.core.errors import Refused, TryLater, WrongUse
from photosync.core.people import quoted
from photosync.core.wording import list_words
from photosync.outgoing.apprise_schemes import KNOWN_BEST, SCHEMES

REFUSED_WORDS: Final = ("attach", "file", "pgp", "template", "cert", "path")
"""Parts of the names of parameters by which a service would read a file of the server."""
ANSWER_WITHIN_S: Final = 8.0
NO_SCHEME: Final = (
    "This is not an address for messages. Nothing was saved. An address begins with the name of its service, such as "
    "{services}; for e-mail, type in the e-mail address alone."
)
NOT_TAKEN: Final = (
    "Messages cannot be sent by {scheme}:// from here, because it does not speak HTTP or SMTP, or would use files or "
    "programs of the server. Nothing was saved. Use another service, such as {services}."
)
NOT_UNDERSTOOD: Final = (
    "This {scheme}:// address is not whole, or has a mistake. Nothing was saved. Copy it again from the service; how "
    "it is put together is told at the service's page in the list of Apprise."
)
NO_PARAMETER: Final = (
    "The parameter {name} of this address would make the server use a file. Nothing was saved. Leave it out."
)


class Said(logging.Handler):
    """Keeps what apprise warns of: the only place where it tells why a message was not taken."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def examine(address: str) -> dict[str, str]:
    """Return the name of the service. Raises WrongUse for what is no address, Refused for what is not taken."""
    return {"service": str(_instance(address).service_name)}


def send(address: str, subject: str, body: str) -> None:
    """Send a message. Raises TryLater with what the service said where it was not taken."""
    said = Said()
    logger = logging.getLogger("apprise")
    logger.addHandler(said)
    logger.setLevel(logging.WARNING)
    service = _instance(address)
    if not service.notify(body=body, title=subject, notify_type=apprise.NotifyType.INFO):
        reason = said.lines[-1] if said.lines else "it gave no reason"
        raise TryLater(f"The service did not take the message: {_without_secrets(reason, address)}")


def scheme_of(address: str) -> str:
    scheme, colon, _ = address.partition("://")
    return scheme.strip().lower() if colon else ""


def _instance(address: str) -> Any:
    scheme = scheme_of(address)
    services = list_words([f"{each}://" for each in KNOWN_BEST])
    if not scheme or not scheme.replace("+", "").replace("-", "").isalnum():
        raise WrongUse(NO_SCHEME.format(services=services))
    if scheme not in SCHEMES:
        raise Refused(NOT_TAKEN.format(scheme=scheme, services=services))
    for name, _value in parse_qsl(urlsplit(address).query, keep_blank_values=True):
        # A plus, minus or colon before a name means a header or a part of the body, which stays text.
        if name[:1] not in "+-:" and any(word in name.lower() for word in REFUSED_WORDS):
            raise Refused(NO_PARAMETER.format(name=quoted(name)))
    asset = apprise.AppriseAsset(async_mode=False, app_id="Photo Sync", app_desc="Photo Sync", app_url="")
    instance = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if instance is None:
        raise WrongUse(NOT_UNDERSTOOD.format(scheme=scheme))
    instance.socket_connect_timeout = instance.socket_read_timeout = ANSWER_WITHIN_S
    return instance


def _without_secrets(reason: str, address: str) -> str:
    """Return the reason on one line, with every longer piece of the address taken out."""
    rest = unquote(address.partition("://")[2])
    for mark in "/@:?&=#":
        rest = rest.replace(mark, " ")
    for piece in sorted({each for each in rest.split() if len(each) >= 6}, key=len, reverse=True):
        reason = reason.replace(piece, "***")
    return " ".join(reason.split())[:300]
