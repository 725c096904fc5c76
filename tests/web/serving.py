"""Starting the pages as a process of their own, and asking them over HTTP."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.web.pages import PASSWORD

STARTS_WITHIN_S = 60.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Visitor:
    """Keeps cookies, follows nothing."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def sign_in(self) -> Answer:
        form = self.ask("GET", "/accounts/sign-in/").body.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found is not None
        fields = {"csrfmiddlewaretoken": found[1], "username": "kim", "password": PASSWORD}
        return self.ask(
            "POST",
            "/accounts/sign-in/",
            urlencode(fields).encode(),
            Content_Type="application/x-www-form-urlencoded",
        )


@dataclass
class Served:
    port: int
    process: subprocess.Popen[bytes]
    installation: Installation

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.port)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)


@contextmanager
def served(installation: Installation, *, workers: int = 1) -> Iterator[Served]:
    """Make a school in `installation` and serve its pages on a free port until the end."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.site", str(port), str(workers)]
    migrated(installation)
    with subprocess.Popen(command, env=installation.environment) as process:
        try:
            wait_for_pages(port, process)
            yield Served(port, process, installation)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=20)


def make_site(installation: Installation) -> None:
    """Make the school of `tests.web.site` in `installation`, and serve nothing."""
    subprocess.run([sys.executable, "-m", "tests.web.site"], env=migrated(installation).environment, check=True)


def wait_for_pages(port: int, process: subprocess.Popen[Any]) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            if Visitor(port).ask("GET", "/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the pages did not start (exit status {process.poll()})")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
