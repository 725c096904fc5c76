"""Calling an address to say that all is well. To be called apart (`call_apart`)."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Final

from photosync.core.errors import TryLater
from photosync.outgoing.hosts import reason_of

ANSWER_WITHIN_S: Final = 8.0
MOST_READ_BYTES: Final = 10_000


def call(url: str) -> int:
    """Return the status of the answer to a GET, a good one (2xx). Raises TryLater with what was answered instead."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    request = urllib.request.Request(url, headers={"User-Agent": "PhotoSync"})  # noqa: S310 - only HTTP has a handler
    try:
        with opener.open(request, timeout=ANSWER_WITHIN_S) as answer:
            answer.read(MOST_READ_BYTES)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            raise TryLater(f"The ping address answered {error.code} {error.reason}.") from error
    except (OSError, HTTPException, ValueError) as error:
        inner = error.reason if isinstance(error, urllib.error.URLError) else error
        why = reason_of(inner) if isinstance(inner, Exception) else str(inner)
        raise TryLater(f"The ping address cannot be reached: {why}.") from error
