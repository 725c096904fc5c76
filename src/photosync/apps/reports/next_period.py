"""Next year's timetable period of a sync profile: made from this year's and assigned, in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.profiles.services import assign
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import period_document, periods_of
from photosync.apps.timetable.services import copy_period, preview_copy
from photosync.core import periods as rules
from photosync.core.end_of_year import YearTurn, turn_of
from photosync.core.errors import PhotoSyncError, Refused, WrongUse
from photosync.core.forecast import forecast
from photosync.core.frequency import parse_frequency
from photosync.core.instants import local_date
from photosync.core.people import quoted
from photosync.core.status import Mode
from photosync.core.wording import date_words
from photosync.core.year_end_checks import SETTLED, is_next_years


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be made: `period` a year on from that of `source`. `existing` are there already, not assigned."""

    source: ProfilePeriod
    period: rules.TimetablePeriod
    existing: tuple[TimetablePeriod, ...]

    @property
    def phrase(self) -> str:
        """How often it would run in it, in words."""
        return parse_frequency(self.source.frequency).phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How next year's period is wanted: code and dates of a new one, or the code of an existing one to `assign`."""

    code: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    assign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was done: `explanation` is what the profile does now. `document` says it as command line and API do."""

    period: TimetablePeriod
    is_new: bool
    explanation: str
    document: dict[str, Any]


def propose(profile: SyncProfile, now: datetime) -> Proposal:
    """Return what `give_next_period` makes when nothing else is asked. Raises Refused without a period to copy."""
    source = _source(profile, now)
    return Proposal(source=source, period=preview_copy(source.period), existing=_existing(profile, now))


def give_next_period(profile: SyncProfile, asked: Asked, *, now: datetime) -> Given:
    """Copy a period of `profile` a year on and assign the copy, with the same frequency and mode: both or neither.

    Copied is the one whose copy comes first in the next academic year; with none like it, the last. Where one is
    to be assigned that exists, nothing is copied. Raises WrongUse, Refused.
    """
    with transaction.atomic():
        source = _source(profile, now)
        if asked.assign is None:
            period = copy_period(source.period, code=asked.code, first_day=asked.first_day, last_day=asked.last_day)
            _check_not_over(profile, period, now)
        else:
            period = _existing_coded(profile, asked, now)
        assign(profile, period, frequency=source.frequency, mode=source.mode, now=now)
        explanation = forecast(schedule_of(profile), now).explanation
        is_new = asked.assign is None
        document = {
            "profile": profile.name,
            "period": period_document(period),
            "made": is_new,
            "frequency": source.frequency,
            "mode": source.mode,
            "explanation": explanation,
            "warning": starts_late(profile, period.start, now),
        }
    return Given(period=period, is_new=is_new, explanation=explanation, document=document)


def preview_next_period(profile: SyncProfile, asked: Asked, *, now: datetime) -> Given:
    """Return what `give_next_period` would do, with the same refusals; nothing is saved."""
    with transaction.atomic():
        stored = SyncProfile.objects.select_related("school").get(pk=profile.pk)
        found = give_next_period(stored, asked, now=now)
        transaction.set_rollback(True)
    return found


def _check_not_over(profile: SyncProfile, made: TimetablePeriod, now: datetime) -> None:
    if made.end < local_date(now, profile.school.zone):
        raise Refused(
            _(
                "Timetable period %(code)s would end on %(end)s, which is over: %(name)s would not run in it. "
                "Nothing was saved. Choose an end date in the future."
            )
            % {"code": made.code, "end": date_words(made.end), "name": profile.name}
        )


def _existing_coded(profile: SyncProfile, asked: Asked, now: datetime) -> TimetablePeriod:
    """Return the period that is to be assigned. Raises WrongUse, Refused."""
    if (asked.code, asked.first_day, asked.last_day) != (None, None, None):
        raise WrongUse(_("A period that exists keeps its code and dates. Nothing was done. Leave them out."))
    wanted = (asked.assign or "").strip().upper()
    period = next((each for each in _existing(profile, now) if each.code == wanted), None)
    if period is None:
        raise Refused(
            _(
                "%(code)s is not a timetable period of next year that %(name)s could be given. Nothing was "
                "changed. Choose one that goes on into next year and that it does not have."
            )
            % {"code": quoted(wanted), "name": profile.name}
        )
    return period


def starts_late(profile: SyncProfile, first_day: date, now: datetime) -> str:
    """Return a sentence where one that starts on `first_day` leaves next year's first weeks out, else nothing."""
    turn = _turn(profile, now)
    weeks = (first_day - turn.begins_on).days // 7
    if first_day - turn.begins_on <= SETTLED:
        return ""
    return _("Nothing would run in the first %(weeks)s weeks of %(year)s. Choose an earlier start date.") % {
        "weeks": weeks,
        "year": turn.next_year,
    }


def _turn(profile: SyncProfile, now: datetime) -> YearTurn:
    school = profile.school
    return turn_of(school.academic_year_rule, local_date(now, school.zone))


def _source(profile: SyncProfile, now: datetime) -> ProfilePeriod:
    """Return the assigned period to copy: one for additions only, as in summer, only where there is no full one."""
    rows = list(profile.assigned.select_related("period__school"))
    full = [row for row in rows if row.mode == Mode.FULL]
    rows = full or rows
    if not rows:
        raise Refused(
            _(
                "%(name)s has no timetable period that could be copied. Nothing was changed. "
                "Add one to it on Manage Sync first."
            )
            % {"name": profile.name}
        )
    turn = _turn(profile, now)
    year_after = profile.school.academic_year_rule.first_day_of(turn.next_year + 1)
    fitting = [
        (copied.start, row.pk, row)
        for row in rows
        if (copied := _moved(row.period)) is not None
        and turn.begins_on <= copied.start < year_after
        and not any(copied.shares_a_day_with(each.period.as_rule()) for each in rows)
    ]
    if fitting:
        return min(fitting)[2]
    return max(rows, key=lambda row: (row.period.end, row.period.start, row.period.code))


def _moved(period: TimetablePeriod) -> rules.TimetablePeriod | None:
    try:
        return rules.copied_a_year_on(period.as_rule(), [])
    except PhotoSyncError:
        return None


def _existing(profile: SyncProfile, now: datetime) -> tuple[TimetablePeriod, ...]:
    """Return the school's periods that reach well into next year and that the profile does not have."""
    turn = _turn(profile, now)
    rows = periods_of(profile.school).select_related("school").filter(end__gte=turn.begins_on)
    rows = rows.exclude(used_by__profile=profile).order_by("start", "end", "code")
    return tuple(row for row in rows if is_next_years(row.as_rule(), turn))
