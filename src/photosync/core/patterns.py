"""File-name patterns: a simple template or a regular expression that says where the key, the name and the year stand.

A template is literal text (letter case ignored) with fields in braces: one key field (`{code}`, `{id}`,
`{key}` or the name of an identifier such as `{student_code}`), or `{last_name}` and `{first_name}`, or both;
`{year_level}` and `{roll_group}` beside names, `{year}` (four digits) and `{any}` (any text).
No field reaches over a `/`. A template reads key and year in one way only: beside another field the key does
not contain the character that separates it, two `{any}` in one part of the path do not either, and two fields of
variable length must have text between them. Names may be read in several ways, and all of them count: where a last
name ends and a first name begins, `Van_Der_Berg_Jan` and `JanVanDerBerg` do not say.

A regular expression names the same parts as groups: `(?P<code>[0-9]+)`, `(?P<year>[0-9]{4})`. It reads a name as it
says; how its names could be parted otherwise is told too.

A pattern that contains `/` is matched against the whole relative path without its suffix, any other one
against the stem; always as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

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
from photosync.core.pattern_templates import (
    MOST_READINGS,
    Field,
    Token,
    TooManyReadings,
    as_expression,
    read_template,
    readings,
    without_any,
)
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
class NameRead:
    """Who a name says is on the picture, in one way to read it, as it stands there; "" for what it does not say."""

    last_name: str = ""
    first_name: str = ""
    year_level: str = ""
    roll_group: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name says, as it stands there. `key` and `year` are None where the pattern names none."""

    key: str | None = None
    year: str | None = None
    names: tuple[NameRead, ...] = ()
    """In every way in which the name may be read."""
    rivals: tuple[NameRead, ...] = ()
    """Ways in which a regular expression does not read it, though a person might: they count as a doubt."""


