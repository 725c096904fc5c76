"""What a profile will do, in words and as a drawing: as it is stored, or as it would be after Save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils.translation import ngettext

from photosync.apps.profiles.models import SyncProfile
from photosync.core.forecast import Forecast
from photosync.core.instants import local_date
from photosync.core.status import ProfileSchedule, Status
from photosync.core.wording import coming_words, days_words
from photosync.web import timeline
from photosync.web.badge import Badge
from photosync.web.run_facts import worst_state_by_day
from photosync.web.short_dates import short_date, short_moment
from photosync.web.timeline import Timeline

UPCOMING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastShown:
    """`next_run`, `if_enabled`, `stops_on` and `stops_in` are empty where there is none."""

    status: Badge
    also_disabled: bool
    sentence: str
    next_run: str
    later_runs: tuple[str, ...]
    if_enabled: str
    stops_on: str
    stops_in: str
    timeline: Timeline


def forecast_shown(schedule: ProfileSchedule, found: Forecast, drawn: Timeline, now: datetime) -> ForecastShown:
    """Return `found`, the forecast of `schedule` as of `now` (UTC), in words."""
    local_now = now.astimezone(schedule.zone)
    return ForecastShown(
        status=Badge(found.status.value.lower(), found.status.value),
        also_disabled=found.flags.ended and found.flags.disabled,
        sentence=found.explanation,
        next_run=coming_words(found.next_run.astimezone(schedule.zone), local_now) if found.next_run else "",
        later_runs=tuple(short_moment(each.astimezone(schedule.zone), local_now) for each in found.upcoming[1:]),
        if_enabled=_if_enabled(found, schedule, local_now),
        stops_on=short_date(found.stops_on) if found.stops_on else "",
        stops_in=_away(found.stops_on, local_now.date()) if found.stops_on else "",
        timeline=drawn,
    )


def timeline_of(profile: SyncProfile | None, schedule: ProfileSchedule, found: Forecast, now: datetime) -> Timeline:
    """Return the drawing; that of a profile which is stored shows its past runs too."""
    first = timeline.window_of(schedule, local_date(now, schedule.zone)).first
    since = datetime.combine(first, time(), schedule.zone).astimezone(UTC)
    runs = worst_state_by_day(profile, since, schedule.zone) if profile is not None else {}
    runs_ahead = found.status in (Status.ACTIVE, Status.WAITING)
    return timeline.draw(schedule, found.pauses, runs, now, runs_ahead=runs_ahead)


def _away(day: date, today: date) -> str:
    """Return "25 days", or as words what is near or past."""
    days = (day - today).days
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days > 1 else days_words(day, today)


def _if_enabled(found: Forecast, schedule: ProfileSchedule, local_now: datetime) -> str:
    if found.if_enabled_next_run is None:
        return ""
    return coming_words(found.if_enabled_next_run.astimezone(schedule.zone), local_now)
