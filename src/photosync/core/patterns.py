"""File-name patterns: a simple template or a regular expression that says where the key, the name and the year stand.

A template is literal text (letter case ignored) with fields in braces: one key field (`{code}`, `{id}`,
`{key}` or the name of an identifier such as `{student_code}`), or `{last_name}` and `{first_name}`, or both;
`{year_level}` and `{roll_group}` beside names, `{year}` (four digits) and `{any}` (any text).
No field reaches over a `/`. A template reads a name in one way only: beside an `{any}` the key does not
contain the character that separates it, two `{any}` in one part of the path do not either, and two fields of
variable length must have text between them. Only where a last name ends and a first name begins may be told in
several ways: `Van_Der_Berg_Jan` and `JanVanDerBerg` are whoever is called so.

A regular expression names the same parts as groups: `(?P<code>[0-9]+)`, `(?P<year>[0-9]{4})`.

A pattern that contains `/` is matched against the whole relative path without its suffix, any other one
against the stem; always as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from photosync.core.errors import WrongUse
from photosync.core.pattern_parts import (
    FIRST_NAME,
    FREE_KEY_FIELDS,
    KEY_FIELDS,
    LAST_NAME,
    ROLL_GROUP,
    YEAR_FIELD,
    YEAR_LEVEL,
    check_fields,
    wrong,
)
from photosync.core.pattern_templates import BOTH_NAMES, Joint, read_template
from photosync.core.people import IdentifierKey

PATTERN_LENGTH = 300
PATTERN_TIME_LIMIT_S = 0.1
"""One name is given up after this. Names are short: only a pattern that backtracks without end meets it."""

_NAMED_GROUP = re.compile(r"\(\?P?<[A-Za-z_]")
_ESCAPED = re.compile(r"\\[pPN]\{[^}]*\}|\\.", re.DOTALL)
# `regex` reads a brace that is no repeat as "match approximately"; a match is never a guess.
_FUZZY = re.compile(r"\{(?!\d*,?\d*\})")


class PatternTooSlow(Exception):
    """The pattern found no answer for this name within PATTERN_TIME_LIMIT_S."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name says, as it stands there; "" for what the pattern does not name, `key` and `year` None."""

    key: str | None = None
    year: str | None = None
    last_name: str = ""
    first_name: str = ""
    both_names: str = ""
    """Both in one piece, put together as the pattern's `joint` says; then the two above are empty."""
    year_level: str = ""
    roll_group: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read and found well formed."""

    text: str
    key_field: str | None
    """None where people are found by name."""
    has_names: bool
    on_path: bool
    joint: Joint | None
    _compiled: regex.Pattern[str]

    @property
    def identifier(self) -> IdentifierKey | None:
        """The identifier that the pattern names for its key; None for `code`, `id` and `key`, and without a key."""
        return None if self.key_field in (None, *FREE_KEY_FIELDS) else IdentifierKey(self.key_field)

    def parts(self, text: str) -> Parts | None:
        """Return what `text` says, or None where the pattern does not fit.

        `text` is a stem, or a relative path without suffix if `on_path`. Raises PatternTooSlow.
        """
        try:
            match = self._compiled.fullmatch(text, timeout=PATTERN_TIME_LIMIT_S)
        except TimeoutError as exc:
            raise PatternTooSlow from exc
        if match is None:
            return None
        said = match.groupdict()
        return Parts(
            key=None if self.key_field is None else said[self.key_field] or "",
            year=said.get(YEAR_FIELD),
            last_name=said.get(LAST_NAME) or "",
            first_name=said.get(FIRST_NAME) or "",
            both_names=said.get(BOTH_NAMES) or "",
            year_level=said.get(YEAR_LEVEL) or "",
            roll_group=said.get(ROLL_GROUP) or "",
        )


def parse_pattern(text: str) -> Pattern:
    """Return the pattern that `text` describes. Raises WrongUse, saying what is wrong with it."""
    if len(text) > PATTERN_LENGTH:
        raise WrongUse(
            f"The file-name pattern has {len(text)} characters; at most {PATTERN_LENGTH} are possible. "
            "Nothing was changed. Give a shorter one."
        )
    if _NAMED_GROUP.search(text):
        if _FUZZY.search(_ESCAPED.sub("", text)):
            raise wrong(text, "a brace in it is not a repeat such as {4}; write \\{ for the character itself")
        compiled = _compiled(text, text, 0)
        check_fields(text, list(compiled.groupindex))
        return _pattern(text, compiled, None)
    template = read_template(text)
    return _pattern(text, _compiled(text, template.expression, regex.IGNORECASE), template.joint)


def _pattern(text: str, compiled: regex.Pattern[str], joint: Joint | None) -> Pattern:
    fields = compiled.groupindex
    key = next((name for name in fields if name in KEY_FIELDS), None)
    return Pattern(text, key, LAST_NAME in fields or BOTH_NAMES in fields, "/" in text, joint, compiled)


def _compiled(text: str, expression: str, flags: int) -> regex.Pattern[str]:
    try:
        return regex.compile(expression, flags)
    except (regex.error, OverflowError, RecursionError) as exc:
        raise wrong(text, str(exc)) from exc
