"""The last and first name that a pattern finds in the name of a file: `Chen_Mia`, `MiaChen`, `Van_Der_Berg_Jan`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from photosync.core.keys import NoKey, ReadName
from photosync.core.name_matching import Named, Way
from photosync.core.names import name_form
from photosync.core.patterns import NameRead, Pattern
from photosync.core.people import quoted

LONGEST_NAME = 120
"""In characters. People are looked up under each way to take a name apart: a longer one is nobody's."""


def named_in(pattern: Pattern, read: ReadName) -> Named | NoKey | None:
    """Return who is named in what `pattern` read of a file's name, or why nobody is.

    None where a regular expression leaves the names out: the name may do without them.
    """
    where = "The path" if pattern.on_path else "The file name"
    told = [each for each in read.parts.names if each.last_name or each.first_name]
    if not told and read.parts.key is not None:
        return None
    if any(len(each.last_name) + len(each.first_name) > LONGEST_NAME for each in told):
        return NoKey(f"The name in {quoted(read.stem)} is longer than {LONGEST_NAME} characters.")
    ways = _ways(told)
    if not ways:
        return NoKey(f"{where} has no name, or only one of the two, where the match rule looks for both.")
    only = next(iter(ways.values())) if len(ways) == 1 else NameRead()
    classes = {(way.grade, way.home_room) for way in ways}
    grade, home_room = classes.pop() if len(classes) == 1 else ("", "")
    return Named(
        last_name=_plain(only.last_name),
        first_name=_plain(only.first_name),
        one_piece="" if len(ways) == 1 else read.stem,
        grade=grade,
        home_room=home_room,
        where=where,
        ways=tuple(ways),
        rivals=tuple(each for each in _ways(read.parts.rivals) if each not in ways),
    )


def _ways(told: Iterable[NameRead]) -> dict[Way, NameRead]:
    """Return each way to read the names, once. Half a name is none, but where both stand in one piece."""
    ways: dict[Way, NameRead] = {}
    for each in told:
        last, first = name_form(each.last_name), name_form(each.first_name)
        is_whole = (last or not each.last_name) and (first or not each.first_name)
        if is_whole and (last or first):
            way = Way(last, first, _plain(each.year_level), _plain(each.roll_group), is_class_told=True)
            ways.setdefault(way, each)
    return ways


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
