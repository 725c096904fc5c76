"""Reading the archive: who sees which reports, finding them, opening one, and a group of them as a ZIP."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.reports.models import ArchivedReport, ReportingCycle
from photosync.apps.reports.stored_pdf import damage_words, read_pdf
from photosync.apps.schools.models import School
from photosync.core.errors import Damaged, NotFound
from photosync.core.instants import local_date
from photosync.core.spreadsheets import safe_cell

MOST_WORDS = 5
ROWS_AT_ONCE = 200
INDEX = "index.csv"


class Audience(StrEnum):
    """For whom reports are looked up: who keeps the archive sees all, the others from the dates of the cycle."""

    ARCHIVE = "archive"
    STAFF = "staff"
    STUDENTS = "students"
    PARENTS = "parents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which archived reports. Empty: any. `search` is looked for in names, and at the beginning of codes."""

    cycle_id: int | None = None
    year_level: str = ""
    roll_group: str = ""
    code: str = ""
    search: str = ""

    @property
    def is_narrowed(self) -> bool:
        return any((self.cycle_id, self.year_level, self.roll_group, self.code, self.search))


def reports_for(audience: Audience, school: School, now: datetime) -> QuerySet[ArchivedReport]:
    """Return what of the school's archive `audience` may see at `now`. Staff see no protected people."""
    rows = ArchivedReport.objects.filter(school=school)
    if audience is Audience.ARCHIVE:
        return rows
    today = local_date(now, school.zone)
    rows = rows.filter(**{f"cycle__{audience.value}_from__lte": today})
    # Whose person was erased is nobody's face any more; the report stays.
    return rows.exclude(person__protected=True) if audience is Audience.STAFF else rows


def found(rows: QuerySet[ArchivedReport], wanted: Wanted) -> QuerySet[ArchivedReport]:
    """Return those of `rows` that are wanted, in order of names."""
    for name in ("year_level", "roll_group"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.cycle_id is not None:
        rows = rows.filter(cycle=wanted.cycle_id)
    if wanted.code:
        rows = rows.filter(person_code=wanted.code)
    for word in wanted.search.split()[:MOST_WORDS]:
        # Codes apart: so either is looked for in an index alone.
        coded = rows.order_by().filter(person_code__istartswith=word).values("pk")
        rows = rows.filter(Q(sort_name__contains=word.casefold()) | Q(pk__in=coded))
    return rows.order_by("sort_name", "pk")


def after(rows: QuerySet[ArchivedReport], last: ArchivedReport) -> QuerySet[ArchivedReport]:
    """Return what follows `last` in order of names."""
    follows = Q(sort_name__gt=last.sort_name) | Q(sort_name=last.sort_name, pk__gt=last.pk)
    return rows.filter(follows, sort_name__gte=last.sort_name)


def the_report(audience: Audience, school: School, report_id: int, now: datetime) -> ArchivedReport:
    """Return the report, where `audience` may see it. Raises NotFound."""
    rows = reports_for(audience, school, now).select_related("cycle", "school")
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no such archived report. Nothing was opened."))
    return report


def report_of(school: School, code: str, cycle: ReportingCycle) -> ArchivedReport:
    """Return the archived report of the person with this code. Raises NotFound."""
    report = ArchivedReport.objects.filter(school=school, cycle=cycle, person_code=code).first()
    if report is None:
        raise NotFound(
            _("The archive has no report of %(code)s in %(cycle)s. Nothing was written. See those that it has.")
            % {"code": code, "cycle": cycle.name},
            command_line="photosync report list",
        )
    return report


def open_pdf(report: ArchivedReport, audience: Audience) -> bytes:
    """Return the PDF, checked against what was archived, and record who opened it. Raises Damaged."""
    content = read_pdf(report.pdf_sha256)
    note = "" if audience in (Audience.ARCHIVE, Audience.STAFF) else _("For %(who)s.") % {"who": audience.value}
    record(Act.REPORT_OPENED, report, school=report.school, person_id=report.person_id, note=note)
    return content


def pdf_name(report: ArchivedReport) -> str:
    """Return under what name the PDF is given out."""
    return pdf_named(f"{report.person_code} {report.person_name}")


def pdf_named(text: str) -> str:
    """Return `text` as the name of a PDF on any system."""
    return f"{file_part(text)}.pdf"


def file_part(text: str) -> str:
    """Return `text` fit to be one part of a file name on any system."""
    plain = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "-", text).strip(" .-")
    return plain[:120].rstrip(" .") or "-"


