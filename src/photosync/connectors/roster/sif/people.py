"""What a StudentPersonal or StaffPersonal says of a person, and a SchoolInfo of a school."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from photosync.connectors.sif.objects import (
    IDENTIFIER_ELEMENTS,
    PersonId,
    identifier_of,
    identifiers_of,
    same_ref,
)
from photosync.connectors.sif.xml_objects import SifObject
from photosync.core.people import PersonKind

ENROLLMENT: Final = "StudentSchoolEnrollment"
SCHOOL: Final = "SchoolInfo"
_NAME: Final = "PersonInfo/Name"
_EMAIL: Final = "PersonInfo/EmailList/Email"
_PRIMARY: Final = frozenset({"01", "1", "primary"})
_INACTIVE: Final = frozenset({"i", "inactive"})
_RECENT: Final = "MostRecent"
PERSON_PATHS: Final = frozenset(
    {
        *(PersonId(element).path for element in IDENTIFIER_ELEMENTS),
        *(f"{_NAME}/{each}" for each in ("GivenName", "FamilyName", "PreferredGivenName", "FullName")),
        _EMAIL,
        "EmploymentStatus",
        *(f"{_RECENT}/{each}" for each in ("SchoolLocalId", "SchoolACARAId", "YearLevel/Code")),
        *(f"{_RECENT}/{each}" for each in ("Homegroup", "HomeGroup", "HomeroomLocalId", "LocalCampusId")),
    }
)
SCHOOL_PATHS: Final = frozenset(
    {"LocalId", "StateProvinceId", "CommonwealthId", "ACARAId", "SchoolName", "Campus/SchoolCampusId"}
)


@dataclass(frozen=True, slots=True)
class PersonRead:
    """A person as text. What the object does not have is ""."""

    ref: str
    """As RefIds are compared."""
    code: str
    alternates: Sequence[str]
    """The other identifiers, each once."""
    given_name: str
    family_name: str
    preferred_name: str
    email: str
    employment: str
    """Of staff: left or active, as the EmploymentStatus says it."""
    year_level: str
    roll_group: str
    school_local_id: str
    school_acara_id: str
    campus_id: str

    def told(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, told: str) -> PersonRead:
        """Return the person of whom `told` was made."""
        return cls(**json.loads(told))


@dataclass(frozen=True, slots=True)
class School:
    ref: str
    name: str
    local_id: str
    acara_id: str
    campus_id: str
    other_ids: frozenset[str] = field(default_factory=frozenset)

    def is_called(self, wanted: str) -> bool:
        """Whether `wanted` is its RefId, one of its identifiers, or its name."""
        ids = {self.local_id, self.acara_id, *self.other_ids} - {""}
        return same_ref(wanted) == self.ref or wanted in ids or wanted.casefold() == self.name.casefold()

    def is_of(self, person: PersonRead) -> bool:
        """Whether it is the school that the person was at most recently, by the identifiers that are named so."""
        by_acara = self.acara_id != "" and self.acara_id == person.school_acara_id
        return by_acara or (self.local_id != "" and self.local_id == person.school_local_id)

    def has_other_id_of(self, person: PersonRead) -> bool:
        """Whether one of its other identifiers stands where the person has the LocalId or ACARA id of a school."""
        return not self.other_ids.isdisjoint({person.school_local_id, person.school_acara_id})


def person_read(found: SifObject, kind: PersonKind, person_id: PersonId) -> PersonRead:
    """Return what an object of `kind` says. `person_id` is which identifier is the code."""
    code = identifier_of(found, person_id)
    others = (value for value in identifiers_of(found) if value != code and ";" not in value)
    given, family = found.text(f"{_NAME}/GivenName"), found.text(f"{_NAME}/FamilyName")
    homegroup = found.text(f"{_RECENT}/Homegroup") or found.text(f"{_RECENT}/HomeGroup")
    return PersonRead(
        ref=same_ref(found.ref_id),
        code=code,
        alternates=list(dict.fromkeys(others)),
        given_name=given,
        family_name=family or ("" if given else found.text(f"{_NAME}/FullName")),
        preferred_name=found.text(f"{_NAME}/PreferredGivenName"),
        email=_email(found),
        employment=_employment(found) if kind is PersonKind.STAFF else "",
        year_level=found.text(f"{_RECENT}/YearLevel/Code"),
        roll_group=homegroup or found.text(f"{_RECENT}/HomeroomLocalId"),
        school_local_id=found.text(f"{_RECENT}/SchoolLocalId"),
        school_acara_id=found.text(f"{_RECENT}/SchoolACARAId"),
        campus_id=found.text(f"{_RECENT}/LocalCampusId"),
    )


def school_read(found: SifObject) -> School:
    return School(
        ref=same_ref(found.ref_id),
        name=found.text("SchoolName"),
        local_id=found.text("LocalId"),
        acara_id=found.text("ACARAId"),
        campus_id=found.text("Campus/SchoolCampusId"),
        other_ids=frozenset({found.text("StateProvinceId"), found.text("CommonwealthId")}) - {""},
    )


def schools_of(person: PersonRead, schools: Iterable[School]) -> list[School]:
    """Return the schools that the person was at most recently: one, unless they share an identifier, or none."""
    every = list(schools)
    return [each for each in every if each.is_of(person)] or [each for each in every if each.has_other_id_of(person)]


def campus_of(person: PersonRead, school_ref: str, schools: Mapping[str, School]) -> str:
    """Return the name of the campus that the person names, else of the school enrolled at, else of the last one."""
    every = schools.values()
    of_campus = [each for each in every if each.campus_id and each.campus_id == person.campus_id]
    if len(of_campus) > 1:
        # Numbers of campuses are counted anew in each school.
        last = schools_of(person, of_campus)
        of_campus = [each for each in of_campus if each.ref == school_ref or each in last]
    if len(of_campus) == 1:
        return of_campus[0].name
    if school_ref in schools:
        return schools[school_ref].name
    return next((each.name for each in schools_of(person, every)), "")


def _email(found: SifObject) -> str:
    every = [value for value in found.values if value.path == _EMAIL and value.text]
    primary = [each for each in every if each.attributes.get("Type", "").casefold() in _PRIMARY]
    return (primary or every)[0].text if every else ""


def _employment(found: SifObject) -> str:
    status = found.text("EmploymentStatus").casefold()
    if not status:
        return ""
    # Suspended and on leave are not gone.
    return "left" if status in _INACTIVE else "active"
