"""Settings: where each of its pages is found. A page is listed once it exists, for those who may open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from photosync.apps.accounts.authority import authority_of
from photosync.apps.accounts.permissions import OF_ONE_SCHOOL, Permission
from photosync.web.page import Crumb, Words, render_page
from photosync.web.place import Place
from photosync.web.workplace import Workplace, in_workplace


@dataclass(frozen=True, slots=True)
class Setting:
    """A page of settings; `needs` is None for what everyone has, several where all of them are needed."""

    page: str
    words: Words
    purpose: Words
    needs: Permission | frozenset[Permission] | None = Permission.SYSTEM_MANAGE

    def is_open_to(self, permissions: frozenset[Permission]) -> bool:
        if self.needs is None:
            return True
        return permissions >= ({self.needs} if isinstance(self.needs, Permission) else self.needs)


SETTINGS = (
    Setting(
        "your-account",
        gettext_lazy("Your account"),
        gettext_lazy("Your password, second factor, passkeys, and where you are signed in."),
        None,
    ),
    Setting(
        "school-settings",
        gettext_lazy("School"),
        gettext_lazy(
            "Its name, its time zone, the day on which its academic year begins, what unknown consent means."
        ),
        OF_ONE_SCHOOL,
    ),
    # Also for administrators of single schools: `authority_of` decides.
    Setting("users", gettext_lazy("Users and roles"), gettext_lazy("Who may sign in, and what each may do."), None),
    Setting(
        "api-tokens",
        gettext_lazy("API tokens"),
        gettext_lazy("What lets other programs in, how far, and until when."),
    ),
    Setting(
        "notifications",
        gettext_lazy("Notifications"),
        gettext_lazy("Who is told before a sync stops, and when one ends, is held or fails. The calendar feed."),
        Permission.SYNC_MANAGE,
    ),
    Setting(
        "calendar-feed",
        gettext_lazy("Calendar feed"),
        gettext_lazy("When each sync starts, runs, pauses and stops, in your own calendar."),
        Permission.SYNC_VIEW,
    ),
    Setting(
        "retention",
        gettext_lazy("Retention"),
        gettext_lazy("How long records and photos of leavers are kept."),
        OF_ONE_SCHOOL,
    ),
    Setting(
        "audit",
        gettext_lazy("Audit"),
        gettext_lazy("Who changed what from what to what, and who saw or changed whose photo."),
        OF_ONE_SCHOOL,
    ),
)


@require_safe
@in_workplace()
def settings(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    places = []
    for each in SETTINGS:
        if not each.is_open_to(workplace.permissions):
            continue
        if each.page == "users" and not authority_of(request.user).is_any:
            continue
        try:
            places.append(Place(each.words, reverse(each.page), each.purpose))
        except NoReverseMatch:
            continue
    return render_page(
        request,
        "web/places.html",
        {"parts": [(None, places)]},
        title=_("Settings"),
        workspace="settings",
        crumbs=(Crumb(_("Settings")),),
        workplace=workplace,
    )


def settings_crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(_("Settings"), reverse("settings")), *further)
