"""The end of the year of a school: its facts from the database, the photo day, next year's period in one step."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from photosync.apps.audit.models import Entry
from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.reports.end_of_year import end_of_year, end_of_year_document
from photosync.apps.reports.models import CycleMember, PhotoDay, ReportingCycle
from photosync.apps.reports.next_period import Asked, give_next_period, preview_next_period, propose
from photosync.apps.reports.photo_day import clear_photo_day, photo_days_of, set_photo_day
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.errors import PhotoSyncError, Refused, WrongUse
from photosync.core.run_states import RunState
from tests.web.pages import make_period, make_person, make_profile, make_run, make_school, make_ticking_worker

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


@pytest.fixture
def school() -> School:
    return make_school()


def semester(school: School, code: str = "2026S2") -> TimetablePeriod:
    dates = {
        "2026S1": (date(2026, 1, 27), date(2026, 6, 26)),
        "2026S2": (date(2026, 7, 20), date(2026, 12, 18)),
        "2027S1": (date(2027, 1, 27), date(2027, 6, 25)),
        "SUMMER": (date(2026, 12, 19), date(2027, 1, 26)),
    }
    return make_period(school, code, *dates[code])


def profile_in(school: School, *periods: TimetablePeriod, name: str = "Photo Sync") -> SyncProfile:
    profile = make_profile(school, name, *periods)
    SyncProfile.objects.filter(pk=profile.pk).update(schedule_since=NOW, created_at=NOW)
    return SyncProfile.objects.select_related("school").get(pk=profile.pk)


def cycle_with(school: School, name: str, members: int) -> ReportingCycle:
    cycle = ReportingCycle.objects.create(
        school=school, name=name, academic_year=2026, opened_at=NOW, opened_by="kim", staff_from=date(2026, 12, 15)
    )
    for number in range(members):
        person = make_person(school, f"{cycle.pk}{number:03}")
        CycleMember.objects.create(cycle=cycle, person=person, year_level="7", roll_group="7B")
    return cycle


def let_wait(profile: SyncProfile, cycle: ReportingCycle, number: int) -> None:
    listing = Listing.objects.create(profile=profile, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=number)
    for member in cycle.members.all()[:number]:
        ListedFile.objects.create(
            profile=profile, page=page, name=f"{member.pk}.jpg", size_bytes=1, stamp="1",
            state=ListedFile.State.WAITING, reason_code="report_open", person=member.person,
        )  # fmt: skip


def test_document_says_what_is_held_missing_and_coming(school: School) -> None:
    make_ticking_worker(NOW)
    profile = profile_in(school, semester(school))
    cycle = cycle_with(school, "2026 Semester 2", 3)
    let_wait(profile, cycle, 2)
    run = make_run(profile, RunState.HELD, NOW, explanation="Too many.")
    set_photo_day(school, 2027, date(2027, 3, 2))

    found = end_of_year_document(end_of_year(school, NOW), school)

    assert {
        name: found[name] for name in ("school", "today", "academic_year", "next_year_begins_on", "days_left")
    } == {
        "school": "PHS",
        "today": "2026-11-28",
        "academic_year": 2026,
        "next_year_begins_on": "2027-01-01",
        "days_left": 34,
    }
    assert (found["photo_days"], found["until"]) == ({"2027": "2027-03-02"}, "2027-03-26")
    assert [(each["on"], each["kind"], each["profile"], each["cycle"]) for each in found["events"]] == [
        ("2026-12-15", "reports seen", None, "2026 Semester 2"),
        ("2026-12-18", "stops", "Photo Sync", None),
        ("2027-01-01", "year begins", None, None),
        ("2027-03-02", "photo day", None, None),
    ]
    assert [(each["key"], each["state"], each["run"]) for each in found["checklist"]] == [
        ("reporting-cycle", "done", None),
        (f"reports-{cycle.pk}", "to do", None),
        ("running", "done", None),
        (f"held-{profile.pk}", "warning", run.pk),
        (f"stop-{profile.pk}", "done", None),
        (f"next-period-{profile.pk}", "to do", None),
        ("photo-day-2027", "done", None),
    ]
    assert found["checklist"][1] == {
        "key": f"reports-{cycle.pk}",
        "topic": "reports",
        "state": "to do",
        "sentence": "2026 Semester 2: 0 of 3 reports are archived, 3 are missing. 2 photos wait for it.",
        "concerns": "archivist",
        "remedy": "see the reporting cycle",
        "profile": None,
        "profile_id": None,
        "cycle": "2026 Semester 2",
        "cycle_id": cycle.pk,
        "run": None,
        "year": None,
    }
    assert found["counts"] == {"done": 4, "to do": 2, "warning": 1, "not needed": 0}


def test_another_time_is_looked_at_but_whether_syncs_run_is_said_as_of_now(school: School) -> None:
    make_ticking_worker(NOW)
    profile_in(school, semester(school))
    later = end_of_year(school, NOW, at=datetime(2026, 12, 18, 12, 59, tzinfo=UTC))

    assert (later.turn.today, later.turn.days_left) == (date(2026, 12, 18), 14)
    assert [each.sentence for each in later.items if each.topic == "running"] == [
        "Every sync does what its status says."
    ]


def test_queries_do_not_grow_with_profiles_cycles_and_people(school: School) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as queries:
            end_of_year_document(end_of_year(school, NOW), school)
        return len(queries)

    period = semester(school)
    profile_in(school, period)
    cycle_with(school, "One", 1)
    before = taken()
    for number in range(4):
        profile_in(school, period, name=f"Profile {number}")
        cycle_with(school, f"Cycle {number}", 5)

    assert (taken(), before) == (before, before)
    assert before <= 13


def test_photo_day_is_set_moved_and_cleared_and_each_is_recorded(school: School) -> None:
    set_photo_day(school, 2027, date(2027, 3, 2))
    set_photo_day(school, 2027, date(2027, 3, 2))
    set_photo_day(school, 2027, date(2026, 11, 30))
    assert photo_days_of(school) == {2027: date(2026, 11, 30)}
    clear_photo_day(school, 2027)

    assert photo_days_of(school) == {}
    assert list(Entry.objects.order_by("pk").values_list("act", "changes")) == [
        ("photo-day.set", [["photo_day", None, "2027-03-02"]]),
        ("photo-day.set", [["photo_day", "2027-03-02", "2026-11-30"]]),
        ("photo-day.cleared", [["photo_day", "2026-11-30", None]]),
    ]


def refused(act: Any, *args: Any, **given: Any) -> tuple[type[PhotoSyncError], str]:
    with pytest.raises(PhotoSyncError) as error:
        act(*args, **given)
    return error.type, error.value.message


def test_photo_day_that_cannot_be_is_refused_in_words(school: School) -> None:
    assert refused(set_photo_day, school, 2027, date(2028, 1, 1)) == (
        WrongUse,
        "Saturday 1 January 2028 cannot be the photo day of 2027. Nothing was saved. "
        "Choose a day from Thursday 2 July 2026 to Friday 31 December 2027.",
    )
    assert refused(set_photo_day, school, 27, date(2027, 3, 2)) == (
        WrongUse,
        "27 is not an academic year. Nothing was saved. Write it with four digits.",
    )
    assert refused(clear_photo_day, school, 2027) == (
        Refused,
        "No photo day of 2027 has been set. Nothing was changed.",
    )
    assert PhotoDay.objects.count() == Entry.objects.count() == 0


def test_next_period_is_made_and_assigned_in_one_step(school: School) -> None:
    profile = profile_in(school, semester(school, "2026S1"), semester(school))
    ProfilePeriod.objects.filter(period__code="2026S1").update(frequency="daily@06:30")

    given = give_next_period(profile, Asked(), now=NOW)

    assert given.document == {
        "profile": "Photo Sync",
        "period": {
            "code": "2027S1",
            "description": "2027S1",
            "start": "2027-01-27",
            "end": "2027-06-26",
            "group": 1,
            "year": 2027,
            "visible": {"marks_book": True, "students": True, "parents": True},
            "sync_only": False,
            "used_by": ["Photo Sync"],
        },
        "made": True,
        "frequency": "daily@06:30",
        "mode": "full",
        "explanation": "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then pauses until "
        "Wednesday 27 January 2027 (2027S1).",
        "warning": "",
    }
    assert list(profile.assigned.values_list("period__code", "frequency")) == [
        ("2026S1", "daily@06:30"),
        ("2026S2", "nightly"),
        ("2027S1", "daily@06:30"),
    ]
    assert list(Entry.objects.order_by("pk").values_list("act", flat=True)) == [
        "period.added",
        "profile.period-assigned",
    ]


def test_code_and_dates_of_the_next_period_may_be_chosen(school: School) -> None:
    profile = profile_in(school, semester(school))
    asked = Asked(code="2027YEAR", first_day=date(2027, 1, 27), last_day=date(2027, 12, 17))

    preview = preview_next_period(profile, asked, now=NOW)
    assert TimetablePeriod.objects.count() == 1
    given = give_next_period(profile, asked, now=NOW)

    assert preview.document == given.document
    assert (given.period.code, given.period.start, given.period.end, given.period.group_number) == (
        "2027YEAR",
        date(2027, 1, 27),
        date(2027, 12, 17),
        1,
    )


def test_next_period_that_comes_late_says_so(school: School) -> None:
    profile = profile_in(school, semester(school))

    assert propose(profile, NOW).period.code == "2027S2"
    assert preview_next_period(profile, Asked(), now=NOW).document["warning"] == (
        "Nothing would run in the first 28 weeks of 2027. Choose an earlier start date."
    )


def test_summer_for_additions_only_is_not_what_is_copied(school: School) -> None:
    profile = profile_in(school, semester(school, "2026S1"), semester(school), semester(school, "SUMMER"))
    ProfilePeriod.objects.filter(period__code="SUMMER").update(mode="additions")

    assert (propose(profile, NOW).period.code, propose(profile, NOW).source.mode) == ("2027S1", "full")


def test_period_of_next_year_that_exists_is_assigned(school: School) -> None:
    profile = profile_in(school, semester(school))
    period = semester(school, "2027S1")
    assert propose(profile, NOW).existing == (period,)

    given = give_next_period(profile, Asked(assign="2027s1"), now=NOW)

    assert (given.period, given.is_new, given.document["made"]) == (period, False, False)
    assert propose(profile, NOW).existing == ()


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (
            Asked(code="2026S2"),
            Refused,
            "A copy of timetable period 2026S2 needs a code of its own; nothing was copied. "
            "Choose one that no other period has.",
        ),
        (
            Asked(code="not a code"),
            WrongUse,
            "'not a code' cannot be the code of a timetable period; nothing was saved. "
            "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen.",
        ),
        (
            Asked(first_day=date(2027, 7, 1), last_day=date(2027, 2, 1)),
            WrongUse,
            "Timetable period 2027S2 would end on Monday 1 February 2027, before it starts on Thursday 1 July 2027; "
            "nothing was saved. Choose an end date that is not before the start date.",
        ),
        (
            Asked(first_day=date(2026, 7, 1), last_day=date(2026, 7, 2)),
            Refused,
            "Timetable period 2027S2 would end on Thursday 2 July 2026, which is over: Photo Sync would not run in "
            "it. Nothing was saved. Choose an end date in the future.",
        ),
        (
            Asked(assign="2029S1"),
            Refused,
            '"2029S1" is not a timetable period of next year that Photo Sync could be given. Nothing was changed. '
            "Choose one that goes on into next year and that it does not have.",
        ),
        (
            Asked(assign="2027S1", code="X"),
            WrongUse,
            "A period that exists keeps its code and dates. Nothing was done. Leave them out.",
        ),
    ],
)
def test_next_period_that_cannot_be_made_leaves_nothing_behind(
    school: School, asked: Asked, kind: type[PhotoSyncError], message: str
) -> None:
    profile = profile_in(school, semester(school))

    assert refused(give_next_period, profile, asked, now=NOW) == (kind, message)
    assert refused(preview_next_period, profile, asked, now=NOW) == (kind, message)
    assert (TimetablePeriod.objects.count(), ProfilePeriod.objects.count(), Entry.objects.count()) == (1, 1, 0)


def test_profile_without_a_period_has_nothing_to_copy(school: School) -> None:
    assert refused(propose, profile_in(school), NOW) == (
        Refused,
        "Photo Sync has no timetable period that could be copied. Nothing was changed. "
        "Add one to it on Manage Sync first.",
    )
