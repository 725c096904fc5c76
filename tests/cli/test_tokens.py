"""photosync token."""

import pytest

from photosync.apps.accounts.models import ApiToken
from photosync.apps.schools.models import School
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def kim(command: Commanding, school: School) -> None:
    command("user", "add", "kim", "--role", "sync-manager")


def test_token_is_made_listed_and_revoked(command: Commanding) -> None:
    made = command.json("token", "add", "Library", "--user", "kim", "--scope", "photo:view", "--school", "hill")

    secret = made.pop("secret")
    assert secret.startswith(made["begins"])
    assert (made["owner"], made["school"], made["scopes"]) == ("kim", "HILL", ["PHOTO: VIEW"])
    assert command.json("token", "list", "--user", "kim") == [made]
    revoked = command.json("token", "revoke", str(made["id"]))
    assert (revoked["state"], revoked["revoked"] is None) == ("revoked", False)
    assert command("token", "revoke", str(made["id"])).out == f"API token Library ({made['begins']}...) is revoked.\n"


def test_token_alone_is_on_standard_output(command: Commanding) -> None:
    answer = command("token", "add", "Library", "--user", "kim", "--scope", "PHOTO: VIEW")

    assert answer.out.startswith(f"{ApiToken.objects.get().beginning}")
    assert len(answer.out.splitlines()) == 1
    assert answer.err == (
        "This is the token. Keep it where only the program that needs it can read it;\nit cannot be shown again.\n"
    )


def test_token_table_tells_how_far_and_until_when(command: Commanding) -> None:
    assert command("token", "list").out == "There is no API token.\n"
    command("token", "add", "Library", "--user", "kim", "--scope", "PHOTO: VIEW")

    table = command("token", "list").out
    assert [words in table for words in ("Library", "kim", "all", "PHOTO: VIEW", "valid", "not yet")] == [True] * 6


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("add", "x", "--user", "nobody", "--scope", "PHOTO: VIEW"), 2, 'There is no account "nobody". Nothing was'),
        (("add", "x", "--user", "kim", "--scope", "SYSTEM: MANAGE"), 3, "kim does not have SYSTEM: MANAGE in any"),
        (
            ("add", "x", "--user", "kim", "--scope", "PHOTO: VIEW", "--no-expiry"),
            3,
            "Only an account with SYSTEM: MANAGE may have a token that does not expire.",
        ),
        (
            ("revoke", "77"),
            2,
            "There is no API token 77. Nothing was done. See those that there are: photosync token list",
        ),
    ],
)
def test_refusals_are_told(command: Commanding, words: tuple[str, ...], status: int, told: str) -> None:
    refused, line = command.refusal("token", *words)

    assert refused == status
    assert line.startswith(told)
