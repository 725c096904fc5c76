from datetime import UTC, date, datetime
from typing import Any

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, assign
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import Effect, effect_document, period_coded, period_document
from photosync.apps.timetable.services import (
    add_period,
    copy_period,
    delete_period,
    edit_period,
    preview_edit,
)
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.status import Status

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def period(school: School) -> TimetablePeriod:
    return add(school, "2026S2")


@pytest.fixture
def profile(school: School, period: TimetablePeriod) -> SyncProfile:
    made = add_profile(school, source_kind="folder", options={"path": "/srv/p"}, anywhere=True, now=NOW)
    assign(made, period, now=NOW)
    return made


def add(school: School, code: str, **given: Any) -> TimetablePeriod:
    dates = {"start": date(2026, 7, 20), "end": date(2026, 12, 18)}
    return add_period(school, code=code, **{"description": "Semester 2", **dates, **given})


def test_period_gets_its_defaults(school: School) -> None:
    period = add(school, " 2026s2 ")
    photo = add(school, "photo", sync_only=True, visible_to_parents=False)

    assert period_document(period) == {
        "code": "2026S2",
        "description": "Semester 2",
        "start": "2026-07-20",
        "end": "2026-12-18",
        "group": 1,
        "year": 2026,
        "visible": {"marks_book": True, "students": True, "parents": True},
        "sync_only": False,
        "used_by": [],
    }
    assert (photo.code, photo.group_number, photo.sync_only, photo.visible_to_parents) == (
        "PHOTO",
        99,
        True,
        False,
    )


def test_overlap_in_group_names_the_other_and_offers_a_free_group(school: School, period: TimetablePeriod) -> None:
    with pytest.raises(Refused) as refused:
        add(school, "2026T4", start=date(2026, 12, 18), end=date(2026, 12, 31), group_number=1)

    assert refused.value.message == (
        "Timetable period 2026T4 (Friday 18 December 2026 to Thursday 31 December 2026) shares days with "
        "2026S2 (Monday 20 July 2026 to Friday 18 December 2026), which is in group 1 too; periods of one "
        "group may not overlap. Nothing was saved. Change the dates, or set the group number to 2, the "
        "lowest that is free."
    )
    assert TimetablePeriod.objects.count() == 1


def test_code_taken_is_refused(school: School, period: TimetablePeriod) -> None:
    with pytest.raises(Refused) as refused:
        add(school, "2026s2")

    assert refused.value.message == (
        "There is already a timetable period 2026S2. Nothing was saved. Choose another code, or change that one."
    )


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (
            "x" * 201,
            "The description of timetable period T is longer than 200 characters. Nothing was saved. Shorten it.",
        ),
        (
            "a\x07b",
            "The description of timetable period T has characters that are not text. Nothing was saved.",
        ),
    ],
)
def test_description_refused(description: str, message: str, school: School) -> None:
    with pytest.raises(WrongUse) as refused:
        add(school, "T", description=description)

    assert refused.value.message == message


def test_code_is_fixed_once_a_profile_uses_it(school: School, period: TimetablePeriod, profile: SyncProfile) -> None:
    with pytest.raises(Refused) as refused:
        edit_period(period, now=NOW, code="2026SECOND")

    assert refused.value.message == (
        "The code of timetable period 2026S2 cannot be changed to 2026SECOND: the sync profile Photo Sync "
        "uses it. Nothing was saved. Copy the period under a new code instead."
    )


def test_code_changes_while_no_profile_uses_it(school: School, period: TimetablePeriod) -> None:
    edit_period(period, now=NOW, code="2026second")

    assert TimetablePeriod.objects.get().code == "2026SECOND"


def test_new_code_taken_is_refused(school: School, period: TimetablePeriod) -> None:
    add(school, "OTHER")

    with pytest.raises(Refused) as refused:
        edit_period(period, now=NOW, code="other")

    assert (
        refused.value.message == "There is already a timetable period OTHER. Nothing was saved. Choose another code."
    )


def test_edit_says_what_it_does_to_each_profile_and_reschedules(
    period: TimetablePeriod, profile: SyncProfile
) -> None:
    expected = Effect(
        profile="Photo Sync",
        status_before=Status.ACTIVE,
        status_after=Status.ENDED,
        stops_on_before=date(2026, 12, 18),
        stops_on_after=date(2026, 7, 31),
        explanation_after=(
            "Ended on Friday 31 July 2026, when 2026S2 ended. To re-enable it, add a timetable period whose "
            "end date is in the future."
        ),
    )

    assert preview_edit(period, now=NOW, end=date(2026, 7, 31)) == (expected,)
    assert TimetablePeriod.objects.get().end == date(2026, 12, 18)

    edited = edit_period(period, now=NOW, end=date(2026, 7, 31))

    assert edited.effects == (expected,)
    assert effect_document(expected)["stops_on_after"] == "2026-07-31"
    assert TimetablePeriod.objects.get().end == date(2026, 7, 31)
    profile.refresh_from_db()
    assert profile.next_due_at is None


def test_edit_of_a_description_leaves_the_schedule_alone(period: TimetablePeriod, profile: SyncProfile) -> None:
    later = datetime(2026, 8, 9, tzinfo=UTC)

    edit_period(period, now=later, description="Second half")

    profile.refresh_from_db()
    assert profile.evaluated_until == NOW


def test_copy_moves_the_dates_on_by_a_year(period: TimetablePeriod) -> None:
    copy = copy_period(period)

    assert period_document(copy) == period_document(period) | {
        "code": "2027S2",
        "start": "2027-07-20",
        "end": "2027-12-18",
        "year": 2027,
    }


def test_used_period_cannot_be_deleted(period: TimetablePeriod, profile: SyncProfile, school: School) -> None:
    other = add_profile(school, "Staff", source_kind="folder", options={"path": "/srv/p"}, anywhere=True, now=NOW)
    assign(other, period, now=NOW)

    with pytest.raises(Refused) as refused:
        delete_period(period)

    assert refused.value.message == (
        "Timetable period 2026S2 cannot be deleted: the sync profiles Photo Sync and Staff use it. "
        "Nothing was deleted. Take it off first."
    )


def test_unused_period_is_deleted(period: TimetablePeriod) -> None:
    delete_period(period)

    assert not TimetablePeriod.objects.exists()


def test_period_unknown_lists_the_others(school: School, period: TimetablePeriod) -> None:
    with pytest.raises(NotFound) as refused:
        period_coded(school, "2026S1")

    assert refused.value.message == (
        'School HILL has no timetable period "2026S1". Nothing was done. There are: 2026S2.'
    )
    period.delete()
    with pytest.raises(NotFound, match=r"There is none yet: make one\."):
        period_coded(school, "2026S1")
