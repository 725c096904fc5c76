"""What pages, API and command line look up: cycles, files of an import, work, and who may be meant by a file."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.reports.models import CycleMember, ReportImport, ReportingCycle, ReportJob, UploadedReport
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.keys import stem_of
from photosync.core.people import PersonKind
from photosync.core.suggesting import Clues, Known, suggest

LOOKED_AT = 200
MEMBERS_OFFERED = 50
MOST_WORDS = 5


def cycle_numbered(school: School, cycle_id: int) -> ReportingCycle:
    """Return the cycle of this school. Raises NotFound."""
    found = ReportingCycle.objects.filter(school=school, pk=cycle_id).select_related("school").first()
    if found is None:
        raise NotFound(_("There is no such reporting cycle. Nothing was done."))
    return found


def file_numbered(made: ReportImport, file_id: int) -> UploadedReport:
    """Return the file of this import. Raises NotFound."""
    found = UploadedReport.objects.filter(upload=made, pk=file_id).select_related("member__person").first()
    if found is None:
        raise NotFound(_("There is no such file in this import. Nothing was changed."))
    return found


def latest_job(cycle: ReportingCycle, *kinds: ReportJob.Kind) -> ReportJob | None:
    """Return the newest work of these kinds on the cycle."""
    jobs = ReportJob.objects.filter(cycle=cycle, kind__in=kinds).select_related("cycle__school")
    return jobs.order_by("-pk").first()


def without_report(cycle: ReportingCycle) -> QuerySet[CycleMember]:
    """Return the members who have no report yet, neither on the way nor archived, by class."""
    rows = CycleMember.objects.filter(cycle=cycle, archived__isnull=True, report__isnull=True)
    return rows.select_related("person")


@dataclass(frozen=True, slots=True)
class Offered:
    """A member who may be meant, and why."""

    member: CycleMember
    why: str


def offered_for(file: UploadedReport, search: str = "") -> list[Offered]:
    """Return members whose report `file` may be: those searched for, else those its name speaks for, likeliest first.

    To be shown, never applied.
    """
    members = CycleMember.objects.filter(cycle=file.upload.cycle_id, archived__isnull=True).select_related("person")
    if search.strip():
        for word in search.split()[:MOST_WORDS]:
            named = Q(person__given_name__icontains=word) | Q(person__preferred_name__icontains=word)
            named |= Q(person__family_name__icontains=word) | Q(person__code__istartswith=word)
            members = members.filter(named)
        ordered = members.order_by("person__family_name", "person__given_name", "pk")
        return [Offered(member, "") for member in ordered[:MEMBERS_OFFERED]]
    clues = Clues.of("", stem_of(file.name.rpartition("/")[2]))
    found = {member.person_id: member for member in members.filter(_meant(clues, file)).order_by("pk")[:LOOKED_AT]}
    identifiers: dict[int, list[str]] = {}
    rows = Identifier.objects.filter(person_id__in=found).order_by()
    for person_id, value in rows.values_list("person_id", "value"):
        identifiers.setdefault(person_id, []).append(value)
    known = [_known(member, identifiers.get(pk, [])) for pk, member in found.items()]
    return [Offered(found[each.person_id], each.why) for each in suggest(clues, known)]


def _meant(clues: Clues, file: UploadedReport) -> Q:
    key = stem_of(file.name.rpartition("/")[2]).strip()
    values = {*clues.values(), FOLDED.form(key)}
    identified = Identifier.objects.filter(school=file.upload.cycle.school_id, folded__in=values)
    meant = Q(person__in=identified.order_by().values("person_id"))
    for word in clues.spellings:
        meant |= Q(person__family_name__istartswith=word) | Q(person__given_name__iexact=word)
    return meant


def _known(member: CycleMember, identifiers: list[str]) -> Known:
    person = member.person
    names = (person.family_name, person.given_name, person.preferred_name)
    return Known(person.pk, PersonKind(person.kind), names, (person.code, *identifiers))
