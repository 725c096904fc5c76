"""Which column of a roster file holds which field of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photosync.core.consent import Purpose
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind, quoted

ALTERNATE_ID = "alternate_id"
IGNORE = "ignore"
CONSENT_FIELDS = {f"consent_{purpose}": purpose for purpose in Purpose}
"""A column that answers for one purpose has a field of its own; `consent` names the purposes in the cell."""
FIELDS = (
    "student_code",
    "staff_code",
    ALTERNATE_ID,
    "given_name",
    "family_name",
    "preferred_name",
    "username",
    "email",
    "year_level",
    "roll_group",
    "house",
    "campus",
    "status",
    "consent",
    *CONSENT_FIELDS,
)

# Names as schools' systems and spreadsheets write them; compared without case, blanks and punctuation.
_USUAL_NAMES = {
    ALTERNATE_ID: "alternate id, alternate identifier, alternative id, alt id, external id, card number",
    "given_name": "given name, given names, first name, firstname, forename, given",
    "family_name": "family name, last name, surname, lastname, family",
    "preferred_name": "preferred name, preferred given name, preferred first name, known as, preferred",
    "username": "user name, login, login name, network login, account, user id",
    "email": "email, e-mail, email address, e-mail address, school email, mail",
    "year_level": "year level, year, yr, year group, grade, grade level, year lvl, scholastic year",
    "roll_group": "roll group, roll class, home group, home room, form, form group, tutor group, class, "
    "pc class, pastoral care class",
    "house": "house, house name",
    "campus": "campus, site, campus name",
    "status": "status, enrolment status, enrollment status, student status, staff status, employment status",
    "consent": "consent, photo consent, photo permission",
    "consent_school_use": "school use, school use consent, internal use",
    "consent_online_publication": "online publication, online consent, website consent, web consent",
    "consent_printed_publication": "printed publication, print consent, newsletter consent",
    "consent_yearbook": "yearbook, yearbook consent",
    "consent_media_release": "media release, media consent, media permission",
}
_USUAL_CODE_NAMES = {
    PersonKind.STUDENT: "student code, student id, student number, student no, student nr, student, code, "
    "id, person code, person id, stu code, stu id, stkey, enrolment number, enrollment number",
    PersonKind.STAFF: "staff code, staff id, staff number, staff no, staff, employee id, employee number, "
    "employee no, employee code, payroll number, teacher code, teacher id, code, id, person code, person id",
}


def plain_name(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def code_field(kind: PersonKind) -> str:
    return "student_code" if kind is PersonKind.STUDENT else "staff_code"


def fields_for(kind: PersonKind) -> tuple[str, ...]:
    """Return the fields that a roster of `kind` may have: students have no staff code, staff no student's."""
    other = code_field(PersonKind.STAFF if kind is PersonKind.STUDENT else PersonKind.STUDENT)
    return tuple(field for field in FIELDS if field != other)


def usual_names(kind: PersonKind) -> dict[str, str]:
    """Return the plain forms of usual column names, each with its field."""
    names = {plain_name(name): field for field, listed in _USUAL_NAMES.items() for name in listed.split(", ")}
    names |= {plain_name(name): code_field(kind) for name in _USUAL_CODE_NAMES[kind].split(", ")}
    return names | {plain_name(field): field for field in fields_for(kind)}


@dataclass(frozen=True, slots=True)
class Columns:
    """`fields` gives the places (from 0) of the columns of each field; only alternate_id may have several."""

    fields: Mapping[str, tuple[int, ...]]
    mapping: Mapping[str, str]
    """Column name to field, as it is shown and remembered; `ignore` for a column left out on purpose."""
    unknown: tuple[str, ...]
    """Columns that nothing is read from."""


