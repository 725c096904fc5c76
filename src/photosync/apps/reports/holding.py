"""Whose face waits: people in an open reporting cycle whose report is not archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.schools.models import School


def members_who_hold() -> QuerySet[CycleMember]:
    """Return the members of open cycles whose report is not archived, but for what was released."""
    return CycleMember.objects.filter(
        archived__isnull=True,
        released_at__isnull=True,
        cycle__state=ReportingCycle.State.OPEN,
        cycle__released_at__isnull=True,
    )


def waiting_for(profile: SyncProfile, people: Sequence[int]) -> Mapping[int, str]:
    """Return, of `people`, those whose face waits, with the name of the cycle; of several the oldest."""
    if not profile.hold_until_archived or not people:
        return {}
    rows = members_who_hold().filter(person_id__in=people).order_by("-cycle_id")
    return dict(rows.values_list("person_id", "cycle__name"))


def cycles_that_hold(school: School) -> QuerySet[ReportingCycle]:
    """Return the open cycles of `school` for which faces may wait, the oldest first."""
    return ReportingCycle.objects.filter(
        school=school, state=ReportingCycle.State.OPEN, released_at__isnull=True
    ).order_by("pk")
