"""Proving that the archive is what was archived: every PDF and photo hashed anew, every seal checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.store import photo_store
from photosync.apps.reports.archiving import sealed_values
from photosync.apps.reports.jobs import JobWork, request_job
from photosync.apps.reports.models import ArchivedReport, ArchiveHead, ReportingCycle, ReportJob
from photosync.apps.reports.stored_pdf import damage_words
from photosync.apps.schools.models import School
from photosync.core.errors import Damaged, NotFound
from photosync.core.seal import Head, SealedRow, broken_seals

ROWS_AT_ONCE = 500
TROUBLES_LISTED = 1_000
TOLD_EVERY = 50
MISSING, DAMAGED = "missing", "damaged"
Look = Callable[[str], tuple[str, str] | None]
"""Takes the name of a blob; returns what is wrong with it (missing or damaged, and a sentence), or None."""


@dataclass(frozen=True, slots=True)
class ArchiveTrouble:
    """A PDF or a photo of the archive that is missing or damaged."""

    kind: str
    number: int
    school: str
    report: str
    what: str
    """`report` or `photo`."""
    sha256: str
    explanation: str

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "school": self.school,
            "number": self.number,
            "report": self.report,
            "what": self.what,
            "sha256": self.sha256,
            "explanation": self.explanation,
        }

    @property
    def sentence(self) -> str:
        whose = _("Photo of") if self.what == "photo" else _("PDF of")
        return f"{self.kind}: {whose} {self.report}: {self.explanation}"


@dataclass(slots=True)
class ArchiveVerified:
    """What was found. `checked` counts reports, `missing` and `damaged` PDFs and photos."""

    checked: int = 0
    missing: int = 0
    damaged: int = 0
    broken_seals: int = 0
    troubles: list[ArchiveTrouble] = field(default_factory=list)
    seals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.damaged or self.broken_seals)

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("checked", "missing", "damaged", "broken_seals")}

    def document(self) -> dict[str, Any]:
        """Return the report as the command line and the API show it."""
        troubles = [trouble.document() for trouble in self.troubles]
        return self.counts() | {"troubles": troubles, "seals": self.seals}

    def sentences(self) -> list[str]:
        """Return what is wrong, one sentence each."""
        return [each.sentence for each in self.troubles] + [str(each["explanation"]) for each in self.seals]


def verify_archive(
    schools: Iterable[School], *, look: Look | None = None, on_checked: Callable[[int], None] = lambda _number: None
) -> ArchiveVerified:
    """Check every seal of these schools, and hash every PDF and photo of theirs anew, or `look` at them instead.

    Raises StorageUnavailable.
    """
    verified = ArchiveVerified()
    for school in schools:
        _check_blobs(verified, _rows_of(ArchivedReport.objects.filter(school=school)), look or _hashed, on_checked)
        _check_seals(verified, school)
    return verified


def verify_cycle(work: JobWork) -> dict[str, Any]:
    """Check the PDFs and photos of one cycle and, as they hang together, all seals of its school; return counts."""
    rows = ArchivedReport.objects.filter(cycle=work.cycle)
    work.expect(rows.count())
    verified = ArchiveVerified()
    told = 0

    def tell(number: int) -> None:
        nonlocal told
        if number - told >= TOLD_EVERY:
            work.advance(number - told)
            told = number

    _check_blobs(verified, _rows_of(rows), _hashed, tell)
    _check_seals(verified, work.cycle.school)
    work.advance(verified.checked - told)
    problems = verified.sentences()
    return verified.counts() | ({"problems": problems[:50]} if problems else {})


def _rows_of(rows: Any) -> Iterator[ArchivedReport]:
    found: Iterator[ArchivedReport] = rows.select_related("school").order_by("number").iterator(ROWS_AT_ONCE)
    return found


def _check_blobs(
    verified: ArchiveVerified, rows: Iterable[ArchivedReport], look: Look, on_checked: Callable[[int], None]
) -> None:
    for row in rows:
        for what, name in (("report", row.pdf_sha256), ("photo", row.photo_sha256)):
            wrong = look(name) if name else None
            if wrong is None:
                continue
            kind, explanation = wrong
            verified.missing += kind == MISSING
            verified.damaged += kind == DAMAGED
            if len(verified.troubles) < TROUBLES_LISTED:
                trouble = ArchiveTrouble(kind, row.number, row.school.code, str(row), what, name, explanation)
                verified.troubles.append(trouble)
        verified.checked += 1
        on_checked(verified.checked)


def _check_seals(verified: ArchiveVerified, school: School) -> None:
    kept = ArchiveHead.objects.filter(school=school).first()
    head = Head(kept.number, kept.seal) if kept else Head()
    rows = map(_sealed_row, _rows_of(ArchivedReport.objects.filter(school=school)))
    for broken in broken_seals(rows, head):
        verified.broken_seals += 1
        if len(verified.seals) < TROUBLES_LISTED:
            told = {"kind": broken.kind.value, "school": school.code, "number": broken.number}
            verified.seals.append(told | {"explanation": broken.explanation})


def _sealed_row(row: ArchivedReport) -> SealedRow:
    return SealedRow(row.number, row.seal_before, sealed_values(row), row.seal, str(row))


def _hashed(name: str) -> tuple[str, str] | None:
    try:
        photo_store().read_verified(name)
    except Damaged:
        return (DAMAGED if photo_store().exists(name) else MISSING), damage_words(name)
    return None


def request_verification(cycle: ReportingCycle, *, by: str, now: datetime) -> ReportJob:
    """Ask for the archived reports of a cycle to be verified. Raises NotFound where there are none, Refused."""
    if not ArchivedReport.objects.filter(cycle=cycle).exists():
        told = _("No report of %(cycle)s is archived yet, so there is nothing to verify.")
        raise NotFound(told % {"cycle": cycle.name})
    job = request_job(cycle, ReportJob.Kind.VERIFY, {}, by=by, now=now)
    record(Act.ARCHIVE_VERIFIED, cycle, school=cycle.school)
    return job
