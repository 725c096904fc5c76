"""What holds for every address under /api/: errors are problems, and HEAD is answered as GET is."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from photosync.api.problems import as_problem

ROOT = "/api/"
REFUSED = "photosync.refused"
"""Put into the environment by the front door, which has not read a whole body: 400, 413 or 408."""


class ApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ROOT):
            return self._get_response(request)
        if refused := request.META.get(REFUSED):
            return as_problem(request, HttpResponse(status=refused))
        if request.method == "HEAD":
            request.method = "GET"  # the server sends no body
        return as_problem(request, self._get_response(request))
