"""The log of the real server: what each line holds, and what none does."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.installation import Installation
from tests.web.pages import PASSWORD
from tests.web.serving import Visitor, free_port, make_site, wait_for_pages

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Log:
    lines: list[str]

    @property
    def documents(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]

    def request(self, path: str) -> dict[str, object]:
        return next(each for each in self.documents if each.get("path") == path)


@contextmanager
def serving(installation: Installation, *command: str, **variables: str) -> Iterator[tuple[Visitor, Log]]:
    """Serve the site; what was told is in the log once the block is left."""
    make_site(installation)
    port, log = free_port(), Log()
    process = subprocess.Popen(
        [sys.executable, "-m", "photosync", *command, "--port", str(port)],
        env=installation.environment | {"PHOTOSYNC_LOG_LEVEL": "INFO"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for_pages(port, process)
        yield Visitor(port), log
    finally:
        process.terminate()
        _, told = process.communicate(timeout=30)
        log.lines = told.splitlines()


def test_requests_are_told_with_who_where_and_which_but_no_secret(installation: Installation) -> None:
    with serving(installation, "serve") as (visitor, log):
        visitor.sign_in()
        shown = visitor.ask("GET", "/data-management/students/?q=Ada+Abel", X_Request_ID="chosen")
        visitor.ask("GET", "/calendar/a-secret-link-that-is-wrong.ics")
        visitor.ask("GET", "/photo-links/1_2_3_4_5.signature.jpg")
        visitor.ask("GET", "/accounts/set-password/MQ/secret-word/")
        visitor.ask("GET", "/photos/1/now/thumb.jpg")
        visitor.ask("GET", "/api/v1/token", Authorization="Bearer photosync_no-such-token-at-all")

    told = log.request("/data-management/students/")
    request_id = shown.headers["x-request-id"]
    assert list(told)[:4] == ["time", "level", "event", "logger"]
    assert TIME.fullmatch(str(told.pop("time")))
    assert isinstance(told.pop("duration_ms"), float)
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert told == {
        "level": "info",
        "event": "request",
        "logger": "photosync.requests",
        "request_id": request_id,
        "account": 1,
        "school": "PHS",
        "method": "GET",
        "path": "/data-management/students/",
        "route": "students",
        "status": 200,
    }
    assert log.request("/calendar/***.ics")["status"] == 404
    assert log.request("/photo-links/***.jpg")["route"] == "photo-link"
    assert log.request("/accounts/set-password/***")["route"] == "set-password"
    whole = "\n".join(log.lines)
    secrets = ("secret", "signature", "no-such-token", PASSWORD, "Ada", "Abel", "chosen")
    assert [each for each in secrets if each in whole] == []


def test_trusted_proxy_gives_the_request_id(installation: Installation) -> None:
    with serving(installation, "serve", PHOTOSYNC_PROXIES="1") as (visitor, log):
        given = visitor.ask("GET", "/readyz", X_Request_ID="edge-0001")
        wrong = visitor.ask("GET", "/healthz", X_Request_ID="two words")

    assert given.headers["x-request-id"] == "edge-0001"
    assert "edge-0001" in [each.get("request_id") for each in log.documents]
    assert re.fullmatch(r"[0-9a-f]{32}", wrong.headers["x-request-id"])


def test_console_is_for_people(installation: Installation) -> None:
    with serving(installation, "web", "--workers", "1", PHOTOSYNC_LOG_FORMAT="console") as (visitor, log):
        visitor.ask("GET", "/readyz")

    told = next(line for line in log.lines if "path=/readyz" in line)
    assert re.match(r"\S+Z \[info {5}\] request +\[photosync\.requests\]", told)


def test_processes_of_web_log_in_the_same_form(installation: Installation) -> None:
    with serving(installation, "web", "--workers", "2") as (visitor, log):
        for _ in range(20):
            visitor.ask("GET", "/readyz")

    told = [each for each in log.documents if each.get("path") == "/readyz"]
    assert len(told) >= 20
    assert {each["event"] for each in told} == {"request"}


def test_usual_level_tells_nothing_of_what_goes_well(installation: Installation) -> None:
    with serving(installation, "web", "--workers", "2", PHOTOSYNC_LOG_LEVEL="WARNING") as (visitor, log):
        visitor.sign_in()
        assert visitor.ask("GET", "/nothing/here").status == 404

    assert log.lines == []
