"""Reading timetable periods, and what a change of one would do to the profiles that use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core import periods as rules
from photosync.core.errors import NotFound
from photosync.core.forecast import forecast
from photosync.core.people import quoted
from photosync.core.status import Status

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of a period does to one profile that uses it; dates are school-local."""

    profile: str
    status_before: Status
    status_after: Status
    stops_on_before: date | None
    stops_on_after: date | None
    explanation_after: str


def periods_of(school: School) -> QuerySet[TimetablePeriod]:
    return TimetablePeriod.objects.filter(school=school)


def period_coded(school: School, code: str) -> TimetablePeriod:
    """Return the period of `school` with this code. Raises NotFound, listing the periods there are."""
    period = periods_of(school).select_related("school").filter(code=code.strip().upper()).first()
    if period is not None:
        return period
    codes = list(periods_of(school).order_by("-start").values_list("code", flat=True)[:_SHOWN])
    there_is = f"There are: {', '.join(codes)}." if codes else "There is none yet: make one."
    raise NotFound(
        f"School {school.code} has no timetable period {quoted(code)}. Nothing was done. {there_is}",
        command_line="" if codes else "photosync period add",
    )


def profiles_using(period: TimetablePeriod) -> QuerySet[SyncProfile]:
    return SyncProfile.objects.select_related("school").filter(assigned__period=period)


def effects_of_change(period: TimetablePeriod, changed: rules.TimetablePeriod, now: datetime) -> tuple[Effect, ...]:
    """Return what it does to each profile that uses `period` if it becomes `changed`; nothing is saved."""
    return tuple(_effect(profile, period.code, changed, now) for profile in profiles_using(period))


def _effect(profile: SyncProfile, code: str, changed: rules.TimetablePeriod, now: datetime) -> Effect:
    before = schedule_of(profile)
    after = replace(
        before,
        assigned=tuple(
            replace(each, period=changed) if each.period.code == code else each for each in before.assigned
        ),
    )
    forecast_before, forecast_after = forecast(before, now), forecast(after, now)
    return Effect(
        profile=profile.name,
        status_before=forecast_before.status,
        status_after=forecast_after.status,
        stops_on_before=forecast_before.stops_on,
        stops_on_after=forecast_after.stops_on,
        explanation_after=forecast_after.explanation,
    )


def period_document(period: TimetablePeriod) -> dict[str, Any]:
    """Return the period as the command line and the API show it."""
    return period_documents([period])[0]


def period_documents(periods: Sequence[TimetablePeriod]) -> list[dict[str, Any]]:
    """Return the document of each period, in one query however many there are."""
    used_by: dict[int, list[str]] = {}
    rows = ProfilePeriod.objects.filter(period__in=periods).order_by("profile__name", "profile_id")
    for period_id, name in rows.values_list("period_id", "profile__name"):
        used_by.setdefault(period_id, []).append(name)
    return [_document(period, used_by.get(period.pk, [])) for period in periods]


def _document(period: TimetablePeriod, used_by: list[str]) -> dict[str, Any]:
    return {
        "code": period.code,
        "description": period.description,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "group": period.group_number,
        "year": period.academic_year,
        "visible": {
            "marks_book": period.visible_in_marks_book,
            "students": period.visible_to_students,
            "parents": period.visible_to_parents,
        },
        "sync_only": period.sync_only,
        "used_by": used_by,
    }


def effect_document(effect: Effect) -> dict[str, Any]:
    """Return the effect as the command line and the API show it."""

    def day(value: date | None) -> str | None:
        return None if value is None else value.isoformat()

    return {
        "profile": effect.profile,
        "status_before": effect.status_before.value,
        "status_after": effect.status_after.value,
        "stops_on_before": day(effect.stops_on_before),
        "stops_on_after": day(effect.stops_on_after),
        "explanation_after": effect.explanation_after,
    }
