"""Reporting cycles, their members and long work on them as the command line and the API show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from photosync.apps.people.models import Person
from photosync.apps.reports.cycles import AUDIENCES
from photosync.apps.reports.holding import Waiting, waiting_photos
from photosync.apps.reports.models import CycleMember, ReportingCycle, ReportJob
from photosync.apps.reports.queries import GroupProgress, groups_of, member_state, progress_of, total_of
from photosync.apps.reports.roster import newcomers
from photosync.apps.schools.models import School
from photosync.core.reporting import Progress, where_it_stands


def cycle_documents(cycles: Sequence[ReportingCycle], school: School) -> list[dict[str, Any]]:
    """Return each cycle with its progress and what waits for it, in three queries however many there are."""
    progress, waiting = progress_of(cycles), waiting_photos(school)
    return [cycle_document(each, progress[each.pk], waiting) for each in cycles]


def whole_cycle_document(cycle: ReportingCycle) -> dict[str, Any]:
    """Return the cycle with its progress per roll group, and how many newcomers could be taken in."""
    return record_document(cycle) | whole_progress_document(cycle)


def whole_progress_document(cycle: ReportingCycle) -> dict[str, Any]:
    """Return the part that changes by itself while reports are stored and archived, per roll group too."""
    groups = groups_of(cycle)
    document = standing_document(cycle, total_of(groups), waiting_photos(cycle.school))
    return document | {"groups": [group_document(each) for each in groups], "newcomers": newcomers(cycle).count()}


def cycle_document(cycle: ReportingCycle, progress: Progress, waiting: Iterable[Waiting]) -> dict[str, Any]:
    return record_document(cycle) | standing_document(cycle, progress, waiting)


def record_document(cycle: ReportingCycle) -> dict[str, Any]:
    """Return the part of the cycle that only people change."""
    zone = cycle.school.zone
    return {
        "name": cycle.name,
        "year": cycle.academic_year,
        "semester": cycle.semester,
        **{name: day_text(getattr(cycle, name)) for name in AUDIENCES},
        "state": cycle.state,
        "opened_at": moment(cycle.opened_at, zone),
        "opened_by": cycle.opened_by,
        "archived_at": moment(cycle.archived_at, zone),
        "archived_by": cycle.archived_by or None,
        "archived_note": cycle.archived_note or None,
        "released_at": moment(cycle.released_at, zone),
        "released_by": cycle.released_by or None,
        "released_reason": cycle.released_reason or None,
        "chosen": list(cycle.chosen),
    }


def standing_document(cycle: ReportingCycle, progress: Progress, waiting: Iterable[Waiting]) -> dict[str, Any]:
    own = [each for each in waiting if each.cycle_id == cycle.pk]
    photos = sum(each.photos for each in own)
    return {
        "explanation": where_it_stands(
            cycle.name,
            progress,
            is_open=cycle.state == ReportingCycle.State.OPEN,
            is_released=cycle.released_at is not None,
            waiting=photos,
        ),
        "progress": progress_document(progress),
        "waiting": photos,
        "waiting_by_profile": [{"profile": each.profile, "photos": each.photos} for each in own],
    }


def progress_document(progress: Progress) -> dict[str, int]:
    return {
        "members": progress.members,
        "with_report": progress.with_report,
        "archived": progress.archived,
        "not_archived": progress.missing,
        "released": progress.released,
        "left": progress.left,
    }


def group_document(group: GroupProgress) -> dict[str, Any]:
    return {
        "year_level": group.year_level,
        "roll_group": group.roll_group,
        **progress_document(group.progress),
    }


def member_document(member: CycleMember, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "code": member.person.code,
        "name": member.person.label,
        "year_level": member.year_level,
        "roll_group": member.roll_group,
        "state": member_state(member),
        "has_report": member.archived_id is not None or getattr(member, "report", None) is not None,
        "left": member.person.status == Person.Status.LEFT,
        "archived_number": None if member.archived is None else member.archived.number,
        "released_at": moment(member.released_at, zone),
        "released_by": member.released_by or None,
        "released_reason": member.released_reason or None,
    }


def job_document(job: ReportJob) -> dict[str, Any]:
    zone = job.cycle.school.zone
    return {
        "job": job.pk,
        "cycle": job.cycle.name,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "outcome": dict(job.outcome),
        "explanation": job.explanation,
        "started_by": job.started_by,
        "accepted_at": moment(job.accepted_at, zone),
        "finished_at": moment(job.finished_at, zone),
        "cancel_requested_by": job.cancel_requested_by or None,
    }


def moment(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat()


def day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
