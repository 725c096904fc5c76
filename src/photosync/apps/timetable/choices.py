"""Which timetable periods a drop-down lists. Every drop-down of periods asks here.

Rule: PRODUCT.md, "Timetable periods": the Marks Book, student and parent views list those visible to them, every
other staff drop-down lists all, and a period "For sync only" is on Manage Sync alone.
"""

from __future__ import annotations

from enum import StrEnum

from django.db.models import QuerySet

from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.errors import NotFound
from photosync.core.people import quoted


class Audience(StrEnum):
    """Who looks at the drop-down, or at what is made with it."""

    MANAGE_SYNC = "manage-sync"
    STAFF = "staff"
    MARKS_BOOK = "marks-book"
    STUDENTS = "students"
    PARENTS = "parents"


_VISIBLE = {
    Audience.MARKS_BOOK: "visible_in_marks_book",
    Audience.STUDENTS: "visible_to_students",
    Audience.PARENTS: "visible_to_parents",
}


def periods_offered(school: School, audience: Audience) -> QuerySet[TimetablePeriod]:
    """Return the periods of `school` that a drop-down for `audience` lists, those that end last first."""
    periods = TimetablePeriod.objects.filter(school=school)
    if audience is not Audience.MANAGE_SYNC:
        periods = periods.filter(sync_only=False)
    if audience in _VISIBLE:
        periods = periods.filter(**{_VISIBLE[audience]: True})
    return periods.order_by("-end", "-start", "code")


def period_offered(school: School, audience: Audience, code: str) -> TimetablePeriod:
    """Return the period with this code where a drop-down for `audience` lists it. Raises NotFound."""
    found = periods_offered(school, audience).filter(code=code.strip().upper()).first()
    if found is None:
        raise NotFound(
            f"There is no timetable period {quoted(code)} that lists for {audience.value} show. Nothing was made. "
            "See those that there are.",
            command_line="photosync period list",
        )
    return found
