"""A OneRoster service of 1.1 that wants each request signed (OAuth 1.0a), and computes the signature itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from photosync.connectors.http_signature import Method, Signature
from photosync.connectors.registry import Guard
from photosync.connectors.roster.oneroster.rest import open_service
from photosync.connectors.roster.oneroster.rest_kind import ONEROSTER_REST
from photosync.core.errors import SourceUnavailable, WrongUse
from tests.connectors.roster.services import TODAY, codes, school, student
from tests.services.oauth1 import signature_of
from tests.services.oneroster_service import CLIENT, SECRET, OneRosterService
from tests.services.web_server import Asked, Reply, web_server

GUARD = Guard(source_roots=(), data_folder=Path("/nowhere"))
NOTHING = "Nothing was concluded from it, so nothing was changed."
MANY = [student(number) for number in range(35)]
WANTED = [f"{number:05d}" for number in range(35)]


@pytest.fixture(params=["HMAC-SHA256", "HMAC-SHA1"])
def service(request: pytest.FixtureRequest) -> Iterator[OneRosterService]:
    with school(signed_by=request.param, most_on_a_page=10) as made:
        made.records["users"] = list(MANY)
        yield made


def told(service: OneRosterService, **options: str) -> str:
    """Return why the roster cannot be read."""
    with pytest.raises(SourceUnavailable) as raised:
        codes(service, **options)
    assert SECRET not in raised.value.message
    return raised.value.message.replace(f"the API 127.0.0.1 (port {service.web.port})", "the API")


@pytest.mark.parametrize("links", [True, False])
def test_every_page_is_signed_anew_and_the_secret_is_never_sent(service: OneRosterService, links: bool) -> None:
    service.links = links
    assert codes(service) == WANTED
    pages = [each for each in service.web.asked if "/students" in each.path]
    assert len(pages) == 4
    assert len(service.numbers_used) == len(service.web.asked)
    assert all("/ims/oneroster/v1p1/" in each.path for each in service.web.asked)
    assert SECRET not in repr(service.web.asked)


def test_request_that_is_sent_again_or_elsewhere_on_the_server_has_a_signature_of_its_own(
    service: OneRosterService,
) -> None:
    first = f"{service.address}/ims/oneroster/v1p1/students?limit=10&filter=a%20b+c|[d]"
    service.replies["students"] = [Reply(503, headers={"Retry-After": "0"}), Reply(307, headers={"Location": first})]
    assert codes(service) == WANTED
    assert "students?limit=10&filter=a%20b+c|[d]" in repr(service.asked())
    assert len(service.numbers_used) == len(service.web.asked)


@pytest.mark.parametrize(
    ("query", "sent"),
    [("x=%zz", "x=%25zz"), ("x=5%&y=%4", "x=5%25&y=%254"), ("x=%2b%25+c|[d]&y=%", "x=%2b%25+c|[d]&y=%25")],
)
def test_percent_that_encodes_nothing_is_encoded_before_it_is_signed(
    service: OneRosterService, query: str, sent: str
) -> None:
    first = f"{service.address}/ims/oneroster/v1p1/students?limit=10&"
    service.replies["students"] = [Reply(307, headers={"Location": first + query})]
    assert codes(service) == WANTED
    assert f"students?limit=10&{sent}'" in repr(service.asked())


def test_signature_is_not_sent_to_another_server(service: OneRosterService) -> None:
    elsewhere: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        elsewhere.append(asked)
        return Reply(200, b'{"users": []}', {"Content-Type": "application/json"})

    with web_server(answer) as other:
        service.replies["students"] = [Reply(302, headers={"Location": f"{other.address}/students"})]
        assert codes(service) == []
        assert [each.headers.get("authorization") for each in elsewhere] == [None]
        link = {"Link": f'<{other.address}/students>; rel="next"', "Content-Type": "application/json"}
        service.replies["students"] = [Reply(200, b'{"users": [{"sourcedId": "u"}]}', link)]
        assert "its next page is said to be on another host" in told(service)
        assert len(elsewhere) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "somebody"}, {"secret": "an-other-secret"}, {"sign_in": "the other method"}],
    ids=["key", "secret", "method"],
)
def test_signature_that_is_refused_is_told(service: OneRosterService, wrong: dict[str, str]) -> None:
    if "sign_in" in wrong:
        wrong = {"sign_in": "oauth1_sha1" if service.signed_by == "HMAC-SHA256" else "oauth1_sha256"}
    message = told(service, **wrong)
    assert message == (
        "Reading orgs failed on the API: it does not accept the signature (401), unauthorisedrequest. "
        f"{NOTHING} Check the consumer key and the consumer secret, whether the service wants SHA-256 or SHA-1, and "
        "that the clock of this server is right."
    )
    assert "an-other-secret" not in message
    assert len(service.web.asked) == 1


def test_key_that_may_not_read_is_told(service: OneRosterService) -> None:
    service.withheld = {"students"}
    assert told(service) == (
        f"Reading students failed on the API: this consumer key may not read it (403), forbidden. {NOTHING} Ask who "
        "runs the service to let this key read it."
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"version": "1.2"},
            "OneRoster 1.2 has no OAuth 1.0a. Nothing was changed. Choose the version 1.1, or sign in by OAuth 2.0.",
        ),
        (
            {"sign_in": "oauth2"},
            "Signing in by OAuth 2.0 needs the token address. Nothing was changed. Enter it, or choose OAuth 1.0a "
            "where the service has no tokens.",
        ),
        ({"client_id": " "}, "The consumer key is no text. Nothing was changed. Copy it again."),
        (
            {"secret": "two words"},
            "The consumer secret has a space, a line break or letters that cannot be sent. Nothing was changed. Copy "
            "it again, without what stands before and after it.",
        ),
    ],
    ids=["version", "token address", "key", "secret"],
)
def test_options_that_do_not_fit_are_told(changed: dict[str, Any], message: str) -> None:
    options = {"address": "https://sis.example", "client_id": CLIENT, "secret": SECRET, "sign_in": "oauth1_sha256"}
    given = ONEROSTER_REST.check(options | changed)
    with pytest.raises(WrongUse) as raised:
        open_service(given, GUARD, TODAY)
    assert raised.value.message == message


def test_signature_of_the_standards_own_parameters() -> None:
    """RFC 5849, 3.4.1.1: doubled names, blanks as + and %20, and empty values are signed as a server reads them."""
    sign = Signature(CLIENT, SECRET, Method.SHA1).sign
    assert sign is not None
    path = "/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q&x=[1]|{2}"
    header = sign("GET", f"http://example.com:8080{path}")["authorization"]
    given = dict(part.split("=", 1) for part in header.removeprefix("OAuth ").split(", "))
    plain = {name: unquote(value.strip('"')) for name, value in given.items()}
    assert plain["oauth_signature"] == signature_of(
        "GET", "http://example.com:8080", path, plain, SECRET, "HMAC-SHA1"
    )
