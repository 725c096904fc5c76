"""Signing in elsewhere, at a real OpenID Connect provider on this machine: who is let in, who is not, and why."""

import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from photosync.apps.accounts.models import Membership, User
from photosync.apps.accounts.providers import forget_links
from photosync.apps.accounts.services import change_email, deactivate
from photosync.apps.audit.models import Entry
from photosync.project.sign_in_settings import Provider
from tests.web.conftest import Scene
from tests.web.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.web.pages import Markup
from tests.web.second_step import give_app

START = "/accounts/sign-in/with/oidc/"
VERIFIED = {"email": "Teo@school.example", "email_verified": True}


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        use(settings, provider)
        yield provider


def use(settings: Settings, provider: IdentityProvider, **given: Any) -> None:
    """Let people sign in at `provider`, as the operator's settings would."""
    app = Provider(CLIENT_ID, CLIENT_SECRET, "oidc", "Wattle ID", provider.issuer, **given).as_allauth_app
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


@pytest.fixture
def teo(scene: Scene) -> User:
    change_email(scene.teacher, "teo@school.example")
    return scene.teacher


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost"})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def at_the_provider(address: str) -> str:
    """Go to the provider as a browser does; return where it sends the browser back to."""
    try:
        urllib.request.build_opener(NoRedirect).open(address)
    except HTTPError as redirect:
        return redirect.headers["Location"]
    raise AssertionError("the provider did not send the browser back")


def sign_in(visitor: Client, start: str = START) -> Any:
    """Walk the whole way: here, there, back. Returns the last page."""
    back = urlsplit(at_the_provider(visitor.get(start).headers["Location"]))
    return visitor.get(f"{back.path}?{back.query}", follow=True)


def told(visitor: Client) -> str:
    """Return why one was not let in."""
    page = sign_in(visitor)
    assert page.status_code == 403
    assert "_auth_user_id" not in visitor.session
    (told,) = [each for each in Markup.of(page).texts if len(each) > 40]
    return told


