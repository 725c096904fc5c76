"""What every operation of the schema has in common: its problems, and the headers that it takes and gives."""

from __future__ import annotations

from typing import Any

from photosync.api.bodies import OTHER_FORMS
from photosync.api.problems import MEDIA_TYPE, TITLES
from photosync.api.shapes import Problem

ALWAYS = (400, 401, 403, 404, 406, 422, 500, 503)
OF_CHANGES = (409, 413, 415)
OF_CONDITIONS = (412, 428)
PROBLEM = {"$ref": "#/components/schemas/Problem"}
FILE = {"type": "string", "format": "binary"}


def described(schema: Any) -> Any:
    """Return the schema with every answer that an operation may give, and with its headers as parameters."""
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.json_schema()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _describe(path, method, operation)
    return schema


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = {str(status): told for status, told in operation["responses"].items()}
    for end, form in OTHER_FORMS:
        if path.endswith(end) and method == "get":
            responses["200"] = {"description": "The file.", "content": {form: {"schema": FILE}}}
    if method == "get":
        responses["304"] = {"description": "It is what If-None-Match names."}
        _take(operation, "If-None-Match", "The ETag of what is known already: without a change the answer is 304.")
    statuses: tuple[int, ...] = ALWAYS if method == "get" else ALWAYS + OF_CHANGES
    if operation.get("x-if-match"):
        statuses += OF_CONDITIONS
        _take(operation, "If-Match", "The ETag of what was read; needed, so that no one's change is lost.")
    if operation.get("x-idempotent"):
        _take(operation, "Idempotency-Key", "What is sent again with the same key within a day is done once.")
    for status in sorted(statuses):
        told = {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
        responses.setdefault(str(status), told)
    operation["responses"] = responses


def _take(operation: dict[str, Any], header: str, description: str) -> None:
    # What is needed (If-Match) is not said to be required: without it the answer is a problem that says so.
    told = {"name": header, "in": "header", "required": False, "description": description}
    operation.setdefault("parameters", []).append(told | {"schema": {"type": "string"}})
