"""Asking servers over HTTP: real servers on loopback, some of them hostile."""

import gzip
import io
import itertools
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from photosync.core.errors import Refused, WrongUse
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Asking, HttpClient, Limits, NoAnswer, TooLarge
from tests.services.web_server import Reply, made_certificate, web_server

LOOPBACK = AllowedRanges.parse("127.0.0.0/8", setting="TEST")
QUICK = Limits(connect_s=2.0, silent_s=1.0, whole_s=2.0)
LIMIT = 100_000


@contextmanager
def client(base, *, allowed=LOOPBACK, limits=QUICK, ca_pem="", secret_headers=None):
    with HttpClient(
        Asking(base, secret_headers=secret_headers or {}), allowed, limits=limits, ca_pem=ca_pem
    ) as opened:
        yield opened


def get(web, path="/", **given):
    with client(web.address, **given) as http:
        return http.get(web.address + path, limit_bytes=LIMIT)


def test_get_gives_status_and_content():
    with web_server(lambda asked: Reply(404, asked.path.encode())) as web, client(web.address) as http:
        answer = http.get(web.address + "/a?x=1", params={"page": "2"}, limit_bytes=LIMIT)
        assert (answer.status, answer.content) == (404, b"/a?x=1&page=2")


def test_send_gives_the_body():
    with web_server(lambda asked: Reply(200, asked.method.encode() + asked.body)) as web, client(web.address) as http:
        answer = http.send("POST", web.address, content=b"a=1", headers={"content-type": "x"}, limit_bytes=LIMIT)
        assert answer.content == b"POSTa=1"


def test_good_answer_is_written_into_a_file():
    with web_server(lambda asked: Reply(207, gzip.compress(b"a" * 5000), {"Content-Encoding": "gzip"})) as web:
        into = io.BytesIO()
        with client(web.address) as http:
            answer = http.send("PROPFIND", web.address, headers={}, limit_bytes=5000, into=into)
        assert (answer.status, answer.content, into.getvalue()) == (207, b"", b"a" * 5000)


def test_of_another_answer_the_beginning_is_its_content():
    with web_server(lambda asked: Reply(404, b"gone" * 100_000)) as web:
        into = io.BytesIO()
        with client(web.address) as http:
            answer = http.send("GET", web.address, headers={}, limit_bytes=0, into=into)
        assert (answer.status, answer.content, into.getvalue()) == (404, b"gone" * 16_384, b"")


def test_answer_that_announces_too_much_is_not_begun():
    def never():
        raise AssertionError
        yield b""

    with web_server(lambda asked: Reply(200, never(), {"Content-Length": "100001"})) as web:
        into = io.BytesIO()
        with client(web.address) as http, pytest.raises(TooLarge):
            http.send("GET", web.address, headers={}, limit_bytes=LIMIT, into=into)
        assert into.getvalue() == b""


def test_answer_that_goes_on_beyond_the_limit_is_not_written_to_its_end():
    with web_server(lambda asked: Reply(200, itertools.repeat(b"x" * 1000))) as web:
        into = io.BytesIO()
        with client(web.address) as http, pytest.raises(TooLarge):
            http.send("GET", web.address, headers={}, limit_bytes=5_500, into=into)
        assert len(into.getvalue()) <= 5_500


def test_answer_that_sends_on_is_returned_where_it_is_not_to_be_followed():
    with web_server(lambda asked: Reply(307, b"", {"Location": "/elsewhere"})) as web, client(web.address) as http:
        answer = http.send("GET", web.address, headers={}, limit_bytes=LIMIT, follow=False)
        assert (answer.status, answer.headers["location"], len(web.asked)) == (307, "/elsewhere", 1)


def test_client_that_is_closed_asks_no_more():
    with web_server(lambda asked: Reply(200)) as web, client(web.address) as http:
        http.close()
        with pytest.raises(NoAnswer) as raised:
            http.get(web.address, limit_bytes=LIMIT)
        assert (raised.value.reason, web.asked) == ("it is no longer being asked", [])


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_close_ends_what_another_thread_waits_for(tmp_path, is_encrypted):
    asked, may_end = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        may_end.wait(20)
        return Reply(200)

    certificate = made_certificate(tmp_path) if is_encrypted else None
    pem = certificate.read_text() if certificate else ""
    ended = []
    with (
        web_server(answer, certificate=certificate) as web,
        client(web.address, limits=Limits(20, 20, 20), ca_pem=pem[pem.find("-----BEGIN CERT") :]) as http,
    ):

        def ask():
            with pytest.raises(NoAnswer):
                http.get(web.address, limit_bytes=LIMIT)
            ended.append(not may_end.is_set())

        thread = threading.Thread(target=ask)
        thread.start()
        assert asked.wait(10)
        time.sleep(0.3)  # by now it waits
        http.close()
        thread.join(15)
        may_end.set()
        assert ended == [True]


