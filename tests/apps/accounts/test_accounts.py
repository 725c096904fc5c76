import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.tokens import default_token_generator
from django.urls import resolve

from photosync.apps.accounts.models import User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import may, permissions_of, schools_of, user_named
from photosync.apps.accounts.services import add_user, set_password
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse

pytestmark = pytest.mark.django_db


@pytest.fixture
def hill(db: None) -> School:
    return add_school("HILL", "Hill School", "UTC")


@pytest.fixture
def vale(db: None) -> School:
    return add_school("VALE", "Vale School", "UTC")


def test_added_user_sets_the_password_by_a_link_that_works_once(hill: School) -> None:
    added = add_user("robin", "staff", hill)

    match = resolve(added.set_password_path)
    token = match.kwargs["token"]
    assert match.url_name == "set-password"
    assert not added.user.has_usable_password()
    assert default_token_generator.check_token(added.user, token)
    set_password(added.user, "correct horse 42")
    assert not default_token_generator.check_token(added.user, token)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("administrator", set(Permission) - {Permission.SYSTEM_MANAGE}),
        ("staff", {Permission.PHOTO_VIEW}),
        ("archivist", {Permission.SYNC_VIEW, Permission.PHOTO_VIEW, Permission.ACAD_ARCHIVE}),
        (
            "sync-manager",
            {
                Permission.SYNC_VIEW,
                Permission.SYNC_MANAGE,
                Permission.SYNC_DELIVER,
                Permission.SYNC_APPROVE,
                Permission.PHOTO_VIEW,
                Permission.PHOTO_MANAGE,
                Permission.DATA_MANAGE,
            },
        ),
    ],
)
def test_role_in_one_school_gives_nothing_in_another(
    role: str, expected: set[Permission], hill: School, vale: School
) -> None:
    user = add_user("robin", role, hill).user

    assert permissions_of(user, hill) == expected
    assert permissions_of(user, vale) == frozenset()
    assert permissions_of(user, None) == frozenset()
    assert list(schools_of(user)) == [hill]


def test_role_in_every_school_reaches_the_installation(hill: School, vale: School) -> None:
    user = add_user("robin", "administrator").user

    assert permissions_of(user, hill) == frozenset(Permission)
    assert may(user, Permission.SYSTEM_MANAGE, None)
    assert list(schools_of(user)) == [hill, vale]


def test_no_one_and_the_inactive_may_nothing(hill: School) -> None:
    user = add_user("robin", "administrator").user
    user.is_active = False

    assert permissions_of(user, hill) == permissions_of(AnonymousUser(), hill) == frozenset()
    assert list(schools_of(user)) == list(schools_of(AnonymousUser())) == []


@pytest.mark.parametrize(
    ("name", "role", "error", "message"),
    [
        (
            "kim",
            "boss",
            WrongUse,
            '"boss" is not a role. No account was made. '
            "Choose one of: administrator, sync-manager, archivist, staff.",
        ),
        (
            "ROBIN",
            "staff",
            Refused,
            'There is already an account "ROBIN". Nothing was changed. '
            "Choose another name. Its password is set anew with a new link.",
        ),
        (
            "a b",
            "staff",
            WrongUse,
            '"a b" cannot be the name of an account. Nothing was saved. '
            "Use 1 to 150 letters, digits and the characters @ . + - _",
        ),
        (
            "",
            "staff",
            WrongUse,
            '"" cannot be the name of an account. Nothing was saved. '
            "Use 1 to 150 letters, digits and the characters @ . + - _",
        ),
    ],
)
def test_user_refused(name: str, role: str, error: type[PhotoSyncError], message: str) -> None:
    add_user("robin", "staff")

    with pytest.raises(error) as refused:
        add_user(name, role)

    assert refused.value.message == message
    assert User.objects.count() == 1


def test_user_named_unknown() -> None:
    with pytest.raises(NotFound) as refused:
        user_named("kim")

    assert refused.value.message == 'There is no account "kim". Nothing was done. Check the name, or add the account.'


def test_password_too_easy_is_refused() -> None:
    user = add_user("robin", "staff").user

    with pytest.raises(WrongUse) as refused:
        set_password(user, "password")

    assert refused.value.message == (
        "The password was not set. This password is too short. It must contain at least 10 characters. "
        "This password is too common."
    )
