"""Changing a school, and what that does to its profiles, its runs and its academic year; before it is saved too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.profiles.queries import schedules_of
from photosync.apps.profiles.services import reschedule
from photosync.apps.runs.models import Run
from photosync.apps.runs.record import supersede
from photosync.apps.schools.consent_effect import consent_sentences
from photosync.apps.schools.models import School
from photosync.apps.schools.originals_effect import originals_sentence
from photosync.apps.schools.queries import zone_named
from photosync.apps.schools.services import checked_legal_basis, checked_name, told
from photosync.apps.schools.year_effect import year_sentence
from photosync.apps.timetable.queries import Effect, effect_document
from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.errors import Refused
from photosync.core.forecast import Forecast, forecast
from photosync.core.instants import local_date
from photosync.core.periods import AcademicYearRule
from photosync.core.retention import Retention, years_words
from photosync.core.run_states import ALIVE, RunState
from photosync.core.status import ProfileSchedule

_FIELDS = (
    "name",
    "time_zone",
    "academic_year_begins_month",
    "academic_year_begins_day",
    "unknown_means_yes",
    "keeps_originals",
    "photos_of_leavers_years",
    "audit_years",
    "photo_views_years",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEffect(Effect):
    """What a change of the school does to a profile; next runs are in the school's zone before and after it."""

    next_run_before: datetime | None
    next_run_after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolEffects:
    """`academic_year` is a sentence, `consent` one for each purpose for which unknown comes to mean something else.

    `originals` is one where original files come to be kept, or no longer; else empty.
    `planned_afresh`: held runs whose plans were made for another academic year.
    """

    academic_year: str
    consent: tuple[str, ...]
    originals: str
    planned_afresh: tuple[int, ...]
    profiles: tuple[ProfileEffect, ...]


def change_school(
    school: School,
    *,
    now: datetime,
    name: str | None = None,
    time_zone: str | None = None,
    year_begins: AcademicYearRule | None = None,
    unknown: Mapping[Purpose, UnknownMeans] | None = None,
    keeps_originals: bool | None = None,
    retention: Mapping[str, int | None] | None = None,
) -> SchoolEffects:
    """Save what is given and return what it does; `unknown` and `retention` may name a part of what there is.

    In a new zone every profile is scheduled anew. Held runs that were planned for an academic year in which their
    day no longer lies are superseded. Raises WrongUse, and Refused while such a run is going on.
    """
    with transaction.atomic():
        stored = School.objects.select_for_update().get(pk=school.pk)
        former = School.objects.get(pk=school.pk)
        if name is not None:
            stored.name = checked_name(name)
        if time_zone is not None:
            stored.time_zone = zone_named(time_zone).key
        if year_begins is not None:
            stored.academic_year_begins_month = year_begins.begins_month
            stored.academic_year_begins_day = year_begins.begins_day
        if keeps_originals is not None:
            stored.keeps_originals = keeps_originals
        stored.unknown_means_yes = _bases({**former.unknown_means, **(unknown or {})})
        for field, years in asdict(Retention(**{**asdict(former.retention), **(retention or {})})).items():
            setattr(stored, field, years)
        effects = _effects(former, stored, now)
        stored.save(update_fields=_FIELDS)
        _follow(former, stored, effects, now)
    for field in _FIELDS:
        setattr(school, field, getattr(stored, field))
    return effects


def preview_school(school: School, *, now: datetime, **changes: Any) -> SchoolEffects:
    """Return what `change_school` would do, with the same refusals; nothing is saved."""
    with transaction.atomic():
        effects = change_school(School.objects.get(pk=school.pk), now=now, **changes)
        transaction.set_rollback(True)
    return effects


