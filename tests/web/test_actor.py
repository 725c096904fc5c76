"""Whatever a page does is recorded as done by the account that is signed in."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from photosync.apps.accounts.models import User
from photosync.apps.audit.acting import ITSELF, Actor, Via, acting
from photosync.web.actor import record_as_account


def acted_in(request: HttpRequest) -> Actor:
    """Return who acts while the page is made."""
    asked: list[Actor] = []

    def page(_request: HttpRequest) -> HttpResponse:
        asked.append(acting())
        return HttpResponse()

    record_as_account(page)(request)
    return asked[0]


def test_the_account_acts() -> None:
    request = HttpRequest()
    request.user = User(pk=7, username="kim")

    assert acted_in(request) == Actor("kim", Via.PAGES, 7)
    assert acting() is ITSELF


def test_someone_who_is_not_signed_in_is_no_account() -> None:
    request = HttpRequest()
    request.user = AnonymousUser()

    assert acted_in(request) == Actor("someone not signed in", Via.PAGES)


def test_the_account_is_asked_for_only_when_something_is_recorded() -> None:
    answer = record_as_account(lambda _request: HttpResponse(b"page"))(HttpRequest())

    assert isinstance(answer, HttpResponse)
    assert answer.content == b"page"


def test_who_acts_ends_with_a_page_that_fails() -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        record_as_account(page)(HttpRequest())

    assert acting() is ITSELF
