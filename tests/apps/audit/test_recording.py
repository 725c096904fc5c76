"""Entries say who did what to what; what is rolled back was not done."""

from datetime import date

import pytest
from django.db import transaction

from photosync.apps.audit.acting import ITSELF, Actor, Via, acting, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.audit.recording import differences, record
from photosync.apps.schools.models import School


@pytest.fixture
def school() -> School:
    return School.objects.create(code="PHS", name="Pelican Harbour", time_zone="Australia/Sydney")


@pytest.mark.django_db
def test_entry_says_who_did_what_to_what(school: School) -> None:
    with acting_as(Actor("kim", Via.PAGES, 7)):
        entry = record(Act.SCHOOL_CHANGED, school, school=school, changes=[("name", "Old", "New")])

    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.actor, stored.actor_user_id, stored.via) == ("kim", 7, Via.PAGES)
    assert (stored.act, stored.subject, stored.subject_id) == (Act.SCHOOL_CHANGED, str(school), school.pk)
    assert stored.changes == [["name", "Old", "New"]]


@pytest.mark.django_db
def test_where_nobody_says_so_the_program_acts(school: School) -> None:
    entry = record(Act.SCHOOL_CHANGED, "all", school=None)

    assert (entry.actor, entry.via, entry.actor_user_id) == ("Photo Sync", Via.WORKER, None)


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_no_entry(school: School) -> None:
    with transaction.atomic():
        record(Act.SCHOOL_CHANGED, school, school=school)
        transaction.set_rollback(True)

    assert Entry.objects.count() == 0


def test_who_acts_ends_with_the_block() -> None:
    with acting_as(Actor("kim", Via.PAGES)), acting_as(lambda: Actor("lee", Via.API)):
        assert acting().name == "lee"

    assert acting() is ITSELF


def test_differences_are_told_field_by_field_as_text() -> None:
    before = {"code": "2026S2", "end": date(2026, 12, 18), "sync_only": False, "note": None}
    after = {"code": "2026S2", "end": date(2027, 1, 8), "sync_only": True, "note": ""}

    assert differences(before, after) == [
        ("end", "2026-12-18", "2027-01-08"),
        ("sync_only", "no", "yes"),
        ("note", None, ""),
    ]
