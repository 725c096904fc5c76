"""Where a database is, who signs in, and how long each step may take."""

from __future__ import annotations

import math
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import certifi

from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S, Endpoint
from photosync.core.errors import Refused, WrongUse
from photosync.outgoing import AllowedRanges
from photosync.outgoing.ranges import Address

LIST_WITHIN_S = 120.0
"""Until the first row of a list comes: the server may work out the checksums of all photos before that."""
PHOTO_WITHIN_S = 600.0
"""Until one photo is whole: a server that sends drop by drop holds nobody up."""
SYSTEM_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


class Encryption(StrEnum):
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds."""

    connect_s: float = CONNECT_WITHIN_S
    answer_s: float = ANSWER_WITHIN_S
    list_s: float = LIST_WITHIN_S
    whole_s: float = PHOTO_WITHIN_S


@dataclass(frozen=True, slots=True)
class Login:
    """What a connection is made with. `ca_pem` is empty where the authorities of the system count."""

    endpoint: Endpoint
    database: str
    username: str
    password: str = field(repr=False)
    encryption: Encryption = Encryption.VERIFIED
    ca_pem: str = ""

    @property
    def step(self) -> str:
        return f"Signing in as {self.username}"

    def addresses(self, allowed: AllowedRanges) -> tuple[Address, ...]:
        """Return the addresses to connect to. Raises Refused, SourceUnavailable.

        Without a certificate that is checked, whoever answers at the address is believed; so it must be one that the
        operator named.
        """
        addresses = self.endpoint.addresses(allowed)
        if self.encryption is not Encryption.VERIFIED:
            for address in addresses:
                if not allowed.allow_expressly(address):
                    raise Refused(
                        f"{self.endpoint.host} is at {address}, which the operator of the server has not named in "
                        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES. Nothing was sent: elsewhere the connection must be "
                        "encrypted and the certificate checked (encryption=verified)."
                    )
        return addresses


def checked_authority(pem: str) -> str:
    """Return certificates of authorities as they were pasted. Raises WrongUse for what is none."""
    pem = pem.strip()
    if pem:
        try:
            ssl.create_default_context(cadata=pem)
        except (ssl.SSLError, ValueError) as error:
            raise WrongUse(
                "The certificate of the authority (ca_pem) cannot be read. Nothing was changed. Paste it as "
                "text that begins with -----BEGIN CERTIFICATE-----.",
                option="ca_pem",
            ) from error
    return pem


class AuthorityFile:
    """The authorities to trust as a file, for libraries that take nothing else; gone when it is closed."""

    def __init__(self, pem: str) -> None:
        self._own = None
        if pem:
            self._own = tempfile.NamedTemporaryFile("w", prefix="photosync-ca-", suffix=".pem")  # noqa: SIM115
            self._own.write(pem)
            self._own.flush()
        self.path = self._own.name if self._own is not None else system_authorities()

    def close(self) -> None:
        if self._own is not None:
            self._own.close()


def system_authorities() -> str:
    """Return the file with the authorities that this system trusts, else those that come with Python's packages."""
    known = (ssl.get_default_verify_paths().cafile, *SYSTEM_AUTHORITIES)
    return next((path for path in known if path and Path(path).is_file()), certifi.where())


def whole_seconds(seconds: float) -> int:
    """Return `seconds` for a library that knows whole ones only, and takes 0 for no limit."""
    return max(math.ceil(seconds), 1)


def plain_option(options: Mapping[str, str], name: str) -> str:
    """Return a name of the login. Raises WrongUse for one that holds what no name does."""
    value = options[name].strip()
    if not value.isprintable():
        raise WrongUse(
            f"The option {name} has characters that are not text. Nothing was changed; type it in anew.", option=name
        )
    return value
