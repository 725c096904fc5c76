"""Calls in a guarded process: what it may do, what it may not, and how it ends."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from photosync.core.errors import Refused, TryLater
from photosync.outgoing import AllowedRanges, apart, call_apart, check_host
from tests.services.receivers import http_receiver

PING = "photosync.outgoing.ping:call"
LOOPBACK = AllowedRanges.parse("127.0.0.0/8", setting="x")
NONE = AllowedRanges()
INSIDE = (
    "{what} is at {address}, an address inside this server's own network, so nothing was sent. Use an address on the "
    "public internet, or ask the operator of the server to allow this one with PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
)


def called(url: str, allowed: AllowedRanges, within_s: float = 20.0) -> Any:
    return call_apart(PING, {"url": url}, allowed=allowed, within_s=within_s)


def test_address_that_is_allowed_is_called() -> None:
    with http_receiver() as receiver:
        assert called(f"http://{receiver.place}/ping/1", LOOPBACK) == 200

    assert receiver.got == [("GET", "/ping/1", "")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1"])
def test_address_inside_is_refused_however_it_is_written(host: str) -> None:
    with http_receiver() as receiver:
        with pytest.raises(Refused) as refused:
            called(f"http://{host}:{receiver.port}/", NONE)

        assert receiver.got == []
    assert refused.value.message in {
        INSIDE.format(what="What was asked for", address=address) for address in ("127.0.0.1", "::1")
    }


def test_redirect_inside_is_refused() -> None:
    # 127.0.0.2 is allowed and leads to 127.0.0.1, which is not.
    with http_receiver("127.0.0.2") as outside, http_receiver() as inside:
        outside.redirect_to = f"http://{inside.place}/end"
        with pytest.raises(Refused) as refused:
            called(f"http://{outside.place}/begin", AllowedRanges.parse("127.0.0.2/32", setting="x"))

    assert (outside.got, inside.got) == ([("GET", "/begin", "")], [])

    assert refused.value.message == INSIDE.format(what="What was asked for", address="127.0.0.1")


def test_redirect_to_an_allowed_address_is_followed() -> None:
    with http_receiver() as receiver, http_receiver() as other:
        receiver.redirect_to = f"http://{other.place}/end"

        assert called(f"http://{receiver.place}/begin", LOOPBACK) == 200

    assert [path for _, path, _ in receiver.got + other.got] == ["/begin", "/end"]


def test_answer_that_is_not_good_is_told() -> None:
    with http_receiver() as receiver:
        receiver.status = 503
        with pytest.raises(TryLater) as told:
            called(f"http://{receiver.place}/", LOOPBACK)

    assert told.value.message == "The ping address answered 503 Service Unavailable."


def test_nobody_there_is_told() -> None:
    with http_receiver() as receiver:
        pass
    with pytest.raises(TryLater) as told:
        called(f"http://{receiver.place}/", LOOPBACK)

    assert told.value.message == "The ping address cannot be reached: Connection refused."


def test_call_ends_when_its_time_is_up() -> None:
    with http_receiver() as receiver:
        receiver.answers_when.clear()
        with pytest.raises(TryLater) as told:
            called(f"http://{receiver.place}/", LOOPBACK, within_s=2.0)

    assert told.value.message == "There was no answer within 2 seconds, so it was given up. Try again later."


def test_process_knows_nothing_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOSYNC_SMTP_PASSWORD", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert {"PHOTOSYNC_SMTP_PASSWORD", "HTTP_PROXY", "HOME"} & set(apart._ENVIRONMENT) == set()
    with http_receiver() as receiver:
        assert called(f"http://{receiver.place}/", LOOPBACK) == 200


def test_function_of_another_program_is_not_called() -> None:
    with pytest.raises(TryLater) as told:
        call_apart("os:getcwd", {}, allowed=NONE, within_s=20.0)

    assert told.value.message == (
        "The process that was to send it ended before its time (os is not of this program). Try again later."
    )


GUARDED = """
import sys, socket, os, subprocess
from photosync.outgoing.guard import Forbidden, Guard
from photosync.outgoing.ranges import AllowedRanges
guard = Guard(AllowedRanges())
guard.begin()
try:
    exec(sys.argv[1])
except Forbidden as error:
    print(error)
else:
    print("done")
"""


@pytest.mark.parametrize(
    ("tried", "told"),
    [
        ("socket.socket().connect(('localhost', 80))", '"localhost" is at an address that is not known beforehand'),
        ("socket.socket().connect_ex(('127.0.0.1', 80))", "What was asked for is at 127.0.0.1"),
        ("socket.create_connection(('169.254.169.254', 80), 1)", "What was asked for is at 169.254.169.254"),
        (
            "socket.socket(socket.AF_INET6).connect(('::ffff:127.0.0.1', 80))",
            "What was asked for is at ::ffff:7f00:1",
        ),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
            "What was asked for is at 127.0.0.1",
        ),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('10.0.0.1', 53))",
            "What was asked for is at 10.0.0.1",
        ),
        (
            "socket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
            "This address leads to something else than a host on a network, so nothing was sent.",
        ),
        ("open('/etc/passwd')", "This address would read or write a file of the server."),
        ("os.open('/etc/passwd', os.O_RDONLY)", "This address would read or write a file of the server."),
        ("open('/tmp/written-by-a-message', 'w')", "This address would read or write a file of the server."),
        ("os.symlink('/etc/passwd', '/tmp/x')", "This address would read or write a file of the server."),
        ("os.system('true')", "This address would start a program on the server."),
        ("subprocess.run(['true'])", "This address would start a program on the server."),
        ("os.fork()", "This address would start a program on the server."),
        ("import colorsys; open(colorsys.__file__).read()", "done"),
        ("open(os.devnull, 'w').write('x')", "done"),
    ],
)
def test_guard_stops_what_is_not_allowed(tried: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-B", "-c", GUARDED, tried], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip().startswith(told)
    assert not Path("/tmp/written-by-a-message").exists()


def test_host_with_an_inner_address_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Refused) as refused:
        check_host("127.0.0.1", 80, NONE)

    assert refused.value.message == INSIDE.format(what='"127.0.0.1"', address="127.0.0.1")
    assert [str(each) for each in check_host("127.0.0.1", 80, LOOPBACK)] == ["127.0.0.1"]


def test_host_that_there_is_not_is_told() -> None:
    with pytest.raises(TryLater) as told:
        check_host("no-such-host.invalid", 443, NONE)

    assert told.value.message.startswith('The host "no-such-host.invalid" cannot be found (')
    assert told.value.message.endswith("so nothing was sent. Check how it is written, or try again later.")
