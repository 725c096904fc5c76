"""What was kept for long enough goes, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from photosync.apps.audit import retention
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.recording import record
from photosync.apps.audit.retention import remove_entries_before, remove_views_before
from photosync.apps.schools.models import School

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def school() -> School:
    return School.objects.create(code="PHS", name="Pelican Harbour", time_zone="Pacific/Kiritimati")


def entry_at(at: datetime) -> Entry:
    entry = record(Act.SCHOOL_CHANGED, "all", school=None)
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

    assert remove_entries_before(NOON) == 5
    assert list(Entry.objects.all()) == [kept]
    assert remove_entries_before(NOON) == 0


@pytest.mark.django_db
def test_views_last_seen_before_an_instant_are_removed(monkeypatch: pytest.MonkeyPatch, school: School) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    for person_id in range(1, 6):
        view(school, person_id, date(2026, 11, 24), NOON - timedelta(seconds=person_id))
    kept = view(school, 9, date(2026, 11, 24), NOON)

    assert remove_views_before(NOON) == 5
    assert list(PhotoView.objects.all()) == [kept]


@pytest.mark.django_db
def test_views_of_a_day_that_is_ahead_of_utc_are_removed(school: School) -> None:
    # At 12:00 UTC it is 02:00 of the next day in Kiritimati.
    view(school, 1, date(2026, 11, 25), NOON - timedelta(minutes=1))

    assert remove_views_before(NOON) == 1
