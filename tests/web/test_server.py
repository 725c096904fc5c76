"""The pages as they are really served: Granian, the gate, Django behind it."""

import http.client
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from photosync.core.errors import Refused
from photosync.web.server import PageServer, check_address_is_free
from tests.services.installation import Installation
from tests.web.serving import Visitor, free_port, make_site, served, wait_for_pages

STARTED_ANEW = (
    "import multiprocessing; multiprocessing.set_start_method('spawn'); from photosync.__main__ import main; main()"
)
LOGGED = re.compile(
    r'{"time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "level": "error", "event": "a photo could not be read", '
    r'"logger": "photosync.web.front_door", "reason": "The photo [0-9a-f]{64} is .*"}'
)


def test_photo_goes_from_sign_in_to_304_and_is_gone_with_the_session(installation: Installation) -> None:
    with served(installation) as site:
        visitor = site.visitor
        assert visitor.ask("GET", "/photos/1/now/thumb.jpg").status == 404
        assert visitor.sign_in().status == 302

        first = visitor.ask("GET", "/photos/1/now/thumb.jpg")
        again = visitor.ask("GET", "/photos/1/now/thumb.jpg", If_None_Match=first.headers["etag"])
        head = visitor.ask("HEAD", "/photos/1/now/thumb.jpg")
        unknown = visitor.ask("GET", "/photos/999/now/thumb.jpg")
        elsewhere = visitor.ask("GET", "/photos/1/now/thumb.jpg", Host="evil.example")

        assert (first.status, first.headers["content-type"], first.body[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert (head.status, head.body, head.headers["etag"]) == (200, b"", first.headers["etag"])
        assert (unknown.status, elsewhere.status) == (404, 400)
        visitor.cookies["sessionid"] = "x" * 32
        assert visitor.ask("GET", "/photos/1/now/thumb.jpg").status == 404
        assert site.stop(signal.SIGTERM) == 0


def test_several_processes_serve_and_stop_together(installation: Installation) -> None:
    with served(installation, workers=2) as site:
        visitor = site.visitor
        assert visitor.sign_in().status == 302

        answers = {visitor.ask("GET", "/photos/1/now/card.jpg").status for _ in range(10)}

        assert answers == {200}
        assert site.stop(signal.SIGINT) == 0


def test_each_of_several_processes_keeps_the_log_that_the_operator_set(installation: Installation) -> None:
    """The real `photosync web`, its processes started anew: they inherit nothing of the log of the first."""
    make_site(installation)
    for blob in (installation.data / "photos" / "blobs").rglob("?" * 64):
        blob.unlink()

    logs = {level: _log_of_missing_photos(installation, level) for level in ("ERROR", "CRITICAL")}

    lines = logs["ERROR"].splitlines()
    assert len(lines) == 20
    assert [line for line in lines if not LOGGED.fullmatch(line)] == []
    assert logs["CRITICAL"] == ""


def _log_of_missing_photos(installation: Installation, level: str) -> str:
    """Serve from two processes, ask for a photo that is missing on twenty connections; return the log."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED_ANEW, "web", "--workers", "2", "--port", str(port)],
        env=installation.environment | {"PHOTOSYNC_LOG_LEVEL": level},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for_pages(port, process)
        visitor = Visitor(port)
        assert visitor.sign_in().status == 302
        assert {visitor.ask("GET", "/photos/1/now/card.jpg").status for _ in range(20)} == {503}
    finally:
        process.terminate()
        output, log = process.communicate(timeout=30)
    assert (process.returncode, output) == (0, "")
    return log


def test_pages_static_files_and_errors_come_through(installation: Installation) -> None:
    with served(installation) as site:
        visitor = site.visitor
        visitor.sign_in()

        style = visitor.ask("GET", "/static/web/tokens.css")
        head = visitor.ask("HEAD", "/photos/")
        search = visitor.ask("GET", "/photos/?q=%C3%85qq%20b")
        missing = visitor.ask("GET", "/nothing/%C3%A5/here")

        assert (style.status, style.headers["content-type"]) == (200, 'text/css; charset="utf-8"')
        assert (head.status, head.body) == (200, b"")
        assert (search.status, "“Åqq b”" in search.body.decode()) == (200, True)
        assert (missing.status, b"There is nothing here" in missing.body) == (404, True)


def test_too_much_is_refused_before_it_is_read(installation: Installation) -> None:
    with served(installation) as site:
        declared = site.visitor.ask("POST", "/theme/", Content_Length="99999999999")
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 200_000)
            refused = connection.recv(100)

        assert (declared.status, declared.body) == (413, b"What was sent is too large. Nothing was changed.\n")
        assert refused.split(b" ")[1:2] in ([b"431"], [b"400"], [])
        assert site.visitor.ask("GET", "/readyz").status == 200


def test_stop_does_not_wait_for_idle_connections(installation: Installation) -> None:
    with served(installation) as site, closing(http.client.HTTPConnection("127.0.0.1", site.port)) as idle:
        idle.request("GET", "/readyz")
        assert idle.getresponse().read() == b'{"status": "ok"}'

        assert site.stop() == 0


def test_taken_port_is_refused_and_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Refused) as refused:
            PageServer("127.0.0.1", port).start()

    assert refused.value.message == (
        f"The pages cannot be served at 127.0.0.1, port {port}: Address already in use. Nothing was started. "
        "Stop what uses that port, or choose another with --port (and an address of this machine with --host)."
    )


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refused, match=r"^The pages cannot be served at 192\.0\.2\.1, port 8000: "):
        check_address_is_free("192.0.2.1", 8000)
