"""Codes of an authenticator app: each is taken once, for as long as it would be right."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.core.cache import cache

PERIOD_S = 30


class _Once:
    """allauth forgets a code after one period; with a tolerance it would still be right then, and be taken again."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digest = hashlib.sha256(code.replace(" ", "").encode()).hexdigest()
        right_for_s = PERIOD_S * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        if not cache.add(f"photosync.code.{self.user.pk}.{digest}", 1, timeout=right_for_s):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_Once, AuthenticateForm):
    """At the second step of signing in."""


class CodeAgainForm(_Once, ReauthenticateForm):
    """Where one proves again who one is."""
