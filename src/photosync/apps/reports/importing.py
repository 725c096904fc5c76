"""Importing reports: files are received, read and matched; someone looks; then they become reports of the cycle.

Nothing becomes a report before someone has seen the preview. Both long steps are jobs and can be repeated from
their beginning. Rule: docs/decisions/0015-the-report-archive.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.store import photo_store
from photosync.apps.reports.jobs import ALIVE, JobWork, request_job
from photosync.apps.reports.matching import archived_already, rule_for_reports, verdicts
from photosync.apps.reports.models import (
    CycleMember,
    Origin,
    Report,
    ReportImport,
    ReportingCycle,
    ReportJob,
    UploadedReport,
)
from photosync.apps.reports.pdf_check import refusal_of_pdf
from photosync.apps.reports.unpacking import found_files, names_in
from photosync.apps.reports.uploads import forget_upload, uploaded_files
from photosync.apps.unpacking import FoundFile
from photosync.connectors.index_file import names_among, read_index
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse
from photosync.core.keys import index_name
from photosync.core.match_rules import MatchMode
from photosync.core.name_matching import Said
from photosync.core.people import quoted

State, ImportState = UploadedReport.State, ReportImport.State
STORED_TOGETHER = 100
STORED_TOGETHER_BYTES = 32_000_000
IMPORTED_TOGETHER = 200
LARGEST_INDEX_BYTES = 10_000_000
KEPT = timedelta(days=30)
"""How long files are kept that were uploaded and not imported."""
READY = (State.MATCHED, State.BY_HAND)
_NAMED_BY = ("match", "pattern", "index", "key", "ignore_case", "ignore_leading_zeros")


def begin_import(
    cycle: ReportingCycle, token: str, named_by: Mapping[str, Any], *, by: str, now: datetime
) -> tuple[ReportImport, ReportJob]:
    """Let an upload be read; return the import and the job that reads it. Raises WrongUse, Refused, NotFound.

    `named_by` are the options `match`, `pattern`, `index`, `key`, `ignore_case` and `ignore_leading_zeros`.
    """
    _refuse_unless_open(cycle)
    options = {name: str(named_by[name]) for name in _NAMED_BY if named_by.get(name)}
    rule_for_reports(options)
    number = len(uploaded_files(token))
    if not number:
        raise WrongUse(_("No file was sent. Nothing was imported. Choose PDFs, or a ZIP of them."))
    with transaction.atomic():
        made = ReportImport.objects.create(cycle=cycle, named_by=options, created_at=now, created_by=by[:200])
        job = request_job(cycle, ReportJob.Kind.READ_UPLOAD, {"import": made.pk, "upload": token}, by=by, now=now)
        record(Act.REPORTS_UPLOADED, cycle, school=cycle.school, changes=[("files", None, str(number))])
    return made, job


def import_numbered(import_id: int, cycle: ReportingCycle) -> ReportImport:
    """Return the import, where it is one of this cycle. Raises NotFound."""
    found = ReportImport.objects.filter(pk=import_id, cycle=cycle).select_related("cycle__school").first()
    if found is None:
        raise NotFound(_("There is no such import into %(cycle)s. Nothing was done.") % {"cycle": cycle.name})
    return found


def _refuse_unless_open(cycle: ReportingCycle) -> None:
    if ReportingCycle.objects.filter(pk=cycle.pk, state=ReportingCycle.State.OPEN).exists():
        return
    raise Refused(
        _("%(cycle)s is archived: no report is imported into it any more. Nothing was done.") % {"cycle": cycle.name}
    )


# Reading


def read_upload(work: JobWork) -> dict[str, Any]:
    """Store the PDFs of an upload and find whose they are; return how many of each state there are."""
    made = import_numbered(work.job.asked["import"], work.cycle)
    token = work.job.asked["upload"]
    try:
        counts = _read(work, made, token)
    except PhotoSyncError as error:
        # Only what reading it again would not mend; else the next attempt finds the upload as it was.
        if isinstance(error, WrongUse):
            with work.writing():
                ReportImport.objects.filter(pk=made.pk).update(state=ImportState.FAILED, explanation=error.message)
            forget_upload(token)
        raise
    forget_upload(token)
    return counts


def _read(work: JobWork, made: ReportImport, token: str) -> dict[str, Any]:
    files = uploaded_files(token)
    with work.writing():
        UploadedReport.objects.filter(upload=made).delete()
    reader = _Reader(work, made, index_name(made.named_by.get("index", "")))
    largest_bytes = settings.PHOTOSYNC_LARGEST_REPORT_BYTES
    largest_read_bytes = max(largest_bytes, LARGEST_INDEX_BYTES)
    names = names_in(files, largest_bytes=largest_read_bytes)
    work.expect(sum(not reader.is_index(name) for name in names))
    for found in found_files(files, largest_bytes=largest_read_bytes):
        reader.take(found, largest_bytes)
    reader.store()
    return _match(work, made, reader.index)


@dataclass(slots=True)
class _Reader:
    """Takes files one by one, and stores them in batches: first the bytes, then the rows that refer to them."""

    work: JobWork
    upload: ReportImport
    index_called: str
    index: FoundFile | None = None
    _rows: list[UploadedReport] = field(default_factory=list)
    _contents: list[bytes] = field(default_factory=list)
    _size_bytes: int = 0

    def take(self, found: FoundFile, largest_bytes: int) -> None:
        if self.is_index(found.name):
            self.index = self.index or found
            return
        why = found.refusal or refusal_of_pdf(found.content, largest_bytes=largest_bytes)
        row = UploadedReport(upload=self.upload, name=found.name, state=State.REFUSED if why else State.UNMATCHED)
        row.reason, row.pdf_bytes = why, len(found.content)
        self._rows.append(row)
        self._contents.append(b"" if why else found.content)
        self._size_bytes += len(self._contents[-1])
        if len(self._rows) >= STORED_TOGETHER or self._size_bytes >= STORED_TOGETHER_BYTES:
            self.store()

    def is_index(self, name: str) -> bool:
        if not self.index_called:
            return False
        here = index_name(name).casefold()
        return here == self.index_called.casefold() or here.endswith(f"/{self.index_called.casefold()}")

    def store(self) -> None:
        with photo_store().batch() as batch:
            for row, content in zip(self._rows, self._contents, strict=True):
                if content:
                    row.pdf_sha256 = batch.add(content)
            batch.commit()
        with self.work.writing():
            UploadedReport.objects.bulk_create(self._rows)
        self.work.advance(len(self._rows))
        self._rows, self._contents, self._size_bytes = [], [], 0


def _match(work: JobWork, made: ReportImport, index_file: FoundFile | None) -> dict[str, Any]:
    rule = rule_for_reports(made.named_by)
    files = list(UploadedReport.objects.filter(upload=made, state=State.UNMATCHED).order_by("name"))
    index = _index(index_file, made, files) if rule.mode is MatchMode.INDEX else {}
    found = verdicts(made.cycle, files, rule, index)
    for file in files:
        verdict = found[file.pk]
        file.state, file.member_id, file.reason = verdict.state, verdict.member_id, verdict.reason
    with work.writing():
        UploadedReport.objects.bulk_update(files, ("state", "member", "reason"), batch_size=500)
        ReportImport.objects.filter(pk=made.pk).update(state=ImportState.PREVIEWED)
    return counts_of(made)


def _index(found: FoundFile | None, made: ReportImport, files: Sequence[UploadedReport]) -> dict[str, Said]:
    called = quoted(made.named_by.get("index", ""))
    if found is None:
        told = _("The index file %(name)s was not sent. Nothing was imported.") % {"name": called}
        unread = UploadedReport.objects.filter(upload=made, state=State.REFUSED, name__iendswith=".zip").first()
        if unread is not None:  # then it may well be in there
            told += " " + _("Not read was %(name)s: %(why)s") % {"name": unread.name, "why": unread.reason}
        raise WrongUse(told)
    if found.refusal or len(found.content) > LARGEST_INDEX_BYTES:
        why = found.refusal or _("It is too large.")
        raise WrongUse(_("The index file cannot be read: %(why)s Nothing was imported.") % {"why": why})
    names = [file.name.rpartition("/")[2] for file in files]
    try:
        read = read_index(found.content, file_name=found.name, listed_among=partial(names_among, names))
    except PhotoSyncError as error:
        raise WrongUse(error.message) from error
    if read.named:
        told = _("The index file %(name)s has names instead of codes. Nothing was imported. Give one with codes.")
        raise WrongUse(told % {"name": called})
    return read.by_file(found.name.rpartition("/")[0])


def counts_of(made: ReportImport) -> dict[str, int]:
    """Return how many files of the import are in each state; those without any are left out."""
    return dict(Counter(UploadedReport.objects.filter(upload=made).order_by().values_list("state", flat=True)))


# Importing


def request_import(made: ReportImport, *, by: str, now: datetime) -> ReportJob:
    """Let what is matched become reports of the cycle. Raises Refused where nothing is, or the cycle is archived."""
    _refuse_unless_open(made.cycle)
    made.refresh_from_db(fields=("state",))
    if made.state not in (ImportState.PREVIEWED, ImportState.IMPORTED):
        raise Refused(_("These files cannot be imported: they are not read yet, or were dropped. Nothing was done."))
    if not UploadedReport.objects.filter(upload=made, state__in=READY).exists():
        raise Refused(_("No file of this import is matched with anyone. Nothing was imported. Match some by hand."))
    return request_job(made.cycle, ReportJob.Kind.IMPORT, {"import": made.pk}, by=by, now=now)


def import_matched(work: JobWork) -> dict[str, Any]:
    """Make reports of the matched files; return counts. What an earlier attempt imported is not imported again."""
    made = import_numbered(work.job.asked["import"], work.cycle)
    _refuse_unless_open(work.cycle)
    files = list(UploadedReport.objects.filter(upload=made, state__in=READY).order_by("pk"))
    work.expect(len(files))
    counts = Counter(imported=0, replaced=0, unchanged=0, refused=0)
    with acting_as(Actor(work.job.started_by, Via.WORKER)):
        for part in _in_parts(files):
            with work.writing():
                told = _import(part, by=work.job.started_by, now=work.clock())
                counts.update(told)
            work.advance(len(part))
        with work.writing():
            ReportImport.objects.filter(pk=made.pk).update(state=ImportState.IMPORTED, imported_at=work.clock())
            changes = [(name, None, str(number)) for name, number in counts.items() if number]
            record(Act.REPORTS_IMPORTED, work.cycle, school=work.cycle.school, changes=changes)
    return dict(counts)


def _in_parts(files: Sequence[UploadedReport]) -> Iterator[Sequence[UploadedReport]]:
    return (files[start : start + IMPORTED_TOGETHER] for start in range(0, len(files), IMPORTED_TOGETHER))


def _import(files: Sequence[UploadedReport], *, by: str, now: datetime) -> Counter[str]:
    ids = [file.member_id for file in files]
    rows = CycleMember.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    members = rows.order_by("pk").in_bulk(ids)
    before = dict(Report.objects.filter(member_id__in=ids).values_list("member_id", "pdf_sha256"))
    counts: Counter[str] = Counter()
    reports = []
    for file in files:
        member = members.get(file.member_id)
        if member is None or member.archived_id is not None:
            file.state = State.REFUSED
            file.reason = archived_already(str(member.person)) if member else _("The person is not there any more.")
            counts["refused"] += 1
            continue
        file.state = State.IMPORTED
        former = before.get(member.pk)
        if former == file.pdf_sha256:
            counts["unchanged"] += 1
            continue
        counts["replaced" if former else "imported"] += 1
        reports.append(_report(file, member, by=by, now=now))
    written = ("pdf_sha256", "pdf_bytes", "origin", "file_name", *_OF_THE_PHOTO, "stored_at", "stored_by")
    Report.objects.bulk_create(reports, update_conflicts=True, unique_fields=["member"], update_fields=written)
    UploadedReport.objects.bulk_update(files, ("state", "reason"))
    return counts


_OF_THE_PHOTO = ("photo_sha256", "photo_version", "photo_year")


def _report(file: UploadedReport, member: CycleMember, *, by: str, now: datetime) -> Report:
    return Report(
        member=member,
        pdf_sha256=file.pdf_sha256,
        pdf_bytes=file.pdf_bytes,
        origin=Origin.IMPORTED,
        file_name=file.name,
        stored_at=now,
        stored_by=by[:200],
    )


# Deciding


def match_by_hand(file: UploadedReport, member: CycleMember, *, by: str) -> None:
    """Say that `file` is the report of `member`. Raises Refused."""
    with transaction.atomic():
        stored = _undecided(file)
        if member.cycle_id != stored.upload.cycle_id:
            raise Refused(_("%(person)s is not in this cycle. Nothing was changed.") % {"person": member.person})
        if member.archived_id is not None:
            raise Refused(_("%(why)s Nothing was changed.") % {"why": archived_already(str(member.person))})
        others = UploadedReport.objects.filter(upload=stored.upload, member=member, state__in=READY)
        other = others.exclude(pk=stored.pk).first()
        if other is not None:
            raise Refused(
                _(
                    "%(name)s is matched with %(person)s already. Nothing was changed. Dismiss that file first, if "
                    "this one is the right one."
                )
                % {"name": other.name, "person": member.person}
            )
        stored.member, stored.state, stored.reason, stored.decided_by = member, State.BY_HAND, "", by[:200]
        stored.save(update_fields=("member", "state", "reason", "decided_by"))
        school = stored.upload.cycle.school
        record(Act.REPORT_MATCHED, member.person, school=school, person_id=member.person_id, note=stored.name)


def dismiss_file(file: UploadedReport, *, by: str) -> None:
    """Say that `file` is not to be imported. Raises Refused."""
    with transaction.atomic():
        stored = _undecided(file)
        stored.member, stored.state, stored.decided_by = None, State.DISMISSED, by[:200]
        stored.reason = _("Dismissed by %(by)s.") % {"by": by}
        stored.save(update_fields=("member", "state", "reason", "decided_by"))
        record(Act.REPORT_DISMISSED, stored.name, school=stored.upload.cycle.school)


def _undecided(file: UploadedReport) -> UploadedReport:
    rows = UploadedReport.objects.select_for_update(of=("self",)).select_related("upload__cycle__school")
    stored = rows.get(pk=file.pk)
    _refuse_unless_open(stored.upload.cycle)
    if stored.upload.state not in (ImportState.PREVIEWED, ImportState.IMPORTED):
        raise Refused(_("These files are not read yet, or were dropped. Nothing was changed."))
    if stored.state in (State.IMPORTED, State.REFUSED):
        told = _("%(name)s is imported already, or was refused. Nothing was changed.")
        raise Refused(told % {"name": stored.name})
    return stored


def drop_import(made: ReportImport) -> None:
    """Forget the files that are not imported. Reports that were imported stay. Raises Refused while they are read."""
    with transaction.atomic():
        stored = ReportImport.objects.select_for_update().get(pk=made.pk)
        if (
            stored.state == ImportState.READING
            and ReportJob.objects.filter(cycle=made.cycle, state__in=ALIVE).exists()
        ):
            raise Refused(_("The files are being read. Nothing was dropped. Wait, or cancel that work first."))
        UploadedReport.objects.filter(upload=stored).exclude(state=State.IMPORTED).delete()
        stored.state = ImportState.DROPPED
        stored.save(update_fields=("state",))
        record(Act.REPORTS_DROPPED, made.cycle, school=made.cycle.school)


def forget_old_imports(now: datetime) -> int:
    """Forget the lists and files of imports that are a month old; what was imported stays. Returns how many."""
    old = ReportImport.objects.filter(created_at__lt=now - KEPT)
    number = old.count()
    old.delete()
    return number
