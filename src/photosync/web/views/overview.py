"""The Overview: what runs, what will stop, and what needs attention."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core.end_of_year import turn_of
from photosync.core.instants import local_date
from photosync.web.attention import attention_of, look_at
from photosync.web.coverage import coverage_plot
from photosync.web.page import Crumb, render_page
from photosync.web.profile_cards import card_of, live_state_of
from photosync.web.review_waiting import waiting_in_review
from photosync.web.roster_attention import with_rosters
from photosync.web.run_bars import run_bars
from photosync.web.runs_list import number_in
from photosync.web.schools_attention import DEEPEST_PAGE, schools_page
from photosync.web.weeks import next_weeks
from photosync.web.workplace import Workplace, in_workplace

MOST_PROFILES = 500
CARDS = 12
ATTENTION_AT_ONCE = 8
"""What is less urgent is folded, so that the rest of the page stays within reach."""
STOP_POLLING = 286
"""What htmx takes as: put this in, and ask no more."""


@require_safe
@in_workplace()
def overview(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    context: dict[str, Any] = {}
    if workplace.school is not None and workplace.may_see_sync:
        context = _of_school(workplace.school, workplace, datetime.now(UTC))
    return render_page(
        request,
        "web/overview.html",
        context,
        title=_("Overview"),
        workspace="overview",
        crumbs=(Crumb(_("Overview")),),
        workplace=workplace,
    )


def _of_school(school: School, workplace: Workplace, now: datetime) -> dict[str, Any]:
    """Return what the page of one school shows, bounded however many profiles, runs and people it has."""
    profiles = list(SyncProfile.objects.filter(school=school).select_related("school")[: MOST_PROFILES + 1])
    looked = look_at(profiles[:MOST_PROFILES], now)
    today = local_date(now, school.zone)
    of_profiles = attention_of(school, looked, workplace.permissions, today)
    attention = with_rosters(of_profiles, school, workplace.permissions, now)
    turn = turn_of(school.academic_year_rule, today)
    return {
        "turn": turn if turn.is_near else None,
        "cards": [card_of(each.profile, now, each) for each in looked[:CARDS]],
        "cards_left_out": max(len(looked) - CARDS, 0),
        "only_first": MOST_PROFILES if len(profiles) > MOST_PROFILES else 0,
        "attention": attention[:ATTENTION_AT_ONCE],
        "attention_further": attention[ATTENTION_AT_ONCE:],
        "coverage": coverage_plot(school, academic_year_now(school, now)),
        "weeks": next_weeks([(each.profile.pk, each.schedule) for each in looked], now),
        "bars": run_bars([each.profile.pk for each in looked], school.zone, now),
        "waiting": waiting_in_review(school, workplace.permissions),
    }


@require_safe
@in_workplace()
def all_schools(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """All schools of an account that has several, with what needs attention in each."""
    number = number_in(request.GET.get("page", "")) or 1
    page = schools_page(request.user, min(number, DEEPEST_PAGE), datetime.now(UTC))
    return render_page(
        request,
        "web/all_schools.html",
        {"page": page},
        title=_("All schools"),
        workspace="overview",
        crumbs=(Crumb(_("Overview"), reverse("overview")), Crumb(_("All schools"))),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def profile_card(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """One card anew, for htmx."""
    card = card_of(_profile(workplace, profile_id), datetime.now(UTC))
    return render_page(request, "web/parts/card.html", {"card": card}, title=card.name)


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def profile_live(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """The part of a card that shows a run going on. Once none does, the card is told to renew itself."""
    live = live_state_of(_profile(workplace, profile_id), datetime.now(UTC))
    response = render_page(request, "web/parts/live.html", {"live": live}, title="")
    if live.running is None:
        response.status_code = STOP_POLLING
        response.headers["HX-Trigger-After-Settle"] = f"run-ended-{profile_id}"
    return response


def _profile(workplace: Workplace, profile_id: int) -> SyncProfile:
    profiles = SyncProfile.objects.select_related("school").filter(pk=profile_id, school=workplace.school)
    profile = profiles.first()
    if profile is None:
        raise Http404
    return profile
