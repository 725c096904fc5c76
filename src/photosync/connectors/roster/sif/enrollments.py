"""Enrolments of students: which one counts, and whether they say that someone has left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from photosync.connectors.roster.contract import UNCHANGED
from photosync.connectors.sif.objects import same_ref
from photosync.connectors.sif.xml_objects import SifObject

ENROLLMENT_PATHS: Final = frozenset(
    {
        *("StudentPersonalRefId", "SchoolInfoRefId", "MembershipType", "TimeFrame", "SchoolYear", "EntryDate"),
        *("YearLevel/Code", "Homegroup", "House", "ExitDate", "RecordClosureReason"),
    }
)
_HOME: Final = frozenset({"01", "1", "home"})
_GOES_ON: Final = frozenset({"endofyear", "timedependentdatachange", "campusexit"})
"""Reasons to close an enrolment that are no exit from the school: another one is to follow."""
_FIRST_EXIT: Final = "1901"
"""What is before it stands for no date, such as 0001-01-01 and 1900-01-01."""


class Counts(StrEnum):
    """What enrolments say of who has left."""

    EXITS = "exits"
    """Whoever has an ExitDate that is past and no other enrolment has left."""
    REQUIRED = "required"
    """So has everyone without an enrolment now or later."""
    NONE = "none"
    """They are not read."""


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Dates are ISO text, "" where there are none."""

    student: str
    school: str
    """RefIds, as they are compared."""
    is_home: bool
    time_frame: str
    school_year: str
    entry_date: str
    exit_date: str
    goes_on: bool
    year_level: str
    roll_group: str
    house: str
    ref: str = ""
    """Its own RefId; "" where it has none."""
    is_odd: bool = False
    """Whether one of its dates cannot be. It counts as not there."""
    is_cancelled: bool = False
    """Whether it ends before it begins, which is how systems cancel one: it says nothing beside another."""

    def told(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, told: str) -> Enrollment:
        return cls(**json.loads(told))

    def is_over(self, today: date) -> bool:
        """Whether the last day, which still counts, is past. Without dates the TimeFrame says it."""
        return self.exit_date < today.isoformat() if self.exit_date else self.time_frame == "H"

    def has_begun(self, today: date) -> bool:
        return self.entry_date <= today.isoformat() if self.entry_date else self.time_frame != "F"

    def is_now(self, today: date) -> bool:
        return self.has_begun(today) and not self.is_over(today)


def enrollment_read(found: SifObject) -> Enrollment:
    """Return what a StudentSchoolEnrollment says."""
    entry, entry_is_odd = _day(found.text("EntryDate"))
    ends, exit_is_odd = _day(found.text("ExitDate"))
    is_cancelled = _FIRST_EXIT <= ends < entry
    if ends and ends < max(entry, _FIRST_EXIT):
        ends, exit_is_odd = "", True
    return Enrollment(
        student=same_ref(found.text("StudentPersonalRefId")),
        school=same_ref(found.text("SchoolInfoRefId")),
        is_home=found.text("MembershipType").casefold() in _HOME,
        time_frame=found.text("TimeFrame").upper()[:1],
        school_year=found.text("SchoolYear")[:4],
        entry_date=entry,
        exit_date=ends,
        goes_on=found.text("RecordClosureReason").casefold() in _GOES_ON,
        year_level=found.text("YearLevel/Code"),
        roll_group=found.text("Homegroup"),
        house=found.text("House"),
        ref=same_ref(found.ref_id),
        is_odd=entry_is_odd or exit_is_odd,
        is_cancelled=is_cancelled,
    )


def the_one(enrollments: Sequence[Enrollment], today: date) -> Enrollment | None:
    """Return the one that fields are taken from.

    Of now before later before past, then those whose dates can be, home before other, the latest first. An exit
    before the entry is how systems cancel an enrolment: it decides nothing beside another one.
    """

    def rank(each: Enrollment) -> tuple[int, bool, bool, str, str]:
        when = 2 if each.is_now(today) else 0 if each.is_over(today) else 1
        # Of those to come the next one counts, of the others the latest.
        begins = _reversed(each.entry_date) if when == 1 else each.entry_date
        return when, not each.is_odd, each.is_home, begins, each.school_year

    return max(enrollments, key=rank, default=None)


def status_of(enrollments: Sequence[Enrollment], counts: Counts, today: date, *, is_elsewhere: bool = False) -> str:
    """Return left, active, or unchanged where nothing is said of it.

    `is_elsewhere` is whether another school than theirs has a later enrolment, which is of now.
    """
    enrollments = [each for each in enrollments if not each.is_cancelled] or enrollments
    over = [each for each in enrollments if each.is_over(today)]
    if len(over) < len(enrollments):
        return "active"
    if counts is Counts.REQUIRED or (over and is_elsewhere):
        return "left"
    if not over:
        return UNCHANGED
    last = max(over, key=lambda each: (each.exit_date or each.entry_date, each.school_year))
    return "left" if last.exit_date and not last.goes_on else UNCHANGED


def _day(text: str) -> tuple[str, bool]:
    """Return a day as ISO text, "" for none, and whether there is text that is no day."""
    if not text:
        return "", False
    try:
        return date.fromisoformat(text[:10]).isoformat(), False
    except ValueError:
        return "", True


def _reversed(day: str) -> str:
    """Return text that is the greater the earlier the day is."""
    return "".join(str(9 - int(char)) if char.isdigit() else char for char in day)
