"""Making the reports of a cycle from their results: asked for, looked at beforehand, and the long work itself.

A report that would come out the same as it is stored is not made again. So work that was cut off goes on where it
was, and asking for all of them again makes only what has changed since: results, photo, design, name or class, or
the fonts and the program that reports are made with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.people.wording import level_words
from photosync.apps.reports.design import Design, design_of
from photosync.apps.reports.jobs import JobWork, request_job
from photosync.apps.reports.locking import refuse_unless_open
from photosync.apps.reports.models import CycleMember, Origin, Report, ReportingCycle, ReportJob
from photosync.apps.reports.printed import TEMPLATE, ToPrint, content_of, report_to_print, sample_to_print
from photosync.apps.reports.printed_photo import PrintedPhoto, photos_to_print
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, PhotoSyncError, Refused, TryLater
from photosync.core.people import quoted
from photosync.core.wording import list_words
from photosync.engine.observe import batches
from photosync.printing import Presses, SetDocument, printing_available, set_one
from photosync.printing.press import NOT_INSTALLED

AT_ONCE = 100
"""Stored in one transaction, while the next are set; a worker that is killed makes at most twice so many again."""
MOST_FAILURES_IN_A_ROW = 5
MOST_NAMED = 5
_STORED = (
    "pdf_sha256",
    "pdf_bytes",
    "origin",
    "file_name",
    "made_from",
    "photo_sha256",
    "photo_version",
    "photo_year",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Whose reports are to be made, of those who have results and whose report is not archived.

    Empty texts narrow nothing. `only_missing` leaves out who has a report; `replace_imported` also makes those
    whose report came in as a PDF.
    """

    year_level: str = ""
    roll_group: str = ""
    only_missing: bool = False
    replace_imported: bool = False

    @classmethod
    def of_job(cls, asked: Mapping[str, Any]) -> Making:
        return cls(
            year_level=str(asked.get("year_level", "")),
            roll_group=str(asked.get("roll_group", "")),
            only_missing=bool(asked.get("only_missing")),
            replace_imported=bool(asked.get("replace_imported")),
        )

    def document(self) -> dict[str, Any]:
        return {
            "year_level": self.year_level,
            "roll_group": self.roll_group,
            "only_missing": self.only_missing,
            "replace_imported": self.replace_imported,
        }

    def words(self) -> str:
        """Return for instance "Year 7, 7B; only those without a report"."""
        parts = [level_words(self.year_level)] if self.year_level else []
        parts += [self.roll_group] if self.roll_group else []
        told = [", ".join(parts) or _("All with results")]
        told += [_("only those without a report")] if self.only_missing else []
        told += [_("also in place of imported reports")] if self.replace_imported else []
        return "; ".join(told)


def members_to_make(cycle: ReportingCycle, making: Making) -> QuerySet[CycleMember]:
    """Return the members whose reports `making` asks for, in the order of the cycle."""
    members = CycleMember.objects.filter(cycle=cycle, archived__isnull=True, results__isnull=False)
    if making.year_level:
        members = members.filter(year_level=making.year_level)
    if making.roll_group:
        members = members.filter(roll_group=making.roll_group)
    if making.only_missing:
        members = members.filter(report__isnull=True)
    elif not making.replace_imported:
        members = members.exclude(report__origin=Origin.IMPORTED)
    return members


def request_making(cycle: ReportingCycle, making: Making, *, by: str, now: datetime) -> ReportJob:
    """Queue the making. Raises Refused without the extra `reports`, for an archived cycle, or where other work goes
    on; NotFound where there is no one to make a report for.
    """
    if not printing_available():
        raise Refused(NOT_INSTALLED)
    refuse_unless_open(cycle)
    if not members_to_make(cycle, making).exists():
        raise NotFound(
            _(
                "No one in %(cycle)s has a report to be made (%(asked)s). Nothing was started. Upload results first, "
                "or choose others."
            )
            % {"cycle": cycle.name, "asked": making.words()}
        )
    job = request_job(cycle, ReportJob.Kind.MAKE, making.document(), by=by, now=now)
    record(Act.REPORT_MAKING_REQUESTED, cycle.name, school=cycle.school, note=making.words(), subject_id=cycle.pk)
    return job


