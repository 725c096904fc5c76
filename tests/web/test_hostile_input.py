"""Whatever is written into a query or a form: an answer in words, never a fault of the product."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client

from tests.web.access_table import NO, PAGES
from tests.web.test_roles import EVERYWHERE, Everyone, everyone  # noqa: F401  (a fixture)

NAMES = (
    "about",
    "academic_year",
    "act",
    "add_period",
    "adjustment",
    "after",
    "answers",
    "before",
    "campus",
    "challenge",
    "code",
    "codes",
    "columns",
    "comment",
    "crest",
    "dealt_with",
    "decision",
    "email",
    "end",
    "file",
    "footer",
    "for",
    "from",
    "group",
    "heading",
    "helpful",
    "house",
    "item",
    "kind",
    "leavers",
    "level",
    "lifetime",
    "match",
    "mode",
    "name",
    "next",
    "no_crest",
    "only_missing",
    "out",
    "page",
    "pattern",
    "period",
    "periods",
    "person",
    "photo",
    "picture",
    "preview",
    "profile",
    "q",
    "query_set",
    "queue",
    "reason",
    "reasons",
    "replace_imported",
    "role",
    "roll_group",
    "school",
    "scopes",
    "semester",
    "show",
    "sign",
    "sign_1",
    "sort",
    "source_kind",
    "start",
    "state",
    "status",
    "take",
    "take_off",
    "to",
    "token",
    "trigger",
    "turn",
    "version",
    "what",
    "whose",
    "year",
    "year_level",
)
"""What pages read of a query or a form, by any of its names."""

NOT_READY = frozenset({"healthz", "readyz", "review-picture"})
"""503 is right there in this installation: no worker runs, and the folder of the photos is not to be reached."""

HOSTILE = {
    "a zero byte": b"a\0b",
    "half a character": b"\xed\xa0\x80",
    "a number beyond any column": b"9" * 30,
    "digits that are no numbers": "²³".encode(),
    "a day that is none": b"0000-13-45",
    "the last day of all": b"9999-12-31",
    "signs that mean something elsewhere": b"{0.__class__} %s %(x)s {{ 7 }} '\";--<b>",
    "very long": b"x" * 20_000,
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_value_is_answered_in_words(everyone: Everyone, value: bytes, method: str) -> None:  # noqa: F811
    sent = urlencode(dict.fromkeys(NAMES, value))
    client = everyone.client(EVERYWHERE)
    client.raise_request_exception = False
    wrong = {}
    for name, access in PAGES.items():
        if (access.get if method == "GET" else access.post) != NO:
            answer = ask(client, method, everyone.address(name, access), sent)
            if answer.status_code >= 500 and not (answer.status_code == 503 and name in NOT_READY):
                wrong[name] = answer.status_code

    assert wrong == {}


def ask(client: Client, method: str, address: str, sent: str) -> HttpResponseBase:
    """Ask, and take back whatever that changed."""
    with transaction.atomic():
        if method == "GET":
            answer = client.get(f"{address}?{sent}")
        else:
            answer = client.post(address, sent, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return answer
