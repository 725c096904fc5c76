from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.documents import profile_document
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.queries import limits_of, match_rule, profile_named, schedule_of
from photosync.apps.profiles.services import (
    add_profile,
    assign,
    change_profile,
    set_enabled,
    unassign,
)
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.services import add_period
from photosync.connectors import registry
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse
from photosync.core.frequency import Daily
from photosync.core.guard import Limits
from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.people import IdentifierKey
from photosync.core.status import AssignedPeriod, Mode, ProfileSchedule

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 8, 3, 14, tzinfo=UTC)


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def period(school: School) -> TimetablePeriod:
    return add_period(school, code="2026S2", description="", start=date(2026, 7, 20), end=date(2026, 12, 18))


@pytest.fixture
def profile(school: School) -> SyncProfile:
    return made(school)


def made(school: School, name: str = "Photo Sync", **given: Any) -> SyncProfile:
    options = {"path": "/srv/photos"}
    return add_profile(
        school, name, **{"source_kind": "folder", "options": options, "anywhere": True, "now": NOW, **given}
    )


def change(profile: SyncProfile, *, anywhere: bool = True, **given: Any) -> SyncProfile:
    return change_profile(profile, ProfileSettings(**given), anywhere=anywhere)


def test_new_profile_has_the_defaults(profile: SyncProfile) -> None:
    assert profile_document(profile) == {
        "name": "Photo Sync",
        "source": "folder",
        "secrets": [],
        "options": {"path": "/srv/photos"},
        "components": ["students", "staff"],
        "scheduled_sync_enabled": True,
        "when_missing": "keep",
        "limits": {
            "replace_share_percent": 30,
            "replace_number": 20,
            "withdraw_share_percent": 5,
            "withdraw_number": 5,
        },
        "ping_url": "",
        "hold_until_archived": True,
        "periods": [],
    }
    assert match_rule(profile) == MatchRule()
    assert limits_of(profile) == Limits()
    assert profile.next_due_at is None


def test_assigned_period_is_in_the_schedule(profile: SyncProfile, period: TimetablePeriod) -> None:
    done = assign(profile, period, frequency="Daily@6:30", mode="additions", now=NOW)

    assert done.warning == ""
    assert schedule_of(profile) == ProfileSchedule(
        name="Photo Sync",
        enabled=True,
        zone=profile.school.zone,
        assigned=(AssignedPeriod(period.as_rule(), Daily(done_time()), Mode.ADDITIONS),),
    )
    assert profile.next_due_at == datetime(2026, 8, 3, 20, 30, tzinfo=UTC)


def done_time() -> Any:
    return datetime(2026, 1, 1, 6, 30, tzinfo=UTC).time()


def test_assigning_again_keeps_what_is_not_said(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, frequency="daily@06:30", now=NOW)
    assign(profile, period, mode="additions", now=NOW)

    assert ProfilePeriod.objects.values_list("frequency", "mode").get() == ("daily@06:30", "additions")


def test_ended_period_is_assigned_with_a_warning(profile: SyncProfile, school: School) -> None:
    ended = add_period(school, code="2026S1", description="", start=date(2026, 1, 27), end=date(2026, 6, 26))

    done = assign(profile, ended, now=NOW)

    assert done.warning == (
        "Timetable period 2026S1 ended on Friday 26 June 2026; Photo Sync does not run in it. "
        "To make it run, assign a timetable period whose end date is in the future."
    )
    assert ProfilePeriod.objects.count() == 1
    assert profile.next_due_at is None


def test_changed_schedule_makes_no_runs_in_the_past(profile: SyncProfile, period: TimetablePeriod) -> None:
    later = NOW + timedelta(days=30)

    assign(profile, period, now=later)

    profile.refresh_from_db()
    assert (profile.evaluated_until, profile.schedule_since) == (later, later)
    assert profile.next_due_at == MIDNIGHT + timedelta(days=30)


def test_disabled_profile_keeps_its_due_times_for_the_record(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, now=NOW)

    set_enabled(profile, enabled=False, now=NOW)

    profile.refresh_from_db()
    assert (profile.scheduled_sync_enabled, profile.next_due_at) == (False, MIDNIGHT)


