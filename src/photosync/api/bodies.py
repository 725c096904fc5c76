"""What is checked of a request before anything reads it: form of body and answer, and the names of its parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import wraps
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.parser import Parser

from photosync.api.problems import MOST_ERRORS, Problem, not_understood, problem_response

LARGEST_FILE_BYTES = 30_000_000
LARGEST_BODY_BYTES = LARGEST_FILE_BYTES + 1_000_000
"""With room for a somewhat larger file to be refused in words. The front door reads no more."""
TAKES_FILES = re.compile(
    r"/api/v1/(?:people/(?:import|[1-9][0-9]{0,17}/photo)"
    r"|reporting-cycles/[1-9][0-9]{0,17}/results|report-design/crest"
    r"|inputs/[1-9][0-9]{0,17}/deliveries/[1-9][0-9]{0,17}/(?:file|archives/[1-9][0-9]{0,17}))"
)
LONGEST_NAME_TOLD = 60
JSON = "application/json"
PROBLEM = "application/problem+json"
OTHER_FORMS = (
    ("/photo", "image/jpeg"),
    ("/photo-list", "application/pdf"),
    ("/calendar", "text/calendar"),
    ("/report-preview", "application/pdf"),
    ("/report-design/sample", "image/png"),
    ("/pdf", "application/pdf"),
    ("/archive/zip", "application/zip"),
    ("/preflight.html", "text/html"),
    ("/preflight.pdf", "application/pdf"),
)
"""By how the path ends: what GET answers with there instead of JSON."""


def check_forms(run: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate the `run` of every operation, outside of everything else.

    A parameter that the operation does not have is refused: else a misspelt `preview` would import, and a misspelt
    filter would answer with everyone.
    """
    known = _parameters_of(run.__self__)  # type: ignore[attr-defined]  # the method of an operation

    @wraps(run)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        own = next((form for end, form in OTHER_FORMS if request.path.endswith(end)), JSON)
        answers = (own if request.method == "GET" else JSON, PROBLEM)
        if not any(request.accepts(each) for each in answers):
            told = _("This address answers with {form} only. Nothing was done.").format(form=answers[0])
            return problem_response(request, 406, told)
        if unknown := [name for name in request.GET if name not in known]:
            return not_understood(request, _unknown(unknown, known))
        return run(request, *args, **kwargs)

    return checked


def _parameters_of(operation: Operation) -> list[str]:
    queries = (model for model in operation.models if model.__ninja_param_source__ == "query")
    return sorted(name for model in queries for name in model.__ninja_flatten_map__)


def _unknown(names: Iterable[str], known: Sequence[str]) -> list[dict[str, str]]:
    takes = _("it may be {known}").format(known=", ".join(known)) if known else _("this address takes none")
    what = _("there is no such parameter; {takes}").format(takes=takes)
    return [{"where": f"query.{name[:LONGEST_NAME_TOLD]}", "what": what} for name in islice(names, MOST_ERRORS)]


class JsonParser(Parser):
    """Reads bodies that say they are JSON. Raises Problem (415), ValueError."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        form = (request.content_type or "").lower()
        if form != JSON:
            raise _not_taken(form, (JSON,))
        return json.loads(request.body, parse_constant=_no_number)


def _no_number(word: str) -> float:
    raise ValueError(word)


def file_body(request: HttpRequest, forms: Collection[str]) -> bytes:
    """Return the body, which is a file of one of these forms. Raises Problem (415, 413)."""
    refuse_other_forms(request, forms)
    return content_of(request)


def refuse_other_forms(request: HttpRequest, forms: Collection[str]) -> None:
    """Raise Problem (415) where the body is said to be of another form."""
    form = (request.content_type or "").lower()
    if form not in forms:
        raise _not_taken(form, forms)


def content_of(request: HttpRequest) -> bytes:
    """Return the body. Only where a file is taken may it be larger than what Django reads of a form."""
    if not TAKES_FILES.fullmatch(request.path):
        return request.body
    kept: bytes | None = getattr(request, "kept_content", None)
    if kept is None:
        kept = request.read(LARGEST_BODY_BYTES + 1)
        request.kept_content = kept  # type: ignore[attr-defined]  # a stream is read once
    return kept


def _not_taken(form: str, forms: Collection[str]) -> Problem:
    return Problem(
        415,
        _("The body is said to be {form}, and this address takes {forms}. Nothing was done.").format(
            form=form or _("of no form"), forms=", ".join(forms)
        ),
    )
