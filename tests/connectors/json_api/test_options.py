"""What the options of a JSON API can say, and what is told where they do not fit."""

from pathlib import Path

import pytest

from photosync.connectors import registry
from photosync.connectors.registry import Guard
from photosync.connectors.testing.conformance import raised
from photosync.core.errors import PhotoSyncError, Refused, WrongUse
from tests.connectors.json_api.opened import opened, options_for

ADDRESS = "https://api.school.example/v1"


def refused(**given: str) -> WrongUse:
    return raised(WrongUse, lambda: opened(**({"address": ADDRESS} | given)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"students": ""},
            "No list of people is named. Nothing was changed. Give the path of the list of students, of the staff, "
            "or of both.",
        ),
        (
            {"people": "people"},
            "A list of people of both kinds is named, and another list too. Nothing was changed. Use people alone, "
            "or students and staff.",
        ),
        (
            {"photo": ""},
            "Nothing says where the photos are. Nothing was changed. Give the JSONPath of the photo in a record "
            "(photo), or the path of one person's photo (one_student, one_staff).",
        ),
        (
            {"photo": "$.photo["},
            'The option photo is not a JSONPath: "$.photo[" (unbalanced brackets). Nothing was changed. Write one '
            "such as $.id or $.photo.url; match() and search() are not available.",
        ),
        (
            {"records": "$.data[?match(@.x, '(a+)+')]"},
            "The option records is not a JSONPath: \"$.data[?match(@.x, '(a+)+')]\" (function 'match' is not "
            "defined). Nothing was changed. Write one such as $.id or $.photo.url; match() and search() are not "
            "available.",
        ),
        (
            {"one_student": "students/photo"},
            'The option one_student says "students/photo", which has no {id} in it, or several. Nothing was changed. '
            "Write {id} once, where the identifier of the person goes, such as students/{id}/photo.",
        ),
        (
            {"bulk": "include=photo"},
            "Where the large answer (bulk) fails, each person is asked for alone, and nothing says how. Nothing was "
            "changed. Give the path of one person (one_student, one_staff), or leave bulk out.",
        ),
        (
            {"paging": "next"},
            "Paging by what an answer says needs the JSONPath of the next page (next). Nothing was changed. Fill it "
            "in, such as $.links.next.",
        ),
        (
            {"page_size": "many"},
            'The option page_size is "many", which is no number from 0 to 10000. Nothing was changed. Correct it.',
        ),
        (
            {"first_page": "2"},
            'The option first_page is "2", which is no number from 0 to 1. Nothing was changed. Correct it.',
        ),
        (
            {"secret": ""},
            "Signing in needs the token, key or password (secret), and there is none. Nothing was changed. Enter it, "
            "or choose none as the way to sign in.",
        ),
        (
            {"sign_in": "basic"},
            "Signing in this way needs the user name or client ID (user). Nothing was changed. Fill it in.",
        ),
        (
            {"sign_in": "oauth2", "user": "me"},
            "OAuth 2.0 needs the address that gives tokens (token_address). Nothing was changed. Fill it in.",
        ),
        (
            {"sign_in": "basic", "user": "a:b"},
            "A user name cannot have a colon or control characters. Nothing was changed. Correct it.",
        ),
        (
            {"ca_pem": "not a certificate"},
            "The certificate of the authority cannot be read. Nothing was sent. Paste it as text that begins with "
            "-----BEGIN CERTIFICATE-----.",
        ),
        (
            {"address": "https://me:secret@api.school.example"},
            "This is not a web address. Nothing was sent. Write one such as https://api.school.example/v1, without a "
            "user name or password in it.",
        ),
    ],
)
def test_options_that_do_not_fit(given: dict[str, str], said: str) -> None:
    assert refused(**given).message == said


@pytest.mark.parametrize(
    "given",
    [
        {"sign_in": "none", "secret": ""},
        {"sign_in": "header", "header": "X-Key"},
        {"sign_in": "basic", "user": "kim"},
        {"sign_in": "oauth2", "user": "me", "token_address": "https://login.school.example/token"},
        {"photo": "photo.url", "id": "studentCode"},
        {"photo": "", "one_student": "students/{id}/photo"},
    ],
)
def test_options_that_fit(given: dict[str, str]) -> None:
    opened(address=ADDRESS, **given).close()


def test_address_inside_is_refused_before_anything_is_sent() -> None:
    guard = Guard((), Path("/nowhere"))
    options = options_for(address="http://127.0.0.1:9/v1")
    with registry.open_source("json_api", options, guard=guard) as source:
        assert raised(Refused, lambda: list(source.pages())).message == (
            '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network, so nothing was sent. Use an '
            "address on the public internet, or ask the operator of the server to allow this one with "
            "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
        )


def test_no_error_repeats_the_secret() -> None:
    secret = "geheim-\n-123"
    for way in ("bearer", "header", "basic", "oauth2"):
        given = {"sign_in": way, "secret": secret, "user": "", "token_address": "x"}
        error = raised(WrongUse, lambda given=given: opened(address=ADDRESS, **given))
        assert isinstance(error, PhotoSyncError)
        assert "geheim" not in repr(error)
