"""How allauth behaves here: no one signs up, words are ours, secrets are stored encrypted."""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.accounts.addresses import client_address
from photosync.apps.accounts.models import User
from photosync.apps.accounts.services import set_password
from photosync.apps.sealing import SealBroken, seal, unseal
from photosync.core.errors import WrongUse

FRESH_WITHIN_S = 300
SECOND_FACTOR = "second factor"
TO_ADD_A_FACTOR = frozenset({"mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"})

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "This name and password do not belong together, so you are not signed in. Check both. If the password "
            "is lost, ask your administrator for a new link to set it."
        ),
        "incorrect_password": gettext_lazy("This is not your password. Nothing was changed."),
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong codes were tried. Wait five minutes, then try again. If the device is lost, use a "
            "recovery code, or ask your administrator to reset your second factor."
        ),
        "rate_limited": gettext_lazy("Too many wrong codes were tried. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting wrong passwords to axes, which counts name and address together."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:  # noqa: ARG002
        return HttpResponseRedirect(reverse("account_inactive"))

    def set_password(self, user: Any, password: str) -> None:
        try:
            set_password(user, password)
        except WrongUse as error:
            raise ValidationError(error.message) from error

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Keep allauth's messages to itself: pages say in our own words what was done."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: accounts need no e-mail here."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether the password is asked for again; not for adding a factor just after signing in."""
        request = context.request
        match = request.resolver_match
        if match is not None and match.url_name in TO_ADD_A_FACTOR:
            records = get_authentication_records(request, request.user)
            if records and time.time() - records[-1]["at"] < FRESH_WITHIN_S:
                return False
        return super().is_reauthentication_required(app=app, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not right, or was used already. Wait for the next one, and check that the clock of the "
            "device is right."
        ),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Photo Sync"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        return seal(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; where the installation's key is another one by now, a secret that fits no code."""
        try:
            return unseal(encrypted_text, SECOND_FACTOR)
        except SealBroken:
            log.error("a second factor cannot be read: the installation's secret key has changed")  # noqa: TRY400
            return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def account(user: object) -> User:
    """Return `user`, who is signed in. Raises TypeError for no one."""
    if not isinstance(user, User):
        raise TypeError("No one is signed in.")
    return user
