"""The form of the log: one for all that is told, without the values of variables."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from photosync.cli.logs import StandardError, log_to_stderr
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Asking, HttpClient
from tests.services.web_server import Reply, web_server

log = structlog.get_logger("photosync.tests")


@pytest.fixture(autouse=True)
def _former_log() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    structlog.contextvars.clear_contextvars()
    yield
    root.handlers[:] = [each for each in handlers if not isinstance(each, StandardError)]
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def documents(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail(name: str) -> None:
    raise LookupError(f"nobody is {len(name)} letters long")


def test_fault_is_a_structured_traceback_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("INFO", "json")

    try:
        fail("Ada Abel")
    except LookupError:
        log.exception("it failed", run=12)

    told = documents(capsys)[0]
    assert (told["level"], told["event"], told["run"]) == ("error", "it failed", 12)
    exception = told["exception"][0]  # type: ignore[index]
    assert (exception["exc_type"], exception["exc_value"]) == ("LookupError", "nobody is 8 letters long")
    assert [frame["name"] for frame in exception["frames"]] == [
        "test_fault_is_a_structured_traceback_without_values",
        "fail",
    ]
    assert "Ada" not in json.dumps(told)


def test_other_programs_parts_are_told_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("INFO", "json")
    for name in ("django.security", "dbos", "_granian", "asyncssh", "django.request"):
        logging.getLogger(name).warning("told by %s, token=abcdef", name)
        logging.getLogger(name).info("a file name")

    told = [(each["logger"], each["level"], each["event"]) for each in documents(capsys)]
    assert told == [
        ("django.security", "warning", "told by django.security, token=***"),
        ("django.security", "info", "a file name"),
        ("dbos", "warning", "told by dbos, token=***"),
        ("dbos", "info", "a file name"),
        ("_granian", "warning", "told by _granian, token=***"),
        ("_granian", "info", "a file name"),
        ("asyncssh", "warning", "told by asyncssh, token=***"),
    ]


def test_addresses_that_are_asked_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """They name people and photos, and a link to a photo may hold what lets anyone read it."""
    log_to_stderr("DEBUG", "json")
    with web_server(lambda asked: Reply(200)) as web:
        asking = Asking(web.address, secret_headers={"authorization": "Bearer tide"})
        with HttpClient(asking, AllowedRanges.parse("127.0.0.1/32", setting="TEST")) as http:
            http.get(f"{web.address}/photos/002082?signature=ebb", limit_bytes=9)

    assert capsys.readouterr().err == ""


def test_form_follows_where_it_goes_unless_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("WARNING")
    log.warning("as for programs")
    log_to_stderr("WARNING", "console")
    log.warning("as for people", path="/calendar/secret.ics")
    log.info("not told")

    first, second = capsys.readouterr().err.splitlines()
    assert json.loads(first)["event"] == "as for programs"
    assert second.partition("Z ")[2].split() == [
        "[warning", "]", "as", "for", "people", "[photosync.tests]", "path=/calendar/***.ics",
    ]  # fmt: skip
