"""Deciding what is to be told: a notice and its messages, in one transaction, once for each thing.

Any number of workers may decide at the same instant: the notice's constraint lets one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.urls import reverse

from photosync.apps.notifications.models import Message, Notice, NotificationAddress, Watch
from photosync.apps.profiles.documents import observed_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of, schedules_of
from photosync.apps.runs.models import Run
from photosync.core.forecast import forecast
from photosync.core.health import HealthState, Observed, health_of
from photosync.core.instants import local_date
from photosync.core.notice_words import About, Letter, letter_of_end, letter_of_run, letter_of_stale, letter_of_stop
from photosync.core.notices import (
    GOOD,
    JUDGED_TRIGGERS,
    LEAD_TO_A_NOTICE,
    TOLD_OF_RUNS,
    EndedRun,
    NoticeKind,
    Thing,
    alike,
    end_to_tell,
    is_time_to_tell,
    is_told,
    run_to_tell,
    stop_to_tell,
)
from photosync.core.run_states import RunState
from photosync.core.status import ProfileSchedule

log = structlog.get_logger(__name__)

PROFILES_AT_ONCE = 500
RUNS_AT_ONCE = 1_000
REMEMBERED = 500


def decide_on_days(now: datetime) -> int:
    """Decide on what comes with the days: stops to come, ends, and syncs without a good run. Returns how many."""
    return sum(_on_days_of(profiles, now) for profiles in _parts(_watched_profiles()))


def decide_on_runs(now: datetime) -> int:
    """Decide on the runs that have ended, or were held, since it was last looked. Returns how many notices."""
    ended = Run.objects.filter(profile=OuterRef("pk"), finished_at__isnull=False).order_by("-finished_at", "-pk")
    profiles = _watched_profiles().annotate(
        last_end=Subquery(ended.values("finished_at")[:1]),
        seen_until=Subquery(Watch.objects.filter(profile=OuterRef("pk")).values("runs_seen_until")[:1]),
    )
    decided = 0
    for profile in profiles.filter(last_end__isnull=False).iterator(chunk_size=PROFILES_AT_ONCE):
        if profile.seen_until is None or profile.last_end > profile.seen_until:
            decided += _safely(profile, lambda each: _on_runs_of(each, now))
    return decided


def watch_of(profile: SyncProfile, now: datetime) -> Watch:
    """Return the profile's watch, which begins now where there was none."""
    return Watch.objects.get_or_create(profile=profile, defaults={"runs_seen_until": now})[0]


def _watched_profiles() -> QuerySet[SyncProfile]:
    """Return the profiles of the schools that have someone to tell."""
    schools = NotificationAddress.objects.order_by().values("school")
    return SyncProfile.objects.select_related("school").filter(school__in=schools).order_by("pk")


def _parts(rows: QuerySet[SyncProfile]) -> Iterator[list[SyncProfile]]:
    last = 0
    while part := list(rows.filter(pk__gt=last)[:PROFILES_AT_ONCE]):
        yield part
        last = part[-1].pk


def _safely(profile: SyncProfile, decide: Callable[[SyncProfile], int]) -> int:
    try:
        return decide(profile)
    except Exception:
        # One bad profile must not keep the others from being told of.
        log.exception("what is to be told of a profile could not be decided", profile=profile.pk)
        return 0


def _on_days_of(profiles: Sequence[SyncProfile], now: datetime) -> int:
    schedules, observed = schedules_of(profiles), observed_of(profiles)
    told: dict[int, set[str]] = defaultdict(set)
    stops = Notice.objects.filter(profile__in=profiles, kind=NoticeKind.STOPS_SOON)
    for profile_id, key in stops.values_list("profile_id", "key"):
        told[profile_id].add(key)
    return sum(
        _safely(each, lambda each: _day_of(each, schedules[each.pk], observed[each.pk], told[each.pk], now))
        for each in profiles
    )


def _day_of(
    profile: SyncProfile, schedule: ProfileSchedule, observed: Observed, told: Collection[str], now: datetime
) -> int:
    about = _about(profile, reverse("profile", args=[profile.pk]))
    today = local_date(now, schedule.zone)
    stop, end = stop_to_tell(schedule, told, now), end_to_tell(schedule, now)
    decided = 0
    if schedule.stops_on is not None and (stop or end):
        explanation = forecast(schedule, now, upcoming=1).explanation
        if stop is not None:
            decided += _decide(profile, stop, letter_of_stop(about, schedule.stops_on, today, explanation), now)
        if end is not None:
            decided += _decide(profile, end, letter_of_end(about, schedule.stops_on, explanation), now)
    if is_time_to_tell(now, schedule):
        health = health_of(schedule, observed, now)
        if health.state is HealthState.STALE:
            since = max(observed.watched_since_utc, observed.last_good_run_utc or observed.watched_since_utc)
            thing = Thing(NoticeKind.STALE, since.isoformat(timespec="seconds"))
            decided += _decide(profile, thing, letter_of_stale(about, health.explanation), now)
    return decided