def test_account_is_found_by_its_verified_address_and_then_by_the_number_of_the_person(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    elsewhere.claims = VERIFIED

    page = sign_in(visitor, f"{START}?next=/photos/")

    assert page.redirect_chain[-1][0] == "/photos/"
    assert visitor.session["_auth_user_id"] == str(teo.pk)
    assert SocialAccount.objects.values_list("provider", "uid", "user__username", "extra_data").get() == (
        "oidc",
        "17",
        "teo",
        {},
    )
    assert Entry.objects.get(act="user.signed-in").note == "oidc, from 127.0.0.1"
    elsewhere.claims = {"email": "married@school.example", "email_verified": False}
    again = Client(headers={"host": "localhost"})
    sign_in(again)
    assert again.session["_auth_user_id"] == str(teo.pk)
    assert User.objects.filter(email="married@school.example").count() == 0


def test_provider_is_asked_with_proof_state_and_no_more_than_it_needs(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    answer = visitor.get(f"{START}?process=connect&scope=everything&auth_params=prompt%3Dnone")

    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/accounts/sign-in/with/oidc/back/"
    assert "prompt" not in asked
    states = visitor.session["socialaccount_states"]
    assert [state[0]["process"] for state in states.values()] == ["login"]


def test_second_step_is_asked_for_here_too(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.claims = VERIFIED
    give_app(teo)

    page = sign_in(visitor)

    assert page.redirect_chain[-1][0] == "/accounts/sign-in/second-step/"
    assert "_auth_user_id" not in visitor.session


def test_address_that_is_not_verified_is_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.claims = {"email": "teo@school.example", "email_verified": False}

    assert told(visitor) == (
        'Wattle ID has not verified the e-mail address "teo@school.example". You are not signed in. Verify it '
        "there, then try again."
    )
    entry = Entry.objects.get(act="user.sign-in-failed")
    assert (entry.actor, entry.subject) == ("teo@school.example", "teo@school.example")


@pytest.mark.parametrize("verified", ["yes", "false", 2, None, [True]])
def test_only_a_plain_yes_verifies(elsewhere: IdentityProvider, teo: User, visitor: Client, verified: object) -> None:
    elsewhere.claims = {"email": "teo@school.example", "email_verified": verified}

    assert told(visitor).startswith("Wattle ID has not verified the e-mail address")


def test_without_an_account_one_is_refused_and_none_is_made(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    elsewhere.claims = {"email": "new@school.example", "email_verified": True}
    before = User.objects.count()

    assert told(visitor) == (
        'There is no account here for "new@school.example". You are not signed in. Ask your administrator to add '
        "one, with this e-mail address."
    )
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_account_is_made_where_the_operator_says_so(
    elsewhere: IdentityProvider, scene: Scene, visitor: Client, settings: Settings
) -> None:
    elsewhere.claims = {"email": "New@school.example", "email_verified": True}
    settings.PHOTOSYNC_SIGN_IN_CREATES = ("staff", "BVC")

    sign_in(visitor)

    user = User.objects.get(pk=visitor.session["_auth_user_id"])
    assert (user.username, user.email, user.has_usable_password()) == ("new@school.example",) * 2 + (False,)
    assert list(Membership.objects.filter(user=user).values_list("role", "school__code")) == [("staff", "BVC")]


def test_account_is_not_made_where_the_school_is_not_clear(
    elsewhere: IdentityProvider, scene: Scene, visitor: Client, settings: Settings
) -> None:
    elsewhere.claims = {"email": "new@school.example", "email_verified": True}
    settings.PHOTOSYNC_SIGN_IN_CREATES = ("staff", "")

    assert told(visitor) == (
        "New accounts cannot be made: PHOTOSYNC_SIGN_IN_CREATES does not say in which school. You are not signed in. "
        "Ask your administrator."
    )


def test_claim_can_hold_the_name_of_the_account(
    elsewhere: IdentityProvider, teo: User, visitor: Client, settings: Settings
) -> None:
    use(settings, elsewhere, username_claim="preferred_username")
    elsewhere.claims = {"preferred_username": "TEO"}

    sign_in(visitor)

    assert visitor.session["_auth_user_id"] == str(teo.pk)


def test_claim_that_is_missing_is_told(
    elsewhere: IdentityProvider, teo: User, visitor: Client, settings: Settings
) -> None:
    use(settings, elsewhere, username_claim="preferred_username")
    elsewhere.claims, elsewhere.user_data = VERIFIED, {"sub": "17"}

    assert told(visitor) == (
        "Wattle ID did not say your name (preferred_username). You are not signed in. Ask your administrator."
    )


def test_address_that_is_not_in_the_token_is_asked_for(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    elsewhere.user_data = {"sub": "17"} | VERIFIED

    sign_in(visitor)

    assert visitor.session["_auth_user_id"] == str(teo.pk)


def test_successor_with_the_same_address_does_not_get_the_account(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    elsewhere.claims = VERIFIED
    sign_in(visitor)
    elsewhere.claims = VERIFIED | {"sub": "18"}
    successor = Client(headers={"host": "localhost"})

    assert told(successor) == (
        'The account "teo" belongs to someone else at Wattle ID, by the number that it gives to people. You are not '
        "signed in. Ask your administrator."
    )
    assert forget_links(teo) == 1
    sign_in(successor)
    assert successor.session["_auth_user_id"] == str(teo.pk)


def test_account_that_is_switched_off_is_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.claims = VERIFIED
    deactivate(teo)

    assert told(visitor) == ('The account "teo" is switched off. You are not signed in. Ask your administrator.')


def test_account_of_another_domain_is_refused(
    elsewhere: IdentityProvider, teo: User, visitor: Client, settings: Settings
) -> None:
    use(settings, elsewhere, domains=("school.example",))
    elsewhere.claims = VERIFIED | {"hd": "elsewhere.example"}
    assert told(visitor) == (
        "This Wattle ID account does not belong to school.example. You are not signed in. Choose the account of your "
        "school."
    )

    elsewhere.claims = VERIFIED | {"hd": "school.example"}
    sign_in(visitor)
    assert visitor.session["_auth_user_id"] == str(teo.pk)


NOT_VERIFIED = (
    "What Wattle ID answered could not be verified, so you are not signed in. Try again. If it stays so, ask your "
    "administrator to look into the log."
)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 60},
        {"sub": ""},
        {"sub": "x" * 300},
    ],
)
def test_token_that_is_not_for_us_is_refused(
    elsewhere: IdentityProvider, teo: User, visitor: Client, claims: dict[str, Any]
) -> None:
    elsewhere.claims = VERIFIED | claims

    assert told(visitor) == NOT_VERIFIED


def test_token_signed_by_another_key_is_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.claims = VERIFIED
    elsewhere.signs_with = rsa.generate_private_key(65537, 2048)

    assert told(visitor) == NOT_VERIFIED


def test_token_signed_with_a_shared_secret_is_refused(
    elsewhere: IdentityProvider, teo: User, visitor: Client
) -> None:
    elsewhere.claims, elsewhere.algorithm, elsewhere.signs_with = VERIFIED, "HS256", CLIENT_SECRET * 2

    assert told(visitor) == NOT_VERIFIED


def test_token_without_a_signature_is_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.claims, elsewhere.algorithm = VERIFIED, "none"

    assert told(visitor) == NOT_VERIFIED


def test_user_data_about_someone_else_are_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.user_data = {"sub": "18"} | VERIFIED

    assert told(visitor) == NOT_VERIFIED


def test_one_who_breaks_off_there_is_told_so(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.denies = True

    assert told(visitor) == "The sign-in was broken off at Wattle ID. You are not signed in."


def test_answer_that_was_not_asked_for_is_refused(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    page = visitor.get(f"{START}back/?code=code-0&state=made-up", follow=True)

    assert "This sign-in at Wattle ID has expired, or was begun elsewhere." in Markup.of(page).text


def test_provider_that_cannot_be_reached_is_told(teo: User, visitor: Client, settings: Settings) -> None:
    with identity_provider() as provider:
        use(settings, provider)

    page = visitor.get(START, follow=True)

    assert NOT_VERIFIED in Markup.of(page).text


def test_refusal_is_told_once(elsewhere: IdentityProvider, teo: User, visitor: Client) -> None:
    elsewhere.denies = True
    told(visitor)

    assert visitor.get("/accounts/sign-in/refused/").headers["Location"] == "/accounts/sign-in/"
