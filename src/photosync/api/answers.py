"""Answers as JSON with a strong ETag, and requests that depend on one."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from photosync.api.problems import Problem

LONGEST_HEADER = 4_000


def answer(request: HttpRequest, document: object, *, status: int = 200, location: str = "") -> HttpResponse:
    """Return `document` as JSON; 304 without it where a GET names its ETag in If-None-Match."""
    content = rendered(document)
    tag = etag_of(content)
    wanted = request.headers.get("If-None-Match", "")
    if request.method == "GET" and status == 200 and names(wanted, tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(content, status=status, content_type="application/json")
    if status in (200, 201):
        response.headers["ETag"] = tag
    if location:
        response.headers["Location"] = location
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    return response


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """Return `content` as a PDF to be saved under `name`. Nobody keeps it."""
    return file_answer(content, name, "application/pdf")


def file_answer(content: bytes, name: str, form: str) -> HttpResponse:
    """Return `content` as a file of the content type `form`, to be saved under `name`. Nobody keeps it."""
    response = HttpResponse(content, content_type=form)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))  # noqa: FBT003
    response.headers["Cache-Control"] = "private, no-store"
    return response


def address_of(request: HttpRequest, path: str) -> str:
    """Return the whole address of `path`: behind the first trusted origin that the operator has set."""
    origins = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin]
    return f"{origins[0].rstrip('/')}{path}" if origins else request.build_absolute_uri(path)


def rendered(document: object) -> bytes:
    """Return the document in UTF-8, the same for the same document; what UTF-8 cannot hold is escaped."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", errors="backslashreplace")


def etag_of(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:40]}"'


def names(header: str, tag: str, *, weakly: bool = True) -> bool:
    """Return whether a header of tags (RFC 9110) names `tag`; a star names every one."""
    if header.strip() == "*":
        return True
    given = [each.strip() for each in header[:LONGEST_HEADER].split(",")]
    return tag in ([each.removeprefix("W/") for each in given] if weakly else given)


def check_unchanged(request: HttpRequest, document: dict[str, Any]) -> None:
    """Raise Problem where If-Match is missing (428), or names another state of `document` than it has now (412).

    To be asked inside the transaction that changes it, after the lock.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(
            428,
            _(
                "A change needs the header If-Match with the ETag that was read, so that no one's change is lost. "
                "Nothing was changed. Read it, then send the change with its ETag."
            ),
        )
    if not names(given, etag_of(rendered(document)), weakly=False):
        raise Problem(
            412,
            _("This has been changed since it was read. Nothing was changed now. Read it again, then decide anew."),
        )
