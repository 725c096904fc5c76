"""Signing in and out: password, second factor, passkey, elsewhere; and setting the password by a one-time link."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import LogoutView, PasswordResetConfirmView
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from requests import RequestException

from photosync.apps.accounts.addresses import client_address
from photosync.apps.accounts.lock_outs import locked_until, typed_name
from photosync.apps.accounts.protocol import CheckedProtocol
from photosync.apps.accounts.providers import REFUSAL_KEY
from photosync.apps.accounts.services import set_password
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.schools.models import School
from photosync.core.wording import time_words
from photosync.web.code_form import SecondFactorForm
from photosync.web.door import AtTheDoor, refusal
from photosync.web.theme import theme_of

LONGEST_PASSWORD = 4096


class SignInForm(LoginForm):
    """The field of the name is called `username` on the page, as it always was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Name")
        self.fields["password"].label = _("Password")
        self.fields["password"].validators.append(MaxLengthValidator(LONGEST_PASSWORD))

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else field_name


class SignIn(AtTheDoor, LoginView):
    template_name = "web/sign_in.html"
    form_class = SignInForm
    title = gettext_lazy("Sign in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        elsewhere = [(each.key, each.name) for each in settings.ENVIRONMENT.sign_in.providers]
        return super().get_context_data(**kwargs) | {
            "next": self.get_next_url() or "",
            "elsewhere": elsewhere,
            "may_use_passkey": may_use_passkeys(self.request),
        }


class SignOut(LogoutView):
    """Ends the session at once; by POST only, so that no link can do it."""


class SecondFactor(AtTheDoor, AuthenticateView):
    """After the password: a code from the app, a recovery code, or a passkey. Until then, one is not signed in."""

    template_name = "web/second_factor.html"
    form_class = SecondFactorForm
    title = gettext_lazy("Second step")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        options = context.get("js_data", {}).get("request_options", {})
        kinds = set(self.stage.login.user.authenticator_set.values_list("type", flat=True))
        return context | {
            "options": json.dumps(options),
            "has_app": "totp" in kinds,
            "has_passkey": "webauthn" in kinds,
            "name": self.stage.login.user.get_username(),
        }


class PasskeySignIn(AtTheDoor, LoginWebAuthnView):
    """GET gives a challenge as JSON, POST takes the answer."""

    template_name = "web/sign_in.html"

    def form_invalid(self, _form: Any) -> HttpResponse:
        message = _("This passkey is not known here, or was not confirmed. You are not signed in.")
        return refusal(self.request, message, title=_("You are not signed in"), status=403)


def may_use_passkeys(request: HttpRequest) -> bool:
    """Return whether a browser can offer passkeys at this address: under a name, never under a bare number."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return not (host.replace(".", "").isdigit() or host.startswith("["))


def sign_in_elsewhere(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead to the provider. Of the address, only where to go afterwards is taken."""
    given = QueryDict(mutable=True)
    given["next"] = request.GET.get("next", "")[:2000]
    request.GET = given  # type: ignore[assignment]  # read only from here on
    return _with_protocol(OAuth2LoginView, request, provider_id)


def back_from_elsewhere(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _with_protocol(OAuth2CallbackView, request, provider_id)


def _with_protocol(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    protocol = CheckedProtocol(request, provider_id)
    try:
        return view.adapter_view(protocol)(request)
    except SocialApp.DoesNotExist as exc:
        raise Http404 from exc
    except (RequestException, OAuth2Error, KeyError) as exc:  # its settings cannot be had, or lack an address
        return render_authentication_error(request, protocol.get_provider(), exception=exc)


@require_safe
def not_signed_in(request: HttpRequest) -> HttpResponse:
    """Say once why a sign-in elsewhere was refused."""
    message = request.session.pop(REFUSAL_KEY, "")
    if not message:
        return HttpResponseRedirect(reverse("sign-in"))
    return refusal(request, message, title=_("You are not signed in"), status=403)


@require_safe
def inactive(request: HttpRequest) -> HttpResponse:
    message = _("This account is switched off, so you are not signed in. Ask your administrator.")
    return refusal(request, message, title=_("You are not signed in"), status=403)


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Answer for axes. The same for names that exist and for names that do not."""
    now = timezone.now()
    until = locked_until(typed_name(request, credentials), client_address(request), now)
    if until is None:
        until = now + settings.AXES_COOLOFF_TIME
    minutes = max(1, math.ceil((until - now).total_seconds() / 60))
    message = ngettext(
        "Too many wrong passwords were tried for this name from here. Nothing was changed. Try again in %(number)d "
        "minute%(at)s. An administrator can unlock the account at once.",
        "Too many wrong passwords were tried for this name from here. Nothing was changed. Try again in %(number)d "
        "minutes%(at)s. An administrator can unlock the account at once.",
        minutes,
    ) % {"number": minutes, "at": _at(until)}
    answer = refusal(request, message, title=_("Sign-in is locked for now"), status=429)
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer


def _at(until: datetime) -> str:
    """Return the time of day, where all schools here share one zone."""
    zones = list(School.objects.order_by().values_list("time_zone", flat=True).distinct()[:2])
    if len(zones) != 1:
        return ""
    return _(", at %(time)s") % {"time": time_words(until.astimezone(School(time_zone=zones[0]).zone))}


class PasswordForm(SetPasswordForm):
    error_messages = {"password_mismatch": gettext_lazy("The two passwords differ. Type the same one twice.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password1"].help_text = _("At least 10 characters; a few unusual words are good.")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        # Whoever holds the one-time link is not signed in, and stands for the account.
        with acting_as(Actor(self.user.get_username(), Via.PAGES, self.user.pk)):
            set_password(self.user, self.cleaned_data["new_password1"])
        return self.user


class SetPassword(PasswordResetConfirmView):
    """The one-time link that `photosync user add` prints."""

    template_name = "web/set_password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("sign-in")
    reset_url_token = "now"  # noqa: S105  # a word in the address, not a secret

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(theme=theme_of(self.request), **kwargs) | {"title": _("Set your password")}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        if not context["validlink"]:
            kwargs["status"] = 410
        return super().render_to_response(context, **kwargs)
