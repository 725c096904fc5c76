"""Your account: the authenticator app, its recovery codes, and passkeys."""

from __future__ import annotations

import json
from typing import Any

import qrcode
import qrcode.image.svg
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from photosync.apps.accounts.adapters import account
from photosync.apps.accounts.second_factor import lacks_second_factor
from photosync.web.door import OfYourAccount
from photosync.web.page import render_page
from photosync.web.views.sign_in import may_use_passkeys

LONGEST_PASSKEY_NAME = 60


@require_safe
@login_required
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """The page for whoever must have a second factor before anything else is reached."""
    if not lacks_second_factor(account(request.user)):
        return HttpResponseRedirect(reverse("overview"))
    return render_page(
        request,
        "web/second_factor_needed.html",
        {"may_use_passkey": may_use_passkeys(request)},
        title=_("Set up a second step"),
    )


class SetUpApp(OfYourAccount, ActivateTOTPView):
    template_name = "web/app_set_up.html"
    title = gettext_lazy("Set up an authenticator app")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["form"].fields["code"].label = _("Code that the app shows now")
        return context | {"secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(
            self.request, _("The authenticator app is set up. It is asked for at every sign-in from now.")
        )
        return response


@require_safe
@login_required
def app_code(request: HttpRequest) -> HttpResponse:
    """The picture that the app reads, of the secret that is being set up."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not isinstance(secret, str):
        raise Http404
    url = get_adapter().build_totp_url(request.user, secret)
    picture = qrcode.make(url, image_factory=qrcode.image.svg.SvgPathFillImage, border=2)
    response = HttpResponse(picture.to_string(), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-store"
    return response


class RemoveApp(OfYourAccount, DeactivateTOTPView):
    template_name = "web/factor_remove.html"
    title = gettext_lazy("Remove the authenticator app")
    success_url = reverse_lazy("your-account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "sentence": _(
                "Codes of the app will no longer be asked for, nor accepted. Without a passkey your recovery codes "
                "are gone too, and your password alone signs you in."
            ),
            "button": _("Remove the app"),
            "keep": reverse("your-account"),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("The authenticator app is removed."))
        return super().form_valid(form)


class RecoveryCodes(OfYourAccount, ViewRecoveryCodesView):
    """The codes, once. Whoever comes again is told how many are left."""

    template_name = "web/recovery_codes.html"
    title = gettext_lazy("Recovery codes")


class NewRecoveryCodes(OfYourAccount, GenerateRecoveryCodesView):
    template_name = "web/recovery_codes_new.html"
    title = gettext_lazy("New recovery codes")


class AddPasskey(OfYourAccount, AddWebAuthnView):
    template_name = "web/passkey_add.html"
    title = gettext_lazy("Add a passkey")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form") or self.get_form()
        form.fields["name"].label = _("Name of the passkey")
        form.fields["name"].max_length = LONGEST_PASSKEY_NAME
        options = auth.begin_registration(account(self.request.user), passwordless=True)
        return {
            "form": form,
            "options": json.dumps(options),
            "may_use_passkey": may_use_passkeys(self.request),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        form.cleaned_data["name"] = form.cleaned_data["name"][:LONGEST_PASSKEY_NAME]
        messages.success(self.request, _("The passkey is added. You can sign in with it alone."))
        return super().form_valid(form)


class RenamePasskey(OfYourAccount, EditWebAuthnView):
    template_name = "web/passkey_rename.html"
    title = gettext_lazy("Rename a passkey")
    success_url = reverse_lazy("your-account")

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["name"].label = _("Name of the passkey")
        form.fields["name"].max_length = LONGEST_PASSKEY_NAME
        form.fields["name"].widget.attrs["maxlength"] = LONGEST_PASSKEY_NAME
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        form.cleaned_data["name"] = form.cleaned_data["name"][:LONGEST_PASSKEY_NAME]
        messages.success(self.request, _("The passkey is renamed."))
        return super().form_valid(form)


class RemovePasskey(OfYourAccount, RemoveWebAuthnView):
    template_name = "web/factor_remove.html"
    title = gettext_lazy("Remove a passkey")
    success_url = reverse_lazy("your-account")
    object: Authenticator

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = self.object.wrap().name
        return super().get_context_data(**kwargs) | {
            "sentence": _('"%(name)s" will no longer sign you in. Delete it on the device too.') % {"name": name},
            "button": _("Remove the passkey"),
            "keep": reverse("your-account"),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("The passkey is removed."))
        return super().form_valid(form)
