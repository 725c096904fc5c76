"""Proving again who one is, before the second factor is changed."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCode
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.web.code_form import CodeAgainForm
from photosync.web.door import AtTheDoor


class _Confirming(AtTheDoor):
    template_name = "web/confirm.html"
    title = gettext_lazy("Confirm that it is you")
    way = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        options = context.get("js_data", {}).get("request_options", {})
        here = self.request.path
        ways = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        others = [
            (each["url"], ways.get(each["id"], each["description"]))
            for each in context["reauthentication_alternatives"]
            if not each["url"].startswith(f"{here}?") and each["url"] != here
        ]
        return context | {
            "way": self.way,
            "options": json.dumps(options),
            "others": others,
            "next": self.request.POST.get("next") or self.request.GET.get("next") or "",
        }


class PasswordAgain(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password")
        self.fields["password"].help_text = ""


class ByPassword(_Confirming, ReauthenticateView):
    template_name = "web/confirm.html"
    form_class = PasswordAgain
    way = "password"


class ByCode(_Confirming, ReauthenticateByCode):
    template_name = "web/confirm.html"
    form_class = CodeAgainForm
    way = "code"


class ByPasskey(_Confirming, ReauthenticateWebAuthnView):
    template_name = "web/confirm.html"
    way = "passkey"

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))
