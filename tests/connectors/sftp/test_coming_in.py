"""The way in: which server it is, who signs in, and that nothing is sent before the one is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from photosync.connectors.registry import Guard, open_source
from photosync.connectors.sftp.host_keys import host_keys_in
from photosync.connectors.sftp.login import Login
from photosync.connectors.testing.conformance import fetched, listing, raised
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.outgoing import AllowedRanges
from tests.connectors.sftp.served import LOOPBACK, source_on
from tests.services.sftp import PASSWORD, USERNAME, SftpServer, sftp_server

OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")
CLIENT_KEY = asyncssh.generate_private_key("ssh-ed25519")
NOTHING_CHANGED = "Nothing was concluded from it, so nothing was changed."
AGAIN = "Enter the whole file again, from its first line to its last."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "1.jpg").write_bytes(b"one")
    return tmp_path


@pytest.fixture
def server(root: Path) -> Iterator[SftpServer]:
    with sftp_server(root) as server:
        yield server


def where(server: SftpServer) -> str:
    return f"the SFTP server 127.0.0.1 (port {server.port})"


def options_of(server: SftpServer, **changed: str) -> dict[str, str]:
    given = {"host": "127.0.0.1", "port": str(server.port), "username": USERNAME, "host_key": server.host_key}
    return given | changed


def guard(allowed: AllowedRanges = LOOPBACK) -> Guard:
    return Guard((), Path("/nowhere"), allowed_ranges=allowed)


def test_server_whose_key_was_not_entered_is_refused_and_shown(server: SftpServer) -> None:
    with source_on(server, host_keys=()) as source:
        error = raised(Refused, lambda: listing(source))
    shown = f"ssh-ed25519 {server.fingerprint}"
    assert error.message == (
        f"It is not confirmed yet that {where(server)} is the right one, so nothing was sent to it: no user name, no "
        f"password. It showed the host key {shown}. Ask whoever runs the server whether this is its fingerprint. If "
        "not, this is another server; if it is, enter it as the host key."
    )
    assert error.command_line == f'--option "host_key={shown}"'
    assert server.asked == []
    with source_on(server, host_keys=host_keys_in(shown)) as source:
        assert fetched(source, "1.jpg") == b"one"


def test_server_with_another_key_gets_nothing(server: SftpServer) -> None:
    entered = f"ssh-ed25519 {OTHER_KEY.get_fingerprint()}"
    with source_on(server, host_keys=host_keys_in(entered)) as source:
        assert raised(Refused, lambda: fetched(source, "1.jpg")).message == (
            f"Another host key than the one that was entered was shown by {where(server)}, so nothing was sent to "
            f"it: no user name, no password. It showed ssh-ed25519 {server.fingerprint}; entered was {entered}. It "
            "may be another server that pretends to be this one, or the server was set up anew. Ask whoever runs it; "
            "enter the new key only if they confirm it."
        )
    assert server.asked == []


def test_key_that_changes_between_two_connections_is_noticed(server: SftpServer) -> None:
    with source_on(server) as source:
        assert fetched(source, "1.jpg") == b"one"
        server.stop()
        server.host_keys = [OTHER_KEY]
        server.start()
        server.asked.clear()
        assert "Another host key than the one" in raised(Refused, lambda: fetched(source, "1.jpg")).message
    assert server.asked == []


@pytest.mark.parametrize("form", ["line", "fingerprint", "type and fingerprint", "two"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_any_of_the_server_s_keys_may_be_entered(root: Path, form: str, number: int) -> None:
    types = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
    with sftp_server(root, host_key_types=types) as server:
        key = server.host_keys[number]
        line, fingerprint = key.export_public_key().decode(), key.get_fingerprint()
        entered = {
            "line": line,
            "fingerprint": fingerprint,
            "type and fingerprint": f"{types[number]} {fingerprint}",
            "two": f"{OTHER_KEY.get_fingerprint()}\n{fingerprint}",
        }[form]
        with source_on(server, host_keys=host_keys_in(entered)) as source:
            assert fetched(source, "1.jpg") == b"one"
        assert server.signed_in == 1


@pytest.mark.parametrize(
    ("takes", "needs_all", "login"),
    [
        (("password",), False, Login(USERNAME, PASSWORD)),
        (("keyboard-interactive",), False, Login(USERNAME, PASSWORD)),
        (("publickey",), False, Login(USERNAME, key=CLIENT_KEY)),
        (("publickey", "password"), False, Login(USERNAME, "wrong", CLIENT_KEY)),
        (("publickey", "password"), True, Login(USERNAME, PASSWORD, CLIENT_KEY)),
    ],
    ids=["password", "keyboard-interactive", "key", "key or password", "key and password"],
)
def test_every_way_to_sign_in(root: Path, takes: tuple[str, ...], needs_all: bool, login: Login) -> None:
    with (
        sftp_server(root, takes=takes, needs_all=needs_all, client_key=CLIENT_KEY) as server,
        source_on(server, login=login) as source,
    ):
        assert fetched(source, "1.jpg") == b"one"


@pytest.mark.parametrize(
    ("takes", "login", "called"),
    [
        (("password",), Login(USERNAME, "wrong"), "the password"),
        (("password", "keyboard-interactive"), Login(USERNAME, "wrong"), "the password"),
        (("publickey",), Login(USERNAME, key=OTHER_KEY), "the private key"),
        (("publickey", "password"), Login(USERNAME, "wrong", OTHER_KEY), "the password and the private key"),
        (("publickey",), Login(USERNAME, PASSWORD), "the password"),
    ],
)
def test_login_that_is_not_accepted_is_told_and_tried_once(
    root: Path, takes: tuple[str, ...], login: Login, called: str
) -> None:
    with sftp_server(root, takes=takes, client_key=CLIENT_KEY) as server, source_on(server, login=login) as source:
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Signing in as photos failed on {where(server)}: the server did not accept {called}. {NOTHING_CHANGED} "
            "Check the user name and what signs in, on the server too."
        )
    assert len([each for each in server.asked if each in ("password", "keyboard-interactive")]) <= 1


def test_more_than_a_password_is_not_answered(root: Path) -> None:
    """A code from a telephone cannot be typed by a nightly run; the password is then not given away either."""
    prompts = (("Password: ", False), ("Code: ", False))
    with (
        sftp_server(root, takes=("keyboard-interactive",), prompts=prompts) as server,
        source_on(server) as source,
    ):
        assert "did not accept the password" in raised(SourceUnavailable, lambda: listing(source)).message
    assert server.asked == ["user photos"]


def test_password_that_has_expired_is_told(root: Path) -> None:
    with sftp_server(root, password_has_expired=True) as server, source_on(server) as source:
        assert raised(SourceUnavailable, lambda: listing(source)).message == (
            f"Signing in as photos failed on {where(server)}: the server wants a new password first. "
            f"{NOTHING_CHANGED} Set one there, then enter it."
        )


def test_server_without_sftp_for_this_user_is_told(root: Path) -> None:
    with sftp_server(root, allows_sftp=False) as server, source_on(server) as source:
        message = raised(SourceUnavailable, lambda: listing(source)).message
        assert message.startswith(
            f"Starting SFTP failed on {where(server)}: the server does not let this user use SFTP"
        )
        assert message.endswith(f"{NOTHING_CHANGED} Ask whoever runs it to allow that.")


@pytest.mark.parametrize(
    "algorithms",
    [
        {"kex_algs": ["diffie-hellman-group14-sha1"]},
        {"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-sha1"]},
    ],
    ids=["key exchange", "MAC"],
)
def test_server_with_old_algorithms_alone_gets_nothing(root: Path, algorithms: dict[str, list[str]]) -> None:
    with sftp_server(root, algorithms=algorithms) as server, source_on(server) as source:
        message = raised(SourceUnavailable, lambda: listing(source)).message
        assert message.startswith(f"Agreeing on how to encrypt failed on {where(server)}: ")
        assert message.endswith(
            f"{NOTHING_CHANGED} Check that host and port are those of an SFTP server. If they are, ask whoever runs "
            "it to bring its SSH up to date."
        )
        assert server.asked == []


def test_nothing_of_this_machine_s_user_is_used(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / ".ssh").mkdir()
    (home / ".ssh/id_ed25519").write_bytes(CLIENT_KEY.export_private_key())
    (home / ".ssh/config").write_text("Host *\n  User someone\n  Port 1\n  ProxyCommand false\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "agent"))
    with sftp_server(root, takes=("publickey", "password"), client_key=CLIENT_KEY) as server:
        (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
        with source_on(server, host_keys=()) as source:
            assert "not confirmed yet" in raised(Refused, lambda: listing(source)).message
        with source_on(server) as source:
            assert fetched(source, "1.jpg") == b"one"
        assert server.asked == ["user photos", "password"]


def test_process_without_a_user_name_can_sign_in(server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some containers run as a number that has no name, and the library asks for one."""
    import pwd

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with source_on(server) as source:
        assert fetched(source, "1.jpg") == b"one"
    monkeypatch.delenv("LOGNAME")


