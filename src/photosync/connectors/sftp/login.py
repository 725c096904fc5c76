"""Who signs in, and what the server is told of it: a password, a private key, or both, and nothing else.

Nothing of the server's user is used: no keys or settings in `~/.ssh`, no agent.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from photosync.connectors.sftp.host_keys import HostKey, in_order_of_trust
from photosync.core.errors import WrongUse

SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""What signs for a type of key where its name is not the algorithm. SHA-1 is not among them."""
NO_SHA_1 = "-*sha1*"
CIPHERS = (
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
"""The quickest first: a photo takes half the processor time by AES-GCM that it takes by ChaCha20."""
LARGEST_PACKET_BYTES = 131_072
"""A server that may send more at once needs fewer packets for a photo, and each costs time here."""
ENTER_AGAIN = "Enter the whole file again, from its first line to its last."


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the SFTP server. `password` and `key` are those that there are."""

    username: str
    password: str = field(default="", repr=False)
    key: asyncssh.SSHKey | None = field(default=None, repr=False)

    @property
    def called(self) -> str:
        """What the server was shown, for messages."""
        shown = {(False, True): "the private key", (True, False): "the password"}
        return shown.get((bool(self.password), self.key is not None), "the password and the private key")


def login_in(options: Mapping[str, str]) -> Login:
    """Return the login that the options give. Raises WrongUse."""
    password, private_key = options["password"], options["private_key"].strip()
    if not password and not private_key:
        raise WrongUse(
            "An SFTP source needs a password or a private key to sign in with. Nothing was sent; enter one of them.",
            command_line="--secret-file password=FILE",
            option="password",
        )
    return Login(options["username"].strip(), password, _key_in(private_key, options["passphrase"]))


def _key_in(text: str, passphrase: str) -> asyncssh.SSHKey | None:
    if not text:
        return None
    if "PuTTY-User-Key-File" in text:
        raise _bad_key(
            "it is one of PuTTY", "In PuTTYgen, load it, choose Conversions > Export OpenSSH key, and enter that."
        )
    if "PRIVATE KEY-----" not in text:
        raise _bad_key("it has no line -----BEGIN ... PRIVATE KEY-----", ENTER_AGAIN)
    lines = "\n".join(line.strip() for line in text.splitlines()) + "\n"
    try:
        key = asyncssh.import_private_key(lines, passphrase or None)
    except asyncssh.KeyEncryptionError:
        key_error = _bad_key("the passphrase is not its own", "Enter the passphrase of this key.")
    except (asyncssh.KeyImportError, ValueError) as error:
        # The library's words can quote the key, so they are not passed on.
        if "passphrase" in str(error).lower():
            key_error = _bad_key("it is protected by a passphrase", "Enter its passphrase too.")
        else:
            key_error = _bad_key("it is damaged, or of a kind that is not known here", ENTER_AGAIN)
    else:
        return key
    raise key_error


def _bad_key(why: str, do: str) -> WrongUse:
    return WrongUse(f"The private key cannot be used: {why}. Nothing was sent. {do}", option="private_key")


def client_options(login: Login, keys: tuple[HostKey, ...], first_type: str | None = None) -> dict[str, Any]:
    """Return what `asyncssh.connect` is given: this login, strong algorithms, and nothing of this machine's user.

    The server is asked for a host key of `first_type` before others.
    """
    types = in_order_of_trust(keys)
    if first_type is not None:
        types = [first_type, *(each for each in types if each != first_type)]
    algorithms = [each for key_type in types for each in SIGNATURES.get(key_type, (key_type,))]
    return {
        "config": None,
        "known_hosts": ([], [], []),
        "server_host_key_algs": algorithms,
        "kex_algs": NO_SHA_1,
        "encryption_algs": CIPHERS,
        "mac_algs": NO_SHA_1,
        "signature_algs": [*algorithms, "ssh-ed448"],
        "compression_algs": None,
        "x509_trusted_certs": None,
        "x509_trusted_cert_paths": [],
        "username": login.username,
        "client_keys": [login.key] if login.key is not None else None,
        "agent_path": None,
        "host_based_auth": False,
        "gss_host": None,
        "send_env": None,
        "request_pty": False,
        "max_pktsize": LARGEST_PACKET_BYTES,
    }


def prepare_library() -> None:
    """Keep the library quiet, and give this process's user a name where it has none: the library stops without."""
    asyncssh.set_log_level("ERROR")  # what a run could not do is told in its record
    try:
        getpass.getuser()
    except (KeyError, OSError, ImportError):  # as in some containers
        os.environ["LOGNAME"] = "photosync"
