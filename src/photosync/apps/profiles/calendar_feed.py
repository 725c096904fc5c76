"""The calendar feed (iCalendar, RFC 5545) of a school's profiles: starts, pauses, stops, and runs to come.

Why it holds what it holds: docs/decisions/0014-calendar-feed.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from photosync import __version__
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedules_of
from photosync.apps.schools.models import School
from photosync.core.calendar_entries import DaysEntry, RunEntry, days_entries, run_entries
from photosync.core.instants import LAST_DAY, local_date
from photosync.core.status import ProfileSchedule
from photosync.core.wording import one_line

MEDIA_TYPE = "text/calendar; charset=utf-8"
ASKED_AGAIN_AFTER = timedelta(hours=1)
FEEDS_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """`etag` differs whenever `content` does."""

    content: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of one profile. `revised_at` and `sequence` grow with each change of it; `url` shows it."""

    profile_id: int
    schedule: ProfileSchedule
    revised_at: datetime
    sequence: int
    url: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a feed depends on: the same of it gives the same feed, byte by byte."""

    title: str
    zone_name: str
    today: date
    place: str
    told: tuple[_Told, ...]


def calendar_feed(
    school: School, profiles: Sequence[SyncProfile], now: datetime, *, manage_sync_url: str = ""
) -> CalendarFeed:
    """Return the feed of `profiles`, all of `school`, as of the school's day of `now`; in one query.

    `manage_sync_url` is the whole address of Manage Sync, for the links of the events.
    """
    schedules = schedules_of(profiles)
    asked = _Asked(
        title=_title(school, profiles),
        zone_name=school.time_zone,
        today=local_date(now, school.zone),
        # Ids of events must differ from those of every other installation, and stay.
        place=salted_hmac("photosync.calendar", str(school.pk)).hexdigest()[:16],
        told=tuple(_told(each, schedules[each.pk], manage_sync_url) for each in profiles),
    )
    return _rendered(asked)


def profiles_told(school: School) -> list[SyncProfile]:
    return list(SyncProfile.objects.filter(school=school).select_related("school").order_by("name", "pk"))


def _title(school: School, profiles: Sequence[SyncProfile]) -> str:
    names = {each.name for each in profiles}
    what = names.pop() if len(names) == 1 else _("Photo syncs")
    return one_line(_("%(what)s, %(school)s") % {"what": what, "school": school.name})


def _told(profile: SyncProfile, schedule: ProfileSchedule, manage_sync_url: str) -> _Told:
    revised_at = max(filter(None, (profile.revised_at, profile.schedule_since, profile.created_at)))
    return _Told(
        profile.pk,
        schedule,
        revised_at,
        # Counted in seconds, as nothing else of a profile that is stored only ever grows.
        int((revised_at - profile.created_at).total_seconds()),
        f"{manage_sync_url}{profile.pk}/" if manage_sync_url else "",
    )


@lru_cache(maxsize=FEEDS_REMEMBERED)
def _rendered(asked: _Asked) -> CalendarFeed:
    calendar = Calendar()
    calendar.add("prodid", f"-//Photo Sync//Photo Sync {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, asked.title)
    calendar.add("x-wr-timezone", asked.zone_name)
    calendar.add("refresh-interval", ASKED_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for told in asked.told:
        for days in days_entries(told.schedule, asked.today):
            calendar.add_component(_days_event(days, told, asked.place))
        for run in run_entries(told.schedule, asked.today):
            calendar.add_component(_run_event(run, told, asked.place))
    if not calendar.subcomponents:
        # A calendar must hold something; this is shown by no program.
        zone = Timezone.from_tzid(asked.zone_name, first_date=asked.today, last_date=asked.today + timedelta(days=1))
        calendar.add_component(zone)
    content = calendar.to_ical()
    return CalendarFeed(content, f'"{sha256(content).hexdigest()[:40]}"')


def _days_event(entry: DaysEntry, told: _Told, place: str) -> Event:
    event = _event(entry, told, place)
    event.add("dtstart", entry.first_day)
    event.add("dtend", min(entry.last_day, LAST_DAY) + timedelta(days=1))  # the first day after it, by the standard
    return event


def _run_event(entry: RunEntry, told: _Told, place: str) -> Event:
    event = _event(entry, told, place)
    # In UTC: right around every change of clocks, whatever rules the reader's program has for the zone.
    event.add("dtstart", entry.at_utc)
    return event


def _event(entry: DaysEntry | RunEntry, told: _Told, place: str) -> Event:
    event = Event()
    revised_at = told.revised_at.astimezone(UTC).replace(microsecond=0)
    event.add("uid", f"{told.profile_id}-{entry.key}@{place}.photosync")
    event.add("dtstamp", revised_at)
    event.add("last-modified", revised_at)
    event.add("sequence", told.sequence)
    event.add("summary", one_line(entry.title))
    event.add("description", one_line(entry.words))
    event.add("transp", "TRANSPARENT")  # no one is busy because a sync runs
    event.add("class", "PUBLIC")
    if told.url:
        event.add("url", told.url)
    return event