@dataclass(frozen=True, slots=True)
class PreviewedReport:
    """A report that is stored nowhere. `person_id` is whose photo was shown; None where there is none on it."""

    name: str
    content: bytes
    shown_person_id: int | None


def preview_report(cycle: ReportingCycle, code: str) -> PreviewedReport:
    """Return the report of one member as it would be made now; without a code, of the first with results.

    Raises NotFound where there is none with results, Refused, TryLater.
    """
    members = CycleMember.objects.filter(cycle=cycle, results__isnull=False).select_related("person", "results")
    if code:
        members = members.filter(person__kind=Person.Kind.STUDENT, person__code=code)
    member = members.first()
    if member is None:
        told = (
            _("No one with the code %(code)s has results in %(cycle)s.") % {"code": quoted(code), "cycle": cycle.name}
            if code
            else _("No one in %(cycle)s has results yet.") % {"cycle": cycle.name}
        )
        raise NotFound(_("%(told)s Nothing was made. Upload results first.") % {"told": told})
    school, design = cycle.school, design_of(cycle.school)
    photo = photos_to_print([member.person], cycle.academic_year, school).get(member.person_id)
    crest = content_of(design.crest_sha256) if design.crest_sha256 else None
    data, files, printed = report_to_print(cycle, school, member, design, photo, "").pictures(crest)
    name = re.sub(r"[^\w.-]+", "-", f"{cycle.name} {member.person.code}").strip("-")
    return PreviewedReport(f"{name}.pdf", set_one(TEMPLATE, data, files), member.person_id if printed else None)


def design_picture(school: School, design: Design, year: int) -> bytes:
    """Return the first page of a report of nobody as PNG, to look at a design. Raises Refused, TryLater."""
    data = sample_to_print(school, design, year)
    crest = content_of(design.crest_sha256) if design.crest_sha256 else None
    if crest is None:
        return set_one(TEMPLATE, data, {}, as_picture=True)
    return set_one(TEMPLATE, data | {"crest": design.crest_sha256}, {design.crest_sha256: crest}, as_picture=True)


@dataclass(slots=True)
class _Made:
    """What became of the members so far."""

    made: int = 0
    unchanged: int = 0
    without_photo: int = 0
    with_missing_signs: int = 0
    not_made: int = 0
    in_a_row: int = 0
    named: list[str] = field(default_factory=list)
    why: str = ""

    def fail(self, member: CycleMember, error: TryLater) -> None:
        """Note one that could not be made. Raises `error` where one after the other fails: it is not the reports."""
        self.not_made += 1
        self.in_a_row += 1
        self.why = error.message
        if len(self.named) < MOST_NAMED:
            self.named.append(str(member.person))
        if self.in_a_row >= MOST_FAILURES_IN_A_ROW:
            raise error

    def count(self, photo: PrintedPhoto | None, document: SetDocument) -> None:
        self.in_a_row = 0
        self.made += 1
        self.without_photo += photo is None
        self.with_missing_signs += not document.has_every_sign

    def counts(self) -> dict[str, int]:
        found = {name: getattr(self, name) for name in ("made", "unchanged", "without_photo", "with_missing_signs")}
        return {name: number for name, number in found.items() if number or name == "made"}


def make_reports(work: JobWork) -> Mapping[str, Any]:
    """Make what the job asks for, and store it; what is stored and would come out the same stays.

    Raises PhotoSyncError at the end where some could not be made: the others are stored.
    """
    cycle, making = work.cycle, Making.of_job(work.job.asked)
    refuse_unless_open(cycle)
    ids = list(members_to_make(cycle, making).values_list("pk", flat=True))
    work.expect(len(ids))
    design = design_of(cycle.school)
    crest = content_of(design.crest_sha256) if design.crest_sha256 else None
    so_far = _Made()
    with Presses(TEMPLATE) as presses:
        making_of = _MakingOf(work, presses, presses.made_with(), design, crest, so_far)
        earlier: tuple[int, list[_Asked]] | None = None
        for part in batches(ids, AT_ONCE):
            # The next are asked for before these are stored, so that setting does not wait for the disk.
            asked = making_of.ask(part)
            if earlier is not None:
                making_of.store(*earlier)
            earlier = len(part), asked
        if earlier is not None:
            making_of.store(*earlier)
    if so_far.not_made:
        raise PhotoSyncError(_not_made_words(so_far))
    return so_far.counts()


