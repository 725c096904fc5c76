"""API tokens: how far they reach, how long, and what is kept of them."""

from datetime import UTC, datetime, timedelta

import pytest

from photosync.apps.accounts.models import ApiToken, Membership, Role, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import (
    MadeToken,
    add_token,
    digest_of,
    may_of,
    note_used,
    revoke_token,
    state_of,
    token_document,
    token_numbered,
    token_of_secret,
    tokens_of,
)
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.models import Entry
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def hill(db: None) -> School:
    return add_school("HILL", "Hill School", "UTC")


@pytest.fixture
def vale(db: None) -> School:
    return add_school("VALE", "Vale School", "UTC")


def user(name: str, role: Role, school: School | None) -> User:
    made = User.objects.create_user(name)
    Membership.objects.create(user=made, school=school, role=role)
    return made


def token(owner: User, *scopes: Permission, school: School | None = None, days: int | None = 90) -> MadeToken:
    return add_token(owner, "Library system", scopes=scopes, school=school, days=days, now=NOW)


def test_secret_is_found_again_but_only_its_hash_is_kept(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW)

    assert made.secret.startswith("photosync_")
    assert len(made.secret) == len("photosync_") + 43
    assert token_of_secret(made.secret, NOW) == made.token
    row = ApiToken.objects.values().get()
    assert made.secret not in map(str, row.values())
    assert (row["digest"], row["beginning"]) == (digest_of(made.secret), made.secret[:15])


@pytest.mark.parametrize("wrong", ["", "photosync_", "photosync_" + "A" * 43, "x" * 53, "photosync_" + "é" * 43])
def test_other_secrets_find_nothing(hill: School, wrong: str) -> None:
    token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW)

    assert token_of_secret(wrong, NOW) is None


def test_document_tells_everything_but_the_secret(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW, school=hill)

    assert token_document(made.token, NOW) == {
        "id": made.token.pk,
        "name": "Library system",
        "owner": "kim",
        "scopes": ["PHOTO: VIEW"],
        "school": "HILL",
        "begins": made.secret[:15],
        "state": "valid",
        "created": "2026-11-24T09:30:00+00:00",
        "expires": "2027-02-22T09:30:00+00:00",
        "last_used": None,
        "revoked": None,
    }


def test_token_expires_to_the_second(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW, days=1)
    end = NOW + timedelta(days=1)

    assert token_of_secret(made.secret, end - timedelta(seconds=1)) is not None
    assert token_of_secret(made.secret, end) is None
    assert (state_of(made.token, end - timedelta(seconds=1)), state_of(made.token, end)) == ("valid", "expired")


def test_revoked_token_and_one_of_a_switched_off_account_count_no_more(hill: School) -> None:
    kim = user("kim", Role.STAFF, hill)
    first, second = token(kim, Permission.PHOTO_VIEW), token(kim, Permission.PHOTO_VIEW)

    revoke_token(first.token, by="kim", now=NOW)
    assert token_of_secret(first.secret, NOW) is None
    assert token_of_secret(second.secret, NOW) is not None
    User.objects.update(is_active=False)
    assert token_of_secret(second.secret, NOW) is None


def test_revoking_again_changes_nothing(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW)
    revoke_token(made.token, by="kim", now=NOW)

    again = revoke_token(made.token, by="lee", now=NOW + timedelta(days=1))

    assert (again.revoked_at, again.revoked_by) == (NOW, "kim")
    assert Entry.objects.filter(act="token.revoked").count() == 1


def test_making_and_revoking_are_recorded_without_the_secret(hill: School) -> None:
    kim = user("kim", Role.STAFF, hill)
    with acting_as(Actor("kim", Via.PAGES, kim.pk)):
        made = token(kim, Permission.PHOTO_VIEW, school=hill)
        revoke_token(made.token, by="kim", now=NOW)

    rows = Entry.objects.filter(act__startswith="token").order_by("pk")
    entries = list(rows.values_list("act", "subject", "school__code", "actor"))
    subject = f"Library system ({made.secret[:15]}...)"
    assert entries == [("token.made", subject, "HILL", "kim"), ("token.revoked", subject, "HILL", "kim")]
    assert made.secret not in str(list(Entry.objects.values()))


