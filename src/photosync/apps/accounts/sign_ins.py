"""What is recorded of signing in and out: listens to Django's and allauth's signals, once `connect` was called."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.http import HttpRequest

from photosync.apps.accounts.addresses import client_address
from photosync.apps.accounts.models import User
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record

LONGEST_TYPED_NAME = 100
FACTOR_WORDS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="photosync-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="photosync-signed-out")
    user_login_failed.connect(_failed, dispatch_uid="photosync-sign-in-failed")
    authentication_failed.connect(_code_failed, dispatch_uid="photosync-code-failed")
    authenticator_added.connect(_factor_added, dispatch_uid="photosync-factor-added")
    authenticator_removed.connect(_factor_removed, dispatch_uid="photosync-factor-removed")
    authenticator_reset.connect(_factor_reset, dispatch_uid="photosync-factor-reset")


def _by(user: User) -> Actor:
    return Actor(user.get_username(), Via.PAGES, user.pk)


def _signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    with acting_as(_by(user)):
        record(Act.SIGNED_IN, user, school=None, note=f"{_how(request)}, from {client_address(request)}")


def _how(request: HttpRequest) -> str:
    """Return by what the session that begins was opened, in words."""
    from allauth.account.authentication import get_authentication_records

    words = []
    for each in get_authentication_records(request, getattr(request, "user", None)):
        if each.get("method") == "mfa":
            words.append(FACTOR_WORDS.get(str(each.get("type")), "second factor"))
        elif each.get("method") == "socialaccount":
            words.append(str(each.get("provider", "OpenID Connect")))
        else:
            words.append(str(each.get("method", "")))
    return " and ".join(words) or "signed in"


def _signed_out(*, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is None or request is None:
        return
    key = request.session.session_key
    if key:
        UserSession.objects.filter(session_key=key).delete()
    with acting_as(_by(user)):
        record(Act.SIGNED_OUT, user, school=None)


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Record the name as it was typed, cut short; never the password (Django takes it out of `credentials`)."""
    typed = str(credentials.get("username") or "").replace("\0", "")[:LONGEST_TYPED_NAME]
    address = client_address(request) if request is not None else "unknown"
    note = f"from {address}"
    if getattr(request, "axes_locked_out", False):
        note += "; locked out"
    with acting_as(Actor(typed or "(no name)", Via.PAGES)):
        record(Act.SIGN_IN_FAILED, typed, school=None, note=note)


def _code_failed(*, request: HttpRequest, user: User, **_: Any) -> None:
    with acting_as(_by(user)):
        record(Act.SIGN_IN_FAILED, user, school=None, note=f"wrong code, from {client_address(request)}")


def _factor_added(*, user: User, authenticator: Any, **_: Any) -> None:
    _factor(user, authenticator, "added")


def _factor_removed(*, user: User, authenticator: Any, **_: Any) -> None:
    _factor(user, authenticator, "removed")


def _factor_reset(*, user: User, authenticator: Any, **_: Any) -> None:
    _factor(user, authenticator, "made anew")


def _factor(user: User, authenticator: Any, what: str) -> None:
    words = FACTOR_WORDS.get(str(authenticator.type), str(authenticator.type))
    with acting_as(_by(user)):
        record(Act.USER_SECOND_FACTOR, user, school=None, note=f"{words} {what}")
