"""Names, school years and home rooms as two sides write them, and whether they say the same.

A photographer's index has `O'BRIEN`, `07` and `7A` where the school has `O'Brien`, `Year 7` and `07A`. What can be
told apart by spelling alone is made equal here; nothing is guessed beyond that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum

from photosync.core.people import Comparison, plain_letters

LONGEST_SOUGHT = 250
"""What is longer is looked up by its beginning."""

_CASELESS = Comparison(ignore_case=True)
_DIGITS = re.compile(r"\d+")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_YEAR = re.compile(
    r"(?:year ?level|school ?year|year|yr|y|grade|gr|g|level)?[\s._-]*0*([1-9]|1[0-3])"
    r"(?:st|nd|rd|th)?[\s._-]*(?:year|grade)?"
)
_ROOM_WORDS = re.compile(
    r"(?:home ?room|home ?group|roll ?group|roll ?class|room|class|hr|hg|rm)(?![^\W\d])[\s:.#-]*"
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
# Letters to Unicode, apostrophes to whoever types a name.
_APOSTROPHES = dict.fromkeys(map(ord, "\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c"))

_ONE_WORD = {
    "kindergarten": ("k", "kg", "kinder", "kindy", "kindergarten"),
    "prep": ("p", "prep", "preparatory", "preparatoryyear"),
    "foundation": ("f", "foundation"),
    "reception": ("r", "rec", "reception"),
    "transition": ("t", "transition"),
    "pre-primary": ("pp", "preprimary"),
}
_YEAR_WORDS = {spelling: word for word, spellings in _ONE_WORD.items() for spelling in spellings}
_PREFIX = re.compile(r"^(?:year|yr|grade|gr)(?=[a-z])")
STAFF = "staff"
_STAFF_WORDS = frozenset(
    (
        "staff",
        "faculty",
        "teacher",
        "teachers",
        "teaching",
        "admin",
        "administration",
        "office",
        "principal",
        "support",
    )
)


class Says(Enum):
    """What two sides say of the same thing."""

    SAME = "same"
    OTHER = "other"
    NOTHING = "nothing"
    """One of them says nothing, or nothing that can be compared."""


def name_form(name: str) -> str:
    """Return the form that is equal exactly for names that count as the same: letters and digits, without case.

    `Mary-Jane`, `MARY JANE` and `Maryjane` are the same, and so are `O'Brien` and `OBRIEN`. Marks count:
    `Kovačević` is not `Kovacevic`. The form of a form is itself.
    """
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    form = _CASELESS.form(name).translate(_APOSTROPHES)
    # Once more, as what stood between two marks may be gone now.
    return unicodedata.normalize("NFC", "".join(char for char in form if char.isalnum() or _is_mark(char)))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def plain_form(name: str) -> str:
    """Return the form by which names are looked up: as `name_form`, and without marks."""
    form = name_form(name)
    return form if form.isascii() else "".join(char for char in plain_letters(form) if char.isalnum())


def sought_form(family_name: str, given_name: str) -> str:
    """Return by what a person is looked up who is called so; the form tells the two names apart."""
    return f"{plain_form(family_name)} {plain_form(given_name)}"[:LONGEST_SOUGHT]


def school_year(text: str) -> tuple[str, bool]:
    """Return a school year in the form that is compared, and whether it is known to be one.

    `07`, `7`, `Year 7`, `Yr 07` and `7th grade` are `7`. `Prep` and `Foundation` stay two words: which of them is
    the other one depends on the state. Words for staff are `staff`; anything else is not known.
    """
    plain = plain_letters(text).strip()
    found = _YEAR.fullmatch(plain)
    if found:
        return found[1], True
    word = _PREFIX.sub("", "".join(char for char in plain if char.isalnum()))
    if word in _YEAR_WORDS:
        return _YEAR_WORDS[word], True
    # With its punctuation: the class of years 1/2 is not year 12.
    return (STAFF, True) if word in _STAFF_WORDS else ("".join(plain.split()), False)


def school_years(one: str, other: str) -> Says:
    """Return what two sides say of a person's school year. What is not known to be one contradicts nothing."""
    (left, left_known), (right, right_known) = school_year(one), school_year(other)
    if not left or not right:
        return Says.NOTHING
    if left == right:
        return Says.SAME
    return Says.OTHER if left_known and right_known else Says.NOTHING


def own_spellings(in_use: Mapping[str, int], given: Mapping[str, int]) -> dict[str, str]:
    """Return how each of the `given` school years is to be written, where that is another way.

    Both are spellings with how many people have them. A school year is written as most of those in use are, else as
    most of the given ones; of as many as one another the shortest. What is not known to be a school year stays.
    """
    most: dict[str, str] = {}
    for spellings in (in_use, given):
        found: dict[str, str] = {}
        for spelling in sorted(spellings, key=lambda each: (-spellings[each], len(each), each)):
            year, is_known = school_year(spelling)
            if is_known:
                found.setdefault(year, spelling)
        most = found | most
    own = {spelling: most.get(school_year(spelling)[0], spelling) for spelling in given}
    return {spelling: wanted for spelling, wanted in own.items() if wanted != spelling and school_year(spelling)[1]}


def home_rooms(one: str, other: str, *, years: tuple[str, str] = ("", ""), may_be_teacher: bool = False) -> Says:
    """Return what two sides say of a home room; `years` are the school years that each of them gives.

    `7A`, `07a`, `7-A`, `Room 7A` and, of someone in year 7, `A` are the same. A room without a digit, three letters
    or longer, is a name: it cannot be compared with one that has digits, nor can a teacher's name with any room.
    """
    forms = [_room_forms(room, year) for room, year in zip((one, other), years, strict=True)]
    if not all(forms):
        return Says.NOTHING
    if forms[0] & forms[1]:
        return Says.SAME
    named = [not _DIGITS.search(room) and len(plain_form(room)) > 2 for room in (one, other)]
    if named[0] != named[1] or (may_be_teacher and any(named)):
        return Says.NOTHING
    return Says.OTHER


def _room_forms(room: str, year: str) -> frozenset[str]:
    """Return the forms of a room: as it stands, and with the year before it where that is left out."""
    plain = plain_letters(room).strip()
    begins = _ROOM_WORDS.match(plain)
    plain = _BETWEEN_DIGITS.sub(".", plain[begins.end() :] if begins else plain)
    form = _LEADING_ZEROS.sub("", "".join(char for char in plain if char.isalnum() or char == ".").strip("."))
    if not form:
        return frozenset()
    number, is_known = school_year(year)
    if not is_known or number == STAFF or form.startswith(number):
        return frozenset((form,))
    return frozenset((form, f"{number}.{form}" if form[0].isdigit() else number + form))
