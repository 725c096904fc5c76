from datetime import UTC, datetime

import pytest

from photosync.apps.profiles.services import add_profile, assign
from photosync.apps.schools.changing import change_school
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now, school_named, zone_named
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.services import add_period
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse
from tests.apps.people.rosters import day

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)


def test_school_is_added_with_code_in_upper_case_and_zone_as_listed() -> None:
    school = add_school(" wgc ", "Wattle  Grove", "australia/sydney", academic_year_begins_month=7)

    stored = School.objects.values_list("code", "name", "time_zone", "academic_year_begins_month").get()
    assert stored == ("WGC", "Wattle Grove", "Australia/Sydney", 7)
    assert academic_year_now(school, NOW) == 2027


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Sydney", "Did you mean Australia/Sydney?"),
        ("Australia/Sidney", "Did you mean Australia/Sydney?"),
        ("Nowhere at all", "Write it like Australia/Sydney."),
        ("", "Write it like Australia/Sydney."),
    ],
)
def test_zone_unknown_names_near_ones(zone: str, hint: str) -> None:
    with pytest.raises(WrongUse) as refused:
        zone_named(zone)

    assert refused.value.message == f'"{zone}" is not a time zone. Nothing was saved. {hint}'


@pytest.mark.parametrize(
    ("code", "name", "error", "message"),
    [
        (
            "W G",
            "Wattle",
            WrongUse,
            '"W G" cannot be the code of a school. Nothing was saved. '
            "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen.",
        ),
        ("WG", " ", WrongUse, "A school needs a name of 1 to 200 characters. Nothing was saved."),
        (
            "hill",
            "Other",
            Refused,
            "There is already a school HILL, Hill School. Nothing was saved. Choose another code.",
        ),
    ],
)
def test_school_refused(code: str, name: str, error: type[PhotoSyncError], message: str) -> None:
    add_school("HILL", "Hill School", "UTC")

    with pytest.raises(error) as refused:
        add_school(code, name, "UTC")

    assert refused.value.message == message
    assert School.objects.count() == 1


def test_school_named_without_code_is_the_only_one() -> None:
    school = add_school("HILL", "Hill School", "UTC")

    assert school_named(None) == school
    assert school_named("hill") == school


@pytest.mark.parametrize(
    ("schools", "code", "error", "message"),
    [
        (
            [],
            None,
            WrongUse,
            "There is no school yet. Nothing was done. Make one.",
        ),
        (
            ["A", "B"],
            None,
            WrongUse,
            "Which school is meant? Nothing was done. There are: A, B. Give its code.",
        ),
        (["A", "B"], "C", NotFound, 'There is no school "C". Nothing was done. There are: A, B.'),
        (
            [],
            "C",
            NotFound,
            'There is no school "C". Nothing was done. There is none yet: make one.',
        ),
    ],
)
def test_school_not_found(schools: list[str], code: str | None, error: type[PhotoSyncError], message: str) -> None:
    for each in schools:
        add_school(each, each, "UTC")

    with pytest.raises(error) as refused:
        school_named(code)

    assert refused.value.message == message


def test_new_time_zone_schedules_the_profiles_anew() -> None:
    school = add_school("HILL", "Hill School", "UTC")
    profile = add_profile(school, source_kind="folder", options={"path": "/srv/photos"}, anywhere=True, now=NOW)
    period = add_period(school, code="2026S2", description="", start=day("2026-07-20"), end=day("2026-12-18"))
    assign(profile, period, now=NOW)
    before = profile.next_due_at

    change_school(school, time_zone="Australia/Perth", now=NOW)

    profile.refresh_from_db()
    assert before == datetime(2026, 8, 4, tzinfo=UTC)
    assert profile.next_due_at == datetime(2026, 8, 3, 16, tzinfo=UTC)