# From the options of a profile


def test_options_open_the_source(server: SftpServer) -> None:
    with open_source("sftp", options_of(server, password=PASSWORD), guard=guard()) as source:
        assert source.fetch("", "1.jpg", limit_bytes=9).content == b"one"


@pytest.mark.parametrize("passphrase", ["", "four words"])
@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
def test_private_key_with_and_without_a_passphrase(root: Path, form: str, passphrase: str) -> None:
    text = CLIENT_KEY.export_private_key(form, passphrase=passphrase or None).decode().replace("\n", "\r\n").strip()
    with sftp_server(root, takes=("publickey",), client_key=CLIENT_KEY) as server:
        options = options_of(server, private_key=text, passphrase=passphrase)
        with open_source("sftp", options, guard=guard()) as source:
            assert source.fetch("", "1.jpg", limit_bytes=9).content == b"one"


def test_index_file_is_read_and_not_listed(server: SftpServer) -> None:
    (server.root / "idlink.txt").write_bytes(b"2082,1.jpg\n")
    options = options_of(server, password=PASSWORD, match="index", index="idlink.txt")
    with open_source("sftp", options, guard=guard()) as source:
        assert [(page.folder, page.entry_count) for page in source.pages()] == [("", 1)]
        assert source.fetch("", "idlink.txt", limit_bytes=99).content == b"2082,1.jpg\n"


