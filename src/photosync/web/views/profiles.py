"""Administration > Timetable Management > Manage Sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.notifications.pings import ping_document
from photosync.apps.profiles.documents import health_at
from photosync.apps.profiles.matching import is_delivery
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.profiles.saving import profile_seen, save_profile, schedule_wanted
from photosync.apps.runs.services import request_run
from photosync.apps.schools.models import School
from photosync.apps.sources.choosing import count_matches
from photosync.apps.sources.trying import Tried, try_profile
from photosync.apps.timetable.choices import Audience, periods_offered
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import periods_of
from photosync.core.errors import ChangedMeanwhile, PhotoSyncError
from photosync.core.forecast import forecast
from photosync.core.instants import local_date
from photosync.core.run_states import Trigger
from photosync.core.status import ProfileSchedule
from photosync.web.attention import look_at
from photosync.web.badge import Badge
from photosync.web.licences_shown import licences_shown
from photosync.web.page import Crumb, render_page
from photosync.web.profile_cards import health_badge, live_state_of
from photosync.web.profile_forecast import ForecastShown, forecast_shown, timeline_of
from photosync.web.profile_form import AssignedRow, ProfileForm, say_secrets_are_gone, show_refusal, wanted_profile
from photosync.web.profile_saved import SavedOtherwise, saved_otherwise
from photosync.web.report_waiting import wait_lines
from photosync.web.short_dates import short_moment
from photosync.web.views.administration import administration_crumbs
from photosync.web.workplace import Workplace, in_workplace

UPCOMING_SHOWN = 5
MOST_PERIODS = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One profile in the list on the left."""

    profile: SyncProfile
    status: Badge
    also_disabled: bool
    health: Badge


@dataclass(slots=True)
class Sheet:
    """The profile on the page, as it is edited. `is_sent`: it holds what the browser sent, not what is stored.

    `seen` tells what was stored when the page was opened.
    """

    profile: SyncProfile | None
    form: ProfileForm
    rows: list[AssignedRow]
    offered: list[TimetablePeriod]
    is_sent: bool
    seen: str = ""
    nothing_chosen: bool = False
    goes_on_at_add: bool = False
    after_save: ForecastShown | None = None
    saved_otherwise: Sequence[SavedOtherwise] = ()
    tried: Tried | None = None
    tried_refusal: str = ""

    @property
    def has_problems(self) -> bool:
        return bool(self.form.errors or any(row.problems for row in self.rows))


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def manage_sync(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """The first profile of the school, or the way to make one."""
    first = _profiles(workplace.the_school).first()
    return _edited(request, workplace, first) if first is not None else _page(request, workplace, None)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_VIEW)
def profile(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """One profile, to change it; without the permission to do so, to read it."""
    return _edited(request, workplace, _profile(workplace, profile_id))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.SYNC_MANAGE)
