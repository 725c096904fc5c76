"""Which blobs of the photo store reports refer to: PDFs on their way, archived PDFs and their photos, crests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Manager, Q, QuerySet

from photosync.apps.reports.models import ArchivedReport, Report, ReportDesign, UploadedReport


def referenced_by_reports(sha256s: Sequence[str]) -> set[str]:
    """Return those of the blobs that a report, an uploaded file, the archive or a crest refers to.

    In the order in which a blob passes on: what leaves one table meanwhile is found in the next.
    """
    names = set(sha256s)
    found = set(UploadedReport.objects.filter(pdf_sha256__in=names).order_by().values_list("pdf_sha256", flat=True))
    reports = Report.objects.filter(Q(pdf_sha256__in=names) | Q(photo_sha256__in=names))
    archived = ArchivedReport.objects.filter(Q(pdf_sha256__in=names) | Q(photo_sha256__in=names))
    for rows in (reports, archived):
        found |= {name for row in rows.order_by().values_list("pdf_sha256", "photo_sha256") for name in row}
    found |= set(ReportDesign.objects.filter(crest_sha256__in=names).values_list("crest_sha256", flat=True))
    return found & names


def blobs_of_reports() -> list[QuerySet[Any, Any]]:
    """Return the queries that give (name, size in bytes) of every blob that reports refer to."""
    queries: tuple[tuple[Manager[Any], str, str], ...] = (
        (UploadedReport.objects, "pdf_sha256", "pdf_bytes"),
        (Report.objects, "pdf_sha256", "pdf_bytes"),
        (ArchivedReport.objects, "pdf_sha256", "pdf_bytes"),
        (ArchivedReport.objects, "photo_sha256", "photo_bytes"),
        (ReportDesign.objects, "crest_sha256", "crest_bytes"),
    )
    return [objects.exclude(**{name: ""}).order_by().values_list(name, size) for objects, name, size in queries]
