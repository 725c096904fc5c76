"""Making, editing, copying and deleting timetable periods. The rules are in `core.periods`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record, values_of
from photosync.apps.profiles.services import reschedule
from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from photosync.apps.timetable.queries import Effect, effects_of_change, periods_of, profiles_using
from photosync.core import periods as rules
from photosync.core.errors import Refused, WrongUse
from photosync.core.seen import check_seen, seen_state
from photosync.core.wording import list_words

LONGEST_DESCRIPTION = 200
FIELDS = tuple(field.name for field in fields(rules.TimetablePeriod))


@dataclass(frozen=True, slots=True)
class EditedPeriod:
    period: TimetablePeriod
    effects: tuple[Effect, ...]


def add_period(
    school: School,
    *,
    code: str,
    description: str,
    start: date,
    end: date,
    group_number: int | None = None,
    academic_year: int | None = None,
    **switches: bool,
) -> TimetablePeriod:
    """Return the new period. `switches` are visible_in_marks_book, visible_to_students, visible_to_parents
    (on by default) and sync_only (off). Without a group number or academic year the defaults apply.

    Raises WrongUse for what is not well formed, Refused by the group rule or where the code is taken.
    """
    with transaction.atomic():
        others = _locked_periods(school)
        code = rules.normal_code(code)
        if group_number is None:
            group_number = rules.default_group_number(code, others)
        if academic_year is None:
            academic_year = school.academic_year_rule.academic_year_of(start)
        wanted = rules.TimetablePeriod(
            code=code,
            description=description,
            start=start,
            end=end,
            group_number=group_number,
            academic_year=academic_year,
            **switches,
        )
        return _added(school, _checked_new(wanted, others))


def edit_period(period: TimetablePeriod, *, now: datetime, seen: str = "", **changes: Any) -> EditedPeriod:
    """Save `changes` (fields of the rule's TimetablePeriod) and return what that does to each profile.

    The code is fixed once a profile uses the period. `seen` is the `period_seen` of when it was looked at.
    Raises WrongUse, Refused, ChangedMeanwhile.
    """
    with transaction.atomic():
        others = _locked_periods(period.school)
        period.refresh_from_db()
        check_seen(period.code, values_of(period, FIELDS), seen)
        changed = replace(period.as_rule(), **changes)
        if changed.code != period.code:
            _refuse_new_code(period, changed.code, others)
        _checked(changed, [other for other in others if other.code != period.code])
        effects = effects_of_change(period, changed, now)
        moved = (changed.start, changed.end) != (period.start, period.end)
        former = values_of(period, FIELDS)
        _stored(period, changed)
        if differing := differences(former, values_of(period, FIELDS)):
            record(Act.PERIOD_CHANGED, former["code"], school=period.school, changes=differing, subject_id=period.pk)
        if moved:
            for profile in profiles_using(period):
                reschedule(profile, now)
    return EditedPeriod(period, effects)


def period_seen(period: TimetablePeriod) -> str:
    """Return what tells whether someone else changes the period from now on."""
    return seen_state(values_of(period, FIELDS))


def preview_edit(period: TimetablePeriod, *, now: datetime, **changes: Any) -> tuple[Effect, ...]:
    """Return what `edit_period` would do to each profile, with the same refusals; nothing is saved."""
    with transaction.atomic():
        edited = edit_period(TimetablePeriod.objects.get(pk=period.pk), now=now, **changes)
        transaction.set_rollback(True)
    return edited.effects


def copy_period(
    period: TimetablePeriod,
    *,
    code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> TimetablePeriod:
    """Return a new period like `period`, from `first_day` to `last_day`: a year on, where they are not given.

    Raises WrongUse.
    """
    with transaction.atomic():
        others = _locked_periods(period.school)
        wanted = rules.copied_a_year_on(period.as_rule(), others, code=code, first_day=first_day, last_day=last_day)
        return _added(period.school, wanted, note=_("Copied from %(code)s.") % {"code": period.code})


def preview_copy(period: TimetablePeriod) -> rules.TimetablePeriod:
    """Return what `copy_period` would make, with the code that it suggests. Raises WrongUse."""
    others = [each.as_rule() for each in periods_of(period.school)]
    return rules.copied_a_year_on(period.as_rule(), others)


def delete_period(period: TimetablePeriod) -> None:
    """Delete a period that no profile uses. Raises Refused, naming the profiles."""
    with transaction.atomic():
        _locked_periods(period.school)
        if users := [profile.name for profile in profiles_using(period)]:
            raise Refused(
                f"Timetable period {period.code} cannot be deleted: {_used_by(users)}. Nothing was deleted. "
                "Take it off first.",
                command_line=f"photosync profile unassign NAME --period {period.code}",
            )
        former = values_of(period, FIELDS)
        record(Act.PERIOD_DELETED, period, school=period.school, changes=differences(former, dict.fromkeys(former)))
        period.delete()


def _locked_periods(school: School) -> list[rules.TimetablePeriod]:
    """Return the periods of `school`, which no one else changes until the transaction ends."""
    School.objects.select_for_update().get(pk=school.pk)
    return [period.as_rule() for period in periods_of(school)]


def _checked_new(wanted: rules.TimetablePeriod, others: list[rules.TimetablePeriod]) -> rules.TimetablePeriod:
    if any(other.code == wanted.code for other in others):
        raise Refused(
            f"There is already a timetable period {wanted.code}. Nothing was saved. Choose another code, "
            "or change that one.",
            command_line=f"photosync period edit {wanted.code}",
        )
    return _checked(wanted, others)


def _checked(wanted: rules.TimetablePeriod, others: list[rules.TimetablePeriod]) -> rules.TimetablePeriod:
    if len(wanted.description) > LONGEST_DESCRIPTION:
        raise WrongUse(
            f"The description of timetable period {wanted.code} is longer than {LONGEST_DESCRIPTION} "
            "characters. Nothing was saved. Shorten it."
        )
    if not wanted.description.isprintable():
        raise WrongUse(
            f"The description of timetable period {wanted.code} has characters that are not text. Nothing was saved."
        )
    rules.check_group(wanted, others)
    return wanted


def _refuse_new_code(period: TimetablePeriod, new_code: str, others: list[rules.TimetablePeriod]) -> None:
    if users := [profile.name for profile in profiles_using(period)]:
        raise Refused(
            f"The code of timetable period {period.code} cannot be changed to {new_code}: {_used_by(users)}. "
            "Nothing was saved. Copy the period under a new code instead.",
            command_line=f"photosync period copy {period.code} --code CODE",
        )
    if any(other.code == new_code for other in others):
        raise Refused(f"There is already a timetable period {new_code}. Nothing was saved. Choose another code.")


def _used_by(profiles: list[str]) -> str:
    if len(profiles) == 1:
        return f"the sync profile {profiles[0]} uses it"
    return f"the sync profiles {list_words(profiles)} use it"


def _added(school: School, wanted: rules.TimetablePeriod, note: str = "") -> TimetablePeriod:
    period = _stored(TimetablePeriod(school=school), wanted)
    changes = differences({}, values_of(period, FIELDS))
    record(Act.PERIOD_ADDED, period, school=school, changes=changes, note=note)
    return period


def _stored(row: TimetablePeriod, rule: rules.TimetablePeriod) -> TimetablePeriod:
    for name in FIELDS:
        setattr(row, name, getattr(rule, name))
    row.save()
    return row
