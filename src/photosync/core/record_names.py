"""How a record of a database or an API is named among the files of a listing, so that one way leads to its person.

A record's name is its identifier as it stands there, which need not be fit for a file's name: `%`, `/`, `#` and what
is no printable text are written as `%` and the hexadecimal digits of their UTF-8. A second record of one identifier
has `#2` behind it. The folder says what else is known: `students/2026`, `staff`, `2026`, or nothing.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from photosync.core.people import PersonKind

FIRST_YEAR = 1900
LAST_YEAR = 2199
_KINDS = {kind.component: kind for kind in PersonKind}
_YEAR = re.compile(r"[0-9]{4}")
_AGAIN = re.compile(r"#([0-9]{1,9})\Z")
_TO_WRITE = frozenset("%/#")


def record_name(identifier: str, nth: int = 1) -> str:
    """Return the name of the `nth` record of `identifier`; never empty, without `/` and NUL."""
    written = "".join(char if char.isprintable() and char not in _TO_WRITE else _written(char) for char in identifier)
    return written if nth == 1 and written else f"{written}#{nth}"


def record_identifier(name: str) -> tuple[str, int]:
    """Return the identifier, and which of its records it is, that `record_name` made `name` of."""
    again = _AGAIN.search(name)
    written = (name[: again.start()] if again else name).encode("utf-8", "surrogatepass")
    nth = int(again[1]) if again else 1
    try:
        return unquote_to_bytes(written).decode("utf-8", "surrogatepass"), nth
    except UnicodeDecodeError:
        return name, nth


def record_folder(kind: PersonKind | None = None, academic_year: int | None = None) -> str:
    """Return the folder of records of this kind of person and academic year; None is not known."""
    return "/".join(filter(None, (kind.component if kind else "", str(academic_year or ""))))


def record_kind_and_year(folder: str) -> tuple[PersonKind | None, int | None]:
    """Return what `record_folder` made `folder` of. Raises ValueError for a folder that it did not make."""
    kind: PersonKind | None = None
    year: int | None = None
    parts = folder.split("/") if folder else []
    if parts and parts[0] in _KINDS:
        kind = _KINDS[parts.pop(0)]
    if parts and _YEAR.fullmatch(parts[0]) and FIRST_YEAR <= int(parts[0]) <= LAST_YEAR:
        year = int(parts.pop(0))
    if parts:
        raise ValueError(folder)
    return kind, year


def _written(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