def test_token_may_do_what_its_scopes_and_its_owner_have_in_common_now(hill: School, vale: School) -> None:
    kim = user("kim", Role.SYNC_MANAGER, hill)
    everywhere = token(kim, Permission.SYNC_VIEW, Permission.PHOTO_VIEW).token

    assert may_of(everywhere, hill) == {Permission.SYNC_VIEW, Permission.PHOTO_VIEW}
    assert may_of(everywhere, vale) == frozenset()
    Membership.objects.update(role=Role.STAFF)
    assert may_of(everywhere, hill) == {Permission.PHOTO_VIEW}
    Membership.objects.update(role=Role.STAFF, school=vale)
    assert (may_of(everywhere, hill), may_of(everywhere, vale)) == (frozenset(), {Permission.PHOTO_VIEW})


def test_token_of_one_school_reaches_no_other(hill: School, vale: School) -> None:
    root = user("root", Role.ADMINISTRATOR, None)
    made = token(root, Permission.PHOTO_VIEW, school=hill).token

    assert may_of(made, hill) == {Permission.PHOTO_VIEW}
    assert (may_of(made, vale), may_of(made, None)) == (frozenset(), frozenset())


def test_token_that_may_change_syncs_may_deliver_and_one_that_may_deliver_may_nothing_else(hill: School) -> None:
    root = user("root", Role.ADMINISTRATOR, None)
    changing, delivering = token(root, Permission.SYNC_MANAGE).token, token(root, Permission.SYNC_DELIVER).token

    assert may_of(changing, hill) == {Permission.SYNC_MANAGE, Permission.SYNC_DELIVER}
    assert may_of(delivering, hill) == {Permission.SYNC_DELIVER}


def test_last_use_is_written_once_an_hour(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW)

    def used(minutes: int) -> datetime | None:
        note_used(ApiToken.objects.get(), NOW + timedelta(minutes=minutes))
        return ApiToken.objects.get(pk=made.token.pk).last_used_at

    assert [used(0), used(59), used(61)] == [NOW, NOW, NOW + timedelta(minutes=61)]


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"name": " "}, WrongUse, "A token needs a name of 1 to 100 characters, by which you will know it."),
        ({"name": "a\0b"}, WrongUse, "A token needs a name of 1 to 100 characters, by which you will know it."),
        ({"scopes": []}, WrongUse, "A token without a scope may do nothing."),
        ({"scopes": ["SYNC: DANCE"]}, WrongUse, '"SYNC: DANCE" is not a permission.'),
        ({"days": 0}, WrongUse, "A token is valid for 1 to 366 days, not 0."),
        ({"days": 367}, WrongUse, "A token is valid for 1 to 366 days, not 367."),
        ({"days": None}, Refused, "Only an account with SYSTEM: MANAGE may have a token that does not expire."),
        ({"scopes": ["SYNC: VIEW"]}, Refused, "kim does not have SYNC: VIEW in any school, so a token cannot"),
    ],
)
def test_token_that_cannot_be_is_refused(
    hill: School, given: dict[str, object], refusal: type[PhotoSyncError], words: str
) -> None:
    kim = user("kim", Role.STAFF, hill)
    asked = {"name": "x", "scopes": ["photo:view"], "school": None, "days": 90, "now": NOW} | given

    with pytest.raises(refusal) as refused:
        add_token(kim, asked.pop("name"), **asked)  # type: ignore[arg-type]

    assert refused.value.message.startswith(words)
    assert "No token was made." in refused.value.message
    assert ApiToken.objects.count() == 0


def test_token_of_one_school_has_nothing_of_the_installation(hill: School) -> None:
    with pytest.raises(Refused) as refused:
        token(user("root", Role.ADMINISTRATOR, None), Permission.SYSTEM_MANAGE, school=hill)

    assert refused.value.message.startswith("root does not have SYSTEM: MANAGE in one school (HILL), so a token")


def test_scopes_are_read_however_they_are_spaced_and_kept_in_one_order(hill: School) -> None:
    kim = user("kim", Role.SYNC_MANAGER, hill)
    made = add_token(kim, "x", scopes=["photo:view", " SYNC:  view "], school=None, days=9, now=NOW)

    assert made.token.scopes == ["SYNC: VIEW", "PHOTO: VIEW"]


def test_token_of_someone_else_is_not_found(hill: School) -> None:
    made = token(user("kim", Role.STAFF, hill), Permission.PHOTO_VIEW)
    lee = user("lee", Role.STAFF, hill)

    assert list(tokens_of(lee)) == []
    assert token_numbered(made.token.pk) == made.token
    with pytest.raises(NotFound) as missing:
        token_numbered(made.token.pk, lee)
    assert missing.value.message.startswith(f"There is no API token {made.token.pk}. Nothing was done.")
