"""Who acts on the pages: the account that is signed in, asked for only when something is recorded."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Actor, Via, acting_as


def record_as_account(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: whatever a page does is recorded as done by its account. Stands behind that of authentication."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with acting_as(lambda: account_of(request)):
            return get_response(request)

    return answer


def account_of(request: HttpRequest) -> Actor:
    """Return who acts in `request`: as of now, so that whoever signs in with it does so as themselves."""
    user = request.user
    if not user.is_authenticated:
        return Actor(_("someone not signed in"), Via.PAGES)
    return Actor(user.get_username(), Via.PAGES, user.pk)
