"""Who may be meant by a file that matches nobody: to be shown to a person who decides, never applied."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from photosync.core.matching import one_slip
from photosync.core.people import Comparison, PersonKind, quoted

MOST_SUGGESTIONS = 9
"""As many as there are keys from 1 to 9."""
LONGEST_VALUE = 16
MOST_VALUES = 1_500
MOST_NAMES = 6
SHORTEST_PART = 3

_FOLDED = Comparison(ignore_case=True, ignore_leading_zeros=True)
_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NUMBER = re.compile(r"[0-9]{3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

_SAME, _WHOLE, _SLIP, _PART, _WITHIN = 100, 90, 60, 45, 40
_BOTH_NAMES, _FAMILY_NAME, _GIVEN_NAME = 70, 30, 15


@dataclass(frozen=True, slots=True)
class Known:
    """A person who might be meant. `names` are family name, given name and preferred name, each maybe empty."""

    person_id: int
    kind: PersonKind
    names: tuple[str, str, str]
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    person_id: int
    why: str
    """One sentence or two, without the person's name."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a file's name, and the key that was read from it, say of who may be meant."""

    key: str
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    spellings: tuple[str, ...] = ()
    """The words as the file has them and in other letter case: databases compare accents and case differently."""
    read_in: str = "the file name"
    """Where the words stand."""

    @classmethod
    def of(cls, key: str, stem: str) -> Clues:
        """Return the clues of a file named `stem`; `key` is empty where none could be read."""
        stem = unicodedata.normalize("NFC", stem)
        numbers = tuple(dict.fromkeys(_NUMBER.findall(stem)))[:4]
        # An index may name the person of a file that is called by a number.
        told = f"{unicodedata.normalize('NFC', key)} {stem}"
        raw = tuple(dict.fromkeys(word for part in _HUMP.split(told) for word in _WORD.findall(part)))[:MOST_NAMES]
        words = dict.fromkeys(map(_form, raw))
        spellings = dict.fromkeys(each for word in raw for each in (word, word.capitalize(), word.upper()))
        return cls(
            key.strip()[:64],
            tuple(number[:LONGEST_VALUE] for number in numbers),
            tuple(words),
            tuple(spellings),
            "the file name" if {*_parts(key)} <= {*_parts(stem)} else "the file name or the index",
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """The key and the numbers, folded as identifiers are stored folded; without those too short to say much."""
        texts = (text for text in (self.key, *self.numbers) if len(text) >= SHORTEST_PART - 1)
        return tuple(dict.fromkeys(map(_FOLDED.form, texts)))

    def values(self) -> frozenset[str]:
        """Return the folded identifiers that are worth looking up: the same, one slip away, and parts of numbers."""
        found: set[str] = set()
        for text in (*self.texts, *(n for n in (self.key, *self.numbers) if n.startswith("0"))):
            if len(text) <= LONGEST_VALUE:
                found |= {_FOLDED.form(near) for near in (text, *_one_slip_away(text.lower())) if near}
        parts = {
            _FOLDED.form(number[start:end])
            for number in self.numbers
            for start in range(len(number))
            for end in range(start + SHORTEST_PART, len(number) + 1)
        }
        return frozenset(sorted(found)[:MOST_VALUES]) | parts


def _one_slip_away(text: str) -> set[str]:
    """Return every text that has one character more, less or other than `text`, or two of it exchanged."""
    alphabet = _DIGITS if text.isdigit() else _DIGITS + _LETTERS
    found = set()
    for at in range(len(text) + 1):
        head, tail = text[:at], text[at:]
        found |= {head + char + tail for char in alphabet}
        if tail:
            found.add(head + tail[1:])
            found |= {head + char + tail[1:] for char in alphabet}
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
    return found - {text}


def suggest(clues: Clues, people: Iterable[Known]) -> tuple[Suggestion, ...]:
    """Return at most nine of `people` who may be meant, the likeliest first; nobody who shares nothing with the file.

    The order in which they are given makes no difference.
    """
    found = []
    for person in {each.person_id: each for each in people}.values():
        points, why = _by_identifiers(clues, person)
        more, names = _by_names(clues, person)
        if points + more > 0:
            found.append((-(points + more), person.person_id, " ".join(filter(None, (why, names)))))
    return tuple(Suggestion(person_id, why) for _, person_id, why in sorted(found)[:MOST_SUGGESTIONS])


def _by_identifiers(clues: Clues, person: Known) -> tuple[int, str]:
    best = (0, "")
    for identifier in sorted(person.identifiers):
        best = max(best, _by_identifier(clues, identifier, person.kind), key=lambda each: each[0])
    return best


def _by_identifier(clues: Clues, identifier: str, kind: PersonKind) -> tuple[int, str]:
    form, shown = _FOLDED.form(identifier), quoted(identifier)
    key = _FOLDED.form(clues.key)
    if len(identifier) < SHORTEST_PART - 1:
        return (_SAME, f"A {kind.one} is known by {shown}.") if form and form == key else (0, "")
    if form == key:
        zeros = identifier.strip().lower() != clues.key.lower()
        return _SAME, f"{shown} differs in leading zeros only." if zeros else f"A {kind.one} is known by {shown}."
    if form in clues.texts:
        return _WHOLE, f"The file name has the number {shown}."
    raw = [text for text in (clues.key, *clues.numbers) if text]
    if any(one_slip(form, text) or one_slip(identifier.lower(), text.lower()) for text in (*clues.texts, *raw)):
        return _SLIP, f"{shown} is one slip of the keyboard away."
    if len(form) >= SHORTEST_PART and any(form in number for number in clues.numbers):
        return _PART, f"{shown} is part of a number in the file name."
    if any(len(text) > SHORTEST_PART and text in form for text in clues.texts):
        return _WITHIN, f"{shown} contains what the file name has."
    return 0, ""


def _by_names(clues: Clues, person: Known) -> tuple[int, str]:
    family, given, preferred = (frozenset(_parts(name)) for name in person.names)
    words = frozenset(clues.words)
    has_family = bool(words & family)
    has_given = bool(words & (given | preferred))
    if has_family and has_given and len(words & (family | given | preferred)) > 1:
        return _BOTH_NAMES, f"Both names are in {clues.read_in}."
    if has_family:
        return _FAMILY_NAME, f"The family name is in {clues.read_in}."
    return (_GIVEN_NAME, f"The given name is in {clues.read_in}.") if has_given else (0, "")


def _parts(name: str) -> list[str]:
    return [_form(word) for word in _WORD.findall(unicodedata.normalize("NFC", name))]


def _form(word: str) -> str:
    """Return a word of a name for comparison: without letter case and accents, as file names often have it."""
    plain = unicodedata.normalize("NFD", word.casefold())
    return unicodedata.normalize("NFC", "".join(char for char in plain if not unicodedata.combining(char)))
