"""What holds for every address under /api/: errors are problems, and HEAD is answered as GET is."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from photosync.api.problems import as_problem

ROOT = "/api/"


class ApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ROOT):
            return self._get_response(request)
        if request.method == "HEAD":
            request.method = "GET"  # the server sends no body
        return as_problem(request, self._get_response(request))
