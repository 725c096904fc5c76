"""What a file's name, an index or a record says of whose it is: a key to look people up by, or why there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.pattern_templates import TooManyReadings
from photosync.core.patterns import Parts, Pattern, PatternTooSlow, SeveralReadings, parse_pattern
from photosync.core.people import IdentifierKey, PersonKind, quoted
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR, record_identifier, record_kind_and_year

if TYPE_CHECKING:
    from photosync.core.name_matching import Named

KEY_LENGTH = 255
_NAMES_ALONE = "The file-name pattern says whose a file is by name, and here a code is needed."


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
        self.pattern = parse_pattern(rule.pattern) if rule.mode is MatchMode.PATTERN else None
        named = self.pattern.identifier if self.pattern else None
        self.keys: tuple[IdentifierKey, ...] = rule.keys if named is None else (named,)
        """The identifiers to look the key up under; the pattern may name one of the rule's."""
        self.comparison = rule.comparison
        self.called = _called(self.keys)
        """What the key is called in a sentence: "code", "username", ..."""

    def read(self, folder: str, name: str, index: Mapping[str, object] | None = None) -> Key | NoKey:
        """Return the key of the file `name` in `folder` ("" is the source's root, `/` between parts).

        `index` maps file names, or relative paths, to keys; it is used, and needed, in the mode `index`.
        By a pattern that names people by their names alone no file has a key.
        """
        if self._mode is MatchMode.INDEX:
            return _key_from_index(folder, name, index or {})
        if self._mode is MatchMode.COLUMN:
            return _key_from_record(folder, name)
        if self.pattern is None:
            return _checked_key(stem_of(name), None)
        read = read_by_pattern(self.pattern, folder, name)
        return read if isinstance(read, NoKey) else key_in(read) or NoKey(_NAMES_ALONE)


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
    if isinstance(value, NoKey):
        return value
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


@dataclass(frozen=True, slots=True)
class ReadName:
    """What a pattern found in the name of a file, and the year as a number if it names one."""

    stem: str
    parts: Parts
    academic_year: int | None


def read_by_pattern(pattern: Pattern, folder: str, name: str) -> ReadName | NoKey:
    """Return what `pattern` finds in the name of the file `name` in `folder`, or why it finds nothing."""
    text = stem = unicodedata.normalize("NFC", stem_of(name))
    what = "path" if pattern.on_path else "file name"
    if pattern.on_path and folder:
        text = f"{unicodedata.normalize('NFC', folder)}/{text}"
    try:
        parts = pattern.parts(text)
    except PatternTooSlow:
        return NoKey(
            f"The file-name pattern {quoted(pattern.text)} took too long on {quoted(text)} and was given up; "
            "a simpler pattern is needed."
        )
    except TooManyReadings:
        return NoKey(f"The {what} {quoted(text)} fits {quoted(pattern.text)} in more ways than can be looked at.")
    except SeveralReadings as found:
        told = " or ".join(map(quoted, found.shown))
        return NoKey(f"The {what} {quoted(text)} fits {quoted(pattern.text)} in several ways, with {told}.")
    if parts is None:
        return NoKey(f"The {what} {quoted(text)} does not fit the pattern {quoted(pattern.text)}.")
    year = parts.year
    if year is None:
        return ReadName(stem, parts, None)
    if not (len(year) == 4 and year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        return NoKey(f"{quoted(year)} is not a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return ReadName(stem, parts, int(year))


def key_in(read: ReadName) -> Key | NoKey | None:
    """Return the key that a pattern found, or why it is none; None where the pattern names no key."""
    return None if read.parts.key is None else _checked_key(read.parts.key, read.academic_year)


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
