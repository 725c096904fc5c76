"""Signing in: the second step, lock-out, accounts that are switched off, what cannot be reached, what is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from photosync.apps.accounts.lock_outs import lock_outs_of, unlock
from photosync.apps.accounts.models import User
from photosync.apps.accounts.services import deactivate
from photosync.apps.audit.models import Entry
from photosync.web.photo_rights import session_user, session_viewer
from tests.web.conftest import Scene
from tests.web.pages import PASSWORD, Markup, signed_in
from tests.web.second_step import SECRET, code_of, give_app

SECOND_STEP = "/accounts/sign-in/second-step/"


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def teo(scene: Scene) -> User:
    scene.teacher.set_password(PASSWORD)
    scene.teacher.save()
    return scene.teacher


def sign_in(client: Client, name: str = "teo", password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/accounts/sign-in/", {"username": name, "password": password, **fields})


def acts() -> list[tuple[str, str, str, str]]:
    return list(Entry.objects.order_by("pk").values_list("act", "actor", "subject", "note"))


def test_after_the_password_the_code_is_asked_for_and_until_then_no_one_is_signed_in(
    scene: Scene, teo: User, visitor: Client
) -> None:
    give_app(teo)

    asked = sign_in(visitor, next="/photos/?kind=staff")

    assert asked.headers["Location"] == SECOND_STEP
    key = visitor.session.session_key
    assert key is not None
    assert (session_user(key), session_viewer(key, scene.school.pk)) == (None, 0)
    assert visitor.get("/photos/").headers["Location"] == "/accounts/sign-in/?next=/photos/"
    page = Markup.of(visitor.get(SECOND_STEP))
    assert "The password of teo is right. You are signed in after this step." in page.text
    done = visitor.post(SECOND_STEP, {"code": code_of(SECRET)})
    assert done.headers["Location"] == "/photos/?kind=staff"
    assert session_viewer(visitor.session.session_key or "", scene.school.pk) == teo.pk
    assert acts()[-1][:3] == ("user.signed-in", "teo", "teo")
    assert acts()[-1][3] == "password and authenticator app, from 127.0.0.1"


def test_wrong_code_and_a_code_that_was_used_are_refused(teo: User, visitor: Client) -> None:
    give_app(teo)
    sign_in(visitor)
    told = (
        "This code is not right, or was used already. Wait for the next one, and check that the clock of the device "
        "is right."
    )

    wrong = visitor.post(SECOND_STEP, {"code": "000000"})
    code = code_of(SECRET)
    visitor.post(SECOND_STEP, {"code": code})
    another = Client(headers={"host": "localhost"})
    sign_in(another)
    used = another.post(SECOND_STEP, {"code": code})

    assert told in Markup.of(wrong).text
    assert told in Markup.of(used).text
    assert ("user.sign-in-failed", "teo", "teo", "wrong code, from 127.0.0.1") in acts()


def test_code_that_was_used_is_refused_as_long_as_it_would_be_right(teo: User, visitor: Client) -> None:
    give_app(teo)
    began = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    with time_machine.travel(began, tick=False):
        code = code_of(SECRET)
        sign_in(visitor)
        assert visitor.post(SECOND_STEP, {"code": code}).headers["Location"] == "/"
    another = Client(headers={"host": "localhost"})

    with time_machine.travel(began + timedelta(seconds=45), tick=False):
        sign_in(another)
        again = another.post(SECOND_STEP, {"code": code})

    assert "This code is not right, or was used already." in Markup.of(again).text


def test_too_many_forms_from_one_address_are_told_to_wait(teo: User, visitor: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(visitor, "teo", "wrong")

    response = sign_in(visitor)

    assert response.status_code == 429
    assert (
        "Too many tries from here More was sent from this address within a minute than sign-in allows. Nothing was "
        "changed. Wait a minute, then try again."
    ) in Markup.of(response).text


def test_password_that_is_too_long_is_not_hashed(teo: User, visitor: Client) -> None:
    response = sign_in(visitor, "teo", "x" * 4097)

    assert "Ensure this value has at most 4096 characters" in Markup.of(response).text
    assert not AccessAttempt.objects.exists()


def test_codes_cannot_be_guessed_on_and_on(teo: User, visitor: Client) -> None:
    give_app(teo)
    sign_in(visitor)

    for _ in range(5):
        visitor.post(SECOND_STEP, {"code": "000000"})
    response = visitor.post(SECOND_STEP, {"code": code_of(SECRET)})

    assert "Too many wrong codes were tried. Wait five minutes, then try again." in Markup.of(response).text
    assert "_auth_user_id" not in visitor.session


def test_recovery_code_signs_in_once(teo: User, visitor: Client) -> None:
    give_app(teo)
    code = RecoveryCodes.activate(teo).get_unused_codes()[0]
    sign_in(visitor)
    assert visitor.post(SECOND_STEP, {"code": code}).headers["Location"] == "/"

    again = Client(headers={"host": "localhost"})
    sign_in(again)

    assert "This code is not right, or was used already." in Markup.of(again.post(SECOND_STEP, {"code": code})).text


def test_secret_of_the_app_is_not_stored_as_it_is(teo: User) -> None:
    give_app(teo)

    assert SECRET not in str(Authenticator.objects.get().data)


def test_one_can_start_again_in_the_middle(teo: User, visitor: Client) -> None:
    give_app(teo)
    sign_in(visitor)
    assert visitor.get("/accounts/sign-in/").headers["Location"] == SECOND_STEP

    visitor.post("/accounts/sign-out/")

    assert visitor.get("/accounts/sign-in/").status_code == 200


@pytest.mark.parametrize("name", ["teo", "nobody-by-that-name"])
def test_lock_out_says_until_when_for_any_name_alike(
    scene: Scene, teo: User, visitor: Client, settings: Settings, name: str
) -> None:
    scene.other_school.time_zone = "Australia/Perth"
    scene.other_school.save()
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert "do not belong together" in Markup.of(sign_in(visitor, name, "wrong")).text

    last = sign_in(visitor, name.upper(), "wrong")
    even_right = sign_in(visitor, name, PASSWORD)

    told = (
        "Sign-in is locked for now Too many wrong passwords were tried for this name from here. Nothing was changed. "
        "Try again in 15 minutes. An administrator can unlock the account at once."
    )
    assert (last.status_code, even_right.status_code) == (429, 429)
    assert told in Markup.of(last).text
    assert told in Markup.of(even_right).text
    assert last.headers["Retry-After"] == "900"
    assert "_auth_user_id" not in visitor.session


def test_lock_out_tells_the_time_where_schools_share_a_zone(
    scene: Scene, teo: User, visitor: Client, settings: Settings
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(visitor, "teo", "wrong")

    until = (timezone.now() + timedelta(minutes=15)).astimezone(scene.school.zone)
    assert f"Try again in 15 minutes, at {until:%H:%M}. An administrator" in Markup.of(response).text


def test_lock_out_holds_for_the_address_that_tried_only_and_ends(
    teo: User, visitor: Client, settings: Settings
) -> None:
    settings.PHOTOSYNC_PROXIES = 1
    for _ in range(settings.AXES_FAILURE_LIMIT):
        visitor.post(
            "/accounts/sign-in/", {"username": "teo", "password": "wrong"}, headers={"X-Forwarded-For": "203.0.113.9"}
        )
    assert [address for address, _ in lock_outs_of("teo", timezone.now())] == ["203.0.113.9"]

    assert sign_in(visitor).headers["Location"] == "/"
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    late = Client(headers={"host": "localhost", "X-Forwarded-For": "203.0.113.9"})
    assert sign_in(late).headers["Location"] == "/"


def test_unlocked_account_may_be_tried_again(teo: User, visitor: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(visitor, "teo", "wrong")

    assert unlock(teo) == 1
    assert unlock(teo) == 0

    assert sign_in(visitor).headers["Location"] == "/"


def test_failure_is_recorded_with_the_name_as_typed_and_never_the_password(scene: Scene, visitor: Client) -> None:
    sign_in(visitor, "Some.One" + "x" * 140, "my secret word")

    assert acts() == [
        ("user.sign-in-failed", "Some.One" + "x" * 92, "Some.One" + "x" * 92, "from 127.0.0.1"),
    ]
    assert "my secret word" not in str(list(Entry.objects.values()) + list(AccessAttempt.objects.values()))


def test_sign_out_is_recorded(scene: Scene) -> None:
    scene.client.post("/accounts/sign-out/")

    assert acts() == [("user.signed-out", "kim", "kim", "")]


def test_account_that_is_switched_off_is_told_so_after_its_password_only(teo: User, visitor: Client) -> None:
    deactivate(teo)

    wrong = sign_in(visitor, "teo", "wrong")
    right = visitor.post("/accounts/sign-in/", {"username": "teo", "password": PASSWORD}, follow=True)

    assert "do not belong together" in Markup.of(wrong).text
    assert right.status_code == 403
    assert (
        "You are not signed in This account is switched off, so you are not signed in. Ask your administrator."
    ) in Markup.of(right).text


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/password/reset/",
        "/accounts/login/",
        "/accounts/social/signup/",
        "/accounts/sign-in/with/google/",
        "/accounts/sign-in/with/google/back/",
        "/accounts/",
    ],
)
def test_what_is_not_wanted_is_not_there(scene: Scene, path: str) -> None:
    assert scene.client.get(path).status_code == 404


class TestRequiredSecondFactor:
    """Where the operator requires one of administrators."""

    @pytest.fixture(autouse=True)
    def required(self, settings: Settings, scene: Scene) -> None:
        settings.PHOTOSYNC_REQUIRE_SECOND_FACTOR = "administrators"
        scene.administrator.set_password(PASSWORD)
        scene.administrator.save()

    @pytest.mark.parametrize(
        "path", ["/", "/photos/", "/settings/", "/settings/your-account/", "/photos/1/now/full.jpg"]
    )
    def test_nothing_else_is_reached(self, scene: Scene, path: str) -> None:
        client = signed_in(scene.administrator)
        key = client.session.session_key or ""

        assert client.get(path).headers["Location"] == "/accounts/second-factor-needed/"
        assert (session_user(key), session_viewer(key, scene.school.pk)) == (None, 0)
        assert client.post("/schools/", {"school": "PHS"}).headers["Location"] == "/accounts/second-factor-needed/"
        page = Markup.of(client.get("/accounts/second-factor-needed/"))
        assert (
            "This installation asks accounts like yours for more than a password. Until it is set up, nothing else "
            "can be opened."
        ) in page.text

    def test_part_of_a_page_leads_the_whole_page_there(self, scene: Scene) -> None:
        response = signed_in(scene.administrator).get("/", headers={"HX-Request": "true"})

        assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/accounts/second-factor-needed/")

    def test_set_up_leads_out_without_the_password_a_second_time(self, scene: Scene, visitor: Client) -> None:
        sign_in(visitor, "kim")
        page = Markup.of(visitor.get("/settings/your-account/app/"))
        secret = visitor.session["mfa.totp.secret"]
        assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page.text

        done = visitor.post("/settings/your-account/app/", {"code": code_of(secret)}, follow=True)

        assert len(Markup.of(done).all("code")) == 10
        assert visitor.get("/").status_code == 200
        assert visitor.get("/accounts/second-factor-needed/").headers["Location"] == "/"

    def test_others_are_let_be(self, scene: Scene, teo: User) -> None:
        assert signed_in(teo).get("/photos/").status_code == 200

    def test_account_without_a_password_obeys_the_place_it_signs_in_at(self, scene: Scene) -> None:
        scene.administrator.set_unusable_password()
        scene.administrator.save()

        assert signed_in(scene.administrator).get("/").status_code == 200

    def test_everyone_means_everyone(self, scene: Scene, teo: User, settings: Settings) -> None:
        settings.PHOTOSYNC_REQUIRE_SECOND_FACTOR = "everyone"

        assert signed_in(teo).get("/photos/").headers["Location"] == "/accounts/second-factor-needed/"
