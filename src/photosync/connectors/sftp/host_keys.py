"""Which server is meant: the host keys that a person confirmed, in every form in which they are told.

A host key comes as OpenSSH writes it (`ssh-ed25519 AAAA...`, also after a host's name, as `ssh-keyscan` prints it) or
as its fingerprint (`SHA256:...`, with its type before it or `ssh-keygen -lf` around it). There may be several, a line
each; one of them has to be the server's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from photosync.core.errors import WrongUse
from photosync.core.people import quoted

HOST_KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)
"""In the order in which a server is asked for them. `ssh-rsa` is the type of the key; SHA-1 signs nothing here."""
SHORT_NAMES = {"ED25519": ("ssh-ed25519",), "ECDSA": HOST_KEY_TYPES[1:4], "RSA": ("ssh-rsa",)}
"""What `ssh-keygen -lf` calls the types at the end of its line."""
_FINGERPRINT = re.compile(r"SHA256:([A-Za-z0-9+/]{43})=?")
_AFTER = re.compile(r"\(([A-Z0-9]+)\)$")
HOW = (
    "Write what the operator of the server gives: a line such as ssh-ed25519 AAAA..., or a fingerprint such as "
    "SHA256:...; several keys take a line each."
)


@dataclass(frozen=True, slots=True)
class HostKey:
    """A key by its fingerprint (`SHA256:...`); `types` are those that it may have."""

    fingerprint: str
    types: tuple[str, ...] = HOST_KEY_TYPES

    @property
    def has_known_type(self) -> bool:
        return len(self.types) < len(HOST_KEY_TYPES)

    def __str__(self) -> str:
        return f"{self.types[0]} {self.fingerprint}" if len(self.types) == 1 else self.fingerprint


def host_keys_in(text: str) -> tuple[HostKey, ...]:
    """Return the keys that `text` has, a line each; none where it is empty. Raises WrongUse, never with a secret."""
    if "PRIVATE KEY" in text or "PuTTY-User-Key" in text:
        raise WrongUse(
            "There is a private key where the server's host key belongs. Nothing was sent. Private key is a field of "
            "its own; take this key out of the host key."
        )
    lines = (line.strip() for line in text.splitlines())
    return tuple(_host_key(line) for line in lines if line and not line.startswith("#"))


def in_order_of_trust(keys: tuple[HostKey, ...]) -> list[str]:
    """Return the types to ask a server for, those of `keys` first: it shows one key, the first that it has."""
    known = [each for key in keys if key.has_known_type for each in key.types]
    return list(dict.fromkeys([*known, *HOST_KEY_TYPES]))


def fingerprint_of(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _host_key(line: str) -> HostKey:
    words = line.split()
    if line.startswith("@"):
        # As known_hosts marks keys that are stolen (@revoked), or that sign those of others (@cert-authority).
        raise WrongUse(
            f"{quoted(line)} is marked with {words[0]}, so it is no host key to trust. Nothing was sent. {HOW}"
        )
    for at, word in enumerate(words):
        if word in HOST_KEY_TYPES and at + 1 < len(words) and not words[at + 1].startswith("SHA256:"):
            return HostKey(_of_blob(words[at + 1], word, line), (word,))
    for word in words:
        if found := _FINGERPRINT.fullmatch(word):
            return HostKey(f"SHA256:{found[1]}", _types_in(line, words))
    if "MD5:" in line or re.search(r"\b([0-9a-f]{2}:){15}[0-9a-f]{2}\b", line):
        raise WrongUse(
            f"{quoted(line)} is a fingerprint of the old kind (MD5), which can be forged. Nothing was sent. Ask for "
            "the one that begins with SHA256:, which ssh-keygen -lf shows."
        )
    raise WrongUse(f"{quoted(line)} is no host key. Nothing was sent. {HOW}")


def _types_in(line: str, words: list[str]) -> tuple[str, ...]:
    named = tuple(word for word in words if word in HOST_KEY_TYPES)
    after = _AFTER.search(line)
    return named or (SHORT_NAMES.get(after[1], HOST_KEY_TYPES) if after else HOST_KEY_TYPES)


def _of_blob(text: str, key_type: str, line: str) -> str:
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    name = key_type.encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name):
        raise WrongUse(
            f"The host key {quoted(line)} is not whole: what follows {key_type} is no such key. Nothing was sent. "
            "Copy the whole line."
        )
    return fingerprint_of(blob)
