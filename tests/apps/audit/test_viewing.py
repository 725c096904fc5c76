"""Who saw whose photo: noted in memory without waiting, written in few rows, and not lost while it can be kept."""

import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from photosync.apps.audit import viewing
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.view_rows import Seen, SeenKey, write_views
from photosync.apps.audit.viewing import ViewNotes, note_view
from photosync.apps.schools.models import School

KIM, ADA, SCHOOL = 3, 7, 1
QUARTER = 1_900_000
AT = QUARTER * 900.0


@dataclass
class Database:
    """Where views are written, with a clock; it may be away."""

    now: float = AT
    written: list[dict[SeenKey, Seen]] = field(default_factory=list)
    away: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)

    def write(self, seen: Mapping[SeenKey, Seen]) -> None:
        if self.away:
            raise OSError("the disk is full")
        self.written.append(deepcopy(dict(seen)))
        self.arrived.set()

    @property
    def notes(self) -> ViewNotes:
        return ViewNotes(self.write, lambda: self.now)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Callable[[ViewNotes], None]:
    """Let nobody write but the test: a writer that is there and does nothing."""

    def keep(notes: ViewNotes) -> None:
        monkeypatch.setattr(notes, "_writer", viewing._Writer(notes.write))

    return keep


def test_views_are_counted_by_account_and_person(kept: Callable[[ViewNotes], None]) -> None:
    database = Database()
    notes = database.notes
    kept(notes)
    for full in (False, True, False):
        notes.note(KIM, ADA, SCHOOL, full=full)
        database.now += 1.5
    notes.note(KIM, 8, SCHOOL, full=False)

    assert notes.write() is True
    assert notes.write() is True
    assert database.written == [
        {(KIM, ADA, QUARTER): [SCHOOL, AT, AT + 3.0, 3, 1], (KIM, 8, QUARTER): [SCHOOL, AT + 4.5, AT + 4.5, 1, 0]}
    ]


def test_quarters_of_an_hour_are_kept_apart(kept: Callable[[ViewNotes], None]) -> None:
    database = Database(now=AT - 0.5)
    notes = database.notes
    kept(notes)
    notes.note(KIM, ADA, SCHOOL, full=False)
    database.now = AT
    notes.note(KIM, ADA, SCHOOL, full=False)
    notes.write()

    assert database.written == [
        {
            (KIM, ADA, QUARTER - 1): [SCHOOL, AT - 0.5, AT - 0.5, 1, 0],
            (KIM, ADA, QUARTER): [SCHOOL, AT, AT, 1, 0],
        }
    ]


def test_without_a_thread_each_view_is_written_at_once() -> None:
    database = Database()

    database.notes.note(KIM, ADA, SCHOOL, full=False)

    assert database.written == [{(KIM, ADA, QUARTER): [SCHOOL, AT, AT, 1, 0]}]


def test_what_could_not_be_written_is_kept_and_written_later(kept: Callable[[ViewNotes], None]) -> None:
    database = Database(away=True)
    notes = database.notes
    kept(notes)
    notes.note(KIM, ADA, SCHOOL, full=True)
    assert notes.write() is False
    database.now += 60
    notes.note(KIM, ADA, SCHOOL, full=True)
    assert notes.write() is False

    database.away = False
    notes.write()

    assert database.written == [{(KIM, ADA, QUARTER): [SCHOOL, AT, AT + 60, 2, 2]}]


def test_what_is_noted_while_a_failing_write_is_under_way_is_kept_too(kept: Callable[[ViewNotes], None]) -> None:
    database = Database()

    def fail(_seen: Mapping[SeenKey, Seen]) -> None:
        notes.note(KIM, ADA, SCHOOL, full=False)
        notes.note(KIM, 8, SCHOOL, full=False)
        raise OSError

    notes = ViewNotes(fail, lambda: database.now)
    kept(notes)
    notes.note(KIM, ADA, SCHOOL, full=False)
    notes.write()

    assert notes._seen == {
        (KIM, ADA, QUARTER): [SCHOOL, AT, AT, 2, 0],
        (KIM, 8, QUARTER): [SCHOOL, AT, AT, 1, 0],
    }


def test_full_memory_is_written_and_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "WRITTEN_AT_ONCE_FROM", 3)
    monkeypatch.setattr(viewing, "WRITTEN_EVERY_S", 3600.0)
    database = Database()
    notes = database.notes
    notes.start()
    try:
        for person_id in range(3):
            notes.note(KIM, person_id, SCHOOL, full=False)
        assert database.arrived.wait(10)
    finally:
        notes.stop()

    assert sum(len(seen) for seen in database.written) == 3


