"""Making schools and changing them."""

from __future__ import annotations

import re
from datetime import datetime

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
        record(Act.SCHOOL_ADDED, school, school=school, changes=differences({}, _told(school)))
    return school


def well_formed(code: str, name: str, time_zone: str) -> tuple[str, str, str]:
    """Return the three as they are stored. Raises WrongUse for the first that is not well formed; reads nothing."""
    return _checked_code(code), _checked_name(name), zone_named(time_zone).key


def change_school(school: School, *, name: str | None = None, time_zone: str | None = None, now: datetime) -> None:
    """Save a new name or time zone; in a new zone every profile of the school is scheduled anew."""
    from photosync.apps.profiles.services import reschedule

    with transaction.atomic():
        stored = School.objects.select_for_update().get(pk=school.pk)
        former_zone, former = stored.time_zone, _told(stored)
        stored.name = stored.name if name is None else _checked_name(name)
        stored.time_zone = former_zone if time_zone is None else zone_named(time_zone).key
        stored.save(update_fields=("name", "time_zone"))
        school.name, school.time_zone = stored.name, stored.time_zone
        if changes := differences(former, _told(stored)):
            record(Act.SCHOOL_CHANGED, stored, school=stored, changes=changes)
        if stored.time_zone != former_zone:
            for profile in stored.profiles.select_related("school"):
                reschedule(profile, now)


def _told(school: School) -> dict[str, str]:
    """Return what is recorded of a school when it changes."""
    begins = f"{school.academic_year_begins_month:02}-{school.academic_year_begins_day:02}"
    return {"name": school.name, "time_zone": school.time_zone, "academic_year_begins": begins}


def _checked_code(code: str) -> str:
    trimmed = code.strip().upper()
    if not CODE_FORM.fullmatch(trimmed):
        raise WrongUse(
            f"{quoted(code)} cannot be the code of a school. Nothing was saved. "
            "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen."
        )
    return trimmed


def _checked_name(name: str) -> str:
    trimmed = " ".join(name.split())
    if not trimmed or len(trimmed) > LONGEST_NAME or not trimmed.isprintable():
        raise WrongUse(f"A school needs a name of 1 to {LONGEST_NAME} characters. Nothing was saved.")
    return trimmed
