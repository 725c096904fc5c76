"""What Photo Sync reads of StudentPersonal, StaffPersonal and PersonPicture, whichever version they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from photosync.connectors.sif.permissions import Permission, permissions_of
from photosync.connectors.sif.xml_objects import PictureText, SifObject, Wanted
from photosync.core.people import PersonKind
from photosync.core.record_names import FIRST_YEAR, LAST_YEAR

PICTURE: Final = "PersonPicture"
KINDS: Final = {"StudentPersonal": PersonKind.STUDENT, "StaffPersonal": PersonKind.STAFF}
OBJECT_NAMES: Final = {kind: name for name, kind in KINDS.items()}
_CHANGED: Final = (
    "SIF_Metadata/LifeCycle/Created/DateTime",
    "SIF_Metadata/LifeCycle/ModificationHistory/Modified/DateTime",
)
_YEAR: Final = re.compile(r"([0-9]{4})(?![0-9])")
LOCAL_ID: Final = "LocalId"
IDENTIFIER_ELEMENTS: Final = (LOCAL_ID, "StateProvinceId", "OtherId", "ElectronicId")


class PersonId(NamedTuple):
    """Which identifier of a person is used: an element, and of those with types, the type; "" is any."""

    element: str = LOCAL_ID
    type_code: str = ""

    @property
    def path(self) -> str:
        return {"OtherId": "OtherIdList/OtherId", "ElectronicId": "ElectronicIdList/ElectronicId"}.get(
            self.element, self.element
        )

    @property
    def words(self) -> str:
        return f"{self.element} of type {self.type_code}" if self.type_code else self.element


def wanted_of(person_id: PersonId) -> Wanted:
    """Return what is to be read of which objects."""
    person = frozenset({person_id.path})
    picture = frozenset(
        {
            "ParentObjectRefId",
            "SchoolYear",
            "PictureSource",
            "OKToPublish",
            "PublishingPermissionList/PublishingPermission/PermissionCategory",
            "PublishingPermissionList/PublishingPermission/PermissionValue",
            *_CHANGED,
        }
    )
    return {PICTURE: picture, **dict.fromkeys(KINDS, person)}


@dataclass(frozen=True, slots=True)
class Person:
    kind: PersonKind
    ref_id: str
    identifier: str
    """Text, trimmed; "" where the object has none."""


@dataclass(frozen=True, slots=True)
class Picture:
    ref_id: str
    """As it is written: a service may know it in this letter case only."""
    parent_object: str
    """What the picture is of, such as StudentPersonal."""
    parent_ref_id: str
    academic_year: int | None
    has_odd_year: bool
    """A SchoolYear is given that is no year."""
    source: PictureText
    changed_at: datetime | None
    """When the object was changed last, where it says so."""
    permissions: tuple[Permission, ...]


def same_ref(ref_id: str) -> str:
    """Return the form in which RefIds are compared: they are GUIDs, in either letter case."""
    return ref_id.strip().casefold()


def person_of(found: SifObject, person_id: PersonId) -> Person:
    return Person(KINDS[found.name], same_ref(found.ref_id), identifier_of(found, person_id))


def identifier_of(found: SifObject, person_id: PersonId) -> str:
    """Return the identifier of a person; "" where the object has none of this kind."""
    return next((text for type_code, text in _ids(found, person_id) if _is_type(type_code, person_id)), "")


def identifiers_of(found: SifObject) -> Iterator[str]:
    """Yield every identifier of a person, whatever its kind."""
    for element in IDENTIFIER_ELEMENTS:
        yield from (text for _, text in _ids(found, PersonId(element)))


def picture_of(found: SifObject) -> Picture:
    parent = found.first("ParentObjectRefId")
    year = found.text("SchoolYear")
    academic_year = _year(year)
    return Picture(
        ref_id=found.ref_id,
        parent_object=parent.attributes.get("SIF_RefObject", "") if parent else "",
        parent_ref_id=same_ref(parent.text) if parent else "",
        academic_year=academic_year,
        has_odd_year=bool(year) and academic_year is None,
        source=found.picture or PictureText(""),
        changed_at=max(filter(None, map(_instant, _changes(found))), default=None),
        permissions=permissions_of(found.text("OKToPublish"), _categories(found)),
    )


def _ids(found: SifObject, person_id: PersonId) -> Iterator[tuple[str, str]]:
    for value in found.values:
        if value.path == person_id.path and value.text:
            yield value.attributes.get("Type", ""), value.text


def _is_type(type_code: str, person_id: PersonId) -> bool:
    return not person_id.type_code or type_code.casefold() == person_id.type_code.casefold()


def _changes(found: SifObject) -> Iterator[str]:
    return (value.text for value in found.values if value.path in _CHANGED)


def _categories(found: SifObject) -> Iterator[tuple[str, str]]:
    """Yield each category and its value, "" for none; what is named twice comes twice."""
    category = ""
    for value in found.values:
        if value.path.endswith("/PermissionCategory"):
            if category:
                yield category, ""
            category = value.text
        elif value.path.endswith("/PermissionValue") and category:
            yield category, value.text
            category = ""
    if category:
        yield category, ""


def _year(text: str) -> int | None:
    """Return the year; a time zone, which a year of XML may have behind it, says nothing."""
    found = _YEAR.match(text)
    year = int(found[1]) if found else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
