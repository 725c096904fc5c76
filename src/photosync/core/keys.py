"""What a file's name, an index or a record says of whose it is: a key to look people up by, or why there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.patterns import Pattern, PatternTooSlow, parse_pattern
from photosync.core.people import IdentifierKey, PersonKind, quoted
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR, record_identifier, record_kind_and_year

if TYPE_CHECKING:
    from photosync.core.name_matching import Named

KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Key:
    """What a file's name says: the identifier as it stands there, trimmed, and the year if it names one."""

    value: str
    academic_year: int | None = None
    kind: PersonKind | None = None
    """Whose number space the identifier is of, where the source says it."""


@dataclass(frozen=True, slots=True)
class NoKey:
    """The file names nobody; `reason` is a sentence for Unmatched.

    `named`: whom an index names on it all the same, in rows that do not count.
    """

    reason: str
    named: tuple[Named, ...] = ()


class KeyReader:
    """A match rule made ready to read many names. Holds no state between names."""

    def __init__(self, rule: MatchRule) -> None:
        self._mode = rule.mode
        self._pattern = parse_pattern(rule.pattern) if rule.mode is MatchMode.PATTERN else None
        named = self._pattern.identifier if self._pattern else None
        self.keys: tuple[IdentifierKey, ...] = rule.keys if named is None else (named,)
        """The identifiers to look the key up under; the pattern may name one of the rule's."""
        self.comparison = rule.comparison
        self.called = _called(self.keys)
        """What the key is called in a sentence: "code", "username", ..."""

    def read(self, folder: str, name: str, index: Mapping[str, object] | None = None) -> Key | NoKey:
        """Return the key of the file `name` in `folder` ("" is the source's root, `/` between parts).

        `index` maps file names, or relative paths, to keys; it is used, and needed, in the mode `index`.
        """
        if self._mode is MatchMode.INDEX:
            return _key_from_index(folder, name, index or {})
        if self._mode is MatchMode.COLUMN:
            return _key_from_record(folder, name)
        stem = unicodedata.normalize("NFC", stem_of(name))
        if self._pattern is None:
            return _checked_key(stem, None)
        return _key_from_pattern(self._pattern, folder, stem)


def stem_of(name: str) -> str:
    """Return `name` without its last suffix; a name that only begins with a dot has none."""
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem.strip(".") else name


def index_name(name: str) -> str:
    """Return the form in which a file name or relative path stands in an index given to KeyReader.read."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./")


def _key_from_index(folder: str, name: str, index: Mapping[str, object]) -> Key | NoKey:
    plain = unicodedata.normalize("NFC", name)
    path = unicodedata.normalize("NFC", f"{folder}/{name}" if folder else name)
    value = index.get(path)
    if value is None:
        value = index.get(plain)
    if not isinstance(value, str):
        return NoKey(f"The index file does not list {quoted(name)}.")
    return _checked_key(value, None)


def _key_from_record(folder: str, name: str) -> Key | NoKey:
    try:
        kind, year = record_kind_and_year(folder)
    except ValueError:
        return NoKey(f"The folder {quoted(folder)} is not one of records.")
    key = _checked_key(record_identifier(name)[0], year)
    return key if isinstance(key, NoKey) else replace(key, kind=kind)


def _key_from_pattern(pattern: Pattern, folder: str, stem: str) -> Key | NoKey:
    text = stem
    if pattern.on_path and folder:
        text = f"{unicodedata.normalize('NFC', folder)}/{stem}"
    try:
        parts = pattern.parts(text)
    except PatternTooSlow:
        return NoKey(
            f"The file-name pattern {quoted(pattern.text)} took too long on {quoted(text)} and was given up; "
            "a simpler pattern is needed."
        )
    if parts is None:
        what = "path" if pattern.on_path else "file name"
        return NoKey(f"The {what} {quoted(text)} does not fit the pattern {quoted(pattern.text)}.")
    value, year = parts
    if year is None:
        return _checked_key(value, None)
    if not (len(year) == 4 and year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        return NoKey(f"{quoted(year)} is not a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return _checked_key(value, int(year))


def _checked_key(value: str, academic_year: int | None) -> Key | NoKey:
    value = unicodedata.normalize("NFC", value).strip()
    if not value:
        return NoKey("There is no code where the match rule looks for one.")
    if len(value) > KEY_LENGTH:
        return NoKey(f"The code {quoted(value)} is longer than {KEY_LENGTH} characters.")
    if not value.isprintable():
        return NoKey(f"The code {quoted(value)} has characters that are not text.")
    return Key(value, academic_year)


def _called(keys: tuple[IdentifierKey, ...]) -> str:
    if len(keys) > 1 or keys[0] in (IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE):
        return "code"
    return keys[0].words
