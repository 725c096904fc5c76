"""Deciding what is told of saved rosters: a reading that is held, or that failed; each once a day at the most."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings
from django.urls import reverse

from photosync.apps.notifications.deciding import write_notice
from photosync.apps.notifications.models import NotificationAddress
from photosync.apps.rosters.health import RosterSeen, look_at_rosters
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.core.instants import local_date
from photosync.core.notice_words import About, letter_of_roster
from photosync.core.notices import NoticeKind, Thing
from photosync.core.roster_health import RosterHealth

log = structlog.get_logger(__name__)

ROSTERS_AT_ONCE = 500


def decide_on_rosters(now: datetime) -> int:
    """Decide on the rosters of the schools that have someone to tell. Returns how many notices."""
    schools = NotificationAddress.objects.order_by().values("school")
    rosters = SavedRoster.objects.select_related("school").filter(school__in=schools).order_by("pk")
    decided, last = 0, 0
    while part := list(rosters.filter(pk__gt=last)[:ROSTERS_AT_ONCE]):
        last = part[-1].pk
        for seen in look_at_rosters(part, now):
            decided += _safely(seen, now)
    return decided


def _safely(seen: RosterSeen, now: datetime) -> int:
    try:
        if seen.health is RosterHealth.HELD and seen.held is not None:
            return _tell(seen, seen.held, NoticeKind.ROSTER_HELD, now)
        if seen.health is RosterHealth.FAILING and seen.last is not None:
            return _tell(seen, seen.last, NoticeKind.ROSTER_FAILED, now)
    except Exception:
        # One bad roster must not keep the others from being told of.
        log.exception("what is to be told of a roster could not be decided", roster=seen.roster.pk)
    return 0


def _tell(seen: RosterSeen, reading: RosterReading, kind: NoticeKind, now: datetime) -> int:
    roster, ended_at = seen.roster, reading.finished_at or reading.asked_at
    path = reverse("roster-reading", args=[roster.pk, reading.pk])
    link = f"{settings.PHOTOSYNC_PUBLIC_URL}{path}" if settings.PHOTOSYNC_PUBLIC_URL else ""
    about = About(roster.school.name, roster.school.code, roster.name, link)
    letter = letter_of_roster(kind, about, reading.explanation)
    thing = Thing(kind, local_date(ended_at, roster.school.zone).isoformat())
    return write_notice(roster.school_id, {"roster": roster}, thing, letter, now, happened_at=ended_at)
