"""Signing in and out, setting the password by a one-time link, and choosing the school."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from photosync.apps.accounts.queries import schools_of
from photosync.apps.accounts.services import set_password
from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.web.page import Crumb, render_page
from photosync.web.theme import theme_of
from photosync.web.workplace import Workplace, choose_school, in_workplace

SCHOOLS_SHOWN = 100


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy(
            "This name and password do not belong together, so you are not signed in. Check both. If the password "
            "is lost, ask your administrator for a new link to set it."
        ),
        "inactive": gettext_lazy("This account is switched off. Ask your administrator."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Name")


class SignIn(LoginView):
    template_name = "web/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Sign in"), theme=theme_of(self.request), **kwargs)


class SignOut(LogoutView):
    """Ends the session at once; by POST only, so that no link can do it."""


class PasswordForm(SetPasswordForm):
    error_messages = {"password_mismatch": gettext_lazy("The two passwords differ. Type the same one twice.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password1"].help_text = _("At least 10 characters; a few unusual words are good.")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002, ARG002  # Django's signature
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


class SchoolSearch(forms.Form):
    q = forms.CharField(required=False, max_length=100, strip=True)


@require_http_methods(["GET", "POST"])
@in_workplace()
def schools(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The schools in which the account has a role, and the choice of one."""
    mine = schools_of(request.user)
    if request.method == "POST":
        school = get_object_or_404(mine, code=request.POST.get("school", "")[:100].replace("\0", ""))
        choose_school(request, school)
        return HttpResponseRedirect(reverse("overview"))
    form = SchoolSearch(request.GET)
    search = form.cleaned_data["q"] if form.is_valid() else ""
    if search:
        mine = mine.filter(name__icontains=search) | mine.filter(code__icontains=search)
    found = list(mine.order_by("name")[: SCHOOLS_SHOWN + 1])
    return render_page(
        request,
        "web/schools.html",
        {"schools": found[:SCHOOLS_SHOWN], "has_more": len(found) > SCHOOLS_SHOWN, "search": search},
        title=_("Schools"),
        crumbs=(Crumb(_("Schools")),),
        workplace=workplace,
    )