def test_enabling_what_is_enabled_leaves_the_schedule(profile: SyncProfile) -> None:
    set_enabled(profile, enabled=True, now=NOW + timedelta(days=1))

    profile.refresh_from_db()
    assert profile.schedule_since == NOW


def test_unassigned_period_gives_no_due_time(profile: SyncProfile, period: TimetablePeriod) -> None:
    assign(profile, period, now=NOW)

    unassign(profile, period, now=NOW)

    profile.refresh_from_db()
    assert profile.next_due_at is None
    with pytest.raises(Refused) as refused:
        unassign(profile, period, now=NOW)
    assert refused.value.message == (
        "The sync profile Photo Sync does not have timetable period 2026S2. Nothing was changed. See which it has."
    )


def test_settings_change_together(profile: SyncProfile) -> None:
    changed = change(
        profile,
        name="Staff photos",
        options={"pattern": "{code}_{any}", "ignore_case": "TRUE"},
        components=["staff"],
        when_missing="Withdraw",
        replace_share_percent=40,
        withdraw_number=0,
    )

    assert profile_document(changed) == {
        "name": "Staff photos",
        "source": "folder",
        "options": {
            "path": "/srv/photos",
            "pattern": "{code}_{any}",
            "ignore_case": "yes",
            "match": "pattern",
        },
        "components": ["staff"],
        "scheduled_sync_enabled": True,
        "when_missing": "withdraw",
        "limits": {
            "replace_share_percent": 40,
            "replace_number": 20,
            "withdraw_share_percent": 5,
            "withdraw_number": 0,
        },
        "ping_url": "",
        "hold_until_archived": True,
        "secrets": [],
        "periods": [],
    }
    assert match_rule(changed) == MatchRule(
        MatchMode.PATTERN, "{code}_{any}", (IdentifierKey.STAFF_CODE,), ignore_case=True
    )


def test_option_is_removed_by_an_empty_value(profile: SyncProfile) -> None:
    changed = change(profile, options={"pattern": "{code}_{any}"})

    changed = change(changed, options={"pattern": "", "match": ""})

    assert changed.options == {"path": "/srv/photos"}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (
            {"name": " "},
            WrongUse,
            "A sync profile needs a name of 1 to 100 characters. Nothing was saved.",
        ),
        (
            {"name": "other"},
            Refused,
            'There is already a sync profile "other" in this school. Nothing was saved. '
            "Choose another name, or change that one.",
        ),
        (
            {"components": ["parents"]},
            WrongUse,
            '"parents" is not a component. Nothing was saved. Choose from: students, staff.',
        ),
        (
            {"components": [""]},
            WrongUse,
            "A sync profile needs a component. Nothing was saved. Choose from: students, staff.",
        ),
        (
            {"when_missing": "drop"},
            WrongUse,
            '"drop" is not what can be done when the source no longer has a photo. Nothing was saved. '
            "Choose one of: keep, withdraw.",
        ),
        (
            {"replace_share_percent": 101},
            WrongUse,
            "The share of photos that may be replaced cannot be 1.01. Nothing was changed. "
            "Give a percentage from 0 % to 100 %.",
        ),
        (
            {"withdraw_number": 1_000_001},
            WrongUse,
            "A limit cannot be more than 1000000 photos. Nothing was changed.",
        ),
        (
            {"source_kind": "fax"},
            WrongUse,
            "There is no source of kind 'fax'. Nothing was changed; "
            f"the kinds are {', '.join(kind.name for kind in registry.kinds())}.",
        ),
        (
            {"options": {"match": "guess"}},
            WrongUse,
            '"guess" is not a way to match files. Nothing was changed. '
            "Choose one of: stem, pattern, index, column, photographer.",
        ),
        (
            {"options": {"match": "index"}},
            WrongUse,
            "Files are to be matched by an index file, but none is named. Nothing was changed. "
            "Name it, such as idlink.txt.",
        ),
        (
            {"options": {"match": "stem", "index": "i.csv"}},
            WrongUse,
            "An index file is named, but files are matched by the whole file name. Nothing was changed. "
            "Match by an index file, or leave its name out.",
        ),
        (
            {"options": {"key": "shoe_size"}},
            WrongUse,
            '"shoe_size" is not a match key. Nothing was changed. '
            "Choose from: student_code, staff_code, alternate_id, username, email.",
        ),
        (
            {"options": {"key": "staff_code"}, "components": ["students"]},
            WrongUse,
            "The profile does not sync the people who have a staff code. Nothing was changed. "
            "Choose another match key, or add the component.",
        ),
        (
            {"options": {"ignore_case": "maybe"}},
            WrongUse,
            'ignore_case is yes or no, not "maybe". Nothing was changed.',
        ),
    ],
)
def test_settings_refused_change_nothing(
    given: dict[str, Any], error: type[PhotoSyncError], message: str, school: School, profile: SyncProfile
) -> None:
    made(school, "Other")
    before = profile_document(SyncProfile.objects.get(pk=profile.pk))

    with pytest.raises(error) as refused:
        change(profile, **given)

    assert refused.value.message == message
    assert profile_document(SyncProfile.objects.get(pk=profile.pk)) == before


