"""Idempotency-Key: what is asked for twice with the same key is done once, also after a restart."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from inspect import signature
from typing import Any, TypeVar, get_type_hints

from django.http import HttpResponse
from django.utils.translation import gettext as _

from photosync.api.access import ApiRequest
from photosync.api.bodies import content_of
from photosync.api.problems import Problem
from photosync.apps.accounts import kept_answers
from photosync.apps.accounts.models import KeptAnswer
from photosync.core.errors import WrongUse

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT_HEADERS = ("ETag", "Location")
View = TypeVar("View", bound=Callable[..., Any])


def idempotent(view: View) -> View:
    """Let an action be asked for again with the same key: the answer comes again, and nothing is done again.

    Only what was done is remembered, for a day: after an error nothing was changed, so the same key may try again.
    """

    @wraps(view)
    def once(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER)
        if key is None:
            return view(request, *args, **kwargs)
        if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise WrongUse(
                _("An Idempotency-Key has 1 to {most} visible characters of ASCII. Nothing was done.").format(
                    most=LONGEST_KEY
                )
            )
        begun = _begun(request, key)
        if begun.status is not None:
            return _again(begun)
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Exception:
            kept_answers.forget(begun)
            raise
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        kept_answers.keep(begun, response.status_code, headers, response.content.decode())
        return response

    # Ninja reads types by name in the module of the function that it is given, which is this one.
    hints = get_type_hints(view, include_extras=True)
    told = signature(view)
    parameters = [each.replace(annotation=hints.get(name, each.annotation)) for name, each in told.parameters.items()]
    once.__signature__ = told.replace(parameters=parameters)  # type: ignore[attr-defined]
    return once  # type: ignore[return-value]  # the same signature


def _begun(request: ApiRequest, key: str) -> KeptAnswer:
    """Return the place of the answer, with it where it was given already. Raises Problem."""
    words = (request.method or "", request.get_full_path(), request.headers.get("Content-Type", ""))
    digest = sha256("\n".join(words).encode() + b"\n" + content_of(request)).hexdigest()
    begun, is_new = kept_answers.begin(request.auth.token, key, digest, request.auth.now)
    if begun.request_digest != digest:
        raise Problem(
            422,
            _("This Idempotency-Key was used for another request. Nothing was done. Use a new one."),
        )
    if not is_new and begun.status is None:
        raise Problem(
            409,
            _(
                "A request with this Idempotency-Key began at {time} UTC and has not ended. Nothing was begun. Wait "
                "for it; if the server was stopped in the meantime, look whether it was done, then use a new key."
            ).format(time=begun.begun_at.strftime("%H:%M:%S")),
        )
    return begun


def _again(kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(kept.body.encode(), status=kept.status, content_type="application/json")
    for name, value in kept.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
