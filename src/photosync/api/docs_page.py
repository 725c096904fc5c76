"""/api/v1/docs: the schema as a page for people, made here on the server. It needs no script and no other host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

METHODS = ("get", "post", "put", "patch", "delete")
BY_MANY = frozenset({400, 401, 403, 404, 406, 409, 413, 415, 422, 500, 503})
"""Problems that nearly every operation may answer with: said once, not with each."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    place: str
    form: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    needs: str
    takes: list[Field]
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chapter:
    anchor: str
    title: str
    operations: list[Operation]


def chapters_of(schema: dict[str, Any]) -> list[Chapter]:
    """Return the operations by what they are about, in the order of the schema."""
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if operation := operations.get(method):
                tag = (operation.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_operation(method, path, operation, schema))
    return [Chapter(f"about-{tag}", tag.capitalize(), rows) for tag, rows in found.items()]


def _operation(method: str, path: str, told: dict[str, Any], schema: dict[str, Any]) -> Operation:
    takes = [_field(each, each["in"], each.get("schema", {}), schema) for each in told.get("parameters", [])]
    for form, body in told.get("requestBody", {}).get("content", {}).items():
        takes += _body_fields(form, body.get("schema", {}), schema)
    answers = [
        (status, _form(answer, schema) or answer.get("description", ""))
        for status, answer in told["responses"].items()
        if int(status) not in BY_MANY
    ]
    needs = told.get("x-permission") or _("any token")
    return Operation(told["operationId"], method.upper(), path, told.get("description", ""), needs, takes, answers)


def _field(told: dict[str, Any], place: str, form: dict[str, Any], schema: dict[str, Any]) -> Field:
    description = told.get("description") or form.get("description", "")
    what = _type(form, schema)
    if place == "query":
        what = what.removesuffix(" | null")  # it is left out
    return Field(told["name"], place, what, bool(told.get("required")), description.replace("`", ""))


def _body_fields(media_type: str, form: dict[str, Any], schema: dict[str, Any]) -> list[Field]:
    form = _resolved(form, schema)
    if "properties" not in form:
        return [Field(_("the body"), media_type, _type(form, schema), is_required=True, description="")]
    required = form.get("required", [])
    return [
        _field({"name": name, "required": name in required}, _("body"), each, schema)
        for name, each in form["properties"].items()
    ]


def _form(answer: dict[str, Any], schema: dict[str, Any]) -> str:
    return ", ".join(_type(each.get("schema", {}), schema) for each in answer.get("content", {}).values())


def _type(form: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the type in a few words: `text`, `list of PersonShape`, `number, 1 to 1000`."""
    if "$ref" in form:
        target = _resolved(form, schema)
        return _type(target, schema) if "enum" in target else form["$ref"].rpartition("/")[2]
    if "anyOf" in form:
        return " | ".join(dict.fromkeys(_type(each, schema) for each in form["anyOf"]))
    if "enum" in form:
        return " | ".join(map(str, form["enum"]))
    if form.get("type") == "array":
        return _("list of {what}").format(what=_type(form.get("items", {}), schema))
    words = {"string": _("text"), "integer": _("number"), "number": _("number"), "boolean": "true | false"}
    kind = str(form.get("type", ""))
    if form.get("format") == "binary":
        return _("file")
    return words.get(kind, kind)


def _resolved(form: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in form:
        return form
    found: dict[str, Any] = schema["components"]["schemas"][form["$ref"].rpartition("/")[2]]
    return found


def docs_view(api: NinjaAPI) -> Any:
    """Return the view that shows the schema of `api`."""

    @require_safe
    def docs(request: HttpRequest) -> HttpResponse:
        schema = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
        forms = [
            (name, [_field({"name": key, "required": key in form.get("required", [])}, "", each, schema)
                    for key, each in form["properties"].items()])
            for name, form in sorted(schema["components"]["schemas"].items())
            if "properties" in form
        ]  # fmt: skip
        context = {"chapters": chapters_of(schema), "forms": forms, "version": schema["info"]["version"]}
        return render(request, "api/docs.html", context)

    return docs
