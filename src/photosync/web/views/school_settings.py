"""Settings > School and Settings > Retention: of the chosen school, by those who hold all that one school gives.

Rule: docs/decisions/0006, "Settings of a school".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from photosync.apps.accounts.permissions import Permission, may_change_school
from photosync.apps.erasing.leavers import SOON, leavers_of
from photosync.apps.erasing.models import Erasure, Why
from photosync.apps.erasing.originals import erase_originals, erased_words
from photosync.apps.library.leavers import leavers_kept
from photosync.apps.library.originals import originals_of
from photosync.apps.schools.changing import ProfileEffect, SchoolEffects, change_school, preview_school
from photosync.apps.schools.models import PRESET_LEGAL_BASIS, School
from photosync.apps.schools.queries import academic_year_now, zone_names
from photosync.apps.schools.services import add_school
from photosync.core.errors import PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.wording import coming_words, date_words
from photosync.web.badge import Badge
from photosync.web.page import Crumb, render_page
from photosync.web.school_form import NewSchoolForm, RetentionForm, SchoolForm
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import Workplace, choose_school, in_workplace

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class EffectShown:
    profile: str
    status: Badge
    sentence: str
    next_run: str
    became: str


def of_own_school(
    view: Callable[Concatenate[HttpRequest, Workplace, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Let a view in only for those who may change the settings of the chosen school."""

    @in_workplace()
    @wraps(view)
    def checked(
        request: HttpRequest, workplace: Workplace, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        if not may_change_school(workplace.permissions):
            raise PermissionDenied(str(Permission.SYSTEM_MANAGE))
        return view(request, workplace, *args, **kwargs)

    return checked


@require_http_methods(["GET", "HEAD", "POST"])
@of_own_school
def school_settings(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    school, now = workplace.the_school, datetime.now(UTC)
    form = SchoolForm(request.POST if request.method == "POST" else None, school=school)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" not in request.POST:
                return _saved(request, school, form, now)
            context = _effects_shown(preview_school(school, now=now, **form.changes), now)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
    today, year = local_date(now, school.zone), academic_year_now(school, now)
    rule = school.academic_year_rule
    return _page(
        request,
        workplace,
        "web/school_settings.html",
        {
            "form": form,
            "school": school,
            "zones": zone_names(),
            "today": date_words(today),
            "year": year,
            "first_day": date_words(rule.first_day_of(year)),
            "last_day": date_words(rule.last_day_of(year)),
            "kept_originals": originals_of(school),
            "has_preset_basis": PRESET_LEGAL_BASIS in school.unknown_means_yes.values(),
            "may_add": Permission.SYSTEM_MANAGE in workplace.permissions,
            **context,
        },
        Crumb(_("School")),
    )


def _saved(request: HttpRequest, school: School, form: SchoolForm, now: datetime) -> HttpResponse:
    effects = change_school(school, now=now, **form.changes)
    told = [f"{each.profile}: {each.explanation_after}" for each in effects.profiles]
    saved = _("The settings of %(school)s were saved.") % {"school": school.name}
    sentences = [saved, effects.academic_year, *effects.consent, effects.originals, *told]
    messages.success(request, " ".join(each for each in sentences if each))
    return HttpResponseRedirect(reverse("school-settings"))


@require_POST
@of_own_school
def school_settings_effect(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What saving the form as it is now would do; for htmx, while one edits."""
    school, now = workplace.the_school, datetime.now(UTC)
    form = SchoolForm(request.POST, school=school)
    context: dict[str, Any] = {"is_sent": True}
    if form.is_valid():
        try:
            context |= _effects_shown(preview_school(school, now=now, **form.changes), now)
        except PhotoSyncError as error:
            context["refusal"] = error.message
    return render_page(request, "web/parts/school_effects.html", context, title="")


def _effects_shown(effects: SchoolEffects, now: datetime) -> dict[str, Any]:
    return {
        "academic_year": effects.academic_year,
        "consent": effects.consent,
        "originals": effects.originals,
        "planned_afresh": effects.planned_afresh,
        "effects": [_shown(each, now) for each in effects.profiles],
    }


def _shown(effect: ProfileEffect, now: datetime) -> EffectShown:
    became = ""
    if effect.status_before != effect.status_after:
        became = _("%(before)s becomes %(after)s.") % {
            "before": effect.status_before.value,
            "after": effect.status_after.value,
        }
    return EffectShown(
        profile=effect.profile,
        status=Badge(effect.status_after.value.lower(), effect.status_after.value),
        sentence=effect.explanation_after,
        next_run=_next_run(effect, now),
        became=became,
    )


def _next_run(effect: ProfileEffect, now: datetime) -> str:
    """Return when it runs next, in the new zone; where the zone is a new one, what that is in the former one too."""
    before, after = effect.next_run_before, effect.next_run_after
    if after is None:
        return ""
    words = coming_words(after, now.astimezone(after.tzinfo))
    if before is None or before.tzinfo == after.tzinfo:
        return words
    former = coming_words(after.astimezone(before.tzinfo), now.astimezone(before.tzinfo))
    return _("%(moment)s in %(zone)s, which is %(former)s in %(former_zone)s") % {
        "moment": words,
        "zone": after.tzinfo,
        "former": former,
        "former_zone": before.tzinfo,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@of_own_school
def originals_erase(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Say what erasing all original files does, and do it."""
    school, refusal = workplace.the_school, ""
    if request.method == "POST":
        try:
            done = erase_originals(school)
        except PhotoSyncError as error:
            refusal = error.message
        else:
            messages.success(request, " ".join(erased_words(done)))
            return HttpResponseRedirect(reverse("school-settings"))
    crumbs = Crumb(_("School"), reverse("school-settings")), Crumb(_("Erase original files"))
    context = {"school": school, "kept": originals_of(school), "refusal": refusal}
    return _page(request, workplace, "web/originals_erase.html", context, *crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYSTEM_MANAGE)
def new_school(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Add a school, and work in it from then on."""
    form = NewSchoolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            school = add_school(
                given["code"],
                given["name"],
                given["time_zone"],
                academic_year_begins_month=given["begins_month"],
                academic_year_begins_day=given["begins_day"],
            )
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            choose_school(request, school)
            messages.success(
                request,
                _("%(school)s was added, and you work in it now. Look through its settings.")
                % {"school": school.name},
            )
            return HttpResponseRedirect(reverse("school-settings"))
    crumbs = Crumb(_("School"), reverse("school-settings")), Crumb(_("New school"))
    return _page(request, workplace, "web/school_new.html", {"form": form, "zones": zone_names()}, *crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
@of_own_school
def retention(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    school, now = workplace.the_school, datetime.now(UTC)
    form: forms.Form = RetentionForm.of(school, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change_school(school, now=now, retention=form.cleaned_data)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("How long things are kept at %(school)s was saved.") % {"school": school.name}
            )
            return HttpResponseRedirect(reverse("retention"))
    kept = leavers_kept(school, now)
    last = Erasure.objects.filter(school=school, why=Why.RETENTION).first()
    context = {
        "form": form,
        "school": school,
        "kept": kept,
        "left_until": date_words(kept.left_until),
        "soon": leavers_of(school, now, which=SOON).count(),
        "last_erasure": date_words(last.at.astimezone(school.zone).date()) if last else "",
        "may_see_leavers": Permission.DATA_MANAGE in workplace.permissions,
    }
    return _page(request, workplace, "web/retention.html", context, Crumb(_("Retention")))


def _page(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any], *crumbs: Crumb
) -> HttpResponse:
    return render_page(
        request,
        template,
        context,
        title=crumbs[-1].words,
        workspace="settings",
        crumbs=settings_crumbs(*crumbs),
        workplace=workplace,
    )
