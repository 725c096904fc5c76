"""Middleware: whoever must have a second factor and lacks it is led to its set-up, and reaches nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from photosync.apps.accounts.models import User
from photosync.apps.accounts.second_factor import lacks_second_factor

REACHED_WITHOUT = frozenset(
    {
        "second-factor-needed",
        "mfa_activate_totp",
        "app-code",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        "sign-in",
        "sign-out",
        "set-password",
        "theme",
        "healthz",
        "metrics",
        "calendar",
        "calendar-of-profile",
        "readyz",
    }
)


class SecondFactorNeeded:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        if settings.PHOTOSYNC_REQUIRE_SECOND_FACTOR == "no":
            return None
        match = request.resolver_match
        if match is not None and match.url_name in REACHED_WITHOUT:
            return None
        user = request.user
        if not isinstance(user, User) or not lacks_second_factor(user):
            return None
        there = reverse("second-factor-needed")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": there})
        return HttpResponseRedirect(there)
