"""photosync user: the list, one account, roles, switching off and on, unlocking, resetting."""

import pytest
from axes.models import AccessAttempt
from django.conf import settings

from photosync.apps.accounts.models import User
from photosync.apps.accounts.services import add_user
from photosync.apps.audit.models import Entry
from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding
from tests.web.second_step import give_app

pytestmark = pytest.mark.once


@pytest.fixture
def robin(school: School) -> User:
    add_user("root", "administrator")
    return add_user("robin", "staff", school, email="robin@school.example").user


def test_accounts_are_listed_with_their_roles(command: Commanding, robin: User) -> None:
    rows = command.json("user", "list")

    assert rows == [
        {
            "name": "robin",
            "email": "robin@school.example",
            "active": True,
            "second_factor": False,
            "roles": [{"role": "staff", "school": "HILL"}],
        },
        {
            "name": "root",
            "email": None,
            "active": True,
            "second_factor": False,
            "roles": [{"role": "administrator", "school": None}],
        },
    ]
    assert [each["name"] for each in command.json("user", "list", "--role", "staff")] == ["robin"]
    assert "administrator in every school" in command("user", "list").out
    assert command("user", "list", "--search", "zzz").out == "No account is found with this.\n"
    assert command.refusal("user", "list", "--role", "boss") == (
        2,
        '"boss" is not a role. Nothing was listed. Choose one of: administrator, sync-manager, archivist, staff.',
    )


def test_account_is_shown_with_everything_but_secrets(command: Commanding, robin: User) -> None:
    give_app(robin)

    document = command.json("user", "show", "ROBIN")

    assert document == {
        "name": "robin",
        "email": "robin@school.example",
        "active": True,
        "password": False,
        "second_factor": {"app": True, "passkeys": [], "recovery_codes": 0},
        "roles": [{"role": "staff", "school": "HILL"}],
        "last_signed_in": None,
        "signs_in_with": [],
        "sessions": [],
        "locked": [],
    }
    assert "second factor   authenticator app" in command("user", "show", "robin").out


def test_roles_are_given_and_taken(command: Commanding, robin: User) -> None:
    answer = command.json("user", "roles", "robin", "--give", "archivist", "--take", "staff")

    assert answer == {"name": "robin", "roles": [{"role": "archivist", "school": "HILL"}]}
    assert command("user", "roles", "robin").out == "robin: archivist in HILL\n"
    assert command.refusal("user", "roles", "root", "--take", "administrator", "--all-schools") == (
        3,
        '"root" is the last administrator of the installation. Nothing was changed. '
        "Make another account an administrator in every school first.",
    )
    assert Entry.objects.filter(act="user.roles").first() is not None


def test_account_is_switched_off_and_on(command: Commanding, robin: User) -> None:
    assert command("user", "deactivate", "robin").out == "robin is switched off.\n"
    assert command.refusal("user", "link", "robin") == (
        3,
        'The account "robin" is switched off. No link was made. Switch it on first.',
    )
    assert [each["name"] for each in command.json("user", "list", "--state", "inactive")] == ["robin"]
    assert command("user", "activate", "robin").out == "robin is switched on.\n"
    assert command.refusal("user", "deactivate", "root")[0] == 3


def test_account_is_unlocked(command: Commanding, robin: User) -> None:
    AccessAttempt.objects.create(
        username="robin", ip_address="203.0.113.9", failures_since_start=settings.AXES_FAILURE_LIMIT
    )
    assert [each["address"] for each in command.json("user", "show", "robin")["locked"]] == ["203.0.113.9"]

    assert command("user", "unlock", "robin").out == "robin is unlocked.\n"
    assert command("user", "unlock", "robin").out == "robin was not locked, and is not.\n"


def test_second_factor_is_reset_and_sessions_end(command: Commanding, robin: User) -> None:
    give_app(robin)

    assert command("user", "reset-second-factor", "robin").out == "robin has no second factor any more.\n"
    assert command("user", "reset-second-factor", "robin").out == "robin had no second factor.\n"
    assert command("user", "end-sessions", "robin").out == "robin is signed out; sessions that ended: 0.\n"
    assert command.refusal("user", "unlock", "kim") == (
        2,
        'There is no account "kim". Nothing was done. Check the name, or add the account: photosync user add',
    )
