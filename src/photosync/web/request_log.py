"""Middleware: every request gets an id, is counted, and is told in the log at INFO. Stands before all others."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from photosync.web.metrics import note_request

REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
STATIC, UNKNOWN = "static", "unknown"
LONGEST_PATH = 200

log = structlog.get_logger("photosync.requests")


class RequestLog:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        # What is bound while a request is answered stays with its thread until the next one.
        clear_contextvars()
        request_id = _request_id(request)
        bind_contextvars(request_id=request_id)
        method = request.method or ""  # the API answers HEAD as GET
        response = self._get_response(request)
        response.headers["X-Request-ID"] = request_id
        seconds, route = time.perf_counter() - begun, route_of(request)
        note_request(route, method, response.status_code, seconds)
        log.info(
            "request",
            method=method,
            path=request.path[:LONGEST_PATH],
            route=route,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
        )
        return response


def route_of(request: HttpRequest) -> str:
    """Return the name of the address, without what it holds; one of a bounded set."""
    match = request.resolver_match
    if match is not None and match.view_name:
        return match.view_name
    return STATIC if request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/") else UNKNOWN


def _request_id(request: HttpRequest) -> str:
    """Return the id that a proxy of the operator has given the request, else a new one."""
    given = request.headers.get("X-Request-ID", "")
    if settings.PHOTOSYNC_PROXIES and REQUEST_ID_FORM.fullmatch(given):
        return given
    return uuid4().hex
