"""Whose face waits: people in an open reporting cycle whose report is not archived. And who lets it go instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.locking import locked_cycle, refuse_unless_open
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import Refused
from photosync.core.plan import Reason
from photosync.core.reporting import checked_reason, waiting_words


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many photos one profile has that wait for one cycle."""

    cycle_id: int
    cycle: str
    profile_id: int
    profile: str
    photos: int

    @property
    def words(self) -> str:
        return waiting_words(self.cycle, self.photos)


def waiting_photos(school: School) -> list[Waiting]:
    """Return what the last run of each profile of `school` let wait and still waits, in two queries.

    A person in several cycles is counted for the oldest. Each person counts once in a profile, whatever it delivers.
    """
    names = dict(cycles_that_hold(school).values_list("pk", "name"))
    if not names:
        return []
    holding = members_who_hold().filter(person=OuterRef("person_id")).order_by("cycle_id").values("cycle_id")[:1]
    files = ListedFile.objects.filter(
        profile__in=SyncProfile.objects.filter(school=school, hold_until_archived=True),
        state=ListedFile.State.WAITING,
        reason_code=Reason.REPORT_OPEN,
        person__isnull=False,
    )
    counted = files.order_by().annotate(held_by=Subquery(holding)).values("profile_id", "profile__name", "held_by")
    rows = counted.annotate(photos=Count("person_id", distinct=True)).values_list(
        "held_by", "profile_id", "profile__name", "photos"
    )
    found = [
        Waiting(held_by, names[held_by], profile_id, profile, photos)
        for held_by, profile_id, profile, photos in rows
        if held_by in names
    ]
    return sorted(found, key=lambda each: (each.cycle_id, each.profile.casefold(), each.profile_id))


def by_cycle(waiting: Iterable[Waiting]) -> dict[int, int]:
    """Return how many photos wait for each cycle, of all profiles together."""
    counts: dict[int, int] = {}
    for each in waiting:
        counts[each.cycle_id] = counts.get(each.cycle_id, 0) + each.photos
    return counts


def release_cycle(cycle: ReportingCycle, *, reason: str, by: str, now: datetime) -> ReportingCycle:
    """Let no face wait for this cycle any more, although reports are missing. Raises WrongUse, Refused.

    The next run of each profile decides on what waited.
    """
    with transaction.atomic():
        stored = locked_cycle(cycle)
        reason = checked_reason(reason)
        refuse_unless_open(stored)
        if stored.released_at is not None:
            raise Refused(_("%(cycle)s is released already. Nothing was changed.") % {"cycle": stored.name})
        _mark(stored, reason, by, now)
        record(Act.CYCLE_RELEASED, stored, school=stored.school, note=reason)
    return stored


def hold_again(cycle: ReportingCycle) -> ReportingCycle:
    """Take the release of the whole cycle back: who is not archived waits again. Raises Refused."""
    with transaction.atomic():
        stored = locked_cycle(cycle)
        refuse_unless_open(stored)
        if stored.released_at is None:
            raise Refused(_("%(cycle)s is not released. Nothing was changed.") % {"cycle": stored.name})
        _mark(stored, "", "", None)
        record(Act.CYCLE_HELD_AGAIN, stored, school=stored.school)
    return stored


def release_person(member: CycleMember, *, reason: str, by: str, now: datetime) -> CycleMember:
    """Let the face of one person not wait for the report in this cycle. Raises WrongUse, Refused."""
    with transaction.atomic():
        cycle, stored = _locked_member(member)
        reason = checked_reason(reason)
        if stored.archived_id is not None:
            words = _("The report of %(person)s is archived, so the photo does not wait. Nothing was changed.")
            raise Refused(words % {"person": stored.person})
        if stored.released_at is not None:
            raise Refused(_("%(person)s is released already. Nothing was changed.") % {"person": stored.person})
        _mark(stored, reason, by, now)
        _record_on(Act.CYCLE_PERSON_RELEASED, cycle, stored, reason)
    return stored


def hold_person_again(member: CycleMember) -> CycleMember:
    """Take the release of one person back. Raises Refused."""
    with transaction.atomic():
        cycle, stored = _locked_member(member)
        if stored.released_at is None:
            raise Refused(_("%(person)s is not released. Nothing was changed.") % {"person": stored.person})
        _mark(stored, "", "", None)
        _record_on(Act.CYCLE_PERSON_HELD_AGAIN, cycle, stored, "")
    return stored


def _locked_member(member: CycleMember) -> tuple[ReportingCycle, CycleMember]:
    cycle = locked_cycle(member.cycle)
    refuse_unless_open(cycle)
    rows = CycleMember.objects.select_for_update(of=("self",)).select_related("person", "cycle").order_by()
    return cycle, rows.get(pk=member.pk)


def _mark(row: ReportingCycle | CycleMember, reason: str, by: str, at: datetime | None) -> None:
    row.released_at, row.released_by, row.released_reason = at, by[:200], reason
    row.save(update_fields=("released_at", "released_by", "released_reason"))


def _record_on(act: Act, cycle: ReportingCycle, member: CycleMember, note: str) -> None:
    changes = [("reporting_cycle", cycle.name, cycle.name)]
    record(act, member.person, school=cycle.school, person_id=member.person_id, changes=changes, note=note)
