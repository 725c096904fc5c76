"""Settings > Your account: password, second factor, recovery codes, passkeys, and where one is signed in."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from photosync.apps.accounts.models import User
from photosync.apps.audit.models import Entry
from photosync.web.photo_rights import session_viewer
from tests.web.conftest import Scene
from tests.web.pages import PASSWORD, Markup
from tests.web.second_step import SECRET, code_of, give_app

HERE = "/settings/your-account/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def kim(scene: Scene) -> User:
    scene.administrator.set_password(PASSWORD)
    scene.administrator.save()
    return scene.administrator


def browser(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"host": "localhost", "user-agent": agent})
    client.post("/accounts/sign-in/", {"username": user.get_username(), "password": PASSWORD})
    return client


def browser_with_code(user: User) -> Client:
    client = browser(user)
    client.post("/accounts/sign-in/second-step/", {"code": code_of(SECRET)})
    return client


def confirmed(client: Client, path: str) -> Any:
    """Go to `path`, with the password given again where it is asked for."""
    asked = client.get(path)
    if asked.status_code == 302 and asked.headers["Location"].startswith("/accounts/confirm/"):
        return client.post("/accounts/confirm/", {"password": PASSWORD, "next": path}, follow=True)
    return asked


def test_page_tells_roles_sessions_and_what_is_off(scene: Scene, kim: User) -> None:
    page = Markup.of(browser(kim).get(HERE))

    assert "Administrator in Pelican Harbour High School" in page.text
    assert "Firefox on Linux this one 127.0.0.1" in page.text
    assert "With an app on your phone, someone who learns your password still cannot sign in." in page.text


def test_session_ended_in_one_browser_is_over_in_the_other_with_its_photos(scene: Scene, kim: User) -> None:
    here, phone = browser(kim), browser(kim, PHONE)
    key = phone.session.session_key or ""
    assert session_viewer(key, scene.school.pk) == kim.pk
    page = Markup.of(here.get(HERE))
    assert "Safari on iPhone 127.0.0.1" in page.text
    (form,) = [each["action"] for each in page.all("form") if each.get("action", "").endswith("/end/")]

    ended = here.post(form, follow=True)

    assert "That session has ended." in Markup.of(ended).text
    assert phone.get("/").headers["Location"] == "/accounts/sign-in/?next=/"
    assert session_viewer(key, scene.school.pk) == 0
    assert here.get("/").status_code == 200
    entry = Entry.objects.get(act="user.session-ended")
    assert (entry.actor, entry.subject, entry.note) == ("kim", "kim", "Safari on iPhone, 127.0.0.1")
    assert "That session has ended already. Nothing was done." in Markup.of(here.post(form, follow=True)).text


def test_session_of_someone_else_cannot_be_ended(scene: Scene, kim: User) -> None:
    scene.teacher.set_password(PASSWORD)
    scene.teacher.save()
    other = browser(scene.teacher)
    theirs = UserSession.objects.get(user=scene.teacher)

    answer = browser(kim).post(f"{HERE}sessions/{theirs.pk}/end/", follow=True)

    assert "That session has ended already. Nothing was done." in Markup.of(answer).text
    assert other.get("/").status_code == 200


def test_everywhere_else_is_signed_out_at_once(kim: User) -> None:
    here, phone, third = browser(kim), browser(kim, PHONE), browser(kim)

    answer = here.post(f"{HERE}sessions/end-others/", follow=True)

    assert "2 other sessions have ended." in Markup.of(answer).text
    assert [each.get("/").status_code for each in (here, phone, third)] == [200, 302, 302]


def test_password_is_changed_with_the_old_one_and_other_sessions_end(kim: User) -> None:
    here, phone = browser(kim), browser(kim, PHONE)
    new = "two herons in the reeds"

    wrong = here.post(
        f"{HERE}password/", {"old_password": "nope", "new_password1": new, "new_password2": new}, follow=True
    )
    changed = here.post(
        f"{HERE}password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}, follow=True
    )

    assert "This is not your password. Nothing was changed." in Markup.of(wrong).text
    assert "Your password is changed. 1 other session has ended." in Markup.of(changed).text
    assert (here.get("/").status_code, phone.get("/").status_code) == (200, 302)
    assert User.objects.get(pk=kim.pk).check_password(new)
    assert "Firefox on Linux this one" in Markup.of(here.get(HERE)).text


def test_new_password_that_will_not_do_says_why(kim: User) -> None:
    sent = {"old_password": PASSWORD, "new_password1": "password123", "new_password2": "password123"}

    assert "This password is too common." in Markup.of(browser(kim).post(f"{HERE}password/", sent)).text


def test_app_is_set_up_and_its_recovery_codes_are_shown_once(
    kim: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = browser(kim)
    client.get(f"{HERE}app/")
    picture = client.get(f"{HERE}app/code.svg")
    assert (picture.headers["Content-Type"], picture.content[:5]) == ("image/svg+xml", b"<svg ")
    assert b"style=" not in picture.content

    wrong = client.post(f"{HERE}app/", {"code": "123456"})
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        shown = client.post(f"{HERE}app/", {"code": code_of(secret)}, follow=True)
    again = client.get(f"{HERE}recovery-codes/")

    assert "This code is not right" in Markup.of(wrong).text
    assert len(Markup.of(shown).all("code")) == 10
    assert "They are shown now and never again" in Markup.of(shown).text
    assert "Your codes were shown before, and are not shown again. 10 are left." in Markup.of(again).text
    assert "10 codes are left. Each signs you in once" in Markup.of(client.get(HERE)).text
    assert client.get(f"{HERE}app/code.svg").status_code == 404
    notes = list(Entry.objects.filter(act="user.second-factor").order_by("pk").values_list("actor", "note"))
    assert sorted(notes) == [("kim", "authenticator app added"), ("kim", "recovery codes added")]


def test_removing_the_app_asks_for_the_password_again(kim: User) -> None:
    client = browser(kim)
    give_app(kim)
    RecoveryCodes.activate(kim)

    asked = client.get(f"{HERE}app/remove/")
    assert asked.headers["Location"] == f"/accounts/confirm/?next={HERE.replace('/', '%2F')}app%2Fremove%2F"
    told = Markup.of(client.get(asked.headers["Location"])).text
    assert "Whoever finds your screen unlocked shall not be able to change that." in told
    wrong = client.post("/accounts/confirm/", {"password": "wrong", "next": f"{HERE}app/remove/"})
    assert "This is not your password. Nothing was changed." in Markup.of(wrong).text
    assert browser_with_code(kim).post(f"{HERE}app/remove/").status_code == 302
    assert Authenticator.objects.count() == 2

    page = confirmed(client, f"{HERE}app/remove/")
    assert "Codes of the app will no longer be asked for" in Markup.of(page).text
    done = client.post(f"{HERE}app/remove/", follow=True)

    assert "The authenticator app is removed." in Markup.of(done).text
    assert Authenticator.objects.count() == 0


def test_new_recovery_codes_replace_the_old(kim: User) -> None:
    client = browser(kim)
    give_app(kim)
    old = RecoveryCodes.activate(kim).get_unused_codes()

    asked = Markup.of(confirmed(client, f"{HERE}recovery-codes/new/"))
    shown = client.post(f"{HERE}recovery-codes/new/", follow=True).content.decode()

    assert "The 10 codes that you have left will no longer work." in asked.text
    assert not [code for code in old if code in shown]
    assert shown.count("<li><code>") == 10


def test_passkeys_are_not_offered_under_a_bare_number(kim: User) -> None:
    client = browser(kim)

    page = Markup.of(client.get(HERE, headers={"host": "127.0.0.1:8000"}))

    assert "Passkeys work only where the pages are opened under a name" in page.text
    assert f"{HERE}passkeys/add/" not in [each["href"] for each in page.all("a")]


def test_passkey_of_someone_else_is_not_there(scene: Scene, kim: User) -> None:
    theirs = Authenticator.objects.create(user=scene.teacher, type="webauthn", data={"name": "x", "credential": {}})
    client = browser(kim)
    give_app(kim)

    assert confirmed(client, f"{HERE}passkeys/{theirs.pk}/rename/").status_code == 404
    assert confirmed(client, f"{HERE}passkeys/{theirs.pk}/remove/").status_code == 404


EVERYONE_S = [HERE, f"{HERE}password/", f"{HERE}app/", f"{HERE}recovery-codes/new/", f"{HERE}passkeys/add/"]


@pytest.mark.parametrize("path", EVERYONE_S)
def test_every_role_reaches_its_own_account_and_no_one_else_any(scene: Scene, path: str) -> None:
    stranger = Client(headers={"host": "localhost"}).get(path)
    statuses = []
    for user in (scene.administrator, scene.teacher, scene.roleless):
        user.set_password(PASSWORD)
        user.save()
        statuses.append(confirmed(browser(user), path).status_code)

    assert (stranger.status_code, stranger.headers["Location"].startswith("/accounts/")) == (302, True)
    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("path", [f"{HERE}sessions/end-others/", f"{HERE}sessions/1/end/"])
def test_sessions_are_ended_by_forms_only(scene: Scene, path: str) -> None:
    assert scene.client.get(path).status_code == 405
