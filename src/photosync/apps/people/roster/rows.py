"""One row of a roster as a person, or a plain reason why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photosync.apps.people.roster.columns import ALTERNATE_ID, CONSENT_FIELDS, Columns, code_field
from photosync.connectors.roster.contract import UNCHANGED
from photosync.core.consent import Purpose, consent_from_text, is_answer
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind, quoted

LONGEST = {
    "student_code": 64,
    "staff_code": 64,
    ALTERNATE_ID: 254,
    "given_name": 100,
    "family_name": 100,
    "preferred_name": 100,
    "username": 254,
    "email": 254,
    "year_level": 32,
    "roll_group": 32,
    "house": 64,
    "campus": 64,
    "status": 100,
    "consent": 500,
    **dict.fromkeys(CONSENT_FIELDS, 100),
}
PLAIN_FIELDS = ("given_name", "family_name", "preferred_name", "year_level", "roll_group", "house", "campus")
IDENTIFIER_FIELDS = (ALTERNATE_ID, "username", "email")
_ACTIVE = (
    "active, current, enrolled, enrolment, a, full, full time, fulltime, part time, parttime, employed, yes, "
    "present, attending"
)
_LEFT = (
    "left, leaver, inactive, exited, exit, withdrawn, departed, transferred, graduated, former, past, l, i, "
    "ended, terminated, resigned, retired, expelled, deceased, archived, unenrolled, not enrolled, no, "
    "left school"
)
ACTIVE_WORDS, LEFT_WORDS = frozenset(_ACTIVE.split(", ")), frozenset(_LEFT.split(", "))
_SHORT_PURPOSES = {
    "school": Purpose.SCHOOL_USE,
    "online": Purpose.ONLINE_PUBLICATION,
    "web": Purpose.ONLINE_PUBLICATION,
    "printed": Purpose.PRINTED_PUBLICATION,
    "print": Purpose.PRINTED_PUBLICATION,
    "media": Purpose.MEDIA_RELEASE,
}
# Persian names and those of several Indian scripts are spelt with these two, which show nothing themselves.
_JOINERS = dict.fromkeys((0x200C, 0x200D))
# Spreadsheets write ="002082" so that the leading zeros stay.
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """What a row says of a person. Fields without a column are absent from `fields` and `identifiers`."""

    line: int
    code: str
    fields: Mapping[str, str]
    identifiers: Mapping[str, tuple[str, ...]]
    left: bool | None
    """False also where there is no status: who is in the roster is there. None: it stays as it is."""
    consent: Mapping[str, str] | None


class RowRefused(Exception):
    """The reason is a sentence. `code` is "" where even the code could not be read."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


def person_of(line: int, cells: Sequence[str], columns: Columns, kind: PersonKind) -> RosterPerson:
    """Return what the row says. Raises RowRefused."""
    values = {field: _values(field, cells, places) for field, places in columns.fields.items()}
    code = "".join(values[code_field(kind)])
    if not code:
        raise RowRefused(f"It has no {kind.one} code.")
    try:
        for field, found in values.items():
            _check(field, found)
    except RowRefused as refused:
        raise RowRefused(str(refused), "" if _bad_code(code) else code) from refused
    single = {field: "".join(found) for field, found in values.items() if field != ALTERNATE_ID}
    try:
        consent = _consent(single)
    except WrongUse as wrong:
        raise RowRefused(str(wrong), code) from wrong
    return RosterPerson(
        line=line,
        code=code,
        fields={field: single[field] for field in PLAIN_FIELDS if field in single},
        identifiers={field: values[field] for field in IDENTIFIER_FIELDS if field in values},
        left=_left(single.get("status", ""), code),
        consent=consent,
    )


def _consent(single: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the row answers, None where it answers nothing. A column of one purpose comes before the others."""
    found = consent_of(single.get("consent", ""))
    for field, purpose in CONSENT_FIELDS.items():
        if answer := single.get(field):
            found[purpose.value] = consent_from_text(answer).value
    return found or None


def consent_of(text: str) -> dict[str, str]:
    """Return purpose to yes, no or unknown from a text like `school_use=yes;online=no`. Raises WrongUse."""
    if text.strip() and is_answer(text):
        raise WrongUse(
            f"The consent {quoted(text.strip())} does not say what it is for. Choose a purpose for this column, "
            "such as Consent: School use (consent_school_use), or write the purpose into it, like "
            "school_use=yes;online=no."
        )
    consent = {}
    for part in re.split(r"[;,|]", text):
        if not part.strip():
            continue
        name, equals, answer = part.partition("=" if "=" in part else ":")
        purpose = _purpose(name)
        if not equals or purpose is None:
            raise WrongUse(
                f"The consent {quoted(part.strip())} is not understood. Write it like "
                f"school_use=yes;online=no; the purposes are {', '.join(Purpose)}."
            )
        consent[purpose.value] = consent_from_text(answer).value
    return consent


def _purpose(name: str) -> Purpose | None:
    plain = re.sub(r"[\s_-]+", "_", name.strip().lower())
    if plain in _SHORT_PURPOSES:
        return _SHORT_PURPOSES[plain]
    return Purpose(plain) if plain in set(Purpose) else None


def _values(field: str, cells: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    texts = [_cleaned(cells[place]) for place in places]
    if field == ALTERNATE_ID:
        texts = [part.strip() for text in texts for part in text.split(";")]
    return tuple(dict.fromkeys(text for text in texts if text))


def _cleaned(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell).strip()
    if formula := _FORMULA_TEXT.fullmatch(text):
        text = formula[1].strip()
    return " ".join(text.split())


def _check(field: str, values: tuple[str, ...]) -> None:
    words = field.replace("_", " ")
    for value in values:
        if len(value) > LONGEST[field]:
            raise RowRefused(f"The {words} is longer than {LONGEST[field]} characters.")
        if not (value.translate(_JOINERS) if field in PLAIN_FIELDS else value).isprintable():
            raise RowRefused(f"The {words} {quoted(value)} has characters that are not text.")


def _bad_code(code: str) -> bool:
    return len(code) > LONGEST["student_code"] or not code.isprintable()


def _left(status: str, code: str) -> bool | None:
    word = " ".join(re.sub(r"[^\w]+|_", " ", status.casefold()).split())
    if word == UNCHANGED:
        return None
    if not word or word in ACTIVE_WORDS:
        return False
    if word in LEFT_WORDS:
        return True
    raise RowRefused(
        f"The status {quoted(status)} is not understood. Write active or left "
        "(also: current, enrolled; leaver, inactive, exited, withdrawn, transferred, graduated).",
        code,
    )
