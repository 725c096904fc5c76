"""The Overview: what runs, what will stop, and what needs attention."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.web.page import Crumb, render_page
from photosync.web.profile_cards import card_of, live_state_of
from photosync.web.workplace import Workplace, in_workplace

STOP_POLLING = 286
"""What htmx takes as: put this in, and ask no more."""


@require_safe
@in_workplace()
def overview(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    now = datetime.now(UTC)
    profiles = SyncProfile.objects.none()
    if workplace.school is not None and workplace.may_see_sync:
        profiles = SyncProfile.objects.filter(school=workplace.school).select_related("school")
    cards_and_wants = [card_of(profile, now) for profile in profiles]
    return render_page(
        request,
        "web/overview.html",
        {
            "cards": [card for card, _wants in cards_and_wants],
            "attention": [each for _card, wants in cards_and_wants for each in wants],
        },
        title=_("Overview"),
        workspace="overview",
        crumbs=(Crumb(_("Overview")),),
        workplace=workplace,
    )


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def profile_card(request: HttpRequest, workplace: Workplace, profile_id: int) -> HttpResponse:
    """One card anew, for htmx."""
    card, _wants = card_of(_profile(workplace, profile_id), datetime.now(UTC))
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
