"""Settings > API tokens."""

import pytest
from django.test import Client

from photosync.apps.accounts.models import ApiToken, Role, User
from photosync.apps.accounts.tokens import token_of_secret
from photosync.apps.audit.models import Entry
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_user, signed_in

TOKENS = "/settings/api-tokens/"


@pytest.fixture
def root(scene: Scene) -> User:
    return make_user("root", Role.ADMINISTRATOR, None)


def make(client: Client, **fields: object) -> Markup:
    given = {"name": "Library system", "scopes": ["PHOTO: VIEW"], "school": "", "lifetime": "90"}
    return Markup.of(client.post(f"{TOKENS}new/", given | fields))


def test_secret_is_shown_once(scene: Scene, root: User) -> None:
    client = signed_in(root)

    shown = make(client, school=scene.school.code)

    token = ApiToken.objects.get()
    secret = next(each["value"] for each in shown.all("input") if each.get("id") == "secret")
    assert token_of_secret(secret, token.created_at) == token
    assert (token.owner, token.school, token.scopes) == (root, scene.school, ["PHOTO: VIEW"])
    assert "Copy it now: it is shown this once, and kept nowhere." in shown.text
    listed = client.get(TOKENS)
    assert secret not in listed.content.decode()
    assert token.beginning in listed.content.decode()


def test_list_shows_everyones_with_state_and_reach(scene: Scene, root: User) -> None:
    client = signed_in(root)
    assert "No API token yet" in Markup.of(client.get(TOKENS)).text
    make(client)
    make(signed_in(make_user("second", Role.ADMINISTRATOR, None)), name="Timetable", lifetime="never")

    text = Markup.of(client.get(TOKENS)).text

    assert [
        words in text for words in ("Library system", "Timetable", "root", "second", "every school", "never")
    ] == [True] * 6
    assert "Valid" in text


def test_revoking_asks_first_and_is_recorded_as_done_by_the_account(scene: Scene, root: User) -> None:
    client = signed_in(root)
    make(client)
    address = f"{TOKENS}{ApiToken.objects.get().pk}/revoke/"

    assert "will let no one in from now on" in Markup.of(client.get(address)).text
    done = Markup.of(client.post(address, follow=True))

    assert "The API token Library system lets no one in any more." in done.text
    assert "Revoked" in done.text
    assert "is revoked already and lets no one in." in Markup.of(client.get(address)).text
    assert list(Entry.objects.filter(act="token.revoked").values_list("actor", flat=True)) == ["root"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "Type in what the token is for. No token was made."),
        ({"scopes": []}, "Choose at least one. No token was made."),
        ({"school": "NONE"}, "There is no such school. No token was made."),
        ({"name": "\x07"}, "A token needs a name of 1 to 100 characters, by which you will know it."),
    ],
)
def test_what_cannot_be_is_told(scene: Scene, root: User, fields: dict[str, object], told: str) -> None:
    shown = make(signed_in(root), **fields)

    assert told in shown.text
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("path", [TOKENS, f"{TOKENS}new/", f"{TOKENS}1/revoke/"])
def test_only_who_manages_the_system_gets_in(scene: Scene, path: str) -> None:
    statuses = {
        name: signed_in(account).get(path).status_code
        for name, account in (("school administrator", scene.administrator), ("teacher", scene.teacher))
    }

    assert statuses == {"school administrator": 403, "teacher": 403}
    assert Client(headers={"host": "localhost"}).get(path).status_code == 302


def test_token_that_is_not_there_has_no_page(scene: Scene, root: User) -> None:
    assert signed_in(root).get(f"{TOKENS}77/revoke/").status_code == 404