def _on_runs_of(profile: SyncProfile, now: datetime) -> int:
    first_added = (
        profile.school.notification_addresses.order_by("added_at").values_list("added_at", flat=True).first()
    )
    watch = watch_of(profile, min(first_added or now, now))
    schedule = schedule_of(profile)
    new = Run.objects.filter(profile=profile, finished_at__gt=watch.runs_seen_until).order_by("finished_at", "pk")
    decided, seen_until = 0, watch.runs_seen_until
    for run in new[:RUNS_AT_ONCE]:
        decided += _run(profile, run, schedule, now)
        seen_until = run.finished_at or seen_until
    Watch.objects.filter(pk=watch.pk, runs_seen_until__lt=seen_until).update(runs_seen_until=seen_until)
    return decided


def _run(profile: SyncProfile, run: Run, schedule: ProfileSchedule, now: datetime) -> int:
    if run.state not in TOLD_OF_RUNS or run.trigger not in JUDGED_TRIGGERS:
        return 0
    before, first = _row_of(run)
    thing = run_to_tell(_mark(run), before, first, schedule)
    if thing is None or is_told(thing, _told_of(profile, thing.kind)):
        return 0
    kind = thing.kind
    about = _about(profile, reverse("run", args=[run.pk]))
    explanation = forecast(schedule, now, upcoming=1).explanation if run.state in GOOD else run.explanation
    letter = letter_of_run(kind, about, run.pk, explanation, run.counts)
    return _decide(profile, thing, letter, now, happened_at=run.finished_at)


def _told_of(profile: SyncProfile, kind: NoticeKind) -> list[str]:
    """Return the keys of the latest things of this kind that were told of the profile."""
    notices = Notice.objects.filter(profile=profile, kind=kind).order_by("-pk")
    return list(notices.values_list("key", flat=True)[:REMEMBERED])


def _row_of(run: Run) -> tuple[EndedRun | None, EndedRun]:
    """Return the run before it that says how the sync does, and the first of those in a row that ended like it."""
    told = Run.objects.filter(
        profile=run.profile_id,
        finished_at__lt=run.finished_at,
        trigger__in=JUDGED_TRIGGERS,
        state__in=LEAD_TO_A_NOTICE,
    )
    latest_first = told.order_by("-finished_at", "-pk")
    before = latest_first.first()
    same = alike(RunState(run.state))
    if before is None or before.state not in same:
        return None if before is None else _mark(before), _mark(run)
    other = latest_first.exclude(state__in=same).first()
    row = told if other is None else told.filter(finished_at__gt=other.finished_at)
    first = row.filter(state__in=same).order_by("finished_at", "pk").first()
    return _mark(before), _mark(first or run)


def _mark(run: Run) -> EndedRun:
    return EndedRun(run.pk, RunState(run.state), run.finished_at or run.accepted_at, run.plan_fingerprint)


def _about(profile: SyncProfile, path: str) -> About:
    link = f"{settings.PHOTOSYNC_PUBLIC_URL}{path}" if settings.PHOTOSYNC_PUBLIC_URL else ""
    return About(profile.school.name, profile.school.code, profile.name, link)


def _decide(
    profile: SyncProfile, thing: Thing, letter: Letter, now: datetime, *, happened_at: datetime | None = None
) -> int:
    """Write down that `thing` is told, with a message to each address that wants it; 0 where it was already, or none.

    Of what `happened_at` an instant, only those are told whose address was there by then.
    """
    return write_notice(profile.school_id, {"profile": profile}, thing, letter, now, happened_at=happened_at)


def write_notice(
    school_id: int,
    about: Mapping[str, Model],
    thing: Thing,
    letter: Letter,
    now: datetime,
    *,
    happened_at: datetime | None = None,
) -> int:
    """As `_decide`, about whatever `about` names: a profile or a roster."""
    with transaction.atomic():
        addresses = NotificationAddress.objects.filter(school_id=school_id)
        if happened_at is not None:
            addresses = addresses.filter(added_at__lte=happened_at)
        wanting = [each for each in addresses if each.wants(thing.kind)]
        if not wanting:
            return 0
        notice, is_new = Notice.objects.get_or_create(
            **about, kind=thing.kind, key=thing.key, defaults={"decided_at": now}
        )
        if is_new:
            Message.objects.bulk_create(_messages(notice, wanting, letter, now))
    return int(is_new)


def _messages(
    notice: Notice, addresses: Iterable[NotificationAddress], letter: Letter, now: datetime
) -> Iterator[Message]:
    for address in addresses:
        yield Message(
            school_id=address.school_id,
            notice=notice,
            address=address,
            to=str(address),
            kind=notice.kind,
            subject=letter.subject,
            body=letter.body,
            created_at=now,
            next_attempt_at=now,
        )