LOCKED_KEY = CLIENT_KEY.export_private_key(passphrase="four words").decode()
WHOLE_KEY = CLIENT_KEY.export_private_key().decode()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {},
            "An SFTP source needs a password or a private key to sign in with. Nothing was sent; enter one of them.",
        ),
        (
            {"private_key": LOCKED_KEY},
            "The private key cannot be used: it is protected by a passphrase. Nothing was sent. Enter its passphrase "
            "too.",
        ),
        (
            {"private_key": LOCKED_KEY, "passphrase": "guessed"},
            "The private key cannot be used: the passphrase is not its own. Nothing was sent. Enter the passphrase "
            "of this key.",
        ),
        (
            {"private_key": WHOLE_KEY[:150] + "\n-----END OPENSSH PRIVATE KEY-----"},
            f"The private key cannot be used: it is damaged, or of a kind that is not known here. Nothing was sent. "
            f"{AGAIN}",
        ),
        (
            {"private_key": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"},
            "The private key cannot be used: it is one of PuTTY. Nothing was sent. In PuTTYgen, load it, choose "
            "Conversions > Export OpenSSH key, and enter that.",
        ),
        (
            {"private_key": CLIENT_KEY.export_public_key().decode()},
            "The private key cannot be used: it has no line -----BEGIN ... PRIVATE KEY-----. Nothing was sent. "
            f"{AGAIN}",
        ),
        (
            {"password": "x", "host": "sftp://files.example"},
            '"sftp://files.example" is not the name of a host. Nothing was changed. Write its name or address alone, '
            "such as files.school.example, without a path or a port.",
        ),
        (
            {"password": "x", "folder": "a\0b"},
            "The folder on the SFTP server cannot have a zero byte in its name. Nothing was changed.",
        ),
    ],
)
def test_options_that_cannot_be_used_are_told(given: dict[str, str], message: str) -> None:
    options = {"host": "files.example", "username": USERNAME} | given
    with pytest.raises(WrongUse) as caught:
        open_source("sftp", options, guard=guard())
    assert caught.value.message == message


def test_secrets_are_in_no_text_of_a_login() -> None:
    assert (repr(Login(USERNAME, PASSWORD, CLIENT_KEY)), str(Login(USERNAME, PASSWORD))) == (
        "Login(username='photos')",
        "Login(username='photos')",
    )


def test_address_inside_the_server_s_network_is_refused(server: SftpServer) -> None:
    with open_source("sftp", options_of(server, password=PASSWORD), guard=guard(AllowedRanges())) as source:
        assert "an address inside this server's own network" in raised(Refused, lambda: listing(source)).message
    assert server.asked == []


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith(("photosync.connectors.sftp.", "asyncssh"))]:
        if not name.endswith((".kind", ".host_keys")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    options = {"host": "files.example", "username": USERNAME, "password": "x"}
    with pytest.raises(Refused) as caught:
        open_source("sftp", options, guard=guard())
    assert caught.value.message == (
        "SFTP needs the extra sftp, which is not installed on this server. Nothing was read. Ask the operator of the "
        'server to install it: pip install "photosync[sftp]".'
    )
