"""The runs of a school, newest first: filters, and pages that count nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.core.run_states import RunState, Trigger
from photosync.web.run_words import RunShown, shown_run

RUNS_PER_PAGE = 30
LARGEST_NUMBER = 10**15
OUT_OF_ORDER = 10_000
"""Runs are numbered as they are accepted, so that days bound the numbers, which leads past a million other runs. As
many may be out of order, after a clock that was wrong."""
EARLIEST, LATEST = date(1900, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What is asked for. Whatever cannot be read asks for nothing."""

    profile_id: int | None = None
    state: RunState | None = None
    trigger: Trigger | None = None
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> RunFilter:
        state, trigger = query.get("state", ""), query.get("trigger", "")
        return cls(
            profile_id=number_in(query.get("profile", "")),
            state=RunState(state) if state in set(RunState) else None,
            trigger=Trigger(trigger) if trigger in set(Trigger) else None,
            first_day=day_in(query.get("from", "")),
            last_day=day_in(query.get("to", "")),
        )

    @property
    def asks(self) -> bool:
        return self != RunFilter()

    def as_query(self, **further: int) -> str:
        """Return the query string of this filter, with `further` members."""
        told = {
            "profile": self.profile_id,
            "state": self.state,
            "trigger": self.trigger,
            "from": self.first_day,
            "to": self.last_day,
            **further,
        }
        return urlencode({name: str(value) for name, value in told.items() if value is not None})


@dataclass(frozen=True, slots=True)
class RunsPage:
    """`older` and `newer` are the query strings of the neighbouring pages; empty where there are none."""

    runs: tuple[RunShown, ...]
    older: str
    newer: str

    @property
    def any_alive(self) -> bool:
        return any(run.is_alive for run in self.runs)


def number_in(text: str) -> int | None:
    """Return the number that `text` is; None where it is none, or none that a row could have."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        return None
    return int(text) if 0 < int(text) < LARGEST_NUMBER else None


def day_in(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day is not None and EARLIEST <= day <= LATEST else None


def runs_page(school: School, wanted: RunFilter, query: QueryDict, now: datetime) -> RunsPage:
    """Return the page before or after the run that `query` names, else the newest. `now` is UTC."""
    before, after = number_in(query.get("before", "")), number_in(query.get("after", ""))
    rows = _filtered(school, wanted)
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: RUNS_PER_PAGE + 1])
        has_newer, has_older = len(found) > RUNS_PER_PAGE, True
        found = found[:RUNS_PER_PAGE][::-1]
    else:
        rows = rows.filter(pk__lt=before) if before is not None else rows
        found = list(rows.order_by("-pk")[: RUNS_PER_PAGE + 1])
        has_newer, has_older = before is not None, len(found) > RUNS_PER_PAGE
        found = found[:RUNS_PER_PAGE]
    return RunsPage(
        tuple(shown_run(run, school.zone, now) for run in found),
        older=wanted.as_query(before=found[-1].pk) if found and has_older else "",
        newer=wanted.as_query(after=found[0].pk) if found and has_newer else "",
    )


def _filtered(school: School, wanted: RunFilter) -> QuerySet[Run]:
    profiles = SyncProfile.objects.filter(school=school)
    if wanted.profile_id is not None:
        profiles = profiles.filter(pk=wanted.profile_id)
    # Named one by one, the profiles let the database walk along the runs instead of joining all of them.
    rows = Run.objects.select_related("profile").filter(profile_id__in=list(profiles.values_list("pk", flat=True)))
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)
    if wanted.trigger is not None:
        rows = rows.filter(trigger=wanted.trigger)
    if wanted.first_day is not None:
        rows = _accepted_from(rows, _midnight(wanted.first_day, school))
    if wanted.last_day is not None:
        rows = _accepted_before(rows, _midnight(wanted.last_day + timedelta(days=1), school))
    return rows


def _accepted_from(rows: QuerySet[Run], instant: datetime) -> QuerySet[Run]:
    rows = rows.filter(accepted_at__gte=instant)
    first = Run.objects.filter(accepted_at__gte=instant).order_by("accepted_at", "pk").values_list("pk", flat=True)
    return rows if (pk := first.first()) is None else rows.filter(pk__gte=pk - OUT_OF_ORDER)


def _accepted_before(rows: QuerySet[Run], instant: datetime) -> QuerySet[Run]:
    rows = rows.filter(accepted_at__lt=instant)
    last = Run.objects.filter(accepted_at__lt=instant).order_by("-accepted_at", "-pk").values_list("pk", flat=True)
    return rows if (pk := last.first()) is None else rows.filter(pk__lte=pk + OUT_OF_ORDER)


def _midnight(day: date, school: School) -> datetime:
    return datetime.combine(day, time(), tzinfo=school.zone).astimezone(UTC)