def test_option_that_would_make_two_people_the_same_is_refused(profile: SyncProfile, school: School) -> None:
    for code in ("002082", "2082", "417"):
        person = Person.objects.create(school=school, kind="student", code=code)
        Identifier.objects.create(
            school=school, person=person, key="student_code", value=code, folded=FOLDED.form(code)
        )

    with pytest.raises(Refused) as refused:
        change(profile, options={"ignore_leading_zeros": "yes"})

    assert refused.value.message == (
        'Ignoring leading zeros would make different people the same: "002082" and "2082". '
        "The option was not set. Leave it off, or correct these identifiers first."
    )
    assert change(profile, options={"ignore_case": "yes"}).options["ignore_case"] == "yes"


def test_folder_outside_the_roots_needs_the_operator(school: School, settings: Settings, tmp_path: Path) -> None:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)

    with pytest.raises(Refused, match=r"is not under an allowed root"):
        made(school, anywhere=False)
    inside = made(school, "Inside", options={"path": str(tmp_path / "p")}, anywhere=False)
    outside = made(school, "Outside")

    assert (inside.source_may_be_anywhere, outside.source_may_be_anywhere) == (False, True)
    assert change(outside, options={"ignore_case": "yes"}, anywhere=False).source_may_be_anywhere
    with pytest.raises(Refused, match=r"is not under an allowed root"):
        change(outside, options={"path": "/srv/elsewhere"}, anywhere=False)


def test_data_folder_is_never_a_source(school: School, settings: Settings) -> None:
    with pytest.raises(Refused, match=r"is in or above Photo Sync's own data folder"):
        made(school, options={"path": str(settings.PHOTOSYNC_DATA / "photos")})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mode": "half"}, '"half" is not a mode. Nothing was changed. Choose one of: full, additions.'),
        (
            {"frequency": "hourly"},
            "'hourly' is not a frequency; nothing was changed. Write one of: nightly, daily@06:30, "
            "mon,wed@06:30, every 15m (5, 10, 15, 20, 30), every 2h (1, 2, 3, 4, 6, 8, 12), "
            "or cron:*/20 7-17 * * 1-5.",
        ),
    ],
)
def test_assignment_refused(
    given: dict[str, str], message: str, profile: SyncProfile, period: TimetablePeriod
) -> None:
    with pytest.raises(WrongUse) as refused:
        assign(profile, period, now=NOW, **given)

    assert refused.value.message == message
    assert not ProfilePeriod.objects.exists()


def test_period_of_another_school_is_refused(profile: SyncProfile) -> None:
    vale = add_school("VALE", "Vale School", "UTC")
    other = add_period(vale, code="X", description="", start=date(2026, 1, 1), end=date(2026, 12, 31))

    with pytest.raises(WrongUse) as refused:
        assign(profile, other, now=NOW)

    assert refused.value.message == (
        "Timetable period X belongs to another school than the sync profile Photo Sync. "
        "Nothing was changed. Choose one of the same school."
    )


def test_profile_is_found_by_name_in_any_case(school: School, profile: SyncProfile) -> None:
    assert profile_named(school, "photo sync") == profile
    with pytest.raises(NotFound) as refused:
        profile_named(school, "Photos")
    assert refused.value.message == (
        'School HILL has no sync profile "Photos". Nothing was done. There are: "Photo Sync".'
    )
    profile.delete()
    with pytest.raises(NotFound, match=r"There is none yet: make one\."):
        profile_named(school, "Photos")
