"""A profile as the command line and the API show it: its settings, its status and its health."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.runs.models import Run, Worker
from photosync.core.forecast import Forecast, Pause, forecast
from photosync.core.health import Health, Observed, RunMark, health_of
from photosync.core.people import PersonKind
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import ProfileSchedule

GOOD_STATES = (RunState.DONE, RunState.DONE_WITH_FAILURES)


def status_document(profile: SyncProfile, now: datetime, *, upcoming: int = 5) -> dict[str, Any]:
    """Return status, sentence, next runs and health of `profile` as of `now`; times at the school's offset."""
    schedule = schedule_of(profile)
    return document_of(
        profile.name,
        schedule.zone,
        forecast(schedule, now, upcoming=upcoming),
        health_at(profile, schedule, now),
    )


def document_of(name: str, zone: ZoneInfo, found: Forecast, health: Health) -> dict[str, Any]:
    return {
        "name": name,
        "status": found.status.value,
        "flags": {
            "ended": found.flags.ended,
            "disabled": found.flags.disabled,
            "in_period": found.flags.in_period,
        },
        "explanation": found.explanation,
        "next_run": _local(found.next_run, zone),
        "stops_on": _day(found.stops_on),
        "upcoming": [_local(each, zone) for each in found.upcoming],
        "if_enabled_next_run": _local(found.if_enabled_next_run, zone),
        "pauses": [_pause(each) for each in found.pauses],
        "health": {"state": health.state.value, "explanation": health.explanation},
    }


def health_at(profile: SyncProfile, schedule: ProfileSchedule, now: datetime) -> Health:
    """Return whether what the status promises does happen, by what is known of runs and workers."""
    runs = _judged_runs(profile)
    last = runs.filter(finished_at__isnull=False).order_by("-finished_at", "-pk").first()
    good = runs.filter(state__in=GOOD_STATES).aggregate(last=Max("finished_at"))["last"]
    held = Run.objects.filter(profile=profile, state=RunState.HELD).first()
    observed = Observed(
        last_tick_utc=Worker.objects.aggregate(last=Max("ticked_at"))["last"],
        watched_since_utc=profile.schedule_since or profile.created_at,
        last_good_run_utc=good,
        failed_run=_failed(last),
        held_run=None if held is None else RunMark(str(held.pk), held.finished_at or held.accepted_at),
    )
    return health_of(schedule, observed, now)


def _judged_runs(profile: SyncProfile) -> QuerySet[Run]:
    """Return the runs that show whether the sync works: not previews, and not what a person undid."""
    return Run.objects.filter(profile=profile).exclude(trigger__in=(Trigger.PREVIEW, Trigger.UNDO))


def _failed(last: Run | None) -> RunMark | None:
    if last is None or last.finished_at is None or last.state != RunState.FAILED:
        return None
    return RunMark(str(last.pk), last.finished_at, last.explanation)


def profile_document(profile: SyncProfile) -> dict[str, Any]:
    """Return the settings of `profile`."""
    return {
        "name": profile.name,
        "source": profile.source_kind,
        "options": dict(profile.options),
        "components": [PersonKind(kind).component for kind in profile.components],
        "scheduled_sync_enabled": profile.scheduled_sync_enabled,
        "when_missing": profile.when_missing,
        "limits": {
            "replace_share_percent": profile.replace_share_percent,
            "replace_number": profile.replace_number,
            "withdraw_share_percent": profile.withdraw_share_percent,
            "withdraw_number": profile.withdraw_number,
        },
        "periods": [
            {
                "code": row.period.code,
                "start": row.period.start.isoformat(),
                "end": row.period.end.isoformat(),
                "frequency": row.frequency,
                "mode": row.mode,
            }
            for row in profile.assigned.select_related("period")
        ],
    }


def _pause(pause: Pause) -> dict[str, Any]:
    return {
        "first_day": pause.first_day.isoformat(),
        "last_day": pause.last_day.isoformat(),
        "after": list(pause.after),
        "before": list(pause.before),
    }


def _local(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
