"""The parts that a file-name pattern can name, and what is wrong with a pattern, in words."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.core.errors import WrongUse
from photosync.core.people import IdentifierKey, quoted

FREE_KEY_FIELDS = ("code", "id", "key")
KEY_FIELDS = (*FREE_KEY_FIELDS, *(key.value for key in IdentifierKey))
LAST_NAME, FIRST_NAME = "last_name", "first_name"
NAME_FIELDS = (LAST_NAME, FIRST_NAME)
YEAR_LEVEL, ROLL_GROUP = "year_level", "roll_group"
BESIDE_NAMES = (YEAR_LEVEL, ROLL_GROUP)
YEAR_FIELD = "year"
ANY_FIELD = "any"
FIELDS = (*KEY_FIELDS, *NAME_FIELDS, *BESIDE_NAMES, YEAR_FIELD)


def check_fields(text: str, fields: Sequence[str]) -> None:
    """Refuse a pattern whose `fields`, in their order and without `any`, do not say whose a file is."""
    for name in fields:
        if name not in FIELDS:
            raise unknown_part(text, name)
    keys = [name for name in fields if name in KEY_FIELDS]
    if len(keys) > 1:
        raise wrong(text, f"it names more than one key ({', '.join(keys)}); name one")
    names = [name for name in NAME_FIELDS if name in fields]
    if len(names) == 1:
        missing = next(name for name in NAME_FIELDS if name not in fields)
        raise wrong(text, f"it names the {_words(names[0])} but not the {_words(missing)}; name both")
    if not keys and not names:
        raise wrong(
            text,
            "it does not say whose a file is; write for example {code}_{any} or {last_name}_{first_name}, or the "
            "regular expression (?P<code>[0-9]+)_.*",
        )
    for name in BESIDE_NAMES:
        if name in fields and not names:
            raise wrong(
                text,
                f"the {_words(name)} tells people apart who are called the same, and it names no last name and no "
                f"first name; write {{{ANY_FIELD}}} in its place",
            )


def unknown_part(text: str, name: str) -> WrongUse:
    return wrong(
        text,
        f"it has no part called {quoted(name)}; the parts are {', '.join(FIELDS)} and, in a template, {ANY_FIELD}",
    )


def wrong(text: str, why: str) -> WrongUse:
    return WrongUse(f"The file-name pattern {quoted(text)} cannot be used: {why}. Nothing was changed.")


def _words(name: str) -> str:
    return name.replace("_", " ")
