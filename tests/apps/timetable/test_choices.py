"""Which periods a drop-down lists, for whom."""

from datetime import date

import pytest

from photosync.apps.schools.models import School
from photosync.apps.timetable.choices import Audience, periods_offered
from photosync.apps.timetable.models import TimetablePeriod

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    school = School.objects.create(code="HILL", name="Hill School", time_zone="Australia/Sydney")
    other = School.objects.create(code="DALE", name="Dale School", time_zone="Australia/Sydney")
    given: list[tuple[School, str, int, dict[str, bool]]] = [
        (school, "2025S2", 2025, {}),
        (school, "2026S1", 2026, {"visible_to_parents": False}),
        (school, "2026S2", 2027, {"visible_in_marks_book": False, "visible_to_students": False}),
        (
            school,
            "HIDDEN",
            2028,
            dict.fromkeys(("visible_in_marks_book", "visible_to_students", "visible_to_parents"), False),
        ),
        (school, "PHOTO", 2029, {"sync_only": True}),
        (other, "2030S1", 2030, {}),
    ]
    for number, (whose, code, year, switches) in enumerate(given):
        TimetablePeriod.objects.create(
            school=whose,
            code=code,
            description=code,
            start=date(year, 2, 1),
            end=date(year, 6, 30),
            group_number=number + 1,
            academic_year=year,
            **switches,
        )
    return school


@pytest.mark.parametrize(
    ("audience", "codes"),
    [
        (Audience.MANAGE_SYNC, ["PHOTO", "HIDDEN", "2026S2", "2026S1", "2025S2"]),
        (Audience.STAFF, ["HIDDEN", "2026S2", "2026S1", "2025S2"]),
        (Audience.MARKS_BOOK, ["2026S1", "2025S2"]),
        (Audience.STUDENTS, ["2026S1", "2025S2"]),
        (Audience.PARENTS, ["2026S2", "2025S2"]),
    ],
)
def test_each_drop_down_lists_what_is_visible_there(school: School, audience: Audience, codes: list[str]) -> None:
    assert [each.code for each in periods_offered(school, audience)] == codes


def test_sync_only_hides_a_period_that_is_visible_to_all(school: School) -> None:
    period = TimetablePeriod.objects.get(code="PHOTO")
    assert (period.visible_in_marks_book, period.visible_to_students, period.visible_to_parents) == (True, True, True)

    offered = {audience: period in periods_offered(school, audience) for audience in Audience}

    assert offered == dict.fromkeys(Audience, False) | {Audience.MANAGE_SYNC: True}
