"""Search filters as administrators write them (RFC 4515), checked before they are sent.

What comes back means the same, without the line breaks and blanks that are set between its parts for the eye.
"""

from __future__ import annotations

import re

from photosync.core.errors import WrongUse

LONGEST_FILTER = 10_000
DEEPEST = 50
_ATTRIBUTE = r"(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)(?:;[A-Za-z0-9-]+)*"
_RULE = r":(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)"
_LEFT = re.compile(rf"\s*({_ATTRIBUTE}(?::dn)?(?:{_RULE})?:=|(?::dn)?{_RULE}:=|{_ATTRIBUTE}[~<>]?=)", re.IGNORECASE)
_VALUE = re.compile(r"[^()]*")
_WRONG_ESCAPE = re.compile(r"\\(?![0-9A-Fa-f]{2})")


class _Wrong(Exception):
    """Why it is no filter, and where."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


def checked_filter(text: str, called: str) -> str:
    """Return the filter. `called` is the option that it is of. Raises WrongUse, saying where it goes wrong."""
    text = text.strip()
    try:
        if len(text) > LONGEST_FILTER:
            raise _Wrong(f"it is longer than {LONGEST_FILTER} characters", LONGEST_FILTER)
        made, end = _filter(text, 0, 0)
        if text[end:].strip():
            raise _Wrong(
                "something follows after its last bracket; several conditions stand in (&...) or (|...)", end
            )
    except _Wrong as wrong:
        raise WrongUse(
            f"The filter {called} is not well formed: {wrong}, at character {wrong.at + 1}. Nothing was changed. "
            "Write it like (&(objectClass=person)(employeeType=student)); a bracket, * or \\ in a value is written "
            "\\28, \\29, \\2a or \\5c.",
            option=called,
        ) from None
    return made


def _filter(text: str, at: int, depth: int) -> tuple[str, int]:
    at = _blank(text, at)
    if text[at : at + 1] != "(":
        raise _Wrong("an opening bracket is missing", at)
    if depth > DEEPEST:
        raise _Wrong(f"it has more than {DEEPEST} brackets in one another", at)
    begin = _blank(text, at + 1)
    sign = text[begin : begin + 1]
    made, end = _joined(text, begin, depth) if sign and sign in "&|!" else _item(text, begin)
    end = _blank(text, end)
    if text[end : end + 1] != ")":
        raise _Wrong("a closing bracket is missing", end)
    return f"({made})", end + 1


def _joined(text: str, at: int, depth: int) -> tuple[str, int]:
    sign, parts, end = text[at], [], _blank(text, at + 1)
    while text[end : end + 1] == "(":
        part, end = _filter(text, end, depth + 1)
        parts.append(part)
        end = _blank(text, end)
    if not parts:
        raise _Wrong(f"nothing follows {sign}", end)
    if sign == "!" and len(parts) > 1:
        raise _Wrong("! takes one condition; join several with (&...) or (|...)", end)
    return sign + "".join(parts), end


def _item(text: str, at: int) -> tuple[str, int]:
    left = _LEFT.match(text, at)
    if left is None:
        raise _Wrong("there is no condition such as attribute=value", at)
    value = _VALUE.match(text, left.end())
    assert value is not None  # noqa: S101 - it matches nothing too
    found = value[0]
    if wrong := _WRONG_ESCAPE.search(found):
        raise _Wrong("\\ is not followed by two hexadecimal digits", value.start() + wrong.start())
    if not found.isprintable():
        raise _Wrong("a value has characters in it that are not text", value.start())
    # The library takes blanks at the ends of a value away, unless they are written so.
    inner = found.strip(" ")
    lead = len(found) - len(found.lstrip(" ")) if inner else len(found)
    trail = len(found) - len(found.rstrip(" ")) if inner else 0
    return left[1] + "\\20" * lead + inner + "\\20" * trail, value.end()


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
