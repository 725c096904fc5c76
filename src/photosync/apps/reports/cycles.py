"""Opening, changing, closing and opening again reporting cycles. The rules are in `core.reporting`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record, values_of
from photosync.apps.reports.locking import locked_cycle, refuse_while_working
from photosync.apps.reports.models import ArchivedReport, ReportingCycle
from photosync.apps.reports.queries import progress_of
from photosync.apps.reports.roster import Choice, add_people
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core import reporting as rules
from photosync.core.errors import Refused
from photosync.core.people import quoted
from photosync.core.seen import check_seen, seen_state

AUDIENCES = ("staff_from", "students_from", "parents_from")
SEALED = ("name", "academic_year", "semester")
"""What stands on every archived report, and so stays once there is one."""
FIELDS = (*SEALED, *AUDIENCES)
State = ReportingCycle.State


def open_cycle(
    school: School,
    name: str,
    *,
    by: str,
    now: datetime,
    academic_year: int | None = None,
    semester: str = "",
    people: Choice | None = None,
    **days: date | None,
) -> ReportingCycle:
    """Return the new cycle, open, with `people` in it. `days` are staff_from, students_from and parents_from.

    Without an academic year it is today's. Raises WrongUse, and Refused where the name is taken.
    """
    year = academic_year_now(school, now) if academic_year is None else academic_year
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        cycle = ReportingCycle(school=school, opened_at=now, opened_by=by[:200])
        _set(cycle, {"name": name, "academic_year": year, "semester": semester, **days})
        cycle.save(force_insert=True)
        told = differences({}, {key: value for key, value in values_of(cycle, FIELDS).items() if value})
        record(Act.CYCLE_OPENED, cycle, school=school, changes=told)
        if people:
            add_people(cycle, people)
    cycle.refresh_from_db()
    return cycle


def edit_cycle(cycle: ReportingCycle, *, seen: str = "", **changes: Any) -> ReportingCycle:
    """Change what is given of FIELDS, and return the cycle; a day that is None is taken away.

    `seen` is the `cycle_seen` of when it was looked at. Raises WrongUse, ChangedMeanwhile; Refused where the name is
    taken, or reports are archived under the name, year and semester.
    """
    with transaction.atomic():
        School.objects.select_for_update().get(pk=cycle.school_id)
        stored = locked_cycle(cycle)
        check_seen(stored.name, values_of(stored, FIELDS), seen)
        former = values_of(stored, FIELDS)
        _set(stored, changes)
        told = differences(former, values_of(stored, FIELDS))
        if any(name in SEALED for name, *_rest in told):
            _refuse_once_archived(stored, former["name"])
        if told:
            stored.save(update_fields=FIELDS)
            record(Act.CYCLE_CHANGED, former["name"], school=stored.school, changes=told, subject_id=stored.pk)
    return stored


def close_cycle(cycle: ReportingCycle, *, reason: str = "", by: str, now: datetime) -> ReportingCycle:
    """Archive the cycle, and return it: from then on no photo waits for it.

    Where reports are missing, `reason` says why it is closed without them. Raises Refused, WrongUse.
    """
    with transaction.atomic():
        stored = locked_cycle(cycle)
        if stored.state != State.OPEN:
            raise Refused(_("%(cycle)s is closed already. Nothing was changed.") % {"cycle": stored.name})
        refuse_while_working(stored)
        progress = progress_of([stored])[stored.pk]
        reason = rules.checked_reason(reason, needed=False)
        rules.check_close(stored.name, progress, reason)
        stored.state, stored.archived_at, stored.archived_by = State.ARCHIVED, now, by[:200]
        stored.archived_note = reason
        stored.save(update_fields=("state", "archived_at", "archived_by", "archived_note"))
        counts = [
            ("reports_archived", None, str(progress.archived)),
            ("reports_missing", None, str(progress.missing)),
        ]
        record(Act.CYCLE_CLOSED, stored, school=stored.school, changes=counts, note=reason)
    return stored


def reopen_cycle(cycle: ReportingCycle, *, reason: str) -> ReportingCycle:
    """Open a closed cycle again, and return it. What is archived stays archived; who is missing waits again.

    Raises Refused where it is open, WrongUse without a reason.
    """
    with transaction.atomic():
        stored = locked_cycle(cycle)
        reason = rules.checked_reason(reason)
        if stored.state == State.OPEN:
            raise Refused(_("%(cycle)s is open. Nothing was changed.") % {"cycle": stored.name})
        stored.state, stored.archived_at, stored.archived_by, stored.archived_note = State.OPEN, None, "", ""
        stored.save(update_fields=("state", "archived_at", "archived_by", "archived_note"))
        record(Act.CYCLE_REOPENED, stored, school=stored.school, note=reason)
    return stored


def cycle_seen(cycle: ReportingCycle) -> str:
    """Return what tells whether someone else changes the cycle from now on."""
    return seen_state(values_of(cycle, FIELDS))


def _set(cycle: ReportingCycle, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in FIELDS:
            raise TypeError(name)
        setattr(cycle, name, value)
    cycle.name = rules.checked_name(cycle.name)
    cycle.semester = rules.checked_semester(cycle.semester)
    cycle.academic_year = rules.checked_year(cycle.academic_year)
    others = ReportingCycle.objects.filter(school_id=cycle.school_id, name__iexact=cycle.name).exclude(pk=cycle.pk)
    if others.exists():
        raise Refused(
            _("There is already a reporting cycle %(name)s. Nothing was saved. Choose another name.")
            % {"name": quoted(cycle.name)}
        )


def _refuse_once_archived(cycle: ReportingCycle, name: str) -> None:
    archived = ArchivedReport.objects.filter(cycle=cycle).count()
    if archived:
        raise Refused(
            _(
                "%(reports)s archived under %(cycle)s, so its name, academic year and semester stay. Nothing was "
                "saved. The dates from which it is seen may still be changed."
            )
            % {
                "reports": _("One report is")
                if archived == 1
                else _("%(number)d reports are") % {"number": archived},
                "cycle": name,
            }
        )
