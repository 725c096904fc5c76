"""What was kept for long enough goes, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from photosync.apps.audit import retention
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.recording import record
from photosync.apps.audit.retention import Removed, remove_entries_before, remove_views_before, remove_what_is_over
from photosync.apps.runs.housekeeping import keep_house
from photosync.apps.schools.models import School

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def school() -> School:
    return School.objects.create(code="PHS", name="Pelican Harbour", time_zone="Pacific/Kiritimati")


def entry_at(at: datetime, school: School | None = None) -> Entry:
    entry = record(Act.SCHOOL_CHANGED, "all", school=school)
    Entry.objects.filter(pk=entry.pk).update(at=at)
    return entry


def view(school: School, person_id: int, day: date, last_at: datetime) -> PhotoView:
    return PhotoView.objects.create(
        school=school, account_id=1, person_id_of=person_id, day=day, first_at=last_at, last_at=last_at, times=1
    )


@pytest.mark.django_db
def test_entries_before_an_instant_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    for seconds in range(1, 6):
        entry_at(NOON - timedelta(seconds=seconds))
    kept = entry_at(NOON)

    assert remove_entries_before(NOON, school=None) == 5
    assert list(Entry.objects.all()) == [kept]
    assert remove_entries_before(NOON, school=None) == 0


@pytest.mark.django_db
def test_views_last_seen_before_an_instant_are_removed(monkeypatch: pytest.MonkeyPatch, school: School) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    for person_id in range(1, 6):
        view(school, person_id, date(2026, 11, 24), NOON - timedelta(seconds=person_id))
    kept = view(school, 9, date(2026, 11, 24), NOON)

    assert remove_views_before(NOON, school=school) == 5
    assert list(PhotoView.objects.all()) == [kept]


@pytest.mark.django_db
def test_views_of_a_day_that_is_ahead_of_utc_are_removed(school: School) -> None:
    # At 12:00 UTC it is 02:00 of the next day in Kiritimati.
    view(school, 1, date(2026, 11, 25), NOON - timedelta(minutes=1))

    assert remove_views_before(NOON, school=school) == 1


def made_school(code: str, **fields: object) -> School:
    return School.objects.create(code=code, name=code, time_zone="Australia/Sydney", **fields)


@pytest.mark.django_db
def test_each_school_keeps_as_long_as_it_has_set() -> None:
    short, long = made_school("SHORT", audit_years=1, photo_views_years=1), made_school("LONG", audit_years=3)
    # In Sydney it is 23:00; so the first day that is kept begins at 13:00 UTC of the day before.
    since = datetime(2025, 11, 23, 13, tzinfo=UTC)
    entry_at(since - timedelta(seconds=1), short)
    kept = [entry_at(since, short), entry_at(since - timedelta(days=700), long)]
    view(short, 1, date(2025, 11, 23), since - timedelta(seconds=1))
    views_kept = [view(short, 2, date(2025, 11, 24), since), view(long, 3, date(2025, 6, 1), NOON - timedelta(400))]

    assert remove_what_is_over(NOON) == Removed(entries=1, views=1)
    assert sorted(Entry.objects.values_list("pk", flat=True)) == [each.pk for each in kept]
    assert sorted(PhotoView.objects.values_list("pk", flat=True)) == [each.pk for each in views_kept]


@pytest.mark.django_db
def test_entries_without_a_school_are_kept_as_long_as_the_school_that_keeps_longest() -> None:
    entry_at(NOON - timedelta(days=2_000))
    assert remove_what_is_over(NOON) == Removed(0, 0)

    made_school("SHORT", audit_years=1)
    long = made_school("LONG", audit_years=None)
    assert remove_what_is_over(NOON) == Removed(0, 0)

    long.audit_years = 5
    long.save()
    assert remove_what_is_over(NOON) == Removed(1, 0)


@pytest.mark.django_db
def test_no_more_than_so_many_rows_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "MOST_ROWS", 3)
    schools = [made_school(code, audit_years=1) for code in ("A", "B")]
    for number in range(4):
        entry_at(NOON - timedelta(days=500 + number), schools[number % 2])

    removed = [remove_what_is_over(NOON).entries for _ in range(3)]

    assert removed == [3, 1, 0]


@pytest.mark.django_db
def test_housekeeping_removes_what_is_over() -> None:
    old = entry_at(NOON - timedelta(days=3_000), made_school("PHS"))

    keep_house(NOON)

    assert not Entry.objects.filter(pk=old.pk).exists()
