"""Host keys as people are told them: OpenSSH's lines, fingerprints, and what is neither."""

from __future__ import annotations

import asyncssh
import pytest

from photosync.connectors.sftp.host_keys import HOST_KEY_TYPES, HostKey, host_keys_in, in_order_of_trust
from photosync.core.errors import WrongUse

KEY = asyncssh.generate_private_key("ssh-ed25519")
LINE = KEY.export_public_key().decode().strip()
PRINT = KEY.get_fingerprint()
EXACT = HostKey(PRINT, ("ssh-ed25519",))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("\n# files.example:22 SSH-2.0-OpenSSH\n\n", ()),
        (LINE, (EXACT,)),
        (f"{LINE} root@files\r\n", (EXACT,)),
        (f"files.example {LINE}", (EXACT,)),
        (f"[files.example]:2022 {LINE}", (EXACT,)),
        (PRINT, (HostKey(PRINT),)),
        (f" {PRINT}= ", (HostKey(PRINT),)),
        (f"ssh-ed25519 {PRINT}", (EXACT,)),
        (f"256 {PRINT} root@files (ED25519)", (EXACT,)),
        (f"3072 {PRINT} root@files (RSA)", (HostKey(PRINT, ("ssh-rsa",)),)),
        (f"256 {PRINT} root@files (ECDSA)", (HostKey(PRINT, HOST_KEY_TYPES[1:4]),)),
        (f"{LINE}\nSHA256:{'A' * 43}", (EXACT, HostKey(f"SHA256:{'A' * 43}"))),
    ],
    ids=map(str, range(13)),  # the key is made anew in each process, and has no place in a name
)
def test_host_keys_in_every_form(text: str, keys: tuple[HostKey, ...]) -> None:
    assert host_keys_in(text) == keys


@pytest.mark.parametrize("key_type", HOST_KEY_TYPES)
def test_fingerprint_is_that_of_openssh(key_type: str) -> None:
    key = asyncssh.generate_private_key(key_type)
    assert host_keys_in(key.export_public_key().decode()) == (HostKey(key.get_fingerprint(), (key_type,)),)


HOW = (
    "Write what the operator of the server gives: a line such as ssh-ed25519 AAAA..., or a fingerprint such as "
    "SHA256:...; several keys take a line each."
)
MD5 = "MD5:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("yes", f'"yes" is no host key. Nothing was sent. {HOW}'),
        ("SHA256:short", f'"SHA256:short" is no host key. Nothing was sent. {HOW}'),
        ("ssh-dss AAAA", f'"ssh-dss AAAA" is no host key. Nothing was sent. {HOW}'),
        *(
            (
                text,
                f'"{text}" is a fingerprint of the old kind (MD5), which can be forged. Nothing was sent. Ask for '
                "the "
                "one that begins with SHA256:, which ssh-keygen -lf shows.",
            )
            for text in (MD5, MD5.removeprefix("MD5:"))
        ),
        *(
            (
                f"ssh-ed25519 {text}",
                f'The host key "ssh-ed25519 {text}" is not whole: what follows ssh-ed25519 is no such key. Nothing '
                "was "
                "sent. Copy the whole line.",
            )
            for text in ("AAAA", "!!", "AAAAB3NzaC1yc2EAAAADAQAB")
        ),
    ],
)
def test_what_is_no_host_key_is_told(text: str, message: str) -> None:
    with pytest.raises(WrongUse) as raised:
        host_keys_in(text)
    assert raised.value.message == message


@pytest.mark.parametrize("mark", ["@revoked", "@cert-authority"])
def test_key_that_known_hosts_marks_is_not_trusted(mark: str) -> None:
    """A key that is marked as stolen would else be the one that the password goes to."""
    with pytest.raises(WrongUse) as raised:
        host_keys_in(f"{mark} * {KEY.export_public_key().decode()}")
    assert raised.value.message.startswith(f'"{mark} * ssh-ed25519 ')
    assert f"is marked with {mark}, so it is no host key to trust. Nothing was sent. Write " in raised.value.message


@pytest.mark.parametrize(
    "text",
    [KEY.export_private_key().decode(), "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate"],
    ids=["OpenSSH", "PuTTY"],
)
def test_private_key_in_the_wrong_place_is_not_repeated(text: str) -> None:
    with pytest.raises(WrongUse) as raised:
        host_keys_in(text)
    assert raised.value.message == (
        "There is a private key where the server's host key belongs. Nothing was sent. Private key is a field of its "
        "own; take this key out of the host key."
    )


def test_types_that_were_entered_are_asked_for_first() -> None:
    keys = (HostKey(PRINT, ("ssh-rsa",)), HostKey(PRINT))
    assert in_order_of_trust(keys) == ["ssh-rsa", *(each for each in HOST_KEY_TYPES if each != "ssh-rsa")]
