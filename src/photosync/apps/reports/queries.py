"""Reading reporting cycles: which there are, who is in them, and how far they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from photosync.apps.people.models import Person
from photosync.apps.people.queries import identified_by
from photosync.apps.reports.models import CycleMember, Report, ReportingCycle, ReportJob
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, WrongUse
from photosync.core.people import quoted
from photosync.core.reporting import Progress
from photosync.core.wording import list_words

MOST_NAMED = 10
MOST_WORDS = 5
MISSING, STORED, ARCHIVED, RELEASED, LEFT = "missing", "stored", "archived", "released", "left"
MEMBER_STATES = (MISSING, STORED, ARCHIVED, RELEASED, LEFT)
"""What members can be asked for: without a report; with one that is not archived; archived; not archived and
released; not archived and gone from the school."""
_NOT_ARCHIVED = Q(archived__isnull=True)
_STATES = {
    MISSING: _NOT_ARCHIVED & Q(report__isnull=True),
    STORED: _NOT_ARCHIVED & Q(report__isnull=False),
    ARCHIVED: Q(archived__isnull=False),
    RELEASED: _NOT_ARCHIVED & Q(released_at__isnull=False),
    LEFT: _NOT_ARCHIVED & Q(person__status=Person.Status.LEFT),
}


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """One roll group of a cycle, as its members were when they came into it."""

    year_level: str
    roll_group: str
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersWanted:
    """Empty, or None for a group, asks for everyone. Search finds protected people only with `sees_protected`."""

    search: str = ""
    year_level: str | None = None
    roll_group: str | None = None
    state: str = ""
    sees_protected: bool = True


def cycles_of(school: School, *, state: str = "", year: int | None = None) -> QuerySet[ReportingCycle]:
    """Return the cycles of `school`, the latest academic year first, then the newest."""
    cycles = ReportingCycle.objects.filter(school=school).select_related("school")
    cycles = cycles.filter(state=state) if state else cycles
    cycles = cycles if year is None else cycles.filter(academic_year=year)
    return cycles.order_by("-academic_year", "-pk")


def cycle_named(school: School, name: str) -> ReportingCycle:
    """Return the cycle of this name, whatever its letter case. Raises NotFound, naming those that there are."""
    wanted = " ".join(name.split())
    found = cycles_of(school).filter(name__iexact=wanted).first()
    if found is not None:
        return found
    names = list(cycles_of(school).values_list("name", flat=True)[:MOST_NAMED])
    hint = _("There are: %(names)s.") % {"names": list_words(names)} if names else _("There is none yet.")
    raise NotFound(
        _("School %(school)s has no reporting cycle %(name)s. Nothing was done. %(hint)s")
        % {"school": school.code, "name": quoted(wanted), "hint": hint}
    )


def progress_of(cycles: Iterable[ReportingCycle]) -> dict[int, Progress]:
    """Return how far each cycle is, by its id."""
    asked = list(cycles)
    found = _progress_by(asked, "cycle_id")
    return {cycle.pk: found.get((cycle.pk,), Progress()) for cycle in asked}


def groups_of(cycle: ReportingCycle) -> list[GroupProgress]:
    """Return how far each roll group is, in order. Their sum is the cycle's progress."""
    counted = _progress_by([cycle], "year_level", "roll_group")
    found = [GroupProgress(level, roll, progress) for (level, roll), progress in counted.items()]
    return sorted(found, key=lambda each: (_order(each.year_level), _order(each.roll_group)))


