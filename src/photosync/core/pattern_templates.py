"""Templates of file names, such as `{code}_{any}`: every way in which one may be read in a name.

A template with names is read in each possible way, as only the people can tell where one name ends: `Smith_Mary_Jane`
under `{last_name}_{first_name}_{any}` may be Mary's and Mary Jane's. Any other one is read in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import regex

from photosync.core.pattern_parts import (
    ANY_FIELD,
    FIELDS,
    NAME_FIELDS,
    YEAR_FIELD,
    check_fields,
    unknown_part,
    wrong,
)

MOST_READINGS = 200
MOST_STEPS = 5_000
"""A name that is worse than that is given up: no real one is."""

_FIELD = re.compile(r"\{([A-Za-z_]+)\}")
_YEAR = re.compile(r"[0-9]{4}")

Reading = tuple[tuple[str, str], ...]
"""The parts that were read, by their fields, as they stand there."""


class TooManyReadings(Exception):
    """A name can be read in more ways than are looked at."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands in the names; letter case is ignored."""

    text: str
    found: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a name: `run` matches as much as it may hold, and it has at least `shortest` characters."""

    name: str
    taken: str
    """The class of characters of `run`."""
    run: regex.Pattern[str]
    shortest: int

    @property
    def expression(self) -> str:
        if self.name == YEAR_FIELD:
            return f"(?P<{YEAR_FIELD}>[0-9]{{4}})"
        group = "?:" if self.name == ANY_FIELD else f"?P<{self.name}>"
        return f"({group}{self.taken}{{{self.shortest},}})"


Token = Literal | Field


def read_template(text: str) -> tuple[Token, ...]:
    """Return the tokens of the template `text`. Raises WrongUse, saying what is wrong with it."""
    fields = _FIELD.findall(text)
    for name in fields:
        if name not in (*FIELDS, ANY_FIELD):
            raise unknown_part(text, name)
    check_fields(text, [name for name in fields if name != ANY_FIELD])
    for name in fields:
        if name != ANY_FIELD and fields.count(name) > 1:
            raise wrong(text, f"it names the {name.replace('_', ' ')} twice")
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        raise wrong(text, "it has a brace that belongs to no part such as {code}")
    tokens: list[Token] = []
    for number, part in enumerate(text.split("/")):
        tokens += [_literal("/")] * bool(number) + _tokens_of(text, part)
    return tuple(tokens)


def readings(tokens: Sequence[Token], text: str) -> set[Reading]:
    """Return each way in which all of `text` is read, without what stands for `{any}`. Raises TooManyReadings."""
    return _Search(tokens, text).all()


def without_any(tokens: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    """Yield `tokens` as they would be if what stands for an `{any}` beside names belonged to the names.

    `Smith_Mary_Jane` fits `{last_name}_{first_name}_{any}`, and may be Mary Jane's, whose file has nothing behind it.
    """
    beside = [(at - 1, at) for at in range(2, len(tokens)) if _are_beside(*tokens[at - 2 : at + 1])]
    beside += [(at, at + 1) for at in range(len(tokens) - 2) if _are_beside(*reversed(tokens[at : at + 3]))]
    for number in range(1, len(beside) + 1):
        for left_out in combinations(beside, number):
            gone = {at for pair in left_out for at in pair}
            yield tuple(token for at, token in enumerate(tokens) if at not in gone)


def _are_beside(name: Token, sign: Token, other: Token) -> bool:
    """Whether an `{any}` follows, or goes before, a name with only signs between."""
    return (
        isinstance(name, Field)
        and isinstance(sign, Literal)
        and isinstance(other, Field)
        and name.name in NAME_FIELDS
        and other.name == ANY_FIELD
        and not any(char.isalnum() or char == "/" for char in sign.text)
    )


def as_expression(tokens: Sequence[Token]) -> regex.Pattern[str]:
    """Return the regular expression of a template without names, which is read in one way only, and quickly."""
    pieces = [regex.escape(token.text) if isinstance(token, Literal) else token.expression for token in tokens]
    return regex.compile("".join(pieces), regex.IGNORECASE)


def _tokens_of(text: str, part: str) -> list[Token]:
    """Return the tokens of what stands between two `/`: literal, field, literal, ..., field, literal."""
    pieces = _FIELD.split(part)
    literals, fields = pieces[0::2], pieces[1::2]
    _refuse_neighbours(text, literals, fields)
    tokens: list[Token] = [_literal(literals[0])] if literals[0] else []
    for index, name in enumerate(fields):
        kept_out = regex.escape(_separators(literals, fields, index)) if _is_bounded(name, fields) else ""
        taken = f"[^/{kept_out}]"
        run = regex.compile(f"{taken}*", regex.IGNORECASE)
        tokens.append(Field(name, taken, run, _shortest(literals, fields, index)))
        tokens += [_literal(literals[index + 1])] if literals[index + 1] else []
    return tokens


def _literal(text: str) -> Literal:
    return Literal(text, regex.compile(regex.escape(text), regex.IGNORECASE))


def _is_bounded(name: str, fields: list[str]) -> bool:
    """Whether a field holds no character that parts it from its neighbours.

    Names hold them, and so does the only `{any}` of its part, or a field that stands alone.
    """
    of_any_length = [each for each in fields if each != YEAR_FIELD]
    if name in NAME_FIELDS or len(of_any_length) == 1:
        return False
    return name != ANY_FIELD or fields.count(ANY_FIELD) > 1


def _separators(literals: list[str], fields: list[str], index: int) -> str:
    """Return the characters that part the field at `index` from its neighbours; a year is no boundary."""
    left, right = index, index + 1
    while left > 0 and not literals[left] and fields[left - 1] == YEAR_FIELD:
        left -= 1
    while right < len(fields) and not literals[right] and fields[right] == YEAR_FIELD:
        right += 1
    return literals[left][-1:] + literals[right][:1]


def _shortest(literals: list[str], fields: list[str], index: int) -> int:
    """Return how long a field is at least. Of two names with nothing between, one may be all that someone has."""
    beside = {fields[at] for at in _directly_beside(literals, fields, index)}
    return 0 if fields[index] == ANY_FIELD or (fields[index] in NAME_FIELDS and beside & set(NAME_FIELDS)) else 1


def _directly_beside(literals: list[str], fields: list[str], index: int) -> Iterator[int]:
    if index > 0 and not literals[index]:
        yield index - 1
    if index + 1 < len(fields) and not literals[index + 1]:
        yield index + 1


def _refuse_neighbours(text: str, literals: list[str], fields: list[str]) -> None:
    """Refuse fields of any length with no text between them; the two names are told apart by who there is."""
    open_field: str | None = None
    for index, field in enumerate(fields):
        if literals[index]:
            open_field = None
        if field == YEAR_FIELD:
            continue
        are_names = index > 0 and {fields[index - 1], field} == set(NAME_FIELDS)
        if are_names and any(char.isalnum() for char in literals[index]):
            raise wrong(
                text,
                f"between {{{fields[index - 1]}}} and {{{field}}} stands {literals[index]!r}, which may be a part of "
                "a name; put signs between them, or nothing",
            )
        if open_field is not None and not are_names:
            raise wrong(
                text,
                f"nothing tells where {{{open_field}}} ends and {{{field}}} begins; "
                "put the character that separates them between",
            )
        open_field = field


class _Search:
    """All ways to share `text` out among `tokens`."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._steps = 0
        self._dead: set[tuple[int, int]] = set()

    def all(self) -> set[Reading]:
        found: set[Reading] = set()
        for reading in self._from(0, 0):
            found.add(reading)
            if len(found) > MOST_READINGS:
                raise TooManyReadings
        return found

    def _from(self, number: int, at: int) -> Iterator[Reading]:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooManyReadings
        if number == len(self._tokens):
            if at == len(self._text):
                yield ()
            return
        if (number, at) in self._dead:
            return
        fits = False
        token = self._tokens[number]
        for end in self._ends(token, number, at):
            said: Reading = ()
            if isinstance(token, Field) and token.name != ANY_FIELD:
                said = ((token.name, self._text[at:end]),)
            for rest in self._from(number + 1, end):
                fits = True
                yield said + rest
        if not fits:
            self._dead.add((number, at))

    def _ends(self, token: Token, number: int, at: int) -> Iterator[int]:
        """Yield where `token` may end that begins at `at`."""
        if isinstance(token, Literal):
            match = token.found.match(self._text, at)
            yield from [match.end()] if match else []
        elif token.name == YEAR_FIELD:
            year = _YEAR.match(self._text, at)
            yield from [year.end()] if year else []
        else:
            yield from self._ends_of_field(token, number, at)

    def _ends_of_field(self, field: Field, number: int, at: int) -> Iterator[int]:
        run = field.run.match(self._text, at)
        last = run.end() if run else at
        first = at + field.shortest
        following = self._tokens[number + 1] if number + 1 < len(self._tokens) else None
        if following is None:
            yield from [last] if first <= last == len(self._text) else []
        elif isinstance(following, Literal):
            for match in following.found.finditer(self._text, first, overlapped=True):
                if match.start() > last:
                    return
                yield match.start()
        else:
            yield from range(first, last + 1)
