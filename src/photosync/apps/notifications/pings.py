"""Calling a profile's ping address after each good run, so that an outside monitor notices when there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from photosync.apps.notifications.deciding import watch_of
from photosync.apps.notifications.models import Watch
from photosync.apps.notifications.queries import moment
from photosync.apps.notifications.sending import Clock
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.ping_address import ping_address
from photosync.apps.runs.models import Run
from photosync.core.errors import PhotoSyncError, TryLater
from photosync.core.notices import GOOD, JUDGED_TRIGGERS
from photosync.outgoing import call_apart

log = structlog.get_logger(__name__)

WITHIN_S = 10.0
PAUSES = (timedelta(seconds=15), timedelta(seconds=60))
CLAIM = timedelta(minutes=1)
IS_NEWS_FOR = timedelta(hours=1)
"""A run that ended longer ago says nothing of whether the server lives now."""
UNREADABLE = "The ping address cannot be read any more: the installation's secret key has changed. Enter it again."


def note_good_runs(now: datetime) -> None:
    """Note for each profile that has an address whether a good run has ended since the last one called for."""
    good = Run.objects.filter(profile=OuterRef("pk"), state__in=GOOD, trigger__in=JUDGED_TRIGGERS)
    last = good.filter(finished_at__gt=now - IS_NEWS_FOR).order_by("-finished_at", "-pk").values("pk")[:1]
    watched = Watch.objects.filter(profile=OuterRef("pk"))
    profiles = SyncProfile.objects.exclude(sealed_ping_url="").annotate(
        last_good=Subquery(last),
        called_for=Coalesce(Subquery(watched.values("ping_run_id")[:1]), 0),
    )
    for profile in profiles.filter(last_good__isnull=False).exclude(last_good=F("called_for")):
        watch = watch_of(profile, now)
        Watch.objects.filter(pk=watch.pk, ping_run_id=watch.ping_run_id).exclude(
            ping_run_id=profile.last_good
        ).update(ping_run_id=profile.last_good, ping_attempts=0, ping_next_at=now, ping_claimed_until=None)


def call_due(clock: Clock) -> int:
    """Call the addresses that are due; return how many calls went well. Any number of workers may do it at once."""
    now = clock()
    due = Watch.objects.filter(_free(now), ping_next_at__lte=now).order_by("ping_next_at")
    return sum(_call(pk, clock) for pk in list(due.values_list("pk", flat=True)))


def ping_document(profile: SyncProfile) -> dict[str, Any]:
    """Return when the address was last called, and what came of it."""
    watch = Watch.objects.filter(profile=profile, ping_called_at__isnull=False).first()
    if watch is None:
        return {"called": None, "went_well": None, "outcome": ""}
    return {
        "called": moment(watch.ping_called_at, profile.school.zone),
        "went_well": watch.ping_went_well,
        "outcome": watch.ping_outcome,
    }


def _free(now: datetime) -> Q:
    return Q(ping_claimed_until__isnull=True) | Q(ping_claimed_until__lt=now)


def _call(pk: int, clock: Clock) -> bool:
    now = clock()
    free = Watch.objects.filter(_free(now), pk=pk, ping_next_at__lte=now)
    if not free.update(ping_claimed_until=now + CLAIM, ping_attempts=F("ping_attempts") + 1):
        return False
    watch = Watch.objects.select_related("profile").get(pk=pk)
    went_well, outcome = _called(watch.profile)
    tries_again = not went_well and watch.ping_attempts <= len(PAUSES)
    mine = Watch.objects.filter(pk=pk, ping_claimed_until=watch.ping_claimed_until, ping_run_id=watch.ping_run_id)
    mine.update(
        ping_claimed_until=None,
        ping_next_at=clock() + PAUSES[watch.ping_attempts - 1] if tries_again else None,
        ping_called_at=clock(),
        ping_went_well=went_well,
        ping_outcome=outcome,
    )
    return went_well


def _called(profile: SyncProfile) -> tuple[bool, str]:
    url = ping_address(profile)
    if not url:
        return False, UNREADABLE if profile.sealed_ping_url else ""
    try:
        status = call_apart(
            "photosync.outgoing.ping:call",
            {"url": url},
            allowed=settings.PHOTOSYNC_ALLOWED_RANGES,
            within_s=WITHIN_S,
        )
    except TryLater as error:
        log.warning("a ping address could not be called", profile=profile.pk, reason=error.message)
        return False, error.message
    except PhotoSyncError as error:
        return False, error.message
    return True, f"It answered {status}."
