"""The checklist and the coming dates of the end of the year as the page shows them: with the buttons that mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports.end_of_year import EndOfYear
from photosync.core.end_of_year import Event
from photosync.core.wording import days_words
from photosync.core.year_end_checks import CheckItem, Concerns, Remedy, State
from photosync.web.attention import who_can
from photosync.web.badge import Badge

BADGES = {
    State.DONE: ("active", gettext_lazy("Done")),
    State.TO_DO: ("waiting", gettext_lazy("To do")),
    State.WARNING: ("ended", gettext_lazy("Warning")),
    State.NOT_NEEDED: ("disabled", gettext_lazy("Not needed")),
}
CONCERNS = {
    Concerns.ARCHIVIST: gettext_lazy("Archivist"),
    Concerns.SYNC_MANAGER: gettext_lazy("Sync manager"),
    Concerns.OPERATOR: gettext_lazy("Who looks after the server"),
}
BUTTONS = {
    Remedy.MAKE_CYCLE: (gettext_lazy("New reporting cycle"), Permission.ACAD_ARCHIVE),
    Remedy.SEE_CYCLE: (gettext_lazy("Open the reporting cycle"), Permission.SYNC_VIEW),
    Remedy.ARCHIVE: (gettext_lazy("Archive reports"), Permission.ACAD_ARCHIVE),
    Remedy.DECIDE_RUN: (gettext_lazy("Compare and decide"), Permission.SYNC_APPROVE),
    Remedy.SEE_RUN: (gettext_lazy("Look at the run"), Permission.SYNC_VIEW),
    Remedy.SEE_RUNS: (gettext_lazy("Look at the runs"), Permission.SYNC_VIEW),
    Remedy.ENABLE: (gettext_lazy("Enable"), Permission.SYNC_MANAGE),
    Remedy.CHANGE_PROFILE: (gettext_lazy("Change it on Manage Sync"), Permission.SYNC_MANAGE),
    Remedy.ASSIGN_PERIOD: (gettext_lazy("Give it next year's period"), Permission.SYNC_MANAGE),
    Remedy.NEXT_PERIOD: (gettext_lazy("Create next year's period"), Permission.SYNC_MANAGE),
    Remedy.FIRST_PERIOD: (gettext_lazy("Add a timetable period"), Permission.SYNC_MANAGE),
    Remedy.PHOTO_DAY: (gettext_lazy("Set the photo day"), Permission.SYNC_MANAGE),
}


@dataclass(frozen=True, slots=True)
class ItemShown:
    """`button` leads to `url`; without one, `who` says who can mend it. `about` tells apart what reads the same."""

    key: str
    badge: Badge
    sentence: str
    concerns: str
    is_open: bool
    button: str = ""
    url: str = ""
    who: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class DayShown:
    on: date
    away: str
    events: tuple[Event, ...]


def items_shown(found: EndOfYear, permissions: frozenset[Permission]) -> list[ItemShown]:
    names: dict[int | None, str] = {each.profile_id: each.name for each in found.facts.profiles}
    cycles: dict[int | None, str] = {each.cycle_id: each.name for each in found.facts.cycles}
    return [
        _shown(each, permissions, names.get(each.profile_id) or cycles.get(each.cycle_id, "")) for each in found.items
    ]


def _shown(item: CheckItem, permissions: frozenset[Permission], about: str) -> ItemShown:
    kind, word = BADGES[item.state]
    button, url, who = "", "", ""
    if item.remedy is not None:
        words, needed = BUTTONS[item.remedy]
        if needed not in permissions:
            who = who_can(needed) if item.state is not State.DONE else ""
        elif url := _url(item):
            button = str(_("Change the photo day") if item.topic == "photo day" and item.state == "done" else words)
    return ItemShown(
        key=item.key,
        badge=Badge(kind, str(word)),
        sentence=item.sentence,
        concerns=str(CONCERNS[item.concerns]),
        is_open=item.state in (State.TO_DO, State.WARNING),
        button=button,
        url=url,
        who=who,
        about=about,
    )


def _url(item: CheckItem) -> str:
    """Return where it is mended; empty where there is no such page."""
    if item.remedy is Remedy.SEE_RUNS:
        return f"{reverse('runs')}?{urlencode({'profile': item.profile_id})}"
    places = {
        Remedy.MAKE_CYCLE: ("reporting-new", None, ""),
        Remedy.SEE_CYCLE: ("reporting-cycle", item.cycle_id, ""),
        Remedy.ARCHIVE: ("reporting-archive", item.cycle_id, ""),
        Remedy.DECIDE_RUN: ("run", item.run, ""),
        Remedy.SEE_RUN: ("run", item.run, ""),
        Remedy.ENABLE: ("profile", item.profile_id, "#id_scheduled_sync_enabled"),
        Remedy.CHANGE_PROFILE: ("profile", item.profile_id, ""),
        Remedy.ASSIGN_PERIOD: ("end-of-year-next-period", item.profile_id, ""),
        Remedy.NEXT_PERIOD: ("end-of-year-next-period", item.profile_id, ""),
        Remedy.FIRST_PERIOD: ("profile", item.profile_id, "#add_period"),
        Remedy.PHOTO_DAY: ("end-of-year-photo-day", item.year, ""),
    }
    name, subject, anchor = places[item.remedy or Remedy.SEE_RUN]
    try:
        return reverse(name, args=[] if subject is None else [subject]) + anchor
    except NoReverseMatch:
        return ""


def days_shown(events: Iterable[Event], today: date) -> list[DayShown]:
    """Return the events day by day."""
    return [
        DayShown(day, days_words(day, today), tuple(of_day)) for day, of_day in groupby(events, lambda each: each.on)
    ]
