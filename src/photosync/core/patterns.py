"""File-name patterns: a simple template or a regular expression that says where the key and the year stand.

A template is literal text (letter case ignored) with fields in braces: one key field (`{code}`, `{id}`,
`{key}` or the name of an identifier such as `{student_code}`), `{year}` (four digits) and `{any}` (any text).
No field reaches over a `/`. A template reads a name in one way only: beside an `{any}` the key does not
contain the character that separates it, two `{any}` in one part of the path do not either, and two fields of
variable length must have text between them.

A regular expression names the same parts as groups: `(?P<code>[0-9]+)`, `(?P<year>[0-9]{4})`.

A pattern that contains `/` is matched against the whole relative path without its suffix, any other one
against the stem; always as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from photosync.core.errors import WrongUse
from photosync.core.people import IdentifierKey, quoted

PATTERN_LENGTH = 300
PATTERN_TIME_LIMIT_S = 0.1
"""One name is given up after this. Names are short: only a pattern that backtracks without end meets it."""

FREE_KEY_FIELDS = ("code", "id", "key")
KEY_FIELDS = (*FREE_KEY_FIELDS, *(key.value for key in IdentifierKey))
YEAR_FIELD = "year"
ANY_FIELD = "any"

_NAMED_GROUP = re.compile(r"\(\?P?<[A-Za-z_]")
_FIELD = re.compile(r"\{([A-Za-z_]+)\}")
_ESCAPED = re.compile(r"\\[pPN]\{[^}]*\}|\\.", re.DOTALL)
# `regex` reads a brace that is no repeat as "match approximately"; a match is never a guess.
_FUZZY = re.compile(r"\{(?!\d*,?\d*\})")


class PatternTooSlow(Exception):
    """The pattern found no answer for this name within PATTERN_TIME_LIMIT_S."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read and found well formed."""

    text: str
    key_field: str
    has_year: bool
    on_path: bool
    _compiled: regex.Pattern[str]

    @property
    def identifier(self) -> IdentifierKey | None:
        """The identifier that the pattern names for its key; None for `code`, `id` and `key`."""
        return None if self.key_field in FREE_KEY_FIELDS else IdentifierKey(self.key_field)

    def parts(self, text: str) -> tuple[str, str | None] | None:
        """Return the key and the year as they stand in `text`, or None where the pattern does not fit.

        `text` is a stem, or a relative path without suffix if `on_path`. Raises PatternTooSlow.
        """
        try:
            match = self._compiled.fullmatch(text, timeout=PATTERN_TIME_LIMIT_S)
        except TimeoutError as exc:
            raise PatternTooSlow from exc
        if match is None:
            return None
        year = match[YEAR_FIELD] if self.has_year else None
        return match[self.key_field] or "", year


def parse_pattern(text: str) -> Pattern:
    """Return the pattern that `text` describes. Raises WrongUse, saying what is wrong with it."""
    if len(text) > PATTERN_LENGTH:
        raise WrongUse(
            f"The file-name pattern has {len(text)} characters; at most {PATTERN_LENGTH} are possible. "
            "Nothing was changed. Give a shorter one."
        )
    if _NAMED_GROUP.search(text):
        if _FUZZY.search(_ESCAPED.sub("", text)):
            raise _wrong(text, "a brace in it is not a repeat such as {4}; write \\{ for the character itself")
        return _compiled(text, text, case_insensitive=False)
    return _compiled(text, _template_as_regex(text), case_insensitive=True)


def _compiled(text: str, expression: str, *, case_insensitive: bool) -> Pattern:
    flags = regex.IGNORECASE if case_insensitive else 0
    try:
        compiled = regex.compile(expression, flags)
    except (regex.error, OverflowError, RecursionError) as exc:
        raise _wrong(text, str(exc)) from exc
    names = list(compiled.groupindex)
    key_fields = [name for name in names if name in KEY_FIELDS]
    unknown = [name for name in names if name not in KEY_FIELDS and name != YEAR_FIELD]
    if unknown:
        raise _unknown_part(text, unknown[0])
    if len(key_fields) != 1:
        raise _wrong_keys(text, key_fields)
    return Pattern(text, key_fields[0], YEAR_FIELD in names, "/" in text, compiled)


def _template_as_regex(text: str) -> str:
    fields = _FIELD.findall(text)
    for name in fields:
        if name not in (*KEY_FIELDS, YEAR_FIELD, ANY_FIELD):
            raise _unknown_part(text, name)
    key_fields = [name for name in fields if name in KEY_FIELDS]
    if len(key_fields) != 1:
        raise _wrong_keys(text, key_fields)
    if fields.count(YEAR_FIELD) > 1:
        raise _wrong(text, "it names the year twice")
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        raise _wrong(text, "it has a brace that belongs to no part such as {code}")
    return "/".join(_path_part_as_regex(text, part) for part in text.split("/"))


def _path_part_as_regex(text: str, part: str) -> str:
    # Splitting on the field's group gives literal, field, literal, field, ..., literal.
    pieces = _FIELD.split(part)
    literals, fields = pieces[0::2], pieces[1::2]
    _refuse_neighbours(text, literals, fields)
    any_count = fields.count(ANY_FIELD)
    expression = [regex.escape(literals[0])]
    for index, field in enumerate(fields):
        beside = regex.escape(_separators(literals, fields, index))
        if field == YEAR_FIELD:
            expression.append(f"(?P<{YEAR_FIELD}>[0-9]{{4}})")
        elif field == ANY_FIELD:
            expression.append(f"[^/{beside if any_count > 1 else ''}]*")
        else:
            expression.append(f"(?P<{field}>[^/{beside if any_count else ''}]+)")
        expression.append(regex.escape(literals[index + 1]))
    return "".join(expression)


def _separators(literals: list[str], fields: list[str], index: int) -> str:
    """Return the characters that part the field at `index` from its neighbours; a year is no boundary."""
    left, right = index, index + 1
    while left > 0 and not literals[left] and fields[left - 1] == YEAR_FIELD:
        left -= 1
    while right < len(fields) and not literals[right] and fields[right] == YEAR_FIELD:
        right += 1
    return literals[left][-1:] + literals[right][:1]


def _refuse_neighbours(text: str, literals: list[str], fields: list[str]) -> None:
    open_field: str | None = None
    for index, field in enumerate(fields):
        if literals[index]:
            open_field = None
        if field == YEAR_FIELD:
            continue
        if open_field is not None:
            raise _wrong(
                text,
                f"nothing tells where {{{open_field}}} ends and {{{field}}} begins; "
                "put the character that separates them between",
            )
        open_field = field


def _unknown_part(text: str, name: str) -> WrongUse:
    return _wrong(
        text,
        f"it has no part called {quoted(name)}; the key is one of {', '.join(KEY_FIELDS)}, "
        f"and beside it there can be {YEAR_FIELD} and, in a template, {ANY_FIELD}",
    )


def _wrong_keys(text: str, key_fields: list[str]) -> WrongUse:
    if key_fields:
        return _wrong(text, f"it names more than one key ({', '.join(key_fields)}); name one")
    return _wrong(
        text,
        "it does not say where the key stands; write for example {code}_{any}, or the regular expression "
        "(?P<code>[0-9]+)_.*",
    )


def _wrong(text: str, why: str) -> WrongUse:
    return WrongUse(f"The file-name pattern {quoted(text)} cannot be used: {why}. Nothing was changed.")