def new_profile(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    return _edited(request, workplace, None)


def _edited(request: HttpRequest, workplace: Workplace, found: SyncProfile | None) -> HttpResponse:
    may_change = Permission.SYNC_MANAGE in workplace.permissions
    if request.method != "POST":
        return _page(request, workplace, _sheet(workplace.the_school, found, None, may_change=may_change))
    if not may_change:
        raise PermissionDenied
    sheet = _sheet(workplace.the_school, found, request.POST, may_change=True)
    if "save" in request.POST:
        wanted = wanted_profile(sheet.form, sheet.rows)
        if wanted is not None:
            try:
                saved = save_profile(workplace.the_school, found, wanted, now=datetime.now(UTC), seen=sheet.seen)
            except ChangedMeanwhile as error:
                sheet.form.add_error(None, error.message)
                found = _profile(workplace, found.pk) if found else None
                if found is not None:
                    sheet.profile, sheet.seen = found, profile_seen(found)
                    sheet.saved_otherwise = saved_otherwise(found, sheet.form, sheet.rows)
            except PhotoSyncError as error:
                show_refusal(sheet.form, error)
            else:
                told = forecast(schedule_of(saved), datetime.now(UTC)).explanation
                messages.success(request, f"{_('%(name)s was saved.') % {'name': saved.name}} {told}")
                return HttpResponseRedirect(reverse("profile", args=[saved.pk]))
    elif "test" in request.POST:
        _try(workplace.the_school, sheet)
    if not request.htmx:  # type: ignore[attr-defined]  # by its middleware
        say_secrets_are_gone(sheet.form, sheet.form.kind.options)
    sheet.after_save = _after_save(workplace.the_school, sheet)
    answer = _page(request, workplace, sheet)
    if "test" in request.POST:
        answer["HX-Trigger"] = "tried"  # what is counted beside it has new files to count
    return answer


def _try(school: School, sheet: Sheet) -> None:
    """Test connection: look into the data source as the form is now; nothing is saved."""
    if not sheet.form.is_valid():
        sheet.tried_refusal = _("A field cannot be read yet. Nothing was tried. Mend it first.")
        return
    profile = sheet.profile or SyncProfile(school=school)
    try:
        sheet.tried = try_profile(profile, sheet.form.settings())
    except PhotoSyncError as error:
        sheet.tried_refusal = error.message


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def profile_effect(request: HttpRequest, workplace: Workplace, profile_id: int = 0) -> HttpResponse:
    """What the profile would do after Save, as the form is now; for htmx, while one edits."""
    found = _profile(workplace, profile_id) if profile_id else None
    sheet = _sheet(workplace.the_school, found, request.POST, may_change=True)
    context = {"after_save": _after_save(workplace.the_school, sheet), "is_sent": True, "rows": sheet.rows}
    return render_page(request, "web/parts/after_save.html", context, title="")


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def profile_matches(request: HttpRequest, workplace: Workplace, profile_id: int = 0) -> HttpResponse:
    """Whom the files that were listed last would match, as the form is now; for htmx, while one chooses."""
    school = workplace.the_school
    found = _profile(workplace, profile_id) if profile_id else None
    form = ProfileForm(request.POST, found, school=school, may_change=True)
    context: dict[str, Any] = {"asked": True}
    if not form.is_valid():
        context["refusal"] = _("A field cannot be read yet. What matches is counted once it can.")
    else:
        try:
            context["counted"] = count_matches(found or SyncProfile(school=school), form.settings())
        except PhotoSyncError as error:
            context["refusal"] = error.message
    return render_page(request, "web/parts/match_counts.html", context, title="")


@require_POST
@in_workplace(needs=Permission.SYNC_MANAGE)
def run_now(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """Run Now, or a preview first. It does not save; it runs what is stored."""
    found = _profile(workplace, profile_id)
    trigger = Trigger.PREVIEW if "preview" in request.POST else Trigger.ON_DEMAND
    try:
        run = request_run(found, trigger=trigger, started_by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("profile", args=[found.pk]))
    return HttpResponseRedirect(reverse("run", args=[run.pk]))


def _sheet(school: School, found: SyncProfile | None, data: QueryDict | None, *, may_change: bool) -> Sheet:
    stored = {}
    if found is not None:
        rows = found.assigned.select_related("period")
        stored = {row.period_id: (row.period, (row.frequency, row.mode)) for row in rows}
    periods = _periods_sent(school, data) if data is not None else [period for period, _stored in stored.values()]
    form = ProfileForm(data, found, school=school, may_change=may_change)
    shown = [AssignedRow.of(each, data, stored[each.pk][1] if each.pk in stored else None) for each in periods]
    if not may_change:
        for field in [*form.fields.values(), *(field for row in shown for field in row.form.fields.values())]:
            field.disabled = True
    sheet = Sheet(found, form, shown, _offered(school, periods), is_sent=data is not None)
    if data is not None:
        _take_in(sheet, school, data)
    sheet.seen = sheet.seen or (profile_seen(found) if found is not None else "")
    return sheet


def _offered(school: School, assigned: Sequence[TimetablePeriod]) -> list[TimetablePeriod]:
    """Return the periods that `+` offers: those that end today or later, without those that are there."""
    today = local_date(datetime.now(UTC), school.zone)
    periods = periods_offered(school, Audience.MANAGE_SYNC).filter(end__gte=today)
    return list(periods.exclude(pk__in=[each.pk for each in assigned]).order_by("start", "code"))


def _take_in(sheet: Sheet, school: School, data: QueryDict) -> None:
    """Note what was pressed: where the keyboard goes on, and what was not possible."""
    sheet.seen = data.get("seen", "")
    sheet.nothing_chosen = "add" in data and not data.get("add_period")
    sheet.goes_on_at_add = sheet.nothing_chosen or "take_off" in data
    if "add" in data:
        for row in sheet.rows:
            if str(row.period.pk) == data.get("add_period"):
                row.focus()
    if _is_one_gone(school, data):
        gone = _("A timetable period that was here has been deleted. Nothing was saved. Check the list.")
        sheet.form.add_error(None, gone)


def _is_one_gone(school: School, data: QueryDict) -> bool:
    numbers = _numbers_sent(data)
    return periods_of(school).filter(pk__in=numbers).count() < len(numbers)


def _numbers_sent(data: QueryDict) -> set[int]:
    sent = data.getlist("periods")[:MOST_PERIODS]
    if "take_off" not in data:
        # Also with Save alone: who has chosen a period in the list means to add it.
        sent.append(data.get("add_period", ""))
    return {int(each) for each in sent if each.isascii() and each.isdecimal() and len(each) < 12}


def _periods_sent(school: School, data: QueryDict) -> list[TimetablePeriod]:
    """Return the periods that the form holds, with the one being added and without the one being taken off."""
    found = periods_of(school).filter(pk__in=_numbers_sent(data))
    return [each for each in found if str(each.pk) != data.get("take_off", "")]


def _after_save(school: School, sheet: Sheet) -> ForecastShown | None:
    """Return what the profile would do, or None while a field of its schedule cannot be read."""
    periods = [row.wanted() for row in sheet.rows]
    wanted = [each for each in periods if each is not None]
    if len(wanted) < len(periods):
        return None
    name = str(sheet.form["name"].value() or _("This profile"))
    enabled = bool(sheet.form["scheduled_sync_enabled"].value())
    return _shown(sheet.profile, schedule_wanted(school, name, enabled=enabled, periods=wanted))


def _shown(found: SyncProfile | None, schedule: ProfileSchedule) -> ForecastShown:
    now = datetime.now(UTC)
    coming = forecast(schedule, now, upcoming=UPCOMING_SHOWN)
    return forecast_shown(schedule, coming, timeline_of(found, schedule, coming, now), now)


def _listed(profiles: Sequence[SyncProfile]) -> list[Listed]:
    return [
        Listed(
            each.profile,
            Badge(each.found.status.value.lower(), each.found.status.value),
            each.found.flags.ended and each.found.flags.disabled,
            health_badge(each.health),
        )
        for each in look_at(profiles, datetime.now(UTC))
    ]


def _profiles(school: School) -> QuerySet[SyncProfile]:
    return SyncProfile.objects.select_related("school").filter(school=school)


def _profile(workplace: Workplace, profile_id: int) -> SyncProfile:
    found = _profiles(workplace.the_school).filter(pk=profile_id).first()
    if found is None:
        raise Http404
    return found


def _ping(found: SyncProfile) -> dict[str, Any]:
    """Return when the ping address was last called, in words, and what came of it."""
    told = ping_document(found)
    if told["called"] is None:
        return told
    return told | {"when": short_moment(datetime.fromisoformat(told["called"]), datetime.now(found.school.zone))}


def _page(request: HttpRequest, workplace: Workplace, sheet: Sheet | None) -> HttpResponse:
    found = sheet.profile if sheet else None
    health = health_at(found, schedule_of(found), datetime.now(UTC)) if found else None
    title = found.name if found else (_("New profile") if sheet else _("Manage Sync"))
    crumbs = [Crumb(_("Manage Sync"), reverse("manage-sync") if sheet else "")]
    return render_page(
        request,
        "web/profile.html",
        {
            "listed": _listed(list(_profiles(workplace.the_school))),
            "sheet": sheet,
            "shown": _shown(found, schedule_of(found)) if found else None,
            "health": health,
            "health_badge": health_badge(health) if health else None,
            "ping": _ping(found) if found else None,
            "is_delivery": bool(found and is_delivery(found.options)),
            "licences": licences_shown(found) if found else (),
            "live": live_state_of(found, datetime.now(UTC)) if found else None,
            "waits": wait_lines(workplace.the_school, found.pk) if found else (),
            "may_change": Permission.SYNC_MANAGE in workplace.permissions,
        },
        title=title,
        workspace="administration",
        crumbs=administration_crumbs(*crumbs, *([Crumb(title)] if sheet else [])),
        workplace=workplace,
    )