def test_everything_is_written_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "WRITTEN_EVERY_S", 3600.0)
    database = Database()
    notes = database.notes
    notes.start()
    notes.start()
    notes.note(KIM, ADA, SCHOOL, full=False)
    notes.stop()
    assert database.written == []

    notes.stop()

    assert database.written == [{(KIM, ADA, QUARTER): [SCHOOL, AT, AT, 1, 0]}]


@pytest.mark.django_db
def test_what_could_not_be_kept_is_told_as_soon_as_something_can_be_written(
    monkeypatch: pytest.MonkeyPatch, kept: Callable[[ViewNotes], None]
) -> None:
    monkeypatch.setattr(viewing, "MOST_KEPT", 2)
    database = Database(away=True)
    notes = database.notes
    kept(notes)
    for person_id in range(5):
        notes.note(KIM, person_id, SCHOOL, full=False)
    notes.write()
    database.away = False
    notes.write()
    notes.write()

    assert [len(seen) for seen in database.written] == [2]
    entry = Entry.objects.get()
    assert (entry.act, entry.actor, entry.changes) == ("photo.views-lost", "Photo Sync", [["views", None, "3"]])
    assert entry.note == "The database could not be written, and there were too many views to keep."


@pytest.fixture
def school(db: None) -> School:
    return School.objects.create(code="PHS", name="Pelican Harbour", time_zone="Australia/Sydney")


def seconds(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()


def rows() -> list[tuple[int, int, date, datetime, datetime, int, int]]:
    fields = ("account_id", "person_id_of", "day", "first_at", "last_at", "times", "full_times")
    return list(PhotoView.objects.order_by("day", "person_id_of", "account_id").values_list(*fields))


def test_rows_of_a_day_are_added_up(school: School) -> None:
    # 22:00 UTC is 09:00 of the next day in Sydney.
    first, later = seconds(2026, 11, 23, 22), seconds(2026, 11, 24, 4)
    write_views({(KIM, ADA, 1): [school.pk, later, later, 2, 1]})
    write_views({(KIM, ADA, 1): [school.pk, first, first + 1, 3, 0], (4, ADA, 1): [school.pk, later, later, 1, 0]})

    day = date(2026, 11, 24)
    first_at, last_at = datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert rows() == [(KIM, ADA, day, first_at, last_at, 5, 1), (4, ADA, day, last_at, last_at, 1, 0)]
    assert set(PhotoView.objects.values_list("school_id", flat=True)) == {school.pk}


def test_days_are_those_of_the_school(school: School) -> None:
    before_midnight, midnight = seconds(2026, 11, 24, 12, 59, 59), seconds(2026, 11, 24, 13)
    write_views(
        {
            (KIM, ADA, 1): [school.pk, before_midnight, before_midnight, 1, 0],
            (KIM, ADA, 2): [school.pk, midnight, midnight, 1, 0],
        }
    )

    assert [row[2] for row in rows()] == [date(2026, 11, 24), date(2026, 11, 25)]


def test_school_that_is_gone_keeps_no_other_from_being_written(school: School) -> None:
    write_views({(KIM, 1, 1): [school.pk + 1, AT, AT, 1, 0], (KIM, 2, 1): [school.pk, AT, AT, 1, 0]})

    assert [row[1] for row in rows()] == [2]


def test_many_views_take_few_queries(school: School) -> None:
    seen = {(KIM, person_id, 1): [school.pk, AT, AT, 1, 0] for person_id in range(1_000)}
    with CaptureQueriesContext(connections["default"]) as queries:
        write_views(seen)

    assert len(queries) <= 4
    assert PhotoView.objects.count() == 1_000


def test_whoever_holds_a_signed_link_has_no_account(school: School) -> None:
    note_view(None, ADA, school_id=school.pk, full=True)

    assert [(row[0], row[1], row[5], row[6]) for row in rows()] == [(0, ADA, 1, 1)]


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_lose_nothing() -> None:
    """A database that refuses a second writer for a moment (SQLite in memory) is asked again."""
    school = School.objects.create(code="PHS", name="Pelican Harbour", time_zone="Australia/Sydney")

    def write() -> None:
        notes = ViewNotes(write_views, lambda: AT)
        notes._writer = viewing._Writer(notes.write)
        try:
            for _ in range(10):
                for person_id in range(20):
                    notes.note(KIM, person_id, school.pk, full=False)
                notes.write()
            while not notes.write():
                time.sleep(0.01)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {row[5] for row in rows()} == {30}
    assert len(rows()) == 20
