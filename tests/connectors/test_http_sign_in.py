"""Signing in to an API: what is sent, to whom, and what is told where it fails."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest

from photosync.connectors.http_api import Api, next_in_header
from photosync.connectors.http_sign_in import (
    Client,
    ClientCredentials,
    ScopeRefused,
    SignIn,
    basic,
    bearer,
    by_header,
)
from photosync.connectors.testing.conformance import raised
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Answer
from tests.services.web_server import Asked, Reply, WebServer, web_server

LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="test")
SECRET = "cl:ent s3cret"


@dataclass
class TokenServer:
    """Gives the tokens t1, t2, ...; the API beside it takes the newest."""

    in_body: bool = False
    given: int = 0
    told: dict[str, object] = field(default_factory=lambda: {"token_type": "Bearer", "expires_in": 3600})
    reply: Reply | None = None
    web: WebServer = field(init=False)

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.reply or self._token(asked)
        good = asked.headers.get("authorization") == f"Bearer t{self.given}"
        return Reply(200, b"[]") if good else Reply(401)

    def _token(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        pair = b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
        in_header = pair == "me:cl%3Aent+s3cret" and not self.in_body
        in_body = (form.get("client_id"), form.get("client_secret")) == (["me"], [SECRET]) and self.in_body
        if form["grant_type"] != ["client_credentials"] or not (in_header or in_body):
            return Reply(401, b'{"error": "invalid_client"}')
        self.given += 1
        return Reply(200, json.dumps({"access_token": f"t{self.given}", **self.told}).encode())

    def sign_in(self, secret: str = SECRET, scope: str = "") -> ClientCredentials:
        return ClientCredentials(Client(f"{self.web.address}/token", "me", secret, scope), LOOPBACK)


@pytest.fixture
def server() -> Iterator[TokenServer]:
    server = TokenServer()
    with web_server(server.answer) as web:
        server.web = web
        yield server


def api_of(server: TokenServer, sign_in: SignIn) -> Api:
    return Api(f"{server.web.address}/api", sign_in, LOOPBACK)


def ask(api: Api) -> int:
    return api.ask(api.address_of("people"), limit_bytes=99).status


@pytest.mark.parametrize("in_body", [False, True])
def test_token_is_fetched_once_and_renewed_where_it_is_refused(server: TokenServer, in_body: bool) -> None:
    server.in_body = in_body
    api = api_of(server, server.sign_in())
    assert [ask(api), ask(api), server.given] == [200, 200, 1]
    server.given += 5  # the server forgot it
    assert [ask(api), server.given] == [200, 7]
    api.close()


def test_token_that_runs_out_is_renewed_before(server: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photosync.connectors.http_sign_in.EARLIER_S", 0.0)
    server.told["expires_in"] = "0.000001"
    api = api_of(server, server.sign_in())
    assert [ask(api), ask(api), server.given] == [200, 200, 2]
    api.close()


def test_scope_is_asked_for(server: TokenServer) -> None:
    api = api_of(server, server.sign_in(scope="people photos"))
    ask(api)
    assert parse_qs(server.web.asked[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["people photos"],
    }
    api.close()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            Reply(400, b'{"error": "invalid_scope"}'),
            "it does not grant the scope that is asked for (invalid_scope). Nothing was concluded from it, so "
            "nothing was changed. Check the client ID, the client secret and the scope.",
        ),
        (
            Reply(401, b'{"error": "invalid_client"}'),
            "it does not know this client ID, or the client secret is another (invalid_client). Nothing was "
            "concluded from it, so nothing was changed. Check the client ID, the client secret and the scope.",
        ),
        (
            Reply(404, b'{"error": "cl:ent s3cret"}'),
            "there is nothing at this address (404). Nothing was concluded from it, so nothing was changed. Check "
            "the base address and the path.",
        ),
        (
            Reply(200, b"<html>"),
            "it gave no token: its answer is not JSON, or broke off (line 1, column 1). Nothing was concluded from "
            "it, so nothing was changed. Check the token address.",
        ),
        (
            Reply(200, b'{"access_token": "a b"}'),
            "its answer has no access_token. Nothing was concluded from it, so nothing was changed. Check the token "
            "address.",
        ),
        (
            Reply(200, b'{"access_token": "a", "token_type": "MAC"}'),
            "its token is not a bearer token. Nothing was concluded from it, so nothing was changed. Ask who runs "
            "the server for one.",
        ),
    ],
)
def test_token_that_is_not_given_is_told_in_words(server: TokenServer, reply: Reply, said: str) -> None:
    server.reply = reply
    api = api_of(server, server.sign_in())
    kind = ScopeRefused if "invalid_scope" in said else SourceUnavailable
    message = raised(kind, lambda: ask(api)).message
    assert message == f"Signing in failed on the token server 127.0.0.1 (port {server.web.port}): {said}"
    assert SECRET not in repr(api._sign_in) + message
    api.close()


@pytest.mark.parametrize(
    ("sign_in", "header", "value"),
    [
        (bearer(" abc.def== "), "authorization", "Bearer abc.def=="),
        (by_header("X-Api-Key", "k3y"), "x-api-key", "k3y"),
        (basic("kim", "pä:ss"), "authorization", "Basic a2ltOnDDpDpzcw=="),
    ],
)
def test_header_signs_in_at_the_base_alone(server: TokenServer, sign_in: SignIn, header: str, value: str) -> None:
    with web_server(lambda asked: Reply(200)) as other:
        api = api_of(server, sign_in)
        ask(api)
        api.ask(other.address, limit_bytes=99)
        assert server.web.asked[0].headers[header] == value
        assert header not in other.asked[0].headers
        api.close()
    assert value not in repr(sign_in)


@pytest.mark.parametrize("secret", ["", "a\nX-Evil: 1", "tök", "a b"])
def test_secret_that_no_header_can_hold_is_not_repeated(secret: str) -> None:
    message = raised(WrongUse, lambda: bearer(secret)).message
    assert message == (
        "The token has a space, a line break or letters that cannot be sent. Nothing was changed. Copy it again, "
        "without what stands before and after it."
    )


@pytest.mark.parametrize("name", ["", "X Key", "Host", "X:Y"])
def test_name_that_is_no_header(name: str) -> None:
    assert raised(WrongUse, lambda: by_header(name, "k")).message.endswith(
        "is not a name for a header that signs in. Nothing was changed. Write one such as X-API-Key."
    )


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (None, None),
        ('<https://x/a?page=2>; rel="next"', "https://x/a?page=2"),
        ("<a>; rel=prev, <b>; rel=next", "b"),
        ('<b>; rel="last next"', "b"),
        ("<b>; title=next", None),
    ],
)
def test_next_page_in_the_header(told: str | None, found: str | None) -> None:
    import httpx

    headers = httpx.Headers({} if told is None else {"Link": told})
    assert next_in_header(Answer(200, headers, b"", "https://x/a")) == found


def test_link_of_a_server_behind_a_proxy_stays_encrypted() -> None:
    api = Api("https://api.school.example:8443/v1", bearer("t"), LOOPBACK)
    page = "https://api.school.example:8443/v1/students"
    assert str(api.linked("http://api.school.example/v1/students?page=2", found_at=page)) == f"{page}?page=2"
    assert str(api.linked("?page=2", found_at=page)) == f"{page}?page=2"
    assert not api.is_home(api.linked("http://other.example/x", found_at=page))
    api.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("https://other.example/v1", "is on another host than the base address. Nothing was changed."),
        ("ftp://x/y", "is not a web address. Nothing was sent."),
    ],
)
def test_path_that_is_none(path: str, said: str) -> None:
    api = Api("https://api.school.example/v1", bearer("t"), LOOPBACK)
    assert said in raised(WrongUse, lambda: api.address_of(path)).message
    assert str(api.address_of("/students?of=a://b")) == "https://api.school.example/v1/students?of=a://b"
    api.close()


def test_base_address_with_a_query_is_refused() -> None:
    assert raised(WrongUse, lambda: Api("https://a.example/v1?x=1", bearer("t"), LOOPBACK)).message == (
        "The base address cannot have a ? or # in it. Nothing was changed. Write it up to the part that all paths "
        "share, such as https://api.school.example/v1, and what follows the ? with the path."
    )
