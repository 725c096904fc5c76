"""Errors as application/problem+json (RFC 9457): the words are those of the services."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from photosync.core.errors import FencedOut, Held, ItemRejected, NotFound, PhotoSyncError, Refused, TryLater, WrongUse

MEDIA_TYPE = "application/problem+json"
TYPE = "about:blank"  # the status says it all, and the detail the rest
LONGEST_INSTANCE = 300
MOST_ERRORS = 20
STATUSES: tuple[tuple[type[PhotoSyncError], int], ...] = (
    (NotFound, 404),
    (WrongUse, 400),
    (Refused, 409),
    (Held, 409),
    (FencedOut, 409),
    (ItemRejected, 422),
    (TryLater, 503),
)
"""What the caller does next, as HTTP says it; the first class that fits. Everything else is 500."""
TITLES = {
    400: "Not well formed",
    401: "No valid API token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No such form of answer",
    408: "Too slow",
    409: "Refused",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Form of request not supported",
    422: "Not valid",
    428: "If-Match is needed",
    500: "A fault in Photo Sync",
    503: "Try again later",
}
RETRY_AFTER_S = 30


class Problem(Exception):
    """An answer that is an error of the interface itself, not of a service."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem_response(
    request: HttpRequest, status: int, detail: str, *, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    document: dict[str, Any] = {
        "type": TYPE,
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path[:LONGEST_INSTANCE],
    }
    if errors is not None:
        document["errors"] = errors
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", errors="backslashreplace")
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Photo Sync"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def status_of(error: PhotoSyncError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def install(api: NinjaAPI) -> None:
    """Let `api` answer every error as a problem."""
    api.add_exception_handler(Problem, _own)
    api.add_exception_handler(PhotoSyncError, _of_service)
    api.add_exception_handler(ValidationError, _not_valid)
    api.add_exception_handler(AuthenticationError, lambda request, _error: not_let_in(request))
    api.add_exception_handler(HttpError, _of_ninja)
    api.add_exception_handler(Http404, lambda request, _error: nothing_here(request))


def not_let_in(request: HttpRequest) -> HttpResponse:
    return problem_response(
        request,
        401,
        _(
            "There is no API token in this request, or it is not valid any more. Nothing was done. Send one that is, "
            "as Authorization: Bearer photosync_...; Settings > API tokens makes them."
        ),
    )


def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem_response(
        request,
        404,
        _("There is nothing at this address. Nothing was done. See the addresses at /api/v1/docs."),
    )


def _own(request: HttpRequest, error: Problem | type[Problem]) -> HttpResponse:
    assert isinstance(error, Problem)  # noqa: S101 - Ninja's type allows the class too
    response = problem_response(request, error.status, error.detail)
    for name, value in error.headers.items():
        response.headers[name] = value
    return response


def _of_service(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(request, status_of(error), error.message)


def _of_ninja(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error.__cause__, Problem):  # raised while the body was read
        return _own(request, error.__cause__)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        if isinstance(error.__cause__, RequestDataTooBig):
            return too_large(request)
        return problem_response(request, 400, _("The body is not JSON that can be read. Nothing was done."))
    return problem_response(request, error.status_code, str(error))


def too_large(request: HttpRequest) -> HttpResponse:
    return problem_response(request, 413, _("What was sent is too large. Nothing was done."))


def _not_valid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        {"where": ".".join(map(str, each["loc"])), "what": _plain(each["msg"])} for each in error.errors[:MOST_ERRORS]
    ]
    return not_understood(request, errors)


def not_understood(request: HttpRequest, errors: list[dict[str, str]]) -> HttpResponse:
    told = "; ".join(f"{each['where']}: {each['what']}" for each in errors)
    detail = _("This was not understood: {told}. Nothing was done.").format(told=told)
    return problem_response(request, 422, detail, errors=errors)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "it should be").rstrip(".")


_WORDS = {
    400: "This request is not well formed. Nothing was done.",
    403: "This is not allowed here. Nothing was done.",
    405: "This address does not take this method. Nothing was done. The header Allow names those that it takes.",
    408: "The request did not arrive in time. Nothing was done.",
    413: "What was sent is too large. Nothing was done.",
    500: "Something went wrong in Photo Sync; its log says what. Look whether what was asked for was done.",
}


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`, or where it is an error in another form, the same error as a problem."""
    if response.status_code < HTTPStatus.BAD_REQUEST or response.headers.get("Content-Type") == MEDIA_TYPE:
        return response
    if response.status_code == HTTPStatus.NOT_FOUND:
        return nothing_here(request)
    status = response.status_code
    told = problem_response(request, status, _WORDS.get(status, "This could not be done. Nothing was changed."))
    if allowed := response.headers.get("Allow"):
        told.headers["Allow"] = allowed
    return told
