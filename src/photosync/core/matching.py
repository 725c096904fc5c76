"""From a file's name to one person, or to a plain reason why not. Never a guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from photosync.core.errors import WrongUse, about_option
from photosync.core.patterns import Pattern, PatternTooSlow, parse_pattern
from photosync.core.people import Comparison, IdentifierKey, PersonKind, quoted
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR, record_identifier, record_kind_and_year

if TYPE_CHECKING:
    from photosync.core.name_matching import Named

KEY_LENGTH = 255
BOTH_KINDS = (PersonKind.STUDENT, PersonKind.STAFF)
_SUGGESTIONS = 5


class MatchMode(StrEnum):
    STEM = "stem"
    PATTERN = "pattern"
    INDEX = "index"
    COLUMN = "column"
    """Of a source of records: the identifier is a value of the record, and so may be the academic year."""
    PHOTOGRAPHER = "photographer"


class FoundBy(StrEnum):
    """By what a person is found whom the index of a photographer's delivery lists."""

    NAME = "name"
    STEM = "stem"


@dataclass(frozen=True, slots=True)
class MatchRule:
    """How a source's files are matched to people. Raises WrongUse when made from parts that do not fit."""

    mode: MatchMode = MatchMode.STEM
    pattern: str = ""
    keys: tuple[IdentifierKey, ...] = (IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE)
    ignore_case: bool = False
    ignore_leading_zeros: bool = False
    by: FoundBy = FoundBy.NAME
    """Only of the mode `photographer`."""

    def __post_init__(self) -> None:
        if not self.keys:
            raise WrongUse("No match key was given. Nothing was changed. Choose one, such as student code.")
        if len(set(self.keys)) != len(self.keys):
            raise WrongUse("A match key was given twice. Nothing was changed. Name each once.")
        with about_option("pattern"):
            self._check_pattern()

    def _check_pattern(self) -> None:
        is_used = self.mode is MatchMode.PATTERN
        if self.pattern and not is_used:
            raise WrongUse(
                f"A file-name pattern is given, but files are matched by {_MODE_WORDS[self.mode]}. "
                "Nothing was changed. Match by pattern, or leave the pattern out."
            )
        if is_used and not self.pattern:
            raise WrongUse(
                "Files are to be matched by a pattern, but none is given. Nothing was changed. "
                "Give one, such as {code}_{any}."
            )
        named = parse_pattern(self.pattern).identifier if is_used else None
        if named is not None and named not in self.keys:
            raise WrongUse(
                f"The file-name pattern {quoted(self.pattern)} reads the {named.words}, but people are "
                f"matched by {_listed([key.words for key in self.keys], 'and')}. Nothing was changed. "
                f"Choose {named.words} as match key, or call the part {{code}}."
            )

    @property
    def reads_folders(self) -> bool:
        """Whether a code may stand in the folders of a file."""
        return self.mode is MatchMode.PATTERN and parse_pattern(self.pattern).on_path

    @property
    def comparison(self) -> Comparison:
        return Comparison(ignore_case=self.ignore_case, ignore_leading_zeros=self.ignore_leading_zeros)


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person found under a key. `label` is how the person is shown, such as "Mia Chen (0417)"."""

    person_id: int
    kind: PersonKind
    label: str
    left: bool
    keeps_no_photo: bool = False
    """The photos were erased on request, and none is kept until someone allows it."""


@dataclass(frozen=True, slots=True)
class Matched:
    person_id: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Nobody that may be matched has this code."""

    code: str
    reason: str
    dismissed: bool = False
    """It was decided for good that the file is not used; no one is asked."""
    person_ids: tuple[int, ...] = ()
    """Whose it may be all the same: they have left, say. The reason may name them."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one person of the same kind has this code; it goes to Unmatched with the reason."""

    code: str
    reason: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Collision:
    """The code is a student's and a staff member's; it goes to review with the reason."""

    code: str
    reason: str
    person_ids: tuple[int, ...]


Resolution = Matched | Unmatched | Ambiguous | Collision