def test_packed_answer_is_unpacked():
    with web_server(lambda asked: Reply(200, gzip.compress(b"a" * 5000), {"Content-Encoding": "gzip"})) as web:
        assert get(web).content == b"a" * 5000


def test_bomb_is_found_before_it_fills_memory():
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    with web_server(lambda asked: Reply(200, bomb, {"Content-Encoding": "gzip"})) as web:
        with pytest.raises(TooLarge) as raised:
            get(web)
        assert raised.value.message == (
            "There is no whole answer from 127.0.0.1: the answer is longer than 100,000 bytes. Try again later."
        )


@pytest.mark.parametrize(
    "content", [gzip.compress(b"a" * 5000)[:-9], b"not packed at all"], ids=["broken off", "not packed"]
)
def test_packed_answer_that_is_damaged_is_no_answer(content):
    with (
        web_server(lambda asked: Reply(200, content, {"Content-Encoding": "gzip"})) as web,
        pytest.raises(NoAnswer),
    ):
        get(web)


def test_answer_packed_otherwise_is_no_answer():
    with (
        web_server(lambda asked: Reply(200, b"x", {"Content-Encoding": "br"})) as web,
        pytest.raises(NoAnswer, match='the answer is packed as "br", which was not asked for'),
    ):
        get(web)


def test_answer_without_end_is_too_large():
    with web_server(lambda asked: Reply(200, itertools.repeat(b"x" * 1000))) as web, pytest.raises(TooLarge):
        get(web)


def test_answer_that_breaks_off_is_no_answer():
    with web_server(lambda asked: Reply(200, b"half", {"Content-Length": "400"})) as web:
        web.answer = lambda asked: Reply(200, b"half", {"Content-Length": "400", "Connection": "close"})
        with pytest.raises(NoAnswer):
            get(web)


def trickle():
    while True:
        yield b"x"
        time.sleep(0.05)


def test_answer_that_trickles_ends_with_the_time():
    with web_server(lambda asked: Reply(200, trickle())) as web:
        with pytest.raises(NoAnswer) as raised:
            get(web)
        assert raised.value.reason == "there was no whole answer within 1 seconds of silence or 2 in all"


def test_server_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with client(address) as http, pytest.raises(NoAnswer):
            http.get(address, limit_bytes=LIMIT)


def test_head_that_trickles_ends_with_the_time():
    def speak(listening):
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for number in itertools.count():
                try:
                    connection.sendall(b"x-%d: y\r\n" % number)
                except OSError:
                    return
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with client(address) as http, pytest.raises(NoAnswer):
            http.get(address, limit_bytes=LIMIT)


def test_connection_refused_is_told():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with client(address) as http, pytest.raises(NoAnswer) as raised:
        http.get(address, limit_bytes=LIMIT)
    assert raised.value.message == (
        "There is no whole answer from 127.0.0.1: the connection was refused. Try again later."
    )


def test_unknown_host_is_told():
    with client("https://no-such-host.invalid") as http, pytest.raises(NoAnswer) as raised:
        http.get("https://no-such-host.invalid", limit_bytes=LIMIT)
    assert raised.value.reason.startswith("the host cannot be found (")


def test_private_address_is_refused():
    with web_server(lambda asked: Reply()) as web:
        with pytest.raises(Refused, match="an address inside this server's own network"):
            get(web, allowed=AllowedRanges())
        assert web.asked == []


def test_redirect_to_a_private_address_is_refused():
    with (
        web_server(lambda asked: Reply(302, headers={"Location": "http://127.0.0.2:1/secret"})) as web,
        pytest.raises(Refused, match=r"127\.0\.0\.2, an address inside"),
    ):
        get(web, allowed=AllowedRanges.parse("127.0.0.1/32", setting="TEST"))


def test_plain_http_is_for_the_operator_s_own_network_only():
    with (
        client("http://192.0.2.1", allowed=AllowedRanges.parse("10.0.0.0/8", setting="TEST")) as http,
        pytest.raises(Refused),
    ):
        http.get("http://192.0.2.1", limit_bytes=LIMIT)
    with client("http://1.1.1.1", allowed=LOOPBACK) as http, pytest.raises(Refused) as raised:
        http.get("http://1.1.1.1", limit_bytes=LIMIT)
    assert raised.value.message == (
        "The address http://1.1.1.1 is not encrypted, so whoever is on the way could read what is sent. Nothing was "
        "sent. Use an address that begins with https://."
    )


