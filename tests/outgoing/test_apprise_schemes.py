"""The services that are taken, looked at anew: what their modules import shows what they can do."""

import ast
import inspect
from pathlib import Path

import pytest
from apprise.manager_plugins import NotificationManager

from photosync.outgoing.apprise_schemes import HOST_IS_SHOWN, KNOWN_BEST, SCHEMES

HARMLESS = frozenset(
    {
        "__future__", "abc", "base64", "binascii", "collections", "contextlib", "copy", "cryptography", "dataclasses",
        "datetime", "email", "enum", "functools", "gzip", "hashlib", "hmac", "html", "io", "itertools", "json",
        "logging", "markdown", "math", "os", "random", "re", "requests", "secrets", "smtplib", "ssl", "string",
        "textwrap", "time", "typing", "urllib", "uuid", "xml",
    }
)  # fmt: skip
"""What speaks HTTP or SMTP, or only computes. A file that one of them opens is stopped by the guard."""


def plugins() -> NotificationManager:
    manager = NotificationManager()
    manager.load_modules()
    return manager


def imported(scheme: str, manager: NotificationManager) -> set[str]:
    plugin = manager[scheme]
    file = Path(inspect.getfile(plugin))
    files = [file] if file.parent.name == "plugins" else sorted(file.parent.glob("*.py"))
    found: set[str] = set()
    for each in files:
        for node in ast.walk(ast.parse(each.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # a service of e-mail asks for it
def test_services_that_are_taken_exist_and_use_nothing_but_http_and_smtp() -> None:
    manager = plugins()
    there = set(manager.schemas())

    assert sorted(SCHEMES - there) == []
    odd = {scheme: imported(scheme, manager) - HARMLESS for scheme in sorted(SCHEMES)}
    assert {scheme: names for scheme, names in odd.items() if names} == {}


@pytest.mark.parametrize(
    "scheme",
    ["dbus", "kde", "glib", "gnome", "macosx", "windows", "syslog", "rsyslog", "irc", "mqtt", "xmpp", "smpp", "vapid",
     "fcm", "matrix", "aprs", "growl", "blink1", "file"],
)  # fmt: skip
def test_services_that_use_anything_else_are_not_taken(scheme: str) -> None:
    assert scheme not in SCHEMES


def test_those_that_are_named_are_taken() -> None:
    assert set(KNOWN_BEST) <= SCHEMES
    assert HOST_IS_SHOWN <= SCHEMES
