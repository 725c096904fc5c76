"""Templates of file names, such as `{code}_{any}`, made into regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from photosync.core.pattern_parts import (
    ANY_FIELD,
    FIELDS,
    FIRST_NAME,
    LAST_NAME,
    NAME_FIELDS,
    YEAR_FIELD,
    check_fields,
    unknown_part,
    wrong,
)

BOTH_NAMES = "both_names"
"""The group that stands for both names where only text is between them: where one ends, a name may say or not."""

_FIELD = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Joint:
    """How the group BOTH_NAMES is put together: the text between the two, "" for none, and which comes first."""

    text: str
    last_name_first: bool


@dataclass(frozen=True, slots=True)
class Template:
    expression: str
    joint: Joint | None
    """None where each name is a group of its own, or none is named."""


def read_template(text: str) -> Template:
    """Return the regular expression of the template `text`. Raises WrongUse, saying what is wrong with it."""
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
    parts = [_PathPart.of(text, part) for part in text.split("/")]
    joint = next((part.joint for part in parts if part.joint is not None), None)
    return Template("/".join(part.expression() for part in parts), joint)


@dataclass(frozen=True, slots=True)
class _PathPart:
    """What stands between two `/`: literal, field, literal, ..., field, literal."""

    literals: list[str]
    fields: list[str]
    joint: Joint | None

    @classmethod
    def of(cls, text: str, part: str) -> _PathPart:
        pieces = _FIELD.split(part)
        literals, fields = pieces[0::2], pieces[1::2]
        _refuse_neighbours(text, literals, fields)
        at = next((at for at in range(len(fields) - 1) if set(fields[at : at + 2]) == set(NAME_FIELDS)), None)
        if at is None or (literals[at + 1] and ANY_FIELD in fields):
            return cls(literals, fields, None)
        joint = Joint(literals[at + 1], fields[at] == LAST_NAME)
        fields[at : at + 2] = [BOTH_NAMES]
        del literals[at + 1]
        return cls(literals, fields, joint)

    def expression(self) -> str:
        pieces = [regex.escape(self.literals[0])]
        for index, field in enumerate(self.fields):
            pieces += [self._group(index, field), regex.escape(self.literals[index + 1])]
        return "".join(pieces)

    def _group(self, index: int, field: str) -> str:
        if field == YEAR_FIELD:
            return f"(?P<{YEAR_FIELD}>[0-9]{{4}})"
        taken = f"[^/{regex.escape(self._separators(index)) if self._is_bounded(field) else ''}]"
        if field == ANY_FIELD:
            return f"{taken}*"
        if field == BOTH_NAMES and self.joint is not None and self.joint.text:
            return f"(?P<{field}>{taken}+{regex.escape(self.joint.text)}{taken}+)"
        return f"(?P<{field}>{taken}+)"

    def _is_bounded(self, field: str) -> bool:
        """Whether a field holds no character that parts it from its neighbours: one of a part may hold them all.

        That is the only `{any}`, else both names together, else a field that stands alone.
        """
        of_any_length = [each for each in self.fields if each != YEAR_FIELD]
        free = next((each for each in (ANY_FIELD, BOTH_NAMES) if each in of_any_length), None)
        if free is None:
            return len(of_any_length) > 1
        return field != free or of_any_length.count(free) > 1

    def _separators(self, index: int) -> str:
        """Return the characters that part the field at `index` from its neighbours; a year is no boundary."""
        literals, fields = self.literals, self.fields
        left, right = index, index + 1
        while left > 0 and not literals[left] and fields[left - 1] == YEAR_FIELD:
            left -= 1
        while right < len(fields) and not literals[right] and fields[right] == YEAR_FIELD:
            right += 1
        return literals[left][-1:] + literals[right][:1]


def _refuse_neighbours(text: str, literals: list[str], fields: list[str]) -> None:
    """Refuse fields of any length with no text between them; the two names are found out by who there is."""
    open_field: str | None = None
    for index, field in enumerate(fields):
        if literals[index]:
            open_field = None
        if field == YEAR_FIELD:
            continue
        joined = fields[index - 1 : index + 1] if index else []
        if open_field is not None and set(joined) != {LAST_NAME, FIRST_NAME}:
            raise wrong(
                text,
                f"nothing tells where {{{open_field}}} ends and {{{field}}} begins; "
                "put the character that separates them between",
            )
        open_field = field
