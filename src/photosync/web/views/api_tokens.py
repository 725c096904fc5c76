"""Settings > API tokens: what lets other programs in. Whoever manages the system sees everyone's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.models import ApiToken, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import schools_of
from photosync.apps.accounts.tokens import (
    LONGEST_NAME,
    USUAL_DAYS,
    add_token,
    held_anywhere,
    revoke_token,
    state_of,
    token_numbered,
    tokens_of,
)
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.web.badge import Badge
from photosync.web.page import Crumb, Words, render_page
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import Workplace, in_workplace

TOKENS_PER_PAGE = 50
NEVER = "never"
LIFETIMES = (
    ("7", gettext_lazy("7 days")),
    ("30", gettext_lazy("30 days")),
    (str(USUAL_DAYS), gettext_lazy("90 days")),
    ("180", gettext_lazy("180 days")),
    ("365", gettext_lazy("1 year")),
    (NEVER, gettext_lazy("It does not expire")),
)
SCOPE_WORDS: dict[Permission, Words] = {
    Permission.SYNC_VIEW: gettext_lazy("see people, timetable periods, sync profiles and runs"),
    Permission.SYNC_MANAGE: gettext_lazy("change timetable periods and sync profiles; start, undo and cancel runs"),
    Permission.SYNC_DELIVER: gettext_lazy("deliver photos into inputs; alone, it lets see nothing else"),
    Permission.SYNC_APPROVE: gettext_lazy("approve and discard held runs"),
    Permission.PHOTO_VIEW: gettext_lazy("see photos, and make links to them"),
    Permission.PHOTO_MANAGE: gettext_lazy("change photos, and release what is pinned"),
    Permission.DATA_MANAGE: gettext_lazy("import rosters; see protected people in lists"),
    Permission.ACAD_ARCHIVE: gettext_lazy("archive academic reports"),
    Permission.SYSTEM_MANAGE: gettext_lazy("make schools, and manage accounts and API tokens"),
}
MOST_SCHOOLS_LISTED = 200


@dataclass(frozen=True, slots=True)
class TokenShown:
    token: ApiToken
    badge: Badge
    can_be_revoked: bool


class TokenForm(forms.Form):
    """What is asked for a new token. The rules are the service's."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("What it is for, such as Library system. It stands beside everything done with it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type in what the token is for. No token was made.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one. No token was made.")},
    )
    school = forms.CharField(
        label=gettext_lazy("School"),
        required=False,
        max_length=16,
        help_text=gettext_lazy("A token for one school neither sees nor changes any other."),
    )
    lifetime = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=LIFETIMES, initial=str(USUAL_DAYS))

    def __init__(self, user: User, posted: object = None) -> None:
        super().__init__(posted)  # type: ignore[arg-type]  # a QueryDict or nothing
        held = held_anywhere(user)
        self.user = user
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]  # of a field with choices
            (each.value, f"{each.value}: {SCOPE_WORDS[each]}") for each in Permission if each in held
        ]
        schools = list(schools_of(user).order_by("name")[: MOST_SCHOOLS_LISTED + 1])
        if len(schools) <= MOST_SCHOOLS_LISTED:
            listed = [(each.code, f"{each.name} ({each.code})") for each in schools]
            self.fields["school"].widget = forms.Select(choices=[("", _("Every school")), *listed])
        else:
            self.fields["school"].help_text = _("Its code; empty for every school.")

    def clean_school(self) -> School | None:
        code = self.cleaned_data["school"].strip().upper()
        if not code:
            return None
        school = schools_of(self.user).filter(code=code).first()
        if school is None:
            raise forms.ValidationError(_("There is no such school. No token was made."))
        return school

    @property
    def days(self) -> int | None:
        lifetime = self.cleaned_data["lifetime"]
        return None if lifetime == NEVER else int(lifetime)


@require_safe
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def api_tokens(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    now = datetime.now(UTC)
    page = Paginator(tokens_of(), TOKENS_PER_PAGE).get_page(request.GET.get("page"))
    return render_page(
        request,
        "web/api_tokens.html",
        {"tokens": [_shown(token, now) for token in page], "page": page},
        title=_("API tokens"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("API tokens"))),
        workplace=workplace,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def new_api_token(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Make a token; the answer to POST is the one page that shows its secret."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    form = TokenForm(user, request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = add_token(
                user,
                given["name"],
                scopes=given["scopes"],
                school=given["school"],
                days=form.days,
                now=datetime.now(UTC),
            )
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            context["made"] = made
    return render_page(
        request,
        "web/api_token_new.html",
        context,
        title=_("New API token"),
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("API tokens"), reverse("api-tokens")), Crumb(_("New"))),
        workplace=workplace,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def revoke_api_token(request: HttpRequest, workplace: Workplace, token_id: int) -> HttpResponse:
    """Ask before a token is revoked."""
    try:
        token = token_numbered(token_id)
    except NotFound as error:
        raise Http404 from error
    if request.method == "POST":
        revoke_token(token, by=request.user.get_username(), now=datetime.now(UTC))
        messages.success(request, _("The API token %(name)s lets no one in any more.") % {"name": token.name})
        return HttpResponseRedirect(reverse("api-tokens"))
    return render_page(
        request,
        "web/api_token_revoke.html",
        {"token": token, "state": state_of(token, datetime.now(UTC))},
        title=_("Revoke %(name)s") % {"name": token.name},
        workspace="settings",
        crumbs=settings_crumbs(Crumb(_("API tokens"), reverse("api-tokens")), Crumb(_("Revoke"))),
        workplace=workplace,
    )


_BADGES = {
    "valid": ("active", gettext_lazy("Valid")),
    "expired": ("ended", gettext_lazy("Expired")),
    "revoked": ("disabled", gettext_lazy("Revoked")),
}


def _shown(token: ApiToken, now: datetime) -> TokenShown:
    state = state_of(token, now)
    kind, word = _BADGES[state]
    return TokenShown(token, Badge(kind, str(word)), can_be_revoked=state == "valid")
