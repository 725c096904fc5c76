"""Making schools, and what is well formed of one. How one is changed: `changing`."""

from __future__ import annotations

import re

from django.db import transaction

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import zone_named
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted
from photosync.core.periods import AcademicYearRule

CODE_FORM = re.compile(r"[A-Z0-9._-]{1,16}", re.ASCII)
LONGEST_NAME = 200
LONGEST_LEGAL_BASIS = 300
_YEAR_BEGINS = re.compile(r"\d{1,2}-\d{1,2}", re.ASCII)


def add_school(
    code: str,
    name: str,
    time_zone: str,
    *,
    academic_year_begins_month: int = 1,
    academic_year_begins_day: int = 1,
) -> School:
    """Return the new school. Raises WrongUse for what is not well formed, Refused where the code is taken."""
    AcademicYearRule(academic_year_begins_month, academic_year_begins_day)
    code, name, time_zone = well_formed(code, name, time_zone)
    with transaction.atomic():
        taken = School.objects.filter(code=code).first()
        if taken is not None:
            raise Refused(f"There is already a school {code}, {taken.name}. Nothing was saved. Choose another code.")
        school = School.objects.create(
            code=code,
            name=name,
            time_zone=time_zone,
            academic_year_begins_month=academic_year_begins_month,
            academic_year_begins_day=academic_year_begins_day,
        )
        given = {name: value for name, value in told(school).items() if value != "no"}
        record(Act.SCHOOL_ADDED, school, school=school, changes=differences({}, given))
    return school


def well_formed(code: str, name: str, time_zone: str) -> tuple[str, str, str]:
    """Return the three as they are stored. Raises WrongUse for the first that is not well formed; reads nothing."""
    return _checked_code(code), checked_name(name), zone_named(time_zone).key


def told(school: School) -> dict[str, str]:
    """Return what is recorded of a school when it changes."""
    begins = f"{school.academic_year_begins_month:02}-{school.academic_year_begins_day:02}"
    known = {"name": school.name, "time_zone": school.time_zone, "academic_year_begins": begins}
    known["keeps_originals"] = "yes" if school.keeps_originals else "no"
    return known | {
        f"unknown_{purpose.value}": f"yes ({means.legal_basis})" if means.yes else "no"
        for purpose, means in school.unknown_means.items()
    }


def _checked_code(code: str) -> str:
    trimmed = code.strip().upper()
    if not CODE_FORM.fullmatch(trimmed):
        raise WrongUse(
            f"{quoted(code)} cannot be the code of a school. Nothing was saved. "
            "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen."
        )
    return trimmed


def checked_name(name: str) -> str:
    trimmed = " ".join(name.split())
    if not trimmed or len(trimmed) > LONGEST_NAME or not trimmed.isprintable():
        raise WrongUse(f"A school needs a name of 1 to {LONGEST_NAME} characters. Nothing was saved.")
    return trimmed


def checked_legal_basis(text: str) -> str:
    trimmed = " ".join(text.split())
    if len(trimmed) > LONGEST_LEGAL_BASIS or not trimmed.isprintable():
        raise WrongUse(f"A legal basis is a text of up to {LONGEST_LEGAL_BASIS} characters. Nothing was saved.")
    return trimmed


def year_begins_said(text: str) -> AcademicYearRule:
    """Return the rule of an academic year that begins on MM-DD. Raises WrongUse."""
    if not _YEAR_BEGINS.fullmatch(text.strip()):
        raise WrongUse(
            f"{quoted(text)} is not a day on which an academic year begins. Nothing was saved. "
            "Write it as MM-DD, such as 01-27."
        )
    month, _dash, day = text.strip().partition("-")
    return AcademicYearRule(int(month), int(day))