def parse_map(words: Sequence[str], kind: PersonKind) -> dict[str, str]:
    """Return column name to field from words like `Student No=student_code`. Raises WrongUse."""
    mapping = {}
    for word in words:
        name, equals, field = word.rpartition("=")
        field = field.strip().lower() or IGNORE
        if not equals or not name.strip():
            raise WrongUse(
                f"{quoted(word)} does not map a column. Nothing was imported. Write it as COLUMN=FIELD, "
                f"such as {quoted('Student No=' + code_field(kind))}."
            )
        if field not in (*fields_for(kind), IGNORE):
            raise WrongUse(
                f"{quoted(field)} is not a field of a {kind} roster. Nothing was imported. "
                f"Choose from: {', '.join(fields_for(kind))}, or {IGNORE}."
            )
        mapping[name.strip()] = field
    return mapping


def recognise(
    header: Sequence[str], kind: PersonKind, *, given: Mapping[str, str], remembered: Mapping[str, str]
) -> Columns:
    """Return which column is which: as `given`, else as `remembered`, else by its usual name.

    Raises WrongUse for a given column that is not there, a field given by two columns, and no code column.
    """
    fields: dict[str, list[int]] = {}
    mapping: dict[str, str] = {}
    places = {plain_name(name): place for place, name in reversed(list(enumerate(header)))}
    for name, field in given.items():
        place = places.get(plain_name(name))
        if place is None:
            raise WrongUse(
                f"The roster has no column {quoted(name)}. Nothing was imported. Its columns are: {_listed(header)}."
            )
        _take(field, place, header, fields, mapping)
    _take_remembered(places, header, remembered, fields, mapping)
    usual = usual_names(kind)
    before = set(fields)
    for place, name in enumerate(header):
        found = usual.get(plain_name(name))
        if found is not None and name not in mapping and found not in before:
            _take(found, place, header, fields, mapping)
    if code_field(kind) not in fields:
        raise WrongUse(
            f"No column of the roster is known to hold the {code_field(kind)}. Nothing was imported. "
            f"Its columns are: {_listed(header)}. Say which of them it is.",
            command_line=f"--map COLUMN={code_field(kind)}",
        )
    unknown = tuple(name for name in header if name and mapping.get(name, IGNORE) == IGNORE)
    return Columns({field: tuple(found) for field, found in fields.items()}, mapping, unknown)


def suggested_fields(header: Sequence[str], kind: PersonKind, remembered: Mapping[str, str]) -> list[str | None]:
    """Return the field of each column as it was last imported, else by its usual name; `ignore` for no field.

    None for a column that cannot be chosen: it has no name, or that of a column before it. A field is suggested for
    the first column that may hold it. Nothing is raised: this is what a person starts from.
    """
    before = {plain_name(name): field for name, field in remembered.items()}
    usual = usual_names(kind)
    found: list[str | None] = []
    seen: set[str] = set()
    for name in header:
        plain = plain_name(name)
        if not name or plain in seen:
            found.append(None)
            continue
        seen.add(plain)
        field = before.get(plain) or usual.get(plain, IGNORE)
        is_taken = field in found and field != ALTERNATE_ID
        found.append(field if field in fields_for(kind) and not is_taken else IGNORE)
    return found


def _take_remembered(
    places: Mapping[str, int],
    header: Sequence[str],
    remembered: Mapping[str, str],
    fields: dict[str, list[int]],
    mapping: dict[str, str],
) -> None:
    before = set(fields)
    for name, field in remembered.items():
        place = places.get(plain_name(name))
        if place is None or header[place] in mapping or field in before or field not in (*FIELDS, IGNORE):
            continue
        _take(field, place, header, fields, mapping)


def _take(
    field: str, place: int, header: Sequence[str], fields: dict[str, list[int]], mapping: dict[str, str]
) -> None:
    mapping[header[place]] = field
    if field == IGNORE:
        return
    others = fields.setdefault(field, [])
    if others and field != ALTERNATE_ID:
        raise WrongUse(
            f"Two columns of the roster hold the {field}: {quoted(header[others[0]])} and "
            f"{quoted(header[place])}. Nothing was imported. "
            "Leave one out.",
            command_line=f"--map {quoted(header[place] + '=' + IGNORE)}",
        )
    others.append(place)


def _listed(header: Sequence[str]) -> str:
    shown = [quoted(name) for name in header[:40] if name]
    return ", ".join(shown) + (", ..." if len(header) > 40 else "")
