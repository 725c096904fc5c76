"""A profile as the command line and the API show it: its settings, its status and its health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, Subquery

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.ping_address import masked_ping_address, ping_address
from photosync.apps.profiles.queries import schedule_of, schedules_of
from photosync.apps.profiles.source_secrets import secret_names
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


def status_documents(profiles: Sequence[SyncProfile], now: datetime, *, upcoming: int) -> list[dict[str, Any]]:
    """Return the status document of each profile, in a few queries however many there are."""
    schedules, observed = schedules_of(profiles), observed_of(profiles)
    return [
        document_of(
            each.name,
            schedules[each.pk].zone,
            forecast(schedules[each.pk], now, upcoming=upcoming),
            health_of(schedules[each.pk], observed[each.pk], now),
        )
        for each in profiles
    ]


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
    return health_of(schedule, observed_of([profile])[profile.pk], now)


def observed_of(profiles: Sequence[SyncProfile]) -> dict[int, Observed]:
    """Return what is known of the runs of each profile by its id, in four queries however many there are."""
    # Not previews, and not what a person undid: the runs that show whether the sync works.
    judged = Run.objects.filter(profile=OuterRef("pk"), finished_at__isnull=False).exclude(
        trigger__in=(Trigger.PREVIEW, Trigger.UNDO)
    )
    ended = judged.order_by("-finished_at", "-pk")
    rows = SyncProfile.objects.filter(pk__in=[profile.pk for profile in profiles]).order_by()
    marks = rows.values_list(
        "pk",
        Subquery(ended.values("pk")[:1]),
        Subquery(ended.filter(state__in=GOOD_STATES).values("finished_at")[:1]),
    )
    last, good = {}, {}
    for pk, last_id, good_at in marks:
        last[pk], good[pk] = last_id, good_at
    failed = Run.objects.filter(pk__in=[pk for pk in last.values() if pk], state=RunState.FAILED)
    failures = {run.profile_id: _mark(run, run.explanation) for run in failed}
    held = {run.profile_id: _mark(run) for run in Run.objects.filter(profile__in=list(last), state=RunState.HELD)}
    ticked_at = Worker.objects.aggregate(last=Max("ticked_at"))["last"]
    return {
        profile.pk: Observed(
            last_tick_utc=ticked_at,
            watched_since_utc=profile.schedule_since or profile.created_at,
            last_good_run_utc=good.get(profile.pk),
            failed_run=failures.get(profile.pk),
            held_run=held.get(profile.pk),
        )
        for profile in profiles
    }


def _mark(run: Run, reason: str = "") -> RunMark:
    return RunMark(str(run.pk), run.finished_at or run.accepted_at, reason)


def profile_document(profile: SyncProfile, *, reveals: bool = False) -> dict[str, Any]:
    """Return the settings of `profile`. Only what `reveals` shows the whole ping address, which is a secret."""
    return {
        "name": profile.name,
        "source": profile.source_kind,
        "options": dict(profile.options),
        "secrets": secret_names(profile),
        "components": [PersonKind(kind).component for kind in profile.components],
        "scheduled_sync_enabled": profile.scheduled_sync_enabled,
        "when_missing": profile.when_missing,
        "limits": {
            "replace_share_percent": profile.replace_share_percent,
            "replace_number": profile.replace_number,
            "withdraw_share_percent": profile.withdraw_share_percent,
            "withdraw_number": profile.withdraw_number,
        },
        "ping_url": ping_address(profile) if reveals else masked_ping_address(profile),
        "hold_until_archived": profile.hold_until_archived,
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