def resolve(
    key: Key,
    candidates: Sequence[Candidate],
    *,
    kinds: Collection[PersonKind] = BOTH_KINDS,
    called: str = "code",
) -> Resolution:
    """Return the one person among `candidates` of the `kinds` asked, or why there is none.

    `candidates` are those found under the key; the same person found under two identifiers is one.
    `called` is the reader's word for the key. Leavers count for collisions: their number is taken.
    """
    if key.kind is not None:
        if key.kind not in kinds:
            reason = f"It is a record of {key.kind.component}, and the profile does not sync {key.kind.component}."
            return Unmatched(key.value, reason)
        kinds = (key.kind,)
    found = {person.person_id: person for person in candidates if person.kind in kinds}
    people = [found[person_id] for person_id in sorted(found)]
    shown = quoted(key.value)
    if not people:
        return Unmatched(key.value, f"No {_asked(kinds)} has the {called} {shown}.")
    ids = tuple(person.person_id for person in people)
    if len(people) == 1:
        person = people[0]
        if person.left:
            has_left = f"{person.label}, the {person.kind.one} with the {called} {shown}, has left."
            return Unmatched(key.value, has_left, person_ids=ids)
        if person.keeps_no_photo:
            return Unmatched(key.value, no_photo_is_kept(person.label), dismissed=True, person_ids=ids)
        return Matched(person.person_id)
    labels = _listed([person.label for person in people[:3]], "and", more=len(people) - 3)
    if len({person.kind for person in people}) > 1:
        return Collision(key.value, f"The {called} {shown} is both a student's and a staff member's: {labels}.", ids)
    nouns = "students" if people[0].kind is PersonKind.STUDENT else "staff members"
    return Ambiguous(key.value, f"{len(people)} {nouns} have the {called} {shown}: {labels}.", ids)


@dataclass(frozen=True, slots=True)
class HandMatch:
    """What someone decided of a file: whose it is, or that no person is on it (`person` None)."""

    decision_id: int
    person: Candidate | None
    told: str
    """Who decided it and when, as a sentence: "Matched by hand by Kim on Monday 3 August 2026."."""


def resolve_by_hand(hand: HandMatch, code: str, *, kinds: Collection[PersonKind] = BOTH_KINDS) -> Matched | Unmatched:
    """Return the person whom someone chose, whatever the rules would say, or why the choice cannot hold now.

    A choice is not given to someone else: of a person who has left, or whom the profile does not sync, the file
    waits for another decision.
    """
    person = hand.person
    if person is None:
        return Unmatched(code, hand.told)
    if person.left:
        return Unmatched(code, f"{hand.told} It is {person.label}, who has left.")
    if person.kind not in kinds:
        kind = person.kind.component
        return Unmatched(code, f"{hand.told} It is {person.label}, and the profile does not sync {kind}.")
    if person.keeps_no_photo:
        return Unmatched(code, no_photo_is_kept(person.label), dismissed=True)
    return Matched(person.person_id)


def no_photo_is_kept(label: str) -> str:
    """Return why a file of a person is not used whose photos were erased on request."""
    return f"Erased on request: no photo of {label} is kept until someone allows it on the person's page."


def close_codes(value: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return at most five of `codes` that `value` may have been meant for; to be shown, never applied.

    First those that differ in leading zeros, letter case or punctuation only, then those that are
    one slip of the keyboard away (a character more, less, other, or two exchanged).
    """
    wanted = _loose(value)
    if not wanted:
        return ()
    same: set[str] = set()
    near: set[str] = set()
    for code in codes:
        loose = _loose(code)
        if loose == wanted:
            same.add(code)
        elif len(wanted) > 2 and abs(len(loose) - len(wanted)) <= 1 and one_slip(loose, wanted):
            near.add(code)
    return tuple((sorted(same) + sorted(near))[:_SUGGESTIONS])


_LOOSE = Comparison(ignore_case=True, ignore_leading_zeros=True)


def _loose(value: str) -> str:
    return _LOOSE.form("".join(char for char in value if char.isalnum()))


def one_slip(one: str, other: str) -> bool:
    """Whether two different texts are one character more, less, other, or two exchanged, apart."""
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    exchanged = one[start : start + 2] == other[start : start + 2][::-1]
    return exchanged and one[start + 2 :] == other[start + 2 :]


_MODE_WORDS = {
    MatchMode.STEM: "the whole file name",
    MatchMode.INDEX: "an index file",
    MatchMode.PHOTOGRAPHER: "the photographer's index",
    MatchMode.COLUMN: "a column",
}


def _called(keys: tuple[IdentifierKey, ...]) -> str:
    if len(keys) > 1 or keys[0] in (IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE):
        return "code"
    return keys[0].words


def _asked(kinds: Collection[PersonKind]) -> str:
    return " or ".join(kind.one for kind in BOTH_KINDS if kind in kinds) or "person"


def _listed(words: Sequence[str], joint: str, more: int = 0) -> str:
    if more > 0:
        return f"{', '.join(words)} {joint} {more} more"
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
