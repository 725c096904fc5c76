"""From a record of an answer to what it says: whose it is, of which year, and where its photo is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from photosync.connectors.json_api.paths import JsonPath
from photosync.connectors.json_api.photos import ABSENT, PhotoValue, photo_value
from photosync.connectors.json_api.settings import Mapped
from photosync.connectors.json_text import text_of
from photosync.connectors.recordwise import Whose
from photosync.core.people import PersonKind
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True, slots=True)
class Told:
    """What one record says. `whose` is None where it is of neither students nor staff."""

    whose: Whose | None
    photo: PhotoValue
    changed: str = ""
    person_id: str = ""
    """What the path of one person takes."""
    other_kind: str = ""

    @property
    def mark(self) -> bytes:
        """Return 16 bytes that are equal where two records say the same."""
        told = (self.whose and self.whose[:1], self.photo, self.changed, self.person_id)
        where = (self.whose.kind, self.whose.academic_year) if self.whose else ()
        return blake2b(repr((told, where)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def told_by(record: Any, mapped: Mapped, kind: PersonKind | None) -> Told:
    """Return what `record` says; `kind` is that of its list. An identifier that is null, or none, is "".

    Raises Unfit where it is nested too deeply.
    """
    identifier = _text(mapped.id, record)
    person_id = _text(mapped.person_id, record) if mapped.person_id else identifier
    photo = photo_value(mapped.photo.first(record), mapped.photo_is) if mapped.photo else ABSENT
    word = _text(mapped.kind, record).strip()
    if kind is None and word:
        kind = _kind_of(word, mapped)
        if kind is None:
            return Told(None, photo, other_kind=word)
    whose = Whose(identifier, kind, _year(_text(mapped.year, record).strip()))
    return Told(whose, photo, _changed(mapped.changed, record), person_id)


def photo_of_one(record: Any, mapped: Mapped) -> tuple[PhotoValue, str]:
    """Return the photo that the answer for one person gives, and when it changed, "" where that is not told."""
    photo = photo_value(mapped.photo.first(record), mapped.photo_is) if mapped.photo else ABSENT
    return photo, _changed(mapped.changed, record)


def _text(path: JsonPath | None, record: Any) -> str:
    return text_of(path.first(record)) or "" if path else ""


def _changed(path: JsonPath | None, record: Any) -> str:
    """Return what says when it changed: text, a number, or any value that differs when the photo does."""
    if path is None:
        return ""
    value = path.first(record)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return text_of(value) or ""


def _kind_of(word: str, mapped: Mapped) -> PersonKind | None:
    folded = word.casefold()
    if folded in mapped.student_words:
        return PersonKind.STUDENT
    return PersonKind.STAFF if folded in mapped.staff_words else None


def _year(text: str) -> int | None:
    """Return the year, or None for what is none: the year of the run is taken then."""
    year = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None
