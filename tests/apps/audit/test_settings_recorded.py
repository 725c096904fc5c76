"""Each service that changes a setting records exactly what changed; a repetition records nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.accounts.services import add_user, new_password_link, set_password
from photosync.apps.audit.models import Entry
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.saving import WantedPeriod, WantedProfile, save_profile
from photosync.apps.profiles.services import add_profile, assign, change_profile, set_enabled, unassign
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.reports.design import Design, save_design
from photosync.apps.schools.changing import change_school
from photosync.apps.schools.models import PRESET_LEGAL_BASIS, School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.services import add_period, copy_period, delete_period, edit_period, preview_edit
from photosync.core.errors import PhotoSyncError
from tests.apps.audit.entries import take_told

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
S2 = {
    "code": "2026S2",
    "description": "Semester 2",
    "start": "2026-07-20",
    "end": "2026-12-18",
    "group_number": "1",
    "academic_year": "2026",
    "visible_in_marks_book": "yes",
    "visible_to_students": "yes",
    "visible_to_parents": "yes",
    "sync_only": "no",
}
PROFILE = {
    "name": "Photo Sync",
    "scheduled_sync_enabled": "yes",
    "source": "folder",
    "option path": "/srv/photos",
    "source_may_be_anywhere": "no",
    "components": "students, staff",
    "when_missing": "keep",
    "replace_share_percent": "30",
    "replace_number": "20",
    "withdraw_share_percent": "5",
    "withdraw_number": "5",
    "hold_until_archived": "yes",
}


@pytest.fixture(autouse=True)
def _allowed_roots(settings: Settings) -> None:
    settings.PHOTOSYNC_SOURCE_ROOTS = (Path("/srv"),)


@pytest.fixture
def school(db: None) -> School:
    made = add_school("HILL", "Hill School", "Australia/Sydney")
    Entry.objects.all().delete()
    return made


@pytest.fixture
def period(school: School) -> TimetablePeriod:
    made = add_period(
        school, code="2026S2", description="Semester 2", start=date(2026, 7, 20), end=date(2026, 12, 18)
    )
    Entry.objects.all().delete()
    return made


@pytest.fixture
def profile(school: School) -> SyncProfile:
    made = add_profile(school, source_kind="folder", options={"path": "/srv/photos"}, now=NOW)
    Entry.objects.all().delete()
    return made


def new(values: dict[str, str]) -> list[tuple[str, str | None, str | None]]:
    return [(name, None, value) for name, value in values.items()]


def test_school_added_and_changed() -> None:
    school = add_school("hill", "Hill School", "Australia/Sydney")
    change_school(school, name="Hill College", now=NOW)
    change_school(school, name="Hill College", time_zone="Australia/Sydney", now=NOW)
    change_school(school, time_zone="Australia/Perth", now=NOW)

    assert {entry.school_id for entry in Entry.objects.all()} == {school.pk}
    assert take_told() == [
        (
            "school.added",
            "HILL Hill School",
            new(
                {
                    "name": "Hill School",
                    "time_zone": "Australia/Sydney",
                    "academic_year_begins": "01-01",
                    "unknown_school_use": f"yes ({PRESET_LEGAL_BASIS})",
                }
            ),
            "",
        ),
        ("school.changed", "HILL Hill College", [("name", "Hill School", "Hill College")], ""),
        ("school.changed", "HILL Hill College", [("time_zone", "Australia/Sydney", "Australia/Perth")], ""),
    ]


def test_period_added_edited_copied_and_deleted(school: School) -> None:
    period = add_period(
        school, code="2026s2", description="Semester 2", start=date(2026, 7, 20), end=date(2026, 12, 18)
    )
    preview_edit(period, now=NOW, end=date(2027, 1, 8))
    edit_period(period, now=NOW, end=date(2027, 1, 8), sync_only=True)
    edit_period(period, now=NOW, end=date(2027, 1, 8), sync_only=True)
    copied = copy_period(period)
    copy_values = S2 | {
        "code": copied.code,
        "start": "2027-07-20",
        "end": "2028-01-08",
        "academic_year": "2027",
        "sync_only": "yes",
    }
    delete_period(copied)

    assert take_told() == [
        ("period.added", "2026S2", new(S2), ""),
        ("period.changed", "2026S2", [("end", "2026-12-18", "2027-01-08"), ("sync_only", "no", "yes")], ""),
        ("period.added", copied.code, new(copy_values), "Copied from 2026S2."),
        ("period.deleted", copied.code, [(name, value, None) for name, value in copy_values.items()], ""),
    ]


def test_period_with_a_new_code_is_told_under_the_former_one(period: TimetablePeriod) -> None:
    edit_period(period, now=NOW, code="2026B")

    assert [entry.subject_id for entry in Entry.objects.all()] == [period.pk]
    assert take_told() == [("period.changed", "2026S2", [("code", "2026S2", "2026B")], "")]


def test_profile_added_changed_and_disabled(school: School) -> None:
    profile = add_profile(school, source_kind="folder", options={"path": "/srv/photos"}, now=NOW)
    change_profile(profile, ProfileSettings(options={"key": "student_code"}, replace_number=40))
    change_profile(profile, ProfileSettings(replace_number=40))
    change_profile(profile, ProfileSettings(options={"key": ""}, name="Portraits", components=["students"]))
    set_enabled(profile, enabled=False, now=NOW)
    set_enabled(profile, enabled=False, now=NOW)

    assert take_told() == [
        ("profile.added", "Photo Sync", new(PROFILE), ""),
        (
            "profile.changed",
            "Photo Sync",
            [("replace_number", "20", "40"), ("option key", None, "student_code")],
            "",
        ),
        (
            "profile.changed",
            "Portraits",
            [
                ("name", "Photo Sync", "Portraits"),
                ("option key", "student_code", None),
                ("components", "students, staff", "students"),
            ],
            "",
        ),
        ("profile.changed", "Portraits", [("scheduled_sync_enabled", "yes", "no")], ""),
    ]


def test_period_assigned_changed_and_taken_off(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, now=NOW)
    assign(profile, period, frequency="every 15m", now=NOW)
    assign(profile, period, frequency="every 15m", mode="full", now=NOW)
    assign(profile, period, mode="additions", now=NOW)
    unassign(profile, period, now=NOW)

    which = ("period", "2026S2", "2026S2")
    assert take_told() == [
        (
            "profile.period-assigned",
            "Photo Sync",
            [which, ("frequency", None, "nightly"), ("mode", None, "full")],
            "",
        ),
        ("profile.period-changed", "Photo Sync", [which, ("frequency", "nightly", "every 15m")], ""),
        ("profile.period-changed", "Photo Sync", [which, ("mode", "full", "additions")], ""),
        (
            "profile.period-unassigned",
            "Photo Sync",
            [which, ("frequency", "every 15m", None), ("mode", "additions", None)],
            "",
        ),
    ]


def test_whole_profile_records_only_what_differs(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, now=NOW)
    take_told()
    as_it_is = ProfileSettings(
        name="Photo Sync",
        source_kind="folder",
        options={"path": "/srv/photos"},
        components=["students", "staff"],
        when_missing="keep",
    )
    same = WantedProfile(settings=as_it_is, enabled=True, periods=[WantedPeriod(period, "nightly", "full")])
    other = WantedProfile(settings=as_it_is, enabled=False, periods=[WantedPeriod(period, "daily@06:30", "full")])

    save_profile(profile.school, profile, same, now=NOW)
    assert take_told() == []

    save_profile(profile.school, profile, other, now=NOW)
    assert take_told() == [
        ("profile.changed", "Photo Sync", [("scheduled_sync_enabled", "yes", "no")], ""),
        (
            "profile.period-changed",
            "Photo Sync",
            [("period", "2026S2", "2026S2"), ("frequency", "nightly", "daily@06:30")],
            "",
        ),
    ]


def test_what_is_refused_leaves_no_entry(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, now=NOW)
    take_told()

    with pytest.raises(PhotoSyncError):
        delete_period(period)
    with pytest.raises(PhotoSyncError):
        edit_period(period, now=NOW, code="OTHER")
    with pytest.raises(PhotoSyncError):
        change_profile(profile, ProfileSettings(name="Other", source_kind="nothing"))

    assert take_told() == []


def test_account_added_linked_and_its_password_set(school: School) -> None:
    user = add_user("kim", "administrator", school).user
    new_password_link(user)
    set_password(user, "a pelican on the jetty")
    with pytest.raises(PhotoSyncError):
        set_password(user, "short")

    assert [(entry.school_id, entry.subject_id) for entry in Entry.objects.order_by("pk")] == [
        (school.pk, user.pk),
        (None, user.pk),
        (None, user.pk),
    ]
    assert "pelican" not in str(list(Entry.objects.values_list()))
    assert take_told() == [
        ("user.added", "kim", [("roles", None, "administrator in HILL")], ""),
        ("user.link-made", "kim", [], ""),
        ("user.password", "kim", [], ""),
    ]


def test_report_design_changed(school: School) -> None:
    save_design(school, Design(heading="Report", footer="hill.example", signatories=("Principal", "Tutor")))
    save_design(school, Design(heading="Report", footer="hill.example", signatories=("Principal", "Tutor")))
    save_design(school, Design(heading="Report"))
    save_design(school, None, remove_crest=True)

    assert {entry.school_id for entry in Entry.objects.all()} == {school.pk}
    assert take_told() == [
        (
            "report.design-changed",
            "HILL",
            new({"heading": "Report", "footer": "hill.example", "signatories": "Principal, Tutor"}),
            "",
        ),
        (
            "report.design-changed",
            "HILL",
            [("footer", "hill.example", None), ("signatories", "Principal, Tutor", None)],
            "",
        ),
    ]