def effects_document(effects: SchoolEffects) -> dict[str, Any]:
    """Return the effects as the command line and the API show them."""

    def moment(value: datetime | None) -> str | None:
        return None if value is None else value.isoformat(timespec="seconds")

    return {
        "academic_year": effects.academic_year,
        "consent": list(effects.consent),
        "originals": effects.originals,
        "planned_afresh": list(effects.planned_afresh),
        "effects": [
            {
                **effect_document(each),
                "next_run_before": moment(each.next_run_before),
                "next_run_after": moment(each.next_run_after),
            }
            for each in effects.profiles
        ],
    }


def _bases(unknown: Mapping[Purpose, UnknownMeans]) -> dict[str, str]:
    return {
        purpose.value: checked_legal_basis(unknown[purpose].legal_basis)
        for purpose in Purpose
        if unknown[purpose].yes
    }


def _effects(former: School, later: School, now: datetime) -> SchoolEffects:
    profiles = list(former.profiles.order_by("name", "pk"))
    for profile in profiles:
        profile.school = former
    schedules = schedules_of(profiles)
    return SchoolEffects(
        academic_year=year_sentence(former, later, now),
        consent=consent_sentences(former, later),
        originals=originals_sentence(former, later),
        planned_afresh=tuple(run.pk for run in _runs_of_another_year(former, later)),
        profiles=tuple(_profile_effect(schedules[profile.pk], later, now) for profile in profiles),
    )


def _profile_effect(schedule: ProfileSchedule, later: School, now: datetime) -> ProfileEffect:
    before, after = forecast(schedule, now), forecast(replace(schedule, zone=later.zone), now)

    def next_run(found: Forecast, school_zone: Any) -> datetime | None:
        return None if found.next_run is None else found.next_run.astimezone(school_zone)

    return ProfileEffect(
        profile=schedule.name,
        status_before=before.status,
        status_after=after.status,
        stops_on_before=before.stops_on,
        stops_on_after=after.stops_on,
        explanation_after=after.explanation,
        next_run_before=next_run(before, schedule.zone),
        next_run_after=next_run(after, later.zone),
    )


def _runs_of_another_year(former: School, later: School) -> list[Run]:
    """Return the held runs whose day lies in another academic year after the change.

    Raises Refused where a run that is going on is one of them: it began with one year and would end with the other.
    """
    if (former.zone, former.academic_year_rule) == (later.zone, later.academic_year_rule):
        return []
    runs = Run.objects.filter(profile__school=former, state__in=(*ALIVE, RunState.HELD)).order_by("pk")
    moved = [run for run in runs if _year_of(run, former) != _year_of(run, later)]
    going_on = next((run for run in moved if run.state != RunState.HELD), None)
    if going_on is not None:
        raise Refused(
            f"Run {going_on.pk} is {going_on.state}, and by this change its day would come into another academic "
            "year. Nothing was saved. Save again when the run has ended, or cancel it.",
            command_line=f"photosync run cancel {going_on.pk}",
        )
    return moved


def _year_of(run: Run, school: School) -> int:
    return school.academic_year_rule.academic_year_of(local_date(run.due_at or run.accepted_at, school.zone))


def _follow(former: School, stored: School, effects: SchoolEffects, now: datetime) -> None:
    """Record the change, and let profiles and held runs follow it."""
    note = f"Held runs to be planned afresh: {', '.join(map(str, effects.planned_afresh))}."
    if changes := differences(told(former), told(stored)):
        record(
            Act.SCHOOL_CHANGED, stored, school=stored, changes=changes, note=note if effects.planned_afresh else ""
        )
    if changes := differences(_retention_told(former), _retention_told(stored)):
        record(Act.RETENTION_CHANGED, stored, school=stored, changes=changes)
    for run in Run.objects.select_for_update().filter(pk__in=effects.planned_afresh):
        supersede(run, "The day on which the academic year begins was changed since: the next run plans afresh.")
    if stored.time_zone != former.time_zone:
        for profile in stored.profiles.select_related("school"):
            reschedule(profile, now)


def _retention_told(school: School) -> dict[str, str]:
    return {name: years_words(years) for name, years in asdict(school.retention).items()}
