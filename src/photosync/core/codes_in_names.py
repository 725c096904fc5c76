"""The codes that the name of a file may hold, whatever the match rule says: to hide by, never to match by."""

from __future__ import annotations

import re
import unicodedata

from photosync.core.keys import stem_of

_PART = re.compile(r"[^\W\d_]+|\d+")
_PARTS_TOGETHER = 8
"""As many as an address has, and what stands behind it: `jane.smith@school.vic.edu.au_1.jpg`."""


def codes_in_name(name: str) -> set[str]:
    """Return every code that the name of a file may hold.

    They are the stem, its parts between signs and between letters and digits, and up to eight neighbouring parts
    with the signs between them.
    """
    stem = unicodedata.normalize("NFC", stem_of(name)).strip()
    parts = [found.span() for found in _PART.finditer(stem)]
    found = {
        stem[begins:ends] for at, (begins, _) in enumerate(parts) for _, ends in parts[at : at + _PARTS_TOGETHER]
    }
    return {stem, *found} - {""}


def codes_of_file(key_value: str, folder: str, name: str, *, reads_folders: bool) -> set[str]:
    """Return the codes by which someone may be known whose a file is.

    It has the code that the rule reads (`key_value`), of someone who has left, say; where the rule does not fit the
    name, or an index does not list it, whatever in the name may be a code. `reads_folders`: whether the rule looks
    for a code in the folders too.
    """
    folders = folder.split("/") if reads_folders else ()
    return {key_value, *folders, *codes_in_name(name)} - {""}
