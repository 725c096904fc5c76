"""The JSON objects of a OneRoster service as records, by the names that the CSV files of OneRoster have for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from photosync.connectors.json_text import text_of
from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.oneroster.records import Record
from photosync.connectors.roster.oneroster.tables import Ends, role_of
from photosync.connectors.roster.oneroster.users import Role
from photosync.connectors.roster.text import LONGEST_FIELD

MOST_IN_A_LIST: Final = 1_000
SOURCED_ID: Final = "sourcedId"
TEXTS: Final = frozenset(
    {
        *("sourcedid", "status", "username", "givenname", "familyname", "preferredfirstname", "preferredgivenname"),
        *("email", "identifier", "usermasteridentifier", "role", "roletype", "begindate", "enddate", "startdate"),
        *("name", "type", "title", "classcode", "classtype"),
    }
)
REFERENCES: Final = frozenset({"org", "user", "class", "primaryorg"})
LISTS: Final = {"orgs": "orgsourcedids", "terms": "termsourcedids", "userids": "userids", "grades": "grades"}


class _Unusable(Exception):
    """Goes on after "It has": "a value that is too long (givenName)"."""


def records_of(objects: Iterable[object]) -> Iterator[Record | UnreadableLine]:
    """Yield each object of a collection as a record, numbered from 1 on."""
    for line, told in enumerate(objects, 1):
        yield record_of(line, told)


def record_of(line: int, told: object) -> Record | UnreadableLine:
    """Return what of an object is used; the rest of it is not looked at."""
    if not isinstance(told, dict):
        return UnreadableLine(line, "It is no JSON object.")
    try:
        record = _record(line, told)
    except _Unusable as error:
        return UnreadableLine(line, f"It has {error}.")
    return record if record["sourcedid"] else UnreadableLine(line, "It has no sourcedId.")


def roles_in(
    record: Record, told: object, today: date, ends: Ends
) -> Mapping[str, list[Role]] | UnreadableLine | None:
    """Return the roles that a user of 1.2 has with it, by its sourcedId; None where it has but one, as in 1.1."""
    roles = told.get("roles") if isinstance(told, dict) else None
    if not isinstance(roles, list):
        return None
    try:
        if len(roles) > MOST_IN_A_LIST:
            raise _Unusable(f"more than {MOST_IN_A_LIST:,} values in roles")
        found = [_role(record.line, role, today, ends) for role in roles]
    except _Unusable as error:
        # One that cannot be read may be the one that goes on.
        return UnreadableLine(record.line, f"It has {error}.")
    return {record["sourcedid"]: found}


def _role(line: int, told: object, today: date, ends: Ends) -> Role:
    if not isinstance(told, dict):
        raise _Unusable("a role that is no JSON object")
    return role_of(_record(line, told), today, ends)


def _record(line: int, told: Mapping[str, Any]) -> Record:
    cells: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in told.items():
        known = name.lower()
        if known in TEXTS or (known == "grades" and not isinstance(value, list)):
            cells[known] = _text(name, value)
        elif known in REFERENCES:
            cells[f"{known}sourcedid"] = _text(name, _referred(value))
        elif known in LISTS:
            lists[LISTS[known]] = _listed(name, value)
    return Record(line, cells, lists)


def _listed(name: str, value: object) -> tuple[str, ...]:
    every = value if isinstance(value, list) else [value]
    if len(every) > MOST_IN_A_LIST:
        raise _Unusable(f"more than {MOST_IN_A_LIST:,} values in {name}")
    texts = [_text(name, _referred(each)).strip() for each in every]
    return tuple(text for text in texts if text)


def _referred(value: object) -> object:
    """Return the identifier of a reference, or of an identifier with its type; anything else as it is."""
    if isinstance(value, dict):
        return value.get(SOURCED_ID) or value.get("identifier")
    return value


def _text(name: str, value: object) -> str:
    text = text_of(value) or ""
    if len(text) > LONGEST_FIELD:
        raise _Unusable(f"more than {LONGEST_FIELD:,} characters in {name}")
    if "\0" in text:
        raise _Unusable(f"a NUL in {name}, which no text has")
    return text
