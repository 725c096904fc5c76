"""Administration > Timetable Management > Cycle/Period setup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import Effect, periods_of, profiles_using
from photosync.apps.timetable.services import (
    add_period,
    copy_period,
    delete_period,
    edit_period,
    period_seen,
    preview_copy,
    preview_edit,
)
from photosync.core.errors import ChangedMeanwhile, PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.periods import GroupOverlap
from photosync.web.page import Crumb, render_page
from photosync.web.period_form import LONGEST_CODE, NewPeriodForm, PeriodForm, new_form
from photosync.web.views.administration import administration_crumbs
from photosync.web.workplace import Workplace, in_workplace
from photosync.web.year_plan import draw_year

FIRST_YEAR, LAST_YEAR = 1900, 9999


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def periods(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The periods of one academic year, drawn and listed."""
    school = workplace.the_school
    now = datetime.now(UTC)
    today_year = academic_year_now(school, now)
    year = _year(request.GET.get("year", ""), today_year)
    rule = school.academic_year_rule
    every = list(periods_of(school).prefetch_related("used_by__profile"))
    first, last = rule.first_day_of(year), rule.last_day_of(year)
    return _page(
        request,
        workplace,
        "web/periods.html",
        {
            "plan": draw_year(every, year, rule, local_date(now, school.zone)),
            "periods": [each for each in every if each.start <= last and each.end >= first],
            "has_any": bool(every),
            "years": _years(every, year, today_year, rule),
        },
        title=_("Cycle/Period setup"),
    )


def _year(text: str, otherwise: int) -> int:
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else otherwise
    return year if FIRST_YEAR < year < LAST_YEAR else otherwise


