"""The end of the academic year of one school: the facts, gathered in a few queries, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from photosync.apps.profiles.documents import observed_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedules_of
from photosync.apps.reports.holding import by_cycle, waiting_photos
from photosync.apps.reports.models import ReportingCycle
from photosync.apps.reports.photo_day import photo_days_of
from photosync.apps.reports.queries import cycles_of, progress_of
from photosync.apps.schools.models import School
from photosync.apps.timetable.queries import periods_of
from photosync.core.attention import wants_of
from photosync.core.end_of_year import (
    CycleFacts,
    Event,
    ProfileFacts,
    YearFacts,
    YearTurn,
    events_of,
    last_day_of_timeline,
    turn_at,
)
from photosync.core.forecast import forecast
from photosync.core.health import health_of
from photosync.core.instants import local_date
from photosync.core.year_end_checks import CheckItem, State, checklist

MOST_PROFILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfYear:
    """`last_day` is the last one that the events tell of. `only_first` is set where there are more profiles."""

    facts: YearFacts
    turn: YearTurn
    last_day: date
    events: tuple[Event, ...]
    items: tuple[CheckItem, ...]
    only_first: int = 0

    def count(self, state: State) -> int:
        return sum(each.state is state for each in self.items)


def end_of_year(school: School, now: datetime, *, at: datetime | None = None) -> EndOfYear:
    """Return the end of the year as it looks at `at` (UTC; `now` unless given).

    Whether syncs run and what is held is always said as of `now`: of another time it is not known.
    """
    facts, only_first = _facts(school, now)
    turn = turn_at(facts, at or now)
    return EndOfYear(
        facts=facts,
        turn=turn,
        last_day=last_day_of_timeline(facts, turn),
        events=events_of(facts, turn),
        items=checklist(facts, turn),
        only_first=only_first,
    )


def _facts(school: School, now: datetime) -> tuple[YearFacts, int]:
    profiles = list(SyncProfile.objects.filter(school=school).select_related("school")[: MOST_PROFILES + 1])
    facts = YearFacts(
        zone=school.zone,
        rule=school.academic_year_rule,
        profiles=_profiles(profiles[:MOST_PROFILES], now),
        cycles=_cycles(school),
        periods=tuple(each.as_rule() for each in periods_of(school)),
        photo_days=photo_days_of(school),
    )
    return facts, MOST_PROFILES if len(profiles) > MOST_PROFILES else 0


def _profiles(profiles: list[SyncProfile], now: datetime) -> tuple[ProfileFacts, ...]:
    schedules, observed = schedules_of(profiles), observed_of(profiles)
    found = []
    for profile in profiles:
        schedule, seen = schedules[profile.pk], observed[profile.pk]
        health = health_of(schedule, seen, now)
        wants = wants_of(forecast(schedule, now), health, seen.watched_since_utc, now, schedule.zone)
        found.append(
            ProfileFacts(
                profile_id=profile.pk,
                schedule=schedule,
                holds_for_reports=profile.hold_until_archived,
                wants=wants,
                held_run=seen.held_run.run if seen.held_run is not None else "",
                failed_run=seen.failed_run.run if seen.failed_run is not None else "",
            )
        )
    return tuple(found)


def _cycles(school: School) -> tuple[CycleFacts, ...]:
    """Return every cycle with its counts."""
    rows = list(cycles_of(school))
    progress, waiting = progress_of(rows), by_cycle(waiting_photos(school))
    return tuple(
        CycleFacts(
            cycle_id=row.pk,
            name=row.name,
            academic_year=row.academic_year,
            opened_on=local_date(row.opened_at, school.zone),
            archived_on=_archived_on(row, school),
            is_released=row.released_at is not None,
            members=progress[row.pk].members,
            with_report=progress[row.pk].with_report,
            archived=progress[row.pk].archived,
            waiting=waiting.get(row.pk, 0),
            staff_from=row.staff_from,
            students_from=row.students_from,
            parents_from=row.parents_from,
        )
        for row in rows
    )


def _archived_on(row: ReportingCycle, school: School) -> date | None:
    if row.state == ReportingCycle.State.OPEN:
        return None
    return local_date(row.archived_at or row.opened_at, school.zone)


def end_of_year_document(found: EndOfYear, school: School) -> dict[str, Any]:
    """Return the end of the year as the command line and the API show it."""
    turn, facts = found.turn, found.facts
    profiles = {each.profile_id: each.name for each in facts.profiles}
    cycles = {each.cycle_id: each.name for each in facts.cycles}
    return {
        "school": school.code,
        "today": turn.today.isoformat(),
        "academic_year": turn.year,
        "next_year_begins_on": turn.begins_on.isoformat(),
        "days_left": turn.days_left,
        "headline": turn.headline,
        "until": found.last_day.isoformat(),
        "photo_days": {f"{year}": day.isoformat() for year, day in sorted(facts.photo_days.items())},
        "events": [
            {
                "on": each.on.isoformat(),
                "kind": each.kind.value,
                "sentence": each.sentence,
                "profile": profiles.get(each.profile_id or 0),
                "cycle": cycles.get(each.cycle_id or 0),
            }
            for each in found.events
        ],
        "checklist": [_item_document(each, profiles, cycles) for each in found.items],
        "counts": {state.value: found.count(state) for state in State},
    }


def _item_document(item: CheckItem, profiles: dict[int, str], cycles: dict[int, str]) -> dict[str, Any]:
    return {
        "key": item.key,
        "topic": item.topic.value,
        "state": item.state.value,
        "sentence": item.sentence,
        "concerns": item.concerns.value,
        "remedy": None if item.remedy is None else item.remedy.value,
        "profile": profiles.get(item.profile_id or 0),
        "profile_id": item.profile_id,
        "cycle": cycles.get(item.cycle_id or 0),
        "cycle_id": item.cycle_id,
        "run": int(item.run) if item.run else None,
        "year": item.year,
    }
