"""Answering with a PDF, which may be hostile, so that every browser's own viewer shows it.

A policy with `sandbox` would stop the viewer of Chrome before it became a process of its own, and protects against
nothing here: what is sent as application/pdf, and never guessed to be anything else (nosniff, for every answer), runs
in the viewer of the browser, which is kept apart from the pages of every site. The viewer itself needs its style and
the object that it puts the document into; nothing else is allowed.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'self'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def pdf_answer(content: bytes, name: str, *, is_download: bool = False) -> HttpResponse:
    """Return `content` as a PDF called `name`, to be shown, or saved where it is a download. Nobody keeps it."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = str(content_disposition_header(is_download, name))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    return response