def _not_made_words(so_far: _Made) -> str:
    named = list(so_far.named)
    if so_far.not_made > len(named):
        named.append(_("%(number)d more") % {"number": so_far.not_made - len(named)})
    told = ngettext(
        "%(number)d report could not be made (%(people)s). %(why)s The others, %(made)d, were made and are stored.",
        "%(number)d reports could not be made (%(people)s). %(why)s The others, %(made)d, were made and are stored.",
        so_far.not_made,
    )
    return told % {
        "number": so_far.not_made,
        "people": list_words(named),
        "why": so_far.why,
        "made": so_far.made + so_far.unchanged,
    }


@dataclass(slots=True)
class _Asked:
    """A report that is being set. `made_from` is empty where its photo could not be read: it is made again."""

    member: CycleMember
    document: Future[SetDocument]
    photo: PrintedPhoto | None
    made_from: str


@dataclass(frozen=True, slots=True)
class _MakingOf:
    """Makes the reports of a job, part by part."""

    work: JobWork
    presses: Presses
    made_with: str
    design: Design
    crest: bytes | None
    so_far: _Made

    def ask(self, ids: Sequence[int]) -> list[_Asked]:
        """Have the reports of these members set that are not stored as they would come out."""
        cycle, school = self.work.cycle, self.work.cycle.school
        rows = CycleMember.objects.filter(pk__in=ids, archived__isnull=True, results__isnull=False)
        members = list(rows.select_related("person", "results", "report"))
        photos = photos_to_print([member.person for member in members], cycle.academic_year, school)
        asked = []
        for member in members:
            wanted = report_to_print(cycle, school, member, self.design, photos.get(member.person_id), self.made_with)
            if _is_stored(member, wanted):
                self.so_far.unchanged += 1
                continue
            data, files, photo = wanted.pictures(self.crest)
            made_from = wanted.made_from if photo == wanted.photo else ""
            asked.append(_Asked(member, self.presses.set(data, files), photo, made_from))
        return asked

    def store(self, steps: int, asked: list[_Asked]) -> None:
        """Store what was set: first the documents, durable, then their rows. Then say that `steps` are done."""
        fresh: list[Report] = []
        asked.reverse()
        with photo_store().batch() as batch:
            while asked:
                each = asked.pop()  # so that no document stays in memory once it is written
                try:
                    document = each.document.result()
                except TryLater as error:
                    self.so_far.fail(each.member, error)
                    continue
                self.so_far.count(each.photo, document)
                sha256 = batch.add(document.content)
                fresh.append(_row(self.work, each, sha256, len(document.content)))
            batch.commit()
            _store(self.work, fresh)
        self.work.advance(steps)


def _is_stored(member: CycleMember, wanted: ToPrint) -> bool:
    report = getattr(member, "report", None)
    return (
        report is not None
        and report.origin == Origin.MADE
        and report.made_from == wanted.made_from
        and photo_store().exists(report.pdf_sha256)
    )


def _row(work: JobWork, asked: _Asked, sha256: str, size_bytes: int) -> Report:
    photo = asked.photo
    return Report(
        member=asked.member,
        pdf_sha256=sha256,
        pdf_bytes=size_bytes,
        origin=Origin.MADE,
        made_from=asked.made_from,
        photo_sha256="" if photo is None else photo.full_sha256,
        photo_version=None if photo is None else photo.version_id,
        photo_year=None if photo is None else photo.year,
        stored_at=work.clock(),
        stored_by=work.job.started_by,
    )


def _store(work: JobWork, fresh: Sequence[Report]) -> None:
    """Write the rows of members who are still there and not archived; an archived report is never touched."""
    if not fresh:
        return
    with work.writing():
        locked = CycleMember.objects.select_for_update(of=("self",)).filter(
            pk__in=[row.member_id for row in fresh], archived__isnull=True, cycle__state=ReportingCycle.State.OPEN
        )
        still = set(locked.order_by("pk").values_list("pk", flat=True))
        Report.objects.bulk_create(
            [row for row in fresh if row.member_id in still],
            update_conflicts=True,
            unique_fields=["member"],
            update_fields=[*_STORED, "stored_at", "stored_by"],
        )