def test_redirect_is_followed_and_the_secret_stays():
    with web_server(lambda asked: Reply(200, b"picture")) as other:
        lead_on = {"Location": other.address + "/p.jpg"}

        def answer(asked):
            return Reply(200, b"moved") if asked.path == "/there" else Reply(302, headers=lead_on)

        with web_server(answer) as web, client(web.address, secret_headers={"authorization": "Bearer s"}) as http:
            found = http.get(web.address, limit_bytes=LIMIT)
            assert (found.content, found.url) == (b"picture", other.address + "/p.jpg")
            assert [each.headers.get("authorization") for each in web.asked] == ["Bearer s"]
            assert [each.headers.get("authorization") for each in other.asked] == [None]
            lead_on["Location"] = "/there"
            assert http.get(web.address, limit_bytes=LIMIT).content == b"moved"
            assert web.asked[-1].headers["authorization"] == "Bearer s"


def test_redirects_in_a_circle_end():
    with (
        web_server(lambda asked: Reply(302, headers={"Location": "/again"})) as web,
        pytest.raises(NoAnswer, match="it sent the request on more than 5 times"),
    ):
        get(web)


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "http://user:secret@127.0.0.1/"])
def test_redirect_to_what_is_no_web_address_is_not_followed(location):
    with (
        web_server(lambda asked: Reply(302, headers={"Location": location})) as web,
        pytest.raises(NoAnswer, match="it sent the request on to what is no web address"),
    ):
        get(web)


def test_busy_server_is_asked_again():
    replies = iter([Reply(503), Reply(429, headers={"Retry-After": "0"}), Reply(200, b"now")])
    with web_server(lambda asked: next(replies)) as web:
        assert get(web, limits=Limits(1, 1, 10)).content == b"now"


def test_server_that_is_busy_for_long_is_left_alone():
    with web_server(lambda asked: Reply(429, headers={"Retry-After": "3600"})) as web:
        assert get(web).status == 429
        assert len(web.asked) == 1


def test_certificate_is_checked(tmp_path):
    certificate = made_certificate(tmp_path)
    with web_server(lambda asked: Reply(200, b"ok"), certificate=certificate) as web:
        with pytest.raises(NoAnswer, match=r"its certificate is not to be trusted \(self-signed certificate\)"):
            get(web)
        assert get(web, ca_pem=certificate.read_text()).content == b"ok"


def test_certificate_of_another_host_is_refused(tmp_path):
    certificate = made_certificate(tmp_path, "other.example")
    with (
        web_server(lambda asked: Reply(200, b"ok"), certificate=certificate) as web,
        pytest.raises(NoAnswer, match="its certificate is not to be trusted"),
    ):
        get(web, ca_pem=certificate.read_text())


def test_redirect_from_encrypted_to_plain_is_not_followed(tmp_path):
    certificate = made_certificate(tmp_path)
    plain = Reply(302, headers={"Location": "http://127.0.0.1:1/"})
    with web_server(lambda asked: plain, certificate=certificate) as web, pytest.raises(Refused) as raised:
        get(web, ca_pem=certificate.read_text())
    assert raised.value.message == (
        '127.0.0.1 sent the request on to an address that is not encrypted ("127.0.0.1"), so it was not followed. '
        "Ask who runs the server to correct that."
    )


def test_certificate_may_have_a_comment_in_any_letters_and_the_mark_of_an_editor(tmp_path):
    certificate = made_certificate(tmp_path)
    with web_server(lambda asked: Reply(200, b"ok"), certificate=certificate) as web:
        assert get(web, ca_pem=f"\ufeff# \u00c9cole\n{certificate.read_text()}").content == b"ok"


@pytest.mark.parametrize("text", ["hello", "\u00e9\u00e9"])
def test_certificate_that_is_none_is_told(text):
    with pytest.raises(WrongUse) as raised, client("https://api.school.example", ca_pem=text):
        pass
    assert raised.value.message == (
        "The certificate of the authority cannot be read. Nothing was sent. Paste it as text that begins with "
        "-----BEGIN CERTIFICATE-----."
    )


@pytest.mark.parametrize("address", ["", "api.school.example", "file:///etc/passwd", "https://", "https://[::1"])
def test_address_that_is_none_is_told(address):
    with pytest.raises(WrongUse, match=r"is not a web address\. Nothing was sent\."), client(address):
        pass


def test_address_with_a_password_is_told_without_it():
    with pytest.raises(WrongUse) as raised, client("https://photos:hunter2@api.school.example"):
        pass
    assert raised.value.message == (
        "This is not a web address. Nothing was sent. Write one such as https://api.school.example/v1, without a "
        "user name or password in it."
    )


def test_client_that_is_closed_as_it_asks_gives_no_answer(monkeypatch):
    """Another thread closes it when the time is up, at any instant."""
    with web_server(lambda asked: Reply(content=b"never")) as web, client(web.address) as http:
        send = http._client.send

        def closed_first(*args, **given):
            http.close()
            return send(*args, **given)

        monkeypatch.setattr(http._client, "send", closed_first)
        with pytest.raises(NoAnswer, match="it is no longer being asked"):
            http.get(web.address, limit_bytes=LIMIT)