def archived_document(report: ArchivedReport, zone: ZoneInfo) -> dict[str, Any]:
    """Return the report as the command line and the API show it."""
    photo = {
        "sha256": report.photo_sha256,
        "size_bytes": report.photo_bytes,
        "year": report.photo_year,
        "printed": report.photo_is_printed,
    }
    return {
        "id": report.pk,
        "number": report.number,
        "cycle": report.cycle_name,
        "cycle_id": report.cycle_id,
        "academic_year": report.academic_year,
        "semester": report.semester,
        "code": report.person_code,
        "name": report.person_name,
        "year_level": report.year_level,
        "roll_group": report.roll_group,
        "origin": report.origin,
        "file_name": report.file_name,
        "pdf_sha256": report.pdf_sha256,
        "pdf_bytes": report.pdf_bytes,
        "photo": photo if report.photo_sha256 else None,
        "archived_at": report.archived_at.astimezone(zone).isoformat(timespec="seconds"),
        "archived_by": report.archived_by,
        "seal_before": report.seal_before,
        "seal": report.seal,
    }


# A group as a ZIP


def reports_zip(rows: QuerySet[ArchivedReport], school: School, today: date) -> Iterator[bytes]:
    """Yield a ZIP of the reports with index.csv, piece by piece, in order of groups and names.

    Each PDF is checked; one that is missing or damaged is not in it, and the index says so.
    """
    sink = _Sink()
    index = io.StringIO(newline="")
    line = csv.writer(index)
    line.writerow(_headings())
    rows = rows.order_by("cycle_id", "year_level", "roll_group", "sort_name", "pk")
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for report in rows.iterator(ROWS_AT_ONCE):
            name = f"{file_part(report.roll_group) if report.roll_group else _('No roll group')}/{pdf_name(report)}"
            problem = _put(archive, name, report, school.zone)
            line.writerow([safe_cell(cell) for cell in _cells(report, "" if problem else name, problem, school.zone)])
            yield sink.taken()
        entry = zipfile.ZipInfo(INDEX, (today.year, today.month, today.day, 0, 0, 0))
        # A byte-order mark lets spreadsheets read it as UTF-8.
        archive.writestr(entry, b"\xef\xbb\xbf" + index.getvalue().encode())
    yield sink.taken()


def record_download(cycle: ReportingCycle, wanted: Wanted, number: int) -> None:
    groups = " ".join(filter(None, (wanted.year_level, wanted.roll_group)))
    record(Act.REPORTS_DOWNLOADED, cycle, school=cycle.school, changes=[("reports", None, str(number))], note=groups)


def _put(archive: zipfile.ZipFile, name: str, report: ArchivedReport, zone: ZoneInfo) -> str:
    """Put the PDF into the ZIP; return "" or why it is not in it."""
    try:
        content = read_pdf(report.pdf_sha256)
    except Damaged:
        return damage_words(report.pdf_sha256)
    at = report.archived_at.astimezone(zone)
    archive.writestr(zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second)), content)
    return ""


def _headings() -> list[str]:
    return [
        _("file"),
        _("number"),
        _("cycle"),
        _("code"),
        _("name"),
        _("year level"),
        _("roll group"),
        _("archived at"),
        _("archived by"),
        _("PDF SHA-256"),
        _("photo SHA-256"),
        _("photo of"),
        _("seal"),
        _("problem"),
    ]


def _cells(report: ArchivedReport, name: str, problem: str, zone: ZoneInfo) -> list[object]:
    return [
        name,
        report.number,
        report.cycle_name,
        report.person_code,
        report.person_name,
        report.year_level,
        report.roll_group,
        report.archived_at.astimezone(zone).isoformat(timespec="seconds"),
        report.archived_by,
        report.pdf_sha256,
        report.photo_sha256,
        report.photo_year,
        report.seal,
        problem,
    ]


class _Sink(io.RawIOBase):
    """What the ZIP is written to; `taken` gives away what has come since."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
