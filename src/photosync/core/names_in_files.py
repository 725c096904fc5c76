"""The last and first name that a pattern finds in the name of a file: `Chen_Mia`, `MiaChen`, `Van_Der_Berg_Jan`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

from photosync.core.keys import NoKey, ReadName
from photosync.core.name_matching import Named
from photosync.core.names import name_form
from photosync.core.pattern_templates import Joint
from photosync.core.patterns import Pattern
from photosync.core.people import quoted

LONGEST_NAME = 100
"""In letters and digits. People are looked up under each way to take a name apart: a longer one is nobody's."""


def named_in(pattern: Pattern, read: ReadName) -> Named | NoKey:
    """Return who is named in what `pattern` read of a file's name, or why nobody is."""
    parts = read.parts
    where = "The path" if pattern.on_path else "The file name"
    last, first, both = map(_plain, (parts.last_name, parts.first_name, parts.both_names))
    form = name_form(both or last + first)
    if not form:
        return NoKey(f"{where} has no name where the match rule looks for one.")
    if len(form) > LONGEST_NAME:
        return NoKey(f"The name {quoted(both or f'{first} {last}')} is longer than {LONGEST_NAME} letters.")
    return Named(
        last_name=last,
        first_name=first,
        one_piece=both,
        ways=() if pattern.joint is None else tuple(dict.fromkeys(_ways(both, pattern.joint))),
        grade=_plain(parts.year_level),
        home_room=_plain(parts.roll_group),
        where=where,
    )


def _ways(both: str, joint: Joint) -> Iterable[tuple[str, str]]:
    """Yield last and first name in each way: at every place where the text between them stands, or at any."""
    if joint.text:
        found = regex.finditer(regex.escape(joint.text), both, regex.IGNORECASE, overlapped=True)
        pieces = ((both[: each.start()], both[each.end() :]) for each in found)
        halves = ((one, other) for one, other in pieces if name_form(one) and name_form(other))
    else:
        form = name_form(both)
        halves = ((form[:at], form[at:]) for at in range(len(form) + 1))
    for one, other in halves:
        yield (one, other) if joint.last_name_first else (other, one)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
