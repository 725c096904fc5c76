"""Settings > Your account: password, second factor, passkeys, and where one is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.adapters import account
from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.accounts.providers import linked_to
from photosync.apps.accounts.second_factor import second_factor_of
from photosync.apps.accounts.services import set_password
from photosync.apps.accounts.sessions import end_session, end_sessions, rename_session, sessions_of
from photosync.core.errors import NotFound
from photosync.core.wording import past_words
from photosync.web.page import Crumb, render_page
from photosync.web.views.settings import settings_crumbs
from photosync.web.views.sign_in import may_use_passkeys
from photosync.web.workplace import Workplace, in_workplace

CHANGES_A_MINUTE = "change_password"


@require_safe
@in_workplace()
def your_account(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    user = account(request.user)
    zone = zone_of(workplace)
    now = timezone.now()
    sessions = sessions_of(user, request.session.session_key)
    held = Membership.objects.filter(user=user).select_related("school").order_by("school__name", "role")
    factor = second_factor_of(user)
    context = {
        "account": user,
        "roles": [(Role(each.role).label, each.school) for each in held],
        "factor": factor,
        "app_since": local_words(factor.app_since, now, zone),
        "passkeys": [
            (each, local_words(each.added_at, now, zone), local_words(each.last_used_at, now, zone))
            for each in factor.passkeys
        ],
        "may_use_passkey": may_use_passkeys(request),
        "sessions": [
            (each, local_words(each.since, now, zone), local_words(each.last_seen, now, zone)) for each in sessions
        ],
        "has_others": any(not each.is_this_one for each in sessions),
        "linked": linked_to(user),
    }
    return render_page(
        request,
        "web/your_account.html",
        context,
        title=_("Your account"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("Your account"))),
        workplace=workplace,
    )


class ChangePasswordForm(PasswordChangeForm):
    error_messages = {
        "password_incorrect": gettext_lazy("This is not your password. Nothing was changed."),
        "password_mismatch": gettext_lazy("The two passwords differ. Type the same one twice."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Your password now")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 10 characters; a few unusual words are good.")
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs["maxlength"] = 4096


@require_http_methods(["GET", "POST"])
@in_workplace()
def change_password(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    user = account(request.user)
    status = 200
    form = ChangePasswordForm(user, request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action=CHANGES_A_MINUTE, user=user):
            form.add_error(None, _("Too many tries in a minute. Nothing was changed. Wait a minute, then try again."))
            status = 429
        elif form.is_valid():
            set_password(user, form.cleaned_data["new_password1"])
            number = keep_this_session_only(request, user)
            messages.success(request, _changed(number))
            return HttpResponseRedirect(reverse("your-account"))
    return render_page(
        request,
        "web/password_change.html",
        {"form": form},
        title=_("Change your password"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("Your account"), reverse("your-account")), Crumb(_("Change your password"))),
        workplace=workplace,
        status=status,
    )


def keep_this_session_only(request: HttpRequest, user: User) -> int:
    """Sign in anew with the changed password, and end the other sessions. Returns how many."""
    before = request.session.session_key
    number = end_sessions(user, but=before)
    update_session_auth_hash(request, user)
    rename_session(before, request.session.session_key)
    return number


def _changed(ended: int) -> str:
    if not ended:
        return _("Your password is changed.")
    return ngettext(
        "Your password is changed. %(number)d other session has ended.",
        "Your password is changed. %(number)d other sessions have ended.",
        ended,
    ) % {"number": ended}


@require_POST
@in_workplace()
def end_one(request: HttpRequest, _workplace: Workplace, session_id: int) -> HttpResponse:
    user = account(request.user)
    try:
        end_session(user, session_id)
    except NotFound as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("your-account"))


@require_POST
@in_workplace()
def end_others(request: HttpRequest, _workplace: Workplace) -> HttpResponse:
    number = end_sessions(account(request.user), but=request.session.session_key)
    messages.success(
        request,
        ngettext("%(number)d other session has ended.", "%(number)d other sessions have ended.", number)
        % {"number": number},
    )
    return HttpResponseRedirect(reverse("your-account"))


def zone_of(workplace: Workplace) -> ZoneInfo:
    return workplace.school.zone if workplace.school is not None else ZoneInfo("UTC")


def local_words(then: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    return "" if then is None else past_words(then.astimezone(zone), now.astimezone(zone))
