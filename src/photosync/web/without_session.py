"""Middleware: what programs ask for without signing in is answered as if they had sent no cookie, and sets none."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADDRESSES = ("/calendar/", "/metrics", "/healthz", "/readyz")


def without_session(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Stands before the middleware of sessions: that would end a session that is over with a cookie."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(ADDRESSES):
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return answer
