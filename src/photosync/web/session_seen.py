"""Middleware: sessions are written down as seen, at most once a minute, after the page is made."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from photosync.apps.accounts.sessions import seen

log = structlog.get_logger(__name__)


class SessionSeen:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.user.is_authenticated:
            try:
                seen(request)
            except DatabaseError as error:
                # The page is made already; when it was looked at can be written down with the next one.
                log.warning("a session could not be written down as seen", reason=str(error))
        return response
