"""Secret links to the calendar feed."""

from datetime import UTC, datetime, timedelta

import pytest

from photosync.apps.accounts.calendar_links import (
    calendar_link_document,
    link_of_secret,
    make_calendar_link,
    note_calendar_read,
    remove_calendar_link,
)
from photosync.apps.accounts.models import CalendarLink, Membership, Role, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import add_token, revoke_token
from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import NotFound, Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def hill(db: None) -> School:
    return add_school("HILL", "Hill School", "UTC")


@pytest.fixture
def kim(hill: School) -> User:
    user = User.objects.create_user("kim")
    Membership.objects.create(user=user, school=hill, role=Role.SYNC_MANAGER)
    return user


def test_secret_is_found_again_but_only_its_hash_is_kept(kim: User, hill: School) -> None:
    made = make_calendar_link(kim, hill, now=NOW)

    assert len(made.secret) == 43
    assert made.path == f"/calendar/{made.secret}.ics"
    assert link_of_secret(made.secret, NOW) == made.link
    assert made.secret not in map(str, CalendarLink.objects.values().get().values())


def test_making_it_anew_ends_the_former_one(kim: User, hill: School) -> None:
    first, second = (make_calendar_link(kim, hill, now=NOW) for _ in range(2))

    assert (link_of_secret(first.secret, NOW), link_of_secret(second.secret, NOW)) == (None, second.link)


def test_link_counts_only_while_its_owner_may_see_syncs_there(kim: User, hill: School) -> None:
    secret = make_calendar_link(kim, hill, now=NOW).secret

    kim.is_active = False
    kim.save()
    assert link_of_secret(secret, NOW) is None
    kim.is_active = True
    kim.save()
    assert link_of_secret(secret, NOW) is not None
    Membership.objects.update(role=Role.STAFF)
    assert link_of_secret(secret, NOW) is None


@pytest.mark.parametrize("secret", ["", "x" * 43, "x" * 42 + "\N{SNOWMAN}", "x" * 10_000])
def test_what_is_no_link_finds_nothing(kim: User, hill: School, secret: str) -> None:
    make_calendar_link(kim, hill, now=NOW)

    assert link_of_secret(secret, NOW) is None


def test_link_made_with_a_token_ends_with_it(kim: User, hill: School) -> None:
    made = add_token(kim, "Timetable", scopes=[Permission.SYNC_VIEW], school=hill, days=7, now=NOW)
    secret = make_calendar_link(kim, hill, now=NOW, token=made.token).secret

    assert link_of_secret(secret, NOW + timedelta(days=6)) is not None
    assert link_of_secret(secret, NOW + timedelta(days=7)) is None
    revoke_token(made.token, by="tests", now=NOW)
    assert link_of_secret(secret, NOW) is None


def test_account_that_may_not_see_syncs_gets_no_link(kim: User, hill: School) -> None:
    vale = add_school("VALE", "Vale School", "UTC")

    with pytest.raises(Refused) as refused:
        make_calendar_link(kim, vale, now=NOW)

    assert refused.value.message == (
        "kim does not have SYNC: VIEW in Vale School, so there is no calendar to link to. No link was made."
    )
    assert not CalendarLink.objects.exists()


def test_removing_ends_it_and_says_where_there_was_none(kim: User, hill: School) -> None:
    secret = make_calendar_link(kim, hill, now=NOW).secret

    remove_calendar_link(kim, hill)

    assert link_of_secret(secret, NOW) is None
    with pytest.raises(NotFound) as missing:
        remove_calendar_link(kim, hill)
    assert missing.value.message == ('The account "kim" has no calendar link to Hill School. Nothing was done.')


def test_each_change_is_recorded_without_the_secret(kim: User, hill: School) -> None:
    secrets = [make_calendar_link(kim, hill, now=NOW).secret for _ in range(2)]
    remove_calendar_link(kim, hill)

    entries = Entry.objects.filter(act="calendar.link-changed").order_by("pk")
    assert [sentence_of(each) for each in entries] == [
        "Photo Sync changed the calendar link of account kim: Calendar link set to made.",
        "Photo Sync changed the calendar link of account kim: Calendar link from made to made anew.",
        "Photo Sync changed the calendar link of account kim: Calendar link taken away, was made.",
    ]
    assert not [each for each in entries for secret in secrets if secret in str(vars(each))]


def test_reading_is_noted_to_the_hour(kim: User, hill: School) -> None:
    link = make_calendar_link(kim, hill, now=NOW).link
    for minutes in (0, 59, 61):
        link.refresh_from_db()
        note_calendar_read(link, NOW + timedelta(minutes=minutes))

    assert calendar_link_document(kim, hill) == {
        "owner": "kim",
        "school": "HILL",
        "made": "2026-11-24T09:30:00+00:00",
        "last_used": "2026-11-24T10:31:00+00:00",
    }