def _progress_by(cycles: Collection[ReportingCycle], *names: str) -> dict[tuple[Any, ...], Progress]:
    """Return how far members of the cycles are, by their values of `names`.

    In three counts: one that its index answers alone, one from the reports, one from those who left. A single count
    of all would look up the person and the report of every member.
    """
    ids, school_ids = [cycle.pk for cycle in cycles], {cycle.school_id for cycle in cycles}
    members = CycleMember.objects.filter(cycle__in=ids).order_by()
    waiting = Report.objects.filter(member__cycle__in=ids, member__archived__isnull=True).order_by()
    gone = Person.objects.filter(school__in=school_ids, status=Person.Status.LEFT).values("pk")
    counts = {
        "members": Count("pk"),
        "archived_number": Count("archived_id"),
        "released": Count("pk", filter=_STATES[RELEASED]),
    }
    stored = _numbers(waiting, *(f"member__{name}" for name in names))
    left = _numbers(members.filter(_NOT_ARCHIVED, person__in=gone), *names)
    return {
        key: Progress(
            row["members"],
            row["archived_number"] + stored.get(key, 0),
            row["archived_number"],
            row["released"],
            left.get(key, 0),
        )
        for row in members.values(*names).annotate(**counts)
        for key in [tuple(row[name] for name in names)]
    }


def _numbers(rows: QuerySet[Any], *names: str) -> dict[tuple[Any, ...], int]:
    """Return how many rows there are by their values of `names`."""
    return {tuple(row[:-1]): row[-1] for row in rows.values_list(*names).annotate(Count("pk"))}


def total_of(groups: Iterable[GroupProgress]) -> Progress:
    parts = [each.progress for each in groups]
    names = ("members", "with_report", "archived", "released", "left")
    return Progress(**{name: sum(getattr(each, name) for each in parts) for name in names})


def members_of(cycle: ReportingCycle, wanted: MembersWanted) -> QuerySet[CycleMember]:
    """Return the members that are asked for: by year level, roll group, then name."""
    members = CycleMember.objects.filter(cycle=cycle).select_related("person", "report", "archived")
    if wanted.year_level is not None:
        members = members.filter(year_level=wanted.year_level)
    if wanted.roll_group is not None:
        members = members.filter(roll_group=wanted.roll_group)
    if wanted.state:
        members = members.filter(_STATES[wanted.state])
    words = wanted.search.split()[:MOST_WORDS]
    for word in words:
        members = members.filter(
            Q(person__given_name__icontains=word)
            | Q(person__family_name__icontains=word)
            | Q(person__preferred_name__icontains=word)
            | Q(person__code__istartswith=word)
            | Q(person_id__in=identified_by(cycle.school, word))
        )
    if words and not wanted.sees_protected:
        members = members.filter(person__protected=False)
    return members.order_by(
        Length("year_level"),
        *("year_level", "roll_group", "person__family_name", "person__given_name", "person_id"),
    )


def member_coded(cycle: ReportingCycle, code: str) -> CycleMember:
    """Return the member with this student code. Raises NotFound."""
    found = CycleMember.objects.filter(cycle=cycle, person__code=code.strip()).select_related(
        "person", "cycle__school"
    )
    member = found.first()
    if member is None:
        raise NotFound(
            _("No one with the code %(code)s is in %(cycle)s. Nothing was done.")
            % {"code": quoted(code), "cycle": cycle.name}
        )
    return member


def member_state(member: CycleMember) -> str:
    """Return "archived", "released", "stored" or "missing"; the report is to be fetched with the member."""
    if member.archived_id is not None:
        return ARCHIVED
    if member.released_at is not None:
        return RELEASED
    return STORED if getattr(member, "report", None) is not None else MISSING


def jobs_of(cycle: ReportingCycle) -> QuerySet[ReportJob]:
    """Return the long work on the cycle, the latest first."""
    return ReportJob.objects.filter(cycle=cycle).select_related("cycle__school").order_by("-pk")


def checked_member_state(state: str) -> str:
    if state and state not in MEMBER_STATES:
        raise WrongUse(
            _("%(state)s is no state of members. Nothing was done. Choose one of: %(states)s.")
            % {"state": quoted(state), "states": ", ".join(MEMBER_STATES)}
        )
    return state


def _order(text: str) -> tuple[bool, int, str]:
    """Shorter first, so that Year 7 comes before Year 10; without any last."""
    return (not text, len(text), text)
