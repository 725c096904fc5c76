"""Academic Reports > End of year, with its photo day and next year's period."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.end_of_year import end_of_year as end_of_year_of
from photosync.apps.reports.next_period import Asked, Proposal, give_next_period, preview_next_period, propose
from photosync.apps.reports.photo_day import FIRST_YEAR, LAST_YEAR, clear_photo_day, photo_days_of, set_photo_day
from photosync.core.errors import PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.year_end_checks import State
from photosync.web.page import Crumb, render_page
from photosync.web.period_form import LONGEST_CODE
from photosync.web.views.academic_reports import report_crumbs
from photosync.web.workplace import Workplace, in_workplace
from photosync.web.year_end_drawing import draw_year_end
from photosync.web.year_end_list import days_shown, items_shown


def _day(label: Any, needed: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", "data-day": ""}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "invalid": gettext_lazy("This is not a date. Nothing was saved. Choose a day of the calendar."),
            "required": needed,
        },
    )


class PhotoDayForm(forms.Form):
    use_required_attribute = False

    day = _day(gettext_lazy("Photo day"), gettext_lazy("Choose a day. Nothing was saved."))


class NextPeriodForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=gettext_lazy("Code of the new period"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type in a code. Nothing was saved.")},
    )
    start = _day(gettext_lazy("Start date"), gettext_lazy("Choose a date. Nothing was saved."))
    end = _day(gettext_lazy("End date"), gettext_lazy("Choose a date. Nothing was saved."))

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(code=given["code"], first_day=given["start"], last_day=given["end"])


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def end_of_year(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """What will happen until next year's first weeks, drawn and by date, and what is to be done before."""
    found = end_of_year_of(workplace.the_school, datetime.now(UTC))
    return _page(
        request,
        workplace,
        "web/end_of_year.html",
        {
            "found": found,
            "drawing": draw_year_end(found),
            "days": days_shown(found.events, found.turn.today),
            "items": items_shown(found, workplace.permissions),
            "to_do": found.count(State.TO_DO),
            "warnings": found.count(State.WARNING),
        },
        Crumb(_("End of year")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def photo_day(request: HttpRequest, workplace: Workplace, year: int) -> HttpResponse:
    """Set, move or clear the photo day of one academic year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    school = workplace.the_school
    former = photo_days_of(school).get(year)
    form = PhotoDayForm(request.POST if request.method == "POST" else None, initial={"day": former})
    try:
        if request.method == "POST" and "clear" in request.POST:
            form = PhotoDayForm({"day": former or ""})
            clear_photo_day(school, year)
            return _to_the_page(request, _("The photo day of %(year)s was cleared.") % {"year": year})
        if request.method == "POST" and form.is_valid():
            set_photo_day(school, year, form.cleaned_data["day"])
            return _to_the_page(request, _("The photo day of %(year)s was saved.") % {"year": year})
    except PhotoSyncError as error:
        form.add_error(None, error.message)
    return _page(
        request,
        workplace,
        "web/photo_day.html",
        {"form": form, "year": year, "is_set": former is not None},
        _end_of_year_crumb(),
        Crumb(_("Photo day of %(year)s") % {"year": year}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def next_period(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """Make next year's period of a profile from this year's and assign it; or assign one that exists."""
    profile = SyncProfile.objects.select_related("school").filter(pk=profile_id, school=workplace.school).first()
    if profile is None:
        raise Http404
    now = datetime.now(UTC)
    form = NextPeriodForm(request.POST if request.method == "POST" and "assign" not in request.POST else None)
    context: dict[str, Any] = {"form": form, "profile": profile}
    try:
        proposal = propose(profile, now)
        context |= {"proposal": proposal}
        if not form.is_bound:
            form.initial = _initial(proposal)
        asked = _asked(request, form, proposal)
        if request.method == "POST" and asked is not None and "preview" not in request.POST:
            given = give_next_period(profile, asked, now=now)
            told = _("%(code)s was given to %(name)s.") % {"code": given.period.code, "name": profile.name}
            return _to_the_page(request, f"{told} {given.explanation}")
        if asked is not None:
            context["given"] = preview_next_period(profile, asked, now=now)
    except PhotoSyncError as error:
        context["refusal"] = error.message
    return _page(
        request,
        workplace,
        "web/next_period.html",
        context | {"today": local_date(now, profile.school.zone)},
        _end_of_year_crumb(),
        Crumb(_("Next year's period of %(name)s") % {"name": profile.name}),
    )


def _initial(proposal: Proposal) -> dict[str, str | date]:
    period = proposal.period
    return {"code": period.code, "start": period.start, "end": period.end}


def _asked(request: HttpRequest, form: NextPeriodForm, proposal: Proposal) -> Asked | None:
    """Return what is asked for, or what would be proposed; None where the form has mistakes."""
    if "assign" in request.POST:
        return Asked(assign=request.POST["assign"][:LONGEST_CODE])
    if not form.is_bound:
        period = proposal.period
        return Asked(code=period.code, first_day=period.start, last_day=period.end)
    return form.asked if form.is_valid() else None


def _to_the_page(request: HttpRequest, told: str) -> HttpResponse:
    messages.success(request, told)
    return HttpResponseRedirect(reverse("end-of-year"))


def _end_of_year_crumb() -> Crumb:
    return Crumb(_("End of year"), reverse("end-of-year"))


def _page(
    request: HttpRequest, workplace: Workplace, template: str, context: dict[str, Any], *crumbs: Crumb
) -> HttpResponse:
    return render_page(
        request,
        template,
        context,
        title=crumbs[-1].words,
        workspace="academic-reports",
        crumbs=report_crumbs(*crumbs),
        workplace=workplace,
    )