def _years(every: list[TimetablePeriod], shown: int, today_year: int, rule: Any) -> list[int]:
    """Return the years to choose from: those that have a period, this one and the next."""
    years = {shown, today_year, today_year + 1}
    for each in every:
        first, last = rule.academic_year_of(each.start), rule.academic_year_of(each.end)
        years |= set(range(max(first, shown - 3), min(last, shown + 3) + 1))
    return sorted(years)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def new_period(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """New Timetable Period. Once it is saved, its page asks for group number and year."""
    form = new_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            period = add_period(workplace.the_school, **form.cleaned_data)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request,
                _(
                    "%(code)s was saved, in group %(group)s and year %(year)s. "
                    "Check both here, and save if you change them."
                )
                % {"code": period.code, "group": period.group_number, "year": period.academic_year},
            )
            return HttpResponseRedirect(reverse("period", args=[period.pk]))
    return _form_page(request, workplace, form, title=_("New Timetable Period"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_VIEW)
def period(request: HttpRequest, workplace: Workplace, period_id: int) -> HttpResponse:
    """One period, to change it; without the permission to do so, to read it."""
    found = _period(workplace, period_id)
    may_change = Permission.SYNC_MANAGE in workplace.permissions
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = PeriodForm.of(found, _sent(request) if request.method == "POST" else None)
    shown: dict[str, Any] = {"seen": request.POST.get("seen") or period_seen(found)}
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" not in request.POST:
                return _saved(request, found, form)
            shown["effects"] = preview_edit(found, now=datetime.now(UTC), **form.cleaned_data)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
            shown |= _way_out(found, error)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    return _form_page(request, workplace, form, title=found.code, period=found, **shown)


def _sent(request: HttpRequest) -> QueryDict:
    """Return what the form holds, with the free group number where that was taken with one click."""
    if "use_group" not in request.POST:
        return request.POST
    sent = request.POST.copy()
    sent["group_number"] = request.POST.get("use_group", "")
    return sent


def _way_out(found: TimetablePeriod, error: PhotoSyncError) -> dict[str, Any]:
    """Return what the page offers after a refusal: the free group number, or what is saved now."""
    if isinstance(error, GroupOverlap):
        return {"free_group": error.free_group}
    if isinstance(error, ChangedMeanwhile):
        found.refresh_from_db()
        return {"seen": period_seen(found), "saved_now": found}
    return {}


def _saved(request: HttpRequest, found: TimetablePeriod, form: NewPeriodForm) -> HttpResponse:
    seen = request.POST.get("seen", "")
    edited = edit_period(found, now=datetime.now(UTC), seen=seen, **form.cleaned_data)
    told = " ".join(f"{effect.profile}: {effect.explanation_after}" for effect in edited.effects)
    messages.success(request, " ".join([_("%(code)s was saved.") % {"code": edited.period.code}, told]).strip())
    return HttpResponseRedirect(reverse("period", args=[found.pk]))


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def period_effect(request: HttpRequest, workplace: Workplace, period_id: int) -> HttpResponse:
    """What saving the form as it is now would do to each profile; for htmx, while one edits."""
    found = _period(workplace, period_id)
    form = PeriodForm.of(found, request.POST)
    effects: tuple[Effect, ...] | None = None
    refusal, free_group = "", None
    if form.is_valid():
        try:
            effects = preview_edit(found, now=datetime.now(UTC), **form.cleaned_data)
        except PhotoSyncError as error:
            refusal = error.message
            free_group = error.free_group if isinstance(error, GroupOverlap) else None
    else:
        refusal = " ".join(form.broken_rules)
    is_used = profiles_using(found).exists()
    context = {"effects": effects, "refusal": refusal, "free_group": free_group, "is_used": is_used}
    return render_page(request, "web/parts/effects.html", context, title="")


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def period_copy(request: HttpRequest, workplace: Workplace, period_id: int) -> HttpResponse:
    """Copy this setup to a new timetable period, a year on."""
    found = _period(workplace, period_id)
    form = CopyForm(request.POST if request.method == "POST" else None)
    suggestion = None
    try:
        suggestion = preview_copy(found)
        form.initial = {"code": suggestion.code}
        if request.method == "POST" and form.is_valid():
            copied = copy_period(found, code=form.cleaned_data["code"])
            messages.success(
                request, _("%(code)s was made. Check its dates, group number and year.") % {"code": copied.code}
            )
            return HttpResponseRedirect(reverse("period", args=[copied.pk]))
    except PhotoSyncError as error:
        form = form if form.is_bound else CopyForm({})
        form.add_error(None, error.message)
    return _page(
        request,
        workplace,
        "web/period_copy.html",
        {"form": form, "period": found, "suggestion": suggestion},
        title=_("Copy %(code)s") % {"code": found.code},
        crumbs=(_periods_crumb(), Crumb(found.code, reverse("period", args=[found.pk])), Crumb(_("Copy"))),
    )


class CopyForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the new period"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Type in a code. Nothing was copied.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def period_delete(request: HttpRequest, workplace: Workplace, period_id: int) -> HttpResponse:
    """Ask before a period is deleted; say which profiles use it where it cannot be."""
    found = _period(workplace, period_id)
    refusal = ""
    if request.method == "POST":
        try:
            delete_period(found)
        except PhotoSyncError as error:
            refusal = error.message
        else:
            messages.success(request, _("Timetable period %(code)s was deleted.") % {"code": found.code})
            return HttpResponseRedirect(reverse("periods"))
    return _page(
        request,
        workplace,
        "web/period_delete.html",
        {"period": found, "users": list(profiles_using(found)), "refusal": refusal},
        title=_("Delete %(code)s") % {"code": found.code},
        crumbs=(_periods_crumb(), Crumb(found.code, reverse("period", args=[found.pk])), Crumb(_("Delete"))),
    )


def _period(workplace: Workplace, period_id: int) -> TimetablePeriod:
    found = periods_of(workplace.the_school).select_related("school").filter(pk=period_id).first()
    if found is None:
        raise Http404
    return found


def _form_page(
    request: HttpRequest,
    workplace: Workplace,
    form: NewPeriodForm,
    *,
    title: str,
    period: TimetablePeriod | None = None,
    **shown: Any,
) -> HttpResponse:
    return _page(
        request,
        workplace,
        "web/period.html",
        {
            "form": form,
            "period": period,
            "users": list(profiles_using(period)) if period else [],
            "may_change": Permission.SYNC_MANAGE in workplace.permissions,
        }
        | shown,
        title=title,
        crumbs=(_periods_crumb(), Crumb(title)),
    )


def _periods_crumb() -> Crumb:
    return Crumb(_("Cycle/Period setup"), reverse("periods"))


def _page(
    request: HttpRequest,
    workplace: Workplace,
    template: str,
    context: dict[str, Any],
    *,
    title: str,
    crumbs: tuple[Crumb, ...] = (),
) -> HttpResponse:
    return render_page(
        request,
        template,
        {"may_change": Permission.SYNC_MANAGE in workplace.permissions} | context,
        title=title,
        workspace="administration",
        crumbs=administration_crumbs(*(crumbs or (Crumb(title),))),
        workplace=workplace,
    )
