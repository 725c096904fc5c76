"""Archiving: reports become rows that never change, each sealed with the one before it.

A hundred at a time, in one transaction each: a report is either still on its way or archived, never both and never
neither. Rule: docs/decisions/0015-the-report-archive.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record, record_each
from photosync.apps.library.models import Picture, Withdrawal, YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.reports.jobs import JobWork, request_job
from photosync.apps.reports.models import (
    ArchivedReport,
    ArchiveHead,
    CycleMember,
    Origin,
    Report,
    ReportingCycle,
    ReportJob,
)
from photosync.apps.schools.models import School
from photosync.core.consent import Purpose
from photosync.core.errors import Damaged, NotFound, Refused
from photosync.core.photos import photo_for_year
from photosync.core.seal import Sealable, seal_of

ARCHIVED_AT_ONCE = 100
PROBLEMS_TOLD = 50
SEALED = (
    *("school_id", "number", "cycle_id", "cycle_name", "academic_year", "semester"),
    *("person_code", "person_name", "sort_name", "year_level", "roll_group"),
    *("pdf_sha256", "pdf_bytes", "origin", "file_name"),
    *("photo_sha256", "photo_bytes", "photo_version", "photo_year", "photo_is_printed"),
    *("archived_at", "archived_by"),
)
"""Everything of an archived report but its key, the link to the person, and the seals themselves."""

_BY_CLASS = ("year_level", "roll_group", "person__family_name", "person__given_name", "pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which reports: of a year level, of a roll group, of certain members; without any, all of the cycle."""

    year_level: str = ""
    roll_group: str = ""
    member_ids: tuple[int, ...] = ()

    def asked(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        whole = {"year_level": self.year_level, "roll_group": self.roll_group, "members": list(self.member_ids)}
        return {name: value for name, value in whole.items() if value}

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Whose:
        return cls(
            year_level=str(asked.get("year_level", "")),
            roll_group=str(asked.get("roll_group", "")),
            member_ids=tuple(asked.get("members", ())),
        )

    def members(self, cycle: ReportingCycle) -> QuerySet[CycleMember]:
        """Return whom it means, of the members of `cycle`."""
        members = CycleMember.objects.filter(cycle=cycle)
        if self.year_level:
            members = members.filter(year_level=self.year_level)
        if self.roll_group:
            members = members.filter(roll_group=self.roll_group)
        return members.filter(pk__in=self.member_ids) if self.member_ids else members


@dataclass(slots=True)
class _Done:
    archived: int = 0
    without_photo: int = 0
    problems: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        told = {"archived": self.archived, "without_photo": self.without_photo, "damaged": len(self.problems)}
        return told | ({"problems": self.problems[:PROBLEMS_TOLD]} if self.problems else {})


def request_archiving(cycle: ReportingCycle, whose: Whose, *, by: str, now: datetime) -> ReportJob:
    """Ask for reports to be archived. Raises Refused where the cycle is archived, NotFound where none is there."""
    if cycle.state != ReportingCycle.State.OPEN:
        raise Refused(_("%(cycle)s is archived already. Nothing was started.") % {"cycle": cycle.name})
    if not _waiting(cycle, whose).exists():
        raise NotFound(
            _(
                "There is no report to archive: whoever is meant has none in %(cycle)s, or it is archived already. "
                "Nothing was started. Import or make the reports first."
            )
            % {"cycle": cycle.name}
        )
    job = request_job(cycle, ReportJob.Kind.ARCHIVE, whose.asked(), by=by, now=now)
    record(Act.REPORTS_ARCHIVING, cycle, school=cycle.school, note=_groups_words(whose))
    return job


def archive_reports(work: JobWork) -> dict[str, Any]:
    """Archive what the job asks for; return counts. What an earlier attempt archived is not asked for any more."""
    whose = Whose.of(work.job.asked)
    ids = list(_waiting(work.cycle, whose).order_by(*_BY_CLASS).values_list("pk", flat=True))
    work.expect(len(ids))
    done = _Done()
    with acting_as(Actor(work.job.started_by, Via.WORKER)):
        for start in range(0, len(ids), ARCHIVED_AT_ONCE):
            batch = ids[start : start + ARCHIVED_AT_ONCE]
            sound = _read_back(batch)
            with work.writing():
                _archive(work.cycle, batch, sound, done, by=work.job.started_by, now=work.clock())
            work.advance(len(batch))
        with work.writing():
            _close_if_all_archived(work.cycle, by=work.job.started_by, now=work.clock())
    return done.counts()


def _waiting(cycle: ReportingCycle, whose: Whose) -> QuerySet[CycleMember]:
    return whose.members(cycle).filter(archived__isnull=True, report__isnull=False)


def _read_back(member_ids: Sequence[int]) -> set[str]:
    """Return those PDFs of the members whose stored bytes are what they should be; read before the lock is held."""
    names = Report.objects.filter(member_id__in=member_ids).order_by().values_list("pdf_sha256", flat=True)
    return {name for name in set(names) if not _damage(name)}


def _damage(name: str) -> str:
    try:
        photo_store().read_verified(name)
    except Damaged as error:
        return error.message
    return ""


def _archive(
    cycle: ReportingCycle, member_ids: Sequence[int], sound: set[str], done: _Done, *, by: str, now: datetime
) -> None:
    # The school's row is what keeps the numbers without gaps: of two at once, the second waits here.
    school = School.objects.select_for_update(no_key=True).get(pk=cycle.school_id)
    members = (
        CycleMember.objects.select_for_update(of=("self", "person"), no_key=True)
        .filter(pk__in=member_ids, archived__isnull=True, report__isnull=False)
        .select_related("person", "report")
        .order_by(*_BY_CLASS)
    )
    head = ArchiveHead.objects.filter(school=school).first() or ArchiveHead(school=school, number=0, seal="")
    photos = _photos(cycle, school, [member.person for member in members])
    taken: list[tuple[CycleMember, ArchivedReport]] = []
    for member in members:
        if problem := _problem(member, sound, photos.get(member.person_id)):
            done.problems.append(problem)
            continue
        row = _row(cycle, member, photos.get(member.person_id), by=by, now=now)
        _seal(row, head)
        taken.append((member, row))
        done.without_photo += not row.photo_sha256
    _store(head, taken, school)
    done.archived += len(taken)


def _store(head: ArchiveHead, taken: Sequence[tuple[CycleMember, ArchivedReport]], school: School) -> None:
    if not taken:
        return
    rows = ArchivedReport.objects.bulk_create([row for _member, row in taken])
    members = [member for member, _unsaved in taken]
    for member, row in zip(members, rows, strict=True):
        member.archived = row
    CycleMember.objects.bulk_update(members, ("archived",))
    Report.objects.filter(member__in=members).delete()
    head.save()
    told = ((member.person, [("number", None, str(row.number))]) for member, row in taken)
    record_each(Act.REPORT_ARCHIVED, told, school=school, note=rows[0].cycle_name)


def _problem(member: CycleMember, sound: set[str], picture: _Photo | None) -> str:
    """Return why the report cannot be archived, or "". One that was replaced since it was read back is read now."""
    report = member.report
    names = {report.pdf_sha256} - sound
    names |= {report.photo_sha256} if report.origin == Origin.MADE else {picture.sha256} if picture else set()
    for name in names - {""}:
        if why := _damage(name):
            return _("The report of %(person)s was not archived: %(why)s") % {"person": member.person, "why": why}
    return ""


@dataclass(frozen=True, slots=True)
class _Photo:
    sha256: str
    size_bytes: int
    version: int | None
    year: int | None
    is_printed: bool


def _photos(cycle: ReportingCycle, school: School, people: Sequence[Person]) -> dict[int, _Photo]:
    """Return the photo that is shown for the cycle's academic year, of whom it may be shown within the school."""
    withdrawn = set(Withdrawal.objects.filter(person__in=people).values_list("person_id", flat=True))
    by_person: dict[int, dict[int, tuple[int, Picture]]] = {}
    rows = YearPhoto.objects.filter(person__in=people, academic_year__lte=cycle.academic_year)
    for row in rows.select_related("version__picture"):
        by_person.setdefault(row.person_id, {})[row.academic_year] = (row.version_id, row.version.picture)
    photos = {}
    for person in people:
        found = photo_for_year(by_person.get(person.pk, {}), cycle.academic_year)
        if found is None or person.pk in withdrawn or not showing_of(person, Purpose.SCHOOL_USE, school).allowed:
            continue
        (version, picture), year = found
        photos[person.pk] = _Photo(picture.full_sha256, picture.full_bytes, version, year, is_printed=False)
    return photos


def _photo_of(report: Report, shown: _Photo | None) -> _Photo:
    nothing = _Photo("", 0, None, None, is_printed=False)
    if report.origin == Origin.IMPORTED:
        return shown or nothing
    if not report.photo_sha256:
        return nothing
    size_bytes = photo_store().size(report.photo_sha256)
    return _Photo(report.photo_sha256, size_bytes, report.photo_version, report.photo_year, is_printed=True)


def _row(
    cycle: ReportingCycle, member: CycleMember, shown: _Photo | None, *, by: str, now: datetime
) -> ArchivedReport:
    person, report = member.person, member.report
    photo = _photo_of(report, shown)
    return ArchivedReport(
        school_id=cycle.school_id,
        cycle=cycle,
        cycle_name=cycle.name,
        academic_year=cycle.academic_year,
        semester=cycle.semester,
        person=person,
        person_code=person.code,
        person_name=person.label[:250],
        sort_name=sort_name_of(person),
        year_level=member.year_level,
        roll_group=member.roll_group,
        pdf_sha256=report.pdf_sha256,
        pdf_bytes=report.pdf_bytes,
        origin=report.origin,
        file_name=report.file_name,
        photo_sha256=photo.sha256,
        photo_bytes=photo.size_bytes,
        photo_version=photo.version,
        photo_year=photo.year,
        photo_is_printed=photo.is_printed,
        archived_at=now,
        archived_by=by[:200],
    )


def sort_name_of(person: Person) -> str:
    """Return the names by which the archive finds and orders a person: family name first, without letter case."""
    names = (person.family_name, person.preferred_name, person.given_name)
    return " ".join(dict.fromkeys(name.casefold() for name in names if name))[:250] or person.code.casefold()


def sealed_values(row: ArchivedReport) -> dict[str, Sealable]:
    """Return all that is sealed of a row."""
    return {name: getattr(row, name) for name in SEALED}


def _seal(row: ArchivedReport, head: ArchiveHead) -> None:
    row.number, row.seal_before = head.number + 1, head.seal
    row.seal = seal_of(row.seal_before, sealed_values(row))
    head.number, head.seal = row.number, row.seal


def _close_if_all_archived(cycle: ReportingCycle, *, by: str, now: datetime) -> None:
    members = CycleMember.objects.filter(cycle=cycle)
    if not members.exists() or members.filter(archived__isnull=True).exists():
        return
    opened = ReportingCycle.objects.filter(pk=cycle.pk, state=ReportingCycle.State.OPEN)
    if opened.update(state=ReportingCycle.State.ARCHIVED, archived_at=now, archived_by=by[:200]):
        record(Act.CYCLE_CLOSED, cycle, school=cycle.school, note=_("Every report of it is archived."))


def _groups_words(whose: Whose) -> str:
    parts: Iterable[str] = (
        _("Year level %(value)s.") % {"value": whose.year_level} if whose.year_level else "",
        _("Roll group %(value)s.") % {"value": whose.roll_group} if whose.roll_group else "",
        _("%(number)d people.") % {"number": len(whose.member_ids)} if whose.member_ids else "",
    )
    return " ".join(filter(None, parts)) or _("All reports that are there.")
