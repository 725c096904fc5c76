"""Managing accounts: roles, the last administrator, switching off, the list, and who may manage whom."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from pytest_django import DjangoAssertNumQueries

from photosync.apps.accounts.authority import authority_of
from photosync.apps.accounts.listing import Asked, accounts
from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.accounts.roles import give_role, set_roles, take_role
from photosync.apps.accounts.services import (
    activate,
    add_user,
    change_email,
    deactivate,
    new_password_link,
    set_password,
)
from photosync.apps.audit.models import Entry
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import PhotoSyncError, Refused, WrongUse

pytestmark = pytest.mark.django_db


@pytest.fixture
def hill(db: None) -> School:
    return add_school("HILL", "Hill School", "UTC")


@pytest.fixture
def vale(db: None) -> School:
    return add_school("VALE", "Vale School", "UTC")


@pytest.fixture
def root(hill: School) -> User:
    return add_user("root", "administrator").user


def roles_of(user: User) -> set[tuple[str, str | None]]:
    return set(Membership.objects.filter(user=user).values_list("role", "school__code"))


def sign_in(user: User) -> str:
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="x")
    return str(session.session_key)


def test_roles_are_given_and_taken_school_by_school(hill: School, vale: School) -> None:
    user = add_user("robin", "staff", hill).user

    give_role(user, "archivist", vale)
    give_role(user, "archivist", vale)
    set_roles(user, hill, {"sync-manager"})
    take_role(user, "staff", hill)

    assert roles_of(user) == {("archivist", "VALE"), ("sync-manager", "HILL")}
    recorded = Entry.objects.filter(act="user.roles").order_by("pk").values_list("changes", "school__code")
    assert list(recorded) == [
        ([["roles", None, "archivist in VALE"]], "VALE"),
        ([["roles", "staff in HILL", None]], "HILL"),
        ([["roles", None, "sync-manager in HILL"]], "HILL"),
    ]


def test_unknown_role_is_refused(root: User, hill: School) -> None:
    with pytest.raises(WrongUse) as refused:
        give_role(root, "boss", hill)

    assert refused.value.message == (
        '"boss" is not a role. Nothing was changed. Choose one of: administrator, sync-manager, archivist, staff.'
    )


LAST = (
    '"root" is the last administrator of the installation. Nothing was changed. '
    "Make another account an administrator in every school first."
)


def test_last_administrator_can_be_neither_demoted_nor_switched_off(root: User, hill: School) -> None:
    add_user("school-only", "administrator", hill)
    gone = add_user("gone", "administrator").user
    deactivate(gone)

    for act in (lambda: take_role(root, "administrator", None), lambda: deactivate(root)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.message == LAST

    activate(gone)
    take_role(root, "administrator", None)
    assert roles_of(root) == set()


def test_nobody_switches_themselves_off(root: User) -> None:
    add_user("another", "administrator")

    with pytest.raises(Refused) as refused:
        deactivate(root, by=root)

    assert refused.value.message == "This is your own account. It was not switched off. Ask another administrator."


def test_account_that_is_switched_off_loses_its_sessions_and_keeps_its_roles(root: User, hill: School) -> None:
    user = add_user("robin", "staff", hill).user
    key = sign_in(user)

    deactivate(user)
    deactivate(user)

    assert not Session.objects.filter(session_key=key).exists()
    assert (User.objects.get(pk=user.pk).is_active, roles_of(user)) == (False, {("staff", "HILL")})
    with pytest.raises(Refused) as refused:
        new_password_link(User.objects.get(pk=user.pk))
    assert refused.value.message == 'The account "robin" is switched off. No link was made. Switch it on first.'
    activate(user)
    assert User.objects.get(pk=user.pk).is_active
    acts = list(Entry.objects.filter(subject="robin").order_by("pk").values_list("act", flat=True))
    assert acts == ["user.added", "user.session-ended", "user.deactivated", "user.activated"]


@pytest.mark.parametrize(
    ("email", "error", "message"),
    [
        (
            "robin",
            WrongUse,
            '"robin" is not an e-mail address. Nothing was saved. Write it like name@school.example',
        ),
        (
            "ROOT@school.example",
            Refused,
            'Another account has the e-mail address "root@school.example". Nothing was saved. Use another one.',
        ),
    ],
)
def test_email_that_cannot_be_is_refused(
    root: User, hill: School, email: str, error: type[PhotoSyncError], message: str
) -> None:
    change_email(root, "Root@School.example")
    user = add_user("robin", "staff", hill).user

    with pytest.raises(error) as refused:
        change_email(user, email)

    assert refused.value.message == message
    assert User.objects.get(pk=root.pk).email == "root@school.example"
    assert Entry.objects.get(act="user.changed").changes == [["email", "", "root@school.example"]]


def test_administrator_of_a_school_manages_its_accounts_only(root: User, hill: School, vale: School) -> None:
    head = add_user("head", "administrator", hill).user
    teacher = add_user("teacher", "staff", hill).user
    both = add_user("both", "staff", hill).user
    give_role(both, "administrator", vale)
    add_user("far", "staff", vale)

    authority = authority_of(head)

    assert (authority.everywhere, authority.is_any) == (False, True)
    assert {each.username for each in authority.accounts()} == {"head", "teacher", "both"}
    assert [authority.owns(each) for each in (teacher, both, root)] == [True, False, False]
    assert [authority.reaches(each) for each in (hill, vale, None)] == [True, False, False]
    with pytest.raises(Refused) as installation:
        authority.check_school(None)
    with pytest.raises(Refused) as elsewhere:
        authority.check_school(vale)
    with pytest.raises(Refused) as account:
        authority.check_account(both)
    assert [each.value.message for each in (installation, elsewhere, account)] == [
        "Roles in every school are given by an administrator of the installation. Nothing was changed.",
        "You are not an administrator of Vale School. Nothing was changed.",
        'The account "both" also has a role outside your schools. Nothing was changed. '
        "Ask an administrator of the installation.",
    ]


@pytest.mark.parametrize("role", [Role.SYNC_MANAGER, Role.ARCHIVIST, Role.STAFF])
def test_other_roles_manage_no_account(hill: School, role: Role) -> None:
    user = add_user("robin", role).user

    assert not authority_of(user).is_any
    assert list(authority_of(user).accounts()) == []


def test_list_is_searched_filtered_and_paged_with_two_queries(
    root: User, hill: School, vale: School, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        add_user(f"teacher{number}", "staff", hill, email=f"t{number}@school.example")
    add_user("far", "archivist", vale)
    deactivate(User.objects.get(username="teacher3"))
    set_password(root, "correct horse 42")

    def names(**asked: object) -> list[str]:
        return [line.name for line in accounts(User.objects.all(), Asked(**asked), per_page=4).lines]  # type: ignore[arg-type]

    with django_assert_num_queries(2):
        page = accounts(User.objects.all(), Asked(), per_page=4)
    assert ([line.name for line in page.lines], page.has_more) == (["far", "root", "teacher0", "teacher1"], True)
    assert page.lines[0].roles == (("archivist", vale),)
    assert names(page=2) == ["teacher2", "teacher4"]
    assert names(search="T2@") == ["teacher2"]
    assert names(role="archivist") == ["far"]
    assert names(school="HILL", role="archivist") == []
    assert names(school="*") == ["root"]
    assert names(state="inactive") == ["teacher3"]
    assert names(state="all", search="teacher3") == ["teacher3"]
