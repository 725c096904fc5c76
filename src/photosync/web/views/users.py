"""Settings > Users and roles: the accounts, what each may do, and what is done to an account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.adapters import account
from photosync.apps.accounts.authority import Authority, authority_of
from photosync.apps.accounts.listing import accounts
from photosync.apps.accounts.lock_outs import lock_outs_of
from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.accounts.permissions import OF_THE_INSTALLATION, PERMISSIONS, Permission
from photosync.apps.accounts.providers import linked_to
from photosync.apps.accounts.roles import give_role, take_role
from photosync.apps.accounts.second_factor import second_factor_of
from photosync.apps.accounts.services import add_user, change_email
from photosync.apps.accounts.sessions import sessions_of
from photosync.core.errors import PhotoSyncError
from photosync.web.page import Crumb, Words, render_page
from photosync.web.user_acts import ACTS, LINK_KEY
from photosync.web.user_form import EmailForm, NewUserForm, RoleForm, asked_of, filters_of, school_choices, school_of
from photosync.web.views.settings import settings_crumbs
from photosync.web.views.your_account import local_words, zone_of
from photosync.web.workplace import Workplace, in_workplace


def with_authority(view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """Let a view in only for those who manage accounts somewhere; it gets the workplace and how far that goes."""

    @in_workplace()
    @wraps(view)
    def checked(request: HttpRequest, workplace: Workplace, /, *args: Any, **kwargs: Any) -> HttpResponse:
        authority = authority_of(request.user)
        if not authority.is_any:
            raise PermissionDenied(str(Permission.SYSTEM_MANAGE))
        return view(request, workplace, authority, *args, **kwargs)

    return checked


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    workplace: Workplace,
    *crumbs: Crumb,
    status: int = 200,
) -> HttpResponse:
    before = Crumb(_("Users and roles"), reverse("users") if crumbs else "")
    title: Words = crumbs[-1].words if crumbs else before.words
    return render_page(
        request,
        template,
        context,
        title=title,
        workspace="settings",
        crumbs=settings_crumbs(before, *crumbs),
        workplace=workplace,
        status=status,
    )


@require_safe
@with_authority
def users(request: HttpRequest, workplace: Workplace, authority: Authority) -> HttpResponse:
    asked = asked_of(request.GET)
    zone, now = zone_of(workplace), timezone.now()
    page = accounts(authority.accounts(), asked)
    context = {
        "asked": asked,
        "lines": [(each, local_words(each.last_signed_in, now, zone)) for each in page.lines],
        "filters": filters_of(asked, authority),
        "narrowed": {key: value for key, value in request.GET.items() if key in ("q", "role", "school", "state")},
        "previous": asked.page - 1 if asked.page > 1 else None,
        "next": asked.page + 1 if page.has_more else None,
        "role_words": dict(Role.choices),
    }
    return _page(request, "web/users.html", context, workplace)


@require_safe
@with_authority
def permissions(request: HttpRequest, workplace: Workplace, _authority: Authority) -> HttpResponse:
    """Which role holds which permission."""
    rows = [
        (permission, permission in OF_THE_INSTALLATION, [permission in PERMISSIONS[role] for role in Role.values])
        for permission in Permission
    ]
    context = {"rows": rows, "roles": [role.label for role in Role]}
    return _page(request, "web/permissions.html", context, workplace, Crumb(_("What each role may do")))


@require_http_methods(["GET", "POST"])
@with_authority
def new_user(request: HttpRequest, workplace: Workplace, authority: Authority) -> HttpResponse:
    form = NewUserForm(request.POST or None, choices=school_choices(authority))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            school = school_of(given["school"], authority)
            authority.check_school(school)
            added = add_user(given["name"], given["role"], school, email=given["email"])
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            request.session[LINK_KEY] = [added.user.pk, added.set_password_path]
            messages.success(request, _("The account %(name)s is added.") % {"name": added.user.get_username()})
            return HttpResponseRedirect(reverse("user", args=[added.user.pk]))
    return _page(request, "web/user_new.html", {"form": form}, workplace, Crumb(_("Add an account")))


@require_http_methods(["GET", "POST"])
@with_authority
def user(request: HttpRequest, workplace: Workplace, authority: Authority, user_id: int) -> HttpResponse:
    """One account. POST changes its e-mail address."""
    found = _found(authority, user_id)
    form = EmailForm(request.POST or None, initial={"email": found.email})
    if request.method == "POST" and form.is_valid():
        try:
            authority.check_account(found)
            change_email(found, form.cleaned_data["email"])
        except PhotoSyncError as error:
            form.add_error("email", error.message)
        else:
            messages.success(request, _("The e-mail address is saved."))
            return HttpResponseRedirect(reverse("user", args=[found.pk]))
    return _show(request, workplace, authority, found, form)


def _show(
    request: HttpRequest, workplace: Workplace, authority: Authority, found: User, form: EmailForm, status: int = 200
) -> HttpResponse:
    zone, now = zone_of(workplace), timezone.now()
    held = Membership.objects.filter(user=found).select_related("school").order_by("school__name", "role")
    owned = authority.owns(found)
    factor = second_factor_of(found)
    context = {
        "account": found,
        "form": form,
        "role_form": RoleForm(choices=school_choices(authority)),
        "roles": [(each, Role(each.role).label, authority.reaches(each.school)) for each in held],
        "owned": owned,
        "is_oneself": found.pk == request.user.pk,
        "factor": factor,
        "sessions": [
            (each, local_words(each.last_seen, now, zone)) for each in (sessions_of(found) if owned else [])
        ],
        "last_signed_in": local_words(found.last_login, now, zone),
        "lock_outs": [
            (address, local_words(until, now, zone)) for address, until in lock_outs_of(found.get_username(), now)
        ],
        "linked": linked_to(found),
        "link": _link_once(request, found),
        "acts": [act for act in ACTS.values() if act.applies(found)] if owned else [],
    }
    return _page(request, "web/user.html", context, workplace, Crumb(found.get_username()), status=status)


def _link_once(request: HttpRequest, found: User) -> str:
    """Return the address of the link that was made just now, for this account; it is shown once."""
    kept = request.session.get(LINK_KEY)
    if not (isinstance(kept, list) and kept[0] == found.pk):
        return ""
    del request.session[LINK_KEY]
    # Behind a proxy that speaks HTTPS, the request itself came by HTTP.
    scheme = "https" if settings.SESSION_COOKIE_SECURE else request.scheme
    return f"{scheme}://{request.get_host()}{kept[1]}"


@require_POST
@with_authority
def user_roles(request: HttpRequest, _workplace: Workplace, authority: Authority, user_id: int) -> HttpResponse:
    """Give a role, or take one away (`take` is the number of the membership)."""
    found = _found(authority, user_id)
    try:
        if "take" in request.POST:
            _take(found, request.POST["take"], authority)
            messages.success(request, _("The role is taken away."))
        else:
            school = school_of(request.POST.get("school", "")[:50], authority)
            authority.check_school(school)
            give_role(found, request.POST.get("role", "")[:50], school)
            messages.success(request, _("The role is given."))
    except PhotoSyncError as error:
        messages.error(request, error.message)
    if not authority.accounts().filter(pk=found.pk).exists():
        return HttpResponseRedirect(reverse("users"))
    return HttpResponseRedirect(reverse("user", args=[found.pk]))


def _take(found: User, number: str, authority: Authority) -> None:
    held = Membership.objects.filter(user=found, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    membership = held.select_related("school").first()
    if membership is None:
        raise Http404
    authority.check_school(membership.school)
    take_role(found, membership.role, membership.school)


@require_http_methods(["GET", "POST"])
@with_authority
def user_act(
    request: HttpRequest, workplace: Workplace, authority: Authority, user_id: int, act_name: str
) -> HttpResponse:
    """Something done to the account as a whole; it is asked about first, naming what happens."""
    found = _found(authority, user_id)
    act = ACTS.get(act_name)
    if act is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            authority.check_account(found)
            messages.success(request, act.do(request, found, account(request.user)))
            return HttpResponseRedirect(reverse("user", args=[found.pk]))
        except PhotoSyncError as error:
            refusal = error.message
    context = {"account": found, "act": act, "refusal": refusal, "sentence": act.sentence % {"name": found}}
    crumbs = Crumb(found.get_username(), reverse("user", args=[found.pk])), Crumb(act.title)
    return _page(request, "web/user_act.html", context, workplace, *crumbs, status=409 if refusal else 200)


def _found(authority: Authority, user_id: int) -> User:
    found = authority.accounts().filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found
