"""From a server's request to a WSGI application and back."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from photosync.web.downloads import Download
from photosync.web.front_door import session_key_in
from photosync.web.pages_bridge import (
    LARGEST_BODY_BYTES,
    LARGEST_UPLOAD_BYTES,
    BodyBrokenOff,
    BodyTooLarge,
    PageAnswer,
    read_body,
    run_pages,
    wsgi_environ,
)
from tests.web.loops import run_apart


class Headers:
    """Headers in the order in which they came; a name may come more than once."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def get(self, name: str) -> str | None:
        return next((value for each, value in self.pairs if each == name), None)

    def items(self) -> Iterable[tuple[str, str]]:
        return self.pairs


@dataclass
class Request:
    method: str = "GET"
    path: str = "/photos/"
    query_string: str = "q=%C3%85"
    scheme: str = "http"
    client: str = "127.0.0.1:50000"
    server: str = "127.0.0.1:8000"
    http_version: str = "1.1"
    headers: Any = field(default_factory=Headers)


async def in_chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def test_environ_has_the_request() -> None:
    request = Request(path="/photos/Å", headers=Headers(("host", "localhost"), ("content-type", "text/plain")))
    environ = wsgi_environ(request, b"body")
    read = {name: environ[name] for name in environ if name.isupper()}

    assert read == {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/photos/Ã\x85",
        "QUERY_STRING": "q=%C3%85",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": "4",
        "CONTENT_TYPE": "text/plain",
        "HTTP_HOST": "localhost",
    }
    assert environ["wsgi.input"].read() == b"body"


def test_header_that_poses_as_another_is_dropped() -> None:
    headers = Headers(("x_forwarded_proto", "https"), ("proxy", "http://evil"), ("connection", "close"))
    environ = wsgi_environ(Request(headers=headers), b"")

    assert [name for name in environ if name.startswith("HTTP_")] == []


def test_repeated_headers_are_joined() -> None:
    headers = Headers(("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y"))
    environ = wsgi_environ(Request(headers=headers), b"")

    assert (environ["HTTP_COOKIE"], environ["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")


def test_body_comes_whole() -> None:
    assert run_apart(read_body(Request(), in_chunks(b"a=1", b"&b=2"))) == b"a=1&b=2"


@pytest.mark.parametrize("declared", [str(LARGEST_BODY_BYTES + 1), "9" * 400, "-1", "many"])
def test_body_that_declares_too_much_is_not_read(declared: str) -> None:
    request = Request(headers=Headers(("content-length", declared)))

    with pytest.raises(BodyTooLarge):
        run_apart(read_body(request, in_chunks(b"x")))


def test_body_without_a_length_is_read_up_to_the_limit_only() -> None:
    with pytest.raises(BodyTooLarge):
        run_apart(read_body(Request(), in_chunks(*[bytes(1_000_000)] * 3)))


def test_body_with_a_file_may_be_larger() -> None:
    request = Request(headers=Headers(("content-length", str(LARGEST_BODY_BYTES + 1))))
    sent = bytes(LARGEST_BODY_BYTES + 1)

    assert run_apart(read_body(request, in_chunks(sent, b""), largest=LARGEST_UPLOAD_BYTES)) == sent


@pytest.mark.parametrize(
    ("length", "chunks"),
    [("4", (b"abc", b"")), ("2", (b"abc", b"")), ("3", (b"abc", b"", b"")), ("", (b"abc", b"", b""))],
)
def test_body_that_broke_off_is_not_read(length: str, chunks: tuple[bytes, ...]) -> None:
    request = Request(headers=Headers(*([("content-length", length)] if length else [])))

    with pytest.raises(BodyBrokenOff):
        run_apart(read_body(request, in_chunks(*chunks)))


def test_answer_comes_whole_and_is_closed() -> None:
    closed = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Connection", "close")])
        return Chunks([b"not ", b"here"])

    answer = run_pages(application, {})

    assert answer == PageAnswer(404, [("content-type", "text/plain")], b"not here")
    assert closed == [True]


class Pieces(list[bytes]):
    """An answer that comes piece by piece, as Django's streaming responses are marked."""

    streaming = True
    closed = False

    def close(self) -> None:
        self.closed = True


def answering(pieces: Iterable[bytes], *headers: tuple[str, str]) -> Callable[..., Iterable[bytes]]:
    def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", list(headers))
        return pieces

    return application


def test_answer_in_pieces_is_not_begun() -> None:
    pieces = Pieces([b"a,b\n", b"1,2\n"])

    answer = run_pages(answering(pieces, ("Content-Type", "text/csv")), {"REQUEST_METHOD": "GET"})

    assert isinstance(answer, Download)
    assert (answer.status, answer.headers, answer.chunks) == (200, [("content-type", "text/csv")], pieces)
    assert not pieces.closed


def test_small_file_comes_whole() -> None:
    pieces = Pieces([b"a{", b"}"])

    answer = run_pages(answering(pieces, ("Content-Length", "3")), {"REQUEST_METHOD": "GET"})

    assert answer == PageAnswer(200, [("content-length", "3")], b"a{}")
    assert pieces.closed


def test_only_the_head_of_an_answer_in_pieces_writes_nothing() -> None:
    def never() -> Iterable[bytes]:
        raise AssertionError
        yield b""

    class Unread(Pieces):
        def __iter__(self) -> Any:
            return iter(never())

    pieces = Unread()

    answer = run_pages(answering(pieces, ("Content-Type", "text/csv")), {"REQUEST_METHOD": "HEAD"})

    assert answer == PageAnswer(200, [("content-type", "text/csv")], b"")
    assert pieces.closed


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ("sessionid=abc123", "abc123"),
        ("theme=dark; sessionid=abc123; csrftoken=x", "abc123"),
        ("theme=dark", ""),
        ("", ""),
        ("sessionid=../../etc", ""),
        ("sessionid=" + "a" * 65, ""),
        ("x=" + "y" * 4096 + "; sessionid=abc123", ""),
        ("sessionid=äöü", ""),
    ],
)
def test_session_key_is_taken_from_the_cookies(cookies: str, expected: str) -> None:
    assert session_key_in(cookies, "sessionid") == expected