class SeveralReadings(Exception):
    """A name may be read in several ways, and they differ in the key or the year. `shown` are two of them."""

    def __init__(self, *shown: str) -> None:
        super().__init__(*shown)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read and found well formed. A template with names is tokens, any other pattern compiled."""

    text: str
    key_field: str | None
    """None where people are found by name."""
    has_names: bool
    on_path: bool
    _read_by: tuple[Token, ...] | regex.Pattern[str]

    @property
    def identifier(self) -> IdentifierKey | None:
        """The identifier that the pattern names for its key; None for `code`, `id` and `key`, and without a key."""
        return None if self.key_field in (None, *FREE_KEY_FIELDS) else IdentifierKey(self.key_field)

    def parts(self, text: str) -> Parts | None:
        """Return what `text` says, or None where the pattern does not fit.

        `text` is a stem, or a relative path without suffix if `on_path`. Raises PatternTooSlow, TooManyReadings,
        SeveralReadings.
        """
        if isinstance(self._read_by, tuple):
            return self._by_template(self._read_by, text)
        try:
            match = self._read_by.fullmatch(text, timeout=PATTERN_TIME_LIMIT_S)
        except TimeoutError as exc:
            raise PatternTooSlow from exc
        return None if match is None else self._by_expression(match)

    def _by_template(self, tokens: tuple[Token, ...], text: str) -> Parts | None:
        read = [dict(reading) for reading in sorted(readings(tokens, text))]
        if not read:
            return None
        told = {(self._key_in(each), each.get(YEAR_FIELD)) for each in read}
        if len(told) > 1:
            raise SeveralReadings(*sorted(" ".join(filter(None, each)) for each in told)[:2])
        [(key, year)] = told
        names = dict.fromkeys(_name_in(each) for each in read)
        others = (dict(each) for fewer in without_any(tokens) for each in sorted(readings(fewer, text)))
        rivals = dict.fromkeys(_name_in(each) for each in others if self._key_in(each) == key)
        return Parts(key, year, tuple(names), tuple(each for each in rivals if each not in names))

    def _by_expression(self, match: regex.Match[str]) -> Parts:
        said = {field: value or "" for field, value in match.groupdict().items()}
        year = match[YEAR_FIELD] if YEAR_FIELD in said else None
        if not self.has_names:
            return Parts(self._key_in(said), year)
        name = _name_in(said)
        if not (name.last_name and name.first_name):
            return Parts(self._key_in(said), year, (name,))
        rivals: set[NameRead] = set()
        for each in _rivals(match, name):
            rivals.add(each)
            if len(rivals) > MOST_READINGS:
                raise TooManyReadings
        return Parts(self._key_in(said), year, (name,), tuple(sorted(rivals - {name}, key=astuple)))

    def _key_in(self, said: Mapping[str, str]) -> str | None:
        return None if self.key_field is None else said[self.key_field]


def _name_in(said: Mapping[str, str]) -> NameRead:
    return NameRead(*(said.get(field, "") for field in (LAST_NAME, FIRST_NAME, YEAR_LEVEL, ROLL_GROUP)))


def _rivals(match: regex.Match[str], name: NameRead) -> Iterator[NameRead]:
    """Yield the other ways to part two names that stand side by side: at each such sign, or anywhere.

    What follows or goes before them behind the same sign, and is no other part, may belong to a name as well.
    """
    (begin, end), (next_begin, next_end) = sorted((match.span(LAST_NAME), match.span(FIRST_NAME)))
    text = match.string
    between = text[end:next_begin]
    if end > next_begin or "/" in between or any(char.isalnum() for char in between):
        return
    last_name_first = match.start(LAST_NAME) == begin
    for first in _further(match, between, begin, backwards=True):
        for last in _further(match, between, next_end, backwards=False):
            both = text[first:last]
            for found in regex.finditer(regex.escape(between), both, overlapped=True):
                one, other = both[: found.start()], both[found.end() :]
                if one and other:
                    names = (one, other) if last_name_first else (other, one)
                    yield replace(name, last_name=names[0], first_name=names[1])


def _further(match: regex.Match[str], sign: str, at: int, *, backwards: bool) -> list[int]:
    """Return where the names may end as well that end at `at`: before each further `sign`, up to the next part."""
    text = match.string
    spans = [match.span(group) for group in match.re.groupindex if match.start(group) >= 0]
    if backwards:
        stop = max([0, text.rfind("/", 0, at) + 1, *(end for _, end in spans if end <= at)])
        if not sign or not text[stop:at].endswith(sign):
            return [at]
        stop += len(sign) if text.startswith(sign, stop) else 0
        signs = regex.finditer(regex.escape(sign), text[:at], pos=stop)
        return list(dict.fromkeys((stop, *(found.end() for found in signs), at)))
    slash = text.find("/", at)
    stop = min([len(text) if slash < 0 else slash, *(start for start, _ in spans if start >= at)])
    if not sign or not text.startswith(sign, at) or at >= stop:
        return [at]
    signs = regex.finditer(regex.escape(sign), text[:stop], pos=at + len(sign))
    return [at, *(found.start() for found in signs), stop]


def parse_pattern(text: str) -> Pattern:
    """Return the pattern that `text` describes. Raises WrongUse, saying what is wrong with it."""
    if len(text) > PATTERN_LENGTH:
        raise WrongUse(
            f"The file-name pattern has {len(text)} characters; at most {PATTERN_LENGTH} are possible. "
            "Nothing was changed. Give a shorter one."
        )
    if not _NAMED_GROUP.search(text):
        tokens = read_template(text)
        fields = [token.name for token in tokens if isinstance(token, Field)]
        return _pattern(text, tokens if LAST_NAME in fields else as_expression(tokens), fields)
    if _FUZZY.search(_ESCAPED.sub("", text)):
        raise wrong(text, "a brace in it is not a repeat such as {4}; write \\{ for the character itself")
    try:
        compiled = regex.compile(text)
    except (regex.error, OverflowError, RecursionError) as exc:
        raise wrong(text, str(exc)) from exc
    check_fields(text, list(compiled.groupindex))
    return _pattern(text, compiled, list(compiled.groupindex))


def _pattern(text: str, read_by: tuple[Token, ...] | regex.Pattern[str], fields: Sequence[str]) -> Pattern:
    key = next((name for name in fields if name in KEY_FIELDS), None)
    return Pattern(text, key, LAST_NAME in fields, "/" in text, read_by)
