"""Signing in elsewhere (OpenID Connect): which account that is here, and what is refused.

Rule: docs/decisions/0010-signing-in.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from photosync.apps.accounts.addresses import client_address
from photosync.apps.accounts.models import User
from photosync.apps.accounts.services import add_user
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.schools.models import School
from photosync.core.errors import PhotoSyncError, Refused
from photosync.core.people import quoted

REFUSAL_KEY = "sign_in_refused"
LONGEST_CLAIM = 254

log = structlog.get_logger(__name__)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Lets in whoever has an account here; says to everyone else why not."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        provider = sociallogin.provider
        try:
            user = _account(provider.app, sociallogin.account, sociallogin.claims)
        except PhotoSyncError as refusal:
            who = _text(sociallogin.claims, "email") or _text(sociallogin.claims, "sub")
            with acting_as(Actor(who or "(no name)", Via.PAGES)):
                note = f"{provider.app.name}, from {client_address(request)}: {refusal.message}"
                record(Act.SIGN_IN_FAILED, who, school=None, note=note)
            raise refused(request, refusal.message) from refusal
        sociallogin.user = user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        name = provider.app.name
        if error == AuthError.CANCELLED:
            message = _("The sign-in was broken off at %(name)s. You are not signed in.")
        elif exception is None:
            message = _(
                "This sign-in at %(name)s has expired, or was begun elsewhere. You are not signed in. Try again."
            )
        else:
            log.error("an answer could not be verified", provider=provider.app.provider_id, reason=repr(exception))
            message = _(
                "What %(name)s answered could not be verified, so you are not signed in. Try again. If it stays so, "
                "ask your administrator to look into the log."
            )
        raise refused(request, message % {"name": name})


def refused(request: HttpRequest, message: str) -> ImmediateHttpResponse:
    """Return what leads to the page that tells `message` once."""
    request.session[REFUSAL_KEY] = message
    return ImmediateHttpResponse(HttpResponseRedirect(reverse("sign-in-refused")))


def linked_to(user: User) -> list[str]:
    """Return the names of the providers at which the account has signed in; of one that is gone, its key."""
    names = {each.key: each.name for each in settings.ENVIRONMENT.sign_in.providers}
    keys = SocialAccount.objects.filter(user=user).order_by("provider").values_list("provider", flat=True)
    return [names.get(key, key) for key in keys]


def forget_links(user: User) -> int:
    """Let the next sign-in elsewhere find this account anew. Returns how many links were forgotten."""
    with transaction.atomic():
        number, _rows = SocialAccount.objects.filter(user=user).delete()
        if number:
            record(Act.USER_CHANGED, user, school=None, note="Links to sign-ins elsewhere forgotten.")
    return number


def _account(app: Any, account: SocialAccount, claims: Mapping[str, Any]) -> User:
    """Return the account of whoever these claims are about. Raises Refused."""
    _check_domain(app, claims)
    if account.pk is not None:
        return _active(User.objects.get(pk=account.user_id))
    user = _active(_found(app, claims) or _made(app, claims))
    with transaction.atomic():
        if SocialAccount.objects.filter(user=user, provider=account.provider).exists():
            raise Refused(
                f"The account {quoted(user.get_username())} belongs to someone else at {app.name}, by the number "
                "that it gives to people. You are not signed in. Ask your administrator."
            )
        account.user = user
        account.save()
    return user


def _active(user: User) -> User:
    if not user.is_active:
        raise Refused(
            f"The account {quoted(user.get_username())} is switched off. You are not signed in. "
            "Ask your administrator."
        )
    return user


def _check_domain(app: Any, claims: Mapping[str, Any]) -> None:
    domains = app.settings.get("domains") or []
    if domains and _text(claims, "hd").lower() not in domains:
        raise Refused(
            f"This {app.name} account does not belong to {', '.join(domains)}. You are not signed in. "
            "Choose the account of your school."
        )


def _found(app: Any, claims: Mapping[str, Any]) -> User | None:
    claim = app.settings.get("username_claim") or ""
    if claim:
        name = _text(claims, claim)
        if not name:
            raise Refused(
                f"{app.name} did not say your name ({claim}). You are not signed in. Ask your administrator."
            )
        return User.objects.filter(username__iexact=name).first()
    return User.objects.filter(email__iexact=_verified_email(app, claims)).first()


def _verified_email(app: Any, claims: Mapping[str, Any]) -> str:
    """Return the address that the provider vouches for. Raises Refused where there is none."""
    email = _text(claims, "email")
    if not email:
        raise Refused(f"{app.name} did not say your e-mail address. You are not signed in. Ask your administrator.")
    # Microsoft says xms_edov where the owner of the domain has proved it; others say email_verified.
    if not any(claims.get(name) in (True, "true", "True", 1, "1") for name in ("email_verified", "xms_edov")):
        raise Refused(
            f"{app.name} has not verified the e-mail address {quoted(email)}. You are not signed in. Verify it "
            "there, then try again."
        )
    return email


def _made(app: Any, claims: Mapping[str, Any]) -> User:
    """Return a new account, where the operator wants them made. Raises Refused otherwise."""
    claim = app.settings.get("username_claim") or ""
    name = _text(claims, claim) if claim else _verified_email(app, claims).lower()
    creates = settings.PHOTOSYNC_SIGN_IN_CREATES
    if creates is None:
        raise Refused(
            f"There is no account here for {quoted(name)}. You are not signed in. Ask your administrator to add one, "
            + ("with this name." if claim else "with this e-mail address.")
        )
    role, code = creates
    schools = list(School.objects.filter(code=code) if code else School.objects.all()[:2])
    if len(schools) != 1:
        raise Refused(
            "New accounts cannot be made: PHOTOSYNC_SIGN_IN_CREATES does not say in which school. You are not signed "
            "in. Ask your administrator."
        )
    return add_user(name, role, schools[0], email="" if claim else name).user


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip().replace("\0", "")[:LONGEST_CLAIM] if isinstance(value, str) else ""
